"""Wait for a time: a duration on the wall clock, or working time of a calendar."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field
from typing_extensions import override

from workflows.engine.calendar_book import CalendarBook
from workflows.engine.calendars import NoOpenTime
from workflows.engine.due import due_at, duration_problems, parse_duration, unconfirmed_problems
from workflows.engine.events import Resumption, TimerDue
from workflows.engine.graph import LocalText
from workflows.engine.node_type import (
    CheckContext,
    Config,
    Continue,
    Fail,
    Ignore,
    NodeType,
    Note,
    Outcome,
    Problem,
    Scope,
    Wait,
)
from workflows.engine.panel import ui
from workflows.engine.state import Awaits
from workflows.engine.values import Duration
from workflows.engine.variables import Variable


class DelayConfig(Config):
    """`after` is an ISO 8601 duration; on the working clock a day means a business day of `calendar`."""

    after: str = Field(max_length=40, json_schema_extra=ui("duration", zh="等待多久", en="How long", group="when"))
    clock: Literal["wall", "working"] = Field(
        default="wall",
        json_schema_extra=ui(
            "select", zh="计时方式", en="Clock", group="when",
            options=(("wall", "自然时间", "Wall clock"), ("working", "工作时间", "Working time")),
        ),
    )  # fmt: skip
    calendar: str | None = Field(
        default=None, max_length=64,
        json_schema_extra=ui("calendar", zh="工作日历", en="Calendar", group="when"),
    )  # fmt: skip


class Delay(NodeType[DelayConfig]):
    """A token stands until its due time."""

    key = "delay"
    title = LocalText(zh="等待", en="Delay")
    description = LocalText(zh="等一段时间再继续", en="Goes on after a while")
    category = "control"
    icon = "clock"
    waits: ClassVar[bool] = True
    Config = DelayConfig

    @override
    def check(self, config: DelayConfig, context: CheckContext) -> Sequence[Problem]:
        problems = duration_problems(config.after, "after")
        if config.clock == "working":
            book = context.world.need(CalendarBook)
            if config.calendar is None or config.calendar not in book:
                problems.append(
                    Problem(
                        code="calendar.unknown", path="calendar", params={"calendar": config.calendar},
                        message=f"Expected a known calendar, found {config.calendar!r}.",
                    )
                )  # fmt: skip
            elif (duration := parse_duration(config.after)) is not None:
                problems += unconfirmed_problems(book[config.calendar], [duration], now=context.now, path="after")
        return problems

    @override
    def compile(self, config: DelayConfig, variables: tuple[Variable, ...]) -> Duration:
        duration = parse_duration(config.after)
        if duration is None:
            raise ValueError(f"Expected a duration, found {config.after!r}.")
        return duration

    @override
    def enter(self, scope: Scope[DelayConfig]) -> Outcome:
        try:
            due = _due(scope, since=scope.now)
        except NoOpenTime as error:
            return Fail(code=error.code, message=str(error))
        return Wait(awaits=Awaits.TIMER, due_at=due)

    @override
    def resume(self, scope: Scope[DelayConfig], event: Resumption) -> Outcome:
        if not isinstance(event, TimerDue):
            return Ignore()
        try:
            due = self.reckoned(scope)
        except NoOpenTime as error:
            return Fail(code=error.code, message=str(error))
        if due is not None and due > scope.now:
            # The calendar was edited since the timer was set: it is not time yet.
            note = Note(what="due_moved", data={"due_at": due.isoformat()})
            return Wait(awaits=Awaits.TIMER, due_at=due, notes=(note,))
        return Continue()

    @override
    def reckoned(self, scope: Scope[DelayConfig]) -> datetime | None:
        if scope.config.clock == "wall" or scope.since is None:
            return None
        return _due(scope, since=scope.since)


def _due(scope: Scope[DelayConfig], *, since: datetime) -> datetime:
    """When it is over by the calendars that count for a wait of this age."""
    if scope.config.clock == "wall":
        return due_at(since, scope.program, calendar=None)
    book = scope.world.need(CalendarBook).of(since)
    return due_at(since, scope.program, calendar=book[scope.config.calendar or ""])
