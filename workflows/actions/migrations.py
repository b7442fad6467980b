"""Running instances go on in another version: planned with a verdict on each, carried out in batches, taken back.

Each batch is a transaction of its own that also marks its runs, so whatever breaks in between is resumed by the sweep.
Nobody is waited for: a run that somebody works on right now is asked again by the next batch.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.models import User
from bedrock.errors import BadInput, Conflict, NotFound, OrderflowError
from workflows import runtime, store
from workflows.actions import audit
from workflows.actions.definitions import locked
from workflows.engine.events import Actor, Migrated
from workflows.engine.migration import Hindrance, Verdict, judge
from workflows.models import Definition, DefinitionVersion, Instance, Migration, MigrationItem, Standing
from workflows.plans import Release, release_of
from workflows.queries import version_of
from workflows.store import Loaded

MOST_RUNS: Final = 50_000
READ_AT_ONCE: Final = 500
BATCH: Final = 100

_logger = logging.getLogger(__name__)


def plan(
    definition_id: str, *, source: int, target: int, mapping: Mapping[str, str], planner: User, now: datetime
) -> Migration:
    """Look at every running instance of version `source` and say what going on in `target` would mean for it.

    Changes no run. Raises NotFound `definition.unknown` and `version.unknown`; BadInput `migration.same_version` and
    `migration.unknown_node`; Conflict `migration.version_withdrawn` and `migration.too_many`.
    """
    definition = Definition.objects.filter(pk=definition_id).first()
    if definition is None:
        raise NotFound("definition.unknown", f"Expected a flow, found none with id {definition_id}.")
    if source == target:
        raise BadInput("migration.same_version", f"Expected two versions, found version {source} twice.")
    left, reached = (version_of(definition, number) for number in (source, target))
    if Standing.objects.filter(version=reached, status=Standing.Status.WITHDRAWN).exists():
        raise Conflict(
            "migration.version_withdrawn", f"Expected a version in use, found that {target} was withdrawn.",
            version=target,
        )  # fmt: skip
    old, new = release_of(str(left.pk)), release_of(str(reached.pk))
    _require_nodes(old, new, mapping)
    with transaction.atomic():
        made = Migration.objects.create(
            definition=definition, source=left, target=reached, mapping=dict(mapping), planned_by=planner,
            planned_at=now,
        )  # fmt: skip
        for runs in _running_on(left):
            MigrationItem.objects.bulk_create(
                _item(made, run.id, judge(old.plan, new.plan, run.state, mapping=mapping)) for run in runs
            )
    return made


def begin(migration_id: str, *, reason: str, starter: User, by: audit.By, now: datetime) -> Migration:
    """Give the word: from now on the sweep carries the migration out.

    Raises NotFound `migration.unknown`; BadInput `reason.too_short`; Conflict `migration.not_planned` and
    `migration.another_running`.
    """
    reason = audit.require_reason(reason)
    with transaction.atomic():
        migration = _locked(migration_id)
        if migration.status != Migration.Status.PLANNED:
            raise Conflict(
                "migration.not_planned", f"Expected a planned migration, found it {migration.status}.",
                status=migration.status,
            )  # fmt: skip
        _begin(migration, reason=reason, starter=starter, by=by, now=now)
    return migration


def undo(migration_id: str, *, reason: str, starter: User, by: audit.By, now: datetime) -> Migration:
    """Take the runs of a migration that is done back into the version they came from, by the same rules.

    Raises NotFound `migration.unknown`; BadInput `reason.too_short`; Conflict `migration.not_done`,
    `migration.undone` and `migration.another_running`.
    """
    reason = audit.require_reason(reason)
    with transaction.atomic():
        done = _locked(migration_id)
        if done.status != Migration.Status.DONE:
            raise Conflict(
                "migration.not_done", f"Expected a migration that is done, found it {done.status}.", status=done.status
            )
        if Migration.objects.filter(undoes=done).exists():
            raise Conflict("migration.undone", "Expected a migration to undo, found that it was undone.")
        back = {to: node for node, to in done.mapping.items()}
        undoing = Migration.objects.create(
            definition=done.definition, source=done.target, target=done.source, mapping=back, undoes=done,
            planned_by=starter, planned_at=now,
        )  # fmt: skip
        moved = {str(one.instance): one for one in done.items.filter(status=MigrationItem.Status.MIGRATED)}
        old, new = release_of(str(undoing.source_id)), release_of(str(undoing.target_id))
        for runs in _loaded(sorted(moved)):
            there = [run for run in runs if run.release.version_id == old.version_id]
            ways = {run.id: {to: node for _, node, to, _ in moved[run.id].moves} for run in there}
            MigrationItem.objects.bulk_create(
                _item(undoing, run.id, judge(old.plan, new.plan, run.state, mapping=back | ways[run.id]), ways[run.id])
                for run in there
            )
        _begin(undoing, reason=reason, starter=starter, by=by, now=now)
    return undoing


def carry_on(*, now: datetime) -> int:
    """One batch of the migration that has waited longest; how many runs were asked. Safe to run beside others."""
    with transaction.atomic():
        migration = (
            Migration.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("source", "target", "started_by")
            .filter(status=Migration.Status.RUNNING)
            .order_by("started_at")
            .first()
        )
        if migration is None:
            return 0
        pending = migration.items.filter(status=MigrationItem.Status.PENDING)
        items = {str(one.instance): one for one in pending.order_by("id")[:BATCH]}
        if not items:
            migration.finish()
            migration.ended_at = now
            migration.save(update_fields=["status", "ended_at"])
            return 0
        asked = _carry_out(migration, items, store.lock(list(items), skip_locked=True), now=now)
        for instance, verdict in asked.items():
            _note(items[instance], verdict)
        MigrationItem.objects.bulk_update(
            [items[instance] for instance in asked], ["status", "verdict", "moves", "hindrances"]
        )
    return len(asked)


def _carry_out(
    migration: Migration, items: Mapping[str, MigrationItem], runs: Sequence[Loaded], *, now: datetime
) -> dict[str, Verdict]:
    """Migrate these locked runs, all at once or, if one of them breaks, one by one; the verdict on each."""
    to = release_of(str(migration.target_id))
    verdicts: dict[str, Verdict] = {}
    ready: list[tuple[Loaded, Migrated]] = []
    for run in runs:
        mapping = migration.mapping | items[run.id].mapping
        verdict = verdicts[run.id] = _judged(migration, run, to=to, mapping=mapping)
        if verdict.is_possible:
            ready.append((run, _event(migration, verdict)))
    try:
        with transaction.atomic():
            runtime.migrate(ready, to=to, now=now)
    except OrderflowError:
        for one in ready:
            run = one[0]
            try:
                with transaction.atomic():
                    runtime.migrate([one], to=to, now=now)
            except OrderflowError as error:  # what a wing refuses is the trouble of its own run
                verdicts[run.id] = Verdict((), (Hindrance(error.code, None, {"message": error.message}),))
    return verdicts


def _judged(migration: Migration, run: Loaded, *, to: Release, mapping: Mapping[str, str]) -> Verdict:
    if run.release.version_id != str(migration.source_id):
        return Verdict((), (Hindrance("migration.version_left", None, {"version": run.release.number}),))
    return judge(run.release.plan, to.plan, run.state, mapping=mapping)


def _event(migration: Migration, verdict: Verdict) -> Migrated:
    starter = migration.started_by
    actor = Actor(
        id="" if starter is None else str(starter.pk), name="" if starter is None else starter.get_full_name()
    )
    return Migrated(
        before=migration.source.number, version=migration.target.number, moves=verdict.moves, actor=actor,
        reason=migration.reason,
    )  # fmt: skip


def _begin(migration: Migration, *, reason: str, starter: User, by: audit.By, now: datetime) -> None:
    running = Migration.objects.filter(definition=migration.definition_id, status=Migration.Status.RUNNING)
    if running.exists():
        raise Conflict("migration.another_running", "Expected no other migration of this flow, found one under way.")
    migration.begin()
    migration.started_by, migration.started_at, migration.reason = starter, now, reason
    migration.save(update_fields=["status", "started_by", "started_at", "reason"])
    audit.record(
        "definition.migrate" if migration.undoes_id is None else "definition.migrate_back", by=by, reason=reason,
        on=audit.AuditObject(type="definition", id=str(migration.definition_id), title=migration.definition.key),
        before={"version": migration.source.number},
        after={"version": migration.target.number, "runs": migration.items.count(), "mapping": migration.mapping},
        now=now,
    )  # fmt: skip


def _locked(migration_id: str) -> Migration:
    # The flow first: two that begin at once wait for each other there.
    found = Migration.objects.filter(pk=migration_id).values_list("definition_id", flat=True).first()
    if found is None:
        raise NotFound("migration.unknown", f"Expected a migration, found none with id {migration_id}.")
    locked(str(found))
    rows = Migration.objects.select_for_update(of=("self",)).select_related("definition", "source", "target")
    return rows.get(pk=migration_id)


def _require_nodes(old: Release, new: Release, mapping: Mapping[str, str]) -> None:
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


def _running_on(version: DefinitionVersion) -> Iterator[Sequence[Loaded]]:
    running = Instance.objects.filter(version=version, status="running").order_by("pk").values_list("pk", flat=True)
    ids = [str(pk) for pk in running[: MOST_RUNS + 1]]
    if len(ids) > MOST_RUNS:
        raise Conflict(
            "migration.too_many", f"Expected at most {MOST_RUNS} running instances, found more.", limit=MOST_RUNS
        )
    return _loaded(ids)


def _loaded(ids: Sequence[str]) -> Iterator[Sequence[Loaded]]:
    for first in range(0, len(ids), READ_AT_ONCE):
        yield store.read_all(ids[first : first + READ_AT_ONCE])


def _item(
    migration: Migration, instance: str, verdict: Verdict, mapping: Mapping[str, str] | None = None
) -> MigrationItem:
    item = MigrationItem(migration=migration, instance=UUID(instance), mapping=dict(mapping or {}))
    _tell(item, verdict)
    return item


def _tell(item: MigrationItem, verdict: Verdict) -> None:
    kinds = MigrationItem.Verdict
    item.verdict = kinds.HINDERED if verdict.hindrances else kinds.QUIET if verdict.is_quiet else kinds.DISTURBED
    item.moves = [[move.token, move.node, move.to, move.fate.value] for move in verdict.moves]
    item.hindrances = [
        {"code": one.code, "node": one.node, "params": dict(one.params)} for one in verdict.hindrances
    ]  # fmt: skip


def _note(item: MigrationItem, verdict: Verdict) -> None:
    """What became of it in the end: judged again, because the run has moved since the plan."""
    _tell(item, verdict)
    item.status = MigrationItem.Status.MIGRATED if verdict.is_possible else MigrationItem.Status.STAYED
