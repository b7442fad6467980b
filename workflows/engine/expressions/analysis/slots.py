"""What the conditions of one gateway speak about: the variables and fields they read, and what they compute from them.

Each is a slot with a number. A product or quotient of two variables is a slot of its own: nothing is claimed about
how it hangs together with its factors, so a proof that needs to know it is not found.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final

from workflows.engine.expressions.analysis.grids import DAY, SECOND, micros_since_epoch
from workflows.engine.expressions.checker import Typed
from workflows.engine.expressions.evaluation import build, constant_of
from workflows.engine.expressions.syntax import Arithmetic, Calculate, Literal, Negate, Reference
from workflows.engine.values import Duration, Money
from workflows.engine.variables import Kind, VariableType

_WHOLE: Final = frozenset({Kind.INTEGER, Kind.DATE, Kind.DATETIME, Kind.DURATION})
_NOTHING: Final[dict[str, object]] = {}


@dataclass(frozen=True, slots=True)
class Form:
    """A sum of slots with factors and a constant.

    Numbers and amounts as they are, dates as days from the year 1, moments and durations in microseconds. `amounts`
    are the money slots in it and `currency` the one of its constants: all of them must be of one currency. Those that
    a ratio of amounts has settled among themselves are kept apart.
    """

    terms: dict[int, Fraction] = field(default_factory=dict)
    constant: Fraction = Fraction()
    amounts: frozenset[int] = frozenset()
    currency: str | None = None
    settled: frozenset[tuple[frozenset[int], str | None]] = frozenset()

    def plus(self, other: Form, factor: int | Fraction = 1) -> Form:
        """This sum and `factor` times the other."""
        terms = dict(self.terms)
        for slot, share in other.terms.items():
            terms[slot] = terms.get(slot, Fraction()) + share * factor
        constant = self.constant + other.constant * factor
        amounts, settled = self.amounts | other.amounts, self.settled | other.settled
        return Form(terms, constant, amounts, self.currency or other.currency, settled)

    def times(self, factor: Fraction) -> Form:
        """The sum taken so many times."""
        terms = {slot: share * factor for slot, share in self.terms.items()}
        return Form(terms, self.constant * factor, self.amounts, self.currency, self.settled)


@dataclass(frozen=True, slots=True)
class Computed:
    """A product or quotient that is not linear, and what it is made of."""

    operator: Arithmetic
    left: Form
    right: Form


@dataclass(frozen=True, slots=True)
class Slot:
    """A variable or field (`path`), or something computed from several of them."""

    kind: Kind
    path: tuple[str, ...] = ()
    type: VariableType | None = None
    computed: Computed | None = None


class Slots:
    """The slots that were met so far, by what they stand for."""

    def __init__(self) -> None:
        self.known: list[Slot] = []
        self._numbers: dict[Hashable, int] = {}
        self._atoms: dict[Hashable, int] = {}
        self.truths: list[Hashable] = []

    @property
    def whole(self) -> frozenset[int]:
        """The slots that have whole numbers only."""
        return frozenset(
            number for number, slot in enumerate(self.known) if slot.kind in _WHOLE and slot.computed is None
        )

    def variable(self, path: tuple[str, ...], declared: VariableType) -> int:
        """The slot of a variable or a field."""
        return self._number(path, Slot(kind=declared.kind, path=path, type=declared))

    def atom(self, key: Hashable) -> int:
        """The number of a truth that is not looked into; `truths` says what it stands for."""
        if key not in self._atoms:
            self._atoms[key] = len(self.truths)
            self.truths.append(key)
        return self._atoms[key]

    def variables(self, tree: Typed) -> tuple[int, ...]:
        """The slots of every variable that a tree reads, each once."""
        found: dict[int, None] = {}
        rest = [tree]
        while rest:
            part = rest.pop()
            if isinstance(part.node, Reference) and part.type is not None:
                found[self.variable(part.node.path, part.type)] = None
            rest.extend(reversed(part.parts))
        return tuple(found)

    def form(self, tree: Typed) -> Form:
        """The sum that a number, amount, date, moment or duration comes to."""
        node = tree.node
        match node:
            case Literal():
                return _constant(constant_of(node))
            case Reference() if tree.type is not None:
                slot = self.variable(node.path, tree.type)
                unit = DAY if tree.type.kind is Kind.DATE else 1
                amounts = frozenset({slot}) if tree.type.kind is Kind.MONEY else frozenset[int]()
                return Form({slot: Fraction(unit)}, amounts=amounts)
            case Negate():
                return self.form(tree.parts[0]).times(Fraction(-1))
            case Calculate():
                return self._calculated(tree, node)
        raise AssertionError("only what has a size has a form")

    def _calculated(self, tree: Typed, node: Calculate) -> Form:
        if not self.variables(tree):
            return _constant(build(tree)(_NOTHING))
        left, right = (self.form(part) for part in tree.parts)
        match node.operator:
            case Arithmetic.ADD:
                return left.plus(right)
            case Arithmetic.SUBTRACT:
                return left.plus(right, -1)
            case Arithmetic.MULTIPLY if not right.terms:
                return left.times(right.constant)
            case Arithmetic.MULTIPLY if not left.terms:
                return right.times(left.constant)
        return self._computed(tree, node, left, right)

    def _computed(self, tree: Typed, node: Calculate, left: Form, right: Form) -> Form:
        """A quotient is rounded, hence never linear, and a product of two variables is not either."""
        if tree.kind is None:
            raise AssertionError("only a tree without type errors has a form")
        computed = Computed(operator=node.operator, left=left, right=right)
        terms = {self._number(node, Slot(kind=tree.kind, computed=computed)): Fraction(1)}
        both = left.plus(right)
        if tree.kind is Kind.MONEY:
            return Form(terms, amounts=both.amounts, currency=both.currency, settled=both.settled)
        return Form(terms, settled=both.settled | {(both.amounts, both.currency)})

    def _number(self, key: Hashable, slot: Slot) -> int:
        if key not in self._numbers:
            self._numbers[key] = len(self.known)
            self.known.append(slot)
        return self._numbers[key]


def _constant(value: object) -> Form:
    match value:
        case Money():
            return Form(constant=Fraction(value.amount), currency=value.currency)
        case Duration():
            return Form(constant=Fraction(_micros(value)))
        case datetime():
            return Form(constant=Fraction(micros_since_epoch(value)))
        case date():
            return Form(constant=Fraction(value.toordinal() * DAY))
        case int() | Decimal():
            return Form(constant=Fraction(value))
    raise AssertionError("only what has a size has a form")


def _micros(duration: Duration) -> int:
    total = duration.total()
    return (total.days * 86_400 + total.seconds) * SECOND + total.microseconds
