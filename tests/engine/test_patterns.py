"""The control-flow patterns by number: those that a drawing of ours runs; the others are in `test_refused_patterns`.

Patterns about several people (9, 13, 26, 27, 29) are tried where people are: in `tests/approvals/test_patterns`.
"""

from random import Random
from typing import Any

import pytest
from hypothesis import given

from tests.engine.drawings import nested
from tests.engine.flows import fork, graph, money, several, when
from tests.engine.player import SUPERVISOR, Player
from tests.engine.test_random_graphs import PLENTY, SCRIPT, act, plan_of
from workflows.engine import events, facts
from workflows.engine.graph import read_graph
from workflows.engine.plan import compile_plan
from workflows.engine.registry import registry
from workflows.engine.state import Awaits, Status
from workflows.testing import Harness

SMALL, LARGE = {"a": money("1.00"), "b": money("2.00")}, {"a": money("2.00"), "b": money("1.00")}


def begun(drawing: dict[str, Any], **more: Any) -> Harness:
    """A run of a drawing that could be published."""
    assert plan_of(drawing) is not None
    run = Harness(drawing)
    run.start(**more)
    return run


def is_over(run: Harness) -> bool:
    return run.state.status is Status.COMPLETED


def test_pattern_01_sequence() -> None:
    run = begun(graph({"start": "start", "a": "test.call", "b": "test.call", "end": "end"}, "start>a", "a>b", "b>end"))
    assert run.where() == ["a"]
    run.complete("a")
    assert run.where() == ["b"]
    run.complete("b")
    assert is_over(run)


BOTH = graph(
    {"start": "start", "f": fork("l", "r"), "a": "test.call", "b": "test.call", "j": "parallel", "after": "test.call",
     "end": "end"},
    "start>f", "f.l>a", "f.r>b", "a>j", "b>j", "j>after", "after>end",
)  # fmt: skip


def test_pattern_02_parallel_split() -> None:
    assert begun(BOTH).where() == ["a", "b"]


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_pattern_03_synchronization(order: tuple[str, str]) -> None:
    run = begun(BOTH)
    run.complete(order[0])
    assert "after" not in run.where()
    run.complete(order[1])
    assert run.where() == ["after"]
    assert sum(isinstance(fact, facts.Joined) for fact in run.facts) == 1


EITHER = graph(
    {"start": "start", "g": when("small", "${a} < ${b}"), "s": "test.call", "l": "test.call", "after": "test.call",
     "end": "end"},
    "start>g", "g.small>s", "g.otherwise>l", "s>after", "l>after", "after>end",
)  # fmt: skip


@pytest.mark.parametrize(("variables", "taken"), [(SMALL, "s"), (LARGE, "l"), ({}, "l")])
def test_pattern_04_exclusive_choice(variables: dict[str, Any], taken: str) -> None:
    assert begun(EITHER, variables=variables).where() == [taken]


def test_pattern_05_simple_merge() -> None:
    run = begun(EITHER, variables=SMALL)
    run.complete("s")
    assert run.where() == ["after"]


SEVERAL = graph(
    {"start": "start", "g": several(x="${a} < ${b}", y="true"), "x": "test.call", "y": "test.call", "m": "inclusive",
     "after": "test.call", "end": "end"},
    "start>g", "g.x>x", "g.y>y", "g.otherwise>m", "x>m", "y>m", "m>after", "after>end",
)  # fmt: skip


@pytest.mark.parametrize(("variables", "taken"), [(SMALL, ["x", "y"]), (LARGE, ["y"])])
def test_pattern_06_multi_choice(variables: dict[str, Any], taken: list[str]) -> None:
    assert begun(SEVERAL, variables=variables).where() == taken


@pytest.mark.parametrize(("variables", "taken"), [(SMALL, ["x", "y"]), (LARGE, ["y"])])
def test_pattern_07_structured_synchronizing_merge(variables: dict[str, Any], taken: list[str]) -> None:
    run = begun(SEVERAL, variables=variables)
    for node in taken:
        assert "after" not in run.where()
        run.complete(node)
    assert run.where() == ["after"]


def test_pattern_08_multi_merge_is_an_end_that_each_token_reaches_by_itself() -> None:
    run = begun(graph(
        {"start": "start", "f": fork("l", "r"), "a": "test.call", "b": "test.call", "end": "end"},
        "start>f", "f.l>a", "f.r>b", "a>end", "b>end",
    ))  # fmt: skip
    run.complete("a")
    assert not is_over(run)
    run.complete("b")
    assert [fact.visit for fact in run.facts if isinstance(fact, facts.Ended)] == [1, 2]
    assert is_over(run)


def test_pattern_10_arbitrary_cycles() -> None:
    run = begun(graph(
        {"start": "start", "a": "test.ask", "b": "test.ask", "c": "test.ask", "end": "end"},
        "start>a", "a.yes>b", "a.no>c", "b.yes>c", "b.no~2>a", "c.yes>end", "c.no~3>b",
    ))  # fmt: skip
    for node, answer in [("a", "yes"), ("b", "no"), ("a", "no"), ("c", "no"), ("b", "yes"), ("c", "yes")]:
        run.signal(node, answer)
    assert is_over(run)


def test_pattern_11_implicit_termination() -> None:
    run = begun(graph(
        {"start": "start", "f": fork("l", "r"), "a": "test.call", "b": "test.call", "e1": "end", "e2": "end"},
        "start>f", "f.l>a", "f.r>b", "a>e1", "b>e2",
    ))  # fmt: skip
    run.complete("a")
    assert run.state.status is Status.RUNNING
    run.complete("b")
    assert is_over(run)


def beside(task: str) -> dict[str, Any]:
    """While `state` holds the task may be done; with its end the task is withdrawn."""
    return graph(
        {"start": "start", "f": fork("l", "r"), "state": "test.call", "over": ("cancel_region", {"nodes": [task]}),
         task: "test.ask", "e1": "end", "e2": "end"},
        "start>f", "f.l>state", "state>over", "over>e1", f"f.r>{task}", f"{task}.yes>e2", f"{task}.no>e2",
    )  # fmt: skip


def test_pattern_18_milestone() -> None:
    early = begun(beside("change"))
    early.signal("change", "yes")
    early.complete("state")
    assert is_over(early)

    late = begun(beside("change"))
    waiting = late.token_at("change")
    late.complete("state")
    assert is_over(late)
    assert not late.take(events.Signalled(token=waiting.id, visit=waiting.visit, name="yes")).changed


def test_pattern_19_cancel_task() -> None:
    run = begun(beside("task"))
    step = run.complete("state")
    assert [(fact.node, fact.reason) for fact in step.facts if isinstance(fact, facts.Withdrawn)] == [
        ("task", "region")
    ]
    assert [dict(work.payload) for work in step.inline] == [{"op": "withdraw", "reason": "region"}]


def test_pattern_20_cancel_case() -> None:
    run = begun(BOTH)
    run.complete("a")
    run.take(events.CancelRequested(actor=SUPERVISOR, reason="not wanted any more"))
    assert (run.state.status, run.state.tokens) == (Status.CANCELLED, {})


@pytest.mark.parametrize("rounds", [1, 3])
def test_pattern_21_structured_loop(rounds: int) -> None:
    """Repeat until: `call` is done again as long as `a` is below `b`, here for a while."""
    run = begun(
        graph(
            {"start": "start", "call": "test.call", "until": when("again", "${a} < ${b}"), "end": "end"},
            "start>call", "call>until", "until.again~5>call", "until.otherwise>end",
        ),
        variables=SMALL,
    )  # fmt: skip
    for _ in range(rounds - 1):
        run.complete("call")
        assert run.where() == ["call"]
    run.complete("call", a=money("2.00"))
    assert is_over(run)


LISTENING = graph(
    {"start": "start", "call": "test.call", "wait": ("message", {"message": "came"}), "end": "end"},
    "start>call", "call>wait", "wait>end",
)  # fmt: skip


def test_pattern_23_transient_trigger() -> None:
    run = begun(LISTENING)
    assert not run.receive("came").changed
    run.complete("call")
    assert run.where() == ["wait"]
    run.receive("came")
    assert is_over(run)


def test_pattern_25_cancel_region() -> None:
    """More of it in `test_cancel_region`."""
    run = begun(graph(
        {"start": "start", "f": fork("l", "r"), "ask": "test.ask", "x": "test.call", "y": "test.call", "j": "parallel",
         "drop": ("cancel_region", {"nodes": ["x", "y", "j"]}), "told": "test.call", "end": "end"},
        "start>f", "f.l>ask", "f.r>x", "x>y", "y>j", "ask.yes>j", "ask.no>drop", "drop>told", "told>end", "j>end",
    ))  # fmt: skip
    run.signal("ask", "no")
    assert run.where() == ["told"]


def test_pattern_33_generalised_and_join_queues_an_early_second_token() -> None:
    """No published drawing brings a second token of one branch; one that came would wait for the next round."""
    drawing = graph(
        {"start": "start", "f": fork("l", "r", "s"), "a": "test.call", "b": "test.call", "c": "test.call",
         "m": "test.call", "j": "parallel", "after": "test.call", "end": "end"},
        "start>f", "f.l>a", "f.r>b", "f.s>c", "a>m", "c>m", "m>j", "b>j", "j>after", "after>end",
    )  # fmt: skip
    assert plan_of(drawing) is None
    run = Harness(compile_plan(read_graph(drawing), registry=registry))
    run.start()
    for node in ("a", "m", "c", "m"):
        run.complete(node)
    assert run.where() == ["b", "j", "j"]
    run.complete("b")
    assert run.where() == ["after", "j"]


def test_pattern_37_local_synchronizing_merge() -> None:
    drawing = graph(
        {"start": "start", "g": several(p="true", q="${a} < ${b}"), "h": several(x="true", y="true"), "x": "test.call",
         "y": "test.ask", "z": "test.call", "n": "inclusive", "m": "inclusive", "e": "end", "end": "end"},
        "start>g", "g.p>h", "g.q>z", "g.otherwise>m", "h.x>x", "h.y>y", "h.otherwise>n", "x>n", "y.yes>n", "y.no>e",
        "n>m", "z>m", "m>end",
    )  # fmt: skip
    run = begun(drawing, variables=SMALL)
    run.complete("z")
    run.complete("x")
    assert run.where() == ["m", "n", "y"]
    run.signal("y", "no")
    assert is_over(run)


def test_pattern_43_explicit_termination() -> None:
    run = begun(graph(
        {"start": "start", "f": fork("l", "r"), "a": "test.call", "b": "test.call", "stop": "terminate", "end": "end"},
        "start>f", "f.l>a", "f.r>b", "a>stop", "b>end",
    ))  # fmt: skip
    run.complete("a")
    assert (run.state.status, run.state.tokens) == (Status.COMPLETED, {})


@pytest.mark.parametrize("seed", range(4))
def test_two_hundred_joins_of_thirty_two_branches_open_once_each(seed: int) -> None:
    ports = [f"b{number}" for number in range(32)]
    drawing = graph(
        {"start": "start", "f": fork(*ports), "j": "parallel", "end": "end"} | dict.fromkeys(ports, "test.call"),
        "start>f", *(f"f.{port}>{port}" for port in ports), *(f"{port}>j" for port in ports), "j>end",
    )  # fmt: skip
    plan = plan_of(drawing)
    assert plan is not None
    for number in range(50):
        run = Harness(plan)
        run.start()
        for port in Random(f"{seed} {number}").sample(ports, len(ports)):
            run.complete(port)

        [joined] = [fact for fact in run.facts if isinstance(fact, facts.Joined)]
        assert len(joined.absorbed) == 31
        assert is_over(run)


@PLENTY
@given(drawing=nested(), script=SCRIPT)
def test_a_token_in_a_join_is_woken_by_nothing_but_its_siblings(
    drawing: dict[str, Any], script: list[tuple[str, int]]
) -> None:
    plan = plan_of(drawing)
    assert plan is not None
    player = Player(plan, variables={})
    for action, pick in script:
        act(player, action, pick)
        for token in [one for one in player.state.tokens.values() if one.awaits is Awaits.SIBLINGS]:
            wait: dict[str, Any] = {"token": token.id, "visit": token.visit}
            whole = wait | {"attempt": token.attempt}
            for event in (
                events.Signalled(**wait, name="yes"), events.TimerDue(**whole), events.ActivityDone(**whole),
                events.ActivityFailed(**whole, code="x.y", message="No."), events.Repaired(**whole, actor=SUPERVISOR),
            ):  # fmt: skip
                assert not player.tell(event).changed
