"""Why the rules of a step about fields cannot be published. Pure."""

from collections.abc import Iterator, Sequence

from approvals.approval_config import ApprovalConfig
from approvals.fields import FILLABLE, FILLED
from workflows.engine.node_type import Problem
from workflows.engine.variables import Variable


def field_problems(config: ApprovalConfig, *, variables: Sequence[Variable]) -> Iterator[Problem]:
    """Names that the flow does not declare or that stand twice; what no form can take; what nobody would fill in."""
    known = {variable.name: variable for variable in variables}
    seen: set[str] = set()
    for index, rule in enumerate(config.fields):
        path = f"fields.{index}.name"
        variable = known.get(rule.name)
        if variable is None:
            yield Problem(
                code="approval.field_unknown", path=path, params={"field": rule.name},
                message=f"Expected a variable of this flow, found {rule.name!r}.",
            )  # fmt: skip
        elif rule.name in seen:
            yield Problem(
                code="approval.field_repeated", path=path, params={"field": rule.name},
                message=f"Expected each field once, found {rule.name!r} again.",
            )  # fmt: skip
        elif rule.access in FILLED and variable.type.kind not in FILLABLE:
            yield Problem(
                code="approval.field_not_fillable", path=path,
                params={"field": rule.name, "type": str(variable.type)},
                message=f"Expected a single value that a form can take, found {variable.type}.",
            )  # fmt: skip
        seen.add(rule.name)
    if any(rule.access == "required" for rule in config.fields):
        for path in _passes_by_itself(config):
            yield Problem(
                code="approval.required_unfilled", path=path,
                message="Expected somebody to fill in the required fields, found an approval that nobody gives here.",
            )  # fmt: skip


def _passes_by_itself(config: ApprovalConfig) -> Iterator[str]:
    """Settings by which the step is approved without anybody who fills in a form."""
    yield from (f"timeouts.{index}.do" for index, one in enumerate(config.timeouts) if one.do == "approve")
    if config.when_empty == "pass":
        yield "when_empty"
    if config.on_duplicate != "none":
        yield "on_duplicate"
