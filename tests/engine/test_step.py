"""One happening in, one step out: what moves, what waits, and what changes nothing."""

from datetime import timedelta

import pytest

from bedrock.errors import BadInput, Conflict
from tests.engine.flows import fork, graph, in_a_row, money, when
from workflows.engine import events, facts
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.events import Actor
from workflows.engine.state import Awaits, Status
from workflows.engine.world import world_of
from workflows.testing import Harness

SUPERVISOR = Actor(id="9", name="陈静")
ASK = graph({"start": "start", "ask": "test.ask", "yes": "end", "no": "end"}, "start>ask", "ask.yes>yes", "ask.no>no")
PARALLEL = graph(
    {"start": "start", "f": fork("l", "r"), "l": "test.ask", "r": "test.ask", "j": "parallel", "z": "test.ask",
     "end": "end"},
    "start>f", "f.l>l", "f.r>r", "l.yes>j", "l.no~3>l", "r.yes>j", "r.no~3>r", "j>z", "z.yes>end", "z.no~2>f",
)  # fmt: skip


def test_a_run_waits_where_a_person_must_act_and_leaves_by_the_answer() -> None:
    run = Harness(ASK)

    run.start()
    assert (run.where(), run.state.status) == (["ask"], Status.RUNNING)
    assert [work.payload["op"] for work in run.inline] == ["open"]

    run.signal("ask", "no", actor=Actor(id="7"))
    assert run.passed() == ["start", "ask", "no"]
    assert (run.where(), run.state.status) == ([], Status.COMPLETED)


@pytest.mark.parametrize(
    ("refund", "total", "taken"),
    [
        ("58.00", "199.00", "small"), ("59.69", "199.00", "small"), ("59.70", "199.00", "big"),
        ("60.00", "199.00", "big"), ("0.00", "0.00", "big"), ("30.00", "100.00", "big"),
        ("29.99", "100.00", "small"),
    ],
)  # fmt: skip
def test_the_first_true_condition_wins_and_exactly_thirty_percent_is_not_below(
    refund: str, total: str, taken: str
) -> None:
    run = Harness(
        graph({"start": "start", "x": when("small", "${a} < ${b} * 0.3"), "small": "end", "big": "end"},
              "start>x", "x.small>small", "x.otherwise>big")
    )  # fmt: skip
    run.start(variables={"a": money(refund), "b": money(total)})
    assert run.passed() == ["start", "x", taken]


def test_a_missing_value_takes_otherwise_and_the_reason_says_unknown() -> None:
    run = Harness(
        graph({"start": "start", "x": when("small", "${a} < ${b} * 0.3"), "small": "end", "big": "end"},
              "start>x", "x.small>small", "x.otherwise>big")
    )  # fmt: skip
    run.start(variables={"b": money("199.00")})

    moved = next(fact for fact in run.facts if isinstance(fact, facts.Moved) and fact.node == "x")
    assert moved.port == "otherwise"
    assert moved.why == {"conditions": [{"port": "small", "because": "empty < 199.00 CNY * 0.3 = 59.70 CNY → unknown"}]}


def test_a_condition_over_two_currencies_is_an_incident_that_can_be_retried() -> None:
    run = Harness(
        graph({"start": "start", "x": when("small", "${a} < ${b}"), "end": "end"},
              "start>x", "x.small>end", "x.otherwise>end")
    )  # fmt: skip
    run.start(variables={"a": money("1.00"), "b": {"amount": "2.00", "currency": "USD"}})
    assert run.where() == ["x!expression.currency_mix"]

    token = run.token_at("x")
    run.take(events.Repaired(token=token.id, visit=token.visit, attempt=token.attempt, actor=SUPERVISOR))

    assert run.where() == ["x!expression.currency_mix"]
    assert (run.token_at("x").visit, run.token_at("x").attempt) == (1, token.attempt + 2)


@pytest.mark.parametrize("order", [("l", "r"), ("r", "l")])
def test_a_join_goes_on_once_when_all_branches_arrived(order: tuple[str, str]) -> None:
    run = Harness(PARALLEL)
    run.start()

    run.signal(order[0], "yes")
    assert run.where() == sorted(["j", order[1]])
    run.signal(order[1], "yes")

    assert run.where() == ["z"]
    assert len([fact for fact in run.facts if isinstance(fact, facts.Joined)]) == 1


def test_a_token_at_a_join_cannot_be_woken_by_anything_but_its_siblings() -> None:
    run = Harness(PARALLEL)
    run.start()
    run.signal("l", "yes")
    joined = run.token_at("j")
    before = run.state

    for event in (
        events.Signalled(token=joined.id, visit=joined.visit, name="yes"),
        events.TimerDue(token=joined.id, visit=joined.visit, attempt=joined.attempt),
        events.ActivityDone(token=joined.id, visit=joined.visit, attempt=joined.attempt),
        events.Repaired(token=joined.id, visit=joined.visit, attempt=joined.attempt, actor=SUPERVISOR),
    ):
        assert not run.take(event).changed
    assert run.state == before


def test_a_loop_enters_new_visits_and_a_signal_of_an_old_visit_changes_nothing() -> None:
    run = Harness(PARALLEL)
    run.start()
    old = run.token_at("l")
    run.signal("l", "no")

    assert run.token_at("l").visit == 2
    assert not run.take(events.Signalled(token=old.id, visit=1, name="yes")).changed
    assert sorted(run.where()) == ["l", "r"]


def test_a_second_round_through_fork_and_join_needs_all_branches_again() -> None:
    run = Harness(PARALLEL)
    run.start()
    run.signal("l", "yes")
    run.signal("r", "yes")
    run.signal("z", "no")
    assert run.where() == ["l", "r"]

    run.signal("l", "yes")
    assert run.where() == ["j", "r"]
    run.signal("r", "yes")
    assert run.where() == ["z"]


def test_a_loop_beyond_its_rounds_is_an_incident() -> None:
    run = Harness(PARALLEL)
    run.start()
    for _ in range(3):
        run.signal("l", "no")
    run.signal("l", "no")

    assert run.where() == ["l!loop.exhausted", "r"]


# start → a ⟲1 → b ⟲1 → z → end: `z` may send back to `a` twice, each of the others to itself once.
NESTED_LOOPS = graph(
    {"start": "start", "a": "test.ask", "b": "test.ask", "z": "test.ask", "end": "end"},
    "start>a", "a.no~1>a", "a.yes>b", "b.no~1>b", "b.yes>z", "z.no~2>a", "z.yes>end",
)  # fmt: skip


def test_a_new_round_of_an_outer_loop_begins_the_loops_inside_of_it_anew() -> None:
    run = Harness(NESTED_LOOPS)
    run.start()
    for _ in range(2):
        for node, answer in (("a", "no"), ("a", "yes"), ("b", "no"), ("b", "yes"), ("z", "no")):
            run.signal(node, answer)
    run.signal("a", "no")
    assert (run.where(), run.state.rounds) == (["a"], {"e1": 1, "e5": 2})
    assert [fact.renewed for fact in run.facts if isinstance(fact, facts.Moved) and fact.edge == "e5"] == [
        ("e1", "e3"), ("e1", "e3"),
    ]  # fmt: skip

    run.signal("a", "yes")
    run.signal("b", "yes")
    run.signal("z", "no")

    assert run.where() == ["z!loop.exhausted"]


def test_a_loop_inside_of_another_still_ends_within_one_round_of_it() -> None:
    run = Harness(NESTED_LOOPS)
    run.start()
    run.signal("a", "no")

    run.signal("a", "no")

    assert run.where() == ["a!loop.exhausted"]


def test_of_two_loops_that_overlap_neither_begins_the_other_anew() -> None:
    run = Harness(
        graph({"start": "start", "a": "test.ask", "b": "test.ask", "c": "test.ask", "end": "end"},
              "start>a", "a.yes>b", "a.no>end", "b.yes>c", "b.no~2>a", "c.no~2>b", "c.yes>end")
    )  # fmt: skip
    run.start()
    for node, answer in (("a", "yes"), ("b", "yes"), ("c", "no"), ("b", "no"), ("a", "yes"), ("b", "yes"), ("c", "no")):
        run.signal(node, answer)
    assert run.state.rounds == {"e5": 2, "e4": 1}

    run.signal("b", "no")

    assert run.state.rounds == {"e5": 2, "e4": 2}


def test_all_branches_of_many_finish_together_and_the_join_fires_once() -> None:
    ports = [f"p{n}" for n in range(32)]
    nodes = {"start": "start", "f": fork(*ports), "j": "parallel", "end": "end"} | dict.fromkeys(ports, "test.ask")
    edges = ["start>f", "j>end", *(f"f.{p}>{p}" for p in ports), *(f"{p}.yes>j" for p in ports)]
    for _ in range(20):
        run = Harness(graph(nodes, *edges))
        run.start()
        for port in ports:
            run.signal(port, "yes")
        assert run.state.status is Status.COMPLETED
        assert run.passed().count("j") == 1


def test_trap_72_deferred_work_is_answered_once_and_a_late_end_of_a_given_up_try_means_nothing() -> None:
    run = Harness(graph({"start": "start", "call": "test.call", "end": "end"}, *in_a_row("start", "call", "end")))
    run.start()
    assert [(work.node, work.visit, work.attempt) for work in run.deferred] == [("call", 1, 1)]

    run.break_down("call", code="refund.refused")
    assert run.where() == ["call!refund.refused"]
    token = run.token_at("call")
    run.take(events.Repaired(token=token.id, visit=1, attempt=token.attempt, actor=SUPERVISOR))
    assert [work.attempt for work in run.deferred] == [1, token.attempt + 1]

    late = events.ActivityDone(token=token.id, visit=1, attempt=1)
    assert not run.take(late).changed  # the first try finished after all, but it was given up
    run.complete("call", receipt="S-1")
    assert (run.state.status, run.state.variables["receipt"]) == (Status.COMPLETED, "S-1")


def test_a_delay_ends_at_its_due_time_and_not_before() -> None:
    run = Harness(
        graph({"start": "start", "d": ("delay", {"after": "PT2H"}), "end": "end"}, *in_a_row("start", "d", "end")),
        world=world_of(CalendarBook()),
    )
    run.start()
    early = events.TimerDue(token=1, visit=1, attempt=1)
    assert not run.take(early).changed

    run.wind(minutes=119)
    assert run.where() == ["d"]
    run.wind(minutes=1)
    assert run.state.status is Status.COMPLETED


def test_an_automatic_loop_is_stopped_by_the_step_budget() -> None:
    run = Harness(
        graph({"start": "start", "x": when("again", "true"), "end": "end"},
              "start>x", "x.again>x", "x.otherwise>end")
    )  # fmt: skip
    run.start()
    assert run.where() == ["x!engine.step_budget"]
    assert len(run.passed()) == run.plan.step_budget


def test_a_join_that_nobody_will_reach_is_an_incident_not_silence() -> None:
    run = Harness(
        graph(
            {"start": "start", "f": fork("l", "r"), "l": "test.ask", "x": "end", "j": "parallel", "end": "end"},
            "start>f", "f.l>l", "f.r>x", "l.yes>j", "l.no>j", "j>end",
        )
    )  # fmt: skip
    run.start()
    run.signal("l", "yes")
    assert run.where() == ["j!join.starved"]


def test_force_moves_the_run_and_withdraws_what_it_leaves() -> None:
    run = Harness(PARALLEL)
    run.start()
    run.signal("l", "yes")

    run.force("z", actor=SUPERVISOR, reason="大促期间加急")

    assert run.where() == ["z"]
    assert [work.payload for work in run.inline if work.payload["op"] == "withdraw"] == [
        {"op": "withdraw", "reason": "forced"}
    ]
    forced = next(fact for fact in run.facts if isinstance(fact, facts.Forced))
    assert (sorted(forced.left), forced.reason) == (["j", "r"], "大促期间加急")
    run.signal("z", "yes")
    assert run.state.status is Status.COMPLETED


def test_force_onto_a_join_opens_it_and_ends_its_branches() -> None:
    run = Harness(PARALLEL)
    run.start()
    run.force("j", actor=SUPERVISOR)
    assert run.where() == ["z"]


def test_force_inside_a_branch_keeps_the_siblings() -> None:
    run = Harness(PARALLEL)
    run.start()
    run.signal("l", "yes")
    run.force("l", actor=SUPERVISOR)  # back into its own branch; the right one stays
    assert run.where() == ["l", "r"]
    run.signal("l", "yes")
    run.signal("r", "yes")
    assert run.where() == ["z"]


def test_force_into_a_branch_whose_siblings_are_gone_is_refused() -> None:
    run = Harness(PARALLEL)
    run.start()
    run.signal("l", "yes")
    run.signal("r", "yes")
    before = run.state

    with pytest.raises(Conflict) as refused:
        run.force("l", actor=SUPERVISOR)

    assert (refused.value.code, refused.value.fields["branches"]) == ("force.target_inside_parallel", ["f.r"])
    assert run.state == before


@pytest.mark.parametrize(
    ("target", "error", "code"),
    [
        ("nowhere", BadInput, "force.unknown_target"), ("start", BadInput, "force.target_is_start"),
        ("ask", Conflict, "force.already_there"),
    ],
)  # fmt: skip
def test_force_to_a_senseless_target_is_refused(target: str, error: type[Exception], code: str) -> None:
    run = Harness(ASK)
    run.start()
    with pytest.raises(error) as refused:
        run.force(target, actor=SUPERVISOR)
    assert refused.value.code == code  # type: ignore[attr-defined]


def test_an_ended_run_refuses_force_and_cancel() -> None:
    run = Harness(ASK)
    run.start()
    run.signal("ask", "yes")
    for event in (
        events.Forced(target="ask", actor=SUPERVISOR, reason="late"),
        events.CancelRequested(actor=SUPERVISOR, reason="late"),
    ):
        with pytest.raises(Conflict, match=r"instance\.not_running"):
            run.take(event)


def test_cancel_withdraws_every_token() -> None:
    run = Harness(PARALLEL)
    run.start()
    run.signal("l", "yes")
    run.take(events.CancelRequested(actor=SUPERVISOR, reason="buyer changed their mind"))
    assert (run.state.status, run.state.tokens) == (Status.CANCELLED, {})


def test_a_note_changes_nothing_but_the_history() -> None:
    run = Harness(ASK)
    run.start()
    token = run.token_at("ask")
    run.signal("ask", "remark", text="please hurry")

    assert run.token_at("ask") == token
    assert isinstance(run.facts[-1], facts.Noted)


def test_starting_twice_changes_nothing() -> None:
    run = Harness(ASK)
    run.start()
    assert not run.start().changed
    assert [token.awaits for token in run.state.tokens.values()] == [Awaits.SIGNAL]


def test_the_given_state_is_left_as_it_was() -> None:
    run = Harness(PARALLEL)
    run.start()
    state, copy = run.state, run.state.copy()
    run.signal("l", "yes")
    assert state == copy


def test_time_moves_only_forward() -> None:
    run = Harness(ASK)
    start = run.now
    run.wind(hours=2)
    assert run.now - start == timedelta(hours=2)
