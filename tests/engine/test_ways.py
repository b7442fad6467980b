"""The ways that problems show: lines that hang together, so that a designer can draw them."""

from random import Random
from typing import Any

from tests.engine.flows import fork, graph
from tests.engine.nearly_nested import nearly_nested
from tests.engine.soundness_run import FAMILIES, problems_of
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.graph import read_graph
from workflows.engine.node_type import Problem
from workflows.engine.registry import registry
from workflows.engine.validate import validate
from workflows.engine.world import world_of
from workflows.testing import MONDAY_MORNING


def problem(drawing: dict[str, Any], code: str) -> Problem:
    """The one problem of this code."""
    world = world_of(CalendarBook())
    found = validate(read_graph(drawing), registry=registry, world=world, now=MONDAY_MORNING)
    [one] = [each for each in found if each.code == code]
    return one


def test_a_step_from_which_no_end_is_reached_shows_how_a_run_gets_there() -> None:
    drawing = graph(
        {"start": "start", "a": "test.ask", "b": "test.call", "end": "end"},
        "start>a", "a.yes>end", "a.no>b", "b~3>b",
    )  # fmt: skip

    found = problem(drawing, "node.no_way_to_end")

    assert (found.node, found.params) == ("b", {"nodes": ["start", "a", "b"], "edges": ["e0", "e2"]})


def test_a_plain_cycle_shows_its_round() -> None:
    drawing = graph(
        {"start": "start", "a": "test.call", "b": "test.ask", "end": "end"}, "start>a", "a>b", "b.no>a", "b.yes>end"
    )

    found = problem(drawing, "graph.cycle")

    assert (found.edge, found.params) == ("e2", {"nodes": ["a", "b", "a"], "edges": ["e1", "e2"]})


def test_a_loop_that_would_spin_shows_its_round() -> None:
    drawing = graph(
        {"start": "start", "g": fork("l"), "h": fork("l", "r"), "end": "end"},
        "start>g", "g.l>h", "h.l>end", "h.r~3>g",
    )  # fmt: skip

    found = problem(drawing, "graph.automatic_loop")

    assert (found.edge, found.params) == ("e3", {"nodes": ["g", "h", "g"], "edges": ["e1", "e3"]})


def test_a_step_that_nothing_leads_to_shows_no_way() -> None:
    drawing = graph({"start": "start", "a": "test.call", "end": "end"}, "start>end", "a>end")

    assert problem(drawing, "node.unreachable").params == {}


def test_the_lines_of_every_way_hang_together() -> None:
    chance = Random(3)
    shown = 0
    for _ in range(400):
        drawing = nearly_nested(chance, inner=8, kinds=FAMILIES[chance.choice(list(FAMILIES))])
        lines = {edge.id: edge for edge in read_graph(drawing.to_graph()).edges}
        for found in problems_of(drawing):
            if "nodes" in found.params:
                way = [lines[edge] for edge in found.params["edges"]]
                assert found.params["nodes"] == [way[0].source, *(edge.target for edge in way)], (found, drawing)
                shown += 1
    assert shown > 100
