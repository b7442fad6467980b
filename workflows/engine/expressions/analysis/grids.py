"""Which values of a quantity a person can read, and which it can have at all: cents, whole numbers, minutes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Final

from workflows.engine.currencies import MINOR_UNITS
from workflows.engine.variables import Kind

SECOND: Final = 1_000_000  # durations and moments are counted in microseconds
DAY: Final = 86_400 * SECOND
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FINEST: Final = 10**40  # one part of it is the smallest step of a decimal


@dataclass(frozen=True, slots=True)
class Span:
    """The values between two limits; None where there is none."""

    low: Fraction | None = None
    is_low_open: bool = False
    high: Fraction | None = None
    is_high_open: bool = False

    def __contains__(self, value: Fraction) -> bool:
        above = self.low is None or value > self.low or (value == self.low and not self.is_low_open)
        return above and (self.high is None or value < self.high or (value == self.high and not self.is_high_open))


@dataclass(frozen=True, slots=True)
class Grid:
    """Steps from coarse to fine, and the values that are tried first. The last step is the finest there is."""

    steps: tuple[Fraction, ...]
    favourites: tuple[Fraction, ...]
    is_decimal: bool = False  # any finite decimal is possible, not only multiples of the last step

    def has(self, value: Fraction) -> bool:
        """Whether the quantity can have exactly this value."""
        if not self.is_decimal:
            return (value / self.steps[-1]).denominator == 1
        return _FINEST % value.denominator == 0

    def within(self, span: Span) -> Iterator[Fraction]:
        """A few values of the span, the most readable first; none when no step falls into it."""
        seen: set[Fraction] = set()
        for value in self._tried(span):
            if value not in seen and value in span and self.has(value):
                seen.add(value)
                yield value

    def _tried(self, span: Span) -> Iterator[Fraction]:
        if span.low is not None and span.low == span.high:
            yield span.low
            return
        yield from self.favourites
        yield from self._roundest(span)
        finest = self.steps[-1]
        if span.low is not None:
            yield span.low
            yield (span.low // finest + 1) * finest
        if span.high is not None:
            yield span.high
            yield (math.ceil(span.high / finest) - 1) * finest
        yield Fraction()

    def _roundest(self, span: Span) -> Iterator[Fraction]:
        """The multiples of the coarsest steps that fall into the span, near its limits."""
        found = 0
        for step in self.steps:
            near = []
            if span.low is not None:
                near += [math.ceil(span.low / step) * step, (span.low // step + 1) * step]
            if span.high is not None:
                near += [span.high // step * step, (math.ceil(span.high / step) - 1) * step]
            fitting = [value for value in near if value in span]
            yield from fitting
            found += bool(fitting)
            if found > 1:
                return


def grid_of(kind: Kind, currency: str) -> Grid:
    """The values of a quantity of that kind; amounts come in the minor unit of the currency."""
    return _MONEY[MINOR_UNITS[currency]] if kind is Kind.MONEY else _GRIDS[kind]


def micros_since_epoch(moment: datetime) -> int:
    """The place of a moment on the line of moments."""
    elapsed = moment - _EPOCH
    return (elapsed.days * 86_400 + elapsed.seconds) * SECOND + elapsed.microseconds


def _powers(coarsest: int, finest: int) -> tuple[Fraction, ...]:
    return tuple(Fraction(10) ** power for power in range(coarsest, finest - 1, -1))


_READABLE: Final = tuple(Fraction(number) for number in (100, 10, 1))
_MONEY: Final = {places: Grid(_powers(4, -places), _READABLE) for places in set(MINOR_UNITS.values())}
_CLOCK: Final = tuple(Fraction(micros) for micros in (DAY, 3600 * SECOND, 60 * SECOND, SECOND, 1))
_GRIDS: Final = {
    Kind.INTEGER: Grid(_powers(4, 0), _READABLE),
    Kind.DECIMAL: Grid(_powers(4, -12), _READABLE, is_decimal=True),
    Kind.DATE: Grid((Fraction(1),), (Fraction(date(2026, 1, 1).toordinal()),)),
    Kind.DATETIME: Grid(_CLOCK, (Fraction(micros_since_epoch(datetime(2026, 1, 1, tzinfo=UTC))),)),
    Kind.DURATION: Grid(_CLOCK, (Fraction(DAY), Fraction(3600 * SECOND))),
}
