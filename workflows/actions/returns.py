"""Looking at the ways back from a wait before one of them is gone: which there are, and what each takes away."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bedrock.errors import NotFound, OrderflowError
from workflows import store
from workflows.actions.intervention_effects import Effect, effects_of
from workflows.engine.events import Signalled
from workflows.engine.facts import Returned
from workflows.engine.graph import LocalText
from workflows.engine.plan import Plan
from workflows.engine.returns import earlier_steps
from workflows.engine.step import Step, advance
from workflows.engine.world import World
from workflows.store import Beside


@dataclass(frozen=True, slots=True, kw_only=True)
class WayBack:
    """An earlier step, what going back there does, and whom it would ask; `refused` is why it cannot be gone.

    `is_requester` of the start, where whoever asked for the run would revise it.
    """

    node: str
    name: LocalText
    visit: int
    is_requester: bool = False
    may_resume: bool = False
    effects: tuple[Effect, ...] = ()
    asks: tuple[Mapping[str, Any], ...] = ()
    refused: OrderflowError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysBack:
    """All ways back of one wait, the nearest first, as of fact `seq` of its run."""

    instance: str
    seq: int
    row: Sequence[Any]
    world: World
    names: Mapping[str, LocalText]
    ways: tuple[WayBack, ...]


EventOf = Callable[[Sequence[Any] | None, str], Signalled]


def ways_back(beside: Beside, row_id: str, event_of: EventOf, *, now: datetime) -> WaysBack:
    """What would happen for each earlier step. `event_of` makes the wish to go there, and to come back, from the
    columns of a row of another room; or it raises. Changes nothing. Raises why this person may go nowhere.
    """
    loaded, row = store.read_by(beside, row_id)
    first = event_of(row, "")
    if loaded is None or row is None:
        raise NotFound("instance.unknown", f"Expected an instance of the row {row_id}, found none.")
    plan, state = loaded.release.plan, loaded.state
    token = state.tokens.get(first.token)
    found: list[WayBack] = []
    allowed = advance(plan, state, first, now=now, world=loaded.world).refused
    if allowed is not None and not allowed.code.startswith("return."):
        raise allowed
    for to in () if token is None or token.visit != first.visit else earlier_steps(plan, state, token):
        base = WayBack(
            node=to, name=plan.nodes[to].name, visit=state.visits[to], is_requester=to == plan.start.id
        )  # fmt: skip
        event = event_of(row, to)
        step = advance(plan, state, event, now=now, world=loaded.world)
        if step.refused is not None:
            found.append(replace(base, refused=step.refused))
            continue
        found.append(
            replace(
                base, asks=_asked(plan, step), effects=tuple(effects_of(plan, state, event, step, passes=())),
                may_resume=any(isinstance(fact, Returned) and fact.resumes is not None for fact in step.facts),
            )
        )  # fmt: skip
    names = {node.id: node.name for node in plan.nodes.values()}
    return WaysBack(
        instance=loaded.id, seq=state.seq, row=row, world=loaded.world, names=names, ways=tuple(found)
    )  # fmt: skip


def _asked(plan: Plan, step: Step) -> tuple[Mapping[str, Any], ...]:
    """Whom the step asks where it comes to a stand."""
    found: list[Mapping[str, Any]] = []
    for work in step.inline:
        asked = plan.nodes[work.node].type.asked(work.payload)
        found += [] if asked is None else asked["candidates"]
    return tuple(found)
