"""Running instances go on in another version, as it was planned: carried out in batches, there and back.

Each batch is a transaction of its own that also marks its runs, so whatever breaks in between is resumed by the sweep.
Nobody is waited for: a run that somebody works on right now is asked again by the next batch.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.models import User
from bedrock.errors import Conflict, OrderflowError
from workflows import runtime, store
from workflows.actions import audit
from workflows.actions.migration_plans import locked_migration, tell
from workflows.engine.events import Actor, Migrated
from workflows.engine.migration import Hindrance, Verdict, judge
from workflows.models import Migration, MigrationItem
from workflows.plans import Release, release_of
from workflows.store import Loaded

BATCH: Final = 100


def begin(migration_id: str, *, reason: str, starter: User, by: audit.By, now: datetime) -> Migration:
    """Give the word: from now on the sweep carries the migration out.

    Raises NotFound `migration.unknown`; BadInput `reason.too_short`; Conflict `migration.not_planned` and
    `migration.another_running`.
    """
    reason = audit.require_reason(reason)
    with transaction.atomic():
        migration = locked_migration(migration_id)
        if migration.status != Migration.Status.PLANNED:
            raise Conflict(
                "migration.not_planned", f"Expected a planned migration, found it {migration.status}.",
                status=migration.status,
            )  # fmt: skip
        running = Migration.objects.filter(definition=migration.definition_id, status=Migration.Status.RUNNING)
        if running.exists():
            raise Conflict(
                "migration.another_running", "Expected no other migration of this flow, found one under way."
            )
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
    return migration


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


def _note(item: MigrationItem, verdict: Verdict) -> None:
    """What became of it in the end: judged again, because the run has moved since the plan."""
    tell(item, verdict)
    item.status = MigrationItem.Status.MIGRATED if verdict.is_possible else MigrationItem.Status.STAYED
