"""Claiming a pool's task and giving it back; asking people to hurry. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from approvals.ballot import Ballot
from approvals.candidates import Candidate, Kind
from approvals.claims import Claim
from approvals.deadlines import working_calendar
from approvals.deliberation import Deliberation, Refused, is_supervisor
from approvals.refusals import claimed, comment_required, not_yours, own_request
from bedrock.errors import BadInput, Conflict
from workflows.engine.calendars import NoOpenTime
from workflows.engine.events import Signalled
from workflows.engine.node_type import Note, Outcome

REMIND_AGAIN: Final = timedelta(minutes=30)


def claim(case: Deliberation, event: Signalled) -> Outcome:
    """Somebody takes a pool's task for themselves: the others of the pool cannot answer it, its time goes on."""
    ballot = case.ballot()
    pools = [seat for seat in case.seats_to_answer(ballot, event.actor) if seat.kind is not Kind.USER]
    case.check_revision(ballot, event)
    if not pools:
        raise Refused(BadInput("task.nothing_to_claim", "Expected a task of several people, found one of yours alone."))
    own = case.claim_on(pools[0], ballot)
    if own is not None:
        raise Refused(claimed(own))
    taken = Claim(by=event.actor.id, name=event.actor.name, at=case.now)
    after = replace(
        ballot.moved(ballot.seats, by_hand=False), claims={**ballot.claims, **{seat.scope: taken for seat in pools}}
    )
    note = Note(what="claimed", data={"seats": [seat.scope for seat in pools]}, actor=event.actor)
    return case.waiting(ballot, after, notes=(note,))


def release(case: Deliberation, event: Signalled) -> Outcome:
    """Whoever claimed a task gives it back to its pool, or a supervisor does who says why."""
    ballot = case.ballot()
    comment = str(event.payload.get("comment") or "").strip()
    mine = [scope for scope, one in ballot.claims.items() if one.by == event.actor.id]
    person = case.directory.person(event.actor.id)
    if not mine:
        if event.actor.id == case.scope.requester:
            raise Refused(own_request())
        if person is None or not person.active or not is_supervisor(person):
            raise Refused(not_yours())
        if not comment:
            raise Refused(comment_required())
        mine = list(ballot.claims)
    case.check_revision(ballot, event)
    if not mine:
        raise Refused(Conflict("task.not_claimed", "Expected a task that somebody has claimed, found it free."))
    claims = {scope: one for scope, one in ballot.claims.items() if scope not in mine}
    after = replace(ballot.moved(ballot.seats, by_hand=False), claims=claims)
    data = {"seats": mine, "claimed_by": [ballot.claims[scope].name for scope in mine], "comment": comment}
    note = Note(what="released", data=data, actor=event.actor)
    return case.waiting(ballot, after, notes=(note,))


def remind(case: Deliberation, event: Signalled) -> Outcome:
    """Who asked, or a supervisor, asks those who are asked to hurry: at most every 30 minutes, and not while nobody of
    them is at work, unless it is urgent."""
    ballot = case.ballot()
    person = case.directory.person(event.actor.id)
    if person is None or not person.active:
        raise Refused(not_yours())
    if person.id != case.scope.requester and not is_supervisor(person):
        raise Refused(not_yours())
    last = ballot.reminded
    if last is not None and case.now < last + REMIND_AGAIN:
        raise Refused(Conflict(
            "task.reminded_recently", f"Expected the last reminder before {(case.now - REMIND_AGAIN).isoformat()}.",
            reminded_at=last.isoformat(), again_at=(last + REMIND_AGAIN).isoformat(),
        ))  # fmt: skip
    urgent = bool(event.payload.get("urgent"))
    opens = _opens(case, ballot)
    if not urgent and opens is not None and opens > case.now:
        raise Refused(Conflict(
            "task.off_hours", "Expected somebody at work who could hurry, found nobody; say that it is urgent.",
            opens_at=opens.isoformat(),
        ))  # fmt: skip
    comment = str(event.payload.get("comment") or "").strip()
    data = {"seats": [seat.scope for seat in ballot.seats], "by_hand": True, "urgent": urgent, "comment": comment}
    note = Note(what="reminded", data=data, actor=event.actor)
    return case.waiting(ballot, replace(ballot, reminded=case.now), notes=(note,), reminded_at=case.now)


def _opens(case: Deliberation, ballot: Ballot) -> datetime | None:
    """When somebody who is asked is at work; None if nobody ever is, which no reminder can wait for."""
    seats: tuple[Candidate, ...] = ballot.seats
    try:
        return working_calendar(seats, presence=case.presence.of(ballot.since), at=case.now).next_open(case.now)
    except NoOpenTime:
        return None
