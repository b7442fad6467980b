"""What is to be said about the branches of a gateway of which the first true one is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, Final, Protocol

from workflows.engine.expressions.analysis.facts import Ground, ground_of
from workflows.engine.expressions.analysis.inputs import Decided, Inputs, Outcome, samples
from workflows.engine.expressions.analysis.linear import Constraint, Relation
from workflows.engine.expressions.analysis.meaning import ALWAYS, All, AnyOf, Formula, Presence, Verdict, meaning
from workflows.engine.expressions.analysis.models import PLAIN_CURRENCY, Maker
from workflows.engine.expressions.analysis.search import Budget, Search, Silence
from workflows.engine.expressions.analysis.second_opinion import SecondOpinion
from workflows.engine.expressions.analysis.slots import Slots
from workflows.engine.expressions.analysis.smt_solver import installed_solver
from workflows.engine.expressions.checker import Typed
from workflows.engine.expressions.errors import EvaluationError
from workflows.engine.expressions.language import Condition
from workflows.engine.expressions.syntax import Empty, Literal
from workflows.engine.values import Money

# Units of Budget: what one question, and what a whole gateway, may cost. A gateway takes 50 ms where all is decided.
WORK_EACH: Final = 1_500
WORK_TOTAL: Final = 8_000


class FindingKind(StrEnum):
    """What can be found."""

    ALWAYS_TRUE = "always_true"  # the condition is true whatever the values are
    TRUE_UNLESS_MISSING = "true_unless_missing"  # true for all values; only a missing one keeps it from being so
    ALWAYS_FALSE = "always_false"  # the condition is never true
    DEAD_BRANCH = "dead_branch"  # it can be true, but then an earlier branch is taken
    GAP = "gap"  # no branch is taken, and there is no other way
    GAP_IF_MISSING = "gap_if_missing"  # the same, but only where a value is missing
    GAP_AT_BOUNDARY = "gap_at_boundary"  # values fall between the branches only where two of them meet
    OTHERWISE_UNREACHABLE = "otherwise_unreachable"  # some branch is always taken
    OTHERWISE_ONLY_MISSING = "otherwise_only_missing"  # `otherwise` is left for missing values
    OVERLAP = "overlap"  # two branches are true at once; the first is taken
    UNKNOWN = "unknown"  # a question that was neither proven nor refuted


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something about `branch` (None: about all), beside `other`.

    `witness` is an input, JSON by variable name, that shows it: each condition was really decided on it. `question`
    says what is unknown. `is_nested`: wherever the earlier of two overlapping branches is true, the later one is.
    """

    kind: FindingKind
    branch: int | None = None
    other: int | None = None
    witness: Mapping[str, Any] | None = None
    question: FindingKind | None = None
    is_nested: bool = False

    @property
    def is_crossing(self) -> bool:
        """Whether two branches overlap and neither is a special case of the other."""
        return self.kind is FindingKind.OVERLAP and not self.is_nested


Wanted = Mapping[int, Verdict]


def analyse(conditions: Sequence[Condition], *, has_otherwise: bool) -> tuple[Finding, ...]:
    """Everything there is to say about branches in the order in which they are asked."""
    try:
        analysis = Analysis.of(conditions)
    except EvaluationError:
        # Constants that fail when they are computed: such a condition fails on every input that reaches it.
        return (Finding(kind=FindingKind.UNKNOWN),)
    return tuple(analysis.findings(has_otherwise=has_otherwise))


class NoneHolds(Protocol):
    """Looks for an input on which no condition is true, with `is_complete` only among those that miss nothing."""

    def __call__(self, *, is_complete: bool) -> Decided | Silence: ...


@dataclass(slots=True)
class Analysis:
    """The questions about some conditions, which share their work and a budget for it."""

    inputs: Inputs
    formulas: Mapping[Verdict, tuple[Formula, ...]]
    slots: Slots
    maker: Maker
    ground: Ground
    present: tuple[Formula, ...]
    left: int
    second: SecondOpinion | None
    never: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, conditions: Sequence[Condition], *, work: int = WORK_TOTAL) -> Analysis:
        """Raises EvaluationError when constants fail as soon as they are computed."""
        slots = Slots()
        trees = [condition.expression.tree for condition in conditions]
        formulas = {
            verdict: tuple(meaning(tree, verdict, slots) for tree in trees)
            for verdict in (Verdict.TRUE, Verdict.NOT_TRUE)
        }
        read = dict.fromkeys(slot for tree in trees for slot in slots.variables(tree))
        amounts = (each for tree in trees for each in _amounts(tree))
        maker = Maker(slots, next((amount.currency for amount in amounts), PLAIN_CURRENCY))
        solver = installed_solver()
        inputs = Inputs(conditions, [slots.known[slot].path for slot in read])
        for values in samples(slots, maker):
            inputs.decide(values)
        present = tuple(Presence(slot, is_there=True) for slot in read)
        return cls(
            inputs=inputs, formulas=formulas, slots=slots, maker=maker, ground=ground_of(slots), present=present,
            left=work, second=None if solver is None else SecondOpinion(solver, trees, maker.currency),
        )  # fmt: skip

    def findings(self, *, has_otherwise: bool) -> Iterator[Finding]:
        """About branches of which the first true one is taken."""
        for branch in range(len(self.inputs.conditions)):
            yield from self._of_branch(branch)
        none = dict.fromkeys(range(len(self.inputs.conditions)), Verdict.NOT_TRUE)
        yield from self.of_all(partial(self.find, none), has_otherwise=has_otherwise)
        yield from self._overlaps()

    def _of_branch(self, branch: int) -> Iterator[Finding]:
        true = self.ever(branch)
        if isinstance(true, Finding):
            yield true
            return
        yield from self._whether_always(branch, true)
        if branch > 0:
            first = self.find({branch: Verdict.TRUE} | dict.fromkeys(range(branch), Verdict.NOT_TRUE))
            yield from self.behind(branch, true, first)

    def ever(self, branch: int) -> Decided | Finding:
        """An input on which the condition is true, else what is to be said about that."""
        true = self.find({branch: Verdict.TRUE})
        if isinstance(true, Decided):
            return true
        if true is Silence.UNKNOWN:
            return Finding(kind=FindingKind.UNKNOWN, branch=branch, question=FindingKind.ALWAYS_FALSE)
        self.never.add(branch)
        witness = self.find({branch: Verdict.NOT_TRUE})
        return Finding(kind=FindingKind.ALWAYS_FALSE, branch=branch, witness=_values(witness))

    def behind(self, branch: int, true: Decided, first: Decided | Silence) -> Iterator[Finding]:
        """Whether an earlier one is always taken before: on `true` it is true, on `first` none before it is as well."""
        if first is Silence.UNKNOWN:
            yield Finding(kind=FindingKind.UNKNOWN, branch=branch, question=FindingKind.DEAD_BRANCH)
        elif first is Silence.IMPOSSIBLE:
            self.never.add(branch)
            shown = self._seen(lambda each: each.outcome(branch) is True and each.takes() is not None) or true
            yield Finding(
                kind=FindingKind.DEAD_BRANCH, branch=branch, other=shown.takes(), witness=shown.values
            )  # fmt: skip

    def _whether_always(self, branch: int, true: Decided) -> Iterator[Finding]:
        other = self.find({branch: Verdict.NOT_TRUE})
        if other is Silence.IMPOSSIBLE:
            yield Finding(kind=FindingKind.ALWAYS_TRUE, branch=branch, witness=true.values)
        elif other is Silence.UNKNOWN:
            yield Finding(kind=FindingKind.UNKNOWN, branch=branch, question=FindingKind.ALWAYS_TRUE)
        elif not other.is_complete and not _asks_for_null(self.inputs.conditions[branch].expression.tree):
            # A condition that asks whether something is missing means the difference.
            complete = self.find({branch: Verdict.NOT_TRUE}, is_complete=True)
            if complete is Silence.IMPOSSIBLE:
                yield Finding(kind=FindingKind.TRUE_UNLESS_MISSING, branch=branch, witness=other.values)
            elif complete is Silence.UNKNOWN:
                yield Finding(kind=FindingKind.UNKNOWN, branch=branch, question=FindingKind.TRUE_UNLESS_MISSING)

    def of_all(self, none: NoneHolds, *, has_otherwise: bool) -> Iterator[Finding]:
        """What is left when no condition is true: `none` looks for that, if so told where nothing is missing."""
        complete = none(is_complete=True)
        if isinstance(complete, Decided):
            yield from self._of_hole(complete, has_otherwise=has_otherwise)
            return
        missing = none(is_complete=False)
        if isinstance(missing, Decided):
            only = FindingKind.OTHERWISE_ONLY_MISSING if has_otherwise else FindingKind.GAP_IF_MISSING
            if complete is Silence.IMPOSSIBLE:
                yield Finding(kind=only, witness=missing.values)
            elif has_otherwise:
                yield Finding(kind=FindingKind.UNKNOWN, question=only)
            else:
                yield Finding(kind=FindingKind.GAP, witness=missing.values)
        elif missing is Silence.UNKNOWN:
            question = FindingKind.OTHERWISE_UNREACHABLE if has_otherwise else FindingKind.GAP
            yield Finding(kind=FindingKind.UNKNOWN, question=question)
        elif has_otherwise:
            taken = self._seen(lambda each: each.takes() is not None)
            yield Finding(kind=FindingKind.OTHERWISE_UNREACHABLE, witness=None if taken is None else taken.values)

    def _of_hole(self, hole: Decided, *, has_otherwise: bool) -> Iterator[Finding]:
        if not has_otherwise:
            yield Finding(kind=FindingKind.GAP, witness=hole.values)
        elif len(self.inputs.conditions) > 1 and self._is_only_boundary():
            yield Finding(kind=FindingKind.GAP_AT_BOUNDARY, witness=hole.values)

    def _is_only_boundary(self) -> bool:
        """Whether nothing is left to `otherwise` once every `<` were `<=`."""
        inside = [_inside(formula) for formula in self.formulas[Verdict.NOT_TRUE]]
        return self._search([*self.present, *inside], None) is Silence.IMPOSSIBLE

    def _overlaps(self) -> Iterator[Finding]:
        """For each branch the nearest one before it that it crosses, else the nearest that lies inside it."""
        alive = [branch for branch in range(len(self.inputs.conditions)) if branch not in self.never]
        inside: dict[int, set[int]] = {branch: set() for branch in alive}
        for place, later in enumerate(alive):
            found: list[Finding] = []
            for earlier in reversed(alive[:place]):
                if any(earlier in inside[each] for each in inside[later]):
                    continue  # what lies inside something that lies inside does not cross
                for finding in self._overlap(earlier, later):
                    found.append(finding)
                    inside[later] |= {earlier} if finding.is_nested else set()
                if found and found[-1].is_crossing:
                    break
            yield from ([each for each in found if each.is_crossing] or found)[:1]
            if self.left <= 0:
                if later != alive[-1]:
                    yield Finding(kind=FindingKind.UNKNOWN, question=FindingKind.OVERLAP)
                return

    def _overlap(self, earlier: int, later: int) -> tuple[Finding, ...]:
        both = self.find({earlier: Verdict.TRUE, later: Verdict.TRUE})
        if both is Silence.IMPOSSIBLE:
            return ()
        apart = self.find({earlier: Verdict.TRUE, later: Verdict.NOT_TRUE}) if isinstance(both, Decided) else both
        if not isinstance(both, Decided) or apart is Silence.UNKNOWN:
            return (Finding(kind=FindingKind.UNKNOWN, branch=later, other=earlier, question=FindingKind.OVERLAP),)
        nested = apart is Silence.IMPOSSIBLE
        return (Finding(kind=FindingKind.OVERLAP, branch=later, other=earlier, witness=both.values, is_nested=nested),)

    def find(
        self, wanted: Wanted, *, is_complete: bool = False, by: Sequence[Formula] | None = None
    ) -> Decided | Silence:
        """An input on which the conditions come out so, decided by the evaluator.

        `by` are formulas that make sure of it, where the caller knows shorter ones than those of the conditions.
        """

        def missed(decided: Decided) -> frozenset[int]:
            answers = ((branch, _answers(decided.outcome(branch), verdict)) for branch, verdict in wanted.items())
            return frozenset(branch for branch, is_right in answers if not is_right)

        def fits(decided: Decided) -> bool:
            answers = (_answers(decided.outcome(branch), verdict) for branch, verdict in wanted.items())
            return (decided.is_complete or not is_complete) and all(answers)

        def accept(values: dict[str, Any]) -> Decided | frozenset[int]:
            decided = self.inputs.decide(values)
            if fits(decided):
                return decided
            return missed(decided) if by is None else frozenset()

        seen = self._seen(fits)
        self.left -= 1 + len(self.inputs.tried) // 20
        if seen is not None:
            return seen
        goals: list[Formula] = [ALWAYS] * len(self.inputs.conditions)
        for branch, verdict in wanted.items():
            goals[branch] = self.formulas[verdict][branch]
        found: Decided | Silence = Silence.UNKNOWN
        if self.left > 0:
            found = self._search([*(goals if by is None else by), *(self.present if is_complete else ())], accept)
        return self._asked(wanted, fits, is_complete=is_complete) if found is Silence.UNKNOWN else found

    def _asked(self, wanted: Wanted, fits: Callable[[Decided], bool], *, is_complete: bool) -> Decided | Silence:
        """What the solver knows of a question that was left open; what it proposes is decided on before it counts."""
        if self.second is None:
            return Silence.UNKNOWN
        proposed = self.second.inputs(wanted, is_complete=is_complete)
        if isinstance(proposed, Silence):
            return proposed
        shown = (decided for decided in map(self.inputs.decide, proposed) if fits(decided))
        return next(shown, Silence.UNKNOWN)

    def excludes(self, formulas: Sequence[Formula], *, is_complete: bool) -> bool:
        """Whether it is proven that no input meets all of them."""
        self.left -= 1
        asked = [*formulas, *(self.present if is_complete else ())]
        return self.left > 0 and self._search(asked, None) is Silence.IMPOSSIBLE

    def _seen(self, fits: Callable[[Decided], bool]) -> Decided | None:
        """An input tried before; one in which nothing is missing if there is one."""
        partial = None
        for each in self.inputs.tried:
            if (each.is_complete or partial is None) and fits(each):
                if each.is_complete:
                    return each
                partial = each
        return partial

    def _search(
        self, formulas: Sequence[Formula], accept: Callable[[dict[str, Any]], Decided | frozenset[int]] | None
    ) -> Decided | Silence:
        given = min(WORK_EACH, self.left)
        budget = Budget(given)
        answer = Search(self.ground, self.maker.inputs, accept, budget).answer(formulas)
        self.left -= given - budget.left
        return answer


def _answers(outcome: Outcome, verdict: Verdict) -> bool:
    return outcome is True if verdict is Verdict.TRUE else outcome is False or outcome is None


def _values(found: Decided | Silence) -> Mapping[str, Any] | None:
    return found.values if isinstance(found, Decided) else None


def _amounts(tree: Typed) -> Iterator[Money]:
    if isinstance(tree.node, Literal) and isinstance(tree.node.value, Money):
        yield tree.node.value
    for part in tree.parts:
        yield from _amounts(part)


def _asks_for_null(tree: Typed) -> bool:
    return isinstance(tree.node, Empty) or any(_asks_for_null(part) for part in tree.parts)


def _inside(formula: Formula) -> Formula:
    """The same without its boundaries: at most becomes below."""
    match formula:
        case All():
            return All(tuple(_inside(part) for part in formula.parts))
        case AnyOf():
            return AnyOf(tuple(_inside(part) for part in formula.parts))
        case Constraint() if formula.relation is Relation.AT_MOST:
            return Constraint(formula.terms, Relation.BELOW, formula.bound)
    return formula
