"""When a wait would fire if nobody did anything: the engine's own answers, one due time after the other. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from workflows.engine.events import TimerDue
from workflows.engine.node_type import Continue, Fail, Outcome, Place, Scope, Wait
from workflows.engine.record import record
from workflows.engine.registry import AnyNodeType
from workflows.engine.state import Json, State, Token
from workflows.engine.world import World

MOST = 20  # due times of one wait; no type has more steps


@record
class Firing:
    """A due time, and what happens then: `waits` on with this note and whoever is `asked`, or `leaves` by a port, or
    `fails` with a code."""

    at: datetime
    then: str
    what: str
    asked: tuple[Json, ...] = ()


@record
class Forecast:
    """What a wait would do by itself, in order. It never ends by itself if the last firing waits, or there is none.

    `code` is why it cannot even begin.
    """

    firings: tuple[Firing, ...]
    code: str = ""


def entering(
    node_type: AnyNodeType, place: Place[Any], *, at: datetime, requester: str | None,
    variables: Mapping[str, Json], world: World,
) -> Forecast:  # fmt: skip
    """The forecast of a token that would enter this place at an instant."""
    token = Token(1, place.id)
    state = State(requester=requester, variables=variables, tokens={1: token})
    outcome = node_type.enter(Scope(place, token, state, 1, 1, at, world))
    if isinstance(outcome, Fail):
        return Forecast((), outcome.code)
    if not isinstance(outcome, Wait):
        return Forecast(())
    began = replace(token, visit=1, attempt=1, since=at, **_waiting(outcome))
    return waiting(node_type, place, began, state, now=at, world=world)


def waiting(
    node_type: AnyNodeType, place: Place[Any], token: Token, state: State, *, now: datetime, world: World
) -> Forecast:
    """The forecast of a token that stands at this place. What is due already fires now."""
    firings: list[Firing] = []
    while token.due_at is not None and len(firings) < MOST:
        now = max(token.due_at, now)
        scope = Scope(place, token, state, token.visit, token.attempt, now, world)
        outcome = node_type.resume(scope, TimerDue(token=token.id, visit=token.visit, attempt=token.attempt))
        firings.append(_firing(node_type, outcome, at=now))
        if not isinstance(outcome, Wait):
            break
        token = replace(token, attempt=token.attempt + 1, **_waiting(outcome))
    return Forecast(tuple(firings))


def _waiting(wait: Wait) -> dict[str, Any]:
    return {"awaits": wait.awaits, "due_at": wait.due_at, "data": wait.data, "listens": wait.listens}


def _firing(node_type: AnyNodeType, outcome: Outcome, *, at: datetime) -> Firing:
    match outcome:
        case Wait():
            asked = [found for payload in outcome.work if (found := node_type.asked(payload)) is not None]
            what = outcome.notes[-1].what if outcome.notes else ""
            return Firing(at, "waits", what, tuple(asked[-1]["candidates"]) if asked else ())
        case Continue():
            return Firing(at, "leaves", outcome.port)
        case Fail():
            return Firing(at, "fails", outcome.code)
        case _:
            return Firing(at, "waits", "")
