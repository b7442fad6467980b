"""Open work of somebody who is away goes to somebody else, because whoever was asked said so.

A decision is a row, stored with the leave or the delegation that it belongs to, and carried out when that begins: each
task by its own run in a transaction of its own, so that a process that dies leaves the rest to the next sweep.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction

from approvals.models import Assignment, QueueMove
from bedrock.errors import BadInput, OrderflowError
from workflows.actions.instances import deliver
from workflows.engine.events import Actor, Signalled

BATCH = 200

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Which open work is meant: the seats of a person, in these flows or in all, perhaps only what is for somebody."""

    person: str
    flows: tuple[str, ...] = ()
    behalf_of: str | None = None  # a username

    def count(self) -> int:
        """How many tasks that is now; one statement."""
        seats = Assignment.objects.filter(scope=f"u:{self.person}", status=Assignment.Status.OPEN)
        if self.flows:
            seats = seats.filter(task__definition_key__in=self.flows)
        if self.behalf_of is not None:
            seats = seats.filter(task__candidates__contains=[{"on_behalf_of": {"key": self.behalf_of}}])
        return seats.count()


def require_decision(present: str | None, *, waiting: int) -> None:
    """Raises BadInput `present.undecided` (with the number) when work waits and nobody has said what becomes of it."""
    if waiting and present is None:
        message = f"Expected a decision about {waiting} open tasks, found none."
        raise BadInput(
            "present.undecided", message, waiting=waiting,
            problems=[
                {"path": "present", "code": "present.undecided", "message": message, "params": {"waiting": waiting}}
            ],
        )  # fmt: skip


def carry_out_moves(*, now: datetime) -> int:
    """Carry out what is due, some batches of it; how many tasks moved. Safe to run twice and beside others."""
    return sum(carry_out(move, now=now) for move in QueueMove.objects.filter(done_at=None, due_at__lte=now)[:BATCH])


def carry_out(move: QueueMove, *, now: datetime) -> int:
    """One batch of a decision; how many tasks moved. What nobody may take stays; what is busy is tried again."""
    seats = Assignment.objects.filter(
        scope=f"u:{move.person_id}", status=Assignment.Status.OPEN, pk__gt=move.cursor
    ).order_by("pk")
    if move.flows:
        seats = seats.filter(task__definition_key__in=move.flows)
    rows = list(seats.values_list("pk", "task__instance", "task__token", "task__visit")[:BATCH])
    cursor, busy, moved, stayed = move.cursor, False, 0, 0
    for pk, instance, token, visit in rows:
        told = _tell(move, str(instance), token, visit, now=now)
        busy = busy or told is None
        moved += told is True
        if not busy:
            cursor = pk
            stayed += told is False
    done = not busy and len(rows) < BATCH
    changes: dict[str, Any] = {"cursor": cursor, "moved": move.moved + moved, "stayed": move.stayed + stayed}
    QueueMove.objects.filter(pk=move.pk, done_at=None).update(**changes, **({"done_at": now} if done else {}))
    move.refresh_from_db()
    return moved


def _tell(move: QueueMove, instance: str, token: int, visit: int, *, now: datetime) -> bool | None:
    """Whether the task moved; None when its run is busy."""
    try:
        with transaction.atomic():
            return deliver(instance, event_of(move, token=token, visit=visit), now=now).changed
    except OperationalError:
        if not connection.is_usable():
            raise
        _logger.warning("run is busy", extra={"action": "approvals.move_busy", "instance": instance})
        return None
    except OrderflowError as error:
        _logger.info("task stays", extra={"action": "approvals.task_stays", "instance": instance, "code": error.code})
        return False


def event_of(move: QueueMove, *, token: int, visit: int) -> Signalled:
    """What the run of one task is told."""
    return Signalled(
        token=token, visit=visit, name="hand-over", payload=_payload(move),
        actor=Actor(id=move.actor, name=move.actor_name),
    )  # fmt: skip


def _payload(move: QueueMove) -> dict[str, Any]:
    """What the run is told. A delegation asks the rules about its owner anew, and they find who acts for them."""
    named = move.person if move.cause == QueueMove.Cause.DELEGATION else move.to
    ended = move.cause == QueueMove.Cause.DELEGATION_ENDED
    return {
        "seat": f"u:{move.person_id}", "to": {"kind": "user", "user": named.username}, "cause": str(move.cause),
        "comment": move.comment, "behalf_of": str(move.to_id) if ended else None,
    }  # fmt: skip
