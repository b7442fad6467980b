"""What it takes for a condition to be true, false, not true or not false: facts about slots, joined by all and any.

The three-valued logic of the language is spelled out here: every fact about a value says that the value is there.
An input that makes a condition fail (a division by zero, two currencies) satisfies none of the four.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Final, TypeAlias

from workflows.engine.expressions.analysis.linear import Constraint, Relation, constraint
from workflows.engine.expressions.analysis.slots import Slots
from workflows.engine.expressions.analysis.texts import TextRelation, TextTest
from workflows.engine.expressions.checker import Typed
from workflows.engine.expressions.evaluation import build, constant_of
from workflows.engine.expressions.syntax import (
    Compare,
    Comparison,
    Connective,
    Empty,
    Join,
    ListOf,
    Literal,
    Member,
    Membership,
    Not,
    Reference,
)
from workflows.engine.variables import Kind


class Verdict(Enum):
    """What is asked of a condition."""

    TRUE = (True, True)
    FALSE = (False, True)
    NOT_TRUE = (True, False)  # false or unknown: its branch is not taken
    NOT_FALSE = (False, False)

    @property
    def side(self) -> bool:
        """The truth value it speaks about."""
        return self.value[0]

    @property
    def is_exact(self) -> bool:
        """Whether that value must come out; otherwise it must not."""
        return self.value[1]

    @property
    def inverted(self) -> Verdict:
        """What is asked of the operand of `not`."""
        return Verdict((not self.side, self.is_exact))


@dataclass(frozen=True, slots=True)
class Presence:
    """A value is there, or is missing."""

    slot: int
    is_there: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A truth that is not looked into: a boolean variable, an item of a list, two texts in order."""

    atom: int
    is_true: bool


@dataclass(frozen=True, slots=True)
class OneCurrency:
    """These amounts are in one currency, and in that one if it is given."""

    slots: frozenset[int]
    currency: str | None


@dataclass(frozen=True, slots=True)
class TextFact:
    """A text passes a test, or does not."""

    slot: int
    test: TextTest
    is_passed: bool


@dataclass(frozen=True, slots=True)
class TextsAlike:
    """Two texts are the same, or differ."""

    left: int
    right: int
    is_same: bool


Fact: TypeAlias = Presence | Held | OneCurrency | TextFact | TextsAlike | Constraint


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; without parts it holds always."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds; without parts it never does."""

    parts: tuple[Formula, ...]


Formula: TypeAlias = Fact | All | AnyOf
ALWAYS: Final = All(())
NEVER: Final = AnyOf(())
_NO_VALUES: Final[dict[str, object]] = {}


def holding(formula: bool) -> Formula:  # noqa: FBT001 - a truth is what it is about
    """A truth as a formula."""
    return ALWAYS if formula else NEVER


def meaning(tree: Typed, verdict: Verdict, slots: Slots) -> Formula:  # noqa: PLR0911 - one case per kind of node
    """What must be the case for the condition to come out so."""
    node = tree.node
    if not slots.variables(tree):
        return _constant(tree, verdict)
    match node:
        case Reference() if tree.type is not None:
            truth = slots.atom(slots.variable(node.path, tree.type))
            return _tested(tree.parts or (tree,), verdict, Held(truth, is_true=True), slots)
        case Not():
            return meaning(tree.parts[0], verdict.inverted, slots)
        case Join():
            is_all = (node.operator is Connective.AND) is (verdict in {Verdict.TRUE, Verdict.NOT_FALSE})
            parts = tuple(meaning(part, verdict, slots) for part in tree.parts)
            return All(parts) if is_all else AnyOf(parts)
        case Compare():
            return _compared(tree, node, verdict, slots)
        case Member():
            return _member(tree, node, verdict.inverted if node.negated else verdict, slots)
        case Empty():
            return _empty(tree.parts[0], _positive(verdict) is not node.negated, slots)
    raise AssertionError("only a condition is true or false")


def _constant(tree: Typed, verdict: Verdict) -> Formula:
    return holding((build(tree)(_NO_VALUES) is verdict.side) is verdict.is_exact)


def _tested(parts: Iterable[Typed], verdict: Verdict, passed: Formula, slots: Slots) -> Formula:
    """A test that is unknown as soon as one of its values is missing."""
    read = tuple(dict.fromkeys(slot for part in parts for slot in slots.variables(part)))
    known = All((*(Presence(slot, is_there=True) for slot in read), passed if _positive(verdict) else denied(passed)))
    if verdict.is_exact:
        return known
    return AnyOf((known, *(Presence(slot, is_there=False) for slot in read)))


def _positive(verdict: Verdict) -> bool:
    """Whether the test has to come out true where it is not unknown."""
    return verdict.side is verdict.is_exact


def denied(formula: Formula) -> Formula:  # noqa: PLR0911 - one case per kind of formula
    """The opposite, where every value is there. The currency of amounts is never denied: it must be one."""
    match formula:
        case All():
            return AnyOf(tuple(denied(part) for part in formula.parts))
        case AnyOf():
            return All(tuple(denied(part) for part in formula.parts))
        case Held():
            return Held(formula.atom, is_true=not formula.is_true)
        case Presence():
            return Presence(formula.slot, is_there=not formula.is_there)
        case TextFact():
            return TextFact(formula.slot, formula.test, is_passed=not formula.is_passed)
        case TextsAlike():
            return TextsAlike(formula.left, formula.right, is_same=not formula.is_same)
        case Constraint():
            return formula.denied()
    raise AssertionError("one currency is a premise, not a test")


def _empty(operand: Typed, is_missing: bool, slots: Slots) -> Formula:  # noqa: FBT001
    if isinstance(operand.node, Literal):
        return holding((operand.node.value is None) is is_missing)
    if isinstance(operand.node, ListOf):
        return holding(not is_missing)
    if operand.kind is Kind.BOOLEAN and not isinstance(operand.node, Reference):
        wanted = (Verdict.NOT_TRUE, Verdict.NOT_FALSE) if is_missing else (Verdict.TRUE, Verdict.FALSE)
        known = tuple(meaning(operand, each, slots) for each in wanted)
        return All(known) if is_missing else AnyOf(known)
    facts = tuple(Presence(slot, is_there=not is_missing) for slot in slots.variables(operand))
    return AnyOf(facts) if is_missing else All(facts)


def _compared(tree: Typed, node: Compare, verdict: Verdict, slots: Slots) -> Formula:
    left, right = tree.parts
    if left.kind is Kind.BOOLEAN:
        wanted = verdict if node.operator is Comparison.EQUAL else verdict.inverted
        return _same_truth(left, right, wanted, slots)
    if left.kind is Kind.TEXT:
        return _tested(tree.parts, verdict, _texts_compared(left, node.operator, right, slots), slots)
    return _sizes_compared(tree, node.operator, verdict, slots)


def _same_truth(left: Typed, right: Typed, verdict: Verdict, slots: Slots) -> Formula:
    def both(one: Verdict, other: Verdict) -> Formula:
        return All((meaning(left, one, slots), meaning(right, other, slots)))

    ways = [both(Verdict.TRUE, Verdict.TRUE if _positive(verdict) else Verdict.FALSE)]
    ways += [both(Verdict.FALSE, Verdict.FALSE if _positive(verdict) else Verdict.TRUE)]
    if not verdict.is_exact:
        ways += [
            All((meaning(part, Verdict.NOT_TRUE, slots), meaning(part, Verdict.NOT_FALSE, slots)))
            for part in (left, right)
        ]
    return AnyOf(tuple(ways))


_RELATIONS: Final = {
    Comparison.EQUAL: (1, Relation.EQUAL),
    Comparison.NOT_EQUAL: (1, Relation.UNEQUAL),
    Comparison.LESS: (1, Relation.BELOW),
    Comparison.LESS_OR_EQUAL: (1, Relation.AT_MOST),
    Comparison.GREATER: (-1, Relation.BELOW),
    Comparison.GREATER_OR_EQUAL: (-1, Relation.AT_MOST),
}


def _sizes_compared(tree: Typed, operator: Comparison, verdict: Verdict, slots: Slots) -> Formula:
    left, right = tree.parts
    sign, relation = _RELATIONS[operator]
    difference = slots.form(left).plus(slots.form(right), -1).times(Fraction(sign))
    found = constraint(difference.terms, relation, -difference.constant)
    passed = _tested(tree.parts, verdict, holding(found) if isinstance(found, bool) else found, slots)
    groups = {(difference.amounts, difference.currency), *difference.settled}
    premises = tuple(OneCurrency(*group) for group in groups if len(group[0]) + (group[1] is not None) > 1)
    if not premises:
        return passed
    if verdict.is_exact or not isinstance(passed, AnyOf):
        return All((*premises, passed))
    # Amounts that are not there have no currency: only the way on which all are there has the premises.
    return AnyOf((All((*premises, passed.parts[0])), *passed.parts[1:]))


_TEXT_RELATIONS: Final = {
    Comparison.EQUAL: TextRelation.ONE_OF,
    Comparison.LESS: TextRelation.BEFORE,
    Comparison.LESS_OR_EQUAL: TextRelation.UP_TO,
}
# How to say a comparison with the three above: with its sides exchanged, or denied as well.
_MIRRORED: Final = {Comparison.GREATER: Comparison.LESS, Comparison.GREATER_OR_EQUAL: Comparison.LESS_OR_EQUAL}
_OPPOSITE: Final = {Comparison.LESS: Comparison.LESS_OR_EQUAL, Comparison.LESS_OR_EQUAL: Comparison.LESS}


def _texts_compared(left: Typed, operator: Comparison, right: Typed, slots: Slots) -> Formula:
    if operator in _MIRRORED:
        return _texts_compared(right, _MIRRORED[operator], left, slots)
    if operator is Comparison.NOT_EQUAL:
        return denied(_texts_compared(left, Comparison.EQUAL, right, slots))
    if isinstance(left.node, Literal):
        if operator is Comparison.EQUAL:
            return _texts_compared(right, operator, left, slots)
        return denied(_texts_compared(right, _OPPOSITE[operator], left, slots))
    (one,) = slots.variables(left)
    if isinstance(right.node, Literal):
        return TextFact(one, TextTest(_TEXT_RELATIONS[operator], (right.node.value,)), is_passed=True)
    (other,) = slots.variables(right)
    return _two_texts(one, operator, other, slots)


def _two_texts(one: int, operator: Comparison, other: int, slots: Slots) -> Formula:
    if one == other:
        return holding(operator is not Comparison.LESS)
    if operator is Comparison.EQUAL:
        return TextsAlike(min(one, other), max(one, other), is_same=True)
    if operator is Comparison.LESS:
        return Held(slots.atom(("before", one, other)), is_true=True)
    return Held(slots.atom(("before", other, one)), is_true=False)


_PARTS: Final = {
    Membership.CONTAINS: (TextRelation.CONTAINS, TextRelation.IS_IN),
    Membership.STARTS_WITH: (TextRelation.STARTS, TextRelation.BEGINS_OF),
    Membership.ENDS_WITH: (TextRelation.ENDS, TextRelation.END_OF),
}


def _member(tree: Typed, node: Member, verdict: Verdict, slots: Slots) -> Formula:
    left, right = tree.parts
    if node.operator is Membership.IN:
        return _item_of(left, right, verdict, slots)
    if left.kind is not Kind.TEXT:
        return _item_of(right, left, verdict, slots)
    relation, turned = _PARTS[node.operator]
    if isinstance(right.node, Literal):
        passed: Formula = TextFact(slots.variables(left)[0], TextTest(relation, (right.node.value,)), is_passed=True)
    elif isinstance(left.node, Literal):
        passed = TextFact(slots.variables(right)[0], TextTest(turned, (left.node.value,)), is_passed=True)
    else:
        passed = Held(slots.atom((relation, left.node, right.node)), is_true=True)
    return _tested(tree.parts, verdict, passed, slots)


def _item_of(item: Typed, listing: Typed, verdict: Verdict, slots: Slots) -> Formula:
    if not isinstance(listing.node, ListOf):
        holds = Held(slots.atom(("item", listing.node, item.node)), is_true=True)
        return _tested((item, listing), verdict, holds, slots)
    if isinstance(item.node, Reference) and item.kind is Kind.TEXT and _are_constants(listing.parts):
        constants = tuple(constant_of(part.node) for part in listing.parts if isinstance(part.node, Literal))
        fact = TextFact(slots.variables(item)[0], TextTest(TextRelation.ONE_OF, constants), is_passed=True)
        return _tested((item,), verdict, fact, slots)
    if not listing.parts:
        return _tested((item,), verdict, NEVER, slots)
    each = tuple(_equal(item, part, verdict, slots) for part in listing.parts)
    return AnyOf(each) if verdict in {Verdict.TRUE, Verdict.NOT_FALSE} else All(each)


def _equal(left: Typed, right: Typed, verdict: Verdict, slots: Slots) -> Formula:
    node = Compare(operator=Comparison.EQUAL, left=left.node, right=right.node)
    return meaning(Typed(node, None, (left, right)), verdict, slots)


def _are_constants(parts: Sequence[Typed]) -> bool:
    return all(isinstance(part.node, Literal) for part in parts)
