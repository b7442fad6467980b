"""Texts written to break an evaluator. Each is refused by a limit or by the grammar, or is small by construction."""

import pytest

from workflows.engine.expressions.errors import EvaluationError, ExpressionError
from workflows.engine.expressions.language import check, compile_expression, parse
from workflows.engine.expressions.syntax import MAX_DEPTH, MAX_NODES, MAX_TEXT, children
from workflows.engine.variables import parse_variables

VARIABLES = parse_variables(
    [
        {"name": "a", "type": "decimal"},
        {"name": "t", "type": "text"},
        {"name": "l", "type": "list<duration>"},
        {"name": "r", "type": "record", "fields": [{"name": "x", "type": "text"}]},
    ]
)

# What is refused, and by which limit or rule.
BOMBS = [
    ("9**9**9**9", "unexpected"),
    ("9^9^9", "unexpected_character"),
    ("2 << 1000000", "unexpected"),
    ("'a' * 999999999", "type"),
    ("'a' + 'a'", "type"),
    ("[0] * 999999999", "type"),
    ("[1] + [2]", "type"),
    ("(" * 33 + "1" + ")" * 33, "too_deep"),
    ("(" * 999 + "1" + ")" * 999, "too_deep"),
    ("(" * 1999, "too_deep"),
    ("[" * 1999, "too_deep"),
    ("[" * 33 + "]" * 33, "too_deep"),
    ("-" * 1999 + "1", "too_deep"),
    ("!" * 1996 + "true", "too_deep"),
    ("not " * 400 + "true", "too_deep"),
    ("1" + "+1" * 999, "too_deep"),
    ("1" + "*9" * 999, "too_deep"),
    ("1" + "-(1" * 40 + ")" * 40, "too_deep"),
    ("true" + "||true" * 332, None),
    ("1<2" + "&&1<2" * 332, "too_many_nodes"),
    ("[" + "1," * 201 + "1]", "list_too_long"),
    ("1 in [" + "1," * 990 + "1]", "list_too_long"),
    ("[" + "[]," * 250 + "]", "list_too_long"),
    ("9" * 41, "number_too_long"),
    ("9" * 1999, "number_too_long"),
    ("0." + "0" * 1997, "number_too_long"),
    ("1e999999999", "unexpected"),
    ("0x" + "f" * 100, "unexpected"),
    ("1" * 2001, "text_too_long"),
    (" " * 5_000_000, "text_too_long"),
    ("'" + "a" * 1_000_000 + "'", "text_too_long"),
    ("'" * 1999, "unexpected"),
    ("'", "unclosed_text"),
    ("'" + "\\'" * 999, "unclosed_text"),
    ("${" * 999, "bad_name"),
    ("${" + "a." * 998 + "a}", "not_a_record"),
    ("${" + "a" * 1990 + "}", "bad_name"),
    ("${__class__}", "unknown_variable"),
    ("${a.__class__.__mro__}", "not_a_record"),
    ("${t.__class__}", "not_a_record"),
    ("${r.__class__}", "unknown_field"),
    ("${r.__init__.__globals__}", "unknown_field"),
    ("${t}.__class__", "unexpected_character"),
    ("''.__class__", "unexpected_character"),
    ("().__class__", "unexpected"),
    ("__import__('os').system('id')", "bare_name"),
    ("exec('1')", "bare_name"),
    ("lambda: 1", "bare_name"),
    ("[x for x in [1]]", "bare_name"),
    ("{'a': 1}", "unexpected_character"),
    ("`id`", "unexpected_character"),
    ("1; 2", "unexpected_character"),
    ("1 if true else 2", "unexpected"),
    ("f'{1}'", "bare_name"),
    ("${t} matches '(a+)+$'", "unexpected"),
    ("${t} =~ /(a+)+$/", "single_equals"),
    ("${t[0]}", "unclosed_reference"),
    ("${t}[0]", "unexpected"),
    ("${${t}}", "bad_name"),
    ("'\\u0041'", "bad_escape"),
    ("'\\x41'", "bad_escape"),
    ("1\u202e2", "unexpected_character"),
    ("1\u0000", "unexpected_character"),
    ("duration'P999999999D' > duration'P1D'", "bad_duration"),
    ("duration'" + "P" * 1900 + "'", "bad_duration"),
    ("date'9999-99-99' < date'0000-00-00'", "bad_date"),
    ("٣ < 4", "unexpected_character"),
    ("²", "unexpected_character"),
]


@pytest.mark.parametrize(("text", "code"), BOMBS, ids=range(len(BOMBS)))
def test_bomb_is_refused_before_anything_is_computed(text: str, code: str | None) -> None:
    errors = check(text, VARIABLES).errors

    assert [error.code for error in errors][:1] == ([f"expression.{code}"] if code else [])
    assert len(errors) < MAX_NODES
    assert all(len(str(error)) < 300 for error in errors)


def test_corpus_has_at_least_fifty_bombs() -> None:
    assert sum(code is not None for _, code in BOMBS) >= 50


def count(text: str) -> int:
    rest, nodes = [parse(text)], 0
    while rest:
        node = rest.pop()
        nodes += 1
        rest.extend(children(node))
    return nodes


def test_largest_expression_is_accepted_and_one_part_more_is_refused() -> None:
    fits = "true" + "&&!!!true" * 124 + "&&!true"

    assert count(fits) == MAX_NODES
    with pytest.raises(ExpressionError) as caught:
        parse(fits + "&&true")
    assert caught.value.code == "expression.too_many_nodes"


def test_depth_limit_is_exact() -> None:
    parse("-" * (MAX_DEPTH - 1) + "1")
    with pytest.raises(ExpressionError) as caught:
        parse("-" * MAX_DEPTH + "1")
    assert caught.value.code == "expression.too_deep"


def test_text_limit_is_exact() -> None:
    parse("1".ljust(MAX_TEXT))
    with pytest.raises(ExpressionError) as caught:
        parse("1".ljust(MAX_TEXT + 1))
    assert (caught.value.code, caught.value.start, caught.value.end) == (
        "expression.text_too_long",
        MAX_TEXT,
        MAX_TEXT + 1,
    )


def test_longest_product_stops_at_a_thousand_digits() -> None:
    """31 factors of 40 digits: more than 1,000 digits, refused by size, whatever the machine."""
    product = " * ".join(["9" * 40] * 31)

    with pytest.raises(EvaluationError) as caught:
        compile_expression(product, ()).value({})
    assert caught.value.code == "expression.result_too_long"


def test_values_cannot_smuggle_in_a_huge_exponent() -> None:
    with pytest.raises(EvaluationError) as caught:
        compile_expression("${a} + 1", VARIABLES).value({"a": "1e999999999"})
    assert caught.value.code == "expression.bad_value"


@pytest.mark.parametrize(
    ("text", "fits", "largest", "one_more"),
    [
        ("duration'PT2H' in ${l}", ["PT1H"] * 1_000, False, ["PT1H"] * 1_001),
        ("${t} contains 'b'", "a" * 100_000, False, "a" * 100_001),
    ],
    ids=["list", "text"],
)
def test_values_cannot_smuggle_in_a_long_search(text: str, fits: object, largest: object, one_more: object) -> None:
    """A condition has room for 70 searches, and a run for a megabyte in which each of them could look."""
    condition = compile_expression(text, VARIABLES)
    name = condition.references[0]

    assert condition.value({name: fits}) is largest
    with pytest.raises(EvaluationError) as caught:
        condition.value({name: one_more})
    assert caught.value.code == "expression.bad_value"
