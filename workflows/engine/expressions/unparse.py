"""From the tree back to canonical text: words for connectives, single spaces, only needed parentheses."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Final, assert_never

from workflows.engine.expressions.syntax import (
    Arithmetic,
    Ast,
    Calculate,
    Compare,
    Connective,
    Empty,
    Join,
    ListOf,
    Literal,
    LiteralKind,
    Member,
    Negate,
    Not,
    Reference,
)

# How the text of a constant or a reference is made; the explanation puts values in the place of references.
Leaf = Callable[[Literal | Reference], str]


class Level(IntEnum):
    """Binding strength, weakest first."""

    OR = 1
    AND = 2
    NOT = 3
    TEST = 4
    SUM = 5
    PRODUCT = 6
    SIGN = 7
    VALUE = 8


_ESCAPES: Final = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t"}
_SUMS: Final = frozenset({Arithmetic.ADD, Arithmetic.SUBTRACT})


def level(node: Ast) -> Level:
    """How strongly a node holds its parts together."""
    match node:
        case Join():
            return Level.OR if node.operator is Connective.OR else Level.AND
        case Not():
            return Level.NOT
        case Compare() | Member() | Empty():
            return Level.TEST
        case Calculate():
            return Level.SUM if node.operator in _SUMS else Level.PRODUCT
        case Negate():
            return Level.SIGN
        case Literal() | Reference() | ListOf():
            return Level.VALUE
    assert_never(node)


def leaf_text(node: Literal | Reference) -> str:  # noqa: C901, PLR0911 - one case per kind of constant
    """A constant or a reference as it is written."""
    if isinstance(node, Reference):
        return "${" + ".".join(node.path) + "}"
    match node.kind:
        case LiteralKind.TEXT:
            return quoted(node.value)
        case LiteralKind.INTEGER:
            return format(node.value, "f")
        case LiteralKind.DECIMAL:
            number = format(node.value, "f")
            return number if "." in number else f"{number}.0"
        case LiteralKind.PERCENT:
            return format(node.value, "f") + "%"
        case LiteralKind.MONEY:
            return f"{node.value.amount:f} {node.value.currency}"
        case LiteralKind.BOOLEAN:
            return "true" if node.value else "false"
        case LiteralKind.NULL:
            return "null"
        case LiteralKind.DATE | LiteralKind.DATETIME:
            return f"{node.kind}'{node.value.isoformat()}'"
        case LiteralKind.DURATION:
            return f"{node.kind}'{node.value.format()}'"
    assert_never(node.kind)


def quoted(text: str) -> str:
    """The text as a literal in single quotes."""
    return "'" + "".join(_ESCAPES.get(character, character) for character in text) + "'"


def text_of(node: Ast, leaf: Leaf = leaf_text) -> str:  # noqa: C901, PLR0911 - one case per kind of node
    """Canonical text of a tree; reading it again gives an equal tree, if it is within the length limit."""

    def part(child: Ast, least: Level) -> str:
        text = text_of(child, leaf)
        return text if level(child) >= least else f"({text})"

    own = level(node)
    match node:
        case Literal() | Reference():
            return leaf(node)
        case ListOf():
            return "[" + ", ".join(text_of(item, leaf) for item in node.items) + "]"
        case Negate():
            return "-" + part(node.operand, own)
        case Not():
            return "not " + part(node.operand, own)
        case Calculate():
            right = part(node.right, Level(own + 1))
            return f"{part(node.left, own)} {node.operator} {right}"
        case Compare():
            return f"{part(node.left, Level.SUM)} {node.operator} {part(node.right, Level.SUM)}"
        case Member():
            negation = "not " if node.negated else ""
            return f"{part(node.left, Level.SUM)} {negation}{node.operator} {part(node.right, Level.SUM)}"
        case Empty():
            return f"{part(node.operand, Level.SUM)} is {'not ' if node.negated else ''}empty"
        case Join():
            return f" {node.operator} ".join(part(each, Level(own + 1)) for each in node.operands)
    assert_never(node)
