"""What happens to an open approval when its time is over: reminded, handed on, decided by silence, left. Pure."""

from dataclasses import replace
from datetime import datetime

from approvals.ballot import Ballot, answer_of
from approvals.candidates import Candidate, Kind
from approvals.deliberation import Deliberation, ended
from approvals.targets import Target
from approvals.voting import Mode, Verdict, Vote
from workflows.engine.events import Actor
from workflows.engine.node_type import Note, Outcome

TIMED_OUT = "timed_out"


def timeout(case: Deliberation, actor: Actor) -> Outcome:
    """The running timeout is due: do what it says, and start the next one from now."""
    ballot = case.ballot()
    due = case.deadline(ballot)
    if due is not None and due > case.now:
        # A calendar or an absence changed since the timer was set: it is not time yet.
        note = Note(what="due_moved", data={"due_at": due.isoformat()})
        return case.waiting(ballot, ballot, notes=(note,))
    step = case.config.timeouts[ballot.step]
    later = replace(ballot, step=ballot.step + 1, since=case.now, left=None)
    match step.do:
        case "remind":
            note = Note(what="reminded", data={"seats": [seat.scope for seat in ballot.seats]})
            return case.waiting(ballot, later, notes=(note,), reminded_at=case.now)
        case "transfer":
            return _hand_over(case, ballot, later, to=step.to)
        case "approve" | "reject":
            vote = Vote.APPROVED if step.do == "approve" else Vote.REJECTED
            return case.counted(ballot, _silence_counts(case, later, vote, actor), actor=actor)
        case "leave":
            note = Note(what="timed_out", data={"step": ballot.step})
            return case.closed(ballot, later, port=TIMED_OUT, status=TIMED_OUT, actor=actor, notes=(note,))


def reckoned(case: Deliberation) -> datetime | None:
    """When the running step is due by the calendars of now; None if it counts by the wall clock."""
    ballot = case.ballot()
    if ballot.step >= len(case.durations) or case.config.timeouts[ballot.step].clock != "working":
        return None
    return case.deadline(ballot)


def _hand_over(case: Deliberation, before: Ballot, later: Ballot, *, to: tuple[Target, ...]) -> Outcome:
    """Whoever kept silent is replaced; when nobody is found, not even an owner, the work stays where it is."""
    found = case.assign(to, leaving=before)
    trace = case.traces([found], cause="timeout")
    if not found.candidates:
        note = Note(what="transfer_found_nobody", data={"step": before.step})
        return case.waiting(before, later, trace=trace, notes=(note,))
    moved = _handed_over(case, later, found.candidates)
    if moved.tally().verdict is not Verdict.OPEN:
        note = Note(what="transfer_found_too_few", data={"step": before.step})
        return case.waiting(before, later, trace=trace, notes=(note,))
    note = case.moved_note(before, moved, cause="timeout", comment="", actor=None)
    return case.waiting(before, moved, left=ended(before.seats, "transferred"), trace=trace, notes=(note,))


def _handed_over(case: Deliberation, ballot: Ballot, seats: tuple[Candidate, ...]) -> Ballot:
    """All seats that are asked go to these, with the voices that the step gives them."""
    came = tuple(seat.scope for seat in seats)
    moved = ballot.moved(seats, by_hand=False, instead={seat.scope: came for seat in ballot.seats})
    changed = {seat.scope for seat in ballot.seats} | set(came)
    kept = {scope: voice for scope, voice in ballot.voices.items() if scope not in changed}
    added = {scope: by for scope, by in ballot.added.items() if scope not in changed}
    return replace(moved, voices=kept | case.voices_of(seats), added=added)


def _silence_counts(case: Deliberation, ballot: Ballot, vote: Vote, actor: Actor) -> Ballot:
    """Each silent voter's own silence is an answer; a pool that kept silent is one. Nobody's silence is none."""
    for seat in filter(case.usable, ballot.seats):
        person = case.directory.person(seat.key) if seat.kind is Kind.USER else None
        by = actor if person is None else Actor(id=person.id, name=person.name, source=actor.source)
        given = answer_of(ballot, by, outcome=vote, at=case.now, comment="", scopes=[seat.scope])
        ballot = ballot.with_answer(given)
        if ballot.mode is Mode.ANY:
            break
    return ballot
