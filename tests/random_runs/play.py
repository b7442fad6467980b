"""Runs of random drawings from a seed: no token is lost, a duplicate changes nothing, and every run comes to an end."""

from collections import Counter
from random import Random
from typing import Any

from tests.calls.flows import LINES, PACKING
from tests.engine.flows import money
from tests.random_runs.drawings import next_version, random_drawing
from tests.random_runs.player import RandomPlayer
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.events import Signalled
from workflows.engine.flow_book import FlowBook, PublishedFlow
from workflows.engine.graph import read_graph
from workflows.engine.plan import Plan, compile_plan
from workflows.engine.registry import registry
from workflows.engine.state import Status
from workflows.engine.validate import has_errors, validate
from workflows.engine.variables import parse_variables
from workflows.engine.world import world_of
from workflows.testing import MONDAY_MORNING

MOVES = {
    "yes": 30,
    "no": 24,
    "repeat": 12,
    "mistake": 12,
    "remind": 6,
    "force": 5,
    "return": 8,
    "migrate": 5,
    "cancel": 1,
}
PREDICTED = {"loop.exhausted", "test.broken", "test.unfit", "flow.cancelled"}
PUBLISHED = PublishedFlow(version=1, variables=parse_variables(PACKING["variables"]))
WORLD = world_of(CalendarBook(), FlowBook(flows={"packing": PUBLISHED}))


def play(*, graphs: int, paths: int, seed: int) -> Counter[str]:
    """Draw so many graphs and run each on so many paths; figures by name.

    The n-th drawing and its runs depend on `seed + n` alone. AssertionError, with
    that number, if a rule is broken.
    """
    figures: Counter[str] = Counter()
    for number in range(seed, seed + graphs):
        chance = Random(number)
        try:
            drawing = random_drawing(chance)
            plan = plan_of(drawing)
            assert plan is not None, "the drawing could not be published"
            figures["graphs"] += 1
            figures["nodes"] += len(plan.nodes)
            for _ in range(paths):
                _run(drawing, plan, chance, figures)
        except Exception as broken:
            raise AssertionError(f"Expected every rule kept, found one broken with seed {number}.") from broken
    return figures


def plan_of(drawing: dict[str, Any]) -> Plan | None:
    """The plan of a drawing; None if it could not be published."""
    parsed = read_graph(drawing)
    problems = validate(parsed, registry=registry, world=WORLD, now=MONDAY_MORNING)
    return None if has_errors(problems) else compile_plan(parsed, registry=registry)


def _run(drawing: dict[str, Any], plan: Plan, chance: Random, figures: Counter[str]) -> None:
    variables = {
        "a": chance.choice((None, money("0.00"), money("29.99"), money("30.00"), money("90.00"))),
        "b": chance.choice((None, money("100.00"))), "lines": LINES[: chance.choice((0, 1, 2, 4))],
        "first": LINES[0], "shopName": "旗舰店", "parcel": None, "parcels": None, "needed": 2, "n": 1, "code": None,
    }  # fmt: skip
    player = RandomPlayer(plan, variables=variables, chance=chance, figures=figures)
    for move in chance.choices(list(MOVES), weights=list(MOVES.values()), k=chance.randint(5, 40)):
        drawing = _move(player, move, drawing, chance)
    player.finish()
    assert player.codes <= PREDICTED, player.codes
    assert player.state.status in (Status.COMPLETED, Status.CANCELLED), player.run.where()
    for pick in range(len(player.told)):
        player.repeat(pick)
    figures["runs"] += 1
    figures[str(player.state.status)] += 1
    figures["incidents"] += sum(fact.kind == "failed" for fact in player.history)
    figures["called runs"] += len(player.called)
    figures["resubmitted"] += sum(event.name == "resubmit" for event in player.told if isinstance(event, Signalled))
    for kind in ("returned", "resumed"):
        figures[kind] += sum(fact.kind == kind for fact in player.history)


def _move(player: RandomPlayer, move: str, drawing: dict[str, Any], chance: Random) -> dict[str, Any]:
    """One move, and the drawing that the run is in afterwards; what makes no sense now does nothing."""
    pick = chance.randrange(1_000)
    match move:
        case "repeat":
            player.repeat(pick)
        case "mistake":
            player.mistake(pick)
        case "remind":
            player.remind()
        case "force":
            player.force(pick)
        case "return":
            player.send_back(pick)
        case "cancel":
            player.cancel()
        case "migrate" if player.state.status is Status.RUNNING:
            new, mapping = next_version(chance, drawing)
            plan = plan_of(new)
            if plan is not None and player.migrate(plan, mapping):
                return new
        case "yes" | "no" if player.waiting:
            player.answer(player.waiting[pick % len(player.waiting)], kindly=move == "yes")
    return drawing
