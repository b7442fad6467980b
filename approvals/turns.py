"""Whose turn comes next: positions of a sequence, added signers, and those who were paused for one. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol

from approvals.assignment import Assignment
from approvals.ballot import Ballot, Turn
from approvals.candidates import Candidate, Kind
from approvals.targets import Target
from approvals.voting import Mode

_Found = tuple[tuple[Candidate, ...] | None, tuple[Assignment, ...]]
WhenEmpty = Literal["ask", "reject", "pass", "stop"]


class Assigner(Protocol):
    """Who knows the rules and the organisation."""

    def assign(
        self, targets: Sequence[Target], *, leaving: Ballot | None = None, last_resort: bool = True,
        at_most: int | None = None,
    ) -> Assignment:  # fmt: skip
        """Run the rules."""

    def usable(self, seat: Candidate) -> bool:
        """Whether somebody may sit there now."""

    def carried(self, ballot: Ballot) -> Ballot:
        """With the answers of those who approved the same before, as the step says."""

    def when_empty(self) -> WhenEmpty:
        """What the step says of a position for which nobody is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """The ballot with those whose turn has come, and the runs of the rules that found them.

    `nobody`: for one of the turns nobody at all was left; then the ballot is of no use.
    """

    ballot: Ballot
    runs: tuple[Assignment, ...] = ()
    asked: tuple[Candidate, ...] = ()
    nobody: bool = False


def come(ballot: Ballot, *, by: Assigner, now: datetime) -> Came:
    """Ask everybody whose turn it is. Each is looked for when the turn comes, not before; who has answered is not."""
    came = Came(ballot=ballot)
    while (turn := _ready(came.ballot)) is not None:
        found, runs = _who(turn, came.ballot, by=by)
        came = replace(came, runs=(*came.runs, *runs))
        if found is None:
            return replace(came, nobody=True)
        seated = by.carried(_seated(came.ballot, turn, found, now=now))
        asked = tuple(seat for seat in found if seat in seated.seats)
        came = replace(came, ballot=seated, asked=(*came.asked, *asked))
    return came


def _ready(ballot: Ballot) -> Turn | None:
    pending = {seat.scope for seat in ballot.pending()}
    for turn in ballot.turns:
        waits_for = sum(scope in pending for scope in turn.behind)
        # Where any one decides, any one of those in front gives the word on.
        enough = len(turn.behind) - 1 if ballot.mode is Mode.ANY else 0
        if turn.behind and waits_for <= enough:
            return turn
    return ballot.turns[0] if ballot.turns and not ballot.seats else None


def _who(turn: Turn, ballot: Ballot, *, by: Assigner) -> _Found:
    """Whom this turn means now: nobody (empty) if they have answered already, None if nobody at all is left.

    Whom a target names who answered for somebody else, was not heard yet and has no second voice: another is asked.
    """
    seat = turn.seat
    if seat is None:
        return _named(() if turn.target is None else (turn.target,), ballot, by=by)
    if seat.kind is Kind.USER and ballot.answered_by(seat.key) is not None:
        return (), ()
    if by.usable(seat):
        return (seat,), ()
    found = by.assign((), leaving=ballot, at_most=1)
    return found.candidates or None, (found,)


def _named(targets: tuple[Target, ...], ballot: Ballot, *, by: Assigner) -> _Found:
    found = by.assign(targets, leaving=ballot, last_resort=False, at_most=1)
    if found.candidates:
        return found.candidates, (found,)
    rule = by.when_empty()
    if rule == "pass" or any(why.code == "skipped.already_voted" for why in found.trace):
        return (), (found,)
    if rule == "ask":
        found = by.assign(targets, leaving=ballot, at_most=1)
    return found.candidates or None, (found,)


def _seated(ballot: Ballot, turn: Turn, found: tuple[Candidate, ...], *, now: datetime) -> Ballot:
    alone = bool(found) and not ballot.seats
    after = replace(
        ballot, seats=(*ballot.seats, *found), turns=tuple(one for one in ballot.turns if one is not turn),
        position=turn.target or ballot.position,
    )  # fmt: skip
    if turn.seat is not None and found and found[0] != turn.seat:
        after = after.renamed({turn.seat.scope: tuple(seat.scope for seat in found)})
    if not alone:
        return after  # the clock is that of those who are asked already
    return replace(after, step=turn.clock.step, since=now, left=turn.clock.left)
