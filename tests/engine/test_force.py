"""Force-advance: what it leaves is withdrawn, what a join still needs is kept, and no token is left behind."""

import pytest

from bedrock.errors import BadInput, Conflict
from tests.engine.flows import fork, graph, in_a_row
from workflows.engine import events, facts
from workflows.engine.events import Actor
from workflows.engine.state import Awaits, Status
from workflows.testing import Harness

SUPERVISOR = Actor(id="9", name="陈静")

# start → f ─┬ l → l2 ──────────────┬ j → z → end
#            └ r → g ─┬ a → a2 ─┬ h ┘
#                     └ b ──────┘
NESTED = graph(
    {"start": "start", "f": fork("l", "r"), "l": "test.call", "l2": "test.call", "r": "test.call",
     "g": fork("a", "b"), "a": "test.call", "a2": "test.call", "b": ("delay", {"after": "PT1H"}), "h": "parallel",
     "j": "parallel", "z": "test.ask", "end": "end"},
    "start>f", "f.l>l", "l>l2", "l2>j", "f.r>r", "r>g", "g.a>a", "a>a2", "a2>h", "g.b>b", "b>h", "h>j", "j>z",
    "z.yes>end", "z.no~3>f",
)  # fmt: skip


def _inside() -> Harness:
    """Tokens at l, a and b."""
    run = Harness(NESTED)
    run.start()
    run.complete("r")
    assert run.where() == ["a", "b", "l"]
    return run


def _finish(run: Harness) -> None:
    """Answer everything that waits until the run is over."""
    for _ in range(50):
        waiting = [token for token in run.state.tokens.values() if token.awaits is not Awaits.SIBLINGS]
        if not waiting:
            break
        match waiting[0].awaits:
            case Awaits.ACTIVITY:
                run.complete(waiting[0].node)
            case Awaits.SIGNAL:
                run.signal(waiting[0].node, "yes")
            case _:
                run.wind(hours=2)


@pytest.mark.parametrize(
    ("target", "stands", "withdrawn"),
    [
        ("l2", ["a", "b", "l2"], ["l"]),  # another step of the same branch: the siblings stay
        ("a2", ["a2", "b", "l"], ["a"]),  # the same, one level deeper
        ("r", ["l", "r"], ["a", "b"]),  # out of the inner fork, still in its branch
        ("g", ["a", "b", "l"], ["a", "b"]),  # onto the inner fork: both of its branches anew
        ("h", ["j", "l"], ["a", "b"]),  # onto the inner join: its branches count as done
        ("j", ["z"], ["a", "b", "l"]),  # onto the outer join: everything below it ends
        ("z", ["z"], ["a", "b", "l"]),  # past the outer join
        ("f", ["l", "r"], ["a", "b", "l"]),  # back before all of it
        ("end", [], ["a", "b", "l"]),
    ],
)
def test_force_keeps_the_siblings_that_a_join_needs_and_withdraws_the_rest(
    target: str, stands: list[str], withdrawn: list[str]
) -> None:
    run = _inside()
    run.force(target, actor=SUPERVISOR, reason="大促期间加急")

    assert run.where() == stands
    assert sorted(fact.node for fact in run.facts if isinstance(fact, facts.Withdrawn)) == withdrawn
    assert [fact.reason for fact in run.facts if isinstance(fact, facts.Forced)] == ["大促期间加急"]

    _finish(run)
    assert (run.state.status, run.state.tokens) == (Status.COMPLETED, {})


def test_a_sibling_that_waits_at_the_join_is_kept() -> None:
    run = _inside()
    run.wind(hours=1)
    run.complete("l")
    run.complete("l2")
    assert run.where() == ["a", "h", "j"]

    run.force("a2", actor=SUPERVISOR)
    assert run.where() == ["a2", "h", "j"]

    run.complete("a2")
    assert run.where() == ["z"]


def test_force_back_into_the_branch_of_a_token_that_waits_at_the_join_takes_it_back() -> None:
    run = _inside()
    run.complete("l")
    run.complete("l2")
    assert run.where() == ["a", "b", "j"]

    run.force("l", actor=SUPERVISOR)

    assert run.where() == ["a", "b", "l"]
    _finish(run)
    assert run.state.status is Status.COMPLETED


@pytest.mark.parametrize(
    ("target", "branches"),
    [("l2", ["f.r"]), ("a2", ["f.l", "g.b"]), ("b", ["f.l", "g.a"]), ("g", ["f.l"]), ("h", ["f.l"])],
)
def test_force_into_a_fork_that_is_not_under_way_is_refused_and_changes_nothing(
    target: str, branches: list[str]
) -> None:
    run = _inside()
    run.force("z", actor=SUPERVISOR)
    before, told = run.state, len(run.facts)

    with pytest.raises(Conflict) as refused:
        run.force(target, actor=SUPERVISOR)

    assert refused.value.code == "force.target_inside_parallel"
    assert refused.value.fields["branches"] == branches
    assert (run.state, len(run.facts)) == (before, told)


def test_branches_that_never_meet_need_no_sibling() -> None:
    run = Harness(
        graph({"start": "start", "f": fork("l", "r"), "l": "test.call", "l2": "test.call", "r": "test.call",
               "end": "end", "bye": "end"},
              "start>f", "f.l>l", "l>l2", "l2>end", "f.r>r", "r>bye")
    )  # fmt: skip
    run.start()
    run.complete("r")

    run.force("l2", actor=SUPERVISOR)

    assert run.where() == ["l2"]
    run.complete("l2")
    assert run.state.status is Status.COMPLETED


def test_a_forced_token_that_fails_at_a_join_does_not_count_as_one_of_its_branches() -> None:
    run = Harness(
        graph({"start": "start", "a": "test.ask", "f": fork("l", "r"), "l": "test.call", "r": "test.call",
               "j": "parallel", "x": "end"},
              "start>a", "a.yes>f", "a.no>x", "f.l>l", "f.r>r", "l>j", "r>j", "j~1>a")
    )  # fmt: skip
    run.start()
    run.force("j", actor=SUPERVISOR)
    run.force("j", actor=SUPERVISOR)
    assert run.where() == ["j!loop.exhausted"]

    run.force("f", actor=SUPERVISOR)
    run.complete("l")

    assert run.where() == ["j", "r"]


def test_an_incident_is_left_behind_like_any_wait() -> None:
    run = _inside()
    run.break_down("l", code="test.broken")

    run.force("l2", actor=SUPERVISOR)

    assert run.where() == ["a", "b", "l2"]
    _finish(run)
    assert run.state.status is Status.COMPLETED


def test_work_of_a_wait_that_was_left_is_fenced_off() -> None:
    run = _inside()
    left = run.token_at("l")
    late = events.ActivityDone(token=left.id, visit=left.visit, attempt=left.attempt)
    run.force("z", actor=SUPERVISOR)

    assert not run.take(late).changed


def test_a_question_that_is_left_is_told_so_once() -> None:
    run = Harness(graph({"start": "start", "a": "test.ask", "b": "test.ask", "end": "end"},
                        "start>a", "a.yes>b", "a.no>end", "b.yes>end", "b.no>end"))  # fmt: skip
    run.start()
    asked = run.token_at("a")

    step = run.take(events.Forced(target="b", actor=SUPERVISOR, reason="stuck"))

    assert [(work.payload["op"], work.node, work.token, work.visit) for work in step.inline] == [
        ("withdraw", "a", asked.id, 1), ("open", "b", run.token_at("b").id, 1),
    ]  # fmt: skip
    assert step.actor == SUPERVISOR


def test_force_back_to_a_node_is_a_new_visit() -> None:
    run = Harness(graph({"start": "start", "a": "test.call", "b": "test.call", "end": "end"},
                        *in_a_row("start", "a", "b", "end")))  # fmt: skip
    run.start()
    run.complete("a")

    run.force("a", actor=SUPERVISOR)

    assert run.token_at("a").visit == 2
    assert [work.visit for work in run.deferred if work.node == "a"] == [1, 2]


@pytest.mark.parametrize(
    ("target", "error", "code"),
    [
        ("ghost", BadInput, "force.unknown_target"), ("start", BadInput, "force.target_is_start"),
        ("a", Conflict, "force.already_there"),
    ],
)  # fmt: skip
def test_a_senseless_target_is_refused_and_changes_nothing(
    target: str, error: type[BadInput | Conflict], code: str
) -> None:
    run = _inside()
    before = run.state

    with pytest.raises(error) as refused:
        run.force(target, actor=SUPERVISOR)

    assert (refused.value.code, run.state) == (code, before)


def test_a_run_that_was_never_started_cannot_be_forced() -> None:
    with pytest.raises(Conflict, match="not started"):
        Harness(NESTED).force("z", actor=SUPERVISOR)
