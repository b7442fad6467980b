"""The path still ahead of a run: whom each step would ask if everybody said yes at once, by the values of now. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from workflows.engine.node_type import Scope
from workflows.engine.plan import Plan
from workflows.engine.state import Json, State
from workflows.engine.world import World
from workflows.simulation.player import Beginning, Bounds, Ending, Played, play, play_on
from workflows.simulation.script import RECEIVE, USUAL, Script, Supposed
from workflows.simulation.story import Passage, passages

MOST_HAPPENINGS: Final = 200  # of one look ahead: a person waits for it
MOST_STOPS: Final = 60  # more is no answer to "who is next"
_UNKNOWN: Final = " → unknown"  # how a condition says that values are missing

Place = tuple[str, int]  # a node and a visit of it
Turn = tuple[Mapping[str, Json], ...]  # those who are asked together


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A step at which the run stays, or whose way cannot be told yet.

    `turns` are those who are asked, one list for each time that it changes; `is_undecided` where a condition misses a
    value, so that the way from here is a guess; `until` is when a step of time lets it go on; `stands` that nothing
    known here lets it go on; `awaits_choice` that whoever starts the run still chooses who is asked.
    """

    node: str
    name: Mapping[str, str]
    type: str
    visit: int
    is_current: bool
    turns: tuple[Turn, ...]
    is_undecided: bool
    until: datetime | None
    stands: bool
    failure: str | None
    awaits_choice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """The stops in order, and how it ends; `is_cut_off` when there were more of them than are told."""

    ending: Ending
    stops: tuple[Stop, ...]
    is_cut_off: bool


def ahead_of(plan: Plan, state: State, *, at: datetime, world: World) -> Ahead:
    """What lies before a run that is under way, from where it stands."""
    played = play_on(plan, state, at=at, world=world, script=_agreeing(plan), bounds=_bounds())
    return _told(played, dict(_standing(plan, state, at=at, world=world)))


def ahead_from(plan: Plan, beginning: Beginning, *, world: World, unchosen: frozenset[str]) -> Ahead:
    """What lies before a run that nobody has begun yet; `unchosen` are nodes whose people are still to be chosen."""
    found = _told(play(plan, beginning, world=world, script=_agreeing(plan), bounds=_bounds()), {})
    stops = (replace(one, turns=(), awaits_choice=True) if one.node in unchosen else one for one in found.stops)
    return replace(found, stops=tuple(stops))


def _standing(plan: Plan, state: State, *, at: datetime, world: World) -> Iterator[tuple[Place, Turn]]:
    """Where the run stands, with those who are asked there."""
    for token in state.tokens.values():
        node = plan.nodes[token.node]
        answers = node.type.possible_answers
        scope = Scope(node, token, state, token.visit, token.attempt, at, world)
        asked = node.type.foreseen(scope, answers[0], None) if answers else ()
        yield (token.node, token.visit), tuple(one.about for one in asked)


def _bounds() -> Bounds:
    return Bounds(happenings=MOST_HAPPENINGS)


def _agreeing(plan: Plan) -> Script:
    """Everybody says yes as soon as they are asked, calls succeed, and messages come."""
    lines: dict[tuple[str, int | None], Supposed] = {
        (key, None): Supposed(do=USUAL if node.type.possible_answers else RECEIVE, is_working_time=False)
        for key, node in plan.nodes.items()
    }
    return Script(lines=lines)


def _told(played: Played, standing: Mapping[Place, Turn]) -> Ahead:
    found = list(_stops(played, standing))
    return Ahead(
        ending=played.ending, stops=tuple(found[:MOST_STOPS]),
        is_cut_off=played.ending is Ending.CUT_OFF or len(found) > MOST_STOPS,
    )  # fmt: skip


def _stops(played: Played, standing: Mapping[Place, Turn]) -> Iterator[Stop]:
    passed = {(one.node, one.visit): one for one in passages(played)}
    at = played.beginning.at
    still = {place: Passage(*place, at) for place in standing if place not in passed}  # where nothing happens
    for place, passage in (still | passed).items():
        now = standing.get(place)
        if now is not None or _is_worth_telling(played.plan, passage):
            yield _stop(played, passage, now=now)


def _is_worth_telling(plan: Plan, passage: Passage) -> bool:
    kind = plan.nodes[passage.node].type
    return (
        kind.is_end or bool(kind.possible_answers) or kind.external_effect or passage.incident is not None
        or passage.left is None or passage.left > passage.entered or _undecided(passage)
    )  # fmt: skip


def _stop(played: Played, passage: Passage, *, now: Turn | None) -> Stop:
    node = played.plan.nodes[passage.node]
    later = [tuple(_list(one["candidates"])) for one in passage.asked]
    turns = tuple(turn for turn in (now or (), *later) if turn)
    return Stop(
        node=node.id, name=node.name.model_dump(), type=node.type.key, visit=passage.visit, is_current=now is not None,
        turns=turns, is_undecided=_undecided(passage),
        until=passage.timers[-1] if passage.timers and not node.type.possible_answers else None,
        stands=passage.left is None and passage.incident is None,
        failure=None if passage.incident is None else str(passage.incident["code"]),
    )  # fmt: skip


def _undecided(passage: Passage) -> bool:
    return any(str(one.get("because")).endswith(_UNKNOWN) for one in _list((passage.because or {}).get("conditions")))


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
