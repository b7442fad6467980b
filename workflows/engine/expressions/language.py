"""The doors of the condition language: read, check, write, compile. The rest stays behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.engine.expressions import document
from workflows.engine.expressions import unparse as writing
from workflows.engine.expressions.checker import Checker, Typed
from workflows.engine.expressions.errors import EvaluationError, ExpressionError
from workflows.engine.expressions.evaluation import Run, Values, as_declared, build
from workflows.engine.expressions.explanation import Explanation
from workflows.engine.expressions.parser import Parser
from workflows.engine.expressions.shortcuts import faster
from workflows.engine.expressions.syntax import Ast, Connective, Join, Reference, refuse_oversized
from workflows.engine.expressions.tokens import tokenize
from workflows.engine.expressions.unary import ANY, is_test, parse_cell
from workflows.engine.json_values import decode
from workflows.engine.values import ValueMismatch
from workflows.engine.variables import Variable, VariableType


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is known about a text.

    `type` is None when errors stand in the way; `ast_json` is None when the text cannot be read at all. A
    text that
    cannot be read has one error (the first), one that can be read has all its type errors.
    """

    type: VariableType | None
    ast_json: dict[str, Any] | None
    errors: tuple[ExpressionError, ...]

    @property
    def ok(self) -> bool:
        """True when the expression can be compiled."""
        return not self.errors


class DecodedAtAccess:
    """JSON variables that are decoded when, and only if, the expression reads them."""

    __slots__ = ("_documents", "_known", "_places", "_types")

    def __init__(
        self,
        documents: Mapping[str, Any],
        types: Mapping[str, VariableType],
        places: Mapping[str, tuple[int, int]],
    ) -> None:
        self._documents = documents
        self._types = types
        self._places = places
        self._known: dict[str, Any] = {}

    def get(self, name: str, /) -> Any:
        """The decoded value, None when missing; raises EvaluationError when the document does not fit its
        type.
        """
        known = self._known
        if name not in known:
            try:
                known[name] = decode(self._types[name], self._documents.get(name), name)
            except ValueMismatch as mismatch:
                start, end = self._places[name]
                params = {
                    "path": mismatch.path,
                    "expected": mismatch.expected,
                    "found": mismatch.found,
                }
                raise EvaluationError("expression.bad_value", start=start, end=end, **params) from None
        return known[name]

    __getitem__ = get


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A compiled expression. `references` are the names of the variables it reads, in reading order."""

    text: str
    type: VariableType
    references: tuple[str, ...]
    run: Run
    explanation: Explanation
    tree: Typed
    types: Mapping[str, VariableType]
    places: Mapping[str, tuple[int, int]]

    def value(self, values: Mapping[str, Any]) -> Any:
        """The Python value for JSON-encoded variables (missing = null); raises EvaluationError."""
        return self.value_decoded(self.decoding(values))

    def value_decoded(self, values: Values) -> Any:
        """The Python value for variables that are already decoded."""
        return as_declared(self.type.kind, self.run(values))

    def explain(self, values: Mapping[str, Any]) -> str:
        """The text with values in it and what it comes to: `58.00 CNY + 2.00 CNY = 60.00 CNY → 60.00 CNY`."""
        return self.explanation(self.decoding(values))

    def decoding(self, values: Mapping[str, Any]) -> DecodedAtAccess:
        """JSON variables as the inner doors read them."""
        return DecodedAtAccess(values, self.types, self.places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A compiled condition. A branch is taken only on True; None means unknown (something was null)."""

    expression: Expression
    # The inner fast path: decoded values by name in, True, False or None out. Raises EvaluationError.
    decide_decoded: Run

    @property
    def text(self) -> str:
        """The text it was compiled from."""
        return self.expression.text

    @property
    def references(self) -> tuple[str, ...]:
        """The names of the variables it reads."""
        return self.expression.references

    def decide(self, values: Mapping[str, Any]) -> bool | None:
        """True, False or None (unknown) for JSON-encoded variables (missing = null); raises
        EvaluationError.
        """
        answer: bool | None = self.decide_decoded(self.expression.decoding(values))
        return answer

    def explain(self, values: Mapping[str, Any]) -> str:
        """Why: `58.00 CNY < 199.00 CNY * 0.3 = 59.70 CNY → true`. Never raises; a failure is shown by its
        code.
        """
        return self.expression.explain(values)


def parse(text: str) -> Ast:
    """The tree of a text; raises ExpressionError at the first place that cannot be read."""
    tree = Parser(tokenize(text)).expression()
    refuse_oversized(tree)
    return tree


def unparse(tree: Ast) -> str:
    """The canonical text of a tree; parse(unparse(tree)) == tree while that text keeps the length limit."""
    return writing.text_of(tree)


def check(text: str, variables: Iterable[Variable], *, condition: bool = False) -> Checked:
    """Everything there is to say about a text; never raises. With `condition` it must be true or false."""
    try:
        tree = parse(text)
    except ExpressionError as error:
        return Checked(type=None, ast_json=None, errors=(error,))
    return _checked(tree, variables, condition=condition)


def check_cell(text: str, subject: Ast, variables: Iterable[Variable]) -> Checked:
    """Everything there is to say about a cell of a decision table that is asked of a sound subject; never raises."""
    try:
        tree = parse_cell(text, subject)
        refuse_oversized(tree)
    except ExpressionError as error:
        return Checked(type=None, ast_json=None, errors=(error,))
    return _checked(tree, variables, condition=True)


def compile_expression(text: str, variables: Iterable[Variable]) -> Expression:
    """An expression ready to evaluate; raises the first ExpressionError."""
    return _compiled(parse(text), text, variables, condition=False)


def compile_condition(text: str, variables: Iterable[Variable]) -> Condition:
    """A condition ready to decide; raises the first ExpressionError, also when it is not true or false."""
    return _condition(parse(text), text, variables)


def compile_rule(cells: Iterable[tuple[str, Ast]], variables: Iterable[Variable]) -> Condition:
    """The condition of a rule: each of its cells, asked of its subject. Raises the first ExpressionError."""
    tests = tuple(parse_cell(text, subject) for text, subject in cells if is_test(text))
    tree = Join(Connective.AND, tests) if len(tests) > 1 else next(iter(tests), ANY)
    refuse_oversized(tree)
    return _condition(tree, unparse(tree), variables)


def _checked(tree: Ast, variables: Iterable[Variable], *, condition: bool) -> Checked:
    checker = Checker(variables)
    typed = checker.typed(tree)
    if condition:
        checker.require_condition(typed)
    errors = tuple(sorted(checker.errors, key=lambda error: (error.start, error.end)))
    return Checked(type=None if errors else typed.type, ast_json=document.to_json(typed), errors=errors)


def _condition(tree: Ast, text: str, variables: Iterable[Variable]) -> Condition:
    expression = _compiled(tree, text, variables, condition=True)
    return Condition(expression=expression, decide_decoded=expression.run)


def _compiled(tree: Ast, text: str, variables: Iterable[Variable], *, condition: bool) -> Expression:
    declared = tuple(variables)
    checker = Checker(declared)
    typed = checker.typed(tree)
    if condition:
        checker.require_condition(typed)
    if checker.errors or typed.type is None:
        raise min(checker.errors, key=lambda error: (error.start, error.end))
    places: dict[str, tuple[int, int]] = {}
    _collect(typed, places)
    types = {variable.name: variable.type for variable in declared if variable.name in places}
    return Expression(
        text=text,
        type=typed.type,
        references=tuple(places),
        run=build(typed, faster),
        explanation=Explanation(typed),
        tree=typed,
        types=types,
        places=places,
    )


def _collect(tree: Typed, places: dict[str, tuple[int, int]]) -> None:
    """Note every variable with the first place it is read at."""
    if isinstance(tree.node, Reference):
        places.setdefault(tree.node.path[0], tree.node.span)
    for part in tree.parts:
        _collect(part, places)
