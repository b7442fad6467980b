"""Exclusive gateway: the first branch, in stored order, whose condition is true; otherwise `otherwise`."""

from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field
from typing_extensions import override

from workflows.engine.expressions.analysis.problems import branch_findings
from workflows.engine.expressions.errors import EvaluationError, ExpressionError
from workflows.engine.expressions.language import Condition, check, compile_condition
from workflows.engine.graph import Document, LocalText
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
from workflows.engine.results import expression_problems
from workflows.engine.state import Json
from workflows.engine.variables import Variable

OTHERWISE = "otherwise"


class ConditionalBranch(Document):
    """A branch and the condition under which it is taken."""

    port: str = Field(min_length=1, max_length=64)
    name: LocalText = LocalText()
    when: str = Field(max_length=2000)


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
        ways = [Port(port=branch.port, name=branch.name) for branch in config.branches]
        return (*ways, Port(port=OTHERWISE, name=LocalText(zh="否则", en="Otherwise")))

    @override
    def check(self, config: ExclusiveConfig, context: CheckContext) -> Sequence[Problem]:
        conditions: list[Condition] = []
        problems: list[Problem] = []
        for index, branch in enumerate(config.branches):
            try:
                conditions.append(compile_condition(branch.when, context.variables))
            except ExpressionError:
                errors = check(branch.when, context.variables, condition=True).errors
                problems += expression_problems(errors, f"branches.{index}.when")
        ports = [branch.port for branch in config.branches]
        problems += [
            Problem(
                code="branches.port_repeated",
                message=f"Expected each port once, found {port!r} again.",
                path=f"branches.{index}.port", params={"port": port},
            )
            for index, port in enumerate(ports)
            if port in ports[:index] or port == OTHERWISE
        ]  # fmt: skip
        texts = ["".join(branch.when.split()) for branch in config.branches]
        problems += [
            Problem(
                code="branches.condition_repeated",
                message="Expected different conditions, found the same one again; it can never be reached.",
                path=f"branches.{index}.when",
            )
            for index, text in enumerate(texts)
            if text and text in texts[:index]
        ]  # fmt: skip
        return problems or branch_findings(conditions)

    @override
    def compile(self, config: ExclusiveConfig, variables: tuple[Variable, ...]) -> tuple[tuple[str, Condition], ...]:
        return tuple((branch.port, compile_condition(branch.when, variables)) for branch in config.branches)

    @override
    def enter(self, scope: Scope[ExclusiveConfig]) -> Outcome:
        conditions: tuple[tuple[str, Condition], ...] = scope.program
        try:
            for tried, (port, condition) in enumerate(conditions, start=1):
                if condition.decide(scope.variables) is True:
                    return Continue(port=port, why=Reasons(conditions[:tried], scope.variables))
        except EvaluationError as error:
            return Fail(code=error.code, message=error.message, params=error.params)
        return Continue(port=OTHERWISE, why=Reasons(conditions, scope.variables))


class Reasons(Mapping[str, Json]):
    """Why a way was taken: `{"conditions": [{"port", "because"}]}` for the conditions that were asked.

    Put into words when somebody reads it, from the values of that moment: a simulation of a thousand runs never does.
    """

    __slots__ = ("_asked", "_values", "_words")

    def __init__(self, asked: tuple[tuple[str, Condition], ...], values: Mapping[str, Json]) -> None:
        self._asked, self._values = asked, values
        self._words: dict[str, Json] = {}

    def _worded(self) -> dict[str, Json]:
        if not self._words:
            self._words["conditions"] = [
                {"port": port, "because": condition.explain(self._values)} for port, condition in self._asked
            ]
        return self._words

    @override
    def __getitem__(self, key: str) -> Json:
        return self._worded()[key]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._worded())

    @override
    def __len__(self) -> int:
        return 1

    @override
    def __repr__(self) -> str:
        return repr(self._worded())
