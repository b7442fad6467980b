"""Explicit termination (workflow pattern 43): one token ends the whole run, and the facts tell whom it took along."""

import pytest

from tests.engine.flows import fork, graph, several
from tests.engine.player import SUPERVISOR
from workflows.engine import events, facts
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.graph import read_graph
from workflows.engine.registry import registry
from workflows.engine.state import Status
from workflows.engine.validate import validate
from workflows.engine.world import world_of
from workflows.testing import MONDAY_MORNING, Harness

# start → f ─┬ l → ask ─┬ yes ──────┬ j → end
#            │          └ no → stop │
#            ├ r → call ────────────┤
#            └ t → wait (one hour) ─┘
VETO = graph(
    {"start": "start", "f": fork("l", "r", "t"), "ask": "test.ask", "call": "test.call",
     "wait": ("delay", {"after": "PT1H"}), "j": "parallel", "stop": ("terminate", {"outcome": "refused"}),
     "end": "end"},
    "start>f", "f.l>ask", "f.r>call", "f.t>wait", "ask.yes>j", "ask.no>stop", "call>j", "wait>j", "j>end",
)  # fmt: skip


def withdrawn(run: Harness) -> list[tuple[str, int, str]]:
    return [(fact.node, fact.visit, fact.reason) for fact in run.facts if isinstance(fact, facts.Withdrawn)]


def errors_of(drawing: dict[str, object]) -> list[tuple[str, str | None]]:
    found = validate(read_graph(drawing), registry=registry, world=world_of(CalendarBook()), now=MONDAY_MORNING)
    return [(problem.code, problem.node) for problem in found if problem.severity == "error"]


def test_explicit_termination_ends_the_run_and_withdraws_every_other_token() -> None:
    assert errors_of(VETO) == []
    run = Harness(VETO)
    run.start()

    step = run.signal("ask", "no")

    assert run.state.status is Status.COMPLETED
    assert run.state.tokens == {}
    assert [fact.kind for fact in step.facts] == ["moved", "ended", "withdrawn", "withdrawn", "completed"]
    assert withdrawn(run) == [("call", 1, "terminated"), ("wait", 1, "terminated")]
    assert step.facts[-1] == facts.Completed(outcome="refused")


def test_what_waited_is_told_that_it_is_over_and_what_comes_late_finds_nobody() -> None:
    drawing = graph(
        {"start": "start", "f": fork("l", "r"), "a": "test.ask", "b": "test.ask", "stop": "terminate", "end": "end"},
        "start>f", "f.l>a", "f.r>b", "a.yes>stop", "a.no>end", "b.yes>end", "b.no>end",
    )  # fmt: skip
    assert errors_of(drawing) == []
    run = Harness(drawing)
    run.start()
    other = run.token_at("b")

    step = run.signal("a", "yes")

    assert [(work.node, work.token, dict(work.payload)) for work in step.inline] == [
        ("a", 2, {"op": "close"}), ("b", other.id, {"op": "withdraw", "reason": "terminated"}),
    ]  # fmt: skip
    before = run.state
    assert not run.take(events.Signalled(token=other.id, visit=other.visit, name="yes")).changed
    assert run.state is before


def test_what_was_asked_for_in_the_very_step_of_the_end_is_not_asked_for_at_all() -> None:
    drawing = graph(
        {"start": "start", "f": fork("l", "m", "r", "z"), "a": "test.ask", "b": "test.call", "stop": "terminate",
         "c": "test.ask", "end": "end"},
        "start>f", "f.l>a", "f.m>b", "f.r>stop", "f.z>c", "a.yes>end", "a.no>end", "b>end", "c.yes>end", "c.no>end",
    )  # fmt: skip
    run = Harness(drawing)

    step = run.start()

    assert run.state.status is Status.COMPLETED
    assert (step.inline, step.deferred) == ((), ())
    assert withdrawn(run) == [("a", 1, "terminated"), ("b", 1, "terminated"), ("c", 0, "terminated")]


def test_tokens_in_joins_and_merges_and_incidents_go_too() -> None:
    drawing = graph(
        {"start": "start", "f": fork("l", "r"), "g": several(a="true", b="true"), "x": "test.call", "y": "test.call",
         "m": "inclusive", "r": "test.ask", "stop": "terminate", "j": "parallel", "end": "end"},
        "start>f", "f.l>g", "g.a>x", "g.b>y", "g.otherwise>m", "x>m", "y>m", "m>j", "f.r>r", "r.yes>j", "r.no>stop",
        "j>end",
    )  # fmt: skip
    assert errors_of(drawing) == []
    run = Harness(drawing)
    run.start()
    run.complete("x")
    run.break_down("y")
    assert run.where() == ["m", "r", "y!test.broken"]

    run.signal("r", "no")

    assert run.state.status is Status.COMPLETED
    assert sorted(withdrawn(run)) == [("m", 1, "terminated"), ("y", 1, "terminated")]


def test_a_branch_that_only_waits_for_a_deadline_may_end_everything() -> None:
    drawing = graph(
        {"start": "start", "f": fork("work", "limit"), "call": "test.call", "wait": ("delay", {"after": "PT1H"}),
         "done": "terminate", "late": ("terminate", {"outcome": "late"})},
        "start>f", "f.work>call", "f.limit>wait", "call>done", "wait>late",
    )  # fmt: skip
    assert errors_of(drawing) == []
    for is_late in (True, False):
        run = Harness(drawing)
        run.start()
        if is_late:
            run.wind(hours=1)
        else:
            run.complete("call")

        assert run.state.status is Status.COMPLETED
        assert run.facts[-1] == facts.Completed(outcome="late" if is_late else "")


@pytest.mark.parametrize("target", ["stop", "end"])
def test_forcing_to_an_end_of_everything_needs_no_sibling_under_way(target: str) -> None:
    run = Harness(VETO)
    run.start()
    run.complete("call")

    run.force(target, actor=SUPERVISOR)

    assert run.state.status is Status.COMPLETED
    assert [reason for _, _, reason in withdrawn(run)] == ["forced", "forced", "forced"]
