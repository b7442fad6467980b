"""Answering a task: one command, one transaction, one delivery to its run. The run decides; this carries the answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.policy import Role
from approvals import papers
from approvals.ballot import Ballot, read_ballot
from approvals.candidates import scopes_of
from approvals.directory import Directory
from approvals.models import ApprovalTask
from approvals.queries import TASKS, find_task, may_see, task_of
from approvals.refusals import already_decided, asks_requester
from bedrock.errors import Conflict, Forbidden, NotFound, OrderflowError
from workflows.actions import audit
from workflows.actions.instances import Beside, Delivered, deliver_by, probe_by
from workflows.engine.events import Event, Signalled
from workflows.engine.facts import Moved
from workflows.queries import present_world

INTERVENING = ("transfer", "remove-signer", "release")  # what a supervisor may do with work that is not theirs
WORKS_HERE = (Role.APPROVER, Role.SUPERVISOR, Role.AUDITOR)  # for others a task that is not theirs is a closed door


class Teller(Protocol):
    """How a run hears of an answer: to take it, or only to say whether it would."""

    def __call__(
        self, beside: Beside, row_id: str, event_of: Callable[[Sequence[Any] | None], Event], *, now: datetime
    ) -> Delivered: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Where the run stands after the answer, and the row of the task as it was before."""

    row: Sequence[Any]
    delivered: Delivered

    def task(self) -> ApprovalTask:
        """The task after the answer, put together for whoever looks at it, still in the answer's transaction."""
        return _followed(task_of(self.row), self.delivered)


def answer(
    task_id: UUID, *, name: str, payload: Mapping[str, Any], user: User, by: audit.By, now: datetime
) -> Answered:
    """Give one of the answers of `approvals.commands` (`name`), in the caller's transaction or else in one of its own.

    Raises NotFound for a task this person cannot see; Forbidden `task.not_yours`, `task.own_request`; Conflict
    `task.already_decided` (by whom, when, how), `task.revision_conflict`; BadInput `task.comment_required` and
    what a transfer refuses. Then nothing changed.
    """
    if name not in INTERVENING:
        return _answer(task_id, name=name, payload=payload, user=user, by=by, now=now)
    with transaction.atomic():  # together with what is put on record of it
        done = _answer(task_id, name=name, payload=payload, user=user, by=by, now=now)
        _record_intervention(done, name, payload=payload, reason=str(payload.get("comment", "")), by=by, now=now)
    return done


def probe(task_id: UUID, *, name: str, payload: Mapping[str, Any], user: User, by: audit.By, now: datetime) -> Answered:
    """Whether an answer would be taken now: raises what `answer` would, and changes nothing."""
    return _answer(task_id, name=name, payload=payload, user=user, by=by, now=now, tell=probe_by)


def _answer(
    task_id: UUID, *, name: str, payload: Mapping[str, Any], user: User, by: audit.By, now: datetime,
    tell: Teller = deliver_by,
) -> Answered:  # fmt: skip
    seen: list[Sequence[Any]] = []  # the last look at the row counts: whoever was overtaken looks again

    def event_of(row: Sequence[Any] | None) -> Signalled:
        task = require_open(row, task_id, user=user)
        seen[:] = [row or ()]
        return Signalled(token=task["token"], visit=task["visit"], name=name, payload=dict(payload), actor=by.actor)

    try:
        delivered = tell(TASKS, str(task_id), event_of, now=now)
    except Forbidden as error:
        if not seen:
            raise
        raise hidden_unless_seen(error, task_of(seen[0]), user=user) from None
    if not delivered.changed:
        raise too_late(find_task(task_id) or task_of(seen[0]), user=user)
    return Answered(row=seen[0], delivered=delivered)


def require_open(row: Sequence[Any] | None, task_id: UUID, *, user: User) -> Mapping[str, Any]:
    """The columns of the row of an open task; raises what somebody hears who asks for another."""
    if row is None:
        raise unknown(task_id, user)
    task = dict(zip(TASKS.columns, row, strict=True))
    if task["status"] != ApprovalTask.Status.OPEN:
        raise too_late(task_of(row), user=user)
    if task["mode"] == ApprovalTask.RESUBMIT:
        raise hidden_unless_seen(asks_requester(), task_of(row), user=user)
    return task


def _followed(task: ApprovalTask, delivered: Delivered) -> ApprovalTask:
    """Bring the row that was read to where the step has written it, without reading it again."""
    directory = delivered.world.need(Directory)
    token = delivered.state.tokens.get(task.token)
    if token is not None and (token.node, token.visit) == (task.node, task.visit):
        if not isinstance(token.data, dict) or "seats" not in token.data:
            return find_task(task.pk) or task  # the run failed behind the answer; the row tells how it ended
        _show(task, read_ballot(token.data), directory=directory)
        task.due_at = token.due_at
        return task
    left = next(
        (
            fact
            for fact in delivered.facts
            if isinstance(fact, Moved) and (fact.node, fact.token, fact.visit) == (task.node, task.token, task.visit)
        ),
        None,
    )
    if left is None or left.why is None or "votes" not in left.why:
        return find_task(task.pk) or task
    task.close(left.why["outcome"])
    task.votes = left.why["votes"]
    task.standing = left.why.get("standing", {})
    task.decided_by, task.decided_by_name = left.why["by"], left.why["by_name"]
    task.closed_at, task.due_at, task.due_does = delivered.context.now, None, None
    task.candidates, task.scopes = [], []
    task.timing = task.timing | {"clock": None}
    return task


def _show(task: ApprovalTask, ballot: Ballot, *, directory: Directory) -> None:
    task.revision = ballot.revision
    task.scopes = [seat.scope for seat in ballot.seats]
    task.candidates = papers.candidates_of(ballot, directory=directory)
    task.votes = [papers.vote_of(given, directory=directory) for given in ballot.answers]
    task.standing = papers.standing_of(ballot, directory=directory)
    if ballot.reminded is not None:
        task.reminded_at = max(ballot.reminded, task.reminded_at or ballot.reminded)


def _record_intervention(
    done: Answered, name: str, *, payload: Mapping[str, Any], reason: str, by: audit.By, now: datetime
) -> None:
    """A supervisor who moves work that is not theirs: that is kept for good. Whose seat it is needs no reason."""
    before, after = task_of(done.row), done.task()
    directory = done.delivered.world.need(Directory)
    if name == "remove-signer":
        person, added = directory.person(by.actor.id), before.standing.get("added", ())
        asked = {one["who"]["key"] for one in added if person is not None and one["by"]["key"] == person.username}
        own = payload["to"]["user"] in asked
    elif name == "release":
        own = any(one.get("claimed_by", {}).get("id") == by.actor.id for one in before.candidates)
    else:
        scopes = scopes_of(by.actor.id, directory=directory)
        own = not set(scopes).isdisjoint(before.scopes)
    if own:
        return
    audit.record(
        f"task.{name}", by=by, reason=reason, now=now,
        on=audit.AuditObject(type="task", id=str(after.pk), title=after.subject_title),
        before={"candidates": before.candidates}, after={"candidates": after.candidates},
    )  # fmt: skip


def too_late(task: ApprovalTask, *, user: User) -> OrderflowError:
    """What somebody hears who comes after the end; strangers hear that there is no such task."""
    if not may_see(task, user=user, directory=present_world().need(Directory)):
        return unknown(task.pk, user)
    if task.status == ApprovalTask.Status.OPEN:
        return Conflict("task.moved_on", "Expected the task to wait, but its run stands elsewhere.")
    at = "" if task.closed_at is None else task.closed_at.isoformat()
    return already_decided(by=task.decided_by_name or task.decided_by, at=at, outcome=str(task.status))


def hidden_unless_seen(error: OrderflowError, task: ApprovalTask, *, user: User) -> OrderflowError:
    """What the run refused; strangers hear that there is no such task."""
    if may_see(task, user=user, directory=present_world().need(Directory)):
        return error
    return unknown(task.pk, user)


def require_visible(task_id: UUID, *, user: User) -> ApprovalTask:
    """A task that this person may see. Raises what a stranger hears: that there is none."""
    task = find_task(task_id)
    if task is None or not may_see(task, user=user, directory=present_world().need(Directory)):
        raise unknown(task_id, user)
    return task


def unknown(task_id: UUID, user: User) -> OrderflowError:
    """There is no such task for this person."""
    if user.has_role(*WORKS_HERE):
        return NotFound("task.unknown", f"Expected a task of yours, found none with id {task_id}.")
    return Forbidden("task.not_yours", "This task is not yours to act on.")
