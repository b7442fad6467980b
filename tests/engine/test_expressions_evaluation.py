"""What conditions decide: exact money, the boundary at exactly 30 %, nulls, run-time errors, explanations."""

import random
from decimal import Decimal
from typing import Any

import pytest

from workflows.engine.expressions.errors import EvaluationError
from workflows.engine.expressions.language import compile_condition, compile_expression
from workflows.engine.json_values import encode
from workflows.engine.values import Duration, Money
from workflows.engine.variables import parse_variables

VARIABLES = parse_variables(
    [
        {"name": "refundAmount", "type": "money"},
        {"name": "orderTotal", "type": "money"},
        {"name": "n", "type": "decimal"},
        {"name": "i", "type": "integer"},
        {"name": "t", "type": "text"},
        {"name": "b", "type": "boolean"},
        {"name": "d", "type": "date"},
        {"name": "at", "type": "datetime"},
        {"name": "p", "type": "duration"},
        {"name": "ts", "type": "list<text>"},
        {"name": "buyer", "type": "record", "fields": [{"name": "tier", "type": "text"}]},
    ]
)
REFUND = "${refundAmount} < ${orderTotal} * 0.3"


def yuan(amount: str, currency: str = "CNY") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def decide(text: str, **values: Any) -> bool | None:
    return compile_condition(text, VARIABLES).decide(values)


@pytest.mark.parametrize(
    ("operator", "amount", "taken"),
    [
        ("<", "59.69", True),
        ("<", "59.70", False),
        ("<", "59.71", False),
        ("<=", "59.69", True),
        ("<=", "59.70", True),
        ("<=", "59.71", False),
        (">=", "59.70", True),
        (">", "59.70", False),
        ("==", "59.70", True),
        ("!=", "59.70", False),
    ],
)
def test_exactly_thirty_percent_is_not_below_it(operator: str, amount: str, taken: bool) -> None:
    values = {"refundAmount": yuan(amount), "orderTotal": yuan("199.00")}

    for share in ("${orderTotal} * 0.3", "${orderTotal} * 30%", "30% * ${orderTotal}"):
        assert decide(f"${{refundAmount}} {operator} {share}", **values) is taken


def test_no_total_of_100_000_is_wrong_at_exactly_thirty_percent() -> None:
    """Amounts are counted in fen by whole numbers; floats get 2,360 of the same totals wrong."""
    below = compile_condition(REFUND, VARIABLES).decide_decoded
    up_to = compile_condition(REFUND.replace("<", "<="), VARIABLES).decide_decoded
    fen = Decimal("0.01")
    wrong = wrong_floats = 0

    for tens in range(1, 100_001):
        total, share = tens * 10, tens * 3
        values = {
            "refundAmount": Money(share * fen, "CNY"),
            "orderTotal": Money(total * fen, "CNY"),
        }
        wrong += below(values) is not False or up_to(values) is not True
        wrong_floats += share / 100 < total / 100 * 0.3

    assert wrong == 0
    assert wrong_floats == 2_360


def test_random_refunds_agree_with_whole_numbers_of_fen() -> None:
    below = compile_condition(REFUND, VARIABLES)
    dice = random.Random(20260126)

    for _ in range(2_000):
        total = dice.randint(1, 10**7)
        refund = max(0, total * 3 // 10 + dice.randint(-2, 2))
        values = {
            "refundAmount": yuan(f"{refund // 100}.{refund % 100:02}"),
            "orderTotal": yuan(f"{total // 100}.{total % 100:02}"),
        }
        assert below.decide(values) is (refund * 10 < total * 3)


KLEENE = [
    ("true and ${b}", None),
    ("false and ${b}", False),
    ("${b} and false", False),
    ("${b} and true", None),
    ("${b} and ${b}", None),
    ("true or ${b}", True),
    ("${b} or true", True),
    ("false or ${b}", None),
    ("${b} or ${b}", None),
    ("not ${b}", None),
    ("${b} == ${b}", None),
    ("${b} is empty", True),
    ("${b} is not empty", False),
    ("not (${b} is empty)", False),
    ("null is empty", True),
    ("null and false", False),
    ("${n} == 1", None),
    ("${n} != 1", None),
    ("1 < ${n}", None),
    ("${n} + 1 > 0", None),
    ("-${n} < 0", None),
    ("${n} * 0 == 0", None),
    ("${t} == ''", None),
    ("'' is empty", False),
    ("${t} contains 'a'", None),
    ("${t} not contains 'a'", None),
    ("'a' in ${ts}", None),
    ("${t} in ['a']", None),
    ("'a' in ['a', ${t}]", True),
    ("'a' in ['b', ${t}]", None),
    ("'a' not in ['b', ${t}]", None),
    ("'a' in []", False),
    ("${buyer.tier} == 'vip'", None),
    ("${buyer.tier} is empty", True),
    ("${buyer} is empty", True),
    ("${refundAmount} < ${orderTotal} * 0.3", None),
    ("${refundAmount} == 5 CNY", None),
    ("${refundAmount} != ${orderTotal}", None),
    ("${d} < date'2026-01-01'", None),
]


@pytest.mark.parametrize(("text", "expected"), KLEENE)
def test_null_makes_a_comparison_unknown(text: str, expected: bool | None) -> None:
    every_null = dict.fromkeys(["b", "n", "t", "ts", "buyer", "refundAmount", "orderTotal", "d"])

    assert decide(text) is expected
    assert decide(text, **every_null) is expected
    assert compile_condition(text, VARIABLES).decide_decoded({}) is expected
    assert compile_condition(text, VARIABLES).decide_decoded(every_null) is expected


DECISIONS = [
    ("${i} in [1, 3.0]", {"i": 3}, True),
    ("${n} == ${i}", {"n": "3.00", "i": 3}, True),
    ("${t} in ${ts}", {"t": "加急", "ts": ["加急", "b"]}, True),
    ("${ts} contains 'x'", {"ts": ["a"]}, False),
    ("${ts} not contains 'x'", {"ts": []}, True),
    ("${t} contains '质量'", {"t": "商品质量问题"}, True),
    ("${t} starts with '商品' and ${t} ends with '问题'", {"t": "商品质量问题"}, True),
    ("${t} not starts with 'a'", {"t": "abc"}, False),
    ("${t} contains ''", {"t": ""}, True),
    ("${t} >= '310000' and ${t} < '320000'", {"t": "310012"}, True),
    ("${b}", {"b": True}, True),
    ("not ${b} == true", {"b": False}, True),
    ("${d} + duration'P7D' == date'2026-03-03'", {"d": "2026-02-24"}, True),
    ("${d} - date'2026-02-01' > duration'P20D'", {"d": "2026-02-24"}, True),
    (
        "${at} - duration'PT2H' == datetime'2026-01-31T22:00Z'",
        {"at": "2026-02-01T08:00:00+08:00"},
        True,
    ),
    ("${at} + duration'P1D' > datetime'2026-02-02T00:00Z'", {"at": "2026-02-01T08:00:00+08:00"}, False),
    ("${p} == duration'P1D'", {"p": "PT24H"}, True),
    ("${p} in [duration'PT120M']", {"p": "PT2H"}, True),
    ("${p} + duration'PT30M' > duration'PT2H'", {"p": "PT90M"}, False),
    ("${buyer.tier} in ['gold', 'vip']", {"buyer": {"tier": "vip", "other": 1}}, True),
    ("${refundAmount} / ${orderTotal} == 0.3", {}, True),
    ("${refundAmount} in [59.70 CNY, 1 CNY]", {}, True),
    ("${orderTotal} / 2 + 0.50 CNY == 100 CNY", {}, True),
    ("-${refundAmount} < 0 CNY", {}, True),
    ("100 CNY > ${refundAmount}", {}, True),
]


@pytest.mark.parametrize(("text", "values", "expected"), DECISIONS)
def test_condition_decides(text: str, values: dict[str, Any], expected: bool) -> None:
    amounts = {"refundAmount": yuan("59.70"), "orderTotal": yuan("199.00")}

    assert decide(text, **amounts, **values) is expected


def test_and_guards_what_stands_after_it() -> None:
    text = "${i} != 0 and 10 / ${i} > 1"

    assert decide(text, i=0) is False
    assert decide(text, i=5) is True
    with pytest.raises(EvaluationError):
        decide("10 / ${i} > 1 and ${i} != 0", i=0)


FAILURES: list[tuple[str, dict[str, Any], str, int, int]] = [
    ("1 / ${i} > 0", {"i": 0}, "division_by_zero", 4, 8),
    ("0 / ${i} > 0", {"i": 0}, "division_by_zero", 4, 8),
    ("1 CNY / ${orderTotal} > 0", {"orderTotal": yuan("0.00")}, "division_by_zero", 8, 21),
    ("${refundAmount} < 5 USD", {"refundAmount": yuan("1")}, "currency_mix", 18, 23),
    ("${refundAmount} == 5 USD", {"refundAmount": yuan("1")}, "currency_mix", 19, 24),
    ("${refundAmount} in [5 USD]", {"refundAmount": yuan("1")}, "currency_mix", 19, 26),
    (REFUND, {"refundAmount": yuan("1"), "orderTotal": yuan("9", "USD")}, "currency_mix", 18, 37),
    (
        "${refundAmount} + ${orderTotal} > 1 CNY",
        {"refundAmount": yuan("1"), "orderTotal": yuan("9", "USD")},
        "currency_mix",
        18,
        31,
    ),
    ("${d} + ${p} > ${d}", {"d": "2026-01-01", "p": "PT1H"}, "date_needs_days", 7, 11),
    ("${d} + duration'P366000D' > ${d}", {"d": "9999-01-01"}, "out_of_range", 0, 25),
    ("${p} + ${p} > ${p}", {"p": "P366000D"}, "out_of_range", 0, 11),
    ("${i} == 1", {"i": "x"}, "bad_value", 0, 4),
    ("true and ${n} == 1", {"n": 0.5}, "bad_value", 9, 13),
    ("${buyer.tier} == 'a'", {"buyer": {"tier": 5}}, "bad_value", 0, 13),
    (REFUND, {"refundAmount": yuan("1"), "orderTotal": {"amount": 1.5, "currency": "CNY"}}, "bad_value", 18, 31),
]


@pytest.mark.parametrize(("text", "values", "code", "start", "end"), FAILURES)
def test_values_that_do_not_fit_are_an_error_with_its_place(
    text: str, values: dict[str, Any], code: str, start: int, end: int
) -> None:
    with pytest.raises(EvaluationError) as caught:
        decide(text, **values)

    error = caught.value
    assert (error.code, error.start, error.end) == (f"expression.{code}", start, end)


def test_bad_value_says_path_expected_and_found() -> None:
    with pytest.raises(EvaluationError) as caught:
        decide("${buyer.tier} == 'a'", buyer={"tier": 5})

    assert caught.value.params == {"path": "buyer.tier", "expected": "text", "found": "a number"}


def test_value_is_decoded_only_when_it_is_read() -> None:
    assert decide("false and ${i} == 1", i="not a number") is False


def test_result_that_would_need_rounding_is_refused() -> None:
    text = " * ".join(["${n}"] * 31) + " > 0"

    with pytest.raises(EvaluationError) as caught:
        decide(text, n="9" * 40)
    assert caught.value.code == "expression.result_too_long"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${i} + 1", 4),
        ("${i} / 2", Decimal("1.5")),
        ("${i} * 1.50", Decimal("4.50")),
        ("1 / 3", Decimal("0." + "3" * 50)),
        ("${refundAmount} * 0.3", Money(Decimal("3.000"), "CNY")),
        ("duration'PT90M' + duration'P1D'", Duration.parse("P1DT90M")),
        ("['a', ${t}]", ("a", None)),
        ("${t}", None),
        ("9999999999999999999999999999 + 1", 10**28),
    ],
)
def test_expression_has_value_of_its_type(text: str, value: Any) -> None:
    expression = compile_expression(text, VARIABLES)

    result = expression.value({"i": 3, "refundAmount": yuan("10.00")})

    assert result == value
    assert type(result) is type(value)


def test_value_of_an_expression_is_a_value_of_a_flow() -> None:
    share = compile_expression("${orderTotal} * 30%", VARIABLES).value({"orderTotal": yuan("199.00")})

    assert encode(share) == {"amount": "59.7000", "currency": "CNY"}


EXPLAINED = [
    (REFUND, "58.00 CNY < 199.00 CNY * 0.3 = 59.70 CNY → true"),
    ("${refundAmount} < ${orderTotal} * 29.15%", "58.00 CNY < 199.00 CNY * 29.15% = 58.0085 CNY → true"),
    ("${refundAmount} / ${orderTotal} < 0.3", "58.00 CNY / 199.00 CNY = ≈0.291457286432 < 0.3 → true"),
    ("${n} > 1", "empty > 1 → unknown"),
    ("${t} is empty", "'vip' is empty → false"),
    ("${t} not in ['a', ${t}]", "'vip' not in ['a', 'vip'] → false"),
    ("not ${b}", "not true → false"),
    ("not (${t} == 'a')", "not ('vip' == 'a') → true"),
    (
        "${i} > 5 and 1 / (${i} - 3) > 0",
        "(3 > 5 → false) and (1 / (3 - 3) = error expression.division_by_zero > 0 → skipped) → false",
    ),
    (
        "${b} or ${i} == 1",
        "(true → true) or (3 == 1 → skipped) → true",
    ),
    (
        "${refundAmount} < 5 USD",
        "58.00 CNY < 5 USD → error expression.currency_mix",
    ),
    ("${d} + duration'P1D' > ${d}", "2026-01-01 + duration'P1D' = 2026-01-02 > 2026-01-01 → true"),
]


@pytest.mark.parametrize(("text", "expected"), EXPLAINED)
def test_explanation_substitutes_values_and_shows_computed_sides(text: str, expected: str) -> None:
    values = {
        "refundAmount": yuan("58"),
        "orderTotal": yuan("199.00"),
        "t": "vip",
        "b": True,
        "i": 3,
        "d": "2026-01-01",
    }

    assert compile_condition(text, VARIABLES).explain(values) == expected


def test_explanation_is_short_when_values_are_long() -> None:
    values = {"t": "长" * 100_000, "ts": ["x" * 1000] * 1000}

    assert len(compile_condition("${t} in ${ts} or ${t} == 'a'", VARIABLES).explain(values)) < 1_000
