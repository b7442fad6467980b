"""Inputs that the evaluator of the language has really decided: the only witnesses that may be reported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from workflows.engine.expressions.analysis.facts import Facts, ground_of
from workflows.engine.expressions.analysis.models import SIZED, Maker
from workflows.engine.expressions.analysis.slots import Slots
from workflows.engine.expressions.errors import EvaluationError
from workflows.engine.expressions.language import Condition
from workflows.engine.json_values import encode

# A condition that fails on an input comes out neither true nor false nor unknown.
FAILS: Final = "fails"
Outcome = bool | str | None


@dataclass(frozen=True, slots=True)
class Decided:
    """An input, its variables as JSON, on which a condition decides when it is asked for the first time."""

    values: Mapping[str, Any]
    is_complete: bool  # no value is missing
    conditions: Sequence[Condition]
    known: dict[int, Outcome] = field(default_factory=dict)

    def outcome(self, branch: int) -> Outcome:
        """What the condition of a branch came to."""
        if branch not in self.known:
            self.known[branch] = _outcome(self.conditions[branch], self.values)
        return self.known[branch]

    def takes(self) -> int | None:
        """The first branch whose condition is true; None when none is, or when one fails before."""
        for branch in range(len(self.conditions)):
            outcome = self.outcome(branch)
            if outcome is True:
                return branch
            if outcome == FAILS:
                return None
        return None


@dataclass(slots=True)
class Inputs:
    """The inputs tried so far for the conditions of one gateway."""

    conditions: Sequence[Condition]
    paths: Sequence[tuple[str, ...]]  # everything they read
    tried: list[Decided] = field(default_factory=list)

    def decide(self, values: Mapping[str, Any]) -> Decided:
        """An input of decoded values in its JSON form, to be decided on."""
        document = {name: encode(value) for name, value in values.items() if value is not None}
        is_complete = all(_is_there(values, path) for path in self.paths)
        decided = Decided(values=document, is_complete=is_complete, conditions=self.conditions)
        self.tried.append(decided)
        return decided


def _outcome(condition: Condition, document: Mapping[str, Any]) -> Outcome:
    try:
        return condition.decide(document)
    except EvaluationError:
        return FAILS


def _is_there(values: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    place: Any = values
    for step in path:
        place = place.get(step) if isinstance(place, Mapping) else None
    return place is not None


def samples(slots: Slots, maker: Maker) -> Iterator[dict[str, Any]]:
    """A few plain inputs that often answer a question without any search: nothing there, all alike, rising, falling."""
    ground = ground_of(slots)
    yield {}
    sized = [number for number, slot in enumerate(slots.known) if slot.path and slot.kind in SIZED]
    yield from maker.filled(Facts(ground), {})
    if not sized:
        return
    for start, step in ((0, 1), (1, 0), (len(sized), -1), (1000, 1000)):
        yield from maker.filled(
            Facts(ground), {number: Fraction(max(start + step * place, 1)) for place, number in enumerate(sized)}
        )
