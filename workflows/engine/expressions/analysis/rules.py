"""What is to be said about the rules of a decision table: conditions made of tests that stand in columns.

That no rule holds is looked for column by column: which tests of a column can be met together splits its values into
few parts, and each part leaves few rules for the next column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from workflows.engine.expressions.analysis.findings import Analysis, Finding, FindingKind
from workflows.engine.expressions.analysis.inputs import Decided
from workflows.engine.expressions.analysis.meaning import Formula, Verdict, meaning
from workflows.engine.expressions.analysis.search import Silence
from workflows.engine.expressions.errors import EvaluationError
from workflows.engine.expressions.evaluation import constant_of
from workflows.engine.expressions.language import Condition
from workflows.engine.expressions.syntax import Compare, Comparison, ListOf, Literal, Member, Membership
from workflows.engine.values import Duration

# Units of Budget for a whole table; it takes half a second where all of it is used.
WORK_TABLE: Final = 16_000

Pair = Callable[[int, int], bool]
Clash = Callable[[int, int, Mapping[str, Any]], bool]
Tests = tuple[Condition | None, ...]  # of one rule, by column; None where anything will do


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """A rule: its condition as a whole, which is decided on, and the tests that it is made of."""

    condition: Condition
    tests: Tests


def analyse_rules(
    rules: Sequence[Ruled], *, in_order: bool, apart: Pair, clash: Clash, has_otherwise: bool
) -> tuple[Finding, ...]:
    """Rules that never hold, what is left when none holds, and rules that hold together and must not.

    With `in_order` the first rule that holds is taken, so a later one may be dead. Two rules that are to be kept
    `apart` overlap where both hold on an input on which they `clash`.
    """
    try:
        analysis = Analysis.of([rule.condition for rule in rules], work=WORK_TABLE)
        columns = _Columns(analysis, rules)
        return tuple(columns.findings(in_order=in_order, apart=apart, clash=clash, has_otherwise=has_otherwise))
    except EvaluationError:
        # Constants that fail when they are computed: such a rule fails on every input that reaches it.
        return (Finding(kind=FindingKind.UNKNOWN),)


@dataclass(frozen=True, slots=True)
class _Question:
    """What an input is looked for that meets it."""

    wanted: Mapping[int, Verdict]
    is_complete: bool


Asked = tuple[Condition, Verdict]  # a test, and how it is to come out
Way = tuple[Asked, ...]


@dataclass(slots=True)
class _Columns:
    """The questions about one table. What is known about a test, or about two of them, is remembered."""

    analysis: Analysis
    rules: Sequence[Ruled]
    formulas: dict[tuple[str, Verdict], Formula] = field(default_factory=dict)
    apart: dict[tuple[str, Verdict, str, Verdict, bool], bool] = field(default_factory=dict)

    def findings(self, *, in_order: bool, apart: Pair, clash: Clash, has_otherwise: bool) -> Iterator[Finding]:
        every = range(len(self.rules))
        for rule in every:
            true = self.analysis.ever(rule)
            if isinstance(true, Finding):
                yield true
            elif in_order and rule > 0:
                yield from self.analysis.behind(rule, true, self._none(every[:rule], beside=rule))
        yield from self.analysis.of_all(partial(self._none, every), has_otherwise=has_otherwise)
        yield from self._clashes(apart, clash)

    def _none(self, rules: Sequence[int], *, beside: int | None = None, is_complete: bool = False) -> Decided | Silence:
        """An input on which none of these rules holds, and the one beside them does."""
        wanted = dict.fromkeys(rules, Verdict.NOT_TRUE) | ({} if beside is None else {beside: Verdict.TRUE})
        tests = () if beside is None else self.rules[beside].tests
        given = [self._formula(test, Verdict.TRUE) for test in tests if test is not None]
        return self._walk(_Question(wanted, is_complete), 0, rules, given)

    def _walk(
        self, question: _Question, column: int, rules: Sequence[int], formulas: Sequence[Formula]
    ) -> Decided | Silence:
        """The same from a column on, for the rules that hold as far as the columns before it go."""
        if not rules:
            return self.analysis.find(question.wanted, is_complete=question.is_complete, by=formulas)
        if any(all(test is None for test in self.rules[rule].tests[column:]) for rule in rules):
            return Silence.IMPOSSIBLE  # that rule holds whatever the rest is
        tests = {rule: self.rules[rule].tests[column] for rule in rules}
        distinct = {test.text: test for test in tests.values() if test is not None}
        unknown = False
        for way in self._ways(list(distinct.values()), (), is_complete=question.is_complete):
            met = {test.text for test, verdict in way if verdict is Verdict.TRUE}
            left = [rule for rule, test in tests.items() if test is None or test.text in met]
            found = self._walk(question, column + 1, left, [*formulas, *(self._formula(*asked) for asked in way)])
            if isinstance(found, Decided):
                return found
            unknown = unknown or found is Silence.UNKNOWN
        return Silence.UNKNOWN if unknown or self.analysis.left <= 0 else Silence.IMPOSSIBLE

    def _ways(self, tests: Sequence[Condition], way: Way, *, is_complete: bool) -> Iterator[Way]:
        """How the tests of a column may come out together, as far as two of them tell. One that cannot be met beside
        another that is met is not mentioned.
        """
        self.analysis.left -= 1
        if not tests or self.analysis.left <= 0:
            yield way
            return
        test, *others = tests
        met, not_met = (test, Verdict.TRUE), (test, Verdict.NOT_TRUE)
        if not any(self._exclude(one, met, is_complete=is_complete) for one in way):
            rest = [other for other in others if not self._exclude(met, (other, Verdict.TRUE), is_complete=is_complete)]
            yield from self._ways(rest, (*way, met), is_complete=is_complete)
        if not any(self._exclude(one, not_met, is_complete=is_complete) for one in way):
            yield from self._ways(others, (*way, not_met), is_complete=is_complete)

    def _exclude(self, one: Asked, other: Asked, *, is_complete: bool) -> bool:
        """Whether it is proven that two tests cannot come out so together."""
        glance = _at_a_glance(one, other)
        if glance is not None:
            return glance
        key = (one[0].text, one[1], other[0].text, other[1], is_complete)
        if key not in self.apart:
            formulas = [self._formula(*one), self._formula(*other)]
            self.apart[key] = self.analysis.excludes(formulas, is_complete=is_complete)
        return self.apart[key]

    def _formula(self, test: Condition, verdict: Verdict) -> Formula:
        key = (test.text, verdict)
        if key not in self.formulas:
            self.formulas[key] = meaning(test.expression.tree, verdict, self.analysis.slots)
        return self.formulas[key]

    def _clashes(self, apart: Pair, clash: Clash) -> Iterator[Finding]:
        """For each rule the nearest one before it that it clashes with."""
        alive = [rule for rule in range(len(self.rules)) if rule not in self.analysis.never]
        for place, later in enumerate(alive):
            if self.analysis.left <= 0:
                yield Finding(kind=FindingKind.UNKNOWN, question=FindingKind.OVERLAP)
                return
            doubt: int | None = None
            for earlier in reversed(alive[:place]):
                if not apart(earlier, later) or self._differ(earlier, later):
                    continue
                both = self.analysis.find({earlier: Verdict.TRUE, later: Verdict.TRUE})
                if isinstance(both, Decided) and clash(earlier, later, both.values):
                    yield Finding(kind=FindingKind.OVERLAP, branch=later, other=earlier, witness=both.values)
                    break
                if both is not Silence.IMPOSSIBLE:
                    doubt = earlier
            else:
                if doubt is not None:
                    yield Finding(
                        kind=FindingKind.UNKNOWN, branch=later, other=doubt, question=FindingKind.OVERLAP
                    )  # fmt: skip

    def _differ(self, earlier: int, later: int) -> bool:
        """Whether one column alone keeps two rules from holding at once."""
        pairs = zip(self.rules[earlier].tests, self.rules[later].tests, strict=True)
        return any(
            self._exclude((one, Verdict.TRUE), (other, Verdict.TRUE), is_complete=False)
            for one, other in pairs
            if one is not None and other is not None and one.text != other.text
        )


def _at_a_glance(one: Asked, other: Asked) -> bool | None:
    """The same for two tests for constants of one subject, by the constants alone; None when that does not tell."""
    first, second = _constants(one[0]), _constants(other[0])
    if first is None or second is None:
        return None
    match one[1] is Verdict.TRUE, other[1] is Verdict.TRUE:
        case True, True:
            return first.isdisjoint(second)
        case True, False:
            return first <= second
        case False, True:
            return second <= first
    return None if isinstance(next(iter(first)), bool) else False  # there are more values than two lists name


def _constants(test: Condition) -> frozenset[Any] | None:
    """The values that a test is met by, when it names them all."""
    match test.expression.tree.node:
        case Compare(operator=Comparison.EQUAL, right=Literal() as constant):
            return frozenset({_known(constant)})
        case Member(operator=Membership.IN, negated=False, right=ListOf(items=items)):
            return frozenset(_known(item) for item in items if isinstance(item, Literal))
    return None


def _known(constant: Literal) -> Any:
    value = constant_of(constant)
    return value.total() if isinstance(value, Duration) else value
