"""Conditions of other tools: rewritten where the meaning stays exactly the same, also for what is missing."""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from workflows.engine.expressions.language import compile_condition
from workflows.engine.variables import parse_variables
from workflows.exchange.foreign_conditions import LANGUAGE, in_our_language

FEEL = "http://www.omg.org/spec/FEEL/20140401"
NAMES = parse_variables(
    [{"name": "n", "type": "integer"}, {"name": "m", "type": "integer"}, {"name": "t", "type": "text"},
     {"name": "b", "type": "boolean"}]
)  # fmt: skip
VALUES: dict[str, list[Any]] = {
    "n": [None, -1, 0, 5],
    "m": [None, 0, 5],
    "t": [None, "", "x"],
    "b": [None, True, False],
}


def less(left: int | None, right: int | None) -> bool:
    """Both languages: nothing is less than nothing."""
    return left is not None and right is not None and left < right


REWRITTEN: list[tuple[str, str, str, Callable[[Mapping[str, Any]], bool]]] = [
    ("${n > 0}", "", "${n} > 0", lambda v: less(0, v["n"])),
    ("#{ n gt 0 }", "", "${n} > 0", lambda v: less(0, v["n"])),
    ("${n lt m && b}", "", "${n} < ${m} and ${b}", lambda v: less(v["n"], v["m"]) and v["b"] is True),
    ("${n >= -1}", "", "${n} >= -1", lambda v: less(-2, v["n"])),
    ("${t == 'x' || n < 5}", "", "${t} == 'x' or ${n} < 5", lambda v: v["t"] == "x" or less(v["n"], 5)),
    ("${t eq \"x\"}", "", '${t} == "x"', lambda v: v["t"] == "x"),
    ("${t != 'x'}", "", "(${t} is empty or ${t} != 'x')", lambda v: v["t"] != "x"),
    ("${n == null}", "", "${n} is empty", lambda v: v["n"] is None),
    ("${n != null and b}", "", "${n} is not empty and ${b}", lambda v: v["n"] is not None and v["b"] is True),
    ("${!b}", "", "(${b} is empty or not ${b})", lambda v: v["b"] is not True),
    ("${not b or n == 5}", "", "(${b} is empty or not ${b}) or ${n} == 5", lambda v: v["b"] is not True or v["n"] == 5),
    ("${(n > 0 or m > 0) and b}", "", "(${n} > 0 or ${m} > 0) and ${b}",
     lambda v: (less(0, v["n"]) or less(0, v["m"])) and v["b"] is True),
    ("${b == true}", "", "${b} == true", lambda v: v["b"] is True),
    ("= n > 0 and not(b)", "", "${n} > 0 and not ${b}", lambda v: less(0, v["n"]) and v["b"] is False),
    ('t = "x" or n < m', FEEL, '${t} == "x" or ${n} < ${m}', lambda v: v["t"] == "x" or less(v["n"], v["m"])),
    ("n + m > 5", FEEL, "${n} + ${m} > 5",
     lambda v: v["n"] is not None and v["m"] is not None and v["n"] + v["m"] > 5),
    ('t != "x"', "feel", '(${t} is empty or ${t} != "x")', lambda v: v["t"] != "x"),
    ("n = null", "feel", "${n} is empty", lambda v: v["n"] is None),
    ("${n} < ${m}", "", "${n} < ${m}", lambda v: less(v["n"], v["m"])),
]  # fmt: skip


@pytest.mark.parametrize(("text", "language", "ours", "meant"), REWRITTEN)
def test_the_rewritten_condition_means_the_same_for_all_values(
    text: str, language: str, ours: str, meant: Callable[[Mapping[str, Any]], bool]
) -> None:
    assert in_our_language(text, language) == ours

    condition = compile_condition(ours, NAMES)
    for row in itertools.product(*VALUES.values()):
        values = dict(zip(VALUES, row, strict=True))
        assert (condition.decide(values) is True) == meant(values), values


@pytest.mark.parametrize(
    ("text", "language"),
    [
        # A missing value would be zero, the same as another missing one, or true where it is unknown with us.
        ("${n + m > 5}", ""), ("${n * 2 > 5}", ""), ("${n == m}", ""), ("${n <= m}", ""), ("${n != m}", ""),
        ("${!(n == 5)}", ""), ("${!b == true}", ""), ("n = m", FEEL), ("n = m + 1", FEEL), ("not(n = 5)", FEEL),
        ("${empty t}", ""), ("${-n > 5}", ""),
        # Roundings, remainders, calls, look-ups, choices.
        ("${n / 2 > 1}", ""), ("${n % 2 == 0}", ""), ("${n mod 2 == 0}", ""), ("${o.isOpen()}", ""),
        ("${list[0] == 'x'}", ""), ("${b ? true : false}", ""), ("${n instanceof Integer}", ""), ("${a}${b}", ""),
        ("n in [1..5]", FEEL), ("n between 1 and 5", FEEL), ("if b then true else false", FEEL), ("f(n) > 1", FEEL),
        ("order-total > 5", FEEL), ("order total > 5", FEEL), ("t = 'x'", FEEL), ("n == 5", FEEL), ("${n = 5}", ""),
        ("some x in l satisfies x > 1", FEEL), ('date("2026-01-01") < d', FEEL), ("2 ** 3 > n", FEEL),
        ("n - 1 > m", FEEL),
        ("${t == 'it\\'s'}", ""), ("${n > 1.}", ""), ("${n > 1e3}", ""), ("${n > 1", ""), ("${}", ""), ("${ }", ""),
        ("${null == n}", ""), ("${n == null == b}", ""), ("${== 5}", ""), ("${!}", ""), ("${n > > 5}", ""),
        # Nobody knows which language it is.
        ("the customer is happy", ""), ("n > 5", ""), ("n > 5", "http://www.w3.org/1999/XPath"), ("", ""),
        ("return n > 5;", "JavaScript"), ("${n} > 5", "http://www.w3.org/1999/XPath"),
        ("${" + "n > 1 && " * 300 + "b}", ""),
    ],
)  # fmt: skip
def test_what_could_turn_out_differently_is_not_rewritten(text: str, language: str) -> None:
    assert in_our_language(text, language) is None


def test_our_own_language_is_left_alone() -> None:
    assert in_our_language("  anything at all", LANGUAGE) == "  anything at all"
