"""The sweeps: due timers are fired in sets, jobs whose bell nobody heard are performed, the wings' chores are done.

Any number may run at once. Runs are locked first and busy ones are never waited for, so nothing here can deadlock with
commands: what is busy comes next time. What breaks is told and costs only itself.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import DatabaseError, InterfaceError, close_old_connections, connection, transaction

from bedrock.clock import now
from workflows import jobs, runtime, store, wings
from workflows.engine.events import Event, TimerDue
from workflows.engine.state import State, Token
from workflows.failpoints import hit
from workflows.models import Timer
from workflows.prepared import fetch

BATCH = 200
PAUSE_SECONDS = 0.5
BELL_PATIENCE_SECONDS = 3.0
REST_SECONDS = 10.0
HANDS: Final = 4  # threads that perform left jobs, one job each at a time
STOP_SECONDS = 10.0

# The commit waits for no disk: a beat that a crash undoes is followed by the next one.
_BEAT: Final = """
WITH beat AS (
    INSERT INTO workflows_heartbeat (name, at) VALUES ('scheduler', %s)
    ON CONFLICT (name) DO UPDATE SET at = excluded.at)
SELECT set_config('synchronous_commit', 'off', true)
"""

_logger = logging.getLogger(__name__)
_resting: dict[str, datetime] = {}  # runs whose due time broke beyond an incident, and until when they are left alone


def sweep_timers() -> int:
    """Keep what was promised for now, fire what is due and say that the heart beats; how much moved."""
    present = now()
    kept = sum(_chore(opener, now=present) for opener in wings.openers())
    fired = fire_due(now=present)
    fetch(_BEAT, [present])
    return kept + fired


def sweep_jobs() -> int:
    """Perform one job whose bell nobody heard. One, so that a slow one keeps no other waiting; how many were taken."""
    return jobs.perform_due(overdue_seconds=BELL_PATIENCE_SECONDS, limit=1)


def sweep_chores() -> int:
    """Let every janitor of the wings look for its work; how much moved."""
    hit("sweep.begun")
    return sum(_chore(janitor, now=now()) for janitor in wings.janitors())


def _chore(janitor: wings.Janitor, *, now: datetime) -> int:
    try:
        return janitor(now=now)
    except Exception as error:
        if _is_database_away(error):
            raise
        name = getattr(janitor, "__name__", repr(janitor))
        _logger.exception("chore broke", extra={"action": "workflows.chore_broke", "chore": name})
        return 0


def fire_due(*, now: datetime, limit: int = BATCH) -> int:
    """Fire the timers that are due, oldest first, one transaction per batch; how many runs moved.

    Sweeps that fire at once share the work: what one has claimed, the others pass over.
    """
    for instance in [one for one, until in _resting.items() if until <= now]:
        _resting.pop(instance, None)
    fired = 0
    more = Timer.objects.filter(due_at__lte=now).exists()
    while more:
        claimed, moved = _fire_next(now=now, limit=limit)
        fired += moved
        more = moved > 0 and claimed == limit
    return fired


def _fire_next(*, now: datetime, limit: int) -> tuple[int, int]:
    """Fire one batch; of how many timers, and how many runs moved."""
    claimed: list[str] = []
    try:
        with transaction.atomic():
            rows = store.claim_due(now=now, limit=limit, besides=list(_resting))
            claimed += rows
            runs = [store.load(row) for row in rows.values()]
            delivered = runtime.deliver_to_locked(_due_events(now), runs=runs, now=now)
            hit("timer.claimed")
    except Exception as error:
        if _is_database_away(error) or not claimed:
            raise
        # One run that breaks must not hold up the others.
        return limit, sum(_fire_alone(instance, now=now) for instance in claimed)
    return len(rows), sum(one.changed for one in delivered)


def _fire_alone(instance_id: str, *, now: datetime) -> int:
    try:
        with transaction.atomic():
            delivered = runtime.deliver_to_all(_due_events(now), instance_ids=[instance_id], now=now)
    except Exception as error:
        if _is_database_away(error):
            raise
        _logger.exception("timer broke", extra={"action": "workflows.timer_broke", "instance": instance_id})
        return _give_up(instance_id, error, now=now)
    return sum(one.changed for one in delivered)


def _due_events(now: datetime) -> Callable[[State], Sequence[Event]]:
    def due_of(state: State) -> Sequence[Event]:
        return [TimerDue(token=token.id, visit=token.visit, attempt=token.attempt) for token in _due(state, now=now)]

    return due_of


def _due(state: State, *, now: datetime) -> list[Token]:
    due = [token for token in state.tokens.values() if token.due_at is not None and token.due_at <= now]
    return sorted(due, key=lambda token: (token.due_at or now, token.id))


def _give_up(instance_id: str, error: Exception, *, now: datetime) -> int:
    """What has to follow a due time was refused: an incident. A run that cannot take even that rests for a while."""
    if not isinstance(error, DatabaseError):  # which may be over at the next try
        try:
            return runtime.give_up(instance_id, error, waits=lambda state: _due(state, now=now), now=now)
        except Exception as refused:
            if _is_database_away(refused):
                raise
            _logger.exception("incident refused", extra={"action": "workflows.run_rests", "instance": instance_id})
    _resting[instance_id] = now + timedelta(seconds=REST_SECONDS)
    return 0


def _is_database_away(error: Exception) -> bool:
    return isinstance(error, DatabaseError | InterfaceError) and not connection.is_usable()


def forget() -> None:
    """Let no run rest any longer; for tests that roll their runs back."""
    _resting.clear()


def loop(stop: threading.Event) -> None:
    """Sweep until told to stop. Due times have this thread for themselves; what may call somebody has others."""
    beside = [
        _beside(sweep_chores, stop),
        # Taking turns, the hands together look as often as one alone would.
        *(_beside(sweep_jobs, stop, pause=PAUSE_SECONDS * HANDS, first=PAUSE_SECONDS * hand) for hand in range(HANDS)),
    ]
    _repeat(sweep_timers, stop)
    end = time.monotonic() + STOP_SECONDS
    for thread in beside:
        thread.join(max(0.0, end - time.monotonic()))


def _beside(sweep: Callable[[], int], stop: threading.Event, **pauses: float) -> threading.Thread:
    thread = threading.Thread(
        target=_repeat, args=(sweep, stop), kwargs=pauses, name=sweep.__name__, daemon=True
    )  # fmt: skip
    thread.start()
    return thread


def _repeat(
    sweep: Callable[[], int], stop: threading.Event, *, pause: float = PAUSE_SECONDS, first: float = 0.0
) -> None:
    """One kind of sweep until told to stop. A database that is away is waited for."""
    stop.wait(first)
    while not stop.is_set():
        done = 0
        try:
            close_old_connections()
            done = sweep()
        except Exception:
            _logger.exception("sweep failed", extra={"action": "workflows.sweep_failed", "sweep": sweep.__name__})
        if not done:
            stop.wait(pause)
    connection.close()
