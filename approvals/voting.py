"""The tally: what the votes of one visit amount to. Whole numbers only, and never the last voter's opinion."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import override

_THRESHOLD = re.compile(r"(?:(>)?([1-9]\d{0,5})/([1-9]\d{0,5})|([1-9]\d{0,5}))", re.ASCII)


class Mode(StrEnum):
    """How many must agree."""

    ANY = "any"  # the first answer decides
    ALL = "all"  # everybody must approve; one rejection decides
    SEQUENCE = "sequence"  # the same, one after the other
    VOTE = "vote"  # a threshold decides


class Verdict(StrEnum):
    """What the votes amount to."""

    OPEN = "open"  # not decided yet
    APPROVED = "approved"
    REJECTED = "rejected"
    UNHEARD = "unheard"  # everybody abstained: whoever comes when nobody is left must be asked


class Vote(StrEnum):
    """One person's answer."""

    APPROVED = "approved"
    REJECTED = "rejected"
    ABSTAINED = "abstained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """How much is enough: a weight, or `parts` of `of` equal parts of the total; `more` than that if it is strict."""

    parts: int
    of: int | None = None
    more: bool = False

    def needed(self, total: int) -> int:
        """The least weight that is enough, in whole numbers; it may be more than there is."""
        if self.of is None:
            return self.parts
        least = self.parts * total // self.of + 1 if self.more else -(-self.parts * total // self.of)
        return max(least, 1)

    def met(self, weight: int, *, total: int) -> bool:
        """Whether this weight is enough."""
        return weight >= self.needed(total)

    @override
    def __str__(self) -> str:
        return str(self.parts) if self.of is None else f"{'>' if self.more else ''}{self.parts}/{self.of}"


def read_threshold(text: str) -> Threshold | None:
    """`3` (a weight), `2/3` (at least) or `>1/2` (more than); None for anything else, and for more than the whole."""
    found = _THRESHOLD.fullmatch(text.strip())
    if found is None:
        return None
    more, parts, of, count = found.groups()
    if count is not None:
        return Threshold(parts=int(count))
    beyond = int(parts) >= int(of) if more else int(parts) > int(of)
    return None if beyond else Threshold(parts=int(parts), of=int(of), more=more is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When a visit is decided. The thresholds belong to `vote`.

    `fixed`: the total is what was asked at the opening, less who abstained; otherwise what is asked now, less who
    abstained. `early`: as soon as a rule holds or approval is out of reach; otherwise when everybody has answered.
    """

    mode: Mode
    approve: Threshold = Threshold(parts=1)
    reject: Threshold | None = None
    fixed: bool = False
    early: bool = True
    abstain: bool = False  # whether abstaining is an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What an answer from a seat is worth. `veto`: its rejection decides; `must`: no approval without its answer."""

    weight: int = 1
    veto: bool = False
    must: bool = False


PLAIN = Voice()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """One answer to count. One that `hands_on` gives the word to somebody else and alone decides nothing."""

    outcome: Vote
    voice: Voice = PLAIN
    hands_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counted weights. `needed` is what approval takes of `total`, `silent` what could still come."""

    verdict: Verdict
    approved: int
    rejected: int
    abstained: int
    silent: int
    needed: int
    total: int


def tally(rules: Rules, *, cast: Iterable[Cast], silent: Iterable[Voice], opened: int = 0) -> Tally:
    """Count the answers of one visit, one per voter.

    `silent` voters have not answered, also those whose turn comes later; `opened` is the weight that was asked at the
    opening. Rejection goes before approval where both would hold; nobody asked and nobody heard is never a pass.
    """
    answers, waiting = tuple(cast), tuple(silent)
    weights = {vote: sum(one.voice.weight for one in answers if one.outcome is vote) for vote in Vote}
    yes, no, out = weights[Vote.APPROVED], weights[Vote.REJECTED], weights[Vote.ABSTAINED]
    open_weight = sum(voice.weight for voice in waiting)
    total = opened - out if rules.fixed else yes + no + open_weight
    match rules.mode:
        case Mode.ANY:
            needed, verdict = 1, _first(answers, waiting)
        case Mode.ALL | Mode.SEQUENCE:
            needed, verdict = max(total, 1), _everybody(answers, waiting)
        case Mode.VOTE:
            needed = rules.approve.needed(total)
            verdict = _voted(rules, answers=answers, waiting=waiting, total=total)
    return Tally(
        verdict=verdict, approved=yes, rejected=no, abstained=out, silent=open_weight, needed=needed, total=total
    )


def _first(answers: tuple[Cast, ...], waiting: tuple[Voice, ...]) -> Verdict:
    # Both at once cannot come from a run, which ends at its first answer; a rejection is the safe reading.
    if any(one.outcome is Vote.REJECTED for one in answers):
        return Verdict.REJECTED
    decides = any(one.outcome is Vote.APPROVED and not (one.hands_on and waiting) for one in answers)
    return Verdict.APPROVED if decides else Verdict.OPEN


def _everybody(answers: tuple[Cast, ...], waiting: tuple[Voice, ...]) -> Verdict:
    if any(one.outcome is Vote.REJECTED for one in answers):
        return Verdict.REJECTED
    return Verdict.APPROVED if answers and not waiting else Verdict.OPEN


def _voted(rules: Rules, *, answers: tuple[Cast, ...], waiting: tuple[Voice, ...], total: int) -> Verdict:
    """The threshold decides. When everybody has answered and no rule holds, it is rejected."""
    if waiting and not rules.early:
        return Verdict.OPEN
    yes = sum(one.voice.weight for one in answers if one.outcome is Vote.APPROVED)
    no = sum(one.voice.weight for one in answers if one.outcome is Vote.REJECTED)
    vetoed = any(one.outcome is Vote.REJECTED and one.voice.veto for one in answers)
    if vetoed or (rules.reject is not None and rules.reject.met(no, total=total)):
        return Verdict.REJECTED
    if not waiting and not yes and not no:
        return Verdict.UNHEARD if answers else Verdict.OPEN
    if rules.approve.met(yes, total=total) and not any(voice.must for voice in waiting):
        return Verdict.APPROVED
    # To approve serves approval more than to abstain does, so this is the most that can still come.
    best = yes + sum(voice.weight for voice in waiting)
    return Verdict.OPEN if waiting and rules.approve.met(best, total=total) else Verdict.REJECTED
