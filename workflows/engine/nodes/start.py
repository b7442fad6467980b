"""Where a run begins."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from workflows.engine.graph import LocalText
from workflows.engine.node_type import CheckContext, Config, Continue, NodeType, Outcome, Problem, Scope
from workflows.engine.panel import ui
from workflows.engine.schedule import Schedule, schedule_problems
from workflows.engine.variables import Kind, Variable


class StartConfig(Config):
    """`trigger` names the event that starts the flow, `schedule` when it starts by itself; without them people or
    programs start it.
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


_ONWARDS = Continue()


class Start(NodeType[StartConfig]):
    """A token leaves at once."""

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
        if schedule is None:
            return ()
        return [
            *schedule_problems(schedule, now=context.now),
            *_into_problems(schedule, context.variables),
            *_both_problems(config),
        ]

    @override
    def enter(self, scope: Scope[StartConfig]) -> Outcome:
        return _ONWARDS


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
