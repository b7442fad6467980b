"""Cells of a decision table: unary tests as DMN has them (S-FEEL), which leave out what they are asked of.

    cell  = "-" | test {"," test} | "not(" test {"," test} ")"
    test  = ("<" | "<=" | ">" | ">=") value | ("[" | "(") value ".." value ("]" | ")") | value | "null"

A value is what may stand on one side of a comparison. An empty cell says the same as "-".
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from workflows.engine.expressions.parser import Parser
from workflows.engine.expressions.syntax import (
    Ast,
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
    Not,
    Span,
)
from workflows.engine.expressions.tokens import Token, TokenKind, tokenize

ANY: Final = Literal(LiteralKind.BOOLEAN, value=True)
_ANY_WRITTEN: Final = frozenset({"", "-"})
_ORDERINGS: Final = (
    Comparison.LESS,
    Comparison.LESS_OR_EQUAL,
    Comparison.GREATER,
    Comparison.GREATER_OR_EQUAL,
)


def parse_cell(text: str, subject: Ast) -> Ast:
    """The condition that a cell puts on its subject, ANY when it puts none; raises ExpressionError.

    Every test has its place in the text of the cell, and so has the subject wherever it is compared.
    """
    return _Cell(tokenize(text), subject).condition() if is_test(text) else ANY


def is_test(text: str) -> bool:
    """Whether a cell asks for anything."""
    return text.strip() not in _ANY_WRITTEN


class _Cell(Parser):
    """Reads one cell. The values in it are read as in any expression."""

    def __init__(self, tokens: list[Token], subject: Ast) -> None:
        super().__init__(tokens)
        self._subject = subject

    def condition(self) -> Ast:
        sign = self._take_if("not")
        if sign is None:
            tree = self._tests()
        else:
            self._need("(")
            tests = self._tests()
            tree = _denied(tests, (sign.start, self._need(")").end))
        if not self._ended():
            self._refuse("a comma or the end")
        return tree

    def _tests(self) -> Ast:
        tests = [self._unary_test()]
        while self._take_if(","):
            tests.append(self._unary_test())
        if len(tests) == 1:
            return tests[0]
        span = (tests[0].span[0], tests[-1].span[1])
        texts = tuple(value for value in map(_text_of, tests) if value is not None)
        if len(texts) == len(tests):
            return Member(Membership.IN, self._subject_at(span), ListOf(texts, span), span=span)
        return Join(Connective.OR, tuple(tests), span)

    def _unary_test(self) -> Ast:
        if self._is_interval():
            return self._interval()
        start = self._now.start
        ordering = self._take_if(*_ORDERINGS)
        value = self._sum()
        span = (start, value.span[1])
        if ordering is None and isinstance(value, Literal) and value.kind is LiteralKind.NULL:
            return Empty(self._subject_at(span), span=span)
        return self._compared(Comparison(ordering.text) if ordering else Comparison.EQUAL, value, span)

    def _interval(self) -> Ast:
        opened = self._take()
        low = self._sum()
        self._need("..")
        high = self._sum()
        closed = self._take_if("]", ")") or self._refuse("] or )")
        span = (opened.start, closed.end)
        least = Comparison.GREATER if opened.text == "(" else Comparison.GREATER_OR_EQUAL
        most = Comparison.LESS if closed.text == ")" else Comparison.LESS_OR_EQUAL
        return Join(Connective.AND, (self._compared(least, low, span), self._compared(most, high, span)), span)

    def _is_interval(self) -> bool:
        """Whether the bracket that comes next holds two ends: it may hold a sum or a list as well."""
        depth = 0
        for token in self._tokens[self._at :] if self._is("[", "(") else ():
            if token.kind is TokenKind.SYMBOL:
                depth += (token.text in {"[", "("}) - (token.text in {"]", ")"})
                if token.text == ".." and depth == 1:
                    return True
            if depth == 0:
                break
        return False

    def _compared(self, operator: Comparison, value: Ast, span: Span) -> Compare:
        return Compare(operator, self._subject_at(span), value, span)

    def _subject_at(self, span: Span) -> Ast:
        return replace(self._subject, span=span)


def _text_of(test: Ast) -> Literal | None:
    """The text that a test asks to be equal to, if it is such a test."""
    is_equal = isinstance(test, Compare) and test.operator is Comparison.EQUAL
    value = test.right if is_equal and isinstance(test, Compare) else None
    return value if isinstance(value, Literal) and value.kind is LiteralKind.TEXT else None


def _denied(tests: Ast, span: Span) -> Ast:
    match tests:
        case Compare(operator=Comparison.EQUAL):
            return replace(tests, operator=Comparison.NOT_EQUAL, span=span)
        case Member() | Empty():
            return replace(tests, negated=True, span=span)
    return Not(tests, span)
