"""Branches that carry conditions: their part of a gateway's config, what is wrong with them, and why one was taken."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field
from typing_extensions import override

from workflows.engine.expressions.errors import ExpressionError
from workflows.engine.expressions.language import Condition, check, compile_condition
from workflows.engine.graph import Document, LocalText
from workflows.engine.node_type import CheckContext, Port, Problem
from workflows.engine.results import expression_problems
from workflows.engine.state import Json
from workflows.engine.variables import Variable

OTHERWISE = "otherwise"
OTHERWISE_PORT = Port(port=OTHERWISE, name=LocalText(zh="否则", en="Otherwise"))


class ConditionalBranch(Document):
    """A branch and the condition under which it is taken."""

    port: str = Field(min_length=1, max_length=64)
    name: LocalText = LocalText()
    when: str = Field(max_length=2000)


Branches = Sequence[ConditionalBranch]
Compiled = tuple[tuple[str, Condition], ...]  # ports with their conditions, in stored order


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The sound conditions of branches, and what is wrong with the others."""

    conditions: tuple[Condition, ...]
    problems: tuple[Problem, ...]


def ports_of(branches: Branches) -> tuple[Port, ...]:
    """One exit a branch, and one for when none is taken."""
    return (*(Port(port=branch.port, name=branch.name) for branch in branches), OTHERWISE_PORT)


def check_branches(branches: Branches, context: CheckContext) -> Checked:
    """Compile every condition; find errors in them and repeated ports."""
    conditions: list[Condition] = []
    problems: list[Problem] = []
    for index, branch in enumerate(branches):
        try:
            conditions.append(compile_condition(branch.when, context.variables))
        except ExpressionError:
            errors = check(branch.when, context.variables, condition=True).errors
            problems += expression_problems(errors, f"branches.{index}.when")
    ports = [branch.port for branch in branches]
    problems += [
        Problem(
            code="branches.port_repeated",
            message=f"Expected each port once, found {port!r} again.",
            path=f"branches.{index}.port", params={"port": port},
        )
        for index, port in enumerate(ports)
        if port in ports[:index] or port == OTHERWISE
    ]  # fmt: skip
    return Checked(conditions=tuple(conditions), problems=tuple(problems))


def compile_branches(branches: Branches, variables: tuple[Variable, ...]) -> Compiled:
    """The branches ready to be decided."""
    return tuple((branch.port, compile_condition(branch.when, variables)) for branch in branches)


class Reasons(Mapping[str, Json]):
    """Why a way was taken: `{"conditions": [{"port", "because"}]}` for the conditions that were asked.

    Put into words when somebody reads it, from the values of that moment: a simulation of a thousand runs never does.
    """

    __slots__ = ("_asked", "_values", "_words")

    def __init__(self, asked: Compiled, values: Mapping[str, Json]) -> None:
        self._asked, self._values = asked, values
        self._words: dict[str, Json] = {}

    def _worded(self) -> dict[str, Json]:
        if not self._words:
            self._words["conditions"] = [
                {"port": port, "because": condition.explain(self._values)} for port, condition in self._asked
            ]
        return self._words

    @override
    def __getitem__(self, key: str) -> Json:
        return self._worded()[key]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._worded())

    @override
    def __len__(self) -> int:
        return 1

    @override
    def __repr__(self) -> str:
        return repr(self._worded())
