"""Cells of a decision table: what each asks of its column, where it is wrong, and what a missing value meets."""

from typing import Any

import pytest

from workflows.engine.expressions.language import check_cell, compile_rule, parse
from workflows.engine.variables import parse_variables

VARIABLES = parse_variables(
    [
        {"name": "refund", "type": "money"},
        {"name": "total", "type": "money"},
        {"name": "n", "type": "integer"},
        {"name": "t", "type": "text"},
        {"name": "f", "type": "boolean"},
        {"name": "on", "type": "date"},
        {"name": "tags", "type": "list<text>"},
    ]
)


def asked(subject: str, cell: str) -> str:
    """The condition that a cell puts on its column."""
    return compile_rule([(cell, parse(subject))], VARIABLES).text


def wrong(subject: str, cell: str) -> list[tuple[str, int, int]]:
    """What is wrong with a cell, each at its characters."""
    errors = check_cell(cell, parse(subject), VARIABLES).errors
    return [(error.code.removeprefix("expression."), error.start, error.end) for error in errors]


def holds(subject: str, cell: str, **values: Any) -> bool | None:
    """What a cell comes to on these values."""
    return compile_rule([(cell, parse(subject))], VARIABLES).decide(values)


@pytest.mark.parametrize(
    ("subject", "cell", "condition"),
    [
        ("${n}", "", "true"),
        ("${n}", " - ", "true"),
        ("${n}", "5", "${n} == 5"),
        ("${n}", "-5", "${n} == -5"),
        ("${n}", "<5", "${n} < 5"),
        ("${n}", ">= 2 * ${n}", "${n} >= 2 * ${n}"),
        ("${n}", "[1..5]", "${n} >= 1 and ${n} <= 5"),
        ("${n}", "(1..5)", "${n} > 1 and ${n} < 5"),
        ("${n}", "[(1 + 2)..5)", "${n} >= 1 + 2 and ${n} < 5"),
        ("${n}", "(1 + 2) * 3", "${n} == (1 + 2) * 3"),
        ("${n}", "1, 3, > 7", "${n} == 1 or ${n} == 3 or ${n} > 7"),
        ("${n}", "not([1..3], 7)", "not (${n} >= 1 and ${n} <= 3 or ${n} == 7)"),
        ("${t}", "'a', 'b'", "${t} in ['a', 'b']"),
        ("${t}", "not('a', 'b')", "${t} not in ['a', 'b']"),
        ("${t}", "not('a')", "${t} != 'a'"),
        ("${t}", "null", "${t} is empty"),
        ("${t}", "not(null)", "${t} is not empty"),
        ("${t}", "'a', null", "${t} == 'a' or ${t} is empty"),
        ("${f}", "true", "${f} == true"),
        ("${tags} contains 'vip'", "false", "(${tags} contains 'vip') == false"),
        ("${refund}", "< ${total} * 30%", "${refund} < ${total} * 30%"),
        ("${refund} / ${total}", "[10%..30%)", "${refund} / ${total} >= 10% and ${refund} / ${total} < 30%"),
        ("${on}", "[date'2026-01-01'..date'2026-02-01')",
         "${on} >= date'2026-01-01' and ${on} < date'2026-02-01'"),
    ],
)  # fmt: skip
def test_a_cell_is_a_condition_on_its_column(subject: str, cell: str, condition: str) -> None:
    assert wrong(subject, cell) == []
    assert asked(subject, cell) == condition


@pytest.mark.parametrize(
    ("subject", "cell", "errors"),
    [
        ("${n}", "1..5", [("unexpected", 1, 3)]),
        ("${n}", "[1..", [("unexpected", 4, 4)]),
        ("${n}", "[1..5", [("unexpected", 5, 5)]),
        ("${n}", "1,", [("unexpected", 2, 2)]),
        ("${n}", "not(1", [("unexpected", 5, 5)]),
        ("${n}", "not 1", [("unexpected", 4, 5)]),
        ("${n}", "1, not(2)", [("unexpected", 3, 6)]),
        ("${n}", "${n} < 5", [("unexpected", 5, 6)]),
        ("${n}", "< 5 and > 3", [("unexpected", 4, 7)]),
        ("${n}", "== 5", [("unexpected", 0, 2)]),
        ("${n}", "1\uff0c2", [("full_width", 1, 2)]),
        ("${t}", "vip", [("bare_name", 0, 3)]),
        ("${t}", "'a', 5", [("type", 5, 6)]),
        ("${n}", "< null", [("null_operand", 2, 6)]),
        ("${refund}", "[10..20.00 CNY)", [("type", 1, 3)]),
        ("${refund}", "< 5.00 CNY, ${gone}", [("unknown_variable", 12, 19)]),
        ("${refund} + 1.00 CNY", "5.00 USD", [("currency", 0, 8)]),
        ("${tags}", "'vip'", [("type", 0, 5)]),
    ],
)
def test_a_wrong_cell_is_told_at_its_characters(subject: str, cell: str, errors: list[tuple[str, int, int]]) -> None:
    assert wrong(subject, cell) == errors


@pytest.mark.parametrize(
    ("cell", "outcome"),
    [("-", True), ("null", True), ("null, 'a'", True), ("not(null)", False), ("'a'", None), ("not('a')", None),
     ("not(null, 'a')", False)],
)  # fmt: skip
def test_a_missing_value_meets_only_what_asks_for_it_or_for_nothing(cell: str, outcome: bool | None) -> None:
    assert holds("${t}", cell) is outcome


def test_a_rule_is_met_when_all_its_cells_are_and_says_so_with_the_values_in_them() -> None:
    cells = [("< 30.00 CNY", parse("${refund}")), ("-", parse("${n}")), ("'gold', 'vip'", parse("${t}"))]
    rule = compile_rule(cells, VARIABLES)
    values = {"refund": {"amount": "12.00", "currency": "CNY"}, "t": "vip"}

    assert rule.decide(values) is True
    assert rule.explain(values) == "(12.00 CNY < 30.00 CNY → true) and ('vip' in ['gold', 'vip'] → true) → true"
