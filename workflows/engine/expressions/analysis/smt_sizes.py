"""What is computed from sizes, and how two of them compare, as terms; the rules of the evaluator once more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

from workflows.engine.expressions.analysis.grids import DAY
from workflows.engine.expressions.analysis.smt_terms import Term, all_of, any_of, call, implied, negated, number, within
from workflows.engine.expressions.syntax import Arithmetic, Comparison
from workflows.engine.variables import Kind

_LAST_DAY: Final = 3_652_059  # 9999-12-31 as days from the year 1
_LONGEST_DAYS: Final = 366_000
_ROUNDED: Final = Fraction(1, 10**49)  # no quotient is further off, as a share of itself
_OPERATORS: Final = {
    Comparison.EQUAL: "=", Comparison.LESS: "<", Comparison.LESS_OR_EQUAL: "<=", Comparison.GREATER: ">",
    Comparison.GREATER_OR_EQUAL: ">=",
}  # fmt: skip

Fresh = Callable[[str], str]  # a new constant of that sort
Assume = Callable[[str], None]


class Sizes:
    """Makes terms of what is computed. Quotients need constants of their own, about which something is assumed."""

    def __init__(self, fresh: Fresh, assume: Assume) -> None:
        self._fresh = fresh
        self._assume = assume

    def computed(self, kinds: tuple[Kind | None, Kind | None], operator: Arithmetic, left: Term, right: Term) -> Term:
        """The sum, difference, product or quotient; `fails` is of this step alone."""
        return _COMPUTED[kinds](self, operator, left, right)

    def numbers(self, operator: Arithmetic, left: Term, right: Term) -> Term:
        if operator is Arithmetic.DIVIDE:
            return self.quotient(left.value, right.value)
        return Term(value=call(operator, left.value, right.value))

    def quotient(self, dividend: str, divisor: str) -> Term:
        """Rounded to fifty digits: the product with the divisor is the dividend, but for a share of it."""
        result, error = self._fresh("Real"), self._fresh("Real")
        share = call("*", number(_ROUNDED), call("ite", call("<", dividend, "0.0"), call("-", dividend), dividend))
        is_zero = call("=", divisor, "0.0")
        exact = call("=", call("*", result, divisor), call("+", dividend, error))
        self._assume(implied(negated(is_zero), all_of(exact, call("<=", call("-", share), error, share))))
        return Term(fails=is_zero, value=result)

    def amounts(self, operator: Arithmetic, left: Term, right: Term) -> Term:
        mismatch = negated(call("=", left.beside, right.beside))
        if operator is Arithmetic.DIVIDE:
            ratio = self.quotient(left.value, right.value)
            return Term(fails=any_of(mismatch, ratio.fails), value=ratio.value)
        return Term(fails=mismatch, value=call(operator, left.value, right.value), beside=left.beside)

    def shares(self, operator: Arithmetic, left: Term, right: Term) -> Term:
        """An amount times or by a number."""
        found = self.numbers(operator, left, right)
        return Term(fails=found.fails, value=found.value, beside=left.beside)

    def times(self, operator: Arithmetic, left: Term, right: Term) -> Term:
        """A number of amounts."""
        return Term(value=call(operator, left.value, right.value), beside=right.beside)

    def durations(self, operator: Arithmetic, left: Term, right: Term) -> Term:
        return _limited(call(operator, left.value, right.value), call(operator, left.beside, right.beside))

    def moved_days(self, operator: Arithmetic, left: Term, right: Term) -> Term:
        day = call(operator, left.value, right.value)
        possible = all_of(call("=", right.beside, "0"), call("<=", "1", day, str(_LAST_DAY)))
        return Term(fails=negated(possible), value=day)

    def moved_moments(self, operator: Arithmetic, left: Term, right: Term) -> Term:
        """A moment outside of all years fails; which those are depends on its zone, so nothing is said of it."""
        return Term(value=call(operator, left.value, total(right)))

    def days_between(self, _: Arithmetic, left: Term, right: Term) -> Term:
        return _limited(call("-", left.value, right.value), "0")

    def time_between(self, _: Arithmetic, left: Term, right: Term) -> Term:
        return _limited("0", call("-", left.value, right.value))


_Compute = Callable[[Sizes, Arithmetic, Term, Term], Term]
_COMPUTED: Final[Mapping[tuple[Kind | None, Kind | None], _Compute]] = {
    (Kind.DECIMAL, Kind.DECIMAL): Sizes.numbers,
    (Kind.MONEY, Kind.MONEY): Sizes.amounts,
    (Kind.MONEY, Kind.DECIMAL): Sizes.shares,
    (Kind.DECIMAL, Kind.MONEY): Sizes.times,
    (Kind.DURATION, Kind.DURATION): Sizes.durations,
    (Kind.DATE, Kind.DURATION): Sizes.moved_days,
    (Kind.DATE, Kind.DATE): Sizes.days_between,
    (Kind.DATETIME, Kind.DURATION): Sizes.moved_moments,
    (Kind.DATETIME, Kind.DATETIME): Sizes.time_between,
}


def negative(kind: Kind | None, term: Term) -> Term:
    """The same below zero; it fails and is null where the other does and is."""
    beside = call("-", term.beside) if kind is Kind.DURATION else term.beside
    return Term(fails=term.fails, null=term.null, value=call("-", term.value), beside=beside)


def compared(kind: Kind | None, operator: Comparison, left: Term, right: Term) -> Term:
    """How two values of a kind compare; amounts of two currencies do not. `fails` is of this step alone."""
    one, other = (total(left), total(right)) if kind is Kind.DURATION else (left.value, right.value)
    if operator is Comparison.NOT_EQUAL:
        value = negated(call("=", one, other))
    else:
        value = call(_OPERATORS[operator], one, other)
    return (
        Term(fails=negated(call("=", left.beside, right.beside)), value=value)
        if kind is Kind.MONEY
        else Term(value=value)
    )


def total(duration: Term) -> str:
    """The length of a duration on a wall clock, in microseconds."""
    return call("+", call("*", str(DAY), duration.value), duration.beside)


def is_short(days: str, micros: str) -> str:
    """That a duration is within the limits of all durations."""
    return all_of(within(days, _LONGEST_DAYS), within(micros, _LONGEST_DAYS * DAY))


def is_day(days: str) -> str:
    """That a day lies within the years that can be written."""
    return call("<=", "1", days, str(_LAST_DAY))


def _limited(days: str, micros: str) -> Term:
    return Term(fails=negated(is_short(days, micros)), value=days, beside=micros)
