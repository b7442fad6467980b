"""Answers with time to take them back: held, taken back, brought into force. Only the sweep brings one into force."""

import logging
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import OperationalError, connection, transaction

from accounts.models import User
from approvals.actions.decide import Answered, answer, probe, require_visible
from approvals.actions.tell import tell
from approvals.models import ApprovalTask, Decision, PendingAnswer
from approvals.queries import find_task
from approvals.tidings import overtaken
from bedrock.errors import Conflict, OrderflowError
from workflows.actions.audit import By
from workflows.engine.events import Actor
from workflows.failpoints import hit

LONGEST: Final = 60  # seconds; what is held longer is forgotten by who gave it
BATCH: Final = 200
AGAIN: Final = timedelta(seconds=10)  # when an answer broke that nobody refused

_logger = logging.getLogger(__name__)


class _TakenBack(Exception):  # noqa: N818 - ends the transaction of an answer that is no longer wanted
    """Whoever gave the answer took it back, or another sweep was faster."""


def hold(
    task_id: UUID, *, name: str, payload: dict[str, Any], seconds: int, user: User, by: By, now: datetime
) -> tuple[Answered, PendingAnswer | None]:
    """Keep an answer for so many seconds, in which it may be taken back and which nobody else sees.

    It comes into force at once (None) when its time runs out before the seconds are over. Raises what the answer
    itself would raise now, and Conflict `task.answer_pending` when one of this person is held already.
    """
    asked = probe(task_id, name=name, payload=payload, user=user, by=by, now=now)
    task, commit_at = asked.task(), now + timedelta(seconds=seconds)
    if task.due_at is not None and task.due_at <= commit_at:
        return answer(task_id, name=name, payload=payload, user=user, by=by, now=now), None
    held, is_new = PendingAnswer.objects.get_or_create(
        task_id=task.pk, user=user,
        defaults={
            "name": name, "comment": str(payload.get("comment") or ""), "revision": payload["revision"],
            "form": payload.get("form") or {},
            "source": by.actor.source, "at": now, "commit_at": commit_at,
        },
    )  # fmt: skip
    if not is_new:
        raise Conflict(
            "task.answer_pending", "Expected no answer of yours that may still be taken back, found one.",
            answer=held.name, commit_at=held.commit_at.isoformat(),
        )  # fmt: skip
    hit("answer.held")
    return asked, held


def take_back(task_id: UUID, *, user: User) -> ApprovalTask:
    """Take an answer back that is not in force yet; the task as it was all the time.

    Raises NotFound for a task this person cannot see, Conflict `task.nothing_to_undo`.
    """
    deleted, _ = PendingAnswer.objects.filter(task=task_id, user=user).delete()
    task = require_visible(task_id, user=user)
    if not deleted:
        raise Conflict(
            "task.nothing_to_undo", "Expected an answer of yours that is not in force yet, found none.",
            status=str(task.status),
        )  # fmt: skip
    return task


def bring_into_force(*, now: datetime) -> int:
    """Give the answers whose time to take them back is over, oldest first; how many. Safe beside others.

    Each in a transaction of its own, together with the end of its row: killed in between, it is given later, once.
    """
    due = PendingAnswer.objects.filter(commit_at__lte=now).order_by("commit_at", "pk")
    return sum(_bring(held, now=now) for held in due.select_related("user")[:BATCH])


def _bring(held: PendingAnswer, *, now: datetime) -> int:
    person = held.user
    by = By(actor=Actor(id=str(person.pk), name=person.get_full_name(), source=held.source), ip=None)
    payload = {"comment": held.comment, "revision": held.revision, "form": held.form}
    try:
        with transaction.atomic():
            answer(held.task_id, name=held.name, payload=payload, user=person, by=by, now=now)
            # After the run is locked: whoever takes it back at this moment waits here, or is waited for.
            _end(held)
    except _TakenBack:
        return 0
    except OrderflowError as refusal:
        return _refused(held, refusal, now=now)
    except OperationalError:
        if not connection.is_usable():
            raise
        _logger.warning("run is busy", extra={"action": "approvals.answer_busy", "task": str(held.task_id)})
        return 0
    except Exception:
        if not connection.is_usable():
            raise
        _logger.exception("answer broke", extra={"action": "approvals.answer_broke", "task": str(held.task_id)})
        PendingAnswer.objects.filter(pk=held.pk).update(commit_at=now + AGAIN)
        return 0
    return 1


def _end(held: PendingAnswer) -> None:
    deleted, _ = PendingAnswer.objects.filter(pk=held.pk).delete()
    if not deleted:
        raise _TakenBack


def _refused(held: PendingAnswer, refusal: OrderflowError, *, now: datetime) -> int:
    """Somebody was faster. Who gave the answer is told, unless it was they themselves."""
    try:
        with transaction.atomic():
            _end(held)
            task = find_task(held.task_id)
            mine = Decision.objects.filter(task=held.task_id, actor=str(held.user_id)).exists()
            if task is not None and not mine:
                tell([str(held.user_id)], overtaken(held.name, refusal), task=task, now=now)
    except _TakenBack:
        return 0
    return 1
