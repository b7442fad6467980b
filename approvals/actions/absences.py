"""Leave: stored by the person or a supervisor, with a decision about the work that waits already."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from django.db import transaction

from accounts.models import User
from accounts.policy import Role
from approvals.actions.delegations import require_own_or_supervising
from approvals.actions.move_queue import Queue, carry_out, require_decision
from approvals.directory import Directory
from approvals.models import Absence, QueueMove
from bedrock.errors import BadInput, Conflict, NotFound
from workflows.actions import audit
from workflows.queries import present_world

LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """What is wanted: instants, and for open tasks whether they stay or go to somebody (a username)."""

    start: datetime
    end: datetime
    reason: str = ""
    present: Literal["keep", "move"] | None = None
    to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Leave after it was stored, and what became of the open tasks until now."""

    absence: Absence
    waiting: int
    move: QueueMove | None


def person_of(person_id: int, user: User, *, is_reading: bool = False) -> User:
    """Whose leave it is; auditors read it. Raises Forbidden `absence.not_yours`, NotFound `person.unknown`."""
    person = User.objects.filter(pk=person_id).first()
    if not (is_reading and user.has_role(Role.AUDITOR)):
        require_own_or_supervising("" if person is None else person.username, user, code="absence.not_yours")
    if person is None:
        raise NotFound("person.unknown", f"Expected somebody of the house, found nobody with id {person_id}.")
    return person


def take_leave(person_id: int, wanted: Leave, *, user: User, by: audit.By, now: datetime) -> Taken:
    """Somebody will be away. Raises, besides `person_of`, BadInput `absence.bad_times`, `absence.over`,
    `absence.unable`, `reason.too_short` for a supervisor and `present.undecided`, Conflict `absence.overlaps`.
    """
    person = person_of(person_id, user)
    reason = wanted.reason.strip() if person == user else audit.require_reason(wanted.reason)
    _check_times(wanted, now=now)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)  # two requests at once are one after the other
        if Absence.objects.filter(person=person, start__lt=wanted.end, end__gt=wanted.start).exists():
            raise Conflict("absence.overlaps", "Expected no leave in this time, found some.")
        to = _successor(wanted, person)
        waiting = Queue(person=str(person.pk)).count()
        require_decision(wanted.present, waiting=waiting)
        absence = Absence.objects.create(person=person, start=wanted.start, end=wanted.end, reason=reason)
        move = None
        if to is not None:
            move = QueueMove.objects.create(
                person=person, to_id=to, cause=QueueMove.Cause.LEAVE, absence=absence, comment=reason,
                actor=by.actor.id, actor_name=by.actor.name, due_at=max(now, wanted.start),
            )  # fmt: skip
        _record("absence.create", absence, by=by, reason=reason, now=now, present=wanted.present, to=wanted.to)
    if move is not None and move.due_at <= now:
        carry_out(move, now=now)
    return Taken(absence=absence, waiting=waiting, move=move)


def end_leave(person_id: int, absence_id: int, *, reason: str, user: User, by: audit.By, now: datetime) -> None:
    """Leave that has not begun never was; leave that has, ends now. Work that has moved stays where it is.

    Raises, besides `person_of`, NotFound `absence.unknown`, Conflict `absence.over`, BadInput `reason.too_short`.
    """
    person = person_of(person_id, user)
    with transaction.atomic():
        absence = Absence.objects.select_for_update().filter(person=person, pk=absence_id).first()
        if absence is None:
            raise NotFound("absence.unknown", f"Expected leave of {person.username}, found none with id {absence_id}.")
        reason = reason.strip() if person == user else audit.require_reason(reason)
        if absence.end <= now:
            raise Conflict("absence.over", "Expected leave that is not over, found one that is.")
        _record("absence.end", absence, by=by, reason=reason, now=now, present=None, to=None)
        if absence.start >= now:
            absence.delete()
            return
        absence.moves.filter(done_at=None).update(done_at=now)
        absence.end = now
        absence.save(update_fields=["end"])


def _check_times(wanted: Leave, *, now: datetime) -> None:
    if not timedelta() < wanted.end - wanted.start <= LONGEST:
        message = f"Expected an end after the start, at most {LONGEST.days} days later."
        raise _refused("absence.bad_times", "end", message, most=LONGEST.days)
    if wanted.end <= now:
        raise _refused("absence.over", "end", "Expected a time that is still to come, found one that is past.")


def _successor(wanted: Leave, person: User) -> int | None:
    """The id of whoever takes the open tasks; None when they stay."""
    if wanted.present != "move":
        return None
    to = present_world().need(Directory).find_person(wanted.to or "")
    if to is None or not to.may_decide or to.id == str(person.pk):
        raise _refused("absence.unable", "to", "Expected somebody else who may decide, found nobody like that.")
    return int(to.id)


def _record(
    action: str, absence: Absence, *, by: audit.By, reason: str, now: datetime, present: str | None, to: str | None
) -> None:
    audit.record(
        action, by=by, reason=reason, now=now,
        on=audit.AuditObject(type="absence", id=str(absence.pk), title=absence.person.get_full_name()),
        after={
            "person": absence.person.username, "start": absence.start.isoformat(), "end": absence.end.isoformat(),
            "present": present, "to": to,
        },
    )  # fmt: skip


def _refused(code: str, path: str, message: str, **params: object) -> BadInput:
    problems = [{"path": path, "code": code, "message": message, "params": params}]
    return BadInput(code, message, problems=problems, **params)
