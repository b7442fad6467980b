"""Gives every part of a tree its type, from the declared variables. Collects all type errors, in one pass."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from workflows.engine.expressions.errors import ExpressionError
from workflows.engine.expressions.syntax import (
    Arithmetic,
    Ast,
    Calculate,
    Compare,
    Comparison,
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
    children,
)
from workflows.engine.variables import Kind, Variable, VariableType

BOOLEAN: Final = VariableType(kind=Kind.BOOLEAN)
_NUMBERS: Final = frozenset({Kind.INTEGER, Kind.DECIMAL})
_TIMES: Final = frozenset({Kind.DATE, Kind.DATETIME})
_NEGATABLE: Final = _NUMBERS | {Kind.MONEY, Kind.DURATION}
_ORDERED: Final = _NUMBERS | _TIMES | {Kind.MONEY, Kind.DURATION, Kind.TEXT}
_EQUATED: Final = _ORDERED | {Kind.BOOLEAN}
_EQUALITIES: Final = frozenset({Comparison.EQUAL, Comparison.NOT_EQUAL})
_ITEM: Final = "a text, number, amount, date, duration or boolean"

# (left, operator, right) -> result, numbers folded into decimal. What is not in the table does not exist.
_RESULTS: Final[Mapping[tuple[Kind, Arithmetic, Kind], Kind]] = {
    (Kind.DECIMAL, Arithmetic.ADD, Kind.DECIMAL): Kind.DECIMAL,
    (Kind.DECIMAL, Arithmetic.SUBTRACT, Kind.DECIMAL): Kind.DECIMAL,
    (Kind.DECIMAL, Arithmetic.MULTIPLY, Kind.DECIMAL): Kind.DECIMAL,
    (Kind.DECIMAL, Arithmetic.DIVIDE, Kind.DECIMAL): Kind.DECIMAL,
    (Kind.MONEY, Arithmetic.ADD, Kind.MONEY): Kind.MONEY,
    (Kind.MONEY, Arithmetic.SUBTRACT, Kind.MONEY): Kind.MONEY,
    (Kind.MONEY, Arithmetic.MULTIPLY, Kind.DECIMAL): Kind.MONEY,
    (Kind.DECIMAL, Arithmetic.MULTIPLY, Kind.MONEY): Kind.MONEY,
    (Kind.MONEY, Arithmetic.DIVIDE, Kind.DECIMAL): Kind.MONEY,
    (Kind.MONEY, Arithmetic.DIVIDE, Kind.MONEY): Kind.DECIMAL,
    (Kind.DURATION, Arithmetic.ADD, Kind.DURATION): Kind.DURATION,
    (Kind.DURATION, Arithmetic.SUBTRACT, Kind.DURATION): Kind.DURATION,
    (Kind.DATE, Arithmetic.ADD, Kind.DURATION): Kind.DATE,
    (Kind.DATE, Arithmetic.SUBTRACT, Kind.DURATION): Kind.DATE,
    (Kind.DATE, Arithmetic.SUBTRACT, Kind.DATE): Kind.DURATION,
    (Kind.DATETIME, Arithmetic.ADD, Kind.DURATION): Kind.DATETIME,
    (Kind.DATETIME, Arithmetic.SUBTRACT, Kind.DURATION): Kind.DATETIME,
    (Kind.DATETIME, Arithmetic.SUBTRACT, Kind.DATETIME): Kind.DURATION,
}
_LEFT_OPERANDS: Final = {
    operator: sorted({left for left, used, _ in _RESULTS if used is operator}) for operator in Arithmetic
}


@dataclass(frozen=True, slots=True)
class Typed:
    """A node with its type and its typed parts.

    `type` is None where an error stands in the way. `currency` is the one every amount of the part is
    written in, as far
    as constants tell; None when they tell nothing.
    """

    node: Ast
    type: VariableType | None
    parts: tuple[Typed, ...] = ()
    currency: str | None = None

    @property
    def kind(self) -> Kind | None:
        """The family of the type, integers and decimals folded together as decimal."""
        return None if self.type is None else _folded(self.type.kind)


class Checker:
    """Types trees against one set of declarations and remembers what is wrong."""

    def __init__(self, variables: Iterable[Variable]) -> None:
        self._variables = {variable.name: variable for variable in variables}
        self.errors: list[ExpressionError] = []

    def typed(self, node: Ast) -> Typed:  # noqa: C901, PLR0911 - one case per kind of node
        """The tree with types; errors are appended to `errors` in the order of the text."""
        parts = tuple(self.typed(child) for child in children(node))
        match node:
            case Literal():
                return _literal(node)
            case Reference():
                return Typed(node, self._referenced(node))
            case ListOf():
                return self._list(node, parts)
            case Negate():
                kept = self._need(parts[0], _NEGATABLE, "-", "a number, amount or duration")
                return Typed(node, parts[0].type if kept else None, parts, parts[0].currency)
            case Not():
                self._truth(parts[0], "not")
                return Typed(node, BOOLEAN, parts)
            case Join():
                for part in parts:
                    self._truth(part, node.operator)
                return Typed(node, BOOLEAN, parts)
            case Calculate():
                return self._calculated(node, parts)
            case Compare():
                self._compared(node, *parts)
                return Typed(node, BOOLEAN, parts)
            case Member():
                self._member(node, *parts)
                return Typed(node, BOOLEAN, parts)
            case Empty():
                return Typed(node, BOOLEAN, parts)

    def require_condition(self, tree: Typed) -> None:
        """Note an error unless the whole tree is true or false."""
        if tree.type is not None and tree.type.kind is not Kind.BOOLEAN:
            self._note("expression.not_a_condition", tree.node, found=str(tree.type))

    def _note(self, code: str, node: Ast, **params: str | int) -> None:
        self.errors.append(ExpressionError(code, start=node.span[0], end=node.span[1], **params))

    def _need(self, part: Typed, kinds: Iterable[Kind], operator: str, expected: str) -> bool:
        """True when the part has one of the kinds; notes an error when its type is known and another."""
        if part.type is None:
            return False
        if part.type.kind in kinds:
            return True
        if part.type.kind is Kind.NULL:
            self._note("expression.null_operand", part.node, operator=operator)
        else:
            self._note(
                "expression.type",
                part.node,
                expected=expected,
                operator=operator,
                found=str(part.type),
            )
        return False

    def _truth(self, part: Typed, operator: str) -> None:
        self._need(part, (Kind.BOOLEAN, Kind.NULL), operator, str(Kind.BOOLEAN))

    def _referenced(self, node: Reference) -> VariableType | None:
        name, *rest = node.path
        variable = self._variables.get(name)
        if variable is None:
            self._note("expression.unknown_variable", node, found=name, **_nearest(name, self._variables))
            return None
        known = name
        for step in rest:
            if variable.type.kind is not Kind.RECORD:
                self._note("expression.not_a_record", node, name=known, found=str(variable.type))
                return None
            field = variable.type.field(step)
            if field is None:
                names = [declared.name for declared in variable.type.fields]
                self._note(
                    "expression.unknown_field",
                    node,
                    record=known,
                    found=step,
                    **_nearest(step, names),
                )
                return None
            variable, known = field, f"{known}.{step}"
        return variable.type

    def _list(self, node: ListOf, parts: tuple[Typed, ...]) -> Typed:
        item = VariableType(kind=Kind.NULL)
        currency: str | None = None
        sound = True
        for part in parts:
            if not self._need(part, _EQUATED, "[ ]", _ITEM) or part.type is None:
                sound = False
            elif item.kind is Kind.NULL:
                item, currency = part.type, part.currency
            elif _folded(item.kind) is not part.kind:
                self._need(part, (item.kind,), "[ ]", str(item))
                sound = False
            else:
                item = item if item.kind is part.type.kind else VariableType(kind=Kind.DECIMAL)
                currency = self._one_currency(currency, part)
        return Typed(node, VariableType(kind=Kind.LIST, item=item) if sound else None, parts, currency)

    def _one_currency(self, currency: str | None, part: Typed) -> str | None:
        if currency is not None and part.currency not in {None, currency}:
            self._note("expression.currency", part.node, expected=currency, found=str(part.currency))
        return currency or part.currency

    def _calculated(self, node: Calculate, parts: tuple[Typed, ...]) -> Typed:
        left, right = parts
        operator = node.operator
        names = _LEFT_OPERANDS[operator]
        kinds = _NUMBERS.union(names)
        if not self._need(left, kinds, operator, _one_of(names)) or left.kind is None:
            self._need(right, frozenset(Kind) - {Kind.NULL}, operator, "")
            return Typed(node, None, parts)
        fitting = sorted({r for le, op, r in _RESULTS if le is left.kind and op is operator})
        allowed = _NUMBERS.union(fitting) if Kind.DECIMAL in fitting else fitting
        if not self._need(right, allowed, operator, _one_of(fitting)) or right.kind is None:
            return Typed(node, None, parts)
        result = _RESULTS[left.kind, operator, right.kind]
        currency = left.currency or right.currency
        if left.kind is Kind.MONEY and right.kind is Kind.MONEY:
            currency = self._one_currency(left.currency, right)
        self._refuse_constants(node, left, right)
        if _both_integer(left, right) and operator is not Arithmetic.DIVIDE:
            result = Kind.INTEGER
        return Typed(node, VariableType(kind=result), parts, currency if result is Kind.MONEY else None)

    def _refuse_constants(self, node: Calculate, left: Typed, right: Typed) -> None:
        """Constants that could only ever raise at run time are refused when drawn."""
        if not isinstance(right.node, Literal):
            return
        value = right.node.value
        if node.operator is Arithmetic.DIVIDE and getattr(value, "amount", value) == Decimal(0):
            self._note("expression.zero_divisor", right.node)
        if left.kind is Kind.DATE and right.kind is Kind.DURATION and value.time != timedelta():
            self._note("expression.date_needs_days", right.node, found=value.format())

    def _compared(self, node: Compare, left: Typed, right: Typed) -> None:
        comparable = _EQUATED if node.operator in _EQUALITIES else _ORDERED
        expected = _one_of(sorted({_folded(kind) for kind in comparable}))
        if not self._need(left, comparable, node.operator, expected):
            self._need(right, frozenset(Kind) - {Kind.NULL}, node.operator, "")
            return
        if self._need(right, _alike(left), node.operator, str(left.type)):
            self._one_currency(left.currency, right)

    def _member(self, node: Member, left: Typed, right: Typed) -> None:
        operator = node.operator
        if operator is Membership.IN:
            self._item_of(right, left, operator)
        elif operator is Membership.CONTAINS and left.kind is Kind.LIST:
            self._item_of(left, right, operator)
        else:
            expected = "text or list" if operator is Membership.CONTAINS else "text"
            if self._need(left, (Kind.TEXT,), operator, expected) or left.type is None:
                self._need(right, (Kind.TEXT,), operator, "text")

    def _item_of(self, listing: Typed, item: Typed, operator: Membership) -> None:
        has_item = self._need(item, _EQUATED, operator, _ITEM)
        is_list = self._need(listing, (Kind.LIST,), operator, "a list")
        if not has_item or not is_list or listing.type is None or item.type is None:
            return
        inner = listing.type.item
        if inner is None or inner.kind is Kind.NULL:
            return
        if _folded(inner.kind) is not item.kind:
            wrong, expected = (listing, f"list<{item.type}>") if operator is Membership.IN else (item, str(inner))
            self._note(
                "expression.type",
                wrong.node,
                expected=expected,
                operator=operator,
                found=str(wrong.type),
            )
        elif listing.currency is not None:
            self._one_currency(listing.currency, item)


def _folded(kind: Kind) -> Kind:
    return Kind.DECIMAL if kind is Kind.INTEGER else kind


def _alike(part: Typed) -> frozenset[Kind]:
    return _NUMBERS if part.kind is Kind.DECIMAL else frozenset({part.kind} if part.kind else ())


def _both_integer(left: Typed, right: Typed) -> bool:
    return all(part.type is not None and part.type.kind is Kind.INTEGER for part in (left, right))


def _one_of(kinds: Iterable[Kind]) -> str:
    return " or ".join(kinds)


def _nearest(name: str, names: Iterable[str]) -> dict[str, str]:
    found = difflib.get_close_matches(name, list(names), n=1)
    return {"nearest": found[0]} if found else {}


def _literal(node: Literal) -> Typed:
    kind = Kind.DECIMAL if node.kind is LiteralKind.PERCENT else Kind(node.kind)
    currency = node.value.currency if kind is Kind.MONEY else None
    return Typed(node, VariableType(kind=kind), (), currency)
