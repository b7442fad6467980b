"""What is found about a decision table before anyone runs it, for the person who draws it: each time with values that
show it, which the evaluator itself has decided on.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from workflows.engine.decisions import HitPolicy, Table
from workflows.engine.expressions.analysis.findings import Finding, FindingKind
from workflows.engine.expressions.analysis.problems import example_of, signature
from workflows.engine.expressions.analysis.rules import Ruled, Tests, analyse_rules
from workflows.engine.node_type import Problem
from workflows.engine.state import Json

_REMEMBERED: Final = 256  # tables; a draft is checked again at every keystroke

_SENTENCES: Final = {
    FindingKind.ALWAYS_FALSE: ("never_holds", "Expected a rule that holds for some values, found one that never does."),
    FindingKind.DEAD_BRANCH: (
        "never_first",
        "Expected values for which this rule comes first, found that an earlier one always holds as well.",
    ),
    FindingKind.OVERLAP: ("overlap", "Expected one rule to hold at a time, found values for which two do."),
    FindingKind.GAP: ("gap", "Expected a rule for all values, found some for which none holds."),
    FindingKind.GAP_IF_MISSING: ("gap_if_missing", "Expected a rule for missing values as well, found none."),
    FindingKind.GAP_AT_BOUNDARY: (
        "gap_at_boundary",
        "Expected the rules to meet, found that a value right between them is left to otherwise.",
    ),
    FindingKind.OTHERWISE_UNREACHABLE: (
        "otherwise_unreachable",
        "Expected values that are left to otherwise, found none: a rule always holds.",
    ),
    FindingKind.UNKNOWN: (
        "undecided",
        "Expected to know which values which rules hold for, found a question that could not be decided.",
    ),
}
_DISAGREEMENT: Final = (
    "disagreement",
    "Expected the same results from rules that hold at once, found values for which they differ.",
)


def table_findings(table: Table, tests: tuple[Tests, ...]) -> tuple[Problem, ...]:
    """About a table whose rules are made of these tests: errors where its hit policy is broken, warnings about rules
    that do nothing and values that no rule is for.

    `params` hold what a sentence needs: `rule` and `other` count from 1, `witness` is an input as JSON by variable,
    `example` the same to be read.
    """
    return _problems(_Drawn.of(table, tests))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A table by all that findings depend on: its texts, and the types of what they read."""

    texts: tuple[Any, ...]
    types: tuple[Any, ...]
    table: Table = field(compare=False)
    tests: tuple[Tests, ...] = field(compare=False)

    @classmethod
    def of(cls, table: Table, tests: tuple[Tests, ...]) -> "_Drawn":
        read = [each for rule in table.rules for each in (rule.condition.expression, *rule.results)]
        types = {name: signature(declared) for each in read for name, declared in each.types.items()}
        kept = [(variable.name, signature(variable.type)) for variable in table.variables]
        rules = [(rule.condition.text, *(result.text for result in rule.results)) for rule in table.rules]
        texts = (table.hit_policy, table.otherwise is None, *rules)
        return cls(texts=texts, types=(*kept, *types.items()), table=table, tests=tests)


@lru_cache(maxsize=_REMEMBERED)
def _problems(drawn: _Drawn) -> tuple[Problem, ...]:
    table = drawn.table
    findings = analyse_rules(
        [Ruled(condition=rule.condition, tests=tests) for rule, tests in zip(table.rules, drawn.tests, strict=True)],
        in_order=table.hit_policy is HitPolicy.FIRST,
        apart=table.may_clash,
        clash=table.clashes,
        has_otherwise=table.otherwise is not None,
    )
    said = [each for each in findings if each.kind in _SENTENCES and each.kind is not FindingKind.UNKNOWN]
    doubts = [each for each in findings if each.kind is FindingKind.UNKNOWN]
    return tuple(_problem(finding, table) for finding in (*said, *doubts[:1]))


def _problem(finding: Finding, table: Table) -> Problem:
    is_disagreement = finding.kind is FindingKind.OVERLAP and table.hit_policy is HitPolicy.ANY
    code, message = _DISAGREEMENT if is_disagreement else _SENTENCES[finding.kind]
    params: dict[str, Json] = {}
    if finding.branch is not None:
        params["rule"] = finding.branch + 1
    if finding.other is not None:
        params["other"] = finding.other + 1
    if finding.witness is not None:
        conditions = [rule.condition for rule in table.rules]
        asked = {name: finding.witness.get(name) for each in conditions for name in each.references}
        params |= {"witness": asked, "example": example_of(finding.witness, conditions)}
    return Problem(
        code=f"decision_table.{code}", message=message, path=_path(finding), params=params,
        severity="error" if finding.kind is FindingKind.OVERLAP else "warning",
    )  # fmt: skip


def _path(finding: Finding) -> str:
    if finding.branch is not None:
        return f"table.rules.{finding.branch}"
    return "table.otherwise" if finding.kind is FindingKind.OTHERWISE_UNREACHABLE else "table.rules"
