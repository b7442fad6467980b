"""Where a run begins."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from workflows.engine import resubmission
from workflows.engine.events import Resumption, Signalled, TurnCame
from workflows.engine.graph import Document, LocalText
from workflows.engine.json_pointers import parse_pointer
from workflows.engine.lines import Line, compile_line, line_problems
from workflows.engine.node_type import (
    CheckContext,
    Config,
    Continue,
    Fail,
    Ignore,
    NodeType,
    Outcome,
    Problem,
    Scope,
    Wait,
)
from workflows.engine.panel import only_for, ui, with_columns
from workflows.engine.schedule import Schedule, schedule_problems
from workflows.engine.state import Awaits, Json
from workflows.engine.variables import Kind, Variable


class HookField(Document):
    """A place of the JSON that a hook brings, and the variable that takes what stands there."""

    place: str = Field(max_length=200)
    variable: str = Field(min_length=1, max_length=64)


class StartConfig(Config):
    """`trigger` names the event that starts the flow, `schedule` when it starts by itself; without them people or
    programs start it. `revisable` are the variables that the requester may change when a run comes back to them;
    empty: all that they gave, which is none where an event told them. `withdraw` says until when they may withdraw a
    run themselves: `before` it has come to one of the steps `withdraw_before`.
    """

    trigger: str | None = Field(
        default=None, max_length=100, pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)+$",
        json_schema_extra=ui("trigger", zh="触发事件", en="Trigger", group="when"),
    )  # fmt: skip
    schedule: Schedule | None = Field(
        default=None,
        json_schema_extra=ui(
            "schedule", zh="定时启动", en="Starts by schedule", group="when",
            help_zh="分 时 日 月 周,如 0 9 * * 1-5", help_en="Minute hour day month weekday, such as 0 9 * * 1-5",
        ),
    )  # fmt: skip
    line: str = Field(
        default="", max_length=64, pattern=r"^([a-z0-9_-]+)?$",
        json_schema_extra=ui(
            "text", zh="一次只进行一个(队列名)", en="One at a time (name of the line)", group="advanced",
            help_zh="同一队列、同一键的流程依次进行;留空表示不排队",
            help_en="Runs in the same line with the same key go one after the other; empty: they do not wait",
        ),
    )  # fmt: skip
    line_key: str = Field(
        default="", max_length=2000,
        json_schema_extra=ui(
            "expression", zh="按什么排队", en="Key of the line", group="advanced",
            help_zh="如 ${orderNo};留空表示按流程所针对的对象",
            help_en="Such as ${orderNo}; empty: by what the run is about",
        ),
    )  # fmt: skip
    hook: tuple[HookField, ...] = Field(
        default=(), max_length=100,
        json_schema_extra=with_columns(
            ui(
                "rows", zh="签名回调带来的字段", en="Fields from a signed hook", group="advanced",
                help_zh="回调由管理员登记;从 JSON 的位置(如 /order/no)取值",
                help_en="An administrator declares the hook; what stands at a place such as /order/no becomes a field",
            ),
            ("place", "text", "位置", "Place"), ("variable", "variable", "字段", "Field"),
        ),
    )  # fmt: skip
    revisable: tuple[str, ...] = Field(
        default=(), max_length=100,
        json_schema_extra=ui(
            "variables", zh="退回后申请人可修改的字段", en="What the requester may revise", group="advanced",
            help_zh="流程退回发起人时可修改;留空:手工发起的流程可改全部字段,由事件启动的流程不可改。",
            help_en="When a run comes back to them. Empty: all fields of a flow that people start, none of one "
            "that an event starts.",
        ),
    )  # fmt: skip

    withdraw: Literal["never", "undecided", "before", "always"] = Field(
        default="undecided",
        json_schema_extra=ui(
            "select", zh="发起人可撤回", en="The requester may withdraw", group="after",
            options=(
                ("never", "不可撤回", "Never"), ("undecided", "还没有人审批时", "While nobody has decided"),
                ("before", "到达指定步骤之前", "Before certain steps"), ("always", "随时", "Always"),
            ),
            help_zh="已有自动步骤执行过(退款、通知、改单等)就不能撤回。",
            help_en="Not after an automatic step has acted, such as a refund, a message or a change of an order.",
        ),
    )  # fmt: skip
    withdraw_before: tuple[str, ...] = Field(
        default=(), max_length=100,
        json_schema_extra=only_for(
            ui("steps", zh="到达这些步骤后不可撤回", en="Not after it has come to", group="after"),
            field="withdraw", value="before",
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What a published start is compiled to: its line if it has one, and what the requester may revise."""

    line: Line | None
    revisable: tuple[Variable, ...]


_ONWARDS = Continue()


class Start(NodeType[StartConfig]):
    """A token leaves at once, or when nobody else is in its line. One that came back waits for the requester."""

    key = "start"
    title = LocalText(zh="开始", en="Start")
    description = LocalText(zh="流程从这里开始", en="The flow begins here")
    category = "control"
    icon = "play"
    is_start: ClassVar[bool] = True
    Config = StartConfig

    @override
    def check(self, config: StartConfig, context: CheckContext) -> Sequence[Problem]:
        schedule = config.schedule
        hooked = list(_hook_problems(config.hook, context.variables))
        hooked += line_problems(config.line, config.line_key, context.variables)
        hooked += _revisable_problems(config.revisable, context.variables)
        hooked += _withdraw_problems(config, context.steps)
        if schedule is None:
            return hooked
        return [
            *hooked,
            *schedule_problems(schedule, now=context.now),
            *_into_problems(schedule, context.variables),
            *_both_problems(config),
        ]

    @override
    def compile(self, config: StartConfig, variables: tuple[Variable, ...]) -> Beginning:
        given = config.trigger is None and not config.revisable
        revisable = variables if given else tuple(one for one in variables if one.name in config.revisable)
        return Beginning(line=compile_line(config.line, config.line_key, variables), revisable=revisable)

    @override
    def enter(self, scope: Scope[StartConfig]) -> Outcome:
        beginning: Beginning = scope.program
        if scope.data is not None:
            return resubmission.asked_again(scope, beginning.revisable)
        if beginning.line is None:
            return _ONWARDS
        place = beginning.line.place(scope.subject, scope.variables)
        return place if isinstance(place, Fail) else Wait(awaits=Awaits.TURN, data=place)

    @override
    def resume(self, scope: Scope[StartConfig], event: Resumption) -> Outcome:
        match event:
            case TurnCame():
                return Continue(why=scope.data)
            case Signalled():
                beginning: Beginning = scope.program
                return resubmission.resubmitted(scope, event, beginning.revisable)
            case _:
                return Ignore()

    @override
    def withdrawn(self, scope: Scope[StartConfig], reason: str) -> tuple[Mapping[str, Json], ...]:
        return resubmission.withdrawn(scope)


def _both_problems(config: StartConfig) -> Iterator[Problem]:
    if config.trigger is not None:
        yield Problem(
            code="start.event_and_schedule", path="schedule", params={"trigger": config.trigger},
            message=f"Expected an event or a schedule, found {config.trigger!r} and a schedule.",
        )  # fmt: skip


def _into_problems(schedule: Schedule, variables: tuple[Variable, ...]) -> Iterator[Problem]:
    declared = {one.name: one.type for one in variables}
    if schedule.into and schedule.into not in declared:
        yield Problem(
            code="schedule.unknown_variable", path="schedule.into", params={"variable": schedule.into},
            message=f"Expected a declared variable, found {schedule.into!r}.",
        )  # fmt: skip
    elif schedule.into and declared[schedule.into].kind is not Kind.DATETIME:
        yield Problem(
            code="schedule.variable_no_time", path="schedule.into", params={"variable": schedule.into},
            message=f"Expected a date with time for the time, found {declared[schedule.into]}.",
        )  # fmt: skip


def _hook_problems(fields: Sequence[HookField], variables: tuple[Variable, ...]) -> Iterator[Problem]:
    declared = {one.name for one in variables}
    taken: set[str] = set()
    for index, one in enumerate(fields):
        if parse_pointer(one.place) is None:
            yield Problem(
                code="hook.place_malformed", path=f"hook.{index}.place", params={"place": one.place},
                message=f"Expected a JSON pointer such as /order/no, found {one.place!r}.",
            )  # fmt: skip
        if one.variable not in declared or one.variable in taken:
            code = "hook.variable_repeated" if one.variable in taken else "hook.unknown_variable"
            yield Problem(
                code=code, path=f"hook.{index}.variable", params={"variable": one.variable},
                message=f"Expected a declared variable once, found {one.variable!r}.",
            )  # fmt: skip
        taken.add(one.variable)


def _withdraw_problems(config: StartConfig, steps: Mapping[str, str]) -> Iterator[Problem]:
    if config.withdraw == "before" and not config.withdraw_before:
        yield Problem(
            code="start.no_step", path="withdraw_before",
            message="Expected a step before which a request may be withdrawn, found none.",
        )  # fmt: skip
    for index, step in enumerate(config.withdraw_before):
        if step not in steps:
            yield Problem(
                code="start.unknown_step", path=f"withdraw_before.{index}", params={"step": step},
                message=f"Expected a step of this drawing, found {step!r}.",
            )  # fmt: skip


def _revisable_problems(names: Sequence[str], variables: tuple[Variable, ...]) -> Iterator[Problem]:
    declared = {one.name for one in variables}
    for index, name in enumerate(names):
        if name not in declared:
            yield Problem(
                code="start.unknown_variable", path=f"revisable.{index}", params={"variable": name},
                message=f"Expected a declared variable, found {name!r}.",
            )  # fmt: skip
