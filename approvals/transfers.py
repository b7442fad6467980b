"""Handing work on: one's own seat to somebody else, or everybody's by a supervisor who says why. Pure."""

from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from approvals.ballot import Ballot
from approvals.candidates import Candidate
from approvals.deadlines import remaining
from approvals.deliberation import POOLED, Deliberation, Refused, ended, is_supervisor
from approvals.refusals import comment_required, not_yours, own_request, transfer_refused, unknown_target
from approvals.targets import GroupTarget, Target, UserTarget
from approvals.voting import Mode
from bedrock.errors import BadInput, Conflict
from workflows.engine.events import Actor, Signalled
from workflows.engine.node_type import Ignore, Outcome

MAX_TRANSFERS = 10  # by hand, in one visit; more is ping-pong
_TARGET: TypeAdapter[UserTarget | GroupTarget] = TypeAdapter(UserTarget | GroupTarget)


def transfer(case: Deliberation, event: Signalled) -> Outcome:
    """Somebody hands their seat to somebody else; a supervisor may hand on everybody's, with a comment."""
    ballot = case.ballot()
    comment = str(event.payload.get("comment") or "").strip()
    leaving = _seats_to_hand_on(case, ballot, event.actor, comment=comment)
    case.check_revision(ballot, event)
    return _handed_on(case, ballot, leaving, event=event, cause="transfer")


def hand_over(case: Deliberation, event: Signalled) -> Outcome:
    """One seat of somebody who is away goes to somebody else, on a decision about all of their open work.

    `seat` is its scope. With `behalf_of` (an id) only a seat that is held for that person goes.
    """
    ballot = case.ballot()
    seat = next((one for one in ballot.seats if one.scope == event.payload["seat"]), None)
    behalf_of = event.payload.get("behalf_of")
    if seat is None or (behalf_of is not None and (seat.behalf is None or seat.behalf.id != behalf_of)):
        return Ignore()
    actor = case.directory.person(event.actor.id)
    if actor is not None and actor.id == case.scope.requester:
        raise Refused(own_request())
    if actor is None or not (actor.id in (seat.key, behalf_of) or (actor.active and is_supervisor(actor))):
        raise Refused(not_yours())
    return _handed_on(case, ballot, (seat,), event=event, cause=event.payload["cause"])


def _handed_on(
    case: Deliberation, ballot: Ballot, leaving: tuple[Candidate, ...], *, event: Signalled, cause: str
) -> Outcome:
    if ballot.transfers >= MAX_TRANSFERS:
        raise Refused(Conflict(
            "task.transfer_limit", f"Expected at most {MAX_TRANSFERS} transfers of one task, found one more.",
            limit=MAX_TRANSFERS,
        ))  # fmt: skip
    target = _read_target(case, event.payload.get("to"))
    comment = str(event.payload.get("comment") or "").strip()
    staying = tuple(seat for seat in ballot.seats if seat not in leaving)
    found = case.assign([target], leaving=ballot, by_hand=True)
    if not found.candidates:
        raise Refused(transfer_refused(found))
    came = tuple(seat.scope for seat in found.candidates)
    moved = ballot.moved((*staying, *found.candidates), by_hand=True, instead={seat.scope: came for seat in leaving})
    if ballot.step < len(case.durations):
        clock = case.config.timeouts[ballot.step].clock
        left = remaining(ballot, due=case.scope.due_at, now=case.now, clock=clock, presence=case.presence)
        moved = replace(moved, since=case.now, left=left)
    note = case.moved_note(ballot, moved, cause=cause, comment=comment, actor=event.actor)
    return case.waiting(
        ballot, moved, left=ended(leaving, "transferred"), trace=case.traces([found], cause=cause),
        notes=(note,),
    )  # fmt: skip


def _seats_to_hand_on(case: Deliberation, ballot: Ballot, actor: Actor, *, comment: str) -> tuple[Candidate, ...]:
    person = case.directory.person(actor.id)
    if person is not None and person.active and is_supervisor(person):
        if actor.id == case.scope.requester:
            raise Refused(own_request())
        held = tuple(seat for seat in ballot.seats if case.may_sit(seat, person))
        if held:
            return held
        if not comment:
            raise Refused(comment_required())
        if ballot.mode is not Mode.ANY and len(ballot.seats) > 1:
            # One person instead of several would quietly weaken a countersign.
            raise Refused(BadInput("task.transfer_which_seat", "Expected one seat to hand on, but several wait."))
        return ballot.seats
    return case.seats_to_answer(ballot, actor)


def _read_target(case: Deliberation, document: Any) -> Target:
    """Whom a transfer names; unknown ones are refused."""
    try:
        target = _TARGET.validate_python(document)
    except ValidationError:
        raise Refused(unknown_target()) from None
    known = (
        case.directory.group(target.group) if isinstance(target, GroupTarget)
        else case.directory.find_person(target.user)
    )  # fmt: skip
    if known is None:
        raise Refused(unknown_target())
    if isinstance(target, GroupTarget) and case.rules.mode not in POOLED:
        raise Refused(BadInput("task.transfer_needs_person", "Expected one person for one seat, but got a group."))
    return target
