"""What a decision table comes to: the rules that hold, and what its hit policy makes of them, as DMN says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, reduce
from typing import Any, assert_never

from workflows.engine.expressions.errors import EvaluationError
from workflows.engine.expressions.evaluation import adding, computed
from workflows.engine.expressions.explanation import shown
from workflows.engine.expressions.language import Condition, DecodedAtAccess, Expression
from workflows.engine.json_values import decode
from workflows.engine.node_type import Continue, Fail
from workflows.engine.results import kept
from workflows.engine.state import Json
from workflows.engine.values import Duration, ValueMismatch
from workflows.engine.variables import Variable, VariableType


class HitPolicy(StrEnum):
    """How many rules may hold at once, and which of them count."""

    UNIQUE = "unique"  # at most one holds
    FIRST = "first"  # of those that hold the first counts
    ANY = "any"  # several may hold, all with the same results
    COLLECT = "collect"  # all that hold count


class Aggregation(StrEnum):
    """What becomes of the results that a table collects for one variable. A result that is null is left out."""

    LIST = "list"  # all of them, in the order of the rules
    SUM = "sum"
    MIN = "min"
    MAX = "max"
    COUNT = "count"  # how many there are


Row = tuple[Expression, ...]  # a result for each variable
Values = Mapping[str, Json]
Said = tuple[str, Json, str]  # a variable, what it becomes, and how that came about


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A condition, and the results when it holds. `number` counts from 1."""

    number: int
    condition: Condition
    results: Row


@dataclass(frozen=True, kw_only=True)
class Table:
    """A compiled decision table. `otherwise` holds the results when no rule does; None when that must not happen."""

    hit_policy: HitPolicy
    variables: tuple[Variable, ...]
    aggregations: tuple[Aggregation, ...]
    rules: tuple[Rule, ...]
    otherwise: Row | None

    def decide(self, values: Values) -> Continue | Fail:
        """Set every variable, or none: a table that does not decide is an incident."""
        try:
            return self._decided(values)
        except EvaluationError as error:
            return Fail(code=error.code, message=error.message, params=error.params)
        except ValueMismatch as mismatch:
            return Fail(
                code="decision_table.result_unfit",
                message=f"Expected {mismatch.expected} for {mismatch.path}, found {mismatch.found}.",
                params={"variable": mismatch.path, "expected": mismatch.expected, "found": mismatch.found},
            )

    def may_clash(self, earlier: int, later: int) -> bool:
        """Whether two rules could break the hit policy by holding at once."""
        if self.hit_policy is not HitPolicy.ANY:
            return self.hit_policy is HitPolicy.UNIQUE
        one, other = self.rules[earlier].results, self.rules[later].results
        return any(a.text != b.text for a, b in zip(one, other, strict=True))

    def clashes(self, earlier: int, later: int, values: Values) -> bool:
        """Whether two rules that both hold on these values break the hit policy there."""
        if self.hit_policy is HitPolicy.UNIQUE:
            return True
        try:
            return isinstance(self._agreed((self.rules[earlier], self.rules[later]), values), Fail)
        except (EvaluationError, ValueMismatch):
            return False

    def _decided(self, values: Values) -> Continue | Fail:
        hits = self._hits(values)
        numbers = [rule.number for rule in hits]
        if self.hit_policy is HitPolicy.UNIQUE and len(hits) > 1:
            return Fail(
                code="decision_table.several_rules", params={"rules": numbers},
                message=f"Expected one rule that holds, found rules {_listed(numbers)}.",
            )  # fmt: skip
        if hits:
            said = self._collected(hits, values) if self.hit_policy is HitPolicy.COLLECT else self._agreed(hits, values)
        elif self.otherwise is not None:
            said = self._row(self.otherwise, values)
        else:
            return Fail(code="decision_table.no_rule", message="Expected a rule that holds, found none.")
        if isinstance(said, Fail):
            return said
        return Continue(
            output={name: result for name, result, _ in said},
            why={
                "rules": [{"rule": rule.number, "because": rule.condition.explain(values)} for rule in hits],
                "assigned": [{"variable": name, "because": because} for name, _, because in said],
            },
        )

    def _hits(self, values: Values) -> tuple[Rule, ...]:
        """The rules that hold and count. A condition that is unknown, for a value is missing, does not hold."""
        found: list[Rule] = []
        decoded = DecodedAtAccess(values, *self._reading)
        for rule in self.rules:
            if rule.condition.decide_decoded(decoded) is True:
                found.append(rule)
                if self.hit_policy is HitPolicy.FIRST:
                    break
        return tuple(found)

    @cached_property
    def _reading(self) -> tuple[dict[str, VariableType], dict[str, tuple[int, int]]]:
        """What all rules read, so that each value is decoded once for them all."""
        read = [rule.condition.expression for rule in self.rules]
        types = {name: kind for each in read for name, kind in each.types.items()}
        return types, {name: place for each in read for name, place in each.places.items()}

    def _row(self, results: Row, values: Values) -> list[Said]:
        return [
            (variable.name, kept(variable, result.value(values)), result.explain(values))
            for variable, result in zip(self.variables, results, strict=True)
        ]

    def _agreed(self, hits: Sequence[Rule], values: Values) -> list[Said] | Fail:
        """The results of the first rule, which are those of every other."""
        said = self._row(hits[0].results, values)
        for other in hits[1:]:
            for variable, one, another in zip(self.variables, said, self._row(other.results, values), strict=True):
                if not _is_same(decode(variable.type, one[1]), decode(variable.type, another[1])):
                    return Fail(
                        code="decision_table.rules_disagree",
                        message=f"Expected one value for {variable.name}, "
                        f"found different ones in rules {hits[0].number} and {other.number}.",
                        params={"variable": variable.name, "rules": [hits[0].number, other.number]},
                    )
        return said

    def _collected(self, hits: Sequence[Rule], values: Values) -> list[Said]:
        said: list[Said] = []
        for place, (variable, aggregation) in enumerate(zip(self.variables, self.aggregations, strict=True)):
            results = [rule.results[place].value(values) for rule in hits]
            there = [result for result in results if result is not None]
            gathered = _aggregated(there, aggregation, variable)
            because = f"{aggregation}({', '.join(map(shown, there))}) → {shown(gathered)}"
            said.append((variable.name, kept(variable, gathered), because))
        return said


def _aggregated(results: Sequence[Any], aggregation: Aggregation, variable: Variable) -> Any:
    """What the results come to; of none there is no sum, no smallest and no largest."""
    if aggregation is Aggregation.LIST:
        return tuple(results)
    if aggregation is Aggregation.COUNT:
        return len(results)
    if not results:
        return None
    match aggregation:
        case Aggregation.SUM:
            return computed(lambda: reduce(adding(variable.type.kind), results))
        case Aggregation.MIN:
            return computed(lambda: min(results, key=_size))
        case Aggregation.MAX:
            return computed(lambda: max(results, key=_size))
    assert_never(aggregation)


def _size(value: Any) -> Any:
    return value.total() if isinstance(value, Duration) else value


def _is_same(one: Any, other: Any) -> bool:
    """Whether two results are equal as conditions see it: a day is 24 hours."""
    return bool(_size(one) == _size(other))


def _listed(numbers: Sequence[int]) -> str:
    *most, last = map(str, numbers)
    return f"{', '.join(most)} and {last}" if most else last
