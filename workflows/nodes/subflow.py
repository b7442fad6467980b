"""Sub-flow: runs another published flow, and goes on when that is over, or at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

from pydantic import Field
from typing_extensions import override

from workflows.actions import calls as actions
from workflows.engine import calls
from workflows.engine.calls import Given
from workflows.engine.catching import Catching
from workflows.engine.events import ActivityDone, Called, CalledEnded, Resumption
from workflows.engine.graph import Document, LocalText
from workflows.engine.json_values import decode, encode
from workflows.engine.node_type import (
    CheckContext,
    Continue,
    Fail,
    Ignore,
    NodeType,
    Outcome,
    Port,
    Problem,
    Scope,
    Wait,
)
from workflows.engine.panel import ui, with_columns
from workflows.engine.results import fits
from workflows.engine.state import Awaits, Json, Status
from workflows.engine.values import ValueMismatch
from workflows.engine.variables import Variable
from workflows.engine.work import Job, JobResult, RunContext, Work

_CANCELLED: Final = Port(port="cancelled", name=LocalText(zh="子流程被取消", en="Called flow cancelled"))
_ONLY: Final = 0  # the item of the only run that a step calls


class Taken(Document):
    """A variable of this flow and the variable of the called one that it takes at its end."""

    variable: str = Field(min_length=1, max_length=64)
    result: str = Field(min_length=1, max_length=64)


class SubflowConfig(Catching):
    """`wait` tells whether the step stands until the called flow is over."""

    flow: str = calls.flow_field()
    given: tuple[Given, ...] = calls.given_field()
    wait: bool = Field(
        default=True,
        json_schema_extra=ui(
            "switch", zh="等它结束", en="Wait until it is over", group="when",
            help_zh="不等时,子流程各走各的", help_en="Otherwise it goes its own way",
        ),
    )  # fmt: skip
    take: tuple[Taken, ...] = Field(
        default=(), max_length=calls.MOST_VALUES,
        json_schema_extra=with_columns(
            ui("rows", zh="取回", en="Take back", group="after"),
            ("variable", "variable", "本流程字段", "Field here"), ("result", "text", "子流程字段", "Its field"),
        ),
    )  # fmt: skip
    on_cancelled: Literal["incident", "exit"] = Field(
        default="incident",
        json_schema_extra=ui(
            "select", zh="子流程被取消时", en="When it is cancelled", group="after",
            options=(
                ("incident", "转人工处理", "A person looks"),
                ("exit", "走“子流程被取消”出口", "Leave by an exit of its own"),
            ),
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    given: calls.Program
    taken: tuple[tuple[Variable, str], ...]


class Subflow(NodeType[SubflowConfig]):
    """The called run is started by a job, in the very transaction that moves the token on."""

    key = "subflow"
    title = LocalText(zh="子流程", en="Sub-flow")
    description = LocalText(zh="调用另一个已发布的流程", en="Calls another published flow")
    category = "control"
    icon = "subflow"
    performs = "deferred"
    waits: ClassVar[bool] = True
    calls_flows: ClassVar[bool] = True
    Config = SubflowConfig

    @override
    def ports(self, config: SubflowConfig) -> tuple[Port, ...]:
        return (Port(port="out"), _CANCELLED) if config.on_cancelled == "exit" else (Port(port="out"),)

    @override
    def check(self, config: SubflowConfig, context: CheckContext) -> Sequence[Problem]:
        problems = [
            *calls.flow_problems(config.flow, context),
            *calls.given_problems(config.flow, config.given, context),
        ]
        seen: set[str] = set()
        for index, one in enumerate(config.take):
            path = f"take.{index}"
            own = calls.own_variable(one.variable, context, f"{path}.variable")
            theirs = calls.variable_of(config.flow, one.result, context, f"{path}.result")
            problems += [found for found in (own, theirs) if isinstance(found, Problem)]
            if isinstance(own, Variable) and isinstance(theirs, Variable) and not fits(own.type, theirs.type):
                problems.append(
                    calls.misfit(
                        "flow.result_type", f"{path}.result", variable=own.name, expected=own.type, found=theirs.type
                    )
                )
            if one.variable in seen:
                problems.append(
                    Problem(
                        code="flow.variable_repeated", path=f"{path}.variable", params={"variable": one.variable},
                        message=f"Expected each variable once, found {one.variable!r} again.",
                    )
                )  # fmt: skip
            seen.add(one.variable)
        if not config.wait and (config.take or config.on_cancelled != "incident"):
            problems.append(calls.needs_wait("take" if config.take else "on_cancelled"))
        return problems

    @override
    def compile(self, config: SubflowConfig, variables: tuple[Variable, ...]) -> _Compiled:
        declared = {variable.name: variable for variable in variables}
        return _Compiled(
            given=calls.compile_given(config.given, variables),
            taken=tuple((declared[one.variable], one.result) for one in config.take),
        )

    @override
    def enter(self, scope: Scope[SubflowConfig]) -> Outcome:
        given = calls.evaluate_given(scope.program.given, scope.variables)
        if isinstance(given, Fail):
            return given
        return Wait(awaits=Awaits.ACTIVITY, data={"given": given}, work=({"flow": scope.config.flow},))

    @override
    def resume(self, scope: Scope[SubflowConfig], event: Resumption) -> Outcome:
        match event:
            case ActivityDone():
                return self._called(scope, calls.decode_called(event.output["standing"]))
            case CalledEnded():
                return self._over(scope, event.standing)
        return Ignore()

    def _called(self, scope: Scope[SubflowConfig], standing: Sequence[Called]) -> Outcome:
        """Start the run, unless an attempt before this one has: what it did is not done again."""
        config = scope.config
        if standing:
            work = calls.adopt_work(standing)
        else:
            work = calls.start_work(
                config.flow, items=[(_ONLY, scope.data["given"])], waits=config.wait,
                wants=[result for _, result in scope.program.taken],
            )  # fmt: skip
        if not config.wait:
            return Continue(work=(work,), why={"flow": config.flow})
        return Wait(awaits=Awaits.RUNS, data=scope.data, at_once=(work,))

    def _over(self, scope: Scope[SubflowConfig], standing: Sequence[Called]) -> Outcome:
        why = {"flow": scope.config.flow, "runs": [one.run for one in standing]}
        match [one.status for one in standing]:
            case [Status.COMPLETED]:
                output: dict[str, Any] = {}
                for variable, result in scope.program.taken:
                    try:
                        output[variable.name] = encode(
                            decode(variable.type, standing[0].output.get(result), variable.name)
                        )
                    except ValueMismatch as mismatch:
                        return calls.unfit_result(mismatch, variable.name)
                return Continue(output=output, why=why)
            case [Status.CANCELLED] if scope.config.on_cancelled == "exit":
                return Continue(port=_CANCELLED.port, why=why)
            case [Status.CANCELLED]:
                return calls.cancelled(scope.config.flow, standing)
        return Ignore()

    @override
    def withdrawn(self, scope: Scope[SubflowConfig], reason: str) -> tuple[dict[str, Any], ...]:
        return (calls.recall_work(reason),) if scope.config.wait else ()

    @override
    def supposed_output(self, scope: Scope[SubflowConfig], given: Mapping[str, Json]) -> Mapping[str, Json]:
        return calls.supposed_output(1)

    @override
    def supposed_runs(self, scope: Scope[SubflowConfig], given: Mapping[str, Json]) -> Sequence[Called]:
        return calls.supposed_runs(1, given)

    @override
    def perform(self, job: Job) -> JobResult:
        return actions.prepare(job)

    @override
    def perform_inline(self, works: Sequence[tuple[RunContext, Work]]) -> None:
        actions.perform(works)
