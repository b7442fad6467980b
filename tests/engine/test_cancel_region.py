"""Cancel region (workflow pattern 25): one branch takes away what is under way in others, and goes on alone or not."""

import pytest

from tests.engine.flows import fork, graph, several
from tests.engine.player import recorded
from workflows.engine import events, facts
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.graph import read_graph
from workflows.engine.registry import registry
from workflows.engine.replay import replay
from workflows.engine.state import Status
from workflows.engine.validate import validate
from workflows.engine.world import world_of
from workflows.testing import MONDAY_MORNING, Harness

# start → f ─┬ l → ask ─┬ yes ───────────────┬ j → end
#            │          └ no → drop → told → end
#            ├ r → call ─────────────────────┤
#            └ t → wait (one hour) → b ──────┘


def veto(*region: str) -> dict[str, object]:
    return graph(
        {"start": "start", "f": fork("l", "r", "t"), "ask": "test.ask", "call": "test.call", "j": "parallel",
         "wait": ("delay", {"after": "PT1H"}), "b": "test.ask", "meet": "test.call",
         "drop": ("cancel_region", {"nodes": list(region)}), "told": "test.call", "end": "end"},
        "start>f", "f.l>ask", "f.r>call", "f.t>wait", "wait>b", "b.yes>meet", "b.no>meet", "meet>j", "ask.yes>j",
        "ask.no>drop", "call>j", "drop>told", "told>end", "j>end",
    )  # fmt: skip


ALL = ("call", "wait", "b", "meet", "j")


def errors_of(drawing: dict[str, object]) -> list[tuple[str, str | None, list[str]]]:
    found = validate(read_graph(drawing), registry=registry, world=world_of(CalendarBook()), now=MONDAY_MORNING)
    return [
        (problem.code, problem.node, problem.params.get("steps", [])) for problem in found
        if problem.severity == "error"
    ]  # fmt: skip


def test_a_rejection_withdraws_the_other_branches_and_their_join_and_goes_on_alone() -> None:
    assert errors_of(veto(*ALL)) == []
    run = Harness(veto(*ALL))
    run.start()
    run.complete("call")
    run.wind(hours=1)
    assert run.where() == ["ask", "b", "j"]
    other = run.token_at("b")

    step = run.signal("ask", "no")

    assert run.where() == ["told"]
    assert [(fact.node, fact.visit, fact.reason) for fact in step.facts if isinstance(fact, facts.Withdrawn)] == [
        ("j", 1, "region"), ("b", 1, "region"),
    ]  # fmt: skip
    assert [(work.node, dict(work.payload)) for work in step.inline] == [
        ("ask", {"op": "close"}), ("b", {"op": "withdraw", "reason": "region"}),
    ]  # fmt: skip
    late = events.Signalled(token=other.id, visit=other.visit, name="yes")
    assert not run.take(late).changed
    run.complete("told")
    assert run.state.status is Status.COMPLETED
    assert replay(recorded(run.facts)) == run.state


def test_timers_jobs_and_incidents_go_and_what_had_not_begun_never_does() -> None:
    run = Harness(veto(*ALL))
    run.start()
    run.break_down("call")
    assert run.where() == ["ask", "call!test.broken", "wait"]

    run.signal("ask", "no")

    assert run.where() == ["told"]
    assert run.next_due() is None


def test_work_that_was_asked_for_in_the_same_step_is_not_asked_for_and_that_of_others_is() -> None:
    run = Harness(graph(
        {"start": "start", "f": fork("l", "r", "t"), "taken": "test.call", "kept": "test.call",
         "drop": ("cancel_region", {"nodes": ["taken"]}), "end": "end"},
        "start>f", "f.l>taken", "f.r>kept", "f.t>drop", "taken>end", "kept>end", "drop>end",
    ))  # fmt: skip

    run.start()

    assert run.where() == ["kept"]
    assert [work.node for work in run.deferred] == ["kept"]


def test_without_the_rejection_the_join_still_waits_for_all() -> None:
    run = Harness(veto(*ALL))
    run.start()
    run.complete("call")
    run.signal("ask", "yes")
    run.wind(hours=1)
    run.signal("b", "no")
    assert run.where() == ["j", "j", "meet"]

    run.complete("meet")

    assert run.state.status is Status.COMPLETED


def test_steps_beside_an_inclusive_join_are_withdrawn_one_by_one_and_the_join_opens() -> None:
    drawing = graph(
        {"start": "start", "g": several(l="true", r="true"), "ask": "test.ask", "x": "test.call", "y": "test.call",
         "drop": ("cancel_region", {"nodes": ["y"]}), "m": "inclusive", "end": "end"},
        "start>g", "g.l>ask", "g.r>x", "x>y", "g.otherwise>m", "ask.yes>m", "ask.no>drop", "drop>m", "y>m", "m>end",
    )  # fmt: skip
    assert errors_of(drawing) == []
    for is_at_y in (True, False):
        run = Harness(drawing)
        run.start()
        if is_at_y:
            run.complete("x")
        run.signal("ask", "no")

        assert run.where() == ([] if is_at_y else ["m", "x"])
        if not is_at_y:
            run.complete("x")
            run.complete("y")
        assert run.state.status is Status.COMPLETED


def test_the_first_of_two_that_finish_withdraws_the_other_and_both_lead_on() -> None:
    drawing = graph(
        {"start": "start", "f": fork("l", "r"), "a": "test.call", "b": "test.call", "next": "test.ask", "end": "end",
         "no_b": ("cancel_region", {"nodes": ["b", "no_a"]}), "no_a": ("cancel_region", {"nodes": ["a", "no_b"]})},
        "start>f", "f.l>a", "f.r>b", "a>no_b", "b>no_a", "no_b>next", "no_a>next", "next.yes>end", "next.no>end",
    )  # fmt: skip
    assert errors_of(drawing) == []
    for first in ("a", "b"):
        run = Harness(drawing)
        run.start()
        run.complete(first)

        assert run.where() == ["next"]


def test_forcing_to_what_comes_after_leaves_nothing_behind() -> None:
    run = Harness(veto(*ALL))
    run.start()

    run.force("told", actor=events.Actor(id="9"))

    assert run.where() == ["told"]


@pytest.mark.parametrize(
    ("region", "found"),
    [
        ((), [("config.malformed", "drop", [])]),
        (("call", "wait", "b", "meet"), [("cancel.join_would_wait", "drop", ["j"])]),
        (("call", "j"), [("cancel.join_would_wait", "drop", ["b", "meet", "wait"])]),
        ((*ALL, "drop"), [("cancel.itself", "drop", [])]),
        ((*ALL, "nobody"), [("cancel.unknown_node", "drop", ["nobody"])]),
        ((*ALL, "ask", "end"), [("cancel.never_active", "drop", ["ask", "end"])]),
        (("told",), [("cancel.never_active", "drop", ["told"])]),
    ],
)
def test_a_region_that_would_leave_a_join_waiting_or_means_nothing_is_refused(
    region: tuple[str, ...], found: list[tuple[str, str, list[str]]]
) -> None:
    assert set(map(str, found)) <= set(map(str, errors_of(veto(*region))))


def test_a_block_within_another_branch_is_withdrawn_whole_or_not_at_all() -> None:
    def drawing(*region: str) -> dict[str, object]:
        return graph(
            {"start": "start", "f": fork("l", "r"), "ask": "test.ask", "g": fork("x", "y"), "x": "test.call",
             "y": "test.call", "h": "parallel", "drop": ("cancel_region", {"nodes": list(region)}), "e1": "end",
             "e2": "end"},
            "start>f", "f.l>ask", "ask.yes>e1", "ask.no>drop", "drop>e1", "f.r>g", "g.x>x", "g.y>y", "x>h", "y>h",
            "h>e2",
        )  # fmt: skip

    assert errors_of(drawing("x")) == [("cancel.join_would_wait", "drop", ["h", "y"])]
    assert errors_of(drawing("x", "y", "h")) == []
    run = Harness(drawing("x", "y", "h"))
    run.start()
    run.complete("x")
    run.signal("ask", "no")

    assert run.state.status is Status.COMPLETED


def test_steps_that_are_withdrawn_before_they_could_do_anything_are_refused_with_the_way() -> None:
    drawing = graph(
        {"start": "start", "f": fork("l", "r"), "drop": ("cancel_region", {"nodes": ["call"]}), "call": "test.call",
         "e": "end"},
        "start>f", "f.l>drop", "drop>e", "f.r>call", "call>e",
    )  # fmt: skip
    found = validate(read_graph(drawing), registry=registry, world=world_of(CalendarBook()), now=MONDAY_MORNING)

    assert [(one.code, one.params) for one in found] == [("cancel.at_once", {"nodes": ["f", "drop"], "edges": ["e1"]})]
