"""For each: one run of another flow for every item of a list, side by side or one after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from typing_extensions import override

from workflows.actions import calls as actions
from workflows.engine import calls
from workflows.engine.events import ActivityDone, Called, CalledEnded, Resumption
from workflows.engine.expressions.errors import EvaluationError
from workflows.engine.expressions.language import Condition, compile_condition
from workflows.engine.for_each_config import COUNTS, ForEachConfig, for_each_problems
from workflows.engine.graph import LocalText
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
from workflows.engine.state import Awaits, Json, Status
from workflows.engine.values import ValueMismatch
from workflows.engine.variables import Variable
from workflows.engine.work import Job, JobResult, RunContext, Work

_CANCELLED: Final = Port(port="cancelled", name=LocalText(zh="有子流程被取消", en="One was cancelled"))
_AT_A_TIME: Final = 100  # runs that one transaction starts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    list: Variable
    given: calls.Program
    into: Variable | None
    stop_when: Condition | None


class ForEach(NodeType[ForEachConfig]):
    """What the runs have come to is told as a whole each time, so nothing is counted and nothing counted twice."""

    key = "for_each"
    title = LocalText(zh="逐项处理", en="For each")
    description = LocalText(zh="对列表的每一项调用一次子流程", en="Calls a flow for each item of a list")
    category = "control"
    icon = "each"
    performs = "deferred"
    waits: ClassVar[bool] = True
    calls_flows: ClassVar[bool] = True
    Config = ForEachConfig

    @override
    def ports(self, config: ForEachConfig) -> tuple[Port, ...]:
        return (Port(port="out"), _CANCELLED) if config.on_cancelled == "exit" else (Port(port="out"),)

    @override
    def check(self, config: ForEachConfig, context: CheckContext) -> Sequence[Problem]:
        return for_each_problems(config, context)

    @override
    def compile(self, config: ForEachConfig, variables: tuple[Variable, ...]) -> _Compiled:
        declared = {variable.name: variable for variable in variables}
        return _Compiled(
            list=declared[config.list],
            given=calls.compile_given(config.given, variables),
            into=declared.get(config.into),
            stop_when=compile_condition(config.stop_when, (*variables, *COUNTS)) if config.stop_when else None,
        )

    @override
    def enter(self, scope: Scope[ForEachConfig]) -> Outcome:
        config = scope.config
        items = scope.variables.get(config.list)
        if items is None:
            message = f"Expected a list in {config.list}, found no value."
            return Fail(code="for_each.list_missing", message=message, params={"variable": config.list})
        if len(items) > config.most:
            message = f"Expected at most {config.most} items in {config.list}, found {len(items)}."
            return Fail(
                code="for_each.too_many", message=message,
                params={"variable": config.list, "most": config.most, "found": len(items)},
            )  # fmt: skip
        given = calls.evaluate_given(scope.program.given, scope.variables)
        if isinstance(given, Fail):
            return given
        if not items:
            return _leave(scope, (), total=0)
        return Wait(awaits=Awaits.ACTIVITY, data={"items": items, "given": given}, work=({"flow": config.flow},))

    @override
    def resume(self, scope: Scope[ForEachConfig], event: Resumption) -> Outcome:
        match event:
            case ActivityDone():
                return _start(scope, calls.decode_called(event.output["standing"]))
            case CalledEnded():
                return _look(scope, event.standing)
        return Ignore()

    @override
    def withdrawn(self, scope: Scope[ForEachConfig], reason: str) -> tuple[dict[str, Any], ...]:
        return (calls.recall_work(reason),) if scope.config.wait else ()

    @override
    def supposed_output(self, scope: Scope[ForEachConfig], given: Mapping[str, Json]) -> Mapping[str, Json]:
        return calls.supposed_output(len(scope.data["items"]))

    @override
    def supposed_runs(self, scope: Scope[ForEachConfig], given: Mapping[str, Json]) -> Sequence[Called]:
        return calls.supposed_runs(len(scope.data["items"]), given)

    @override
    def perform(self, job: Job) -> JobResult:
        return actions.prepare(job)

    @override
    def perform_inline(self, works: Sequence[tuple[RunContext, Work]]) -> None:
        actions.perform(works)


# What runs.


def _start(scope: Scope[ForEachConfig], standing: Sequence[Called]) -> Outcome:
    """Start what there is room for. A large lot is started in several transactions, each asked for by the last.

    What an earlier attempt has called is kept, so that a repair repeats only what was cancelled or never began.
    """
    config = scope.config
    started, left = _next(scope, standing)
    work = (_starting(scope, started),) if started else ()
    if not config.wait:
        if left:
            return Wait(awaits=Awaits.ACTIVITY, data=scope.data, at_once=work, work=({"flow": config.flow},))
        return Continue(work=work, why={"flow": config.flow, "total": len(scope.data["items"])})
    adopted = (calls.adopt_work(standing),) if standing else ()
    if left:
        return Wait(awaits=Awaits.ACTIVITY, data=scope.data, at_once=adopted + work, work=({"flow": config.flow},))
    return Wait(awaits=Awaits.RUNS, data=scope.data, at_once=adopted + work)


def _look(scope: Scope[ForEachConfig], standing: Sequence[Called]) -> Outcome:
    """Some are over: stop, start more, leave, or go on waiting."""
    try:
        stops = _stops(scope, standing)
    except EvaluationError as error:
        return Fail(code=error.code, message=error.message, params=error.params)
    if not stops:
        return _go_on(scope, standing)
    rest = calls.recall_work("stopped") if scope.config.rest == "cancel" else calls.release_work()
    return _leave(scope, standing, total=len(scope.data["items"]), work=(rest,), stopped=True)


def _go_on(scope: Scope[ForEachConfig], standing: Sequence[Called]) -> Outcome:
    config, total = scope.config, len(scope.data["items"])
    if scope.awaits is Awaits.ACTIVITY:  # more are being started; those will be over some time
        return Ignore()
    cancelled = [one for one in standing if one.status is Status.CANCELLED]
    fails = bool(cancelled) and config.on_cancelled != "skip"
    started = [] if fails else _next(scope, standing)[0]  # if one fails, no more begin and those under way end
    if started:
        return Wait(awaits=Awaits.RUNS, data=scope.data, at_once=(_starting(scope, started),))
    if any(one.status is Status.RUNNING for one in standing):
        return Ignore()
    if fails and config.on_cancelled == "incident":
        return calls.cancelled(config.flow, cancelled)
    return _leave(scope, standing, total=total)


def _next(scope: Scope[ForEachConfig], standing: Sequence[Called]) -> tuple[list[int], bool]:
    """The items that begin now, and whether there is room for more than one transaction starts."""
    config = scope.config
    there = {one.item for one in standing}
    missing = [item for item in range(len(scope.data["items"])) if item not in there]
    under_way = sum(one.status is Status.RUNNING for one in standing)
    width = 1 if config.order == "sequence" else config.at_once
    room = len(missing) if width is None or not config.wait else max(0, width - under_way)
    return missing[: min(room, _AT_A_TIME)], min(room, len(missing)) > _AT_A_TIME


def _starting(scope: Scope[ForEachConfig], items: Sequence[int]) -> dict[str, Json]:
    config, data = scope.config, scope.data
    begin: list[tuple[int, Mapping[str, Json]]] = []
    for item in items:
        number = {config.index: item + 1} if config.index else {}
        begin.append((item, {**data["given"], config.item: data["items"][item], **number}))
    wants = [config.collect] if config.collect else []
    return calls.start_work(config.flow, items=begin, waits=config.wait, wants=wants)


def _stops(scope: Scope[ForEachConfig], standing: Sequence[Called]) -> bool:
    condition: Condition | None = scope.program.stop_when
    if condition is None:
        return False
    counts = _counts(standing, total=len(scope.data["items"]))
    into = {scope.config.into: _collected(scope.config, standing)} if scope.config.into else {}
    return condition.decide({**scope.variables, **into, **counts}) is True


def _leave(
    scope: Scope[ForEachConfig],
    standing: Sequence[Called],
    *,
    total: int,
    work: tuple[Mapping[str, Json], ...] = (),
    stopped: bool = False,
) -> Outcome:
    config, into = scope.config, scope.program.into
    output: dict[str, Json] = {}
    if into is not None:
        try:
            output[into.name] = encode(decode(into.type, _collected(config, standing), into.name))
        except ValueMismatch as mismatch:
            return calls.unfit_result(mismatch, into.name)
    counts = _counts(standing, total=total)
    leaves_by_exit = counts["cancelled"] > 0 and config.on_cancelled == "exit" and not stopped
    return Continue(
        port=_CANCELLED.port if leaves_by_exit else "out", output=output, work=work,
        why={"flow": config.flow, **counts, "stopped": stopped},
    )  # fmt: skip


def _collected(config: ForEachConfig, standing: Sequence[Called]) -> list[Json]:
    """The results of the runs that are completed, in the order of their items."""
    done = sorted((one for one in standing if one.status is Status.COMPLETED), key=lambda one: one.item)
    results = [one.output.get(config.collect) for one in done]
    return [result for result in results if result is not None]


def _counts(standing: Sequence[Called], *, total: int) -> dict[str, Json]:
    return {
        "completed": sum(one.status is Status.COMPLETED for one in standing),
        "cancelled": sum(one.status is Status.CANCELLED for one in standing),
        "total": total,
    }
