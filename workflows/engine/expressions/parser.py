"""From tokens to the tree: recursive descent, one function per binding strength. Stops at the first error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NoReturn

from workflows.engine.currencies import MINOR_UNITS
from workflows.engine.expressions.errors import ExpressionError
from workflows.engine.expressions.syntax import (
    MAX_DEPTH,
    MAX_ITEMS,
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
    Span,
)
from workflows.engine.expressions.tokens import Token, TokenKind, shorten
from workflows.engine.json_values import decode
from workflows.engine.values import Duration, Money, ValueMismatch
from workflows.engine.variables import Kind, VariableType

_KEYWORDS: Final = frozenset(
    [
        "and",
        "or",
        "not",
        "in",
        "contains",
        "starts",
        "ends",
        "with",
        "is",
        "empty",
        "true",
        "false",
        "null",
        "date",
        "datetime",
        "duration",
    ]
)
_COMPARISONS: Final = frozenset(Comparison)
_TYPED_LITERALS: Final = {
    "date": LiteralKind.DATE,
    "datetime": LiteralKind.DATETIME,
    "duration": LiteralKind.DURATION,
}
_CONSTANTS: Final = {
    "true": (LiteralKind.BOOLEAN, True),
    "false": (LiteralKind.BOOLEAN, False),
    "null": (LiteralKind.NULL, None),
}
_CURRENCY_LETTERS: Final = 3


class Parser:
    """Reads one expression from a list of tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._nesting = 0

    def expression(self) -> Ast:
        """The whole text as one tree."""
        if self._ended():
            raise ExpressionError("expression.empty", start=0, end=self._now.end)
        tree = self._any()
        if not self._ended():
            self._refuse("an operator or the end")
        return tree

    # reading

    @property
    def _now(self) -> Token:
        token = self._tokens[self._at]
        if token.kind is TokenKind.BROKEN:
            raise token.value
        return token

    def _ended(self) -> bool:
        return self._now.kind is TokenKind.END

    def _take(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _is(self, *texts: str) -> bool:
        return self._now.kind in {TokenKind.SYMBOL, TokenKind.WORD} and self._now.text in texts

    def _take_if(self, *texts: str) -> Token | None:
        return self._take() if self._is(*texts) else None

    def _need(self, text: str) -> Token:
        return self._take_if(text) or self._refuse(text)

    def _refuse(self, expected: str) -> NoReturn:
        token = self._now
        at = {"start": token.start, "end": token.end}
        if token.kind is TokenKind.WORD and token.text not in _KEYWORDS:
            if token.text.lower() in _KEYWORDS:
                raise ExpressionError("expression.keyword_case", **at, expected=token.text.lower(), found=token.text)
            if expected == "a value":
                raise ExpressionError("expression.bare_name", **at, found=token.shown)
        raise ExpressionError("expression.unexpected", **at, expected=expected, found=token.shown)

    def _inside(self, rule: Callable[[], Ast], *, opened: Token) -> Ast:
        if self._nesting >= MAX_DEPTH:
            raise ExpressionError("expression.too_deep", start=opened.start, end=opened.end, limit=MAX_DEPTH)
        self._nesting += 1
        tree = rule()
        self._nesting -= 1
        return tree

    # levels, weakest first

    def _any(self) -> Ast:
        return self._joined(Connective.OR, self._all, "or", "||")

    def _all(self) -> Ast:
        return self._joined(Connective.AND, self._negation, "and", "&&")

    def _joined(self, operator: Connective, part: Callable[[], Ast], *spellings: str) -> Ast:
        operands = [part()]
        while self._take_if(*spellings):
            operands.append(part())
        if len(operands) == 1:
            return operands[0]
        return Join(operator, tuple(operands), _across(operands[0], operands[-1]))

    def _negation(self) -> Ast:
        sign = self._take_if("not", "!")
        if sign is None:
            return self._test()
        operand = self._inside(self._negation, opened=sign)
        return Not(operand, (sign.start, operand.span[1]))

    def _test(self) -> Ast:
        left = self._sum()
        tree = self._tested(left)
        if tree is not left and (self._is("in", "contains", "starts", "ends", "is") or self._is(*_COMPARISONS)):
            token = self._now
            raise ExpressionError("expression.chained", start=token.start, end=token.end, found=token.text)
        return tree

    def _tested(self, left: Ast) -> Ast:
        if self._is(*_COMPARISONS):
            operator = Comparison(self._take().text)
            right = self._sum()
            return Compare(operator, left, right, _across(left, right))
        if self._take_if("is"):
            negated = self._take_if("not") is not None
            return Empty(left, negated, (left.span[0], self._need("empty").end))
        negated = self._take_if("not") is not None
        membership = self._membership()
        if membership is None:
            if negated:
                self._refuse("in, contains, starts with or ends with")
            return left
        right = self._sum()
        return Member(membership, left, right, negated, _across(left, right))

    def _membership(self) -> Membership | None:
        if self._take_if("in"):
            return Membership.IN
        if self._take_if("contains"):
            return Membership.CONTAINS
        first = self._take_if("starts", "ends")
        if first is None:
            return None
        self._need("with")
        return Membership.STARTS_WITH if first.text == "starts" else Membership.ENDS_WITH

    def _sum(self) -> Ast:
        return self._calculated(self._product, "+", "-")

    def _product(self) -> Ast:
        return self._calculated(self._signed, "*", "/")

    def _calculated(self, part: Callable[[], Ast], *operators: str) -> Ast:
        tree = part()
        while sign := self._take_if(*operators):
            right = part()
            tree = Calculate(Arithmetic(sign.text), tree, right, _across(tree, right))
        return tree

    def _signed(self) -> Ast:
        sign = self._take_if("-")
        if sign is None:
            return self._value()
        operand = self._inside(self._signed, opened=sign)
        return Negate(operand, (sign.start, operand.span[1]))

    def _value(self) -> Ast:  # noqa: PLR0911 - one case per kind of value
        token = self._now
        match token.kind:
            case TokenKind.NUMBER:
                return self._number()
            case TokenKind.TEXT:
                self._take()
                return Literal(LiteralKind.TEXT, token.value, (token.start, token.end))
            case TokenKind.REFERENCE:
                self._take()
                return Reference(token.value, (token.start, token.end))
            case TokenKind.WORD if token.text in _CONSTANTS:
                self._take()
                return Literal(*_CONSTANTS[token.text], (token.start, token.end))
            case TokenKind.WORD if token.text in _TYPED_LITERALS:
                return self._typed_literal()
        if self._is("("):
            return self._parenthesis()
        if self._is("["):
            return self._list()
        return self._refuse("a value")

    # values

    def _parenthesis(self) -> Ast:
        opened = self._take()
        tree = self._inside(self._any, opened=opened)
        closed = self._need(")")
        return replace(tree, span=(opened.start, closed.end))

    def _list(self) -> Ast:
        opened = self._take()
        items: list[Ast] = []
        while not self._is("]"):
            if len(items) == MAX_ITEMS:
                token = self._now
                raise ExpressionError("expression.list_too_long", start=token.start, end=token.end, limit=MAX_ITEMS)
            items.append(self._inside(self._any, opened=opened))
            if not self._take_if(","):
                break
        closed = self._take_if("]") or self._refuse(", or ]")
        return ListOf(tuple(items), (opened.start, closed.end))

    def _number(self) -> Ast:
        token = self._take()
        value = Decimal(token.text)
        if self._is("%"):
            return Literal(LiteralKind.PERCENT, value, (token.start, self._take().end))
        word = self._now
        if _is_currency(word):
            if word.text not in MINOR_UNITS:
                raise ExpressionError("expression.unknown_currency", start=word.start, end=word.end, found=word.text)
            self._take()
            return Literal(LiteralKind.MONEY, Money(value, word.text), (token.start, word.end))
        kind = LiteralKind.DECIMAL if "." in token.text else LiteralKind.INTEGER
        return Literal(kind, value, (token.start, token.end))

    def _typed_literal(self) -> Ast:
        word = self._take()
        kind = _TYPED_LITERALS[word.text]
        token = self._now
        if token.kind is not TokenKind.TEXT:
            self._refuse(f"a text in quotes after {word.text}")
        self._take()
        span = (word.start, token.end)
        try:
            return Literal(kind, _typed_value(kind, token.value), span)
        except ValueMismatch:
            found = shorten(token.text)
            raise ExpressionError(f"expression.bad_{kind}", start=span[0], end=span[1], found=found) from None


def _is_currency(word: Token) -> bool:
    text = word.text
    upper = word.kind is TokenKind.WORD and text.isupper() and len(text) == _CURRENCY_LETTERS
    return upper and text.lower() not in _KEYWORDS


def _typed_value(kind: LiteralKind, text: str) -> date | datetime | Duration:
    if kind is LiteralKind.DURATION:
        return Duration.parse(text)
    value: date | datetime = decode(VariableType(kind=Kind(kind)), text)
    return value


def _across(first: Ast, last: Ast) -> Span:
    return (first.span[0], last.span[1])
