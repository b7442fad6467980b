"""Exclusive gateway: the first branch, in stored order, whose condition is true; otherwise `otherwise`."""

from collections.abc import Sequence

from pydantic import Field
from typing_extensions import override

from workflows.engine.conditional_branches import (
    OTHERWISE,
    Compiled,
    ConditionalBranch,
    Reasons,
    check_branches,
    compile_branches,
    ports_of,
)
from workflows.engine.expressions.analysis.problems import branch_findings
from workflows.engine.expressions.errors import EvaluationError
from workflows.engine.graph import LocalText
from workflows.engine.node_type import (
    CheckContext,
    Config,
    Continue,
    Fail,
    NodeType,
    Outcome,
    Port,
    PortRule,
    Problem,
    Scope,
)
from workflows.engine.panel import ui
from workflows.engine.variables import Variable


class ExclusiveConfig(Config):
    """Branches in order of priority; the port `otherwise` is always there."""

    branches: tuple[ConditionalBranch, ...] = Field(
        min_length=1, max_length=100,
        json_schema_extra=ui("branches", zh="条件分支", en="Branches", group="when"),
    )  # fmt: skip


class Exclusive(NodeType[ExclusiveConfig]):
    """Exactly one way is taken. An unknown condition (a value is missing) does not take its branch."""

    key = "exclusive"
    title = LocalText(zh="条件分支", en="Condition")
    description = LocalText(zh="按条件只走一条路", en="Takes exactly one way, by conditions")
    category = "control"
    icon = "branch"
    port_rule = PortRule(kind="branches", ports=(), field="branches", otherwise=True)
    Config = ExclusiveConfig

    @override
    def ports(self, config: ExclusiveConfig) -> tuple[Port, ...]:
        return ports_of(config.branches)

    @override
    def check(self, config: ExclusiveConfig, context: CheckContext) -> Sequence[Problem]:
        checked = check_branches(config.branches, context)
        texts = ["".join(branch.when.split()) for branch in config.branches]
        repeated = tuple(
            Problem(
                code="branches.condition_repeated",
                message="Expected different conditions, found the same one again; it can never be reached.",
                path=f"branches.{index}.when",
            )
            for index, text in enumerate(texts)
            if text and text in texts[:index]
        )
        return checked.problems + repeated or branch_findings(checked.conditions)

    @override
    def compile(self, config: ExclusiveConfig, variables: tuple[Variable, ...]) -> Compiled:
        return compile_branches(config.branches, variables)

    @override
    def enter(self, scope: Scope[ExclusiveConfig]) -> Outcome:
        conditions: Compiled = scope.program
        try:
            for tried, (port, condition) in enumerate(conditions, start=1):
                if condition.decide(scope.variables) is True:
                    return Continue(port=port, why=Reasons(conditions[:tried], scope.variables))
        except EvaluationError as error:
            return Fail(code=error.code, message=error.message, params=error.params)
        return Continue(port=OTHERWISE, why=Reasons(conditions, scope.variables))
