"""Delegating and taking it back: what is stored is checked against all that others have delegated."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.db import connection, transaction

from accounts.models import User
from accounts.policy import Role
from approvals.actions.move_queue import Queue, carry_out, require_decision
from approvals.delegation import MAX_CHAIN, circle, overlapping
from approvals.directory import Delegation as Given
from approvals.directory import Directory, Person
from approvals.directory_rows import bounds_of
from approvals.models import Delegation, QueueMove
from bedrock.errors import BadInput, Conflict, Forbidden, NotFound
from workflows.actions import audit
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.flow_book import FlowBook
from workflows.engine.world import World
from workflows.queries import present_world

MAX_DAYS = 366
_LOCK = 7_301_011  # advisory lock: a circle is seen when one delegation is stored after the other

Present = Literal["keep", "move"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to delegate: usernames, days, keys of flows; `present` is for open tasks."""

    person: str
    to: str
    start: date
    end: date
    flows: tuple[str, ...] = ()
    reason: str = ""
    present: Present | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A delegation after a change, and what became of the open tasks until now; `move` is None when they stay."""

    delegation: Delegation
    waiting: int
    move: QueueMove | None


def delegate(wanted: Wanted, *, user: User, by: audit.By, now: datetime) -> Settled:
    """Let somebody act for a person, who is oneself unless a supervisor decides it, with a reason.

    Raises Forbidden `delegation.not_yours`; BadInput `delegation.unknown_person`, `.to_oneself`, `.unable`,
    `.bad_days`, `.over`, `.unknown_flow`, `reason.too_short`, `present.undecided`; Conflict `.overlaps`, `.circle`.
    """
    require_own_or_supervising(wanted.person, user, code="delegation.not_yours")
    reason = wanted.reason.strip() if wanted.person == user.username else audit.require_reason(wanted.reason)
    with transaction.atomic():
        one_at_a_time()
        world = present_world()
        person, to = _people(wanted, world.need(Directory))
        row = Delegation(
            person_id=int(person.id), to_id=int(to.id), start=wanted.start, end=wanted.end, reason=reason,
            zone=zone_of_person(person, world), flows=sorted(set(wanted.flows)), created_at=now,
            created_by=by.actor.id,
        )  # fmt: skip
        _check(row, world, now=now)
        queue = Queue(person=person.id, flows=tuple(row.flows))
        waiting = queue.count()
        require_decision(wanted.present, waiting=waiting)
        row.save(force_insert=True)
        move = None
        if wanted.present == "move":
            move = _move(row, QueueMove.Cause.DELEGATION, flows=row.flows, by=by, at=max(now, bounds_of(row)[0]))
        _record("delegation.create", row, person, by=by, reason=reason, now=now, present=wanted.present)
    return Settled(delegation=row, waiting=waiting, move=_begun(move, now=now))


def end_delegation(
    delegation_id: int, *, present: Present | None, reason: str, user: User, by: audit.By, now: datetime
) -> Settled:
    """End a delegation now; what the other holds for the person stays there or goes back.

    Raises NotFound `delegation.unknown`; Forbidden `delegation.not_yours`; Conflict `delegation.over`; BadInput
    `reason.too_short` for a supervisor, `present.undecided`.
    """
    with transaction.atomic():
        one_at_a_time()
        row = Delegation.objects.select_related("person", "to").filter(pk=delegation_id).first()
        if row is None or not may_see(row, user):
            raise NotFound("delegation.unknown", f"Expected a delegation of yours, found none with id {delegation_id}.")
        require_own_or_supervising(row.person.username, user, code="delegation.not_yours")
        reason = reason.strip() if row.person_id == user.pk else audit.require_reason(reason)
        if bounds_of(row)[1] <= now:
            raise Conflict("delegation.over", "Expected a delegation that still holds, found one that is over.")
        waiting = Queue(person=str(row.to_id), flows=tuple(row.flows), behalf_of=row.person.username).count()
        require_decision(present, waiting=waiting)
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        row.moves.filter(done_at=None).update(done_at=now)  # what was to move at its begin, or moves just now
        move = None
        if present == "move":
            move = _move(row, QueueMove.Cause.DELEGATION_ENDED, flows=row.flows, by=by, at=now)
        person = Person(id=str(row.person_id), username=row.person.username, name=row.person.get_full_name())
        _record("delegation.end", row, person, by=by, reason=reason, now=now, present=present)
    return Settled(delegation=row, waiting=waiting, move=_begun(move, now=now))


def require_own_or_supervising(username: str, user: User, *, code: str) -> None:
    """Raises Forbidden `code` for what is another person's, unless a supervisor asks."""
    if username != user.username and not user.has_role(Role.SUPERVISOR):
        raise Forbidden(code, "Expected your own, or the right of a supervisor.")


def may_see(row: Delegation, user: User) -> bool:
    """Whose it is, who acts, and those who supervise or audit."""
    return user.pk in (row.person_id, row.to_id) or user.has_role(Role.SUPERVISOR, Role.AUDITOR)


def zone_of_person(person: Person, world: World) -> str:
    """The zone in which a person's days begin: of their department's calendar, or else of one of their groups'."""
    directory, book = world.need(Directory), world.need(CalendarBook)
    keys = [one.calendar for one in directory.ancestry(person.department)]
    keys += [group.calendar for key in directory.groups_of(person.id) if (group := directory.group(key)) is not None]
    return next((book[key].zone for key in keys if key is not None and key in book), "UTC")


def one_at_a_time() -> None:
    """Wait until nobody else stores delegations; until the end of the caller's transaction nobody does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _people(wanted: Wanted, directory: Directory) -> tuple[Person, Person]:
    person, to = (directory.find_person(name) for name in (wanted.person, wanted.to))
    if person is None or to is None:
        path = "person" if person is None else "to"
        raise _refused("delegation.unknown_person", path, "Expected somebody of the house, found nobody.")
    if person.id == to.id:
        raise _refused("delegation.to_oneself", "to", "Expected somebody else, found the same person.")
    if not to.may_decide:
        raise _refused("delegation.unable", "to", f"Expected somebody who may decide, found {to.name}.", name=to.name)
    return person, to


def _check(row: Delegation, world: World, *, now: datetime) -> None:
    directory = world.need(Directory)
    if not 0 < (row.end - row.start).days <= MAX_DAYS:
        message = f"Expected 1 to {MAX_DAYS} days, found {(row.end - row.start).days}."
        raise _refused("delegation.bad_days", "end", message, most=MAX_DAYS)
    start, end = bounds_of(row)
    if end <= now:
        raise _refused("delegation.over", "end", "Expected a day that is still to come, found one that is past.")
    unknown = [key for key in row.flows if world.need(FlowBook).find(key) is None]
    if unknown:
        message = f"Expected flows that are live, found {', '.join(unknown)}."
        raise _refused("delegation.unknown_flow", "flows", message, flows=unknown)
    wanted = Given(by=str(row.person_id), to=str(row.to_id), start=start, end=end, flows=frozenset(row.flows))
    known = [one for given in directory.delegations.values() for one in given if one.end > now]
    if overlapping(wanted, known) is not None:
        raise Conflict("delegation.overlaps", "Expected no delegation of these flows in this time, found another one.")
    way = circle(wanted, known)
    if way is not None:
        names = _names(way, directory)
        raise Conflict(
            "delegation.circle", f"Expected a way to somebody else in at most {MAX_CHAIN} steps, found {names}.",
            way=names, most=MAX_CHAIN,
        )  # fmt: skip


def _names(way: Iterable[str], directory: Directory) -> str:
    return " → ".join(one if (person := directory.person(one)) is None else person.name for one in way)


def _move(row: Delegation, cause: QueueMove.Cause, *, flows: list[str], by: audit.By, at: datetime) -> QueueMove:
    ended = cause == QueueMove.Cause.DELEGATION_ENDED
    person, to = (row.to_id, row.person_id) if ended else (row.person_id, row.to_id)
    return QueueMove.objects.create(
        person_id=person, to_id=to, cause=cause, delegation=row, flows=flows, comment=row.reason, actor=by.actor.id,
        actor_name=by.actor.name, due_at=at,
    )  # fmt: skip


def _begun(move: QueueMove | None, *, now: datetime) -> QueueMove | None:
    if move is not None and move.due_at <= now:
        carry_out(move, now=now)
    return move


def _record(
    action: str, row: Delegation, person: Person, *, by: audit.By, reason: str, now: datetime, present: str | None
) -> None:
    audit.record(
        action, by=by, reason=reason, now=now,
        on=audit.AuditObject(type="delegation", id=str(row.pk), title=f"{person.name} → {row.to.get_full_name()}"),
        after={
            "person": row.person.username, "to": row.to.username, "start": row.start.isoformat(),
            "end": row.end.isoformat(), "zone": row.zone, "flows": row.flows, "present": present,
        },
    )  # fmt: skip


def _refused(code: str, path: str, message: str, **params: object) -> BadInput:
    problems = [{"path": path, "code": code, "message": message, "params": params}]
    return BadInput(code, message, problems=problems, **params)
