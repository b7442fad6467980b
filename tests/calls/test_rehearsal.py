"""A rehearsal calls nothing: it supposes that what is called ends as the script says, so long after it began."""

from datetime import timedelta
from typing import Any

from tests.calls.flows import EACH, LINES, ONE, VALUES, calling
from workflows.engine.graph import read_graph
from workflows.engine.plan import compile_plan
from workflows.engine.registry import registry
from workflows.engine.state import Subject
from workflows.engine.world import World
from workflows.simulation.player import Beginning, Ending, Played, play
from workflows.simulation.script import Assumption, read_script
from workflows.testing import MONDAY_MORNING

CLOSED = {"node": "after", "do": "receive"}


def rehearse(node_type: str, config: dict[str, Any], *lines: dict[str, Any], **variables: Any) -> Played:
    plan = compile_plan(read_graph(calling(node_type, config)), registry=registry)
    start = Beginning(
        subject=Subject(type="order", id="1"), variables=VALUES | variables, requester=None, at=MONDAY_MORNING
    )
    script = read_script([Assumption(**line) for line in (CLOSED, *lines)])
    return play(plan, start, world=World(), script=script)


def test_a_called_flow_takes_as_long_and_leaves_what_the_script_says() -> None:
    run = rehearse("subflow", ONE, {"node": "call", "after": "PT3H", "output": {"parcel": "SF-1"}})

    assert (run.ending, run.ended_at) == (Ending.COMPLETED, MONDAY_MORNING + timedelta(hours=3))
    assert run.state.variables["parcel"] == "SF-1"


def test_every_item_of_a_long_list_comes_to_the_same() -> None:
    for settings in ({}, {"order": "sequence"}, {"at_once": 2}):
        run = rehearse(
            "for_each", EACH | {"most": 250} | settings, {"node": "call", "output": {"parcel": "SF"}},
            lines=LINES[:1] * 250,
        )  # fmt: skip
        assert (run.ending, run.state.variables["parcels"]) == (Ending.COMPLETED, ["SF"] * 250)


def test_a_call_that_fails_or_never_ends_stops_the_rehearsal_there() -> None:
    assert rehearse("subflow", ONE, {"node": "call", "do": "fail"}).ending is Ending.INCIDENT
    assert rehearse("for_each", EACH, {"node": "call", "do": "nothing"}).ending is Ending.WAITING
    assert rehearse("subflow", ONE | {"wait": False, "take": []}).ending is Ending.COMPLETED
