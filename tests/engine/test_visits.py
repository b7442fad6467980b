"""How often a run came to each node: where it waited, where it only passed, where it split and where it failed."""

from tests.engine.flows import fork, graph, money, when
from workflows.engine.events import SYSTEM, Repaired
from workflows.engine.state import Awaits
from workflows.testing import Harness

# start → x ─┬ otherwise → f ─┬ l → a ─┬ j → q → end
#            │                └ r → c ─┘   │   (a.no → a)
#            └ small → q                   └ no → x
ROUND = graph(
    {"start": "start", "x": when("small", "${a} < ${b}"), "f": fork("l", "r"), "a": "test.ask", "c": "test.call",
     "j": "parallel", "q": "test.ask", "end": "end"},
    "start>x", "x.small>q", "x.otherwise>f", "f.l>a", "f.r>c", "a.yes>j", "a.no~5>a", "c>j", "j>q", "q.no~2>x",
    "q.yes>end",
)  # fmt: skip


def test_every_node_that_a_run_passed_is_counted_from_the_first_time_on() -> None:
    run = Harness(ROUND)

    run.start()
    assert run.state.visits == {"start": 1, "x": 1, "f": 1, "a": 1, "c": 1}

    run.complete("c")
    run.signal("a", "yes")
    run.signal("q", "no")
    assert run.state.visits == {"start": 1, "x": 2, "f": 2, "a": 2, "c": 2, "j": 1, "q": 1}
    assert run.state.rounds == {"e9": 1}  # the way back

    run.complete("c")
    run.signal("a", "no")
    run.signal("a", "yes")
    run.signal("q", "yes")
    assert run.state.visits == {"start": 1, "x": 2, "f": 2, "a": 3, "c": 2, "j": 2, "q": 2, "end": 1}


def test_one_that_failed_as_it_was_entered_was_visited_and_is_tried_again_in_the_same_visit() -> None:
    run = Harness(ROUND)
    run.start(variables={"a": money("1.00"), "b": {"amount": "1.00", "currency": "USD"}})
    failed = run.token_at("x")
    assert (failed.awaits, failed.visit, failed.attempt) == (Awaits.REPAIR, 1, 1)
    assert run.state.visits == {"start": 1, "x": 1}

    run.take(Repaired(token=failed.id, visit=1, attempt=1, actor=SYSTEM))

    again = run.token_at("x")
    assert (again.awaits, again.visit, again.attempt) == (Awaits.REPAIR, 1, 3)
    assert run.state.visits == {"start": 1, "x": 1}
