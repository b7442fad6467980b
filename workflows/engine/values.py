"""The values a flow computes with: exact money, durations and the arithmetic of exact numbers.

Knows no clock, no database and no framework. A float is never a value here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import (
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from typing import Any, Final

from typing_extensions import override

from workflows.engine.currencies import MINOR_UNITS

MAX_DIGITS: Final = 40

# Sums and products are exact: a result beyond 1,000 digits raises decimal.Inexact, it is never rounded.
EXACT: Final = Context(prec=1000, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
# Quotients are rounded half-even to 50 significant digits.
QUOTIENT: Final = Context(prec=50, traps=[InvalidOperation, DivisionByZero, Overflow])

_DURATION: Final = re.compile(
    r"P(?:(-?[0-9]{1,9})D)?"
    r"(T(?=[-0-9])(?:(-?[0-9]{1,9})H)?(?:(-?[0-9]{1,9})M)?(?:(-?[0-9]{1,9}(?:\.[0-9]{1,6})?)S)?)?"
)
_LONGEST: Final = timedelta(days=366_000)


class ValueMismatch(ValueError):  # noqa: N818 - named for what happened, like every error of this house
    """A JSON document does not hold what its declared type says.

    `path` leads to the place (`orderTotal.amount`, `lines[3]`); `expected` and `found` are short phrases.
    """

    def __init__(self, path: str, *, expected: str, found: str) -> None:
        super().__init__(f"{path or 'value'}: expected {expected}, found {found}.")
        self.path = path
        self.expected = expected
        self.found = found


def phrase(document: object) -> str:
    """What a JSON document is, in a phrase for a ValueMismatch."""
    names = {
        bool: "true or false",
        int: "a number",
        Decimal: "a number",
        float: "a float",
        str: "text",
        list: "a list",
    }
    return "null" if document is None else names.get(type(document), "an object")


class CurrencyMismatch(ValueError):  # noqa: N818
    """Two amounts of different currencies met in one sum, comparison or ratio."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"expected an amount in {left}, found one in {right}.")
        self.left = left
        self.right = right


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency.

    Comparing, adding and dividing two currencies raises CurrencyMismatch; `==` answers False.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        amount: object = self.amount
        if not isinstance(amount, Decimal) or not amount.is_finite():
            raise ValueMismatch("amount", expected="a finite Decimal", found=repr(self.amount))
        if self.currency not in MINOR_UNITS:
            raise ValueMismatch("currency", expected="an ISO 4217 code", found=repr(self.currency))

    def __add__(self, other: Money) -> Money:
        return money_of(EXACT.add(self.amount, self._beside(other)), self.currency)

    def __sub__(self, other: Money) -> Money:
        return money_of(EXACT.subtract(self.amount, self._beside(other)), self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return money_of(EXACT.multiply(self.amount, factor), self.currency)

    def __neg__(self) -> Money:
        return money_of(EXACT.minus(self.amount), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._beside(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._beside(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._beside(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._beside(other)

    def ratio(self, other: Money) -> Decimal:
        """This amount divided by another of the same currency; decimal.DivisionByZero for a zero divisor."""
        return QUOTIENT.divide(self.amount, self._beside(other))

    def divided(self, divisor: Decimal | int) -> Money:
        """This amount divided by a number, not rounded to the minor unit."""
        return money_of(QUOTIENT.divide(self.amount, divisor), self.currency)

    def quantized(self) -> Money:
        """The amount rounded half up, away from zero, to the minor unit: 59.705 CNY becomes 59.71 CNY."""
        places = Decimal(1).scaleb(-MINOR_UNITS[self.currency])
        return Money(
            self.amount.quantize(places, rounding=ROUND_HALF_UP, context=EXACT_ROUNDING),
            self.currency,
        )

    @override
    def __str__(self) -> str:
        """`58.00 CNY`: exact, with at least the decimal places of the minor unit and no zeros beyond them."""
        return f"{plain(self.amount, places=MINOR_UNITS[self.currency])} {self.currency}"

    def _beside(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other.amount


EXACT_ROUNDING: Final = Context(prec=1000)
# The slots themselves, because a frozen class refuses plain assignment and __init__ is slow.
_slots: Final[Any] = Money
_set_amount: Final[Callable[[Money, Decimal], None]] = _slots.amount.__set__
_set_currency: Final[Callable[[Money, str], None]] = _slots.currency.__set__


def money_of(amount: Decimal, currency: str) -> Money:
    """Money from parts that are already known to be good; skips the checks of the constructor (hot path)."""
    money = object.__new__(Money)
    _set_amount(money, amount)
    _set_currency(money, currency)
    return money


def plain(number: Decimal | int, *, places: int = 0) -> str:
    """The number without an exponent, trailing zeros cut down to `places` decimals: plain(59.700, places=2)
    == "59.70".
    """
    text = format(Decimal(number), "f")
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    return f"{whole}.{fraction}" if fraction else whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A length of time with its days kept apart: on a working clock P1D is one business day, not 24 hours."""

    days: int = 0
    time: timedelta = timedelta()

    @classmethod
    def parse(cls, text: str, *, negative: bool = False) -> Duration:
        """Read ISO 8601 `PnDTnHnMnS` (`PT120M`, `P1D`, `PT1H30M`). Weeks, months and years are refused;
        seconds may have a fraction.

        With `negative` a part may carry a minus sign (`P-3D`), as format() writes differences of dates.
        """
        found = _DURATION.fullmatch(text)
        if (
            found is None
            or (found[1] is None and found[2] is None)
            or text.endswith("T")
            or ("-" in text and not negative)
        ):
            raise ValueMismatch("", expected="an ISO 8601 duration such as PT120M or P1D", found=repr(text[:40]))
        days, hours, minutes = (int(found[part] or 0) for part in (1, 3, 4))
        micros = int(Decimal(found[5] or 0).scaleb(6))
        duration = cls(days=days, time=timedelta(hours=hours, minutes=minutes, microseconds=micros))
        if not duration.within_limits():
            raise ValueMismatch("", expected="a duration of at most 366,000 days", found=repr(text[:40]))
        return duration

    def format(self) -> str:
        """The ISO 8601 text; hours are not carried into days: PT36H stays PT36H."""
        micros = self.time // timedelta(microseconds=1)
        sign, seconds = ("-" if micros < 0 else ""), abs(micros) // 1_000_000
        second = plain(Decimal(abs(micros) % 60_000_000).scaleb(-6))
        parts = ((str(seconds // 3600), "H"), (str(seconds // 60 % 60), "M"), (second, "S"))
        clock = "".join(f"{sign}{count}{unit}" for count, unit in parts if count != "0")
        if not clock:
            return f"P{self.days}D" if self.days else "PT0S"
        return f"P{self.days}DT{clock}" if self.days else f"PT{clock}"

    def total(self) -> timedelta:
        """The length on a wall clock, where one day is 24 hours."""
        return timedelta(days=self.days) + self.time

    def within_limits(self) -> bool:
        """True while the duration is shorter than about a thousand years, so that sums cannot overflow."""
        return abs(self.days) <= _LONGEST.days and abs(self.time) <= _LONGEST

    @override
    def __str__(self) -> str:
        return self.format()
