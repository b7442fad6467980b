"""Inclusive gateway: every branch whose condition is true; with several ways in it first waits for those under way."""

from collections.abc import Sequence
from dataclasses import replace

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
    Fork,
    NodeType,
    Outcome,
    Port,
    PortRule,
    Problem,
    Scope,
)
from workflows.engine.panel import ui
from workflows.engine.variables import Variable


class InclusiveConfig(Config):
    """Without branches it only joins and goes on by `out`; with some, the port `otherwise` is always there."""

    branches: tuple[ConditionalBranch, ...] = Field(
        default=(), max_length=200,
        json_schema_extra=ui("branches", zh="多选分支", en="Branches", group="when"),
    )  # fmt: skip


class Inclusive(NodeType[InclusiveConfig]):
    """One way or several are taken at once. An unknown condition (a value is missing) does not take its branch.

    The engine does the joining because only it sees who is under way.
    """

    key = "inclusive"
    title = LocalText(zh="多选分支", en="Inclusive condition")
    description = LocalText(
        zh="满足条件的分支都走,汇合时只等走了的", en="Takes every branch whose condition holds; joins those it took"
    )
    category = "control"
    icon = "inclusive"
    port_rule = PortRule(kind="branches", ports=(), field="branches", otherwise=True, joined=True)
    synchronizes = "branches"
    Config = InclusiveConfig

    @override
    def ports(self, config: InclusiveConfig) -> tuple[Port, ...]:
        return ports_of(config.branches) if config.branches else (Port(port="out"),)

    @override
    def check(self, config: InclusiveConfig, context: CheckContext) -> Sequence[Problem]:
        checked = check_branches(config.branches, context)
        return checked.problems or [
            replace(finding, path=f"branches.{index}.when", params={**finding.params, "branch": index + 1})
            for index, condition in enumerate(checked.conditions)
            for finding in branch_findings((condition,))
            if finding.code == "condition.always_false"  # one that always holds may be meant: it comes with any other
        ]

    @override
    def compile(self, config: InclusiveConfig, variables: tuple[Variable, ...]) -> Compiled:
        return compile_branches(config.branches, variables)

    @override
    def enter(self, scope: Scope[InclusiveConfig]) -> Outcome:
        conditions: Compiled = scope.program
        if not conditions:
            return Continue()
        try:
            taken = tuple(port for port, condition in conditions if condition.decide(scope.variables) is True)
        except EvaluationError as error:
            return Fail(code=error.code, message=error.message, params=error.params)
        why = Reasons(conditions, scope.variables)
        return Fork(ports=taken, why=why) if len(taken) > 1 else Continue(port=(*taken, OTHERWISE)[0], why=why)
