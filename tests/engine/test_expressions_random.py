"""Random texts never break the reader; random trees read back; compiled closures agree with the oracle."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.engine.expression_oracle import Refused, answer, plain
from workflows.engine.expressions.errors import ExpressionError
from workflows.engine.expressions.evaluation import build
from workflows.engine.expressions.language import check, compile_expression, parse, unparse
from workflows.engine.expressions.syntax import (
    Arithmetic,
    Ast,
    Calculate,
    Compare,
    Comparison,
    Connective,
    Empty,
    Join,
    ListOf,
    Literal,
    LiteralKind,
    Member,
    Membership,
    Negate,
    Not,
    Reference,
)
from workflows.engine.json_values import encode
from workflows.engine.values import Duration, Money
from workflows.engine.variables import parse_variables

DECLARED = {
    "m1": "money",
    "m2": "money",
    "i": "integer",
    "n": "decimal",
    "t": "text",
    "b": "boolean",
    "d": "date",
    "p": "duration",
    "ts": "list<text>",
    "ms": "list<money>",
}
VARIABLES = parse_variables([{"name": name, "type": kind} for name, kind in DECLARED.items()])

numbers = st.decimals(min_value=0, max_value=1000, places=2)
texts = st.text(st.sampled_from("ab退'\\\"\n😀"), max_size=3)
amounts = st.builds(Money, numbers, st.sampled_from(["CNY", "CNY", "CNY", "USD"]))
days = st.dates(date(2025, 12, 28), date(2026, 1, 4))
spans = st.builds(
    Duration, days=st.integers(0, 2), time=st.sampled_from([0, 0, 12, 24]).map(lambda h: timedelta(hours=h))
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "m1": amounts,
    "m2": amounts,
    "i": st.integers(-3, 3),
    "n": st.decimals(min_value=-3, max_value=3, places=1),
    "t": texts,
    "b": st.booleans(),
    "d": days,
    "p": spans,
    "ts": st.lists(texts, max_size=3).map(tuple),
    "ms": st.lists(amounts, max_size=3).map(tuple),
}
contexts = st.fixed_dictionaries({}, optional={n: st.none() | each for n, each in VALUES.items()})


def constant(kind: LiteralKind, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Ast]:
    return values.map(lambda value: Literal(kind, value))


def variable(*names: str) -> st.SearchStrategy[Ast]:
    return st.sampled_from([Reference((name,)) for name in names])


def calculated(left: st.SearchStrategy[Ast], operators: str, right: st.SearchStrategy[Ast]) -> st.SearchStrategy[Ast]:
    return st.builds(Calculate, st.sampled_from([Arithmetic(o) for o in operators]), left, right)


number = st.recursive(
    constant(LiteralKind.INTEGER, st.integers(0, 5).map(Decimal))
    | constant(LiteralKind.DECIMAL, numbers)
    | constant(LiteralKind.PERCENT, st.integers(0, 200).map(Decimal))
    | variable("i", "n"),
    lambda inner: calculated(inner, "+-*", inner) | st.builds(Negate, inner),
    max_leaves=4,
)
# Quotients are rounded at the fiftieth digit, fractions are not: only divisors that come out even, and zero.
even = variable("i").map(lambda v: Calculate(Arithmetic.MULTIPLY, v, Literal(LiteralKind.INTEGER, Decimal(0))))
divisor = constant(LiteralKind.DECIMAL, st.sampled_from([Decimal(x) for x in ("2", "0.5", "8", "10")])) | even
money = st.recursive(
    constant(LiteralKind.MONEY, st.builds(Money, numbers, st.just("CNY"))) | variable("m1", "m2"),
    lambda inner: (
        calculated(inner, "+-", inner)
        | calculated(inner, "*", number)
        | calculated(number, "*", inner)
        | calculated(inner, "/", divisor)
        | st.builds(Negate, inner)
    ),
    max_leaves=4,
)
span = st.recursive(
    constant(LiteralKind.DURATION, spans) | variable("p") | calculated(variable("d"), "-", variable("d")),
    lambda inner: calculated(inner, "+-", inner) | st.builds(Negate, inner),
    max_leaves=3,
)
day = constant(LiteralKind.DATE, days) | variable("d") | calculated(variable("d"), "+-", span)
text = constant(LiteralKind.TEXT, texts) | variable("t")


def compared(side: st.SearchStrategy[Ast]) -> st.SearchStrategy[Ast]:
    return st.builds(Compare, st.sampled_from(Comparison), side, side)


def listed(item: st.SearchStrategy[Ast]) -> st.SearchStrategy[Ast]:
    return st.lists(item, max_size=3).map(lambda items: ListOf(tuple(items)))


def member(operator: Membership, left: st.SearchStrategy[Ast], right: st.SearchStrategy[Ast]) -> st.SearchStrategy[Ast]:
    return st.builds(Member, st.just(operator), left, right, st.booleans())


test = (
    compared(number)
    | compared(money)
    | compared(span)
    | compared(day)
    | compared(text)
    | member(Membership.IN, text, listed(text) | variable("ts"))
    | member(Membership.IN, money, listed(money) | variable("ms"))
    | member(Membership.IN, number, listed(number))
    | member(Membership.CONTAINS, variable("ts"), text)
    | member(Membership.CONTAINS, text, text)
    | member(Membership.STARTS_WITH, text, text)
    | member(Membership.ENDS_WITH, text, text)
    | st.builds(Empty, money | number | text | variable("ts", "b", "d"), st.booleans())
)
condition = st.recursive(
    test | variable("b") | constant(LiteralKind.BOOLEAN, st.booleans()),
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(Join, st.sampled_from(Connective), st.lists(inner, min_size=2, max_size=4).map(tuple))
    ),
    max_leaves=6,
)


@settings(max_examples=1500, deadline=None)
@given(condition | money | number | span | day, contexts)
def test_compiled_expression_agrees_with_the_oracle(tree: Ast, values: dict[str, Any]) -> None:
    source = unparse(tree)
    assume(check(source, VARIABLES).ok)
    expression = compile_expression(source, VARIABLES)
    documents = {name: encode(value) for name, value in values.items()}

    expected = answer(tree, values)

    if isinstance(expected, Refused):
        for run in (expression.run, build(expression.tree)):
            error = failure(partial(run, values))
            assert error is not None
            assert error.code == f"expression.{expected.code}"
        assert f"error expression.{expected.code}" in expression.explain(documents)
        return
    assert plain(expression.run(values)) == expected
    assert plain(build(expression.tree)(values)) == expected
    assert plain(expression.value(documents)) == expected
    assert len(expression.explain(documents)) > 0


@settings(max_examples=800, deadline=None)
@given(condition | money | number | span | day)
def test_tree_reads_back_equal_from_its_text(tree: Ast) -> None:
    source = unparse(tree)
    assume(len(source) <= 2000)

    assert parse(source) == tree
    assert unparse(parse(source)) == source


SIGNS = "${a} ${a.b} ${ } $ { . 1 0.3 30% 9.99 CNY USD 'x' \" ' \\ + - * / ( ) [ ] , < <= == != = ! && || （ ， 😀 退款"
WORDS = "and or not in is empty contains starts ends with true false null date duration datetime 'PT2H'"
PIECES = [*SIGNS.split(), *WORDS.split(), "\u0000", "\ud800"]


def failure(run: Callable[[], Any]) -> ExpressionError | None:
    try:
        run()
    except ExpressionError as error:
        return error
    return None


@settings(max_examples=1500, deadline=None)
@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join)
    | st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
)
@example("${" * 900)
@example("\\" * 2000)
def test_any_text_is_an_expression_or_an_expression_error(source: str) -> None:
    refused = failure(lambda: parse(source))
    if refused is not None:
        assert 0 <= refused.start <= refused.end <= len(source)
        assert refused.message.startswith("Expected ")
        return

    errors = check(source, VARIABLES).errors
    assert all(0 <= error.start < error.end <= len(source) for error in errors)
    assert parse(unparse(parse(source))) == parse(source)
