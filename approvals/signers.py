"""Added signers: somebody whom a voter asks before, after or beside themselves; they may be taken out again. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from approvals.ballot import Answer, Ballot, Clock, Turn
from approvals.candidates import Candidate, Kind
from approvals.deadlines import remaining
from approvals.deliberation import Deliberation, Refused, is_supervisor
from approvals.directory import Person
from approvals.refusals import (
    already_asked,
    comment_required,
    not_added,
    not_yours,
    own_request,
    signer_refused,
    unknown_target,
)
from approvals.targets import UserTarget
from approvals.voting import PLAIN, Mode, Voice
from bedrock.errors import BadInput, Conflict
from workflows.engine.events import Actor, Signalled
from workflows.engine.node_type import Note, Outcome

MAX_ADDED: Final = 10  # in one visit, however deep they ask each other
BEFORE, AFTER, BESIDE = "before", "after", "parallel"
_TARGET: TypeAdapter[UserTarget] = TypeAdapter(UserTarget)


def add(case: Deliberation, event: Signalled) -> Outcome:
    """Somebody who is asked asks somebody else as well: before them, after them, or beside them.

    Before: their own seat waits until the added one has answered, and its time stands still if nobody else is asked.
    The same rules look for the person as at the opening, and leave the same trace.
    """
    ballot = case.ballot()
    held = case.seats_to_answer(ballot, event.actor)
    case.check_revision(ballot, event)
    how = event.payload.get("how")
    if how not in (BEFORE, AFTER, BESIDE):
        raise Refused(BadInput("task.unknown_place", f"Expected before, after or parallel, found {how!r}."))
    if len(ballot.added) >= MAX_ADDED:
        raise Refused(Conflict(
            "task.signer_limit", f"Expected at most {MAX_ADDED} added signers of one task, found one more.",
            limit=MAX_ADDED,
        ))  # fmt: skip
    person = _person(case, event.payload.get("to"))
    if person.id == event.actor.id or _is_asked(case, ballot, person, beside=how == BESIDE):
        raise Refused(already_asked(person.name))
    found = case.assign([UserTarget(kind="user", user=person.username)], leaving=ballot, by_hand=True, at_most=1)
    if not found.candidates:
        raise Refused(signer_refused(found))
    after = _placed(case, ballot, found.candidates[0], held=held, how=how)
    after = replace(after, added={**ballot.added, found.candidates[0].scope: event.actor.id})
    left = {seat.scope: "paused" for seat in held} if how == BEFORE else {}
    note = _note(case, f"added_{how}", person=found.candidates[0], event=event)
    return case.waiting(ballot, after, left=left, trace=case.traces([found], cause="added"), notes=(note,))


def remove(case: Deliberation, event: Signalled) -> Outcome:
    """An added signer who has not answered is not asked after all; the votes are counted anew, which may decide.

    By whoever added them, or by a supervisor who says why. Whom the step itself asks cannot be taken out: fewer voices
    would pass what somebody was meant to stop.
    """
    ballot = case.ballot()
    person = _person(case, event.payload.get("to"))
    scope = Candidate(kind=Kind.USER, key=person.id).scope
    seat = next((one for one in ballot.pending() if one.scope == scope), None)
    actor = case.directory.person(event.actor.id)
    comment = str(event.payload.get("comment") or "").strip()
    _may_remove(case, ballot, actor, scope=scope, comment=comment)
    case.check_revision(ballot, event)
    if seat is None or scope not in ballot.added:
        raise Refused(not_added(person.name))
    rest = ballot.moved((one for one in ballot.seats if one != seat), by_hand=False)
    added = {one: by for one, by in ballot.added.items() if one != scope}
    after = replace(
        rest, turns=tuple(turn for turn in rest.turns if turn.seat != seat), added=added,
        answers=_decisive_again(rest, adder=ballot.added[scope], added=added),
        voices={one: voice for one, voice in ballot.voices.items() if one != scope},
    )  # fmt: skip
    note = _note(case, "removed", person=seat, event=event)
    return case.counted(ballot, after, actor=event.actor, notes=(note,), left={scope: "removed"})


def _decisive_again(ballot: Ballot, *, adder: str, added: Mapping[str, str]) -> tuple[Answer, ...]:
    """Whoever gave the word on to nobody else any more has the last word again."""
    pending = {seat.scope for seat in ballot.pending()}
    if any(by == adder and scope in pending for scope, by in added.items()):
        return ballot.answers
    return tuple(replace(one, hands_on=False) if one.by == adder else one for one in ballot.answers)


def _may_remove(case: Deliberation, ballot: Ballot, actor: Person | None, *, scope: str, comment: str) -> None:
    if actor is not None and actor.id == case.scope.requester:
        raise Refused(own_request())
    if actor is None or not actor.may_decide:
        raise Refused(not_yours())
    if ballot.added.get(scope) == actor.id:
        return
    if not is_supervisor(actor):
        raise Refused(not_yours())
    if not comment:
        raise Refused(comment_required())


def _placed(case: Deliberation, ballot: Ballot, seat: Candidate, *, held: tuple[Candidate, ...], how: str) -> Ballot:
    """The ballot with the added seat in its place."""
    own = tuple(one.scope for one in held)
    voices = {**ballot.voices, **_voice_of(case, ballot, seat)}
    match how:
        case "parallel":
            return replace(ballot.moved((*ballot.seats, seat), by_hand=False), voices=voices)
        case "after":
            turns = (Turn(seat=seat, behind=own), *ballot.turns)
            return replace(ballot.moved(ballot.seats, by_hand=False), voices=voices, turns=turns)
        case _:
            others = tuple(one for one in ballot.seats if one not in held)
            clock = Clock() if others else _stopped(case, ballot)
            paused = tuple(Turn(seat=one, behind=(seat.scope,), clock=clock) for one in held)
            moved = ballot.moved((*others, seat), by_hand=False)
            asked = replace(moved, voices=voices, turns=(*paused, *ballot.turns))
            return asked if others else replace(asked, step=0, since=case.now, left=None)


def _stopped(case: Deliberation, ballot: Ballot) -> Clock:
    """Where the row of timeouts stands now, to go on from when its people are asked again."""
    if ballot.step >= len(case.durations):
        return Clock(step=ballot.step)
    clock = case.config.timeouts[ballot.step].clock
    left = remaining(ballot, due=case.scope.due_at, now=case.now, clock=clock, presence=case.presence)
    return Clock(step=ballot.step, left=left)


def _voice_of(case: Deliberation, ballot: Ballot, seat: Candidate) -> dict[str, Voice]:
    """What an added voice weighs: as the step says, or nothing where the total was fixed at the opening."""
    if ballot.mode is not Mode.VOTE:
        return {}
    if ballot.rules.fixed:
        return {seat.scope: Voice(weight=0)}
    voice = case.config.vote.voice_of(seat, directory=case.directory)
    return {} if voice == PLAIN else {seat.scope: voice}


def _is_asked(case: Deliberation, ballot: Ballot, person: Person, *, beside: bool) -> bool:
    """Whether this person has a seat already; beside a pool, also as one of its members."""
    own = Candidate(kind=Kind.USER, key=person.id)
    return own in ballot.pending() or (beside and any(case.may_sit(seat, person) for seat in ballot.seats))


def _person(case: Deliberation, document: Any) -> Person:
    try:
        target = _TARGET.validate_python(document)
    except ValidationError:
        raise Refused(unknown_target()) from None
    person = case.directory.find_person(target.user)
    if person is None:
        raise Refused(unknown_target())
    return person


def _note(case: Deliberation, cause: str, *, person: Candidate, event: Signalled) -> Note:
    """A line of the history, told as every change of who is asked."""
    before = replace(case.ballot(), seats=())
    comment = str(event.payload.get("comment") or "").strip()
    actor: Actor = event.actor
    return case.moved_note(before, replace(before, seats=(person,)), cause=cause, comment=comment, actor=actor)
