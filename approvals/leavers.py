"""When people leave while they are asked: a lost voice is replaced, never dropped and never counted. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from approvals.assignment import Assignment
from approvals.ballot import Ballot
from approvals.candidates import Candidate
from approvals.deliberation import Deliberation, ended
from approvals.shortfalls import nobody
from approvals.targets import Target
from approvals.voting import Mode
from workflows.engine.events import Signalled
from workflows.engine.node_type import Ignore, Outcome

# The new seats (None: nobody is left for one of them), and the runs of the rules that found them.
Replaced = tuple[tuple[Candidate, ...] | None, list[Assignment]]


def reassess(case: Deliberation, event: Signalled) -> Outcome:
    """The organisation changed: seats that nobody can use any more are given to somebody else, or it fails.

    A voice that is lost was never heard: it counts for nothing, and the verdict waits for its replacement, whose voice
    weighs the same. Those whose turn comes later are looked for then.
    """
    ballot = case.ballot()
    gone = tuple(seat for seat in ballot.seats if not case.usable(seat))
    if not gone:
        return Ignore()
    seats, runs = _each(case, ballot, gone) if ballot.mode is not Mode.ANY else _pool(case, ballot, gone)
    if seats is None:
        return nobody(runs)
    moved = ballot.moved(seats, by_hand=False, instead=_successors(ballot, seats))
    note = case.moved_note(ballot, moved, cause="left", comment="", actor=event.actor)
    trace = case.traces(runs, cause="left")
    return case.waiting(ballot, moved, left=ended(gone, "not_needed"), trace=trace, notes=(note,))


def _each(case: Deliberation, ballot: Ballot, gone: Sequence[Candidate]) -> Replaced:
    """One other person for each who left, so that as many voices are heard as before."""
    seats, runs = list(ballot.seats), []
    for seat in gone:
        asked = replace(ballot, seats=(*ballot.seats, *seats))
        found = case.assign(_rules_of(case, ballot, seat), leaving=asked, at_most=1)
        runs.append(found)
        if not found.candidates:
            return None, runs
        seats[seats.index(seat)] = found.candidates[0]
    return tuple(seats), runs


def _pool(case: Deliberation, ballot: Ballot, gone: Sequence[Candidate]) -> Replaced:
    """Anybody may decide: those who are left do, and only when nobody is, the rules run again."""
    kept = tuple(seat for seat in ballot.seats if seat not in gone)
    if kept:
        return kept, []
    found = case.assign(_rules_of(case, ballot, gone[0]), leaving=ballot)
    return found.candidates or None, [found]


def _successors(ballot: Ballot, seats: Sequence[Candidate]) -> dict[str, tuple[str, ...]]:
    """Who came in whose place: each at the place of the one who left, or all of them for the pool."""
    old = [seat.scope for seat in ballot.seats]
    new = [seat.scope for seat in seats]
    if ballot.mode is not Mode.ANY:
        return {before: (after,) for before, after in zip(old, new, strict=True) if before != after}
    return {scope: tuple(new) for scope in old if scope not in new}


def _rules_of(case: Deliberation, ballot: Ballot, seat: Candidate) -> tuple[Target, ...]:
    """The targets in force for a seat: of the last timeout transfer, of its position, or else of the opening.

    Somebody whom a person added is in nobody's rules: whoever comes when nobody is left takes their place.
    """
    transfers = [step.to for step in case.config.timeouts[: ballot.step] if step.do == "transfer"]
    if seat.scope in ballot.added:
        return ()
    if transfers:
        return transfers[-1]
    return (ballot.position,) if ballot.position is not None else case.config.assign
