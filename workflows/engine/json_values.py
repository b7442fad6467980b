"""Values as JSON documents: read by the declared type of their variable, and written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from workflows.engine.currencies import MINOR_UNITS
from workflows.engine.values import MAX_DIGITS, Duration, Money, ValueMismatch, money_of, phrase
from workflows.engine.variables import Kind, VariableType

# A JSON document, numbers as int, Decimal or text. Any, because decoding is what checks it.
Json = Any

_NUMBER: Final = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATETIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)
_MONEY: Final = frozenset({"amount", "currency"})
_ROOM: Final = 50  # characters of a found document in a message

# What a condition reads may be searched once for each of its parts: the longest condition over the largest values
# must stay a matter of milliseconds.
MAX_CHARACTERS: Final = 100_000
MAX_LIST: Final = 1_000


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


def _text(_: VariableType, document: Json, path: str) -> str:
    if not isinstance(document, str):
        raise ValueMismatch(path, expected="text", found=phrase(document))
    if len(document) > MAX_CHARACTERS:
        raise ValueMismatch(path, expected=f"at most {MAX_CHARACTERS} characters", found=f"a text of {len(document)}")
    return document


def _boolean(_: VariableType, document: Json, path: str) -> bool:
    if not isinstance(document, bool):
        raise ValueMismatch(path, expected="true or false", found=phrase(document))
    return document


def _decimal(_: VariableType, document: Json, path: str) -> Decimal:
    number = _exact(document)
    if number is None:
        raise _inexact(document, path)
    return number


def _inexact(document: Json, path: str) -> ValueMismatch:
    return ValueMismatch(path, expected=f"an exact number of at most {MAX_DIGITS} digits", found=_shown(document))


def _shown(document: Json) -> str:
    """As much of a document as a message has room for; Python refuses to write whole numbers beyond all measure."""
    match document:
        case int() if abs(document) >= 10**MAX_DIGITS:
            return f"a number of more than {MAX_DIGITS} digits"
        case Decimal():
            return repr(str(document)[:_ROOM])
        case str():
            return repr(document[:_ROOM])
        case int() | float():
            return repr(document)
    return phrase(document)


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
        raise ValueMismatch(path, expected='money {"amount", "currency"}', found=phrase(document))
    amount = _exact(document["amount"])
    if amount is None:
        raise _inexact(document["amount"], f"{path}.amount")
    currency = document["currency"]
    if not isinstance(currency, str) or currency not in MINOR_UNITS:
        raise ValueMismatch(f"{path}.currency", expected="an ISO 4217 code", found=_shown(currency))
    return money_of(amount, currency)


def _date(_: VariableType, document: Json, path: str) -> date:
    try:
        if isinstance(document, str) and _DATE.fullmatch(document):
            return date.fromisoformat(document)
    except ValueError:
        pass
    raise ValueMismatch(path, expected="a date such as 2026-01-31", found=_shown(document))


def _datetime(_: VariableType, document: Json, path: str) -> datetime:
    expected = "a date and time with offset such as 2026-01-31T09:30:00+08:00"
    try:
        moment = (
            datetime.fromisoformat(document) if isinstance(document, str) and _DATETIME.fullmatch(document) else None
        )
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueMismatch(path, expected=expected, found=_shown(document))
    return moment


def _duration(_: VariableType, document: Json, path: str) -> Duration:
    try:
        return Duration.parse(document, negative=True) if isinstance(document, str) else Duration.parse("")
    except ValueMismatch as mismatch:
        raise ValueMismatch(path, expected=mismatch.expected, found=_shown(document)) from None


def _list(declared: VariableType, document: Json, path: str) -> tuple[Any, ...]:
    if not isinstance(document, list | tuple) or declared.item is None:
        raise ValueMismatch(path, expected="a list", found=phrase(document))
    if len(document) > MAX_LIST:
        raise ValueMismatch(path, expected=f"at most {MAX_LIST} items", found=f"a list of {len(document)}")
    for i, item in enumerate(document):
        if item is None:
            raise ValueMismatch(f"{path}[{i}]", expected=str(declared.item), found="null")
    return tuple(decode(declared.item, item, path=f"{path}[{i}]") for i, item in enumerate(document))


def _record(declared: VariableType, document: Json, path: str) -> dict[str, Any]:
    if not isinstance(document, Mapping):
        raise ValueMismatch(path, expected="an object with fields", found=phrase(document))
    return {
        field.name: decode(field.type, document.get(field.name), path=f"{path}.{field.name}".lstrip("."))
        for field in declared.fields
    }


def _never(_: VariableType, document: Json, path: str) -> None:
    raise ValueMismatch(path, expected="null", found=phrase(document))


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
