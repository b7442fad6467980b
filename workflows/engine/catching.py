"""Leaving a step that failed: which exit a failure takes, and how often work is tried before it counts as failed.

Common parts of the configs of all types that may fail. A failure that no exit takes is an incident, as ever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

from workflows.engine.events import CaughtBy
from workflows.engine.graph import Document, LocalText
from workflows.engine.node_type import CheckContext, Config, Continue, Fail, Port, Problem
from workflows.engine.panel import ui
from workflows.engine.state import Json
from workflows.engine.variables import Kind, Variable

ANY: Final = "*"
_NAME: Final = LocalText(zh="出错", en="Error")
Code = Annotated[str, Field(max_length=100, pattern=r"^(\*|[A-Za-z0-9_][A-Za-z0-9_.:-]*\*?)$")]


class ErrorExit(Document):
    """An exit for failures with one of these codes; a code that ends in `*` stands for all that begin so.

    `into` names a text variable that takes the code.
    """

    codes: tuple[Code, ...] = Field(min_length=1, max_length=50)
    port: str = Field(max_length=64, pattern=r"^error(_[A-Za-z0-9_]{1,58})?$")
    name: LocalText = LocalText()
    into: str = Field(default="", max_length=64)


class RetryPolicy(Document):
    """So many tries in all, with so many seconds between them; the last wait is the one for all that follow.

    Only what is safe to repeat is repeated: that the type of the step knows, and no policy overrules it.
    """

    tries: int = Field(ge=1, le=20)
    waits: tuple[Annotated[int, Field(ge=0, le=86_400)], ...] = Field(default=(1,), min_length=1, max_length=19)

    def wait_after(self, tries: int) -> int:
        """Seconds to wait after so many tries."""
        return self.waits[min(tries, len(self.waits)) - 1]


class Catching(Config):
    """Settings of a step that may be left when it failed. The first exit that takes the failure's code is taken."""

    on_error: tuple[ErrorExit, ...] = Field(
        default=(), max_length=20,
        json_schema_extra=ui(
            "errors", zh="出错时走", en="When it fails", group="after",
            help_zh="按错误码离开这一步,从上到下取第一个符合的;http.* 表示以 http. 开头的全部,* 表示任何错误。"
            "结果不明(对方可能已经执行)的错误只认写明的错误码。都不符合时停下等人处理",
            help_en="The first exit with the failure's code is taken; http.* stands for all that begin with http., "
            "and * for any. A failure whose outcome nobody knows, because the other side may have acted, is taken "
            "only by its whole code. Without a match the step waits for a person",
        ),
    )  # fmt: skip


class Repeating(Catching):
    """Settings of a step whose work is done by a job, tried again when that may help."""

    retry: RetryPolicy | None = Field(
        default=None,
        json_schema_extra=ui(
            "retry", zh="自动重试", en="Try again", group="advanced",
            help_zh="不设置时按这一步自己的规则;不安全的操作绝不重试",
            help_en="Unless set, as the step itself sees fit; what is not safe to repeat is never repeated",
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Catches:
    """The exits of one step for failures, ready to be asked."""

    exits: tuple[ErrorExit, ...]

    def exit_for(self, failure: Fail, caught_by: CaughtBy) -> Continue | None:
        """How the failed step is left; None when nothing takes this failure."""
        if caught_by == "nothing":
            return None
        for one in self.exits:
            if any(_takes(code, failure.code, exactly=caught_by == "code") for code in one.codes):
                told: dict[str, Json] = {
                    "code": failure.code, "message": failure.message, "params": dict(failure.params)
                }  # fmt: skip
                output: Mapping[str, Json] = {one.into: failure.code} if one.into else {}
                return Continue(port=one.port, output=output, why={"error": told})
        return None


NOTHING_CAUGHT: Final = Catches(())


def catches_of(config: Config) -> Catches:
    """The exits for failures of a step with this config."""
    return Catches(config.on_error) if isinstance(config, Catching) and config.on_error else NOTHING_CAUGHT


def retry_policy(config: Config) -> RetryPolicy | None:
    """How often the work of a step with this config is tried; None when its type says so."""
    return config.retry if isinstance(config, Repeating) else None


def error_ports(config: Config) -> tuple[Port, ...]:
    """The exits for failures as ports."""
    exits = config.on_error if isinstance(config, Catching) else ()
    return tuple(Port(port=one.port, name=one.name if one.name != LocalText() else _NAME) for one in exits)


def catch_problems(config: Config, context: CheckContext) -> Sequence[Problem]:
    """What is wrong with the exits for failures."""
    if not isinstance(config, Catching):
        return ()
    problems: list[Problem] = []
    exits = config.on_error
    for index, one in enumerate(exits):
        path = f"on_error.{index}"
        if one.port in [other.port for other in exits[:index]]:
            problems.append(
                Problem(
                    code="on_error.port_repeated", path=f"{path}.port", params={"port": one.port},
                    message=f"Expected each port once, found {one.port!r} again.",
                )
            )  # fmt: skip
        before = [code for other in exits[:index] for code in other.codes]
        if all(any(_covers(earlier, code) for earlier in before) for code in one.codes):
            problems.append(
                Problem(
                    code="on_error.never_taken", path=f"{path}.codes", params={"number": index + 1},
                    message="Expected a code that no exit before takes, found that this exit is never taken.",
                )
            )  # fmt: skip
        if one.into:
            problems += _into_problems(one.into, context.variables, f"{path}.into")
    return problems


def _into_problems(name: str, variables: tuple[Variable, ...], path: str) -> list[Problem]:
    declared = next((variable for variable in variables if variable.name == name), None)
    if declared is None:
        return [
            Problem(
                code="on_error.unknown_variable", path=path, params={"variable": name},
                message=f"Expected a declared variable, found {name!r}.",
            )
        ]  # fmt: skip
    if declared.type.kind is not Kind.TEXT:
        return [
            Problem(
                code="on_error.variable_type", path=path, params={"variable": name, "found": str(declared.type)},
                message=f"Expected a text variable for the code, found {declared.type}.",
            )
        ]  # fmt: skip
    return []


def _takes(wanted: str, code: str, *, exactly: bool) -> bool:
    if wanted.endswith(ANY):
        return not exactly and code.startswith(wanted[:-1])
    return code == wanted


def _covers(earlier: str, later: str) -> bool:
    """Whether `earlier` takes all that `later` does; only a whole code takes an outcome that nobody knows."""
    if earlier.endswith(ANY):
        return later.endswith(ANY) and later.startswith(earlier[:-1])
    return earlier == later
