"""Wait for a message: by its name and a key that says which run it is about; with a deadline whatever comes first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from pydantic import Field
from typing_extensions import override

from bedrock.errors import BadInput
from workflows.engine.catching import Catching
from workflows.engine.correlation import LONGEST_NAME, Awaited, awaited, awaited_problems
from workflows.engine.due import due_at, duration_problems, parse_duration
from workflows.engine.events import MessageReceived, Resumption, TimerDue
from workflows.engine.graph import LocalText
from workflows.engine.node_type import (
    CheckContext,
    Continue,
    Fail,
    Ignore,
    NodeType,
    Outcome,
    Port,
    Problem,
    Refuse,
    Scope,
    Wait,
)
from workflows.engine.panel import ui
from workflows.engine.state import Awaits
from workflows.engine.values import Duration
from workflows.engine.variables import Variable

_TIMED_OUT: Final = Port(port="timed_out", name=LocalText(zh="超时", en="Timed out"))


class MessageConfig(Catching):
    """`key` is an expression; without one every run that waits for this message takes it.

    `into` names the variable that takes what the message carries. With `within`, an ISO 8601 duration, the step is
    left by `timed_out` when nothing came for so long.
    """

    message: str = Field(
        min_length=1, max_length=LONGEST_NAME, json_schema_extra=ui("text", zh="消息名称", en="Message", group="when")
    )
    key: str = Field(
        default="", max_length=2000,
        json_schema_extra=ui(
            "expression", zh="关联键", en="Key", group="when",
            help_zh="消息带着同样的键才算,例如订单号;不填则所有在等的流程都收到",
            help_en="Only a message with the same key counts, such as the order number; "
            "without one every flow that waits hears it",
        ),
    )  # fmt: skip
    into: str = Field(
        default="", max_length=64,
        json_schema_extra=ui("variable", zh="内容存入字段", en="Put its content into field", group="after"),
    )  # fmt: skip
    within: str = Field(
        default="", max_length=40, json_schema_extra=ui("duration", zh="最多等多久", en="Wait at most", group="when")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    message: Awaited
    within: Duration | None


class Message(NodeType[MessageConfig]):
    """A token listens under one name and key. What comes second finds nobody."""

    key = "message"
    title = LocalText(zh="等待消息", en="Wait for a message")
    description = LocalText(zh="等外部消息到了再继续", en="Goes on when a message comes")
    category = "control"
    icon = "mail"
    waits: ClassVar[bool] = True
    Config = MessageConfig

    @override
    def ports(self, config: MessageConfig) -> tuple[Port, ...]:
        return (Port(port="out"), _TIMED_OUT) if config.within else (Port(port="out"),)

    @override
    def check(self, config: MessageConfig, context: CheckContext) -> Sequence[Problem]:
        problems = awaited_problems(key=config.key, into=config.into, variables=context.variables)
        return [*problems, *duration_problems(config.within, "within")] if config.within else problems

    @override
    def compile(self, config: MessageConfig, variables: tuple[Variable, ...]) -> _Compiled:
        return _Compiled(
            message=awaited(config.message, key=config.key, into=config.into, variables=variables),
            within=parse_duration(config.within) if config.within else None,
        )

    @override
    def enter(self, scope: Scope[MessageConfig]) -> Outcome:
        compiled: _Compiled = scope.program
        listens = compiled.message.subscription(scope.variables)
        if isinstance(listens, Fail):
            return listens
        due = None if compiled.within is None else due_at(scope.now, compiled.within, calendar=None)
        return Wait(awaits=Awaits.MESSAGE, due_at=due, listens=(listens,))

    @override
    def resume(self, scope: Scope[MessageConfig], event: Resumption) -> Outcome:
        compiled: _Compiled = scope.program
        match event:
            case TimerDue():
                return Continue(port=_TIMED_OUT.port, why={"awaited": scope.config.message})
            case MessageReceived():
                output = compiled.message.taken(event)
                if isinstance(output, BadInput):
                    return Refuse(error=output)
                return Continue(output=output, why={"message": event.name, "key": event.key})
        return Ignore()
