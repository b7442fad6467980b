"""Random drawings, random events: no token is lost, nothing is done twice, and the facts tell the whole story."""

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.drawings import any_drawing, nested
from tests.engine.flows import money
from tests.engine.player import SUPERVISOR, Player
from workflows.engine import events
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.graph import read_graph
from workflows.engine.plan import Plan, compile_plan
from workflows.engine.registry import registry
from workflows.engine.state import Status
from workflows.engine.validate import has_errors, validate
from workflows.engine.world import world_of
from workflows.testing import MONDAY_MORNING

ACTIONS = ("yes", "yes", "yes", "no", "no", "repeat", "mistake", "force", "return")
PREDICTED = {"loop.exhausted", "test.broken"}
SCRIPT = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 1_000)), max_size=40)
VARIABLES = st.fixed_dictionaries(
    {}, optional={"a": st.sampled_from(("0.00", "29.99", "30.00")).map(money), "b": st.just(money("100.00"))}
)
PLENTY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def plan_of(drawing: dict[str, Any]) -> Plan | None:
    """The plan of a drawing that could be published, or None."""
    parsed = read_graph(drawing)
    problems = validate(parsed, registry=registry, world=world_of(CalendarBook()), now=MONDAY_MORNING)
    return None if has_errors(problems) else compile_plan(parsed, registry=registry)


def act(player: Player, action: str, pick: int) -> None:
    """One move of a script; moves that make no sense now do nothing."""
    match action:
        case "repeat":
            player.repeat(pick)
        case "mistake":
            player.mistake(pick)
        case "force":
            player.tell(events.Forced(target=list(player.plan.nodes)[pick % len(player.plan.nodes)],
                                      actor=SUPERVISOR, reason="at random"))  # fmt: skip
        case "return":
            player.send_back(pick)
        case "yes" | "no":
            if player.waiting:
                player.answer(player.waiting[pick % len(player.waiting)], kindly=action == "yes")


@PLENTY
@given(drawing=nested(), script=SCRIPT, variables=VARIABLES)
def test_every_run_of_a_well_nested_drawing_can_be_finished(
    drawing: dict[str, Any], script: list[tuple[str, int]], variables: dict[str, Any]
) -> None:
    plan = plan_of(drawing)
    assert plan is not None
    player = Player(plan, variables=variables)
    for action, pick in script:
        act(player, action, pick)

    player.finish()

    assert player.state.status is Status.COMPLETED
    assert player.codes <= PREDICTED
    for pick in range(len(player.told)):
        player.repeat(pick)


@PLENTY
@given(drawing=nested(), script=SCRIPT)
def test_a_cancelled_run_leaves_nothing_and_hears_nothing(
    drawing: dict[str, Any], script: list[tuple[str, int]]
) -> None:
    plan = plan_of(drawing)
    assert plan is not None
    player = Player(plan, variables={})
    for action, pick in script:
        act(player, action, pick)
    if player.state.status is not Status.RUNNING:
        return

    player.tell(events.CancelRequested(actor=SUPERVISOR, reason="at random"))

    assert (player.state.status, player.state.tokens) == (Status.CANCELLED, {})
    for pick in range(len(player.told)):
        player.repeat(pick)


@pytest.mark.parametrize("seed", range(10))
def test_a_drawing_without_errors_never_starves_whatever_its_lines(seed: int) -> None:
    chance = Random(seed)
    accepted = done = 0
    for _ in range(700):
        plan = plan_of(any_drawing(chance, largest=8))
        if plan is None:
            continue
        accepted += 1
        for _ in range(4):
            player = Player(plan, variables={"a": money("1.00"), "b": money(chance.choice(("0.00", "2.00")))})
            for _ in range(30):
                act(player, chance.choice(ACTIONS), chance.randrange(1_000))
            player.finish(lambda: chance.random() < 0.5)
            assert player.codes <= PREDICTED
            # What may remain is a step whose only way out is a loop that is used up.
            assert {token.data["code"] for token in player.waiting} <= {"loop.exhausted"}
            done += player.state.status is Status.COMPLETED
    assert accepted > 20
    assert done > 3 * accepted
