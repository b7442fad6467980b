"""Money, durations, declared types and their JSON form."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, DivisionByZero, Inexact
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.engine.json_values import decode, encode
from workflows.engine.values import CurrencyMismatch, Duration, Money, ValueMismatch
from workflows.engine.variables import parse_type, parse_variable, parse_variables


def cny(amount: str) -> Money:
    return Money(Decimal(amount), "CNY")


def test_money_adds_and_subtracts_exactly() -> None:
    assert cny("0.10") + cny("0.20") == cny("0.30")
    assert cny("58.00") - cny("59.70") == cny("-1.70")
    assert -cny("1.00") == cny("-1.00")


def test_money_times_a_number_is_exact_and_not_rounded() -> None:
    assert (cny("199.00") * Decimal("0.3")).amount == Decimal("59.700")
    assert (cny("199.01") * Decimal("0.3")).amount == Decimal("59.703")


def test_money_by_money_is_a_number() -> None:
    assert cny("58.00").ratio(cny("116.00")) == Decimal("0.5")
    with pytest.raises(DivisionByZero):
        cny("1").ratio(cny("0"))


def test_money_refuses_another_currency_when_computing_and_comparing() -> None:
    dollars = Money(Decimal(5), "USD")
    for attempt in (
        lambda: cny("5") + dollars,
        lambda: cny("5") - dollars,
        lambda: cny("5").ratio(dollars),
        lambda: cny("5") < dollars,
        lambda: cny("5") >= dollars,
    ):
        with pytest.raises(CurrencyMismatch):
            attempt()
    assert cny("5") != dollars


def test_money_refuses_a_result_that_would_have_to_be_rounded() -> None:
    nines = Decimal("9" * 40)
    longest = Money(Decimal("9" * 1000), "CNY")

    with pytest.raises(Inexact):
        _ = longest * nines


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("59.705", "CNY", "59.71"),
        ("59.7049", "CNY", "59.70"),
        ("-59.705", "CNY", "-59.71"),
        ("100.5", "JPY", "101"),
        ("1.2345", "KWD", "1.235"),
        ("2", "CNY", "2.00"),
    ],
)
def test_quantized_rounds_half_up_to_the_minor_unit(amount: str, currency: str, rounded: str) -> None:
    result = Money(Decimal(amount), currency).quantized()

    assert (str(result.amount), result.currency) == (rounded, currency)


@pytest.mark.parametrize("amount", [1.5, 3, Decimal("NaN"), Decimal("Infinity"), "1.00"])
def test_money_refuses_anything_but_a_finite_decimal(amount: Any) -> None:
    with pytest.raises(ValueMismatch):
        Money(amount, "CNY")


def test_money_refuses_an_unknown_currency() -> None:
    with pytest.raises(ValueMismatch):
        Money(Decimal(1), "cny")


@pytest.mark.parametrize(
    ("text", "days", "time"),
    [
        ("PT120M", 0, timedelta(hours=2)),
        ("P1D", 1, timedelta()),
        ("PT1H30M", 0, timedelta(minutes=90)),
        ("P2DT4H", 2, timedelta(hours=4)),
        ("PT36H", 0, timedelta(hours=36)),
        ("PT0S", 0, timedelta()),
        ("PT1.5S", 0, timedelta(seconds=1.5)),
    ],
)
def test_duration_keeps_days_apart_from_time(text: str, days: int, time: timedelta) -> None:
    assert Duration.parse(text) == Duration(days=days, time=time)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "1H", "P1W", "P1M", "P1Y", "PT1.5H", "PT-5M", "P1D ", "pt5m", "PT１H"]
)
def test_duration_refuses_what_it_cannot_mean(text: str) -> None:
    with pytest.raises(ValueMismatch):
        Duration.parse(text)


def test_duration_refuses_more_than_a_thousand_years() -> None:
    with pytest.raises(ValueMismatch):
        Duration.parse("P366001D")


@given(st.integers(-366_000, 366_000), st.integers(-(10**10), 10**10))
def test_duration_format_reads_back_to_the_same(days: int, micros: int) -> None:
    duration = Duration(days=days, time=timedelta(microseconds=micros))

    assert Duration.parse(duration.format(), negative=True) == duration


def test_types_have_names_and_read_back() -> None:
    for name in ("text", "integer", "decimal", "money", "boolean", "date", "datetime", "duration"):
        assert str(parse_type(name)) == name
        assert str(parse_type(f"list<list<{name}>>")) == f"list<list<{name}>>"


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ([], "variable"),
        ({"name": "a b", "type": "text"}, "variable.name"),
        ({"name": "x" * 65, "type": "text"}, "variable.name"),
        ({"name": "a"}, "variable.type"),
        ({"name": "a", "type": "float"}, "variable.type"),
        ({"name": "a", "type": "null"}, "variable.type"),
        ({"name": "a", "type": "list"}, "variable.type"),
        ({"name": "a", "type": "list<list<list<list<list<text>>>>>"}, "variable.type"),
        ({"name": "a", "type": "record"}, "variable.type"),
        ({"name": "a", "type": "text", "fields": [{"name": "b", "type": "text"}]}, "variable.type"),
        ({"name": "a", "type": "text", "default": 1}, "variable.default"),
        ({"name": "a", "type": "text", "label": {"zh": 1}}, "variable.label"),
        (
            {"name": "a", "type": "record", "fields": [{"name": "b", "type": "x"}]},
            "variable.fields[0].type",
        ),
    ],
)
def test_declaration_is_refused_with_its_path(document: Any, path: str) -> None:
    with pytest.raises(ValueMismatch) as caught:
        parse_variable(document)
    assert caught.value.path == path


def test_declarations_refuse_the_same_name_twice() -> None:
    with pytest.raises(ValueMismatch) as caught:
        parse_variables([{"name": "a", "type": "text"}, {"name": "a", "type": "money"}])
    assert caught.value.path == "variables[1].name"


BUYER = parse_variable(
    {
        "name": "buyer",
        "type": "list<record>",
        "fields": [{"name": "tier", "type": "text"}, {"name": "spent", "type": "money"}],
    }
).type
EAST = timezone(timedelta(hours=8))
DECODED: list[tuple[str, Any, Any]] = [
    ("text", "加急", "加急"),
    ("integer", 3, 3),
    ("integer", Decimal("3.0"), 3),
    ("integer", "12", 12),
    ("decimal", "0.30", Decimal("0.30")),
    ("decimal", Decimal("0.1"), Decimal("0.1")),
    ("money", {"amount": "58.00", "currency": "CNY"}, cny("58.00")),
    ("money", {"amount": 58, "currency": "JPY"}, Money(Decimal(58), "JPY")),
    ("boolean", False, False),
    ("date", "2026-11-11", date(2026, 11, 11)),
    ("datetime", "2026-11-11T00:00:00+08:00", datetime(2026, 11, 11, tzinfo=EAST)),
    ("datetime", "2026-11-11T00:00Z", datetime(2026, 11, 11, tzinfo=UTC)),
    ("duration", "PT90M", Duration(time=timedelta(minutes=90))),
    ("list<integer>", [1, "2"], (1, 2)),
    ("text", None, None),
]


@pytest.mark.parametrize(("name", "document", "value"), DECODED)
def test_decode_gives_the_python_value(name: str, document: Any, value: Any) -> None:
    result = decode(parse_type(name), document)

    assert result == value
    assert type(result) is type(value)
    assert decode(parse_type(name), encode(result)) == value


def test_decode_keeps_exactly_the_declared_fields_of_a_record() -> None:
    document = [{"tier": "vip", "spent": {"amount": "1.00", "currency": "CNY"}, "other": 1}, {}]

    value = decode(BUYER, document)

    assert value == ({"tier": "vip", "spent": cny("1.00")}, {"tier": None, "spent": None})
    assert encode(value)[0] == {"tier": "vip", "spent": {"amount": "1.00", "currency": "CNY"}}


@pytest.mark.parametrize(
    ("name", "document", "path"),
    [
        ("decimal", 0.3, "v"),
        ("integer", 3.0, "v"),
        ("integer", True, "v"),
        ("integer", "3.5", "v"),
        ("decimal", "1e5", "v"),
        ("decimal", "NaN", "v"),
        ("decimal", "１", "v"),
        ("decimal", Decimal("1E+999999"), "v"),
        ("decimal", Decimal("1E-999999"), "v"),
        ("decimal", 10**40, "v"),
        ("decimal", "9" * 41, "v"),
        ("money", {"amount": 58.0, "currency": "CNY"}, "v.amount"),
        ("money", {"amount": "58.00", "currency": "RMB"}, "v.currency"),
        ("money", {"amount": "58.00", "currency": ["CNY"]}, "v.currency"),
        ("money", {"amount": "58.00"}, "v"),
        ("money", "58.00", "v"),
        ("boolean", 1, "v"),
        ("text", 1, "v"),
        ("date", "20261111", "v"),
        ("date", "2026-02-30", "v"),
        ("datetime", "2026-11-11T00:00:00", "v"),
        ("datetime", "2026-11-11T25:00:00Z", "v"),
        ("datetime", "2026-11-11", "v"),
        ("duration", "2 hours", "v"),
        ("duration", 7200, "v"),
        ("list<text>", "a", "v"),
        ("list<text>", ["a", None], "v[1]"),
        ("list<text>", ["a", 1], "v[1]"),
    ],
)
def test_decode_refuses_with_the_path(name: str, document: Any, path: str) -> None:
    with pytest.raises(ValueMismatch) as caught:
        decode(parse_type(name), document, path="v")
    assert caught.value.path == path


@pytest.mark.parametrize("name", ["decimal", "integer", "date", "datetime", "duration"])
def test_decode_refuses_a_number_too_long_for_python_to_write(name: str) -> None:
    with pytest.raises(ValueMismatch) as caught:
        decode(parse_type(name), -(10**5_000), path="v")
    assert (caught.value.path, caught.value.found) == ("v", "a number of more than 40 digits")


@pytest.mark.parametrize("value", [0.1, datetime(2026, 1, 1), object(), Decimal("NaN")])  # noqa: DTZ001
def test_encode_refuses_what_is_not_a_value_of_a_flow(value: Any) -> None:
    with pytest.raises(ValueMismatch):
        encode(value)
