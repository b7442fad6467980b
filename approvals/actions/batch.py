"""Answering many tasks at once: preview → token → apply. Each task is decided for itself, by the answer of one task.

The token is signed and binds person, answer, tasks and revisions. All are written in one transaction; a task that is
refused holds up no other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Protocol
from uuid import UUID

from django.core import signing

from accounts.models import User
from approvals.actions.decide import hidden_unless_seen, too_late, unknown
from approvals.models import ApprovalTask
from approvals.queries import TaskWait, find_task, waits_of
from approvals.refusals import asks_requester
from bedrock.errors import BadInput, Conflict, Forbidden, OrderflowError
from workflows.actions import audit
from workflows.actions.instances import Delivered, deliver_each, foresee_each
from workflows.engine.events import Actor, Event, Signalled

MOST = 100
TOKEN_SECONDS = 300
_SALT = "approvals.batch"

Action = Literal["approve", "reject"]
Happenings = Sequence[tuple[str, Event]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The same answer to all of them, and whose it is."""

    action: Action
    comment: str
    user: User
    actor: Actor


class Decide(Protocol):
    """`foresee_each` or `deliver_each`."""

    def __call__(self, happenings: Happenings, *, now: datetime) -> list[Delivered | OrderflowError]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A task as somebody saw it."""

    id: UUID
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What becomes of one task: it is answered, or why not."""

    id: UUID
    problem: OrderflowError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would be answered, what is left out and why, the money of it by currency; without any, no token."""

    included: tuple[UUID, ...]
    excluded: tuple[Fate, ...]
    sums: Mapping[str, Decimal]
    token: str | None


def preview(looked: Sequence[Looked], said: Said, *, now: datetime) -> Preview:
    """Ask the run of each task what it would say. Changes nothing. Raises BadInput `tasks.repeated`."""
    if len({one.id for one in looked}) < len(looked):
        raise BadInput("tasks.repeated", "Expected every task once, found some of them repeated.")
    waits = waits_of([one.id for one in looked])
    fates = _fates(looked, waits, said, now=now, decide=foresee_each)
    included = [one for one, fate in zip(looked, fates, strict=True) if fate.problem is None]
    claims = {
        "person": said.actor.id, "action": said.action, "comment": said.comment,
        "tasks": [[one.id.hex, one.revision] for one in included],
    }  # fmt: skip
    return Preview(
        included=tuple(one.id for one in included),
        excluded=tuple(fate for fate in fates if fate.problem is not None),
        sums=_sums([waits[one.id] for one in included]),
        token=signing.dumps(claims, salt=_SALT, compress=True) if included else None,
    )


def apply(token: str, *, user: User, by: audit.By, now: datetime) -> list[Fate]:
    """Answer what was previewed, every check again, in the caller's transaction.

    Raises Conflict `tasks.stale_batch` when the token is not of this person or older than five minutes.
    """
    claims = _read(token)
    if claims["person"] != by.actor.id:
        raise _stale()
    looked = [Looked(id=UUID(key), revision=revision) for key, revision in claims["tasks"]]
    said = Said(action=claims["action"], comment=claims["comment"], user=user, actor=by.actor)
    return _fates(looked, waits_of([one.id for one in looked]), said, now=now, decide=deliver_each)


def _fates(
    looked: Sequence[Looked], waits: Mapping[UUID, TaskWait], said: Said, *, now: datetime, decide: Decide
) -> list[Fate]:
    """The fate of each, with the open ones decided together."""
    happenings: dict[UUID, tuple[str, Event]] = {}
    for one in looked:
        wait = waits.get(one.id)
        if wait is not None and wait.status == ApprovalTask.Status.OPEN and wait.mode != ApprovalTask.RESUBMIT:
            payload = {"comment": said.comment, "revision": one.revision}
            event = Signalled(token=wait.token, visit=wait.visit, name=said.action, payload=payload, actor=said.actor)
            happenings[one.id] = (wait.instance, event)
    answers = dict(zip(happenings, decide(list(happenings.values()), now=now), strict=True))
    return [_fate(one.id, answers.get(one.id), user=said.user) for one in looked]


def _fate(task_id: UUID, answer: Delivered | OrderflowError | None, *, user: User) -> Fate:
    if isinstance(answer, Delivered) and answer.changed:
        return Fate(id=task_id)
    if isinstance(answer, OrderflowError) and not isinstance(answer, Forbidden):
        return Fate(id=task_id, problem=answer)
    task = find_task(task_id)
    if task is None:
        return Fate(id=task_id, problem=unknown(task_id, user))
    if task.mode == ApprovalTask.RESUBMIT and task.status == ApprovalTask.Status.OPEN:
        return Fate(id=task_id, problem=hidden_unless_seen(asks_requester(), task, user=user))
    if isinstance(answer, Forbidden):
        return Fate(id=task_id, problem=hidden_unless_seen(answer, task, user=user))
    return Fate(id=task_id, problem=too_late(task, user=user))  # over before, or in this moment


def _sums(waits: Sequence[TaskWait]) -> dict[str, Decimal]:
    """The money that is decided about, by currency: of a task's facts the first that is money."""
    sums: dict[str, Decimal] = {}
    for wait in waits:
        money = next((fact["value"] for fact in wait.facts if _is_money(fact["value"])), None)
        if money is not None:
            sums[money["currency"]] = sums.get(money["currency"], Decimal(0)) + Decimal(money["amount"])
    return sums


def _is_money(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"amount", "currency"}


def _read(token: str) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = signing.loads(token, salt=_SALT, max_age=TOKEN_SECONDS)
    except signing.BadSignature:
        raise _stale() from None
    return claims


def _stale() -> Conflict:
    return Conflict(
        "tasks.stale_batch", "Expected a fresh preview of these tasks of your own, found an expired or foreign one."
    )
