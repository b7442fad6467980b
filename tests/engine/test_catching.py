"""Leaving a step that failed: by which exit, with what for the history, and what still waits for a person."""

from typing import Any

import pytest

from tests.engine.flows import fork, graph
from tests.engine.player import recorded
from workflows.engine import events, facts
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.events import CaughtBy
from workflows.engine.graph import read_graph
from workflows.engine.registry import registry
from workflows.engine.replay import replay
from workflows.engine.state import Status
from workflows.engine.validate import validate
from workflows.engine.world import world_of
from workflows.testing import MONDAY_MORNING, Harness

EXITS = [{"codes": ["test.gone", "http.*"], "port": "error", "into": "code"}, {"codes": ["*"], "port": "error_rest"}]
TEXT = [{"name": "code", "type": "text"}, {"name": "a", "type": "money"}, {"name": "n", "type": "integer"}]


def trying(*exits: dict[str, Any]) -> dict[str, Any]:
    ports = [(one["port"], f"{one['port']}s") for one in exits]
    nodes = {"start": "start", "try": ("test.try", {"on_error": list(exits)}), "end": "end"}
    return graph(
        nodes | {name: "test.ask" for _, name in ports},
        "start>try", "try>end", *(f"try.{port}>{name}" for port, name in ports),
        *(f"{name}.{way}>end" for _, name in ports for way in ("yes", "no")),
        variables=TEXT,
    )  # fmt: skip


def problems_of(drawing: dict[str, Any]) -> list[tuple[str, str | None]]:
    found = validate(read_graph(drawing), registry=registry, world=world_of(CalendarBook()), now=MONDAY_MORNING)
    return [(problem.code, problem.path) for problem in found]


def failed(drawing: dict[str, Any], code: str, *, caught_by: CaughtBy = "any") -> Harness:
    run = Harness(drawing)
    run.start()
    token = run.token_at("try")
    run.take(
        events.ActivityFailed(
            token=token.id, visit=1, attempt=1, code=code, message="Broken.", params={"n": 1}, caught_by=caught_by
        )
    )
    return run


@pytest.mark.parametrize(
    ("code", "where"),
    [("test.gone", "errors"), ("http.refused", "errors"), ("test.other", "error_rests"), ("httpx", "error_rests")],
)
def test_the_first_exit_that_takes_the_code_is_left_by(code: str, where: str) -> None:
    assert problems_of(trying(*EXITS)) == []

    run = failed(trying(*EXITS), code)

    assert run.where() == [where]
    [moved] = [fact for fact in run.facts if isinstance(fact, facts.Moved) and fact.node == "try"]
    assert (moved.port, moved.waited) == (where[:-1], True)
    assert moved.why == {"error": {"code": code, "message": "Broken.", "params": {"n": 1}}}
    assert run.state.variables.get("code") == (code if where == "errors" else None)


def test_a_code_that_no_exit_takes_is_an_incident_as_ever() -> None:
    run = failed(trying(EXITS[0]), "test.other")

    assert run.where() == ["try!test.other"]
    assert run.facts[-1].kind == "failed"


def test_an_outcome_that_nobody_knows_is_taken_only_by_its_whole_code() -> None:
    assert failed(trying(*EXITS), "http.outcome_unknown", caught_by="code").where() == ["try!http.outcome_unknown"]
    named = {"codes": ["http.outcome_unknown"], "port": "error_unknown"}
    assert problems_of(trying(*EXITS, named)) == []

    assert failed(trying(*EXITS, named), "http.outcome_unknown", caught_by="code").where() == ["error_unknowns"]


def test_what_had_to_follow_and_was_refused_is_no_failure_of_the_step() -> None:
    assert failed(trying(*EXITS), "test.gone", caught_by="nothing").where() == ["try!test.gone"]


def test_what_the_engine_itself_refuses_is_taken_by_no_exit() -> None:
    drawing = graph(
        {"start": "start", "try": ("test.try", {"on_error": [EXITS[1]]}), "ask": "test.ask", "end": "end"},
        "start>ask", "ask.yes>try", "ask.no>end", "try~1>ask", "try.error_rest>end",
    )  # fmt: skip
    assert problems_of(drawing) == []
    run = Harness(drawing)
    run.start()
    for _ in range(2):
        run.signal("ask", "yes")
        run.complete("try")

    assert run.where() == ["try!loop.exhausted"]


def test_an_answer_that_does_not_fit_leaves_by_an_exit_too() -> None:
    run = Harness(trying(*EXITS))
    run.start()

    run.complete("try", unfit=True)

    assert run.where() == ["error_rests"]


def test_a_step_that_never_waited_is_left_in_the_same_step() -> None:
    drawing = graph(
        {"start": "start",
         "sum": ("mapping", {"assign": [{"variable": "n", "value": "1 / ${n}"}],
                             "on_error": [{"codes": ["expression.*"], "port": "error", "into": "code"}]}),
         "ask": "test.ask", "end": "end"},
        "start>sum", "sum>end", "sum.error>ask", "ask.yes>end", "ask.no>end",
        variables=[{"name": "n", "type": "decimal"}, {"name": "code", "type": "text"}],
    )  # fmt: skip
    assert problems_of(drawing) == []
    run = Harness(drawing)

    run.start(variables={"n": "0"})

    assert run.where() == ["ask"]
    [moved] = [fact for fact in run.facts if isinstance(fact, facts.Moved) and fact.node == "sum"]
    assert (moved.port, moved.waited, moved.counted) == ("error", False, False)
    assert run.state.variables == {"n": "0", "code": "expression.division_by_zero"}
    run.signal("ask", "yes")
    assert run.state.status is Status.COMPLETED


def test_one_event_takes_one_exit_and_a_second_report_finds_nobody() -> None:
    run = failed(trying(*EXITS), "test.gone")
    before = run.state

    again = events.ActivityFailed(token=1, visit=1, attempt=1, code="test.gone", message="Broken.")
    assert not run.take(again).changed
    assert not run.take(events.ActivityDone(token=1, visit=1, attempt=1)).changed
    assert run.state is before


def test_history_alone_leads_to_the_same_state() -> None:
    run = failed(trying(*EXITS), "http.refused")
    run.signal("errors", "yes")

    assert replay(recorded(run.facts)) == run.state


def test_a_failed_branch_that_goes_on_by_its_exit_reaches_the_join() -> None:
    drawing = graph(
        {"start": "start", "f": fork("l", "r"), "try": ("test.try", {"on_error": [EXITS[1]]}), "ask": "test.ask",
         "call": "test.call", "m": "test.call", "j": "parallel", "end": "end"},
        "start>f", "f.l>try", "f.r>call", "try>m", "try.error_rest>ask", "ask.yes>m", "ask.no>m", "m>j", "call>j",
        "j>end",
    )  # fmt: skip
    assert problems_of(drawing) == []
    run = Harness(drawing)
    run.start()
    run.complete("call")

    run.break_down("try")
    run.signal("ask", "no")
    run.complete("m")

    assert run.state.status is Status.COMPLETED


@pytest.mark.parametrize(
    ("exits", "found"),
    [
        ([{"codes": ["*"], "port": "error"}, {"codes": ["a.b"], "port": "error"}],
         [("on_error.port_repeated", "on_error.1.port")]),
        ([{"codes": ["http.*"], "port": "error"}, {"codes": ["http.call.*"], "port": "error_2"}],
         [("on_error.never_taken", "on_error.1.codes")]),
        ([{"codes": ["a"], "port": "error", "into": "nobody"}], [("on_error.unknown_variable", "on_error.0.into")]),
        ([{"codes": ["a"], "port": "error", "into": "a"}], [("on_error.variable_type", "on_error.0.into")]),
        ([{"codes": [], "port": "error"}], [("config.malformed", "on_error.0.codes")]),
        ([{"codes": ["a*b"], "port": "error"}], [("config.malformed", "on_error.0.codes.0")]),
        ([{"codes": ["a"], "port": "out"}], [("config.malformed", "on_error.0.port")]),
    ],
)  # fmt: skip
def test_exits_that_cannot_be_meant_are_refused(
    exits: list[dict[str, Any]], found: list[tuple[str, str | None]]
) -> None:
    assert set(found) <= set(problems_of(trying(*exits)))


def test_an_exit_that_leads_nowhere_is_refused() -> None:
    drawing = trying(*EXITS)
    drawing["edges"] = [edge for edge in drawing["edges"] if edge.get("port") != "error"]

    assert ("port.not_connected", None) in problems_of(drawing)
