"""What is found about the branches of a gateway, as warnings for the person who draws it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from workflows.engine.expressions.analysis.findings import Finding, FindingKind, analyse
from workflows.engine.expressions.analysis.glance import goes_both_ways
from workflows.engine.expressions.language import Condition
from workflows.engine.expressions.unparse import quoted
from workflows.engine.node_type import Problem
from workflows.engine.state import Json
from workflows.engine.variables import Kind, VariableType

_REMEMBERED: Final = 1024  # gateways; a draft is checked again at every keystroke

_SENTENCES: Final = {
    FindingKind.ALWAYS_TRUE: "Expected a condition that some values do not meet, found one that is always true.",
    FindingKind.TRUE_UNLESS_MISSING: "Expected a condition that some values do not meet, "
    "found one that only a missing value keeps from being true.",
    FindingKind.ALWAYS_FALSE: "Expected a condition that some values meet, found one that is never true.",
    FindingKind.DEAD_BRANCH: "Expected values that take this branch, found that an earlier one is always taken before.",
    FindingKind.GAP_AT_BOUNDARY: "Expected the branches to meet, "
    "found that the value right between them is left to otherwise.",
    FindingKind.OTHERWISE_UNREACHABLE: "Expected values that are left to otherwise, found none: a branch always holds.",
    FindingKind.OVERLAP: "Expected one branch to hold at a time, found values for which an earlier one holds as well; "
    "the earlier one is taken.",
    FindingKind.UNKNOWN: "Expected to know which values take which branch, found a question that could not be decided.",
}
_CODES: Final = {kind: f"condition.{kind}" for kind in _SENTENCES} | {FindingKind.GAP_AT_BOUNDARY: "condition.gap"}


@dataclass(frozen=True, slots=True)
class _Gateway:
    """Conditions in their order and the types of what they read, which is all that findings depend on."""

    texts: tuple[str, ...]
    types: tuple[Any, ...]
    conditions: tuple[Condition, ...] = field(compare=False)


def branch_findings(conditions: Sequence[Condition]) -> tuple[Problem, ...]:
    """Warnings about conditions of which the first true one is taken, and `otherwise` when none is.

    `params` hold what a sentence needs: `branch` and `other` count from 1, `witness` is an input as JSON by variable,
    `example` the same to be read.
    """
    if len(conditions) == 1 and goes_both_ways(conditions[0]):
        return ()
    types = {name: signature(declared) for each in conditions for name, declared in each.expression.types.items()}
    texts = tuple(each.text for each in conditions)
    return _warned(_Gateway(texts=texts, types=tuple(types.items()), conditions=tuple(conditions)))


@lru_cache(maxsize=_REMEMBERED)
def _warned(gateway: _Gateway) -> tuple[Problem, ...]:
    findings = analyse(gateway.conditions, has_otherwise=True)
    return tuple(_warning(finding, gateway.conditions) for finding in _worth_saying(findings))


def signature(declared: VariableType) -> tuple[Any, ...]:
    """A type as a key to remember by: equal for equal types, whatever their fields are called by people."""
    inner = None if declared.item is None else signature(declared.item)
    return (declared.kind, inner, tuple((each.name, signature(each.type)) for each in declared.fields))


def _worth_saying(findings: Sequence[Finding]) -> Iterator[Finding]:
    """What a person may have meant otherwise.

    Not that `otherwise` is left for missing values, which is what it is for, nor that a special case stands before the
    general one. What is always true says already that nothing is left, and one doubt is said for all.
    """
    kinds = {each.kind for each in findings}
    doubts = [each for each in findings if each.kind is FindingKind.UNKNOWN]
    for each in findings:
        if each.kind not in _SENTENCES or each.kind is FindingKind.UNKNOWN or each.is_nested:
            continue
        if each.kind is FindingKind.OTHERWISE_UNREACHABLE and FindingKind.ALWAYS_TRUE in kinds:
            continue
        yield each
    yield from doubts[:1]


def _warning(finding: Finding, conditions: Sequence[Condition]) -> Problem:
    params: dict[str, Json] = {}
    if finding.branch is not None:
        params["branch"] = finding.branch + 1
    if finding.other is not None:
        params["other"] = finding.other + 1
    if finding.witness is not None:
        params |= {"witness": dict(finding.witness), "example": example_of(finding.witness, conditions)}
    if finding.question is not None:
        params["question"] = str(finding.question)
    path = "branches" if finding.branch is None else f"branches.{finding.branch}.when"
    return Problem(
        code=_CODES[finding.kind], message=_SENTENCES[finding.kind], severity="warning", path=path, params=params
    )


def example_of(witness: Mapping[str, Json], conditions: Sequence[Condition]) -> str:
    """`refundAmount = 30.00 CNY, orderTotal = 100.00 CNY`; what is missing is null."""
    types = {name: declared for each in conditions for name, declared in each.expression.types.items()}
    return ", ".join(f"{name} = {_read(types[name], witness.get(name))}" for name in types)


def _read(declared: VariableType, document: Json) -> str:  # noqa: PLR0911 - one case per kind of value
    if document is None:
        return "null"
    match declared.kind:
        case Kind.TEXT:
            return quoted(document)
        case Kind.MONEY:
            return f"{document['amount']} {document['currency']}"
        case Kind.BOOLEAN:
            return "true" if document else "false"
        case Kind.LIST if declared.item is not None:
            return "[" + ", ".join(_read(declared.item, each) for each in document) + "]"
        case Kind.RECORD:
            named = {each.name: each.type for each in declared.fields}
            return "{" + ", ".join(f"{name}: {_read(named[name], document[name])}" for name in document) + "}"
    return str(document)
