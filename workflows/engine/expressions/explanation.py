"""Why a condition decided as it did: its text with the values in it, computed sides, and each verdict."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, Final

from workflows.engine.expressions.checker import Typed
from workflows.engine.expressions.errors import EvaluationError
from workflows.engine.expressions.evaluation import Values, build
from workflows.engine.expressions.syntax import (
    Calculate,
    Compare,
    Connective,
    Empty,
    Join,
    ListOf,
    Literal,
    Member,
    Negate,
    Not,
    Reference,
)
from workflows.engine.expressions.tokens import shorten
from workflows.engine.expressions.unparse import Level, leaf_text, level, quoted, text_of
from workflows.engine.values import Duration, Money, plain

_SHOWN_DIGITS: Final = Context(prec=12, rounding=ROUND_HALF_EVEN)
_SHOWN_ITEMS: Final = 10
_VERDICTS: Final = {True: "true", False: "false", None: "unknown"}


def explain(tree: Typed, values: Values) -> str:
    """`58.00 CNY < 199.00 CNY * 0.3 = 59.70 CNY → true`.

    Parts of `and` and `or` carry their own verdict in parentheses; what was not looked at says `skipped`.
    A failure is
    shown by its code, never raised. Numbers that had to be rounded for showing are marked with ≈.
    """
    return f"{_explained(tree, values)} → {_verdict(tree, values)}"


def _verdict(tree: Typed, values: Values) -> str:
    try:
        value = build(tree)(values)
    except EvaluationError as error:
        return f"error {error.code}"
    return _VERDICTS[value] if value is None or isinstance(value, bool) else shown(value)


def _explained(tree: Typed, values: Values) -> str:
    node = tree.node
    match node:
        case Join():
            return _joined(tree, node.operator, values)
        case Not():
            inner = _explained(tree.parts[0], values)
            return f"not ({inner})" if level(node.operand) < Level.VALUE else f"not {inner}"
        case Compare():
            left, right = (_side(part, values) for part in tree.parts)
            return f"{left} {node.operator} {right}"
        case Member():
            left, right = (_side(part, values) for part in tree.parts)
            return f"{left} {'not ' if node.negated else ''}{node.operator} {right}"
        case Empty():
            return f"{_side(tree.parts[0], values)} is {'not ' if node.negated else ''}empty"
        case Literal() | Reference() | ListOf() | Negate() | Calculate():
            return _side(tree, values)


def _joined(tree: Typed, operator: Connective, values: Values) -> str:
    decisive = _VERDICTS[operator is Connective.OR]
    decided = False
    texts = []
    for part in tree.parts:
        verdict = "skipped" if decided else _verdict(part, values)
        texts.append(f"({_explained(part, values)} → {verdict})")
        decided = decided or verdict == decisive or verdict.startswith("error")
    return f" {operator} ".join(texts)


def _side(tree: Typed, values: Values) -> str:
    """A side of a test with values in the place of references, and its own value when it had to be
    computed.
    """

    def leaf(node: Literal | Reference) -> str:
        return leaf_text(node) if isinstance(node, Literal) else _reference(node, values)

    text = text_of(tree.node, leaf)
    if level(tree.node) < Level.SUM:
        text = f"({text})"
    if isinstance(tree.node, Literal | Reference | ListOf):
        return text
    return f"{text} = {_verdict(tree, values)}"


def _reference(node: Reference, values: Values) -> str:
    value: Any = values.get(node.path[0])
    for step in node.path[1:]:
        value = None if value is None else value.get(step)
    return shown(value)


def shown(value: Any) -> str:  # noqa: PLR0911 - one case per kind of value
    """A value as an explanation shows it, cut to a readable length; null is `empty`."""
    match value:
        case None:
            return "empty"
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return _number(Decimal(value))
        case Money():
            rounded = _SHOWN_DIGITS.plus(value.amount)
            mark = "" if rounded == value.amount else "≈"
            return f"{mark}{Money(rounded, value.currency)}"
        case str():
            return quoted(shorten(value))
        case Duration() | date() | datetime():
            return value.format() if isinstance(value, Duration) else value.isoformat()
        case Mapping():
            return "{…}"
    items = [shown(item) for item in value[:_SHOWN_ITEMS]]
    more = [f"… {len(value)} items"] if len(value) > _SHOWN_ITEMS else []
    return "[" + ", ".join(items + more) + "]"


def _number(number: Decimal) -> str:
    rounded = _SHOWN_DIGITS.plus(number)
    return plain(rounded) if rounded == number else f"≈{plain(rounded)}"
