"""Terms of SMT-LIB 2 as text, and what a part of a condition comes to in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

TRUE: Final = "true"
FALSE: Final = "false"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What a part comes to: whether it fails, whether it is null (if it does not fail), its value (if neither).

    `value` is a truth, a number, an amount, the place of a text among all texts, days from the year 1, microseconds
    from 1970, or the days of a duration; `beside` is the currency of an amount or the microseconds that a duration has
    beside its days. A list that is written down has `items`.
    """

    fails: str = FALSE
    null: str = FALSE
    value: str = FALSE
    beside: str = ""
    items: tuple[Term, ...] | None = None

    @property
    def is_false(self) -> str:
        """That it comes out false."""
        return all_of(negated(self.null), negated(self.value))

    @property
    def is_true(self) -> str:
        """That it comes out true."""
        return all_of(negated(self.null), self.value)


def call(operator: str, *operands: str) -> str:
    """An operator applied."""
    return f"({operator} {' '.join(operands)})"


def negated(term: str) -> str:
    """The opposite."""
    if term in (TRUE, FALSE):
        return FALSE if term == TRUE else TRUE
    return call("not", term)


def all_of(*terms: str) -> str:
    """True when all are."""
    asked = [term for term in dict.fromkeys(terms) if term != TRUE]
    if FALSE in asked:
        return FALSE
    return call("and", *asked) if len(asked) > 1 else next(iter(asked), TRUE)


def any_of(*terms: str) -> str:
    """True when one is."""
    asked = [term for term in dict.fromkeys(terms) if term != FALSE]
    if TRUE in asked:
        return TRUE
    return call("or", *asked) if len(asked) > 1 else next(iter(asked), FALSE)


def implied(premise: str, term: str) -> str:
    """True unless the premise holds and the term does not."""
    return any_of(negated(premise), term)


def number(value: Fraction | int) -> str:
    """An exact number as a real one."""
    exact = Fraction(value)
    size = f"{abs(exact.numerator)}.0"
    if exact.denominator != 1:
        size = call("/", size, f"{exact.denominator}.0")
    return call("-", size) if exact < 0 else size


def whole(value: int) -> str:
    """A whole number."""
    return call("-", str(-value)) if value < 0 else str(value)


def within(term: str, most: int) -> str:
    """That a whole number is neither above `most` nor below its opposite."""
    return call("<=", whole(-most), term, whole(most))


def same(ones: Iterable[str], others: Iterable[str]) -> str:
    """That each is equal to its other."""
    return all_of(*(call("=", one, other) for one, other in zip(ones, others, strict=True)))
