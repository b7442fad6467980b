"""Somebody leaves the house: preview → token → apply. What they hold is given to others, and they are out at once.

One transaction for the organisation; open tasks follow by the decision about their queue, each by its own run, as for
leave. What nobody may take there is given back to the rules that assigned it.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from django.core import signing
from django.db import transaction

from accounts.actions import end_access
from accounts.models import User
from accounts.policy import Role
from approvals.actions.belongings import Belongings, belongings_of
from approvals.actions.delegations import one_at_a_time
from approvals.actions.move_queue import carry_out, event_of
from approvals.actions.tell import tell
from approvals.directory import Directory
from approvals.models import ApprovalTask, Delegation, DepartmentHead, Group, GroupMember, QueueMove
from approvals.tidings import handed_over
from bedrock.errors import BadInput, Conflict, Forbidden, NotFound, OrderflowError
from workflows.actions import audit
from workflows.actions.definitions import give_flows
from workflows.actions.instances import foresee_each
from workflows.queries import present_world

TOKEN_SECONDS: Final = 300
FORESEEN: Final = 100  # tasks of which is said who may not take them
_SALT: Final = "approvals.hand_over"

Part = Literal["tasks", "groups", "heads", "flows"]
PARTS: Final[tuple[Part, ...]] = get_args(Part)
Successors = dict[Part, str | None]  # usernames; None: nobody takes these


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A task that the successor may not take, and why (`skipped.requester`); the rules find somebody."""

    task: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What somebody holds, who may not take what, and the token that stands for having seen it."""

    belongings: Belongings
    refusals: tuple[Refusal, ...]
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """What was done; of the tasks, until now."""

    moved: int
    stayed: int
    groups: int
    heads: int
    delegations: int
    flows: int


def preview_hand_over(person_id: int, successors: Successors, *, user: User, by: audit.By, now: datetime) -> Preview:
    """What would happen. Changes nothing.

    Raises Forbidden `handover.not_supervisor`, `handover.oneself`, `handover.administrator`; NotFound `person.unknown`;
    BadInput `handover.unable` for a successor.
    """
    person = _leaver(person_id, user)
    people = _people(person, successors)
    found = belongings_of(person, now=now)
    refusals = _refusals(found, person, people["tasks"], by=by, now=now)
    claims = {
        "person": person.pk, "by": by.actor.id, "to": successors, "seen": _fingerprint(found),
        "refused": [asdict(one) for one in refusals],
    }  # fmt: skip
    return Preview(belongings=found, refusals=refusals, token=signing.dumps(claims, salt=_SALT, compress=True))


def hand_over(person_id: int, token: str, *, reason: str, user: User, by: audit.By, now: datetime) -> HandedOver:
    """Do what was previewed. Raises, besides those of the preview, BadInput `reason.too_short`, Conflict
    `handover.stale` when something has changed since, or the preview is older than five minutes or of somebody else.
    """
    reason = audit.require_reason(reason)
    person = _leaver(person_id, user)
    claims = _read(token)
    if claims["person"] != person.pk or claims["by"] != by.actor.id:
        raise _stale()
    successors: Successors = claims["to"]
    with transaction.atomic():
        one_at_a_time()
        people = _people(person, successors)
        concerned = {person.pk, *(one.pk for one in people.values() if one is not None)}
        list(User.objects.select_for_update().filter(pk__in=concerned).order_by("pk").values_list("pk"))
        found = belongings_of(person, now=now)
        refusals = _refusals(found, person, people["tasks"], by=by, now=now)
        if _fingerprint(found) != claims["seen"] or [asdict(one) for one in refusals] != claims["refused"]:
            raise _stale()
        move = _move(person, people["tasks"], reason=reason, by=by, now=now) if found.task_count else None
        _groups(person, people["groups"])
        _heads(person, people["heads"])
        ended = Delegation.objects.filter(pk__in=[one.id for one in found.delegations])
        QueueMove.objects.filter(delegation__in=ended, done_at=None).update(done_at=now)
        ended.update(ended_at=now)
        if people["flows"] is not None:
            give_flows(person, to=people["flows"])
        end_access(person)
        audit.record(
            "person.hand_over", by=by, reason=reason, now=now, after={"to": successors, **found.counts()},
            on=audit.AuditObject(type="person", id=str(person.pk), title=person.get_full_name()),
        )  # fmt: skip
    moved, stayed = _carried(move, found, now=now)
    given = {part: 0 if people[part] is None else 1 for part in PARTS}
    return HandedOver(
        moved=moved, stayed=stayed, groups=len(found.groups) * given["groups"], heads=len(found.heads) * given["heads"],
        delegations=len(found.delegations), flows=len(found.owned) * given["flows"],
    )  # fmt: skip


def _leaver(person_id: int, user: User) -> User:
    if not user.has_role(Role.SUPERVISOR):
        raise Forbidden("handover.not_supervisor", "Expected the right of a supervisor.")
    person = User.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound("person.unknown", f"Expected somebody of the house, found nobody with id {person_id}.")
    if person.pk == user.pk:
        raise Forbidden("handover.oneself", "Expected somebody else, found oneself: another supervisor hands over.")
    if person.is_superuser and not user.is_superuser:
        raise Forbidden("handover.administrator", "Expected an administrator to hand over for an administrator.")
    return person


def _people(person: User, successors: Successors) -> dict[Part, User | None]:
    """The accounts of the successors; each may decide, and is somebody else."""
    directory = present_world().need(Directory)
    people: dict[Part, User | None] = {}
    for part in PARTS:
        name = successors[part]
        found = None if name is None else directory.find_person(name)
        if name is not None and (found is None or not found.active or found.id == str(person.pk)):
            raise _unable(part, name)
        if found is not None and part != "flows" and not found.may_decide:
            raise _unable(part, found.username)
        people[part] = None if found is None else User.objects.get(pk=int(found.id))
    return people


def _refusals(found: Belongings, person: User, to: User | None, *, by: audit.By, now: datetime) -> tuple[Refusal, ...]:
    """Ask the run of each task whether the successor may take it."""
    if to is None:
        return ()
    move = QueueMove(
        person=person, to=to, cause=QueueMove.Cause.HAND_OVER, actor=by.actor.id, actor_name=by.actor.name
    )  # fmt: skip
    asked = found.tasks[:FORESEEN]
    answers = foresee_each([(one.instance, event_of(move, token=one.token, visit=one.visit)) for one in asked], now=now)
    return tuple(
        Refusal(task=one.id, code=_why(answer))
        for one, answer in zip(asked, answers, strict=True) if isinstance(answer, OrderflowError)
    )  # fmt: skip


def _why(refusal: OrderflowError) -> str:
    """The rule that passed the successor over, if one did."""
    reasons: list[str] = refusal.fields.get("reasons", [])
    return next((one for one in reversed(reasons) if one.startswith("skipped.")), refusal.code)


def _move(person: User, to: User | None, *, reason: str, by: audit.By, now: datetime) -> QueueMove | None:
    if to is None:
        return None
    return QueueMove.objects.create(
        person=person, to=to, cause=QueueMove.Cause.HAND_OVER, comment=reason[:200], actor=by.actor.id,
        actor_name=by.actor.name, due_at=now,
    )  # fmt: skip


def _groups(person: User, to: User | None) -> None:
    left = list(Group.objects.filter(members__user=person).values_list("pk", flat=True))
    GroupMember.objects.filter(user=person).delete()
    if to is not None:
        there = set(GroupMember.objects.filter(user=to, group__in=left).values_list("group_id", flat=True))
        GroupMember.objects.bulk_create(GroupMember(group_id=one, user=to) for one in left if one not in there)


def _heads(person: User, to: User | None) -> None:
    """The successor takes the place of the leaver in the order, unless they lead the department already."""
    for department in DepartmentHead.objects.filter(user=person).values_list("department_id", flat=True):
        rows = DepartmentHead.objects.filter(department=department)
        order = list(rows.order_by("position").values_list("user_id", flat=True))
        wanted = [to.pk if one == person.pk and to is not None and to.pk not in order else one for one in order]
        rows.delete()
        DepartmentHead.objects.bulk_create(
            DepartmentHead(department_id=department, user_id=one, position=position)
            for position, one in enumerate(one for one in wanted if one != person.pk)
        )


def _carried(move: QueueMove | None, found: Belongings, *, now: datetime) -> tuple[int, int]:
    """Carry out the decision about open work, batch by batch; what is busy now is left to the sweep."""
    if move is None:
        return 0, 0
    while move.done_at is None and carry_out(move, now=now):
        pass
    task = ApprovalTask.objects.filter(
        pk__in=[one.id for one in found.tasks], scopes__contains=[f"u:{move.to_id}"]
    ).order_by("opened_at").first()  # fmt: skip
    if task is not None:
        said = handed_over(move.person.get_full_name(), move.moved, by=move.actor_name)
        tell([str(move.to_id)], said, task=task, now=now)
    return move.moved, move.stayed


def _fingerprint(found: Belongings) -> str:
    return hashlib.sha256(json.dumps(asdict(found), sort_keys=True, default=str).encode()).hexdigest()


def _read(token: str) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = signing.loads(token, salt=_SALT, max_age=TOKEN_SECONDS)
    except signing.BadSignature:
        raise _stale() from None
    return claims


def _stale() -> Conflict:
    return Conflict(
        "handover.stale", "Expected the preview of now, found that something has changed since: look again."
    )


def _unable(part: str, name: str) -> BadInput:
    message = f"Expected somebody else who may decide, found {name!r}."
    problem: dict[str, Any] = {"path": part, "code": "handover.unable", "message": message, "params": {"user": name}}
    problems: Sequence[dict[str, Any]] = [problem]
    return BadInput("handover.unable", message, problems=problems, part=part)
