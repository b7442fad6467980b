"""The dry run of a migration: every run is judged and none is changed; there, and on the way back.

A few runs are judged at once, many by the sweep, a batch at a time: no request waits for fifty thousand of them, and
what a crash undoes is one batch. A migration can be begun when all were judged.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.models import User
from bedrock.errors import BadInput, Conflict, NotFound
from workflows import store
from workflows.actions.definitions import locked
from workflows.engine.migration import Verdict, judge
from workflows.models import Definition, DefinitionVersion, Instance, Migration, MigrationItem, Standing
from workflows.plans import Release, release_of
from workflows.queries import version_of

BATCH: Final = 500
FIRST: Final = UUID(int=0)  # before the id of any run


def plan(
    definition_id: str, *, source: int, target: int, mapping: Mapping[str, str], planner: User, now: datetime
) -> Migration:
    """Look at the running instances of version `source` and say what going on in `target` would mean for each.

    Changes no run. With more than a batch of them it is still `planning` when this returns, and the sweep goes on.
    Raises NotFound `definition.unknown` and `version.unknown`; BadInput `migration.same_version` and
    `migration.unknown_node`; Conflict `migration.version_withdrawn`.
    """
    definition = Definition.objects.filter(pk=definition_id).first()
    if definition is None:
        raise NotFound("definition.unknown", f"Expected a flow, found none with id {definition_id}.")
    left = version_of(definition, source)
    reached = target_of(definition, source=source, target=target)
    require_nodes(release_of(str(left.pk)), release_of(str(reached.pk)), mapping)
    with transaction.atomic():
        made = Migration.objects.create(
            definition=definition, source=left, target=reached, mapping=dict(mapping), planned_by=planner,
            planned_at=now,
        )  # fmt: skip
        _look_at_more(made)
    return made


def plan_back(migration_id: str, *, planner: User, now: datetime) -> Migration:
    """Look at the runs that a migration has moved and say what going back would mean for each, by the same rules.

    Each goes back to the step that it came from. An earlier look that was not acted upon is replaced. Raises NotFound
    `migration.unknown`; Conflict `migration.not_done` and `migration.undone`.
    """
    with transaction.atomic():
        done = locked_migration(migration_id)
        if done.status != Migration.Status.DONE:
            raise Conflict(
                "migration.not_done", f"Expected a migration that is done, found it {done.status}.", status=done.status
            )
        looked = Migration.objects.select_for_update().filter(undoes=done).first()
        if looked is not None:
            if looked.started_at is not None:
                raise Conflict("migration.undone", "Expected a migration to undo, found that it was undone.")
            looked.delete()
        made = Migration.objects.create(
            definition=done.definition, source=done.target, target=done.source, undoes=done,
            mapping={to: node for node, to in done.mapping.items()}, planned_by=planner, planned_at=now,
        )  # fmt: skip
        _look_at_more(made)
    return made


def look_on(*, now: datetime) -> int:
    """One batch of the plan that has waited longest; how many runs were judged. Safe to run beside others."""
    del now
    with transaction.atomic():
        migration = (
            Migration.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(status=Migration.Status.PLANNING)
            .order_by("planned_at")
            .first()
        )
        return 0 if migration is None else _look_at_more(migration)


def locked_migration(migration_id: str) -> Migration:
    """The migration, locked, and its flow before it: two that begin at once wait for each other there.

    Raises NotFound `migration.unknown`.
    """
    found = Migration.objects.filter(pk=migration_id).values_list("definition_id", flat=True).first()
    if found is None:
        raise NotFound("migration.unknown", f"Expected a migration, found none with id {migration_id}.")
    locked(str(found))
    rows = Migration.objects.select_for_update(of=("self",)).select_related("definition", "source", "target")
    return rows.get(pk=migration_id)


def target_of(definition: Definition, *, source: int, target: int) -> DefinitionVersion:
    """The version that runs of `source` may go on in.

    Raises NotFound `version.unknown`, BadInput `migration.same_version` and Conflict `migration.version_withdrawn`.
    """
    if source == target:
        raise BadInput("migration.same_version", f"Expected two versions, found version {source} twice.")
    reached = version_of(definition, target)
    if Standing.objects.filter(version=reached, status=Standing.Status.WITHDRAWN).exists():
        raise Conflict(
            "migration.version_withdrawn", f"Expected a version in use, found that {target} was withdrawn.",
            version=target,
        )  # fmt: skip
    return reached


def require_nodes(old: Release, new: Release, mapping: Mapping[str, str]) -> None:
    """Refuse a mapping from or to what the two versions do not have: BadInput `migration.unknown_node`."""
    unknown = [(node, old) for node in mapping if node not in old.plan.nodes]
    unknown += [(node, new) for node in mapping.values() if node not in new.plan.nodes]
    if unknown:
        node, release = unknown[0]
        raise BadInput(
            "migration.unknown_node", f"Expected a node of version {release.number}, found {node!r}.",
            problems=[{"path": "mapping", "node": one, "code": "migration.unknown_node",
                       "message": f"Expected a node of version {where.number}, found {one!r}.",
                       "params": {"node": one, "version": where.number}} for one, where in unknown],
            node=node, version=release.number,
        )  # fmt: skip


def tell(item: MigrationItem, verdict: Verdict) -> None:
    """Write a verdict into the item of its run."""
    kinds = MigrationItem.Verdict
    item.verdict = kinds.HINDERED if verdict.hindrances else kinds.QUIET if verdict.is_quiet else kinds.DISTURBED
    item.moves = [[move.token, move.node, move.to, move.fate.value] for move in verdict.moves]
    item.hindrances = [
        {"code": one.code, "node": one.node, "params": dict(one.params)} for one in verdict.hindrances
    ]  # fmt: skip


def _look_at_more(migration: Migration) -> int:
    """Judge the next batch of a plan that the caller has locked; how many runs. The last batch settles it."""
    ways = _next_ways(migration)
    old, new = release_of(str(migration.source_id)), release_of(str(migration.target_id))
    runs = [run for run in store.read_all(list(ways)) if run.release.version_id == old.version_id]
    items: list[MigrationItem] = []
    for run in runs:
        item = MigrationItem(migration=migration, instance=UUID(run.id), mapping=ways[run.id])
        tell(item, judge(old.plan, new.plan, run.state, mapping=migration.mapping | ways[run.id]))
        items.append(item)
    MigrationItem.objects.bulk_create(items)
    if len(ways) < BATCH:
        migration.settle()
    else:
        migration.looked_until = UUID(max(ways))
    migration.save(update_fields=["status", "looked_until"])
    return len(ways)


def _next_ways(migration: Migration) -> dict[str, dict[str, str]]:
    """The next runs to judge, in the order of their ids, and for each the mapping that is its own."""
    last = migration.looked_until or FIRST
    if migration.undoes_id is None:
        running = Instance.objects.filter(version=migration.source_id, status="running", pk__gt=last)
        return {str(pk): {} for pk in running.order_by("pk").values_list("pk", flat=True)[:BATCH]}
    moved = MigrationItem.objects.filter(
        migration=migration.undoes_id, status=MigrationItem.Status.MIGRATED, instance__gt=last
    )
    return {str(one.instance): _way_back(one.moves) for one in moved.order_by("instance")[:BATCH]}


def _way_back(moves: Sequence[Sequence[str]]) -> dict[str, str]:
    return {to: node for _, node, to, _ in moves}
