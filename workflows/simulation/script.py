"""What a rehearsal assumes of the world outside: how people answer, what calls come to, which messages come."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from pydantic import Field

from workflows.engine.due import parse_duration
from workflows.engine.graph import Document
from workflows.engine.node_type import Problem
from workflows.engine.plan import Plan
from workflows.engine.state import Json
from workflows.engine.values import Duration

EVERYWHERE: Final = "*"

# What may be assumed of any wait, besides the answers that its node type knows.
USUAL: Final = "usual"
NOTHING: Final = "nothing"
FAIL: Final = "fail"
RECEIVE: Final = "receive"
_ANY_WAIT: Final = (USUAL, NOTHING, FAIL, RECEIVE)


class Assumption(Document):
    """What happens at a node: in one visit of it, or in all that no other line names.

    `do` is an answer that the node's type knows (an approval: `approve`, `reject`), or `usual` (the first of these; a
    call succeeds), `nothing` (silence), `fail` (a call fails for good, with `code`), `receive` (a message comes: of
    several awaited ones the one called `message`, or the first; one that is not awaited never comes). It happens
    `after` so long; `clock` tells whether that is working time of who acts. `output` is what a call answers or a
    message carries. The node `*` stands for all that are not named.
    """

    node: str = Field(min_length=1, max_length=64)
    visit: int | None = Field(default=None, ge=1, le=1000)
    do: str = Field(default=USUAL, min_length=1, max_length=40)
    after: str = Field(default="PT0S", max_length=40)
    clock: Literal["working", "wall"] = "working"
    by: str | None = Field(default=None, max_length=64)
    code: str = Field(default="rehearsal.failed", min_length=1, max_length=100)
    message: str | None = Field(default=None, max_length=100)
    output: dict[str, Any] = Field(default_factory=dict)


_AT_ONCE: Final = Duration()


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """An assumption ready to be played."""

    do: str = USUAL
    after: Duration = _AT_ONCE
    is_working_time: bool = True
    by: str | None = None
    code: str = ""
    message: str | None = None
    output: Mapping[str, Json] = field(default_factory=dict)


_USUAL: Final = Supposed()


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The assumptions by node and visit."""

    lines: Mapping[tuple[str, int | None], Supposed] = field(default_factory=dict)

    def of(self, node: str, visit: int) -> Supposed:
        """What is assumed of this visit: the line of the visit, of the node, of all nodes, or else the usual."""
        if not self.lines:
            return _USUAL
        wanted = ((node, visit), (node, None), (EVERYWHERE, visit), (EVERYWHERE, None))
        return next((self.lines[key] for key in wanted if key in self.lines), _USUAL)


def read_script(assumptions: Iterable[Assumption]) -> Script:
    """The script of these lines; of two for the same visit the later counts. `after` must be a duration."""
    return Script(lines={(one.node, one.visit): _read(one) for one in assumptions})


def _read(one: Assumption) -> Supposed:
    after = parse_duration(one.after)
    if after is None:
        raise ValueError(f"Expected a duration, found {one.after!r}.")
    return Supposed(
        do=one.do,
        after=after,
        is_working_time=one.clock == "working",
        by=one.by,
        code=one.code,
        message=one.message,
        output=one.output,
    )


def script_problems(assumptions: Iterable[Assumption], plan: Plan) -> list[Problem]:
    """Every reason why these lines cannot be played on this plan; the paths count the lines."""
    problems: list[Problem] = []
    for index, one in enumerate(assumptions):
        if parse_duration(one.after) is None:
            problems.append(Problem(
                code="duration.malformed", path=f"outcomes.{index}.after", params={"found": one.after},
                message=f"Expected a duration such as PT30M or P1D, found {one.after!r}.",
            ))  # fmt: skip
        if one.node == EVERYWHERE:
            known = {*_ANY_WAIT, *(answer for node in plan.nodes.values() for answer in node.type.possible_answers)}
        elif one.node in plan.nodes:
            known = {*_ANY_WAIT, *plan.nodes[one.node].type.possible_answers}
        else:
            problems.append(Problem(
                code="simulation.unknown_node", path=f"outcomes.{index}.node", params={"node": one.node},
                message=f"Expected a node of the flow, found {one.node!r}.",
            ))  # fmt: skip
            continue
        if one.do not in known:
            problems.append(Problem(
                code="simulation.unknown_answer", path=f"outcomes.{index}.do",
                params={"node": one.node, "found": one.do, "known": sorted(known)},
                message=f"Expected one of {', '.join(sorted(known))}, found {one.do!r}.",
            ))  # fmt: skip
    return problems
