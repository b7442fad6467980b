"""Linear constraints over exact numbers: has a set of them a solution, and which values may each quantity take?

Fourier–Motzkin elimination over fractions. "No solution" is certain, also for whole numbers (their bounds are
tightened, which only ever removes fractions); a solution over fractions need not be one in whole numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Final

from typing_extensions import override

# Quantity and whole factor; ascending by quantity, without a common divisor.
Terms = tuple[tuple[int, int], ...]

MAX_ROWS: Final = 250


class TooManyRowsError(Exception):
    """Elimination would need more rows than it may use; nothing is known about the constraints."""


class Relation(StrEnum):
    """How the sum of the terms stands to the bound."""

    BELOW = "<"
    AT_MOST = "<="
    EQUAL = "="
    UNEQUAL = "!="


@dataclass(frozen=True, slots=True)
class Constraint:
    """`sum of terms` `relation` `bound`. `turned` are the terms with opposite factors."""

    terms: Terms
    relation: Relation
    bound: Fraction
    turned: Terms = field(init=False, compare=False, repr=False)
    _hash: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        # Looked up often, and hashing a fraction is slow.
        object.__setattr__(self, "turned", _turned(self.terms))
        key = (self.terms, self.relation, self.bound.numerator, self.bound.denominator)
        object.__setattr__(self, "_hash", hash(key))

    @override
    def __hash__(self) -> int:
        return self._hash

    def denied(self) -> Constraint:
        """The constraint that holds exactly where this one does not."""
        match self.relation:
            case Relation.EQUAL:
                return Constraint(self.terms, Relation.UNEQUAL, self.bound)
            case Relation.UNEQUAL:
                return Constraint(self.terms, Relation.EQUAL, self.bound)
            case Relation.BELOW:
                return Constraint(self.turned, Relation.AT_MOST, -self.bound)
            case Relation.AT_MOST:
                return Constraint(self.turned, Relation.BELOW, -self.bound)

    def sides(self) -> tuple[Constraint, Constraint]:
        """What an inequation leaves: below the bound, or above it."""
        above = Constraint(self.turned, Relation.BELOW, -self.bound)
        return Constraint(self.terms, Relation.BELOW, self.bound), above

    def holds(self, values: Mapping[int, Fraction]) -> bool:
        """Whether it holds for these values, which must cover its terms."""
        total = sum((values[quantity] * factor for quantity, factor in self.terms), Fraction())
        return _related(total, self.relation, self.bound)


def constraint(terms: Mapping[int, Fraction], relation: Relation, bound: Fraction) -> Constraint | bool:
    """The constraint in its normal form, or its truth when no quantity is left in it."""
    kept = sorted((quantity, factor) for quantity, factor in terms.items() if factor)
    if not kept:
        return _related(Fraction(), relation, bound)
    whole, scale = _primitive(kept)
    if relation in {Relation.EQUAL, Relation.UNEQUAL} and whole[0][1] < 0:
        whole, scale = _turned(whole), -scale
    return Constraint(whole, relation, bound * scale)


def _related(total: Fraction, relation: Relation, bound: Fraction) -> bool:
    match relation:
        case Relation.BELOW:
            return total < bound
        case Relation.AT_MOST:
            return total <= bound
        case Relation.EQUAL:
            return total == bound
        case Relation.UNEQUAL:
            return total != bound


def _turned(terms: Terms) -> Terms:
    return tuple((quantity, -factor) for quantity, factor in terms)


def _primitive(terms: list[tuple[int, Fraction]]) -> tuple[Terms, Fraction]:
    """The terms as whole numbers without a common divisor, and the positive number they were multiplied with."""
    denominator = math.lcm(*(factor.denominator for _, factor in terms))
    whole = [(quantity, int(factor * denominator)) for quantity, factor in terms]
    divisor = math.gcd(*(factor for _, factor in whole))
    return tuple((quantity, factor // divisor) for quantity, factor in whole), Fraction(denominator, divisor)


@dataclass(frozen=True, slots=True)
class Limit:
    """What one row says about a quantity once the others are known: at most, or at least, `bound - rest`."""

    rest: tuple[tuple[int, Fraction], ...]
    bound: Fraction
    is_strict: bool

    def at(self, values: Mapping[int, Fraction]) -> Fraction:
        """The limit for these values of the others."""
        return self.bound - sum((values[quantity] * factor for quantity, factor in self.rest), Fraction())


@dataclass(frozen=True, slots=True)
class Eliminated:
    """A quantity that was taken out, with what bounds it from both sides."""

    quantity: int
    lower: tuple[Limit, ...]
    upper: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class Solvable:
    """The order in which quantities can be given values: the last eliminated first, the derived ones at the end."""

    eliminated: tuple[Eliminated, ...]
    derived: tuple[tuple[int, Limit], ...]


@dataclass(slots=True)
class _Rows:
    """`sum <= bound` or `sum < bound`, the tightest of each direction."""

    whole: frozenset[int]
    bounds: dict[Terms, tuple[Fraction, bool]]
    is_contradictory: bool = False

    def add(self, terms: Mapping[int, Fraction], bound: Fraction, *, is_strict: bool) -> None:
        kept = sorted((quantity, factor) for quantity, factor in terms.items() if factor)
        if not kept:
            self.is_contradictory = self.is_contradictory or bound < 0 or (is_strict and bound == 0)
            return
        direction, scale = _primitive(kept)
        self.tighten(direction, bound * scale, is_strict=is_strict)

    def tighten(self, direction: Terms, bound: Fraction, *, is_strict: bool) -> None:
        if all(quantity in self.whole for quantity, _ in direction):
            bound = Fraction(math.ceil(bound) - 1 if is_strict else math.floor(bound))
            is_strict = False
        known = self.bounds.get(direction)
        if known is None or (bound, not is_strict) < (known[0], not known[1]):
            self.bounds[direction] = (bound, is_strict)
        if len(self.bounds) > MAX_ROWS:
            raise TooManyRowsError


def solvable(constraints: Iterable[Constraint], *, whole: frozenset[int]) -> Solvable | None:
    """How to choose a solution over fractions, or None when there is certainly none. Inequations are left aside.

    Raises TooManyRowsError when it would take too much work to know.
    """
    listed = list(constraints)
    derived: list[tuple[int, Limit]] = []
    equal = [(dict(_fractions(terms)), bound) for terms, bound in _equations(listed)]
    while equal:
        terms, bound = equal.pop()
        terms, bound = _replaced(terms, bound, derived)
        kept = {quantity: factor for quantity, factor in terms.items() if factor}
        if not kept:
            if bound != 0:
                return None
            continue
        if not _has_whole_solution(kept, bound, whole):
            return None
        derived = _derive(kept, bound, derived, whole)
    rows = _Rows(whole=whole, bounds={})
    for each in listed:
        if each.relation not in {Relation.BELOW, Relation.AT_MOST}:
            continue
        is_strict = each.relation is Relation.BELOW
        if derived:
            terms, bound = _replaced(dict(_fractions(each.terms)), each.bound, derived)
            rows.add(terms, bound, is_strict=is_strict)
        else:
            rows.tighten(each.terms, each.bound, is_strict=is_strict)
    eliminated = _eliminate(rows)
    return None if eliminated is None else Solvable(eliminated=eliminated, derived=tuple(derived))


def _equations(constraints: Iterable[Constraint]) -> Iterator[tuple[Terms, Fraction]]:
    """The equations, also those that are said as at most and at least."""
    most: set[tuple[Terms, Fraction]] = set()
    for each in constraints:
        if each.relation is Relation.EQUAL:
            yield each.terms, each.bound
        elif each.relation is Relation.AT_MOST:
            if (each.turned, -each.bound) in most:
                yield each.terms, each.bound
            most.add((each.terms, each.bound))


def _fractions(terms: Terms) -> list[tuple[int, Fraction]]:
    return [(quantity, Fraction(factor)) for quantity, factor in terms]


def _replaced(
    terms: dict[int, Fraction], bound: Fraction, derived: list[tuple[int, Limit]]
) -> tuple[dict[int, Fraction], Fraction]:
    for quantity, limit in derived:
        factor = terms.pop(quantity, None)
        if factor:
            bound -= factor * limit.bound
            for other, share in limit.rest:
                terms[other] = terms.get(other, Fraction()) - factor * share
    return terms, bound


def _has_whole_solution(terms: Mapping[int, Fraction], bound: Fraction, whole: frozenset[int]) -> bool:
    if not all(quantity in whole for quantity in terms):
        return True
    _, scale = _primitive(list(terms.items()))
    return (bound * scale).denominator == 1


def _derive(
    terms: Mapping[int, Fraction], bound: Fraction, derived: list[tuple[int, Limit]], whole: frozenset[int]
) -> list[tuple[int, Limit]]:
    """Solve one equation for a quantity and put it into those solved before. Fractions are solved for first."""
    primitive, _ = _primitive(list(terms.items()))
    pivot = min(primitive, key=lambda term: (term[0] in whole, not _divides_a_power_of_ten(term[1]), -term[0]))[0]
    rest = tuple((other, factor / terms[pivot]) for other, factor in terms.items() if other != pivot)
    limit = Limit(rest=rest, bound=bound / terms[pivot], is_strict=False)
    earlier = []
    for quantity, before in derived:
        others, moved = _replaced(dict(before.rest), before.bound, [(pivot, limit)])
        kept = tuple((other, factor) for other, factor in others.items() if factor)
        earlier.append((quantity, Limit(rest=kept, bound=moved, is_strict=False)))
    return [*earlier, (pivot, limit)]


def _divides_a_power_of_ten(factor: int) -> bool:
    """Whether a finite decimal divided by it is finite."""
    return 10**12 % abs(factor) == 0


def _eliminate(rows: _Rows) -> tuple[Eliminated, ...] | None:
    eliminated: list[Eliminated] = []
    while not rows.is_contradictory:
        quantity = _cheapest(rows.bounds)
        if quantity is None:
            return tuple(eliminated)
        lower: list[Limit] = []
        upper: list[Limit] = []
        for direction in [each for each in rows.bounds if any(term[0] == quantity for term in each)]:
            bound, is_strict = rows.bounds.pop(direction)
            factors = dict(direction)
            factor = factors.pop(quantity)
            rest = tuple((other, Fraction(share, factor)) for other, share in factors.items())
            limit = Limit(rest=rest, bound=bound / factor, is_strict=is_strict)
            (upper if factor > 0 else lower).append(limit)
        for below in lower:
            for above in upper:
                terms = dict(above.rest)
                for other, share in below.rest:
                    terms[other] = terms.get(other, Fraction()) - share
                rows.add(terms, above.bound - below.bound, is_strict=above.is_strict or below.is_strict)
        eliminated.append(Eliminated(quantity=quantity, lower=tuple(lower), upper=tuple(upper)))
    return None


def _cheapest(bounds: Iterable[Terms]) -> int | None:
    """The quantity whose elimination adds the fewest rows; None when no quantity is left."""
    lower: dict[int, int] = {}
    upper: dict[int, int] = {}
    for direction in bounds:
        for quantity, factor in direction:
            side = upper if factor > 0 else lower
            side[quantity] = side.get(quantity, 0) + 1
    if not lower and not upper:
        return None

    def added(quantity: int) -> tuple[int, int]:
        below, above = lower.get(quantity, 0), upper.get(quantity, 0)
        return below * above - below - above, -quantity

    return min(lower.keys() | upper.keys(), key=added)
