"""A run goes on in another version: what stays, what is asked anew, and what keeps it where it is."""

from typing import Any

import pytest

from tests.engine.flows import fork, graph
from workflows.engine.events import SYSTEM, Fate
from workflows.engine.fact_document import decode, encode
from workflows.engine.facts import Migrated
from workflows.engine.replay import Recorded, replay
from workflows.engine.state import Awaits
from workflows.testing import Harness

ONE = graph({"start": "start", "ask": "test.ask", "end": "end"}, "start>ask", "ask.yes>end", "ask.no>end")


def standing(drawing: dict[str, Any]) -> Harness:
    run = Harness(drawing)
    run.start()
    return run


def hindrances(run: Harness, other: dict[str, Any], **mapping: str) -> list[tuple[str, str | None]]:
    """Codes and nodes of what hinders; and the attempt changes nothing."""
    before, facts = run.state, list(run.facts)
    verdict = run.migrate(other, actor=SYSTEM, mapping=mapping)
    if not verdict.is_possible:
        assert (run.state, run.facts) == (before, facts)
    return [(one.code, one.node) for one in verdict.hindrances]


def retold(run: Harness) -> None:
    """The facts alone give the state."""
    told = [Recorded(seq=number, kind=fact.kind, data=encode(fact)) for number, fact in enumerate(run.facts, start=1)]
    assert replay(told) == run.state
    assert [decode(one.kind, one.data) for one in told] == run.facts


def test_a_wait_that_is_drawn_as_before_goes_on_with_its_number_and_data() -> None:
    run = standing(ONE)
    token = run.token_at("ask")
    longer = graph(
        {"start": "start", "ask": "test.ask", "more": "test.ask", "end": "end"},
        "start>ask", "ask.yes>more", "ask.no>end", "more.yes>end", "more.no>end",
    )  # fmt: skip

    verdict = run.migrate(longer, actor=SYSTEM)
    run.signal("ask", "yes")

    assert verdict.is_quiet
    assert run.where() == ["more"]
    assert token.id in [move.token for move in verdict.moves]
    assert [work.payload["op"] for work in run.inline] == ["open", "close", "open"]
    retold(run)


def test_a_wait_that_is_drawn_otherwise_is_withdrawn_and_asked_anew() -> None:
    sooner = graph({"start": "start", "wait": ("delay", {"after": "PT1H"}), "end": "end"}, "start>wait", "wait>end")
    later = graph({"start": "start", "wait": ("delay", {"after": "PT3H"}), "end": "end"}, "start>wait", "wait>end")
    run = standing(sooner)
    old = run.token_at("wait")
    run.wind(minutes=30)

    verdict = run.migrate(later, actor=SYSTEM)

    now = run.token_at("wait")
    assert [move.fate for move in verdict.moves] == [Fate.ANEW]
    assert (now.id, now.visit) == (old.id + 1, 2)
    assert now.due_at is not None
    assert (now.due_at - run.now).total_seconds() == 3 * 3600
    retold(run)


def test_a_question_that_is_gone_is_closed_by_the_old_version_and_asked_where_the_mapping_says() -> None:
    run = standing(ONE)
    other = graph({"start": "start", "boss": "test.ask", "end": "end"}, "start>boss", "boss.yes>end", "boss.no>end")

    assert hindrances(run, other) == [("migration.no_target", "ask")]
    verdict = run.migrate(other, actor=SYSTEM, mapping={"ask": "boss"})

    assert [(move.node, move.to, move.fate) for move in verdict.moves] == [("ask", "boss", Fate.ANEW)]
    assert [(work.node, work.payload["op"]) for work in run.inline] == [
        ("ask", "open"), ("ask", "withdraw"), ("boss", "open"),
    ]  # fmt: skip
    assert run.where() == ["boss"]
    retold(run)


def test_of_several_waits_each_gets_a_number_of_its_own_and_what_stays_keeps_its() -> None:
    def three(*hours: int) -> dict[str, Any]:
        waits = {f"w{place}": ("delay", {"after": f"PT{hour}H"}) for place, hour in enumerate(hours)}
        lines = [line for name in waits for line in (f"f.{name}>{name}", f"{name}>end")]
        return graph({"start": "start", "f": fork(*waits)} | waits | {"end": "end"}, "start>f", *lines)

    run = standing(three(1, 2, 3))
    first, second, third = (run.token_at(f"w{place}").id for place in range(3))
    following = run.state.next_token

    run.migrate(three(5, 2, 6), actor=SYSTEM)

    assert {token.node: token.id for token in run.state.tokens.values()} == {
        "w0": following, "w1": second, "w2": following + 1,
    }  # fmt: skip
    [migrated] = [fact for fact in run.facts if isinstance(fact, Migrated)]
    assert migrated.moves == (
        (first, "w0", "w0", "anew", following), (second, "w1", "w1", "kept", second),
        (third, "w2", "w2", "anew", following + 1),
    )  # fmt: skip
    retold(run)


def test_work_that_may_have_had_its_effect_keeps_a_run_where_it_is() -> None:
    drawing = graph({"start": "start", "pay": "test.call", "end": "end"}, "start>pay", "pay>end")
    moved = graph({"start": "start", "pay2": "test.call", "end": "end"}, "start>pay2", "pay2>end")
    waiting, broken = standing(drawing), standing(drawing)
    broken.break_down("pay")

    assert hindrances(waiting, moved, pay="pay2") == [("migration.effect_pending", "pay")]
    assert hindrances(broken, moved, pay="pay2") == [("migration.effect_unknown", "pay")]


def test_an_incident_is_tried_again_as_the_new_version_says_in_the_same_visit() -> None:
    drawing = graph({"start": "start", "pay": "test.call", "end": "end"}, "start>pay", "pay>end")
    run = standing(drawing)
    run.break_down("pay")
    before = run.token_at("pay")
    longer = graph(
        {"start": "start", "pay": "test.call", "ask": "test.ask", "end": "end"},
        "start>pay", "pay>ask", "ask.yes>end", "ask.no>end",
    )  # fmt: skip

    verdict = run.migrate(longer, actor=SYSTEM)

    token = run.token_at("pay")
    assert [move.fate for move in verdict.moves] == [Fate.RETRIED]
    assert (token.awaits, token.visit, token.attempt) == (Awaits.ACTIVITY, before.visit, before.attempt + 1)
    assert token.id != before.id  # an answer to the first try, come late, finds nobody
    assert run.deferred[-1].visit == before.visit  # and so the same key of its effect
    run.complete("pay")
    assert run.where() == ["ask"]
    retold(run)


def test_a_token_at_a_join_stays_when_the_join_waits_for_the_same_ways() -> None:
    plain = graph(
        {"start": "start", "f": fork("l", "r"), "left": "test.call", "right": "test.call", "j": "parallel",
         "end": "end"},
        "start>f", "f.l>left", "f.r>right", "left>j", "right>j", "j>end",
    )  # fmt: skip
    after = graph(
        {"start": "start", "f": fork("l", "r"), "left": "test.call", "right": "test.call", "j": "parallel",
         "ask": "test.ask", "end": "end"},
        "start>f", "f.l>left", "f.r>right", "left>j", "right>j", "j>ask", "ask.yes>end", "ask.no>end",
    )  # fmt: skip
    run = standing(plain)
    run.complete("left")

    verdict = run.migrate(after, actor=SYSTEM)
    run.complete("right")

    assert verdict.is_quiet
    assert run.where() == ["ask"]
    retold(run)


def test_a_run_inside_of_parallel_branches_stays_when_the_branches_change() -> None:
    plain = graph(
        {"start": "start", "f": fork("l", "r"), "left": "test.call", "right": "test.call", "j": "parallel",
         "end": "end"},
        "start>f", "f.l>left", "f.r>right", "left>j", "right>j", "j>end",
    )  # fmt: skip
    three = graph(
        {"start": "start", "f": fork("l", "r", "m"), "left": "test.call", "right": "test.call", "more": "test.call",
         "j": "parallel", "end": "end"},
        "start>f", "f.l>left", "f.r>right", "f.m>more", "left>j", "right>j", "more>j", "j>end",
    )  # fmt: skip
    line = graph(
        {"start": "start", "left": "test.call", "right": "test.call", "end": "end"},
        "start>left", "left>right", "right>end",
    )  # fmt: skip
    run = standing(plain)

    assert hindrances(run, three) == [("migration.parallel_changed", "left"), ("migration.parallel_changed", "right")]
    assert hindrances(run, line) == [("migration.parallel_changed", "left"), ("migration.parallel_changed", "right")]
    run.complete("left")
    assert [code for code, _ in hindrances(run, line)] == ["migration.parallel_changed", "migration.no_target"]


def test_a_value_that_the_new_version_refuses_is_said_by_its_name() -> None:
    run = Harness(ONE)
    run.start(variables={"a": {"amount": "58.00", "currency": "CNY"}})
    other = ONE | {"variables": [{"name": "a", "type": "integer"}, {"name": "b", "type": "money"}]}

    verdict = run.migrate(other, actor=SYSTEM)

    [hindrance] = verdict.hindrances
    assert (hindrance.code, hindrance.params["variable"]) == ("migration.variable_unfit", "a")


def test_a_run_that_is_over_is_not_migrated() -> None:
    run = standing(ONE)
    run.signal("ask", "yes")

    assert hindrances(run, ONE) == [("migration.not_running", None)]


def test_no_run_is_moved_onto_a_join_or_the_start() -> None:
    run = standing(ONE)
    joined = graph(
        {"start": "start", "f": fork("l", "r"), "left": "test.call", "right": "test.call", "j": "parallel",
         "end": "end"},
        "start>f", "f.l>left", "f.r>right", "left>j", "right>j", "j>end",
    )  # fmt: skip

    assert hindrances(run, joined, ask="j") == [("migration.target_joins", "ask")]
    assert hindrances(run, joined, ask="start") == [("migration.target_is_start", "ask")]
    assert hindrances(run, joined, ask="left") == [("migration.parallel_changed", "ask")]


@pytest.mark.parametrize("answered", [0, 1])
def test_a_version_that_is_the_same_disturbs_nobody(answered: int) -> None:
    drawing = graph(
        {"start": "start", "f": fork("l", "r"), "left": "test.call", "right": "test.call", "j": "parallel",
         "end": "end"},
        "start>f", "f.l>left", "f.r>right", "left>j", "right>j", "j>end",
    )  # fmt: skip
    run = standing(drawing)
    for node in ["left", "right"][:answered]:
        run.complete(node)

    assert run.migrate(drawing, actor=SYSTEM).is_quiet
