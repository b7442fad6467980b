"""Conditions as a script in SMT-LIB 2: for an input that makes them come out as wanted, or a proof that there is none.

Every part of a tree becomes three things, exactly as the evaluator has them: whether it fails, whether it is null, and
its value. What a solver is not told it may choose: whether one text contains another, the digits of a quotient past
the 49th, whether a number gets too long. So where it finds nothing there is nothing; what it finds is only a proposal.
Pure: text out; no solver is known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from workflows.engine.currencies import MINOR_UNITS
from workflows.engine.expressions.analysis.grids import micros_since_epoch
from workflows.engine.expressions.analysis.meaning import Verdict
from workflows.engine.expressions.analysis.smt_sizes import Sizes, compared, is_day, is_short, negative
from workflows.engine.expressions.analysis.smt_terms import (
    FALSE,
    TRUE,
    Term,
    all_of,
    any_of,
    call,
    implied,
    negated,
    number,
    whole,
)
from workflows.engine.expressions.checker import Typed
from workflows.engine.expressions.errors import EvaluationError
from workflows.engine.expressions.evaluation import build, constant_of
from workflows.engine.expressions.syntax import (
    Calculate,
    Compare,
    Comparison,
    Connective,
    Empty,
    Join,
    ListOf,
    Literal,
    Member,
    Membership,
    Negate,
    Not,
    Reference,
)
from workflows.engine.values import Duration, Money
from workflows.engine.variables import Kind, VariableType

CURRENCIES: Final = tuple(MINOR_UNITS)
_SORTS: Final = {
    Kind.BOOLEAN: ("Bool",), Kind.TEXT: ("Real",), Kind.INTEGER: ("Int",), Kind.DECIMAL: ("Real",),
    Kind.MONEY: ("Real", "Int"), Kind.DATE: ("Int",), Kind.DATETIME: ("Int",), Kind.DURATION: ("Int", "Int"),
}  # fmt: skip
_SUBSTRINGS: Final = {
    Membership.CONTAINS: lambda text, part: part in text,
    Membership.STARTS_WITH: str.startswith,
    Membership.ENDS_WITH: str.endswith,
}
_NOTHING: Final[dict[str, object]] = {}


@dataclass(frozen=True, slots=True)
class Read:
    """A variable or field that is read: the constants of a script for whether it is there, and for its value."""

    path: tuple[str, ...]
    type: VariableType
    there: str
    values: tuple[str, ...]


class Script:
    """Some conditions as terms. `reads` are the variables in them, `texts` those they name, in order.

    `members` are the truths that say whether a list variable has a constant in it.
    """

    def __init__(self, trees: Sequence[Typed]) -> None:
        self.texts = sorted({text for tree in trees for text in _texts(tree)})
        self.reads: dict[tuple[str, ...], Read] = {}
        self.members: dict[str, tuple[tuple[str, ...], Any]] = {}
        self._lines: list[str] = []
        self._count = 0
        self._tests: dict[tuple[str, str, str], str] = {}
        self._sizes = Sizes(self._fresh, self._assume)
        self._terms = [self._term(tree) for tree in trees]

    def asked(self, wanted: Mapping[int, Verdict], *, is_complete: bool, more: Sequence[str] = ()) -> str:
        """The script that asks for an input on which these conditions come out so."""
        goals = [_comes_out(self._terms[branch], verdict) for branch, verdict in wanted.items()]
        if is_complete:
            goals += [read.there for read in self.reads.values()]
        return "\n".join([*self._lines, *(f"(assert {goal})" for goal in goals), *more])

    # constants, and what is known of them

    def _fresh(self, sort: str) -> str:
        self._count += 1
        name = f"k{self._count}"
        self._lines.append(f"(declare-const {name} {sort})")
        return name

    def _assume(self, term: str) -> None:
        self._lines.append(f"(assert {term})")

    def _named(self, term: str, sort: str = "Bool") -> str:
        """A short name for a long term, so that what is said twice is written once."""
        if not term.startswith("("):
            return term
        self._count += 1
        self._lines.append(f"(define-fun k{self._count} () {sort} {term})")
        return f"k{self._count}"

    def _read(self, path: tuple[str, ...], declared: VariableType) -> Read:
        if path not in self.reads:
            values = tuple(self._fresh(sort) for sort in _SORTS.get(declared.kind, ()))
            self.reads[path] = Read(path, declared, self._fresh("Bool"), values)
            match declared.kind:
                case Kind.TEXT if "" in self.texts:
                    self._assume(call("<=", "0.0", values[0]))
                case Kind.MONEY:
                    self._assume(call("<=", "0", values[1], str(len(CURRENCIES) - 1)))
                case Kind.DATE:
                    self._assume(is_day(values[0]))
                case Kind.DURATION:
                    self._assume(is_short(*values))
        return self.reads[path]

    # parts of a tree

    def _term(self, tree: Typed) -> Term:
        found = self._constant(tree) if not _has_references(tree) else self._made(tree)
        if found.items is not None:
            return found
        sort = _SORTS.get(tree.kind or Kind.NULL, ("Bool",))[0]
        sort = "Real" if tree.kind is Kind.DECIMAL else sort
        return Term(
            fails=self._named(found.fails),
            null=self._named(found.null),
            value=self._named(found.value, sort),
            beside=self._named(found.beside, "Int"),
        )

    def _made(self, tree: Typed) -> Term:  # noqa: PLR0911 - one case per kind of node
        node = tree.node
        if isinstance(node, Reference) and tree.type is not None:
            return self._referenced(node.path, tree.type)
        parts = [self._term(part) for part in tree.parts]
        match node:
            case ListOf():
                return Term(fails=any_of(*(part.fails for part in parts)), items=tuple(parts))
            case Negate():
                return negative(tree.kind, parts[0])
            case Not():
                return Term(fails=parts[0].fails, null=parts[0].null, value=negated(parts[0].value))
            case Join():
                return _joined(parts, is_and=node.operator is Connective.AND)
            case Empty():
                value = negated(parts[0].null) if node.negated else parts[0].null
                return Term(fails=parts[0].fails, value=value)
            case Calculate():
                kinds = (tree.parts[0].kind, tree.parts[1].kind)
                return _stepped(parts, self._sizes.computed(kinds, node.operator, *parts))
            case Compare():
                return _stepped(parts, compared(tree.parts[0].kind, node.operator, *parts))
            case Member():
                found = _stepped(parts, self._member(tree, node, parts))
                value = negated(found.value) if node.negated else found.value
                return Term(fails=found.fails, null=found.null, value=value)
        raise AssertionError("a literal has no references")

    def _constant(self, tree: Typed) -> Term:
        """A part that reads nothing, as the evaluator has it."""
        if isinstance(tree.node, ListOf):
            return Term(items=tuple(self._constant(part) for part in tree.parts))
        try:
            value = constant_of(tree.node) if isinstance(tree.node, Literal) else build(tree)(_NOTHING)
        except EvaluationError:
            return Term(fails=TRUE)
        return self._valued(value)

    def _valued(self, value: Any) -> Term:  # noqa: PLR0911 - one case per kind of value
        match value:
            case None:
                return Term(null=TRUE)
            case bool():
                return Term(value=TRUE if value else FALSE)
            case int() | Decimal():
                return Term(value=number(Fraction(value)))
            case Money():
                place = CURRENCIES.index(value.currency)
                return Term(value=number(Fraction(value.amount)), beside=str(place))
            case str():
                return Term(value=number(self.texts.index(value)))
            case datetime():
                return Term(value=whole(micros_since_epoch(value)))
            case date():
                return Term(value=str(value.toordinal()))
            case Duration():
                micros = (value.time.days * 86_400 + value.time.seconds) * 1_000_000 + value.time.microseconds
                return Term(value=whole(value.days), beside=whole(micros))
        raise AssertionError("only what the language knows is a constant")

    def _referenced(self, path: tuple[str, ...], declared: VariableType) -> Term:
        """A field is there only in a record that is there."""
        outer = VariableType(kind=Kind.RECORD)
        around = [self._read(path[:length], outer) for length in range(1, len(path))]
        read = self._read(path, declared)
        null = any_of(*(negated(each.there) for each in (*around, read)))
        value = next(iter(read.values), FALSE)
        beside = read.values[1] if len(read.values) > 1 else ""
        return Term(null=null, value=call("to_real", value) if declared.kind is Kind.INTEGER else value, beside=beside)

    def _member(self, tree: Typed, node: Member, parts: Sequence[Term]) -> Term:
        (left, right), (one, other) = tree.parts, parts
        if node.operator is Membership.IN:
            return self._item_of(left, one, right, other)
        if left.kind is not Kind.TEXT:
            return self._item_of(right, other, left, one)
        return Term(value=self._part_of(node.operator, one.value, other.value))

    def _item_of(self, wanted: Typed, item: Term, listing: Typed, found: Term) -> Term:
        """Whether an item is in a list: null when it is not found among known ones and one of them is null."""
        if isinstance(listing.node, Reference) and found.items is None:
            test = self._test("item", ".".join(listing.node.path), f"{item.value} {item.beside}".strip())
            if isinstance(wanted.node, Literal):
                self.members[test] = (listing.node.path, constant_of(wanted.node))
            return Term(value=test)
        found_items = found.items or ()
        matches = [compared(wanted.kind, Comparison.EQUAL, item, each) for each in found_items]
        known = [negated(each.null) for each in found_items]
        is_found = any_of(*(all_of(is_there, match.value) for is_there, match in zip(known, matches, strict=True)))
        return Term(
            fails=any_of(*(all_of(is_there, match.fails) for is_there, match in zip(known, matches, strict=True))),
            null=all_of(negated(is_found), any_of(*(each.null for each in found_items))),
            value=is_found,
        )

    def _test(self, name: str, one: str, other: str) -> str:
        """A truth that a solver may choose, the same for the same two."""
        key = (name, one, other)
        if key not in self._tests:
            self._tests[key] = self._fresh("Bool")
        return self._tests[key]

    def _part_of(self, operator: Membership, text: str, part: str) -> str:
        """A test of texts: chosen, but for those that the conditions name, and for one that is tested for itself."""
        is_new = (operator, text, part) not in self._tests
        passed = self._test(operator, text, part)
        if is_new:
            self._assume(implied(call("=", text, part), passed))
            for one, place in self._places(text):
                for other, beside in self._places(part):
                    both = all_of(call("=", text, place), call("=", part, beside))
                    answer = _SUBSTRINGS[operator](one, other)
                    self._assume(implied(both, passed if answer else negated(passed)))
        return passed

    def _places(self, term: str) -> list[tuple[str, str]]:
        places = [(text, number(place)) for place, text in enumerate(self.texts)]
        return [each for each in places if each[1] == term] or places


def _comes_out(term: Term, verdict: Verdict) -> str:
    value = term.value if verdict.side else negated(term.value)
    exactly = all_of(negated(term.null), value)
    return all_of(negated(term.fails), exactly if verdict.is_exact else negated(exactly))


def _stepped(parts: Sequence[Term], step: Term) -> Term:
    """Left, right, then the step itself: nothing is looked at any more once something before it is null."""
    left, right = parts
    after = any_of(right.fails, all_of(negated(right.null), step.fails))
    return Term(
        fails=any_of(left.fails, all_of(negated(left.null), after)),
        null=any_of(left.null, right.null, step.null),
        value=step.value,
        beside=step.beside,
    )


def _joined(parts: Sequence[Term], *, is_and: bool) -> Term:
    """`and` stops at the first part that is false, `or` at the first that is true."""
    stops = [part.is_false if is_and else part.is_true for part in parts]
    fails, reached = [], TRUE
    for part, stop in zip(parts, stops, strict=True):
        fails.append(all_of(reached, part.fails))
        reached = all_of(reached, negated(stop))
    stopped = any_of(*stops)
    null = all_of(negated(stopped), any_of(*(part.null for part in parts)))
    return Term(fails=any_of(*fails), null=null, value=negated(stopped) if is_and else stopped)


def _has_references(tree: Typed) -> bool:
    return isinstance(tree.node, Reference) or any(_has_references(part) for part in tree.parts)


def _texts(tree: Typed) -> Iterator[str]:
    if isinstance(tree.node, Literal) and isinstance(tree.node.value, str):
        yield tree.node.value
    for part in tree.parts:
        yield from _texts(part)
