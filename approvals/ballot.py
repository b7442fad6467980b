"""The state of one open approval, as a token carries it: seats, answers, and how far its timeouts have come. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from approvals.candidates import Candidate, read_candidates
from approvals.voting import Mode, Tally, Vote, tally
from workflows.engine.events import Actor

MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One counted answer. `by` is a person's id, or `timer` when a pool kept silent; `source` says how it came."""

    by: str
    name: str
    outcome: Vote
    at: datetime
    comment: str
    source: str
    scopes: tuple[str, ...]  # the seats it was given from

    def to_json(self) -> dict[str, Any]:
        return {
            "by": self.by, "name": self.name, "outcome": self.outcome.value, "at": self.at.isoformat(),
            "comment": self.comment, "source": self.source, "scopes": list(self.scopes),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """Who is still asked, who answered, and the running timeout.

    `revision` grows when other people are asked (so a page that is open elsewhere is stale), not with answers:
    two voters of a countersign may answer at the same moment. `since` is when the running timeout began to count,
    `left` what is left of it after a transfer by hand (None: its whole length).
    """

    mode: Mode
    seats: tuple[Candidate, ...]
    since: datetime
    revision: int = 1
    answers: tuple[Answer, ...] = ()
    step: int = 0
    left: timedelta | None = None
    transfers: int = 0

    def to_json(self) -> dict[str, Any]:
        """The token's data; `read_ballot` is its inverse."""
        return {
            "mode": self.mode.value,
            "seats": [seat.to_json() for seat in self.seats],
            "since": self.since.isoformat(),
            "revision": self.revision,
            "answers": [answer.to_json() for answer in self.answers],
            "step": self.step,
            "left_us": None if self.left is None else self.left // MICROSECOND,
            "transfers": self.transfers,
        }

    def answered_by(self, id: str) -> Answer | None:  # noqa: A002 - a person's id is called id everywhere
        """This person's answer in this visit."""
        return next((answer for answer in self.answers if answer.by == id), None)

    def with_answer(self, answer: Answer) -> "Ballot":
        """The seats that this answer was given from are no longer asked."""
        seats = tuple(seat for seat in self.seats if seat.scope not in answer.scopes)
        return replace(self, seats=seats, answers=(*self.answers, answer))

    def moved(self, seats: Iterable[Candidate], *, by_hand: bool) -> "Ballot":
        """Other people are asked from now on."""
        transfers = self.transfers + 1 if by_hand else self.transfers
        return replace(self, seats=tuple(seats), revision=self.revision + 1, transfers=transfers)

    def tally(self) -> Tally:
        """What the answers of this visit amount to."""
        return tally(self.mode, votes=[(answer.by, answer.outcome) for answer in self.answers], silent=len(self.seats))


def read_ballot(data: dict[str, Any]) -> Ballot:
    """The ballot of a token's data."""
    left = data["left_us"]
    return Ballot(
        mode=Mode(data["mode"]),
        seats=read_candidates(data["seats"]),
        since=datetime.fromisoformat(data["since"]),
        revision=data["revision"],
        answers=tuple(_read_answer(answer) for answer in data["answers"]),
        step=data["step"],
        left=None if left is None else left * MICROSECOND,
        transfers=data["transfers"],
    )


def answer_of(actor: Actor, *, outcome: Vote, at: datetime, comment: str, scopes: Iterable[str]) -> Answer:
    """The answer that this actor gives."""
    return Answer(
        by=actor.id, name=actor.name, outcome=outcome, at=at, comment=comment, source=actor.source,
        scopes=tuple(scopes),
    )  # fmt: skip


def _read_answer(document: dict[str, Any]) -> Answer:
    return Answer(
        by=document["by"], name=document["name"], outcome=Vote(document["outcome"]),
        at=datetime.fromisoformat(document["at"]), comment=document["comment"],
        source=document["source"], scopes=tuple(document["scopes"]),
    )  # fmt: skip
