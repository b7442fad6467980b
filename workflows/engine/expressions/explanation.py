"""Why a condition decided as it did: its text with the values in it, computed sides, and each verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import partial
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
_MARK: Final = "\0"  # around the number of a reference; no text of an expression has this character
_VERDICTS: Final = {True: "true", False: "false", None: "unknown"}


Say = Callable[[Values], str]


class Explanation:
    """Says why: `58.00 CNY < 199.00 CNY * 0.3 = 59.70 CNY → true`. Compiled when it is asked for the first time.

    Parts of `and` and `or` carry their own verdict in parentheses; what was not looked at says `skipped`. A failure is
    shown by its code, never raised. Numbers that had to be rounded for showing are marked with ≈.
    """

    __slots__ = ("_say", "_tree")

    def __init__(self, tree: Typed) -> None:
        self._tree = tree
        self._say: Say | None = None

    def __call__(self, values: Values) -> str:
        if self._say is None:
            self._say = _saying(self._tree)
        return self._say(values)


def _saying(tree: Typed) -> Say:
    explained, verdict = _explained(tree), _verdict(tree)
    return lambda values: f"{explained(values)} → {verdict(values)}"


def _verdict(tree: Typed) -> Say:
    run = build(tree)

    def say(values: Values) -> str:
        try:
            value = run(values)
        except EvaluationError as error:
            return f"error {error.code}"
        return _VERDICTS[value] if value is None or isinstance(value, bool) else shown(value)

    return say


def _explained(tree: Typed) -> Say:
    node = tree.node
    match node:
        case Join():
            return _joined(tree, node.operator)
        case Not():
            inner, shape = _explained(tree.parts[0]), "not ({})" if level(node.operand) < Level.VALUE else "not {}"
            return lambda values: shape.format(inner(values))
        case Compare():
            return _between(tree, node.operator)
        case Member():
            return _between(tree, f"{'not ' if node.negated else ''}{node.operator}")
        case Empty():
            side, verb = _side(tree.parts[0]), f"is {'not ' if node.negated else ''}empty"
            return lambda values: f"{side(values)} {verb}"
        case Literal() | Reference() | ListOf() | Negate() | Calculate():
            return _side(tree)


def _between(tree: Typed, word: str) -> Say:
    left, right = (_side(part) for part in tree.parts)
    return lambda values: f"{left(values)} {word} {right(values)}"


def _joined(tree: Typed, operator: Connective) -> Say:
    decisive = _VERDICTS[operator is Connective.OR]
    parts = [(_explained(part), _verdict(part)) for part in tree.parts]

    def say(values: Values) -> str:
        decided = False
        texts = []
        for explained, verdict_of in parts:
            verdict = "skipped" if decided else verdict_of(values)
            texts.append(f"({explained(values)} → {verdict})")
            decided = decided or verdict == decisive or verdict.startswith("error")
        return f" {operator} ".join(texts)

    return say


def _side(tree: Typed) -> Say:
    """A side of a test with values in the place of references, and its own value when it had to be computed."""
    node = tree.node
    found: list[Reference] = []

    def leaf(each: Literal | Reference) -> str:
        if isinstance(each, Literal):
            return leaf_text(each)
        found.append(each)
        return f"{_MARK}{len(found) - 1}{_MARK}"

    text = text_of(node, leaf)
    if level(node) < Level.SUM:
        text = f"({text})"
    pieces = text.split(_MARK)
    words, references = pieces[::2], [found[int(number)] for number in pieces[1::2]]
    if isinstance(node, Literal | Reference | ListOf):
        return partial(_filled, words, references)
    verdict = _verdict(tree)
    return lambda values: f"{_filled(words, references, values)} = {verdict(values)}"


def _filled(words: Sequence[str], references: Sequence[Reference], values: Values) -> str:
    texts = [words[0]]
    for reference, word in zip(references, words[1:], strict=True):
        texts += (_reference(reference, values), word)
    return "".join(texts)


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
