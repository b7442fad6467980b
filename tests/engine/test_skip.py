"""Skipping a failed step: the run goes on as if it were done, every other token stays, and the history says so."""

from typing import Any

import pytest

from bedrock.errors import Conflict
from tests.engine.flows import fork, graph, in_a_row
from workflows.engine import events, facts
from workflows.engine.events import Actor
from workflows.engine.fact_document import encode
from workflows.engine.replay import Recorded, replay
from workflows.engine.state import Status
from workflows.testing import Harness

SUPERVISOR = Actor(id="9", name="陈静")


def skip(run: Harness, node: str) -> Any:
    token = run.token_at(node)
    return run.take(
        events.Skipped(
            token=token.id, visit=token.visit, attempt=token.attempt, actor=SUPERVISOR, reason="paid by hand"
        )
    )


def test_a_failed_step_is_passed_and_its_work_is_not_asked_for_again() -> None:
    run = Harness(graph({"start": "start", "a": "test.call", "b": "test.call", "end": "end"},
                        *in_a_row("start", "a", "b", "end")))  # fmt: skip
    run.start()
    run.break_down("a")
    asked = len(run.deferred)

    step = skip(run, "a")

    assert run.where() == ["b"]
    assert [work.node for work in run.deferred[asked:]] == ["b"]
    told = next(fact for fact in step.facts if isinstance(fact, facts.Forced))
    assert (told.node, told.reason, told.left) == ("b", "paid by hand", ("a",))
    assert told.via == next(way.edge for way in run.plan.nodes["a"].exits.values())
    recorded = (Recorded(seq=seq, kind=one.kind, data=encode(one)) for seq, one in enumerate(run.facts, start=1))
    assert replay(recorded, until=len(run.facts)) == run.state


def test_the_other_branches_go_on_and_the_join_still_waits_for_them() -> None:
    run = Harness(
        graph({"start": "start", "f": fork("l", "r"), "l": "test.call", "r": "test.call", "j": "parallel",
               "z": "test.call", "end": "end"},
              "start>f", "f.l>l", "f.r>r", "l>j", "r>j", "j>z", "z>end")
    )  # fmt: skip
    run.start()
    run.break_down("l")

    skip(run, "l")

    assert run.where() == ["j", "r"]  # a force onto the join would have ended `r`
    run.complete("r")
    assert run.where() == ["z"]


def test_a_failed_last_step_is_passed_to_the_end() -> None:
    run = Harness(graph({"start": "start", "a": "test.call", "end": "end"}, *in_a_row("start", "a", "end")))
    run.start()
    run.break_down("a")

    skip(run, "a")

    assert run.state.status is Status.COMPLETED


def test_a_step_that_has_to_decide_is_not_passed_and_nothing_changes() -> None:
    run = Harness(graph({"start": "start", "a": "test.ask", "b": "end", "c": "end"},
                        "start>a", "a.yes>b", "a.no>c"))  # fmt: skip
    run.start()
    run.take(
        events.ActivityFailed(token=1, visit=1, attempt=1, code="test.broken", message="Broken.", caught_by="nothing")
    )
    before, told = run.state, len(run.facts)

    with pytest.raises(Conflict) as refused:
        skip(run, "a")

    assert (refused.value.code, refused.value.fields) == ("skip.no_single_way", {"node": "a", "ways": ["no", "yes"]})
    assert (run.state, len(run.facts)) == (before, told)


def test_what_has_not_failed_is_not_passed() -> None:
    run = Harness(graph({"start": "start", "a": "test.call", "end": "end"}, *in_a_row("start", "a", "end")))
    run.start()
    before = run.state

    assert not skip(run, "a").changed
    assert run.state == before
