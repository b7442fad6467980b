"""Deferred choice (BPMN: event-based gateway): of several awaited messages and times the first decides the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from pydantic import Field
from typing_extensions import override

from bedrock.errors import BadInput
from workflows.engine.correlation import LONGEST_NAME, Awaited, awaited, awaited_problems
from workflows.engine.due import due_at, duration_problems, parse_duration
from workflows.engine.events import MessageReceived, Resumption, TimerDue
from workflows.engine.graph import Document, LocalText
from workflows.engine.node_type import (
    CheckContext,
    Config,
    Continue,
    Fail,
    Ignore,
    NodeType,
    Outcome,
    Port,
    PortRule,
    Problem,
    Refuse,
    Scope,
    Wait,
)
from workflows.engine.panel import by_kind, ui, with_columns
from workflows.engine.state import Awaits, Json, Subscription
from workflows.engine.values import Duration
from workflows.engine.variables import Variable

MOST_BRANCHES: Final = 20
MOST_TIMES: Final = 5


class AwaitedBranch(Document):
    """A way out and what opens it: a message, or that `after`, an ISO 8601 duration, passed by the wall clock."""

    port: str = Field(min_length=1, max_length=64)
    name: LocalText = LocalText()
    on: Literal["message", "time"] = "message"
    message: str = Field(default="", max_length=LONGEST_NAME)
    key: str = Field(default="", max_length=2000)
    into: str = Field(default="", max_length=64)
    after: str = Field(default="", max_length=40)


class EventChoiceConfig(Config):
    """What is awaited. Of two that come in one moment, or of two equal times, the earlier row is taken."""

    branches: tuple[AwaitedBranch, ...] = Field(
        min_length=1, max_length=MOST_BRANCHES,
        json_schema_extra=by_kind(
            with_columns(
                ui(
                    "branches", zh="等待的事件", en="Awaited events", group="when",
                    help_zh="哪个先到就走哪条路,其余的同时作废",
                    help_en="The first to come is taken, and voids the others",
                ),
                ("on", "select", "等什么", "Awaits"), ("message", "text", "消息名称", "Message"),
                ("key", "expression", "关联键", "Key"),
                ("into", "variable", "内容存入字段", "Put its content into field"),
                ("after", "duration", "等多久", "How long"),
            ),
            "on",
            ("message", "消息", "A message", ("message", "key", "into")),
            ("time", "时间到", "Time to pass", ("after",)),
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    """The messages by port, and the one time that can come first."""

    messages: tuple[tuple[str, Awaited], ...]
    time: tuple[str, Duration] | None


class EventChoice(NodeType[EventChoiceConfig]):
    """One token listens for all of it, so that what comes second finds nobody: there is nothing to withdraw."""

    key = "event_choice"
    title = LocalText(zh="等先到的事件", en="First of several events")
    description = LocalText(
        zh="几个消息和时间,先到的决定走哪条路", en="The first of several messages and times decides the way"
    )
    category = "control"
    icon = "event_choice"
    port_rule = PortRule(kind="branches", ports=(), field="branches")
    waits: ClassVar[bool] = True
    default_config: ClassVar[Mapping[str, Json]] = {
        "branches": [
            {"port": "came", "name": {"zh": "收到消息", "en": "Message came"}, "on": "message", "message": ""},
            {"port": "late", "name": {"zh": "等不到", "en": "Too late"}, "on": "time", "after": "PT24H"},
        ]
    }
    Config = EventChoiceConfig

    @override
    def ports(self, config: EventChoiceConfig) -> tuple[Port, ...]:
        return tuple(Port(port=branch.port, name=branch.name) for branch in config.branches)

    @override
    def check(self, config: EventChoiceConfig, context: CheckContext) -> Sequence[Problem]:
        problems = [*_repeated(config.branches)]
        for index, branch in enumerate(config.branches):
            problems += _branch_problems(branch, f"branches.{index}.", context.variables)
        return problems or _late_times(config.branches)

    @override
    def compile(self, config: EventChoiceConfig, variables: tuple[Variable, ...]) -> _Compiled:
        times = [
            (branch.port, duration)
            for branch in config.branches
            if branch.on == "time" and (duration := parse_duration(branch.after)) is not None
        ]
        return _Compiled(
            messages=tuple(
                (branch.port, awaited(branch.message, key=branch.key, into=branch.into, variables=variables))
                for branch in config.branches
                if branch.on == "message"
            ),
            time=min(times, key=lambda one: one[1].total(), default=None),
        )

    @override
    def enter(self, scope: Scope[EventChoiceConfig]) -> Outcome:
        compiled: _Compiled = scope.program
        ports: dict[tuple[str, str | None], str] = {}
        for port, message in compiled.messages:
            listens = message.subscription(scope.variables)
            if isinstance(listens, Fail):
                return listens
            ports.setdefault((listens.name, listens.key), port)
        # The keys are those of this moment: fields may change while other branches of the run go on.
        return Wait(
            awaits=Awaits.MESSAGE if ports else Awaits.TIMER,
            data=[[port, name, key] for (name, key), port in ports.items()],
            due_at=None if compiled.time is None else due_at(scope.now, compiled.time[1], calendar=None),
            listens=tuple(Subscription(name, key) for name, key in ports),
        )

    @override
    def resume(self, scope: Scope[EventChoiceConfig], event: Resumption) -> Outcome:
        compiled: _Compiled = scope.program
        match event:
            case TimerDue() if compiled.time is not None:
                names = ", ".join(message.name for _, message in compiled.messages)
                return Continue(port=compiled.time[0], why={"awaited": names} if names else None)
            case MessageReceived():
                port = next(port for port, name, key in scope.data if (name, key) == (event.name, event.key))
                output = dict(compiled.messages)[port].taken(event)
                if isinstance(output, BadInput):
                    return Refuse(error=output)
                return Continue(port=port, output=output, why={"message": event.name, "key": event.key})
        return Ignore()


def _branch_problems(branch: AwaitedBranch, place: str, variables: tuple[Variable, ...]) -> list[Problem]:
    if branch.on == "time":
        return duration_problems(branch.after, f"{place}after")
    problems = awaited_problems(key=branch.key, into=branch.into, variables=variables, place=place)
    if not branch.message:
        problems.append(
            Problem(
                code="event_choice.message_missing", path=f"{place}message",
                message="Expected the name of the message, found none.",
            )
        )  # fmt: skip
    return problems


def _repeated(branches: Sequence[AwaitedBranch]) -> list[Problem]:
    problems: list[Problem] = []
    ports = [branch.port for branch in branches]
    events = [(one.on, one.message, "".join(one.key.split())) for one in branches]
    for index, branch in enumerate(branches):
        if branch.port in ports[:index]:
            problems.append(
                Problem(
                    code="branches.port_repeated", path=f"branches.{index}.port", params={"port": branch.port},
                    message=f"Expected each port once, found {branch.port!r} again.",
                )
            )  # fmt: skip
        if branch.on == "message" and branch.message and events[index] in events[:index]:
            problems.append(
                Problem(
                    code="event_choice.message_repeated", path=f"branches.{index}.message",
                    params={"message": branch.message, "branch": index + 1},
                    message=f"Expected different messages, found {branch.message!r} with the same key again.",
                )
            )  # fmt: skip
    times = [index for index, branch in enumerate(branches) if branch.on == "time"]
    if len(times) > MOST_TIMES:
        problems.append(
            Problem(
                code="event_choice.too_many_times", path=f"branches.{times[MOST_TIMES]}.after",
                params={"limit": MOST_TIMES, "found": len(times)},
                message=f"Expected at most {MOST_TIMES} times, found {len(times)}.",
            )
        )  # fmt: skip
    return problems


def _late_times(branches: Sequence[AwaitedBranch]) -> list[Problem]:
    """All times run from the same moment, so only the shortest can ever come first."""
    times = [
        (duration.total(), index)
        for index, branch in enumerate(branches)
        if branch.on == "time" and (duration := parse_duration(branch.after)) is not None
    ]
    first = min(times, default=None)
    return [
        Problem(
            code="event_choice.time_never_first", path=f"branches.{index}.after", severity="warning",
            params={"branch": index + 1, "other": first[1] + 1},
            message=f"Expected a time that can come first, found branch {first[1] + 1} to be due before it.",
        )
        for _, index in times
        if first is not None and index != first[1]
    ]  # fmt: skip
