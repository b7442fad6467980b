"""What a step that waits for a message must know of it: the key that says which run it is about, and where what it
carries goes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bedrock.errors import BadInput
from workflows.engine.events import MessageReceived
from workflows.engine.expressions.errors import EvaluationError
from workflows.engine.expressions.language import Expression, check, compile_expression
from workflows.engine.json_values import decode, encode
from workflows.engine.node_type import Fail, Problem
from workflows.engine.results import expression_problems
from workflows.engine.state import Json, Subscription
from workflows.engine.values import ValueMismatch
from workflows.engine.variables import Kind, Variable

LONGEST_NAME: Final = 100
LONGEST_KEY: Final = 200
_KEYS: Final = (Kind.TEXT, Kind.INTEGER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A message that a step waits for. Without a key it is one that is sent to all."""

    name: str
    key: Expression | None
    into: Variable | None

    def subscription(self, values: Mapping[str, Json]) -> Subscription | Fail:
        """What a run with these values listens for; why it cannot, when the key has no value or too long a one."""
        if self.key is None:
            return Subscription(self.name)
        try:
            value = self.key.value(values)
        except EvaluationError as error:
            return Fail(code=error.code, message=error.message, params=error.params)
        if value is None:
            found = f"Expected a key for the message {self.name!r}, found no value."
            return Fail(code="message.key_missing", message=found, params={"message": self.name})
        key = str(value)
        if len(key) > LONGEST_KEY:
            found = f"Expected a key of at most {LONGEST_KEY} characters, found {len(key)}."
            return Fail(code="message.key_too_long", message=found, params={"longest": LONGEST_KEY, "found": len(key)})
        return Subscription(self.name, key)

    def taken(self, event: MessageReceived) -> Mapping[str, Json] | BadInput:
        """The variables that take what the message carries; why it does not fit."""
        if self.into is None:
            return {}
        try:
            return {self.into.name: encode(decode(self.into.type, event.payload, self.into.name))}
        except ValueMismatch as mismatch:
            return BadInput(
                "message.payload_unfit", path=mismatch.path,
                message=f"Expected a message with {mismatch.expected}, found {mismatch.found}.",
            )  # fmt: skip


def awaited(name: str, *, key: str, into: str, variables: tuple[Variable, ...]) -> Awaited:
    """A message by its settings, which have been checked."""
    return Awaited(
        name=name,
        key=compile_expression(key, variables) if key else None,
        into=next((variable for variable in variables if variable.name == into), None),
    )


def awaited_problems(*, key: str, into: str, variables: tuple[Variable, ...], place: str = "") -> list[Problem]:
    """What is wrong with the settings of a message; `place` is where in the config they stand."""
    problems = _key_problems(key, variables, f"{place}key") if key else []
    if into and into not in {variable.name for variable in variables}:
        problems.append(
            Problem(
                code="message.unknown_variable", path=f"{place}into", params={"variable": into},
                message=f"Expected a declared variable, found {into!r}.",
            )
        )  # fmt: skip
    return problems


def _key_problems(text: str, variables: tuple[Variable, ...], path: str) -> list[Problem]:
    found = check(text, variables)
    if found.type is None:
        return expression_problems(found.errors, path)
    if found.type.kind in _KEYS:
        return []
    return [
        Problem(
            code="message.key_type", path=path, span=(0, len(text)), params={"found": str(found.type)},
            message=f"Expected a text or a whole number as key, found {found.type}.",
        )
    ]  # fmt: skip
