"""From what a solver found to inputs that a person can read. Every input is only a proposal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from workflows.engine.currencies import MINOR_UNITS
from workflows.engine.expressions.analysis.grids import SECOND, grid_of
from workflows.engine.expressions.analysis.smt_script import CURRENCIES, Read, Script
from workflows.engine.expressions.analysis.smt_terms import call
from workflows.engine.values import EXACT, Duration, Money
from workflows.engine.variables import Kind

# What a solver says of its constants: a truth or an exact number; one that no fraction can write is left out.
Model = Mapping[str, bool | Fraction]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FINEST: Final = 10**40
_YEARS: Final = (date(2020, 1, 1).toordinal(), date(2030, 12, 31).toordinal())
_FIRST, _LAST = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * SECOND for year in (2020, 2031))


class _UnwritableError(Exception):
    """No value of a flow is exactly this."""


def readable(script: Script, *, currency: str) -> list[str]:
    """Lines of a script that ask for values on the grid of what people write: whole cents, two decimal places."""
    lines: list[str] = []
    for number, read in enumerate(script.reads.values()):
        places = {Kind.DECIMAL: 2, Kind.MONEY: MINOR_UNITS[currency]}.get(read.type.kind)
        if places is not None:
            lines.append(f"(declare-const g{number} Int)")
            steps = call("*", f"{10**places}.0", read.values[0])
            lines.append(f"(assert {call('=', steps, call('to_real', f'g{number}'))})")
    return lines


def plain(script: Script, *, currency: str) -> list[str]:
    """Lines that ask for plain values: nothing below zero, days of our years, whole seconds, one currency."""
    return [f"(assert {term})" for read in script.reads.values() for term in _plain(read, currency)]


def _plain(read: Read, currency: str) -> list[str]:  # noqa: PLR0911 - one case per kind of value
    values = read.values
    match read.type.kind:
        case Kind.INTEGER:
            return [call("<=", "0", values[0])]
        case Kind.DECIMAL:
            return [call("<=", "0.0", values[0])]
        case Kind.MONEY:
            return [call("<=", "0.0", values[0]), call("=", values[1], str(CURRENCIES.index(currency)))]
        case Kind.DATE:
            return [call("<=", str(_YEARS[0]), values[0], str(_YEARS[1]))]
        case Kind.DATETIME:
            return [call("<=", str(_FIRST), values[0], str(_LAST)), _whole_seconds(values[0])]
        case Kind.DURATION:
            return [call("<=", "0", values[0]), call("<=", "0", values[1]), _whole_seconds(values[1])]
    return []


def _whole_seconds(term: str) -> str:
    return call("=", call("mod", term, str(SECOND)), "0")


def inputs_of(script: Script, model: Model) -> Iterator[dict[str, Any]]:
    """Decoded values by variable name; texts that no condition names are tried in two ways."""
    for texts in (_other_texts(script, model), _texts_between(script, model)):
        try:
            yield _input(script, model, texts)
        except (_UnwritableError, OverflowError):
            return


def _input(script: Script, model: Model, texts: Mapping[Fraction, str]) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for read in sorted(script.reads.values(), key=lambda each: len(each.path)):
        *around, name = read.path
        place: Any = built
        for step in around:
            place = place.get(step) if place is not None else None
        if place is None or model.get(read.there) is not True:
            continue
        place[name] = _value(script, read, model, texts)
    return built


def _value(  # noqa: C901, PLR0911 - one case per kind of value
    script: Script, read: Read, model: Model, texts: Mapping[Fraction, str]
) -> Any:
    sizes = [_size(model, value) for value in read.values]
    match read.type.kind:
        case Kind.TEXT:
            return texts[sizes[0]]
        case Kind.BOOLEAN:
            return model.get(read.values[0]) is True
        case Kind.INTEGER:
            return int(sizes[0])
        case Kind.DECIMAL:
            return _decimal(sizes[0])
        case Kind.MONEY:
            currency = CURRENCIES[int(sizes[1])]
            if not grid_of(Kind.MONEY, currency).has(sizes[0]):
                raise _UnwritableError
            return Money(_decimal(sizes[0]), currency).quantized()
        case Kind.DATE:
            return date.fromordinal(int(sizes[0]))
        case Kind.DATETIME:
            return _EPOCH + timedelta(microseconds=int(sizes[0]))
        case Kind.DURATION:
            return Duration(days=int(sizes[0]), time=timedelta(microseconds=int(sizes[1])))
        case Kind.LIST:
            members = [value for test, (path, value) in script.members.items()
                       if path == read.path and model.get(test) is True]  # fmt: skip
            return tuple(members)
    return {}


def _size(model: Model, constant: str) -> Fraction:
    value = model.get(constant)
    return value if isinstance(value, Fraction) else Fraction()


def _decimal(value: Fraction) -> Decimal:
    if _FINEST % value.denominator != 0:
        raise _UnwritableError
    return EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))


def _places(script: Script, model: Model) -> list[Fraction]:
    """The places of texts that are read, in order."""
    texts = [read.values[0] for read in script.reads.values() if read.type.kind is Kind.TEXT]
    return sorted({_size(model, constant) for constant in texts})


def _named(script: Script, place: Fraction) -> str | None:
    is_named = place.denominator == 1 and 0 <= place < len(script.texts)
    return script.texts[int(place)] if is_named else None


def _other_texts(script: Script, model: Model) -> dict[Fraction, str]:
    """Texts of no meaning for what no condition names, whatever their order."""
    found: dict[Fraction, str] = {}
    count = 0
    for place in _places(script, model):
        text = _named(script, place)
        while text is None:
            count += 1
            wanted = "other" if count == 1 else f"other {count}"
            text = None if wanted in script.texts else wanted
        found[place] = text
    return found


def _texts_between(script: Script, model: Model) -> dict[Fraction, str]:
    """Texts in their order: those between two that are named begin with the first of them."""
    return {
        place: _named(script, place) or _after(script, place) + "a" * (number + 1)
        for number, place in enumerate(_places(script, model))
    }


def _after(script: Script, place: Fraction) -> str:
    before = min(math.floor(place), len(script.texts) - 1)
    return script.texts[before] + "\t" if before >= 0 else "\t"
