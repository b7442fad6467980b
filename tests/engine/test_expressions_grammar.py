"""Which texts are expressions, what tree they mean, and where exactly an error stands."""

from decimal import Decimal

import pytest

from workflows.engine.expressions.errors import ExpressionError
from workflows.engine.expressions.language import parse, unparse
from workflows.engine.expressions.syntax import (
    Arithmetic,
    Ast,
    Calculate,
    Compare,
    Comparison,
    Literal,
    LiteralKind,
    Reference,
)
from workflows.engine.values import Money

# text as a person may write it -> canonical text
CANONICAL = [
    ("${refundAmount}<${orderTotal}*0.3", "${refundAmount} < ${orderTotal} * 0.3"),
    ("${ a . b } == 1", "${a.b} == 1"),
    ("${退款金额} > 30.00CNY", "${退款金额} > 30.00 CNY"),
    ("30 %", "30%"),
    ("0.30", "0.30"),
    ("007", "7"),
    ("0.0000001", "0.0000001"),
    ('"it\'s"', "'it\\'s'"),
    ("'a\\n\\t\\\\'", "'a\\n\\t\\\\'"),
    ("true&&false||!null", "true and false or not null"),
    ("(1+2)*3", "(1 + 2) * 3"),
    ("1+(2*3)", "1 + 2 * 3"),
    ("1-(2-3)", "1 - (2 - 3)"),
    ("(1-2)-3", "1 - 2 - 3"),
    ("1/(2*3)", "1 / (2 * 3)"),
    ("--1", "--1"),
    ("-(1+2)", "-(1 + 2)"),
    ("(-1)*2", "-1 * 2"),
    ("-(1*2)", "-(1 * 2)"),
    ("not(true)", "not true"),
    ("not not true", "not not true"),
    ("not ${a} == ${b}", "not ${a} == ${b}"),
    ("(not ${a}) == ${b}", "(not ${a}) == ${b}"),
    ("true and (true and false)", "true and (true and false)"),
    ("true and (true or false)", "true and (true or false)"),
    ("(true and true) or false", "true and true or false"),
    ("(1 < 2) == true", "(1 < 2) == true"),
    ("${x} in [1,2,]", "${x} in [1, 2]"),
    ("${x} not   in []", "${x} not in []"),
    ("${t} starts\nwith 'a'", "${t} starts with 'a'"),
    ("${t} not ends with 'a'", "${t} not ends with 'a'"),
    ("${t} not contains 'a'", "${t} not contains 'a'"),
    ("${t} is not empty", "${t} is not empty"),
    ("duration'PT90M'", "duration'PT1H30M'"),
    ("date '2026-01-31'", "date'2026-01-31'"),
    ('datetime"2026-01-31T09:30Z"', "datetime'2026-01-31T09:30:00+00:00'"),
    ("\u3000${a}\u3000<\u30001", "${a} < 1"),
]


@pytest.mark.parametrize(("text", "canonical"), CANONICAL)
def test_text_has_one_canonical_form_that_reads_back_equal(text: str, canonical: str) -> None:
    tree = parse(text)

    assert unparse(tree) == canonical
    assert parse(canonical) == tree


def test_the_condition_of_the_refund_flow_has_this_tree() -> None:
    amount = Reference(("refundAmount",))
    share = Calculate(Arithmetic.MULTIPLY, Reference(("orderTotal",)), Literal(LiteralKind.DECIMAL, Decimal("0.3")))

    assert parse("${refundAmount} < ${orderTotal} * 0.3") == Compare(Comparison.LESS, amount, share)


def test_multiplication_binds_stronger_than_addition_and_comparison_stronger_than_not() -> None:
    assert parse("1 + 2 * 3") == parse("1 + (2 * 3)")
    assert parse("1 - 2 - 3") == parse("(1 - 2) - 3")
    assert parse("not 1 < 2 and true") == parse("(not (1 < 2)) and true")
    assert parse("true or true and false") == parse("true or (true and false)")


def test_money_literal_keeps_its_exact_amount() -> None:
    tree = parse("30.10 CNY")

    assert tree == Literal(LiteralKind.MONEY, Money(Decimal("30.10"), "CNY"))


def spans(node: Ast) -> tuple[int, int]:
    return node.span


def test_spans_count_characters_and_include_parentheses() -> None:
    tree = parse("'退款😀' == (${a} + 1)")

    assert isinstance(tree, Compare)
    assert spans(tree.left) == (0, 5)
    assert spans(tree.right) == (9, 19)
    assert spans(tree) == (0, 19)


ERRORS = [
    ("", "empty", 0, 0),
    ("   ", "empty", 0, 3),
    ("1 +", "unexpected", 3, 3),
    ("1 2", "unexpected", 2, 3),
    ("(1", "unexpected", 2, 2),
    ("[1, 2", "unexpected", 5, 5),
    ("1)", "unexpected", 1, 2),
    ("* 2", "unexpected", 0, 1),
    ("1 ** 2", "unexpected", 3, 4),
    ("2 ^ 3", "unexpected_character", 2, 3),
    ("2 # 3", "unexpected_character", 2, 3),
    ("1\u0000", "unexpected_character", 1, 2),
    ("a # b", "bare_name", 0, 1),
    ("${a} = 1", "single_equals", 5, 6),
    ("${a} <> 1", "unexpected", 6, 7),
    ("1 < 2 < 3", "chained", 6, 7),
    ("1 == 2 is empty", "chained", 7, 9),
    ("${a} is null", "unexpected", 8, 12),
    ("${a} is", "unexpected", 7, 7),
    ("${a} not 1", "unexpected", 9, 10),
    ("${a} starts 'x'", "unexpected", 12, 15),
    ("1 + not true", "unexpected", 4, 7),
    ("refundAmount < 1", "bare_name", 0, 12),
    ("len('a')", "bare_name", 0, 3),
    ("${a}.b", "unexpected_character", 4, 5),
    ("${a} AND ${b}", "keyword_case", 5, 8),
    ("TRUE", "keyword_case", 0, 4),
    ("1.", "bad_number", 0, 2),
    ("1.a", "bad_number", 0, 2),
    (".5", "unexpected_character", 0, 1),
    ("1e5", "unexpected", 1, 3),
    ("30 RMB", "unknown_currency", 3, 6),
    ("1" * 41, "number_too_long", 0, 41),
    ("'abc", "unclosed_text", 0, 4),
    ("'ab\\q'", "bad_escape", 3, 5),
    ("'ab\\", "bad_escape", 3, 4),
    ("'a\nb'", "unexpected_character", 2, 3),
    ("'\ud800'", "unexpected_character", 1, 2),
    ("${a", "unclosed_reference", 0, 3),
    ("${a b}", "unclosed_reference", 0, 5),
    ("${}", "bad_name", 2, 3),
    ("${", "bad_name", 2, 2),
    ("${1a}", "bad_name", 2, 4),
    ("${a.}", "bad_name", 4, 5),
    ("${" + "a" * 65 + "}", "bad_name", 2, 67),
    ("date'2026-02-30'", "bad_date", 0, 16),
    ("datetime'2026-01-31T09:30'", "bad_datetime", 0, 26),
    ("duration'2h'", "bad_duration", 0, 12),
    ("duration 5", "unexpected", 9, 10),
    ("（1）", "full_width", 0, 1),
    ("${a}，1", "full_width", 4, 5),
    ("“a”", "full_width", 0, 1),
    ("１ < 2", "full_width", 0, 1),
    ("'退款原因😀' == ", "unexpected", 11, 11),
    ("'退款原因😀' == ${退款} oder 1", "unexpected", 17, 21),
    ("￥30", "full_width", 0, 1),
]


@pytest.mark.parametrize(("text", "code", "start", "end"), ERRORS)
def test_error_stands_at_the_exact_characters(text: str, code: str, start: int, end: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)

    error = caught.value
    assert (error.code, error.start, error.end) == (f"expression.{code}", start, end)
    assert "{" not in error.message.replace("${", "")
    assert error.to_json() == {
        "code": error.code,
        "message": error.message,
        "from": start,
        "to": end,
        "params": error.params,
    }


def test_error_says_what_was_expected_and_found() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("${a} < )")

    assert caught.value.message == "Expected a value, found )."
    assert caught.value.params == {"expected": "a value", "found": ")"}
