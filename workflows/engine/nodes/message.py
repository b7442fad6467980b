"""Wait for a message: by its name and a key that says which run it is about; with a deadline whatever comes first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from pydantic import Field
from typing_extensions import override

from bedrock.errors import BadInput
from workflows.engine.due import due_at, duration_problems, parse_duration
from workflows.engine.events import MessageReceived, Resumption, TimerDue
from workflows.engine.expressions.errors import EvaluationError
from workflows.engine.expressions.language import Expression, check, compile_expression
from workflows.engine.graph import LocalText
from workflows.engine.json_values import decode, encode
from workflows.engine.node_type import (
    CheckContext,
    Config,
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
from workflows.engine.results import expression_problems
from workflows.engine.state import Awaits, Subscription
from workflows.engine.values import Duration, ValueMismatch
from workflows.engine.variables import Kind, Variable

_TIMED_OUT: Final = Port(port="timed_out", name=LocalText(zh="超时", en="Timed out"))
LONGEST_KEY: Final = 200
_KEYS: Final = (Kind.TEXT, Kind.INTEGER)


class MessageConfig(Config):
    """`key` is an expression; without one every run that waits for this message takes it.

    `into` names the variable that takes what the message carries. With `within`, an ISO 8601 duration, the step is
    left by `timed_out` when nothing came for so long.
    """

    message: str = Field(
        min_length=1, max_length=100, json_schema_extra=ui("text", zh="消息名称", en="Message", group="when")
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
    key: Expression | None
    into: Variable | None
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
        problems: list[Problem] = []
        if config.key:
            problems += _key_problems(config.key, context.variables)
        if config.into and config.into not in {variable.name for variable in context.variables}:
            problems.append(
                Problem(
                    code="message.unknown_variable", path="into", params={"variable": config.into},
                    message=f"Expected a declared variable, found {config.into!r}.",
                )
            )  # fmt: skip
        if config.within:
            problems += duration_problems(config.within, "within")
        return problems

    @override
    def compile(self, config: MessageConfig, variables: tuple[Variable, ...]) -> _Compiled:
        return _Compiled(
            key=compile_expression(config.key, variables) if config.key else None,
            into=next((variable for variable in variables if variable.name == config.into), None),
            within=parse_duration(config.within) if config.within else None,
        )

    @override
    def enter(self, scope: Scope[MessageConfig]) -> Outcome:
        compiled: _Compiled = scope.program
        key: str | None = None
        if compiled.key is not None:
            try:
                value = compiled.key.value(scope.variables)
            except EvaluationError as error:
                return Fail(code=error.code, message=error.message, params=error.params)
            if value is None:
                found = f"Expected a key for the message {scope.config.message!r}, found no value."
                return Fail(code="message.key_missing", message=found, params={"message": scope.config.message})
            key = str(value)
            if len(key) > LONGEST_KEY:
                found = f"Expected a key of at most {LONGEST_KEY} characters, found {len(key)}."
                return Fail(
                    code="message.key_too_long", message=found, params={"longest": LONGEST_KEY, "found": len(key)}
                )
        due = None if compiled.within is None else due_at(scope.now, compiled.within, calendar=None)
        return Wait(awaits=Awaits.MESSAGE, due_at=due, listens=(Subscription(scope.config.message, key),))

    @override
    def resume(self, scope: Scope[MessageConfig], event: Resumption) -> Outcome:
        into = scope.program.into
        match event:
            case TimerDue():
                return Continue(port=_TIMED_OUT.port, why={"awaited": scope.config.message})
            case MessageReceived():
                try:
                    output = {} if into is None else {into.name: encode(decode(into.type, event.payload, into.name))}
                except ValueMismatch as mismatch:
                    return Refuse(error=BadInput(
                        "message.payload_unfit", path=mismatch.path,
                        message=f"Expected a message with {mismatch.expected}, found {mismatch.found}.",
                    ))  # fmt: skip
                return Continue(output=output, why={"message": event.name, "key": event.key})
        return Ignore()


def _key_problems(text: str, variables: tuple[Variable, ...]) -> list[Problem]:
    found = check(text, variables)
    if found.type is None:
        return expression_problems(found.errors, "key")
    if found.type.kind in _KEYS:
        return []
    return [
        Problem(
            code="message.key_type", path="key", span=(0, len(text)), params={"found": str(found.type)},
            message=f"Expected a text or a whole number as key, found {found.type}.",
        )
    ]  # fmt: skip
