"""The tree of an expression, its limits and its size. Equal nodes may stand at different places."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeAlias, assert_never

from workflows.engine.expressions.errors import ExpressionError

MAX_TEXT: Final = 2000
MAX_DEPTH: Final = 32
MAX_NODES: Final = 500
MAX_ITEMS: Final = 200

Span: TypeAlias = tuple[int, int]
_NOWHERE: Final[Span] = (0, 0)


class LiteralKind(StrEnum):
    """How a constant is written."""

    INTEGER = "integer"  # 30
    DECIMAL = "decimal"  # 0.30
    PERCENT = "percent"  # 30%, value 30
    MONEY = "money"  # 30.00 CNY
    TEXT = "text"  # 'vip'
    BOOLEAN = "boolean"  # true
    NULL = "null"  # null
    DATE = "date"  # date'2026-01-31'
    DATETIME = "datetime"  # datetime'2026-01-31T09:30:00+08:00'
    DURATION = "duration"  # duration'PT2H'


class Arithmetic(StrEnum):
    """Operators that compute."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"


class Comparison(StrEnum):
    """Operators that compare two values of one type."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="


class Connective(StrEnum):
    """Operators that join conditions."""

    AND = "and"
    OR = "or"


class Membership(StrEnum):
    """Tests that look for one value inside another."""

    IN = "in"
    CONTAINS = "contains"
    STARTS_WITH = "starts with"
    ENDS_WITH = "ends with"


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant. `value` is the Python value of its kind; a percentage keeps the number before the sign."""

    kind: LiteralKind
    value: Any
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Reference:
    """`${name}` or `${record.field}`."""

    path: tuple[str, ...]
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ListOf:
    """`[a, b]`."""

    items: tuple[Ast, ...]
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Negate:
    """`-a`."""

    operand: Ast
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """`not a`."""

    operand: Ast
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Calculate:
    """`a + b` and its like."""

    operator: Arithmetic
    left: Ast
    right: Ast
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """`a < b` and its like."""

    operator: Comparison
    left: Ast
    right: Ast
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Member:
    """`a in b`, `a not in b`, `a contains b` and their like."""

    operator: Membership
    left: Ast
    right: Ast
    negated: bool = False
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Empty:
    """`a is empty`, `a is not empty`: the test for null."""

    operand: Ast
    negated: bool = False
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Join:
    """`a and b and c`: two or more operands of one connective."""

    operator: Connective
    operands: tuple[Ast, ...]
    span: Span = field(default=_NOWHERE, compare=False)


Ast: TypeAlias = Literal | Reference | ListOf | Negate | Not | Calculate | Compare | Member | Empty | Join


def children(node: Ast) -> tuple[Ast, ...]:
    """The direct parts of a node, left to right."""
    match node:
        case Literal() | Reference():
            return ()
        case ListOf():
            return node.items
        case Negate() | Not() | Empty():
            return (node.operand,)
        case Calculate() | Compare() | Member():
            return (node.left, node.right)
        case Join():
            return node.operands
    assert_never(node)


def refuse_oversized(root: Ast) -> None:
    """Raise ExpressionError when a tree is deeper or larger than the limits. Walks without recursion."""
    count = 0
    rest: list[tuple[Ast, int]] = [(root, 1)]
    while rest:
        node, depth = rest.pop()
        count += 1
        if depth > MAX_DEPTH:
            raise ExpressionError("expression.too_deep", start=node.span[0], end=node.span[1], limit=MAX_DEPTH)
        rest.extend((child, depth + 1) for child in children(node))
    if count > MAX_NODES:
        start, end = root.span
        raise ExpressionError("expression.too_many_nodes", start=start, end=end, limit=MAX_NODES, found=count)
