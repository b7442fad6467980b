"""Returning a run to an earlier step: where it may go, what that takes away, and the way back to who returned it."""

from typing import Any

import pytest

from bedrock.errors import OrderflowError
from tests.engine.flows import fork, graph, money, when
from workflows.engine import facts
from workflows.engine.events import Actor, Signalled
from workflows.engine.returns import common_steps, earlier_steps
from workflows.engine.state import Awaits, Status
from workflows.testing import Harness

SUPERVISOR = Actor(id="9", name="陈静")

# start → a → w ─┬ big: b ─┬ c → end; two rejections end it as well
#                └ rest: ──┘
ROW = graph(
    {"start": "start", "a": "test.ask", "w": when("big", "${a} >= ${b} * 0.3"), "b": "test.ask", "c": "test.ask",
     "end": "end"},
    "start>a", "a.yes>w", "a.no>end", "w.big>b", "w.otherwise>c", "b.yes>c", "b.no>end", "c.yes>end", "c.no>end",
)  # fmt: skip

# start → a → f ─┬ l → l2 ─┬ j → z → end
#                └ r ──────┘
SIDES = graph(
    {"start": "start", "a": "test.ask", "f": fork("l", "r"), "l": "test.ask", "l2": "test.ask", "r": "test.ask",
     "j": "parallel", "z": "test.ask", "end": "end"},
    "start>a", "a.yes>f", "a.no>end", "f.l>l", "l.yes>l2", "l.no>l2", "l2.yes>j", "f.r>r", "r.yes>j",
    "j>z", "z.yes>end", "z.no>end",
)  # fmt: skip


def begun(drawing: dict[str, Any], *answers: str, amount: str = "90.00") -> Harness:
    run = Harness(drawing)
    run.start(variables={"a": money(amount), "b": money("100.00"), "twice": None})
    for node in answers:
        run.signal(node, "yes")
    return run


def back(run: Harness, node: str, to: str | None, **how: Any) -> None:
    run.signal(node, "return", to=to, how=how)


def returned(run: Harness) -> list[facts.Returned]:
    return [fact for fact in run.facts if isinstance(fact, facts.Returned)]


def refused(run: Harness, node: str, to: str | None, **how: Any) -> OrderflowError:
    before, told = run.state.copy(), len(run.facts)
    with pytest.raises(OrderflowError) as caught:
        back(run, node, to, **how)
    assert (run.state, len(run.facts)) == (before, told)
    return caught.value


def test_a_return_opens_a_new_visit_of_the_earlier_step_and_the_old_one_hears_nothing() -> None:
    run = begun(ROW, "a", "b")
    late = run.token_at("c")

    back(run, "c", "a", why={"comment": "金额不对"})

    token = run.token_at("a")
    assert (run.where(), token.visit, token.id > late.id) == (["a"], 2, True)
    [fact] = returned(run)
    assert (fact.node, fact.by, fact.visit, fact.left, fact.why) == ("a", "c", 1, ("c",), {"comment": "金额不对"})
    assert [work.payload for work in run.inline[-2:]] == [{"op": "close"}, {"op": "open"}]
    told = len(run.facts)
    run.take(_answer(late.id, late.visit))
    assert len(run.facts) == told


def _answer(token: int, visit: int) -> Any:
    return Signalled(token=token, visit=visit, name="yes")


def test_without_a_name_the_nearest_earlier_step_is_meant() -> None:
    run = begun(ROW, "a", "b")

    back(run, "c", None)

    assert run.where() == ["b"]


def test_trap_33_a_step_on_one_of_two_ways_is_an_earlier_one_of_the_run_that_came_by_it() -> None:
    came_by_it = begun(ROW, "a", "b")
    assert earlier_steps(came_by_it.plan, came_by_it.state, came_by_it.token_at("c")) == ["b", "a"]

    past_it = begun(ROW, "a", amount="10.00")
    assert past_it.where() == ["c"]
    error = refused(past_it, "c", "b")

    assert (error.code, error.fields["targets"]) == ("return.not_an_earlier_step", ["a"])


@pytest.mark.parametrize("to", ["start", "w", "end", "c", "nowhere"])
def test_trap_34_a_run_goes_back_to_no_step_that_asked_nobody(to: str) -> None:
    assert refused(begun(ROW, "a", "b"), "c", to).code == "return.not_an_earlier_step"


def test_trap_34_a_step_that_was_passed_by_force_is_no_target() -> None:
    drawing = graph(
        {"start": "start", "p": ("delay", {"after": "PT1H"}), "a": "test.ask", "c": "test.ask", "end": "end"},
        "start>p", "p>a", "a.yes>c", "a.no>c", "c.yes>end", "c.no>end",
    )  # fmt: skip
    run = Harness(drawing)
    run.start(variables={})
    run.force("c", actor=SUPERVISOR)

    assert earlier_steps(run.plan, run.state, run.token_at("c")) == []
    assert refused(run, "c", "a").code == "return.not_an_earlier_step"


CALLING = graph(
    {"start": "start", "a": "test.ask", "pay": "test.call", "c": "test.ask", "end": "end"},
    "start>a", "a.yes>pay", "a.no>end", "pay>c", "c.yes>end", "c.no>end",
)  # fmt: skip


def test_trap_39_what_has_acted_since_forbids_the_way_back_unless_it_may_act_again() -> None:
    run = begun(CALLING, "a")
    run.complete("pay")

    error = refused(run, "c", "a")
    assert (error.code, error.fields["nodes"]) == ("return.would_repeat", ["pay"])
    with pytest.raises(OrderflowError):
        run.send_back("a", actor=SUPERVISOR)

    back(run, "c", "a", repeats=True)
    assert run.where() == ["a"]
    run.signal("a", "yes")
    assert (run.where(), run.deferred[-1].visit) == (["pay"], 2)


def test_trap_32_a_return_out_of_a_fork_takes_the_whole_fork_along() -> None:
    run = begun(SIDES, "a", "l")
    assert run.where() == ["l2", "r"]
    assert refused(run, "l2", "a").code == "return.leaves_branch"

    back(run, "l2", "a", crosses=True)

    assert run.where() == ["a"]
    withdrawn = [fact for fact in run.facts if isinstance(fact, facts.Withdrawn)]
    assert sorted((fact.node, fact.reason) for fact in withdrawn) == [("l2", "returned"), ("r", "returned")]
    assert {"op": "withdraw", "reason": "returned"} in [work.payload for work in run.inline]
    for node in ("a", "r", "l", "l2", "z"):
        run.signal(node, "yes")
    assert (run.state.status, run.state.tokens) == (Status.COMPLETED, {})


def test_trap_32_inside_its_branch_a_return_leaves_the_branches_beside_it_alone() -> None:
    run = begun(SIDES, "a", "l")
    beside = run.token_at("r")

    back(run, "l2", "l")

    assert run.where() == ["l", "r"]
    assert run.token_at("r") == beside
    for node in ("l", "l2", "r", "z"):
        run.signal(node, "yes")
    assert run.state.status is Status.COMPLETED


def test_trap_32_a_branch_that_waits_at_the_join_is_taken_along_and_none_is_entered_from_behind() -> None:
    run = begun(SIDES, "a", "r", "l")
    assert run.where() == ["j", "l2"]
    back(run, "l2", "a", crosses=True)
    assert run.where() == ["a"]

    for node in ("a", "r", "l", "l2"):
        run.signal(node, "yes")
    assert run.where() == ["z"]
    assert earlier_steps(run.plan, run.state, run.token_at("z")) == ["a"]
    assert refused(run, "z", "l2").code == "return.not_an_earlier_step"


def test_trap_35_who_returned_it_is_asked_next_if_the_way_still_leads_there() -> None:
    run = begun(ROW, "a", "b")
    back(run, "c", "a", resumes=True)

    run.signal("a", "yes")

    assert (run.where(), run.token_at("c").visit) == (["c"], 2)  # without b
    [fact] = [fact for fact in run.facts if isinstance(fact, facts.Resumed)]
    assert (fact.node, fact.visit, fact.port, fact.to) == ("a", 2, "yes", "c")


def test_trap_35_a_way_that_leads_elsewhere_by_now_is_walked() -> None:
    run = begun(ROW, "a")
    back(run, "b", "a", resumes=True)
    run.state.variables = {**run.state.variables, "a": money("10.00")}  # as an edit of the request would

    run.signal("a", "yes")

    assert run.where() == ["c"]
    assert not [fact for fact in run.facts if isinstance(fact, facts.Resumed)]


def test_trap_35_an_answer_that_ends_the_run_ends_it() -> None:
    run = begun(ROW, "a", "b")
    back(run, "c", "a", resumes=True)

    run.signal("a", "no")

    assert run.state.status is Status.COMPLETED


def test_trap_35_a_fork_is_never_entered_by_one_of_its_branches() -> None:
    run = begun(SIDES, "a", "l")
    back(run, "l2", "a", crosses=True, resumes=True)
    assert run.token_at("a").resumes is None

    run.signal("a", "yes")

    assert run.where() == ["l", "r"]


def test_what_steps_between_would_set_is_set_when_they_are_not_walked() -> None:
    drawing = graph(
        {"start": "start", "a": "test.ask", "w": when("big", "${a} >= ${b} * 0.3"),
         "m": ("mapping", {"assign": [{"variable": "twice", "value": "${a} * 2"}]}), "b": "test.ask",
         "c": "test.ask", "end": "end"},
        "start>a", "a.yes>m", "a.no>end", "m>w", "w.big>b", "w.otherwise>c", "b.yes>c", "b.no>end", "c.yes>end",
        "c.no>end", variables=[{"name": name, "type": "money"} for name in ("a", "b", "twice")],
    )  # fmt: skip
    run = begun(drawing, "a", "b")
    assert run.state.variables["twice"] == money("180.00")
    back(run, "c", "a", resumes=True)
    run.state.variables = {**run.state.variables, "a": money("40.00")}

    run.signal("a", "yes")

    assert (run.where(), run.state.variables["twice"]) == (["c"], money("80.00"))


def test_trap_38_returns_of_one_step_are_counted_over_the_whole_run() -> None:
    run = begun(ROW, "a", "b")
    for _ in range(2):
        back(run, "c", "a", limit=2)
        run.signal("a", "yes")
        run.signal("b", "yes")
    assert run.state.returns == {"c": 2}

    error = refused(run, "c", "a", limit=2)

    assert (error.code, error.fields["limit"]) == ("return.limit", 2)


def test_a_supervisor_sends_the_run_back_with_everything_that_came_of_the_step() -> None:
    run = begun(SIDES, "a", "r", "l")
    assert sorted(common_steps(run.plan, run.state)) == ["a", "l", "r"]

    run.send_back("r", actor=SUPERVISOR)  # it waited at the join
    assert run.where() == ["l2", "r"]

    run.send_back("a", actor=SUPERVISOR, reason="材料不全")
    assert (run.where(), returned(run)[-1].why) == (["a"], {"comment": "材料不全"})
    assert returned(run)[-1].by is None


def test_a_supervisor_sends_nobody_back_to_where_nobody_was() -> None:
    run = begun(SIDES, "a")
    before = run.state.copy()
    for target in ("z", "start", "l2", "nowhere"):
        with pytest.raises(OrderflowError) as caught:
            run.send_back(target, actor=SUPERVISOR)
        assert caught.value.code == "return.not_an_earlier_step"
    assert run.state == before
    assert all(token.awaits is Awaits.SIGNAL for token in run.state.tokens.values())
