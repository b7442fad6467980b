"""Turns a typed tree into nested closures over decoded values. None is null, and it is unknown as well.

A missing or null value makes every sum, product and comparison null; only `and`, `or` and `is empty`
see past it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, DivisionByZero, Inexact, InvalidOperation
from typing import Any, Final, Protocol, assert_never

from workflows.engine.expressions.checker import Typed
from workflows.engine.expressions.errors import EvaluationError
from workflows.engine.expressions.syntax import (
    Arithmetic,
    Ast,
    Calculate,
    Compare,
    Comparison,
    Connective,
    Empty,
    Join,
    ListOf,
    Literal,
    LiteralKind,
    Member,
    Membership,
    Negate,
    Not,
    Reference,
)
from workflows.engine.values import EXACT, QUOTIENT, CurrencyMismatch, Duration, Money
from workflows.engine.variables import Kind


class Values(Protocol):
    """Decoded values by variable name; a missing one is null."""

    def get(self, name: str, /) -> Any:
        """The value, or None."""
        ...

    def __getitem__(self, name: str, /) -> Any:
        """The value; KeyError when it is missing."""
        ...


Run = Callable[[Values], Any]
Compute = Callable[[Any, Any], Any]


class _WholeDaysNeeded(ValueError):  # noqa: N818 - named for what happened
    """A date met a duration with hours."""


def build(  # noqa: C901, PLR0911 - one case per kind of node
    tree: Typed, faster: Callable[[Typed, Run], Run] | None = None
) -> Run:
    """The closure that evaluates the tree. It raises EvaluationError where values do not fit.

    `faster` may put an equal but quicker closure in the place of a comparison.
    """
    node = tree.node
    parts = [build(part, faster) for part in tree.parts]
    match node:
        case Literal():
            return _constant(constant_of(node))
        case Reference():
            return _reference(node.path)
        case ListOf():
            return _list(node, parts)
        case Negate():
            return _negate(parts[0], _negation_of(tree))
        case Not():
            return _not(parts[0])
        case Join():
            return _and(parts) if node.operator is Connective.AND else _or(parts)
        case Calculate():
            return _binary(parts[0], parts[1], compute=_computation(tree, node), node=node)
        case Compare():
            run = _binary(parts[0], parts[1], compute=_comparison(tree, node), node=node)
            return faster(tree, run) if faster else run
        case Member():
            run = _binary(parts[0], parts[1], compute=_membership(tree, node), node=node)
            return _not(run) if node.negated else run
        case Empty():
            return _empty(parts[0], negated=node.negated)
    assert_never(node)


def constant_of(node: Literal) -> Any:
    """What a constant means: 30% is 0.3."""
    return EXACT.scaleb(node.value, -2) if node.kind is LiteralKind.PERCENT else node.value


def _list(node: ListOf, parts: list[Run]) -> Run:
    constants = [constant_of(item) for item in node.items if isinstance(item, Literal)]
    if len(constants) == len(parts):
        return _constant(tuple(constants))
    return lambda values: tuple([part(values) for part in parts])


def _constant(value: Any) -> Run:
    return lambda _: value


def _reference(path: tuple[str, ...]) -> Run:
    name, *rest = path
    if not rest:
        return lambda values: values.get(name)

    def run(values: Values) -> Any:
        value = values.get(name)
        for step in rest:
            if value is None:
                return None
            value = value.get(step)
        return value

    return run


def _binary(left: Run, right: Run, *, compute: Compute, node: Ast) -> Run:
    def run(values: Values) -> Any:
        a = left(values)
        if a is None:
            return None
        b = right(values)
        if b is None:
            return None
        try:
            return compute(a, b)
        except _FAILURES as failure:
            raise _named(failure, node) from None

    return run


def _negate(operand: Run, negation: Callable[[Any], Any]) -> Run:
    def run(values: Values) -> Any:
        value = operand(values)
        return None if value is None else negation(value)

    return run


def _not(operand: Run) -> Run:
    def run(values: Values) -> bool | None:
        value = operand(values)
        return None if value is None else not value

    return run


def _empty(operand: Run, *, negated: bool) -> Run:
    if negated:
        return lambda values: operand(values) is not None
    return lambda values: operand(values) is None


def _and(parts: list[Run]) -> Run:
    def run(values: Values) -> bool | None:
        answer: bool | None = True
        for part in parts:
            value = part(values)
            if value is False:
                return False
            if value is None:
                answer = None
        return answer

    return run


def _or(parts: list[Run]) -> Run:
    def run(values: Values) -> bool | None:
        answer: bool | None = False
        for part in parts:
            value = part(values)
            if value is True:
                return True
            if value is None:
                answer = None
        return answer

    return run


# computing


def _add_durations(left: Duration, right: Duration) -> Duration:
    return _limited(Duration(days=left.days + right.days, time=left.time + right.time))


def _negative(duration: Duration) -> Duration:
    return Duration(days=-duration.days, time=-duration.time)


def _limited(duration: Duration) -> Duration:
    if not duration.within_limits():
        raise OverflowError
    return duration


def _move_date(day: date, duration: Duration) -> date:
    if duration.time:
        raise _WholeDaysNeeded(duration.format())
    return day + timedelta(days=duration.days)


def _move_moment(moment: datetime, duration: Duration) -> datetime:
    return moment + duration.total()


_COMPUTATIONS: Final[Mapping[tuple[Kind, Arithmetic, Kind], Compute]] = {
    (Kind.DECIMAL, Arithmetic.ADD, Kind.DECIMAL): EXACT.add,
    (Kind.DECIMAL, Arithmetic.SUBTRACT, Kind.DECIMAL): EXACT.subtract,
    (Kind.DECIMAL, Arithmetic.MULTIPLY, Kind.DECIMAL): EXACT.multiply,
    (Kind.DECIMAL, Arithmetic.DIVIDE, Kind.DECIMAL): QUOTIENT.divide,
    (Kind.MONEY, Arithmetic.ADD, Kind.MONEY): operator.add,
    (Kind.MONEY, Arithmetic.SUBTRACT, Kind.MONEY): operator.sub,
    (Kind.MONEY, Arithmetic.MULTIPLY, Kind.DECIMAL): operator.mul,
    (Kind.DECIMAL, Arithmetic.MULTIPLY, Kind.MONEY): lambda number, money: money * number,
    (Kind.MONEY, Arithmetic.DIVIDE, Kind.DECIMAL): Money.divided,
    (Kind.MONEY, Arithmetic.DIVIDE, Kind.MONEY): Money.ratio,
    (Kind.DURATION, Arithmetic.ADD, Kind.DURATION): _add_durations,
    (Kind.DURATION, Arithmetic.SUBTRACT, Kind.DURATION): lambda a, b: _add_durations(a, _negative(b)),
    (Kind.DATE, Arithmetic.ADD, Kind.DURATION): _move_date,
    (Kind.DATE, Arithmetic.SUBTRACT, Kind.DURATION): lambda day, back: _move_date(day, _negative(back)),
    (Kind.DATE, Arithmetic.SUBTRACT, Kind.DATE): lambda a, b: _limited(Duration(days=(a - b).days)),
    (Kind.DATETIME, Arithmetic.ADD, Kind.DURATION): _move_moment,
    (Kind.DATETIME, Arithmetic.SUBTRACT, Kind.DURATION): lambda at, back: _move_moment(at, _negative(back)),
    (Kind.DATETIME, Arithmetic.SUBTRACT, Kind.DATETIME): lambda a, b: _limited(Duration(time=a - b)),
}


def adding(kind: Kind) -> Compute:
    """How two values of a kind are added."""
    number = Kind.DECIMAL if kind is Kind.INTEGER else kind
    return _COMPUTATIONS[number, Arithmetic.ADD, number]


def _computation(tree: Typed, node: Calculate) -> Compute:
    left, right = tree.parts
    if left.kind is None or right.kind is None:
        raise AssertionError("only a tree without type errors is built")
    return _COMPUTATIONS[left.kind, node.operator, right.kind]


def _negation_of(tree: Typed) -> Callable[[Any], Any]:
    if tree.kind is Kind.DURATION:
        return _negative
    return operator.neg if tree.kind is Kind.MONEY else EXACT.minus


# comparing

COMPARISONS: Final[Mapping[Comparison, Compute]] = {
    Comparison.EQUAL: operator.eq,
    Comparison.NOT_EQUAL: operator.ne,
    Comparison.LESS: operator.lt,
    Comparison.LESS_OR_EQUAL: operator.le,
    Comparison.GREATER: operator.gt,
    Comparison.GREATER_OR_EQUAL: operator.ge,
}


def _same_money(left: Money, right: Money) -> bool:
    return left <= right and left >= right


def _comparison(tree: Typed, node: Compare) -> Compute:
    compare = COMPARISONS[node.operator]
    kind = tree.parts[0].kind
    if kind is Kind.DURATION:
        return lambda a, b: compare(a.total(), b.total())
    if kind is Kind.MONEY and node.operator is Comparison.EQUAL:
        return _same_money
    if kind is Kind.MONEY and node.operator is Comparison.NOT_EQUAL:
        return lambda a, b: not _same_money(a, b)
    return compare


def _membership(tree: Typed, node: Member) -> Compute:
    match node.operator:
        case Membership.STARTS_WITH:
            return lambda text, start: bool(text.startswith(start))
        case Membership.ENDS_WITH:
            return lambda text, end: bool(text.endswith(end))
        case Membership.CONTAINS if tree.parts[0].kind is Kind.TEXT:
            return operator.contains
        case Membership.CONTAINS:
            return _find(tree.parts[1].kind)
        case Membership.IN:
            find = _find(tree.parts[0].kind)
            return lambda item, items: find(items, item)
    assert_never(node.operator)


def _find(kind: Kind | None) -> Compute:
    """Whether an item is in a list; unknown when it is not found among known items and one item is null."""
    if kind is Kind.MONEY or kind is Kind.DURATION:
        return _find_alike(_same_money if kind is Kind.MONEY else _same_length)
    return _find_equal


def _find_equal(items: tuple[Any, ...], wanted: Any) -> bool | None:
    return True if wanted in items else None if None in items else False


def _find_alike(same: Compute) -> Compute:
    def find(items: tuple[Any, ...], wanted: Any) -> bool | None:
        matches = [None if item is None else same(item, wanted) for item in items]
        return True if True in matches else None if None in matches else False

    return find


def _same_length(left: Duration, right: Duration) -> bool:
    return left.total() == right.total()


# failing

_FAILURES: Final = (
    DivisionByZero,
    InvalidOperation,
    Inexact,
    CurrencyMismatch,
    OverflowError,
    _WholeDaysNeeded,
)


def _named(failure: Exception, node: Ast) -> EvaluationError:
    culprit = node.right if isinstance(node, Calculate | Compare | Member) else node
    start, end = culprit.span
    match failure:
        case CurrencyMismatch():
            found = {"expected": failure.left, "found": failure.right}
            return EvaluationError("expression.currency_mix", start=start, end=end, **found)
        case Inexact():
            return EvaluationError("expression.result_too_long", start=node.span[0], end=node.span[1])
        case _WholeDaysNeeded():
            return EvaluationError("expression.date_needs_days", start=start, end=end, found=str(failure))
        case OverflowError():
            return EvaluationError("expression.out_of_range", start=node.span[0], end=node.span[1])
    return EvaluationError("expression.division_by_zero", start=start, end=end)


def computed(compute: Callable[[], Any]) -> Any:
    """What comes out; raises EvaluationError where values do not fit together, as an expression does."""
    try:
        return compute()
    except _FAILURES as failure:
        raise _named(failure, Literal(LiteralKind.NULL, value=None)) from None


def as_declared(kind: Kind, value: Any) -> Any:
    """A result in the Python type of its kind: whole numbers int, others Decimal."""
    if kind is Kind.INTEGER and value is not None:
        return int(value)
    return Decimal(value) if kind is Kind.DECIMAL and value is not None else value
