"""Starting flows by their schedules: what comes next is reckoned from the live version, what is due starts in sets.

A row per flow is locked, and what is locked is left to whoever holds it; the time, the run and the next time are
written in one transaction, and a time can be written once. So any number of sweeps start one run per time.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import DatabaseError, connection, transaction

from workflows import runtime
from workflows.engine.events import CLOCK, Started
from workflows.engine.plan import Plan
from workflows.engine.schedule import Schedule, due_times
from workflows.engine.state import Subject
from workflows.engine.world import World
from workflows.given_variables import read_variables
from workflows.models import Definition, ScheduledRun, StartSchedule
from workflows.plans import release_of

BATCH: Final = 50
KEPT: Final = timedelta(days=90)
SUBJECT: Final = "schedule"  # the type of what such runs are about: a time

# Flows whose live version is another than the one that was reckoned with; a retired flow has none.
_MOVED: Final = """
SELECT d.id, CASE WHEN d.retired_at IS NULL THEN d.live_version_id END
FROM workflows_definition d LEFT JOIN workflows_startschedule s ON s.definition_id = d.id
WHERE s.version IS DISTINCT FROM CASE WHEN d.retired_at IS NULL THEN d.live_version_id END
LIMIT %s
"""
_FORGET: Final = """
DELETE FROM workflows_scheduledrun WHERE id IN (
    SELECT id FROM workflows_scheduledrun WHERE done_at < %s ORDER BY done_at LIMIT %s FOR UPDATE SKIP LOCKED)
"""

_logger = logging.getLogger(__name__)


def reckon_schedules(*, now: datetime) -> int:
    """Reckon anew for flows whose live version has changed; how many. One statement while none has."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, [BATCH])
        moved = cursor.fetchall()
    for definition, version in moved:
        with transaction.atomic():
            _reckon(definition, version, now=now)
    return len(moved)


def start_scheduled(*, now: datetime) -> int:
    """Start what is due, of each flow one time, so that what was missed comes one by one; how many were seen to."""
    seen = 0
    due = StartSchedule.objects.filter(next_at__lte=now).order_by("next_at").values_list("pk", flat=True)[:BATCH]
    for definition in list(due):
        try:
            seen += _start_next(definition, now=now)
        except DatabaseError:
            if not connection.is_usable():
                raise
            # Another sweep was faster, or the database had trouble: the row stands as it was.
            _logger.warning("scheduled start put off", extra={"action": "workflows.schedule_put_off"})
    return seen


def forget_scheduled(*, now: datetime) -> int:
    """Delete a batch of old times; how many. Their runs stay."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [now - KEPT, BATCH])
        return int(cursor.rowcount)


def _reckon(definition: UUID, version: UUID | None, *, now: datetime) -> None:
    schedule = None if version is None else _schedule_of(str(version))
    row, _ = StartSchedule.objects.select_for_update().get_or_create(definition_id=definition)
    same = schedule is not None and (row.cron, row.zone) == (schedule.cron, schedule.zone)
    if not same or row.next_at is None:  # a time that has not been seen to outlives a change of something else
        row.next_at = None if schedule is None else schedule.compiled().after(now)
    row.version = version
    row.cron, row.zone = ("", "") if schedule is None else (schedule.cron, schedule.zone)
    row.save()


@transaction.atomic
def _start_next(definition: UUID, *, now: datetime) -> int:
    rows = StartSchedule.objects.select_for_update(skip_locked=True, of=("self",))
    row = rows.select_related("definition").filter(pk=definition, next_at__lte=now).first()
    if row is None or row.next_at is None or not _is_current(row):
        return 0
    schedule = _schedule_of(str(row.version))
    if schedule is None:
        return 0
    cron = schedule.compiled()
    times = due_times(schedule, cron, since=row.next_at, now=now)
    row.next_at = times[1] if len(times) > 1 else cron.after(now)
    row.save(update_fields=["next_at"])
    if not times:
        _logger.warning("scheduled start skipped", extra={"action": "workflows.schedule_skipped", "flow": row.pk})
        return 0
    _begin(row.definition, schedule, at=times[0], now=now)
    return 1


def _begin(definition: Definition, schedule: Schedule, *, at: datetime, now: datetime) -> None:
    """One run of the live version, or the reason why there is none, which stands beside the time."""
    try:
        with transaction.atomic():
            started = runtime.start(_event(definition, schedule, at), now=now, key=definition.key, admit=_admit)
        run, code = (None, "definition.not_live") if started is None else (started.instance_id, "")
    except DatabaseError:
        raise
    except Exception as error:  # a flow that cannot start must not keep its next time, nor the others
        run, (code, _) = None, runtime.cause_of(error)
        _logger.exception(
            "scheduled start refused", extra={"action": "workflows.schedule_refused", "flow": definition.key}
        )
    ScheduledRun.objects.create(definition=definition, at=at, instance=run, code=code, done_at=now)


def _event(definition: Definition, schedule: Schedule, at: datetime) -> Started:
    shown = at.astimezone(ZoneInfo(schedule.zone)).strftime("%Y-%m-%d %H:%M")
    title = schedule.title.zh or schedule.title.en or definition.title.get("zh") or definition.title.get("en") or ""
    subject = Subject(type=SUBJECT, id=at.strftime("%Y-%m-%dT%H:%M:%SZ"), title=f"{title} {shown}".strip())
    variables = {schedule.into: at.isoformat()} if schedule.into else {}
    return Started(subject=subject, variables=variables, actor=CLOCK)


def _admit(plan: Plan, event: Started, _world: World) -> Started:
    """Every variable of the flow is there; those that nobody gives have no value."""
    given: Mapping[str, Any] = {one.name: None for one in plan.variables} | dict(event.variables)
    return Started(
        subject=event.subject, variables=read_variables(plan.variables, given), requester=event.requester,
        actor=event.actor,
    )  # fmt: skip


def _is_current(row: StartSchedule) -> bool:
    """Whether the row was reckoned with the version that is live; if not, it is reckoned anew first."""
    flow = row.definition
    return flow.retired_at is None and flow.live_version_id == row.version


def _schedule_of(version: str) -> Schedule | None:
    schedule: Schedule | None = getattr(release_of(version).plan.start.config, "schedule", None)
    return schedule
