"""Facts that are assumed together, and whether they certainly contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from workflows.engine.expressions.analysis.linear import (
    Constraint,
    Relation,
    Solvable,
    Terms,
    TooManyRowsError,
    solvable,
)
from workflows.engine.expressions.analysis.meaning import (
    All,
    AnyOf,
    Fact,
    Formula,
    Held,
    OneCurrency,
    Presence,
    TextFact,
    TextsAlike,
)
from workflows.engine.expressions.analysis.slots import Slots
from workflows.engine.expressions.analysis.texts import Asked, TextRelation, contradict
from workflows.engine.variables import Kind

_LAST_DAY: Final = 3_652_059  # 9999-12-31 as days from the year 1
_MAX_SPLITS: Final = 64


@dataclass(frozen=True, slots=True)
class Ground:
    """What holds before anything is assumed: which slots are whole numbers, which lie inside which, which are days."""

    whole: frozenset[int]
    outer: Mapping[int, tuple[int, ...]]
    inner: Mapping[int, tuple[int, ...]]
    days: tuple[Constraint, ...]


def ground_of(slots: Slots) -> Ground:
    """The ground of all slots that are known by now."""
    paths = {slot.path: number for number, slot in enumerate(slots.known) if slot.path}
    outer = {
        number: tuple(paths[path[:length]] for length in range(1, len(path)) if path[:length] in paths)
        for path, number in paths.items()
    }
    inner: dict[int, tuple[int, ...]] = {}
    for number, around in outer.items():
        for each in around:
            inner[each] = (*inner.get(each, ()), number)
    days = [number for number, slot in enumerate(slots.known) if slot.kind is Kind.DATE and slot.path]
    bounds = [Constraint(((day, -1),), Relation.AT_MOST, Fraction(-1)) for day in days]
    bounds += [Constraint(((day, 1),), Relation.AT_MOST, Fraction(_LAST_DAY)) for day in days]
    return Ground(whole=slots.whole, outer=outer, inner=inner, days=tuple(bounds))


@dataclass(slots=True)
class Facts:
    """A growing set of facts. `assume` answers False as soon as one openly contradicts another."""

    ground: Ground
    there: dict[int, bool] = field(default_factory=dict)
    held: dict[int, bool] = field(default_factory=dict)
    constraints: dict[Constraint, None] = field(default_factory=dict)
    bounds: dict[Terms, tuple[Fraction, bool]] = field(default_factory=dict)  # the tightest, and whether it is strict
    currencies: tuple[OneCurrency, ...] = ()
    texts: dict[int, tuple[Asked, ...]] = field(default_factory=dict)
    alike: tuple[TextsAlike, ...] = ()
    solution: Solvable | None = None
    is_checked: bool = False

    def copy(self) -> Facts:
        """The same facts, to be continued in another way."""
        return Facts(
            self.ground, self.there.copy(), self.held.copy(), self.constraints.copy(), self.bounds.copy(),
            self.currencies, self.texts.copy(), self.alike, self.solution, self.is_checked,
        )  # fmt: skip

    def assume(self, fact: Fact) -> bool:
        """Add a fact; False when the opposite is known."""
        known = self.status(fact)
        if known is not None:
            return known
        match fact:
            case Presence():
                return self._place(fact)
            case Held():
                self.held[fact.atom] = fact.is_true
            case Constraint():
                self._constrain(fact)
            case OneCurrency():
                self.currencies = (*self.currencies, fact)
                return currencies_of(self.currencies) is not None
            case TextFact():
                self.texts[fact.slot] = (*self.texts.get(fact.slot, ()), (fact.test, fact.is_passed))
                return text_groups(self) is not None
            case TextsAlike():
                self.alike = (*self.alike, fact)
                return text_groups(self) is not None
        return True

    def _place(self, fact: Presence) -> bool:
        """A field is there only in a record that is there."""
        self.there[fact.slot] = fact.is_there
        others = self.ground.outer if fact.is_there else self.ground.inner
        return all(self.there.setdefault(other, fact.is_there) is fact.is_there for other in others.get(fact.slot, ()))

    def _constrain(self, fact: Constraint) -> None:
        self.constraints[fact] = None
        self.is_checked = False
        if fact.relation is Relation.EQUAL:
            self.bounds[fact.terms] = (fact.bound, False)
            self.bounds[fact.turned] = (-fact.bound, False)
        elif fact.relation is not Relation.UNEQUAL:
            self.bounds[fact.terms] = (fact.bound, fact.relation is Relation.BELOW)

    def _is_bounded(self, fact: Constraint) -> bool | None:
        """What the bounds known of the very same terms say about a constraint."""
        high, low = self.bounds.get(fact.terms), self.bounds.get(fact.turned)
        bound, is_strict = fact.bound, fact.relation is Relation.BELOW
        if fact.relation in {Relation.EQUAL, Relation.UNEQUAL}:
            is_outside = (high is not None and (high[0] < bound or (high[0] == bound and high[1]))) or (
                low is not None and (-low[0] > bound or (-low[0] == bound and low[1]))
            )
            if is_outside:
                return fact.relation is Relation.UNEQUAL
            is_pinned = high is not None and low is not None and high[0] == -low[0]
            return (fact.relation is Relation.EQUAL) if is_pinned else None
        if high is not None and (high[0] < bound or (high[0] == bound and (high[1] or not is_strict))):
            return True
        if low is not None and (-low[0] > bound or (-low[0] == bound and (low[1] or is_strict))):
            return False
        return None

    def status(self, formula: Formula) -> bool | None:  # noqa: PLR0911 - one case per kind of formula
        """True when it is known to hold, False when it is known not to."""
        match formula:
            case All():
                return self._all(formula.parts)
            case AnyOf():
                return self._any(formula.parts)
            case Presence():
                known = self.there.get(formula.slot)
                return None if known is None else known is formula.is_there
            case Held():
                known = self.held.get(formula.atom)
                return None if known is None else known is formula.is_true
            case Constraint():
                return True if formula in self.constraints else self._is_bounded(formula)
            case TextFact():
                return self._is_told(formula)
            case TextsAlike():
                return True if formula in self.alike else None
            case OneCurrency():
                return True if formula in self.currencies else None

    def _is_told(self, fact: TextFact) -> bool | None:
        asked = self.texts.get(fact.slot, ())
        if (fact.test, fact.is_passed) in asked:
            return True
        if (fact.test, not fact.is_passed) in asked:
            return False
        for test, is_passed in asked:
            if is_passed and test.relation is TextRelation.ONE_OF:
                answers = {fact.test.passes(text) is fact.is_passed for text in test.constants}
                return answers.pop() if len(answers) == 1 else None
        return None

    def _all(self, parts: Iterable[Formula]) -> bool | None:
        answer: bool | None = True
        for part in parts:
            known = self.status(part)
            if known is False:
                return False
            answer = answer if known else None
        return answer

    def _any(self, parts: Iterable[Formula]) -> bool | None:
        answer: bool | None = False
        for part in parts:
            known = self.status(part)
            if known is True:
                return True
            answer = answer if known is False else None
        return answer

    def are_consistent(self) -> bool:
        """False when no numbers can satisfy the constraints; inequations are looked at only in the end."""
        if not self.is_checked:
            self.is_checked = True
            self.solution = solvable((*self.constraints, *self.ground.days), whole=self.ground.whole)
        return self.solution is not None

    def refute_inequations(self) -> bool:
        """True when certainly no numbers satisfy the constraints with their inequations."""
        try:
            return _refuted([*self.constraints, *self.ground.days], self.ground.whole, [_MAX_SPLITS])
        except TooManyRowsError:
            return False


def _refuted(constraints: list[Constraint], whole: frozenset[int], splits: list[int]) -> bool:
    """What is not empty and lies in no single hyperplane does not lie in several either; whole numbers may."""
    if solvable(constraints, whole=whole) is None:
        return True
    unequal = [each for each in constraints if each.relation is Relation.UNEQUAL]
    for each in unequal:
        if splits[0] <= 0:
            return False
        splits[0] -= 1
        rest = [other for other in constraints if other is not each]
        is_whole = all(quantity in whole for quantity, _ in each.terms)
        if is_whole:
            return all(_refuted([*rest, side], whole, splits) for side in each.sides())
        if all(solvable([*rest, side], whole=whole) is None for side in each.sides()):
            return True
    return False


def currencies_of(premises: Iterable[OneCurrency]) -> dict[int, str | None] | None:
    """The currency of each amount that has to share one; None when two currencies would have to be one."""
    groups: list[tuple[set[int], str | None]] = []
    for premise in premises:
        members, currency = set(premise.slots), premise.currency
        apart = []
        for others, other in groups:
            if not others & members:
                apart.append((others, other))
                continue
            if currency is not None and other not in {None, currency}:
                return None
            members |= others
            currency = currency or other
        groups = [*apart, (members, currency)]
    return {slot: currency for members, currency in groups for slot in members}


@dataclass(frozen=True, slots=True)
class TextGroup:
    """Texts that must be the same, with everything that is asked of them and the texts they must differ from."""

    slots: frozenset[int]
    asked: tuple[Asked, ...]
    unlike: frozenset[int]


def text_groups(facts: Facts) -> list[TextGroup] | None:
    """The texts by what must be the same; None when they certainly contradict each other."""
    groups: list[frozenset[int]] = [frozenset({slot}) for slot in facts.texts]
    for pair in facts.alike:
        both = {pair.left, pair.right} if pair.is_same else set()
        joined = [group for group in groups if group & both]
        groups = [group for group in groups if not group & both]
        groups += [frozenset(both).union(*joined)] if both else []
        groups += [frozenset({slot}) for slot in (pair.left, pair.right) if not any(slot in each for each in groups)]
    found = []
    for group in groups:
        asked = tuple(each for slot in sorted(group) for each in facts.texts.get(slot, ()))
        unlike = frozenset[int]()
        for pair in facts.alike:
            if not pair.is_same and (pair.left in group or pair.right in group):
                if pair.left in group and pair.right in group:
                    return None
                unlike |= {pair.right if pair.left in group else pair.left}
        if contradict(asked):
            return None
        found.append(TextGroup(slots=group, asked=asked, unlike=unlike))
    return found
