"""The janitor: fires due timers in sets and performs jobs whose bell nobody heard. Any number may run at once.

It locks runs first and never waits for a busy one, so it cannot deadlock with commands: what is busy comes next time.
"""

import logging
import threading
from collections.abc import Sequence
from datetime import datetime

from django.db import DatabaseError, close_old_connections, transaction

from bedrock.clock import now
from bedrock.errors import OrderflowError
from workflows import jobs, runtime, wings
from workflows.engine.events import ActivityFailed, Event, TimerDue
from workflows.engine.state import State, Token
from workflows.failpoints import hit
from workflows.models import Heartbeat, Timer

BATCH = 200
PAUSE_SECONDS = 0.5
BELL_PATIENCE_SECONDS = 3.0

_logger = logging.getLogger(__name__)


def run_once() -> int:
    """One sweep: due timers, then jobs that were left lying; how many things were done."""
    present = now()
    done = fire_due(now=present)
    done += jobs.perform_due(overdue_seconds=BELL_PATIENCE_SECONDS)
    done += sum(janitor(now=present) for janitor in wings.janitors())
    Heartbeat.objects.update_or_create(name="scheduler", defaults={"at": present})
    return done


def fire_due(*, now: datetime, limit: int = BATCH) -> int:
    """Fire the timers that are due, oldest first, one transaction per batch; how many runs moved."""
    fired = 0
    while due := _due_runs(now=now, limit=limit):
        moved = _fire(due, now=now)
        fired += moved
        if moved == 0 or len(due) < limit:
            break
    return fired


def _due_runs(*, now: datetime, limit: int) -> Sequence[str]:
    due = Timer.objects.filter(due_at__lte=now).order_by("due_at").values_list("instance", flat=True)
    return list(dict.fromkeys(str(instance) for instance in due[:limit]))


def _fire(instance_ids: Sequence[str], *, now: datetime) -> int:
    def due_of(state: State) -> Sequence[Event]:
        return [TimerDue(token=token.id, visit=token.visit, attempt=token.attempt) for token in _due(state, now=now)]

    try:
        with transaction.atomic():
            delivered = runtime.deliver_to_all(due_of, instance_ids=instance_ids, now=now)
            hit("timer.claimed")
    except Exception as error:
        if len(instance_ids) > 1:  # one run that breaks must not hold up the others
            return sum(_fire([instance], now=now) for instance in instance_ids)
        _logger.exception("timer broke", extra={"action": "workflows.timer_broke", "instance": instance_ids[0]})
        return 0 if isinstance(error, DatabaseError) else _give_up(instance_ids[0], error, now=now)
    return sum(one.changed for one in delivered)


def _due(state: State, *, now: datetime) -> list[Token]:
    due = [token for token in state.tokens.values() if token.due_at is not None and token.due_at <= now]
    return sorted(due, key=lambda token: (token.due_at or now, token.id))


def _give_up(instance_id: str, error: Exception, *, now: datetime) -> int:
    """What has to follow a due time was refused: an incident, or it would be tried at every sweep for ever."""
    code = error.code if isinstance(error, OrderflowError) else "timer.broke"
    message = error.message if isinstance(error, OrderflowError) else f"Expected a step, found {type(error).__name__}."

    def failure_of(state: State) -> Sequence[Event]:
        return [
            ActivityFailed(token=token.id, visit=token.visit, attempt=token.attempt, code=code, message=message)
            for token in _due(state, now=now)[:1]
        ]

    with transaction.atomic():
        delivered = runtime.deliver_to_all(failure_of, instance_ids=[instance_id], now=now)
    return sum(one.changed for one in delivered)


def loop(stop: threading.Event) -> None:
    """Sweep until told to stop. A database that is away is waited for."""
    while not stop.is_set():
        done = 0
        try:
            close_old_connections()
            done = run_once()
        except DatabaseError:
            _logger.exception("sweep failed", extra={"action": "workflows.sweep_failed"})
        if not done:
            stop.wait(PAUSE_SECONDS)
