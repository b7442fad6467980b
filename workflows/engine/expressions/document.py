"""The tree as JSON, for the sentence builder in the browser. Stable; documented in docs/conditions.md."""

from __future__ import annotations

from typing import Any, assert_never

from workflows.engine.expressions.checker import Typed
from workflows.engine.expressions.syntax import (
    Calculate,
    Compare,
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
from workflows.engine.json_values import encode


def to_json(tree: Typed) -> dict[str, Any]:
    """`{kind, …own members, type, from, to}`; `type` is null where an error stands in the way."""
    start, end = tree.node.span
    place = {"type": None if tree.type is None else str(tree.type), "from": start, "to": end}
    return {**_members(tree), **place}


def _members(tree: Typed) -> dict[str, Any]:  # noqa: C901, PLR0911 - one case per kind of node
    node = tree.node
    parts = [to_json(part) for part in tree.parts]
    match node:
        case Literal():
            return {"kind": str(node.kind), "value": _constant(node)}
        case Reference():
            return {"kind": "reference", "path": list(node.path)}
        case ListOf():
            return {"kind": "list", "items": parts}
        case Negate():
            return {"kind": "negate", "operand": parts[0]}
        case Not():
            return {"kind": "not", "operand": parts[0]}
        case Calculate():
            return {
                "kind": "calculate",
                "operator": str(node.operator),
                "left": parts[0],
                "right": parts[1],
            }
        case Compare():
            return {
                "kind": "compare",
                "operator": str(node.operator),
                "left": parts[0],
                "right": parts[1],
            }
        case Member():
            sides = {"left": parts[0], "right": parts[1]}
            return {
                "kind": "member",
                "operator": str(node.operator),
                "negated": node.negated,
                **sides,
            }
        case Empty():
            return {"kind": "empty", "negated": node.negated, "operand": parts[0]}
        case Join():
            return {"kind": str(node.operator), "operands": parts}
    assert_never(node)


def _constant(node: Literal) -> Any:
    """Numbers are strings, so that no reader turns them into floats; money is {amount, currency}."""
    if node.kind is LiteralKind.INTEGER:
        return format(node.value, "f")
    return encode(node.value)
