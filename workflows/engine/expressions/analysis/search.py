"""Looks for an input that makes several conditions come out as wanted: shown, proven impossible, or unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Generic, TypeVar

from workflows.engine.expressions.analysis.facts import Facts, Ground
from workflows.engine.expressions.analysis.linear import TooManyRowsError
from workflows.engine.expressions.analysis.meaning import All, AnyOf, Formula

Accepted = TypeVar("Accepted")
Goal = int
Missed = frozenset[Goal]
# What is still to be chosen from: the goal that asks for it, and the ways.
Pending = list[tuple[Goal, tuple[Formula, ...]]]

_PER_STEP: Final = 4
_PER_INPUT: Final = 12


class Silence(Enum):
    """Why no input is answered."""

    IMPOSSIBLE = "impossible"  # proven: there is none
    UNKNOWN = "unknown"  # none was found, and that there is none was not proven


@dataclass(slots=True)
class Budget:
    """How much work may still be done; a unit is some microseconds."""

    left: int

    def spend(self, work: int) -> None:
        """Do some work; raises OutOfBudgetError when there was not enough left."""
        if self.left <= 0:
            raise OutOfBudgetError
        self.left -= work


class OutOfBudgetError(Exception):
    """The budget is used up; nothing more is known."""


@dataclass(slots=True)
class Search(Generic[Accepted]):
    """One question. `propose` makes inputs from facts, `accept` takes one or says which goals it misses.

    Without `accept` it is only asked for a proof that nothing is possible.
    """

    ground: Ground
    propose: Callable[[Facts], Iterator[dict[str, Any]]]
    accept: Callable[[dict[str, Any]], Accepted | Missed] | None
    budget: Budget
    is_incomplete: bool = False

    def answer(self, wanted: Sequence[Formula]) -> Accepted | Silence:
        """What was accepted, or why nothing was."""
        try:
            found = self._explore(Facts(self.ground), list(enumerate(wanted)), [])
        except OutOfBudgetError:
            return Silence.UNKNOWN
        if found is not None:
            return found
        return Silence.UNKNOWN if self.is_incomplete else Silence.IMPOSSIBLE

    def _explore(self, facts: Facts, agenda: list[tuple[Goal, Formula]], pending: Pending) -> Accepted | None:
        self.budget.spend(_PER_STEP + len(pending) + len(facts.constraints))
        remaining = _settled(facts, agenda, pending)
        if remaining is None or not self._may_hold(facts):
            return None
        if not remaining:
            return self._shown(facts)
        missed: Missed = frozenset()
        for values in self._proposed(facts, most=1):
            answer = self._accepted(values)
            if not isinstance(answer, frozenset):
                return answer
            missed = answer
        # An input that is almost right says what to decide next.
        chosen = min(remaining, key=lambda each: (each[0] not in missed, len(each[1])))
        others = [each for each in remaining if each is not chosen]
        for way in chosen[1]:
            found = self._explore(facts.copy(), [(chosen[0], way)], others)
            if found is not None:
                return found
        return None

    def _may_hold(self, facts: Facts) -> bool:
        try:
            return facts.are_consistent()
        except TooManyRowsError:
            self.is_incomplete = True
            return False

    def _shown(self, facts: Facts) -> Accepted | None:
        """An input that is accepted for facts in which nothing is left open."""
        for values in self._proposed(facts):
            answer = self._accepted(values)
            if not isinstance(answer, frozenset):
                return answer
        if not facts.refute_inequations():
            self.is_incomplete = True
            if self.accept is None:
                raise OutOfBudgetError
        return None

    def _proposed(self, facts: Facts, most: int | None = None) -> Iterator[dict[str, Any]]:
        if self.accept is not None:
            for place, values in enumerate(self.propose(facts)):
                if place == most:
                    return
                self.budget.spend(_PER_INPUT)
                yield values

    def _accepted(self, values: dict[str, Any]) -> Accepted | Missed:
        return self.accept(values) if self.accept is not None else frozenset()


def _settled(facts: Facts, agenda: list[tuple[Goal, Formula]], pending: Pending) -> Pending | None:
    """Assume everything that has no alternative; what is left to choose from, or None when it contradicts itself."""
    while True:
        for goal, formula in _flat(agenda):
            if isinstance(formula, AnyOf):
                pending = [*pending, (goal, formula.parts)]
            elif isinstance(formula, All) or not facts.assume(formula):
                return None
        agenda, left = [], []
        for goal, ways in pending:
            known = [(way, facts.status(way)) for way in ways]
            if any(status is True for _, status in known):
                continue
            possible = tuple(way for way, status in known if status is None)
            if not possible:
                return None
            if len(possible) == 1:
                agenda.append((goal, possible[0]))
            else:
                left.append((goal, possible))
        pending = left
        if not agenda:
            return pending


def _flat(formulas: Iterable[tuple[Goal, Formula]]) -> Iterator[tuple[Goal, Formula]]:
    for goal, formula in formulas:
        if isinstance(formula, All):
            yield from _flat((goal, part) for part in formula.parts)
        else:
            yield goal, formula
