"""From facts that do not contradict each other to inputs that a person can read. Every input is only a proposal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from workflows.engine.currencies import MINOR_UNITS
from workflows.engine.expressions.analysis.facts import Facts, TextGroup, currencies_of, text_groups
from workflows.engine.expressions.analysis.grids import DAY, Grid, Span, grid_of
from workflows.engine.expressions.analysis.linear import (
    Constraint,
    Eliminated,
    Relation,
    Solvable,
    TooManyRowsError,
    constraint,
    solvable,
)
from workflows.engine.expressions.analysis.slots import Form, Slots
from workflows.engine.expressions.analysis.texts import fitting
from workflows.engine.expressions.evaluation import constant_of
from workflows.engine.expressions.syntax import Arithmetic, Ast, Literal, Reference
from workflows.engine.values import EXACT, Duration, Money
from workflows.engine.variables import Kind

SIZED: Final = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.DATE, Kind.DATETIME, Kind.DURATION})
_NOT_NEGATIVE: Final = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.DURATION})
_FACTORS: Final = tuple(Fraction(number) for number in (100, 10, 1, 2, -1))  # tried for one side of a product
_MAX_POINTS: Final = 3
_MAX_STEPS: Final = 60
PLAIN_CURRENCY: Final = "CNY"


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes inputs for the slots of one gateway. `currency` is taken where nothing asks for another."""

    slots: Slots
    currency: str = PLAIN_CURRENCY

    def inputs(self, facts: Facts) -> Iterator[dict[str, Any]]:
        """Decoded values by variable name: first with everything else filled in, then with the rest missing."""
        groups = text_groups(facts)
        currencies = currencies_of(facts.currencies)
        if groups is None or currencies is None:
            return
        texts = _texts(groups, self._orders(facts))
        for numbers in self._numbers(facts, currencies):
            for is_filled in (True, False):
                try:
                    yield self._input(facts, texts, numbers, currencies, is_filled=is_filled)
                except OverflowError:  # a moment or a duration outside of the years that can be written
                    continue

    def filled(self, facts: Facts, numbers: Mapping[int, Fraction]) -> Iterator[dict[str, Any]]:
        """The input in which everything is there, with these sizes and plain values for the rest."""
        yield self._input(facts, {}, numbers, {}, is_filled=True)

    def _orders(self, facts: Facts) -> list[tuple[int, int, bool]]:
        """Which text is to sort before which other one, or is not to."""
        known = [(self.slots.truths[atom], is_true) for atom, is_true in facts.held.items()]
        return [(truth[1], truth[2], is_true) for truth, is_true in known
                if isinstance(truth, tuple) and truth[0] == "before"]  # fmt: skip

    def grid(self, slot: int, currencies: Mapping[int, str | None]) -> Grid:
        """The values of a slot."""
        return grid_of(self.slots.known[slot].kind, currencies.get(slot) or self.currency)

    def _numbers(self, facts: Facts, currencies: Mapping[int, str | None]) -> Iterator[dict[int, Fraction]]:
        try:
            yield from self._solutions(facts, currencies)
        except TooManyRowsError:
            return

    def _solutions(self, facts: Facts, currencies: Mapping[int, str | None]) -> Iterator[dict[int, Fraction]]:
        given = [*facts.constraints, *facts.ground.days]
        used = sorted({slot for each in facts.constraints for slot, _ in each.terms})
        variables = [slot for slot in used if self.slots.known[slot].path]
        grids = {slot: self.grid(slot, currencies) for slot in range(len(self.slots.known))
                 if self.slots.known[slot].path and self.slots.known[slot].kind in SIZED}  # fmt: skip
        upright = [
            Constraint(((slot, -1),), Relation.AT_MOST, Fraction())
            for slot in variables
            if self.slots.known[slot].kind in _NOT_NEGATIVE
        ]
        for links in self._links(used):
            for wished in (upright, []):
                solution = solvable([*given, *links, *wished], whole=facts.ground.whole)
                if solution is not None:
                    yield from _points(solution, grids, [*given, *links])

    def _links(self, used: list[int]) -> Iterator[list[Constraint]]:
        """How computed slots hang together with their parts, once one side is given a number."""
        computed: dict[int, None] = {}
        rest = list(used)
        while rest:
            slot = rest.pop()
            made = self.slots.known[slot].computed
            if made is not None and slot not in computed:
                computed[slot] = None
                rest.extend([*made.left.terms, *made.right.terms])
        if not computed:
            yield []
            return
        for factor in _FACTORS:
            links = [self._linked(slot, factor) for slot in computed]
            if all(link is not None for link in links):
                yield [each for link in links if link is not None for each in link]

    def _linked(self, slot: int, factor: Fraction) -> list[Constraint] | None:
        made = self.slots.known[slot].computed
        if made is None:
            return None
        fixed, other = (made.right, made.left)
        if made.operator is Arithmetic.MULTIPLY and len(made.left.terms) < len(made.right.terms):
            fixed, other = other, fixed
        known = factor if fixed.terms else fixed.constant
        if known == 0:
            return None
        share = known if made.operator is Arithmetic.MULTIPLY else 1 / known
        product = Form({slot: Fraction(1)}).plus(other, -share)
        pinned = constraint(fixed.terms, Relation.EQUAL, known - fixed.constant)
        made_of = constraint(product.terms, Relation.EQUAL, -product.constant)
        return [each for each in (pinned, made_of) if isinstance(each, Constraint)]

    def _input(
        self,
        facts: Facts,
        texts: Mapping[int, str],
        numbers: Mapping[int, Fraction],
        currencies: Mapping[int, str | None],
        *,
        is_filled: bool,
    ) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for number, slot in sorted(enumerate(self.slots.known), key=lambda each: len(each[1].path)):
            if not slot.path:
                continue
            value: Any = None
            if facts.there.get(number, is_filled):
                value = self._value(number, facts, texts, self._size(number, numbers, currencies))
            _put(built, slot.path, value, is_missing=facts.there.get(number) is False)
        self._fill_lists(facts, built)
        return built

    def _value(self, number: int, facts: Facts, texts: Mapping[int, str], size: Any) -> Any:
        slot = self.slots.known[number]
        match slot.kind:
            case Kind.TEXT:
                return texts.get(number, "other")
            case Kind.BOOLEAN:
                return facts.held.get(self.slots.atom(number), False)
            case Kind.LIST:
                return ()
            case Kind.RECORD:
                return {}
        return size

    def _size(self, number: int, numbers: Mapping[int, Fraction], currencies: Mapping[int, str | None]) -> Any:
        """What has a size, of the size that was chosen or else a plain one; None for what has none."""
        kind = self.slots.known[number].kind
        if kind not in SIZED:
            return None
        currency = currencies.get(number) or self.currency
        return sized(kind, numbers.get(number, grid_of(kind, currency).favourites[0]), currency)

    def _fill_lists(self, facts: Facts, built: dict[str, Any]) -> None:
        for atom, is_true in facts.held.items():
            match self.slots.truths[atom]:
                case ("item", Reference() as listing, item) if is_true:
                    value, items = _read(built, item), _read(built, listing)
                    if value is not None and items is not None and value not in items:
                        _put(built, listing.path, (*items, value), is_missing=False)


def _texts(groups: list[TextGroup], orders: list[tuple[int, int, bool]]) -> dict[int, str]:
    """A text for each slot that something is asked of, the choosiest first; each goes with those chosen before."""
    ordered = {slot for one, other, _ in orders for slot in (one, other)}
    free = ordered - {slot for group in groups for slot in group.slots}
    alone = [TextGroup(slots=frozenset({slot}), asked=(), unlike=frozenset()) for slot in free]
    chosen: dict[int, str] = {}
    for group in sorted([*groups, *alone], key=_choosiest):
        for text in fitting(group.asked, taken=tuple(chosen.values())):
            tried = chosen | dict.fromkeys(group.slots, text)
            is_alike = any(tried.get(slot) == text for slot in group.unlike)
            if not is_alike and all(_is_ordered(tried, *order) for order in orders):
                chosen = tried
                break
    return chosen


def _choosiest(group: TextGroup) -> tuple[int, int]:
    return -sum(is_passed for _, is_passed in group.asked), min(group.slots)


def _is_ordered(texts: Mapping[int, str], one: int, other: int, is_before: bool) -> bool:  # noqa: FBT001
    return one not in texts or other not in texts or (texts[one] < texts[other]) is is_before


def sized(kind: Kind, size: Fraction, currency: str) -> Any:
    """The value of a kind that has this size; the size must be on the grid of the kind."""
    match kind:
        case Kind.INTEGER:
            return int(size)
        case Kind.DATE:
            return date.fromordinal(int(size))
        case Kind.DATETIME:
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(size))
        case Kind.DURATION:
            days, rest = divmod(int(size), DAY)
            return Duration(time=timedelta(microseconds=int(size))) if rest else Duration(days=days)
    number = EXACT.divide(Decimal(size.numerator), Decimal(size.denominator))
    if kind is Kind.MONEY:
        return Money(EXACT.quantize(number, Decimal(1).scaleb(-MINOR_UNITS[currency])), currency)
    return number


def _points(
    solution: Solvable, grids: Mapping[int, Grid], constraints: list[Constraint]
) -> Iterator[dict[int, Fraction]]:
    """Values for the slots of a solution: a few, on their grids, that satisfy every constraint."""
    order = tuple(reversed(solution.eliminated))
    limits = [limit for _, limit in solution.derived]
    limits += [limit for each in order for limit in (*each.lower, *each.upper)]
    free = sorted({slot for limit in limits for slot, _ in limit.rest} - {each.quantity for each in order})
    order = (*(Eliminated(quantity=slot, lower=(), upper=()) for slot in free), *order)
    # Everything else holds by the choice of the values.
    inequations = [each for each in constraints if each.relation is Relation.UNEQUAL]
    named = {slot for each in constraints for slot, _ in each.terms}
    left = [_MAX_STEPS]
    found = 0
    for values in _choices(order, {}, grids, left):
        for slot, limit in solution.derived:
            values[slot] = limit.at(values)
        on_grid = all(slot not in grids or grids[slot].has(values[slot]) for slot, _ in solution.derived)
        for slot in named - values.keys():
            values[slot] = grids[slot].favourites[0] if slot in grids else Fraction(1)
        if on_grid and all(each.holds(values) for each in inequations):
            yield values
            found += 1
            if found >= _MAX_POINTS:
                return


def _choices(
    order: tuple[Eliminated, ...], values: dict[int, Fraction], grids: Mapping[int, Grid], left: list[int]
) -> Iterator[dict[int, Fraction]]:
    if left[0] <= 0:
        return
    left[0] -= 1
    if not order:
        yield dict(values)
        return
    first, *rest = order
    grid = grids.get(first.quantity, grid_of(Kind.DECIMAL, PLAIN_CURRENCY))
    for value in grid.within(_span(first, values)):
        yield from _choices(tuple(rest), values | {first.quantity: value}, grids, left)


def _span(eliminated: Eliminated, values: Mapping[int, Fraction]) -> Span:
    low = max(((limit.at(values), limit.is_strict) for limit in eliminated.lower), default=None)
    high = min(((limit.at(values), not limit.is_strict) for limit in eliminated.upper), default=None)
    return Span(
        low=None if low is None else low[0], is_low_open=low is not None and low[1],
        high=None if high is None else high[0], is_high_open=high is not None and not high[1],
    )  # fmt: skip


def _put(built: dict[str, Any], path: tuple[str, ...], value: Any, *, is_missing: bool) -> None:
    """Place a value; the records around it come into being unless they, or nothing, are to be there."""
    *around, name = path
    place = built
    for step in around:
        inner = place.get(step)
        if inner is None:
            if is_missing or value is None or step in place:
                return
            inner = place[step] = {}
        place = inner
    place[name] = value


def _read(built: Mapping[str, Any], node: Ast | Any) -> Any:
    if isinstance(node, Literal):
        return constant_of(node)
    place: Any = built
    for step in node.path if isinstance(node, Reference) else ():
        place = place.get(step) if isinstance(place, Mapping) else None
    return place if isinstance(node, Reference) else None
