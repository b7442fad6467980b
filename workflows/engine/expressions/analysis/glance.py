"""A first glance at a condition that stands alone: most of them visibly go both ways, and need no proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from workflows.engine.expressions.checker import Typed
from workflows.engine.expressions.errors import EvaluationError
from workflows.engine.expressions.evaluation import constant_of
from workflows.engine.expressions.language import Condition
from workflows.engine.expressions.syntax import Literal
from workflows.engine.values import Duration, Money, money_of
from workflows.engine.variables import Kind, VariableType

_ROUNDS: Final = 6
_DAY: Final = date(2026, 1, 1)
_MOMENT: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Constants:
    """What a condition names, and sizes around it."""

    texts: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=lambda: [1, 1000])
    currency: str = "CNY"

    def add(self, tree: Typed) -> None:
        if isinstance(tree.node, Literal):
            match constant_of(tree.node):
                case str() as text:
                    self.texts.append(text)
                case Money() as money:
                    self.currency = money.currency
                    self.sizes += [int(money.amount) - 1, int(money.amount) + 1]
                case Decimal() as number:
                    self.sizes += [int(number) - 1, int(number) + 1]
        for part in tree.parts:
            self.add(part)


def goes_both_ways(condition: Condition) -> bool:
    """Whether inputs in which nothing is missing make it true and make it false. False says nothing."""
    constants = _Constants()
    constants.add(condition.expression.tree)
    constants.texts.append("other")
    types = list(condition.expression.types.items())
    outcomes: set[Any] = set()
    for turn in range(_ROUNDS):
        values = {name: _value(declared, turn + place, constants) for place, (name, declared) in enumerate(types)}
        try:
            outcomes.add(condition.decide_decoded(values))
        except EvaluationError:
            continue
        if {True, False} <= outcomes:
            return True
    return False


def _value(declared: VariableType, turn: int, constants: _Constants) -> Any:  # noqa: PLR0911 - one case per kind
    size = _turned(constants.sizes, turn)
    match declared.kind:
        case Kind.TEXT:
            return _turned(constants.texts, turn)
        case Kind.INTEGER:
            return size
        case Kind.DECIMAL:
            return Decimal(size)
        case Kind.MONEY:
            return money_of(Decimal(size), constants.currency)
        case Kind.BOOLEAN:
            return turn % 2 == 0
        case Kind.DATE:
            return _DAY + timedelta(days=turn)
        case Kind.DATETIME:
            return _MOMENT + timedelta(hours=turn)
        case Kind.DURATION:
            return Duration(days=turn)
        case Kind.RECORD:
            return {each.name: _value(each.type, turn, constants) for each in declared.fields}
    return ()


def _turned(values: Sequence[Any], turn: int) -> Any:
    return values[turn % len(values)]
