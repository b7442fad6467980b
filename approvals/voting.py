"""The tally: what the votes of one visit amount to. Whole numbers only, and never the last voter's opinion."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """How many must agree."""

    ANY = "any"  # the first answer decides
    ALL = "all"  # everybody must approve; one rejection decides


class Verdict(StrEnum):
    """What the votes amount to."""

    OPEN = "open"  # not decided yet
    APPROVED = "approved"
    REJECTED = "rejected"


class Vote(StrEnum):
    """One person's answer."""

    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counted votes. `needed` is what approval takes, `silent` who could still answer."""

    verdict: Verdict
    approved: int
    rejected: int
    silent: int
    needed: int


def tally(mode: Mode, *, votes: Mapping[str, Vote] | Iterable[tuple[str, Vote]], silent: int) -> Tally:
    """Count the votes of one visit, one per voter.

    `silent` voters have not answered. Decided as soon as no answer that may still come can change the verdict;
    nobody asked and nobody voted is never a pass.
    """
    answers = dict(votes)
    approved = sum(vote is Vote.APPROVED for vote in answers.values())
    rejected = len(answers) - approved
    everybody = approved + rejected + silent
    match mode:
        case Mode.ANY:
            needed = 1
            # Both at once cannot come from a run, which ends at its first answer; a rejection is the safe reading.
            decided = Verdict.REJECTED if rejected else Verdict.APPROVED if approved >= needed else Verdict.OPEN
        case Mode.ALL:
            needed = max(everybody, 1)
            if approved + silent < needed:
                decided = Verdict.REJECTED if everybody else Verdict.OPEN
            else:
                decided = Verdict.APPROVED if approved >= needed else Verdict.OPEN
    return Tally(verdict=decided, approved=approved, rejected=rejected, silent=silent, needed=needed)
