"""The values a flow computes with: exact money, durations, declared variable types, and their JSON form.

Knows no clock, no database and no framework. A float is never a value here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import (
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from enum import StrEnum
from typing import Any, Final

from typing_extensions import override

from workflows.engine.currencies import MINOR_UNITS

# A JSON document, numbers as int, Decimal or text. Any, because decoding is what checks it.
Json = Any

MAX_DIGITS: Final = 40
MAX_NAME: Final = 64
MAX_TYPE_DEPTH: Final = 4

# Sums and products are exact: a result beyond 1,000 digits raises decimal.Inexact, it is never rounded.
EXACT: Final = Context(prec=1000, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
# Quotients are rounded half-even to 50 significant digits.
QUOTIENT: Final = Context(prec=50, traps=[InvalidOperation, DivisionByZero, Overflow])

_NUMBER: Final = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATETIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)
_DURATION: Final = re.compile(
    r"P(?:(-?[0-9]{1,9})D)?"
    r"(T(?=[-0-9])(?:(-?[0-9]{1,9})H)?(?:(-?[0-9]{1,9})M)?(?:(-?[0-9]{1,9}(?:\.[0-9]{1,6})?)S)?)?"
)
_LONGEST: Final = timedelta(days=366_000)
_MONEY: Final = frozenset({"amount", "currency"})


class ValueMismatch(ValueError):  # noqa: N818 - named for what happened, like every error of this house
    """A JSON document does not hold what its declared type says.

    `path` leads to the place (`orderTotal.amount`, `lines[3]`); `expected` and `found` are short phrases.
    """

    def __init__(self, path: str, *, expected: str, found: str) -> None:
        super().__init__(f"{path or 'value'}: expected {expected}, found {found}.")
        self.path = path
        self.expected = expected
        self.found = found


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


class Kind(StrEnum):
    """The families of declared types."""

    TEXT = "text"  # a string
    INTEGER = "integer"  # a whole number
    DECIMAL = "decimal"  # an exact decimal number
    MONEY = "money"  # amount and currency
    BOOLEAN = "boolean"  # true or false
    DATE = "date"  # a day without a zone
    DATETIME = "datetime"  # an instant with an offset
    DURATION = "duration"  # ISO 8601, days apart from hours
    LIST = "list"  # list<...> of one item type
    RECORD = "record"  # named fields, declared beside it
    NULL = "null"  # the type of the literal null and of the items of []; never declared


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableType:
    """A declared type. `item` is set for lists, `fields` for records."""

    kind: Kind
    item: VariableType | None = None
    fields: tuple[Variable, ...] = ()

    def field(self, name: str) -> Variable | None:
        """The declared field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    @override
    def __str__(self) -> str:
        return f"list<{self.item}>" if self.kind is Kind.LIST else str(self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One declared variable, or one field of a record. `label` maps a language to the name people see."""

    name: str
    type: VariableType
    label: Mapping[str, str]


def parse_variables(document: Json, *, path: str = "variables", depth: int = 0) -> tuple[Variable, ...]:
    """Declarations from the graph document; raises ValueMismatch at the first bad one (names must be
    unique).
    """
    if not isinstance(document, list | tuple):
        raise ValueMismatch(path, expected="a list of declarations", found=_kind_of(document))
    variables = tuple(parse_variable(item, path=f"{path}[{i}]", depth=depth) for i, item in enumerate(document))
    seen: set[str] = set()
    for i, variable in enumerate(variables):
        if variable.name in seen:
            raise ValueMismatch(f"{path}[{i}].name", expected="a name that is not taken", found=repr(variable.name))
        seen.add(variable.name)
    return variables


def parse_variable(document: Json, *, path: str = "variable", depth: int = 0) -> Variable:
    """One declaration `{name, type, label?, fields?}`; `fields` belongs to `record` and `list<record>` and
    is required there.
    """
    if not isinstance(document, dict):
        raise ValueMismatch(path, expected="a declaration {name, type, label?, fields?}", found=_kind_of(document))
    unknown = sorted(set(document) - {"name", "type", "label", "fields"})
    if unknown:
        raise ValueMismatch(
            f"{path}.{unknown[0]}",
            expected="only name, type, label, fields",
            found=repr(unknown[0]),
        )
    name = document.get("name")
    if not isinstance(name, str) or not name.isidentifier() or len(name) > MAX_NAME:
        raise ValueMismatch(
            f"{path}.name",
            expected="a name of letters, digits and _ (at most 64)",
            found=repr(name),
        )
    label = document.get("label") or {}
    if not isinstance(label, dict) or not all(isinstance(text, str) for text in label.values()):
        raise ValueMismatch(f"{path}.label", expected="texts by language", found=_kind_of(label))
    if depth >= MAX_TYPE_DEPTH:
        raise ValueMismatch(path, expected=f"at most {MAX_TYPE_DEPTH} nested records", found="one more")
    declared = document.get("fields")
    fields = parse_variables(declared, path=f"{path}.fields", depth=depth + 1) if declared is not None else ()
    return Variable(
        name=name,
        type=parse_type(document.get("type"), fields=fields, path=f"{path}.type"),
        label=label,
    )


def parse_type(text: Json, *, fields: tuple[Variable, ...] = (), path: str = "type") -> VariableType:
    """A type from its name: `money`, `list<text>`, `record` (with `fields`). Raises ValueMismatch."""
    inner, lists = text, 0
    while isinstance(inner, str) and inner.startswith("list<") and inner.endswith(">") and lists < MAX_TYPE_DEPTH:
        inner, lists = inner[5:-1], lists + 1
    if not isinstance(inner, str) or inner not in _DECLARABLE:
        raise ValueMismatch(path, expected=f"one of {', '.join(sorted(_DECLARABLE))}, list<...>", found=repr(text))
    kind = Kind(inner)
    if (kind is Kind.RECORD) != bool(fields):
        expected = "declared fields" if kind is Kind.RECORD else "no fields"
        raise ValueMismatch(path, expected=f"{expected} for type {inner}", found="none" if not fields else "some")
    result = VariableType(kind=kind, fields=fields)
    for _ in range(lists):
        result = VariableType(kind=Kind.LIST, item=result)
    return result


_DECLARABLE: Final = frozenset(Kind) - {Kind.LIST, Kind.NULL}


def decode(declared: VariableType, document: Json, path: str = "") -> Any:
    """The Python value of a JSON document; None stays None (a missing value). Raises ValueMismatch.

    text str, integer int, decimal Decimal, money Money, boolean bool, date date, datetime aware datetime,
    duration Duration,
    list tuple (without nulls), record dict of exactly the declared fields (a missing one is None,
    undeclared ones are left out).
    """
    if document is None:
        return None
    return _DECODERS[declared.kind](declared, document, path)


def encode(value: Any) -> Json:  # noqa: PLR0911 - one case per kind of value
    """The JSON form of a value that decode() gives; Decimal numbers and money amounts become strings."""
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal() if value.is_finite():
            return format(value, "f")
        case Money():
            return {"amount": format(value.amount, "f"), "currency": value.currency}
        case datetime() if value.tzinfo is not None:
            return value.isoformat()
        case Duration():
            return value.format()
        case list() | tuple():
            return [encode(item) for item in value]
        case Mapping():
            return {str(name): encode(item) for name, item in value.items()}
        case date() if not isinstance(value, datetime):
            return value.isoformat()
    raise ValueMismatch(
        "",
        expected="a value of a flow (no float, no datetime without offset)",
        found=repr(value)[:60],
    )


def _kind_of(document: Json) -> str:
    names = {
        bool: "true or false",
        int: "a number",
        Decimal: "a number",
        float: "a float",
        str: "text",
        list: "a list",
    }
    return "null" if document is None else names.get(type(document), "an object")


def _text(_: VariableType, document: Json, path: str) -> str:
    if not isinstance(document, str):
        raise ValueMismatch(path, expected="text", found=_kind_of(document))
    return document


def _boolean(_: VariableType, document: Json, path: str) -> bool:
    if not isinstance(document, bool):
        raise ValueMismatch(path, expected="true or false", found=_kind_of(document))
    return document


def _decimal(_: VariableType, document: Json, path: str) -> Decimal:
    number = _exact(document)
    if number is None:
        raise _inexact(document, path)
    return number


def _inexact(document: Json, path: str) -> ValueMismatch:
    found = _kind_of(document)
    if isinstance(document, str | int | Decimal):
        found += f" {str(document)[:50]!r}"
    return ValueMismatch(path, expected="an exact number of at most 40 digits", found=found)


def _exact(document: Json) -> Decimal | None:
    """The number of a document, None if it is none or longer than it may be."""
    match document:
        case str():
            return Decimal(document) if _NUMBER.fullmatch(document) else None
        case bool():
            return None
        case int():
            return Decimal(document) if abs(document) < 10**MAX_DIGITS else None
        case Decimal() if document.is_finite():
            exponent = document.as_tuple().exponent
            fits = isinstance(exponent, int) and exponent >= -MAX_DIGITS and document.adjusted() < MAX_DIGITS
            return document if fits else None
    return None


def _integer(declared: VariableType, document: Json, path: str) -> int:
    number = _decimal(declared, document, path)
    if number != number.to_integral_value():
        raise ValueMismatch(path, expected="a whole number", found=str(number))
    return int(number)


def _money(_: VariableType, document: Json, path: str) -> Money:
    if not isinstance(document, dict) or document.keys() != _MONEY:
        raise ValueMismatch(path, expected='money {"amount", "currency"}', found=_kind_of(document))
    amount = _exact(document["amount"])
    if amount is None:
        raise _inexact(document["amount"], f"{path}.amount")
    currency = document["currency"]
    if not isinstance(currency, str) or currency not in MINOR_UNITS:
        raise ValueMismatch(f"{path}.currency", expected="an ISO 4217 code", found=repr(currency)[:40])
    return money_of(amount, currency)


def _date(_: VariableType, document: Json, path: str) -> date:
    try:
        if isinstance(document, str) and _DATE.fullmatch(document):
            return date.fromisoformat(document)
    except ValueError:
        pass
    raise ValueMismatch(path, expected="a date such as 2026-01-31", found=repr(document)[:40])


def _datetime(_: VariableType, document: Json, path: str) -> datetime:
    expected = "a date and time with offset such as 2026-01-31T09:30:00+08:00"
    try:
        moment = (
            datetime.fromisoformat(document) if isinstance(document, str) and _DATETIME.fullmatch(document) else None
        )
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueMismatch(path, expected=expected, found=repr(document)[:40])
    return moment


def _duration(_: VariableType, document: Json, path: str) -> Duration:
    try:
        return Duration.parse(document, negative=True) if isinstance(document, str) else Duration.parse("")
    except ValueMismatch as mismatch:
        raise ValueMismatch(path, expected=mismatch.expected, found=repr(document)[:40]) from None


def _list(declared: VariableType, document: Json, path: str) -> tuple[Any, ...]:
    if not isinstance(document, list | tuple) or declared.item is None:
        raise ValueMismatch(path, expected="a list", found=_kind_of(document))
    for i, item in enumerate(document):
        if item is None:
            raise ValueMismatch(f"{path}[{i}]", expected=str(declared.item), found="null")
    return tuple(decode(declared.item, item, path=f"{path}[{i}]") for i, item in enumerate(document))


def _record(declared: VariableType, document: Json, path: str) -> dict[str, Any]:
    if not isinstance(document, Mapping):
        raise ValueMismatch(path, expected="an object with fields", found=_kind_of(document))
    return {
        field.name: decode(field.type, document.get(field.name), path=f"{path}.{field.name}".lstrip("."))
        for field in declared.fields
    }


def _never(_: VariableType, document: Json, path: str) -> None:
    raise ValueMismatch(path, expected="null", found=_kind_of(document))


_DECODERS: Final[dict[Kind, Callable[[VariableType, Json, str], Any]]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.MONEY: _money,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.DURATION: _duration,
    Kind.LIST: _list,
    Kind.RECORD: _record,
    Kind.NULL: _never,
}
