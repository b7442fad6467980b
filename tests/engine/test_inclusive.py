"""Multi-choice (workflow pattern 6) and the merge of what was started (7, 37): each story waits for exactly those."""

from random import Random
from typing import Any

import pytest

from tests.engine.flows import fork, graph, several
from tests.engine.player import SUPERVISOR, Player
from workflows.engine import events, fact_document, facts
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.graph import read_graph
from workflows.engine.node_type import Problem
from workflows.engine.plan import compile_plan
from workflows.engine.registry import registry
from workflows.engine.state import Awaits, Status
from workflows.engine.validate import validate
from workflows.engine.world import world_of
from workflows.testing import MONDAY_MORNING, Harness

FLAGS = [{"name": name, "type": "boolean"} for name in ("goods", "money", "gift")]
WHICH = several(goods="${goods}", money="${money}", gift="${gift}")

# start → f ─┬ goods → pick → pack ─┐
#            ├ money → pay ─────────┤
#            ├ gift → wrap ─────────┼ j → z → end
#            └ otherwise → skip ────┘
CHOICE = graph(
    {"start": "start", "f": WHICH, "pick": "test.call", "pack": "test.call", "pay": "test.call", "wrap": "test.call",
     "skip": "test.call", "j": "inclusive", "z": "test.ask", "end": "end"},
    "start>f", "f.goods>pick", "pick>pack", "f.money>pay", "f.gift>wrap", "f.otherwise>skip",
    "pack>j", "pay>j", "wrap>j", "skip>j", "j>z", "z.yes>end", "z.no~3>f", variables=FLAGS,
)  # fmt: skip


def chosen(drawing: dict[str, Any], *true: str) -> Harness:
    """A run in which these flags are true."""
    run = Harness(drawing)
    run.start(variables={name: name in true for name in ("goods", "money", "gift")})
    return run


def joins(run: Harness) -> list[facts.Joined]:
    return [fact for fact in run.facts if isinstance(fact, facts.Joined)]


def errors_of(drawing: dict[str, Any]) -> list[Problem]:
    found = validate(read_graph(drawing), registry=registry, world=world_of(CalendarBook()), now=MONDAY_MORNING)
    return [problem for problem in found if problem.severity == "error"]


def paths_of(drawing: dict[str, Any]) -> list[tuple[str, str | None, list[str]]]:
    return [(problem.code, problem.node, problem.params.get("nodes", [])) for problem in errors_of(drawing)]


@pytest.mark.parametrize(
    ("true", "stands"),
    [
        (("goods",), ["pick"]), (("goods", "gift"), ["pick", "wrap"]), (("goods", "money", "gift"),
        ["pay", "pick", "wrap"]), ((), ["skip"]),
    ],
)  # fmt: skip
def test_multi_choice_takes_every_branch_whose_condition_holds_and_otherwise_when_none_does(
    true: tuple[str, ...], stands: list[str]
) -> None:
    assert errors_of(CHOICE) == []

    run = chosen(CHOICE, *true)

    assert run.where() == stands


def test_a_multi_choice_says_in_the_history_why_each_branch_was_taken_or_not() -> None:
    run = chosen(CHOICE, "goods", "money")

    forked = next(fact for fact in run.facts if isinstance(fact, facts.Forked))
    assert forked.why is not None
    assert [one["port"] for one in forked.why["conditions"]] == ["goods", "money", "gift"]
    encoded = fact_document.encode(forked)
    assert fact_document.encode(fact_document.decode("forked", encoded)) == encoded
    assert fact_document.decode("forked", {key: encoded[key] for key in encoded if key != "why"}) == facts.Forked(
        token=forked.token, node="f", visit=1, branches=forked.branches
    )  # as rows of before have it


def test_a_missing_value_takes_no_branch() -> None:
    run = Harness(CHOICE)

    run.start(variables={"goods": None, "gift": True})

    assert run.where() == ["wrap"]


def test_structured_synchronizing_merge_waits_for_each_branch_that_was_started_and_for_no_other() -> None:
    run = chosen(CHOICE, "goods", "money")

    run.complete("pay")
    assert run.where() == ["j", "pick"]
    run.complete("pick")
    assert run.where() == ["j", "pack"]
    run.complete("pack")

    assert run.where() == ["z"]
    assert [len(joined.absorbed) for joined in joins(run)] == [1]


def test_structured_synchronizing_merge_opens_at_once_for_the_only_branch() -> None:
    run = chosen(CHOICE)

    run.complete("skip")

    assert run.where() == ["z"]
    assert [joined.absorbed for joined in joins(run)] == [()]


def test_a_token_in_a_merge_is_woken_by_nothing_but_its_siblings() -> None:
    run = chosen(CHOICE, "goods", "money")
    run.complete("pay")
    waiting = run.token_at("j")
    before = run.state

    for event in (
        events.Signalled(token=waiting.id, visit=waiting.visit, name="yes"),
        events.TimerDue(token=waiting.id, visit=waiting.visit, attempt=waiting.attempt),
        events.ActivityDone(token=waiting.id, visit=waiting.visit, attempt=waiting.attempt),
        events.ActivityFailed(token=waiting.id, visit=waiting.visit, attempt=waiting.attempt, code="x", message="x"),
        events.Repaired(token=waiting.id, visit=waiting.visit, attempt=waiting.attempt, actor=SUPERVISOR),
    ):
        assert not run.take(event).changed

    assert run.state is before


def test_a_loop_around_counts_each_round_anew() -> None:
    run = chosen(CHOICE, "goods", "money")
    for pay_first in (True, False):
        run.complete("pay" if pay_first else "pick")
        run.complete("pick" if pay_first else "pay")
        run.complete("pack")
        assert run.where() == ["z"]
        run.signal("z", "no")
        assert run.where() == ["pay", "pick"]

    assert run.state.visits["j"] == 2
    assert [joined.visit for joined in joins(run)] == [1, 2]


def test_a_loop_inside_of_a_branch_keeps_the_merge_waiting() -> None:
    drawing = graph(
        {"start": "start", "f": WHICH, "ask": "test.ask", "pay": "test.call", "j": "inclusive", "end": "end"},
        "start>f", "f.goods>ask", "ask.no~3>ask", "ask.yes>j", "f.money>pay", "pay>j", "f.gift>j", "f.otherwise>j",
        "j>end", variables=FLAGS,
    )  # fmt: skip
    assert errors_of(drawing) == []
    run = chosen(drawing, "goods", "money", "gift")

    run.complete("pay")
    run.signal("ask", "no")
    run.signal("ask", "no")
    assert run.where() == ["ask", "j", "j"]
    run.signal("ask", "yes")

    assert run.state.status is Status.COMPLETED
    assert [len(joined.absorbed) for joined in joins(run)] == [2]


ENDING = graph(
    {"start": "start", "f": WHICH, "ask": "test.ask", "sorry": "test.call", "pay": "test.call", "j": "inclusive",
     "z": "test.call", "end": "end"},
    "start>f", "f.goods>ask", "ask.yes>j", "ask.no>sorry", "sorry>end", "f.money>pay", "pay>j", "f.gift>j",
    "f.otherwise>j", "j>z", "z>end", variables=FLAGS,
)  # fmt: skip


def test_local_synchronizing_merge_waits_only_as_long_as_a_sibling_can_still_reach_it() -> None:
    assert errors_of(ENDING) == []
    run = chosen(ENDING, "goods", "money")
    run.complete("pay")
    assert run.where() == ["ask", "j"]

    run.signal("ask", "no")

    assert run.where() == ["sorry", "z"]


def test_local_synchronizing_merge_of_which_no_branch_arrives_never_opens() -> None:
    run = chosen(ENDING, "goods")
    run.signal("ask", "no")

    run.complete("sorry")

    assert run.state.status is Status.COMPLETED
    assert joins(run) == []


def test_a_sibling_that_ends_in_the_very_step_of_its_decision_opens_the_merge() -> None:
    drawing = graph(
        {"start": "start", "f": WHICH, "ask": "test.ask", "pay": "test.call", "j": "inclusive", "z": "test.call",
         "end": "end"},
        "start>f", "f.goods>ask", "ask.yes>j", "ask.no>end", "f.money>pay", "pay>j", "f.gift>j", "f.otherwise>j",
        "j>z", "z>end", variables=FLAGS,
    )  # fmt: skip
    run = chosen(drawing, "goods", "money")
    run.complete("pay")

    run.signal("ask", "no")

    assert run.where() == ["z"]


def test_force_out_of_a_sibling_branch_asks_the_merge_again() -> None:
    run = chosen(ENDING, "goods", "money")
    run.complete("pay")

    run.force("sorry", actor=SUPERVISOR)

    assert run.where() == ["sorry", "z"]


def test_force_within_a_branch_keeps_the_siblings_and_does_not_need_those_that_never_started() -> None:
    run = chosen(CHOICE, "goods", "money")
    run.complete("pay")

    run.force("pack", actor=SUPERVISOR)
    assert run.where() == ["j", "pack"]
    run.complete("pack")

    assert run.where() == ["z"]
    assert [len(joined.absorbed) for joined in joins(run)] == [1]


def test_force_into_a_branch_that_was_not_taken_leaves_the_others_as_they_are() -> None:
    run = chosen(CHOICE, "goods")

    run.force("wrap", actor=SUPERVISOR)
    assert run.where() == ["pick", "wrap"]
    run.complete("wrap")
    run.complete("pick")
    assert run.where() == ["j", "pack"]


def test_force_onto_a_merge_opens_it_and_ends_its_branches() -> None:
    run = chosen(CHOICE, "goods", "money")
    run.complete("pay")

    run.force("j", actor=SUPERVISOR)

    assert run.where() == ["z"]
    assert joins(run) == []


def test_a_sibling_that_failed_keeps_the_merge_waiting_until_it_is_repaired() -> None:
    run = chosen(CHOICE, "money", "gift")
    run.complete("pay")
    run.break_down("wrap")
    assert run.where() == ["j", "wrap!test.broken"]

    failed = run.token_at("wrap")
    run.take(events.Repaired(token=failed.id, visit=failed.visit, attempt=failed.attempt, actor=SUPERVISOR))
    run.complete("wrap")

    assert run.where() == ["z"]


NESTED = graph(
    {"start": "start", "p": fork("l", "r"), "f": WHICH, "pick": "test.call", "g": several(one="${money}"),
     "pay": "test.call", "h": "inclusive", "q": fork("x", "y"), "x": "test.call", "y": "test.call", "k": "parallel",
     "j": "inclusive", "r": "test.call", "m": "parallel", "end": "end"},
    "start>p", "p.l>f", "p.r>r", "r>m", "f.goods>pick", "pick>j", "f.money>g", "g.one>pay", "pay>h", "g.otherwise>h",
    "h>j", "f.gift>q", "q.x>x", "q.y>y", "x>k", "y>k", "k>j", "f.otherwise>j", "j>m", "m>end", variables=FLAGS,
)  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_merges_joins_and_forks_within_each_other_open_from_the_inside_out(seed: int) -> None:
    assert errors_of(NESTED) == []
    chance = Random(seed)
    true = [name for name in ("goods", "money", "gift") if chance.random() < 0.7]
    player = Player(compile_plan(read_graph(NESTED), registry=registry), variables=dict.fromkeys(true, True))

    while player.waiting:
        player.answer(chance.choice(player.waiting), kindly=True)

    assert player.state.status is Status.COMPLETED
    opened = [fact.node for fact in player.history if isinstance(fact, facts.Joined)]
    assert sorted(opened) == sorted(["j", "m", *(["h"] if "money" in true else []), *(["k"] if "gift" in true else [])])
    assert opened[-2:] == ["j", "m"]


def broad(branches: int, step: Any) -> dict[str, Any]:
    """An inclusive fork into so many equal branches, of which all are taken, and its merge."""
    ports = [f"p{number}" for number in range(branches)]
    middle = {f"n{port}": step for port in ports}
    lines = [line for port in ports for line in (f"f.{port}>n{port}", f"n{port}>j")]
    nodes = {"start": "start", "f": several(**dict.fromkeys(ports, "${goods}")), **middle, "j": "inclusive",
             "z": "test.ask", "end": "end"}  # fmt: skip
    return graph(nodes, "start>f", *lines, "f.otherwise>j", "j>z", "z.yes>end", "z.no>end", variables=FLAGS)


def test_200_times_32_branches_that_finish_at_the_same_moment_go_on_once() -> None:
    plan = compile_plan(read_graph(broad(32, ("delay", {"after": "PT1H"}))), registry=registry)
    chance = Random(7)
    for _ in range(200):
        run = Harness(plan)
        run.start(variables={"goods": True})
        run.now = max(token.due_at for token in run.state.tokens.values() if token.due_at)
        due = [
            events.TimerDue(token=token.id, visit=token.visit, attempt=token.attempt)
            for token in run.state.tokens.values()
        ]
        chance.shuffle(due)

        for event in (*due, *due):
            run.take(event)

        assert run.where() == ["z"]
        assert [len(joined.absorbed) for joined in joins(run)] == [31]


def test_32_times_200_branches_that_all_pass_in_one_step_go_on_once() -> None:
    plan = compile_plan(read_graph(broad(200, "parallel")), registry=registry)
    for _ in range(32):
        run = Harness(plan)

        run.start(variables={"goods": True})

        assert run.where() == ["z"]
        assert [len(joined.absorbed) for joined in joins(run)] == [199]
        assert all(token.awaits is Awaits.SIGNAL for token in run.state.tokens.values())


def two_ways(*edges: str, **more: Any) -> dict[str, Any]:
    nodes = {"start": "start", "f": several(goods="${goods}"), "a": "test.call", "b": "test.call"}
    return graph(nodes | more, "start>f", "f.goods>a", "f.otherwise>b", *edges, variables=FLAGS)


@pytest.mark.parametrize(
    ("drawing", "found"),
    [
        pytest.param(
            two_ways("a>end", "b>end", end="end"), [("inclusive.fork_not_closed", "f", ["f", "a", "end"])],
            id="its branches end by themselves",
        ),
        pytest.param(
            two_ways("a>z", "b>z", "z>end", z="test.call", end="end"),
            [("inclusive.fork_not_closed", "f", ["f", "a", "z", "end"]),
             ("parallel.branches_meet_without_join", "z", ["f", "a", "z"])],
            id="they meet in a step",
        ),
        pytest.param(
            two_ways("a>j", "b>j", "j>end", j="parallel", end="end"),
            [("inclusive.fork_not_closed", "f", ["f", "a", "j", "end"]),
             ("parallel.join_never_complete", "j", ["start", "f", "a", "j"])],
            id="they meet in a parallel join",
        ),
        pytest.param(
            graph({"start": "start", "f": WHICH, "a": "test.call", "b": "test.call", "j": "inclusive", "end": "end"},
                  "start>f", "f.goods>a", "f.money>b", "f.gift>j", "f.otherwise>j", "a>j", "b>end", "j>end",
                  variables=FLAGS),
            [("parallel.join_misses_branches", "j", ["f", "b", "end"])],
            id="one of them only ends",
        ),
        pytest.param(
            two_ways("a>x", "b>y", "x.yes>j", "x.no>k", "y.yes>j", "y.no>k", "j>end", "k>end", x="test.ask",
                     y="test.ask", j="inclusive", k="inclusive", end="end"),
            [("inclusive.join_not_the_only_one", "k", ["f", "a", "x", "k"])],
            id="there are two joins",
        ),
        pytest.param(
            two_ways("a>x", "b>j", "x.yes>j", "x.no>z", "j>z", "z>end", x="test.ask", j="inclusive", z="test.call",
                     end="end"),
            [("parallel.branches_meet_without_join", "z", ["f", "a", "x", "z"])],
            id="a branch leads past the join",
        ),
        pytest.param(
            two_ways("a>x", "b>j", "x.yes>j", "x.no~2>f", "j>end", x="test.ask", j="inclusive", end="end"),
            [("parallel.loop_leaves_branch", "x", ["start", "f", "a", "x", "f"])],
            id="a loop leaves its branch",
        ),
    ],
)  # fmt: skip
def test_general_synchronizing_merge_is_refused_with_a_way_that_shows_why(
    drawing: dict[str, Any], found: list[tuple[str, str | None, list[str]]]
) -> None:
    assert paths_of(drawing) == found


def test_a_branch_that_can_end_is_refused_where_a_parallel_join_waits_for_its_fork() -> None:
    drawing = graph(
        {"start": "start", "p": fork("l", "r"), "f": several(goods="${goods}"), "a": "test.ask", "j": "inclusive",
         "m": "parallel", "away": "end", "end": "end"},
        "start>p", "p.l>f", "p.r>m", "f.goods>a", "a.yes>j", "a.no>away", "f.otherwise>j", "j>m", "m>end",
        variables=FLAGS,
    )  # fmt: skip

    assert paths_of(drawing) == [("parallel.branch_ends_before_join", "away", ["start", "p", "f", "a", "away"])]


def test_a_merge_may_close_parallel_branches_and_ways_that_passed_no_fork() -> None:
    drawing = graph(
        {"start": "start", "x": "test.ask", "p": fork("l", "r"), "l": "test.ask", "r": "test.call", "j": "inclusive",
         "z": "test.ask", "end": "end"},
        "start>x", "x.no>j", "x.yes>p", "p.l>l", "p.r>r", "l.yes>j", "l.no>end", "r>j", "j>z", "z.yes>end", "z.no>end",
    )  # fmt: skip
    assert errors_of(drawing) == []

    for answers, end in ((["x.no"], ["z"]), (["x.yes", "l.no", "r"], ["z"]), (["x.yes", "l.yes", "r"], ["z"])):
        run = Harness(drawing)
        run.start()
        for answer in answers:
            node, _, name = answer.partition(".")
            run.signal(node, name) if name else run.complete(node)
        assert run.where() == end


def test_a_condition_that_never_holds_is_named_and_one_that_always_does_is_not() -> None:
    drawing = graph(
        {"start": "start", "f": several(a="true", b="${goods} and not ${goods}", c="${money}"), "j": "inclusive",
         "end": "end"},
        "start>f", "f.a>j", "f.b>j", "f.c>j", "f.otherwise>j", "j>end", variables=FLAGS,
    )  # fmt: skip

    found = validate(read_graph(drawing), registry=registry, world=world_of(CalendarBook()), now=MONDAY_MORNING)

    assert [(one.code, one.severity, one.node, one.path, one.params["branch"]) for one in found] == [
        ("condition.always_false", "warning", "f", "branches.1.when", 2)
    ]


def test_a_circle_of_merges_that_nobody_could_publish_is_stopped_by_the_step_budget() -> None:
    run = Harness(
        graph({"start": "start", "f": several(goods="${goods}"), "j": "inclusive"},
              "start>f", "f.goods>j", "f.otherwise>j", "j>f", variables=FLAGS)
    )  # fmt: skip

    run.start(variables={"goods": True})

    assert [token.data["code"] for token in run.state.tokens.values()] == ["engine.step_budget"]
