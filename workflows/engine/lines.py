"""Lines: runs of a flow that takes turns are let in one at a time, by a key such as the number of their order.

A run stands in at most one line, at its start, before it has done anything; it is in until it is over. So nobody who is
in waits to be let in elsewhere, and no circle of runs that wait for each other can come about.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from workflows.engine.expressions.errors import EvaluationError
from workflows.engine.expressions.language import Expression, check, compile_expression
from workflows.engine.node_type import Fail, Problem
from workflows.engine.plan import Plan
from workflows.engine.results import expression_problems
from workflows.engine.state import Awaits, Json, State, Subject, Token
from workflows.engine.variables import Kind, Variable

LONGEST_KEY: Final = 200
_KEYS: Final = (Kind.TEXT, Kind.INTEGER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The line that the runs of a flow stand in. Without a key they are told apart by what they are about."""

    name: str
    key: Expression | None

    def place(self, subject: Subject, values: Mapping[str, Json]) -> Mapping[str, str] | Fail:
        """The line and the key of a run with these values; why it has none."""
        if self.key is None:
            return {"line": self.name, "key": f"{subject.type}:{subject.id}"}
        try:
            value = self.key.value(values)
        except EvaluationError as error:
            return Fail(code=error.code, message=error.message, params=error.params)
        key = "" if value is None else str(value)
        if not 0 < len(key) <= LONGEST_KEY:
            message = f"Expected a key of 1 to {LONGEST_KEY} characters for {self.name!r}, found {len(key)}."
            return Fail(code="line.key_unfit", message=message, params={"longest": LONGEST_KEY, "found": len(key)})
        return {"line": self.name, "key": key}


def compile_line(name: str, key: str, variables: tuple[Variable, ...]) -> Line | None:
    """The line of these settings, which have been checked; None when there is none."""
    return Line(name=name, key=compile_expression(key, variables) if key else None) if name else None


def line_problems(name: str, key: str, variables: tuple[Variable, ...]) -> list[Problem]:
    """What is wrong with these settings."""
    if not key:
        return []
    if not name:
        message = "Expected a line for the key, found none."
        return [Problem(code="line.missing", path="line", message=message)]
    found = check(key, variables)
    if found.type is None:
        return expression_problems(found.errors, "line_key")
    if found.type.kind in _KEYS:
        return []
    return [
        Problem(
            code="line.key_type", path="line_key", span=(0, len(key)), params={"found": str(found.type)},
            message=f"Expected a text or a whole number as key, found {found.type}.",
        )
    ]  # fmt: skip


def line_of(plan: Plan) -> tuple[str, str] | None:
    """The settings of the line that runs of this version stand in; None when they take no turns."""
    name = getattr(plan.start.config, "line", "")
    return (name, plan.start.config.line_key) if name else None


def queued(state: State) -> Token | None:
    """The token that waits to be let in."""
    return next((token for token in state.tokens.values() if token.awaits is Awaits.TURN), None)
