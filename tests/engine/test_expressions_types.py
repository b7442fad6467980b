"""Which operators exist for which types, and that every type error is reported with its place."""

import pytest

from workflows.engine.expressions.errors import ExpressionError
from workflows.engine.expressions.language import check, compile_condition, compile_expression
from workflows.engine.variables import parse_variables

VARIABLES = parse_variables(
    [
        {"name": "t", "type": "text"},
        {"name": "i", "type": "integer"},
        {"name": "n", "type": "decimal"},
        {"name": "m", "type": "money"},
        {"name": "b", "type": "boolean"},
        {"name": "d", "type": "date"},
        {"name": "at", "type": "datetime"},
        {"name": "p", "type": "duration"},
        {"name": "ts", "type": "list<text>"},
        {"name": "ms", "type": "list<money>"},
        {
            "name": "buyer",
            "type": "record",
            "fields": [
                {"name": "tier", "type": "text"},
                {"name": "home", "type": "record", "fields": [{"name": "city", "type": "text"}]},
            ],
        },
    ]
)
TYPES = [
    ("1", "integer"),
    ("1.0", "decimal"),
    ("30%", "decimal"),
    ("30.00 CNY", "money"),
    ("'a'", "text"),
    ("null", "null"),
    ("[]", "list<null>"),
    ("[1, 2.5]", "list<decimal>"),
    ("[1, 2]", "list<integer>"),
    ("['a', ${t}]", "list<text>"),
    ("duration'P1D'", "duration"),
    ("${i} + 1", "integer"),
    ("${i} * ${i} - 1", "integer"),
    ("${i} + 1.0", "decimal"),
    ("${i} / 2", "decimal"),
    ("-${i}", "integer"),
    ("-${m}", "money"),
    ("-${p}", "duration"),
    ("${m} + 1.00 CNY", "money"),
    ("${m} * 0.3", "money"),
    ("30% * ${m}", "money"),
    ("${m} / 3", "money"),
    ("${m} / ${m}", "decimal"),
    ("${d} + duration'P1D'", "date"),
    ("${d} - ${p}", "date"),
    ("${d} - ${d}", "duration"),
    ("${at} - duration'PT2H'", "datetime"),
    ("${at} - ${at}", "duration"),
    ("${p} + ${p}", "duration"),
    ("${i} < ${n}", "boolean"),
    ("${m} >= ${m} * 0.3", "boolean"),
    ("${t} < 'b'", "boolean"),
    ("${b} == true", "boolean"),
    ("${d} < date'2026-01-01'", "boolean"),
    ("${p} > duration'PT1H'", "boolean"),
    ("${t} in ['a', 'b']", "boolean"),
    ("${t} in ${ts}", "boolean"),
    ("${i} in [1.5, 2]", "boolean"),
    ("${m} in []", "boolean"),
    ("${ts} contains ${t}", "boolean"),
    ("${t} contains 'x'", "boolean"),
    ("${t} not starts with 'x'", "boolean"),
    ("${buyer} is empty", "boolean"),
    ("${buyer.home.city} == '杭州'", "boolean"),
    ("null is empty", "boolean"),
    ("null or ${b}", "boolean"),
    ("not null", "boolean"),
    ("${buyer}", "record"),
]


@pytest.mark.parametrize(("text", "expected"), TYPES)
def test_expression_has_type(text: str, expected: str) -> None:
    checked = check(text, VARIABLES)

    assert checked.errors == ()
    assert str(checked.type) == expected
    assert checked.ast_json is not None
    assert checked.ast_json["type"] == expected


REFUSED = [
    ("${m} < 5", "type", 7, 8),
    ("5 < ${m}", "type", 4, 8),
    ("${t} == 1", "type", 8, 9),
    ("'订单编号😀' == 1", "type", 11, 12),
    ("${b} < true", "type", 0, 4),
    ("${b} == 1", "type", 8, 9),
    ("${d} < ${at}", "type", 7, 12),
    ("${ts} == ${ts}", "type", 0, 5),
    ("${buyer} == ${buyer}", "type", 0, 8),
    ("${t} + 'a'", "type", 0, 4),
    ("1 + ${t}", "type", 4, 8),
    ("${m} * ${m}", "type", 7, 11),
    ("${m} + 1", "type", 7, 8),
    ("1 - ${m}", "type", 4, 8),
    ("1 / ${m}", "type", 4, 8),
    ("${d} + 1", "type", 7, 8),
    ("${d} + ${d}", "type", 7, 11),
    ("${p} * 2", "type", 0, 4),
    ("-${t}", "type", 1, 5),
    ("-true", "type", 1, 5),
    ("not 1", "type", 4, 5),
    ("${b} and 1", "type", 9, 10),
    ("1 or ${b}", "type", 0, 1),
    ("${t} in 'abc'", "type", 8, 13),
    ("${i} in ${ts}", "type", 8, 13),
    ("${t} in [1]", "type", 8, 11),
    ("${ts} contains 1", "type", 15, 16),
    ("${i} contains 1", "type", 0, 4),
    ("${t} starts with 1", "type", 17, 18),
    ("[1, 'a']", "type", 4, 7),
    ("[[1]]", "type", 1, 4),
    ("${t} == null", "null_operand", 8, 12),
    ("null != ${t}", "null_operand", 0, 4),
    ("null + 1", "null_operand", 0, 4),
    ("1 * null", "null_operand", 4, 8),
    ("[1, null]", "null_operand", 4, 8),
    ("null in [1]", "null_operand", 0, 4),
    ("${x} is empty", "unknown_variable", 0, 4),
    ("${buyer.teir} == 'a'", "unknown_field", 0, 13),
    ("${buyer.tier.x} == 'a'", "not_a_record", 0, 15),
    ("${m.amount} > 1", "not_a_record", 0, 11),
    ("1 CNY < 1 USD", "currency", 8, 13),
    ("1 CNY + ${m} * 2 - 3 JPY", "currency", 19, 24),
    ("[1 CNY, 1 USD]", "currency", 8, 13),
    ("5 EUR in [1 CNY]", "currency", 0, 5),
    ("${m} / 0", "zero_divisor", 7, 8),
    ("${m} / 0.00 CNY", "zero_divisor", 7, 15),
    ("${d} + duration'PT2H'", "date_needs_days", 7, 21),
]


@pytest.mark.parametrize(("text", "code", "start", "end"), REFUSED)
def test_type_error_stands_at_the_offending_operand(text: str, code: str, start: int, end: int) -> None:
    checked = check(text, VARIABLES)

    assert [(e.code, e.start, e.end) for e in checked.errors] == [(f"expression.{code}", start, end)]
    assert checked.type is None
    assert checked.ast_json is not None
    with pytest.raises(ExpressionError):
        compile_expression(text, VARIABLES)


def test_all_type_errors_are_collected_in_the_order_of_the_text() -> None:
    checked = check("${x} < 1 and (${t} > 2 or not ${i}) and ${m} == 5 USD * 'a'", VARIABLES)

    assert [(e.code, e.start, e.end) for e in checked.errors] == [
        ("expression.unknown_variable", 0, 4),
        ("expression.type", 21, 22),
        ("expression.type", 30, 34),
        ("expression.type", 56, 59),
    ]


def test_type_error_names_the_nearest_declared_name() -> None:
    checked = check("${buyer.teir} == 'a'", VARIABLES)

    assert checked.errors[0].params == {"record": "buyer", "found": "teir", "nearest": "tier"}
    assert checked.errors[0].message == "Expected a declared field of buyer, found teir."


def test_type_error_says_expected_and_found() -> None:
    checked = check("${m} < ${t}", VARIABLES)

    assert checked.errors[0].message == "Expected money with <, found text."
    assert checked.errors[0].params == {"expected": "money", "operator": "<", "found": "text"}


def test_condition_must_be_true_or_false() -> None:
    checked = check("${m} * 2", VARIABLES, condition=True)

    assert [e.code for e in checked.errors] == ["expression.not_a_condition"]
    with pytest.raises(ExpressionError) as caught:
        compile_condition("${m} * 2", VARIABLES)
    assert caught.value.code == "expression.not_a_condition"


def test_unreadable_text_has_no_tree_and_one_error() -> None:
    checked = check("${x} < < ${y}", VARIABLES)

    assert checked.ast_json is None
    assert [e.code for e in checked.errors] == ["expression.unexpected"]
    assert not checked.ok


def test_references_are_the_variables_in_reading_order() -> None:
    expression = compile_expression("${t} == ${buyer.tier} or ${i} < ${n} or ${t} is empty", VARIABLES)

    assert expression.references == ("t", "buyer", "i", "n")


def test_tree_as_json_is_what_the_sentence_builder_reads() -> None:
    checked = check("${m} <= ${m} * 30% and ${t} not in ['a']", VARIABLES)

    reference = {"kind": "reference", "path": ["m"], "type": "money"}
    assert checked.ast_json == {
        "kind": "and",
        "operands": [
            {
                "kind": "compare",
                "operator": "<=",
                "left": {**reference, "from": 0, "to": 4},
                "right": {
                    "kind": "calculate",
                    "operator": "*",
                    "left": {**reference, "from": 8, "to": 12},
                    "right": {"kind": "percent", "value": "30", "type": "decimal", "from": 15, "to": 18},
                    "type": "money",
                    "from": 8,
                    "to": 18,
                },
                "type": "boolean",
                "from": 0,
                "to": 18,
            },
            {
                "kind": "member",
                "operator": "in",
                "negated": True,
                "left": {"kind": "reference", "path": ["t"], "type": "text", "from": 23, "to": 27},
                "right": {
                    "kind": "list",
                    "items": [{"kind": "text", "value": "a", "type": "text", "from": 36, "to": 39}],
                    "type": "list<text>",
                    "from": 35,
                    "to": 40,
                },
                "type": "boolean",
                "from": 23,
                "to": 40,
            },
        ],
        "type": "boolean",
        "from": 0,
        "to": 40,
    }


def test_tree_as_json_of_every_other_kind() -> None:
    texts: dict[str, dict[str, object]] = {
        "-1": {"kind": "negate", "type": "integer"},
        "not true": {"kind": "not", "type": "boolean"},
        "1 is not empty": {"kind": "empty", "negated": True},
        "1": {"kind": "integer", "value": "1"},
        "0.30": {"kind": "decimal", "value": "0.30"},
        "58.00 CNY": {"kind": "money", "value": {"amount": "58.00", "currency": "CNY"}},
        "true": {"kind": "boolean", "value": True},
        "null": {"kind": "null", "value": None},
        "date'2026-01-31'": {"kind": "date", "value": "2026-01-31"},
        "datetime'2026-01-31T09:30Z'": {"kind": "datetime", "value": "2026-01-31T09:30:00+00:00"},
        "duration'PT90M'": {"kind": "duration", "value": "PT1H30M"},
        "true or false": {"kind": "or"},
    }
    for text, members in texts.items():
        tree = check(text, ()).ast_json
        assert tree is not None
        assert tree | members == tree
