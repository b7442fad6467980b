"""The first of several events (workflow pattern 16, deferred choice): it takes its way, and the others find nobody."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock.errors import BadInput
from tests.engine.flows import first_of, fork, graph
from tests.engine.player import SUPERVISOR
from tests.engine.test_messages import problems_of
from workflows.engine import events, facts
from workflows.engine.state import Awaits, Status, Subscription
from workflows.testing import Harness

VARIABLES = [
    {"name": "order", "type": "text"}, {"name": "weight", "type": "decimal"}, {"name": "paid", "type": "boolean"},
]  # fmt: skip


def message(port: str, **more: Any) -> dict[str, Any]:
    return {"port": port, "on": "message", "message": port, "key": "${order}"} | more


def time(port: str, after: str) -> dict[str, Any]:
    return {"port": port, "on": "time", "after": after}


def choosing(*branches: dict[str, Any]) -> dict[str, Any]:
    """start → c → a step for each way out → end."""
    ports = list(dict.fromkeys(one["port"] for one in branches))
    return graph(
        {"start": "start", "c": ("event_choice", {"branches": list(branches)})}
        | dict.fromkeys(ports, "test.call") | {"end": "end"},
        "start>c", *(f"c.{port}>{port}" for port in ports), *(f"{port}>end" for port in ports), variables=VARIABLES,
    )  # fmt: skip


def begun(drawing: dict[str, Any], **variables: Any) -> Harness:
    run = Harness(drawing)
    run.start(variables={"order": "O-1"} | variables)
    return run


PAID, CANCELLED, CLOSED = message("paid", into="weight"), message("cancelled"), message("closed", key="")
DRAWING = choosing(PAID, CANCELLED, CLOSED, time("late", "PT2H"))
HAPPENINGS: tuple[events.Event, ...] = (
    events.MessageReceived(name="paid", key="O-1", payload="1.20"),  # type: ignore[arg-type]
    events.MessageReceived(name="cancelled", key="O-1"), events.MessageReceived(name="closed"),
    events.TimerDue(token=1, visit=1, attempt=1),
)  # fmt: skip


def test_a_run_listens_for_all_of_it_with_one_token() -> None:
    assert problems_of(DRAWING) == []

    token = begun(DRAWING).token_at("c")

    assert token.awaits is Awaits.MESSAGE
    assert token.listens == (
        Subscription("paid", "O-1"), Subscription("cancelled", "O-1"), Subscription("closed"),
    )  # fmt: skip
    assert token.due_at is not None
    assert (token.due_at - Harness(DRAWING).now).total_seconds() == 7_200


@pytest.mark.parametrize(("first", "port"), list(enumerate(("paid", "cancelled", "closed", "late"))))
def test_pattern_16_deferred_choice_goes_to_the_first_event_and_the_others_find_nobody(first: int, port: str) -> None:
    run = begun(DRAWING)
    run.now = run.now.replace(hour=23)

    run.take(HAPPENINGS[first])

    assert run.where() == [port]
    assert run.state.variables.get("weight") == ("1.20" if port == "paid" else None)
    for event in HAPPENINGS:
        assert not run.take(event).changed


@settings(max_examples=60, deadline=None)
@given(order=st.permutations(range(4)))
def test_whatever_the_order_one_event_alone_moves_the_run(order: list[int]) -> None:
    run = begun(DRAWING)
    run.now = run.now.replace(hour=23)

    changed = [run.take(HAPPENINGS[number]).changed for number in order]

    assert changed == [True, False, False, False]
    assert [fact.kind for fact in run.facts] == ["started", "moved", "waited", "moved", "waited"]


def test_the_history_tells_what_came_and_what_did_not() -> None:
    came, late = begun(DRAWING), begun(DRAWING)

    came.receive("cancelled", key="O-1")
    late.wind(hours=2)

    why = [next(fact.why for fact in run.facts if isinstance(fact, facts.Moved) and fact.node == "c")
           for run in (came, late)]  # fmt: skip
    assert why == [{"message": "cancelled", "key": "O-1"}, {"awaited": "paid, cancelled, closed"}]


def test_a_message_with_another_key_or_name_is_not_meant() -> None:
    run = begun(DRAWING)

    for name, key in (("paid", "O-2"), ("paid", None), ("lost", "O-1"), ("closed", "O-1")):
        assert not run.receive(name, key=key).changed

    assert run.where() == ["c"]


def test_what_does_not_fit_its_field_is_refused_and_all_of_it_stays_awaited() -> None:
    run = begun(DRAWING)
    before = run.state

    with pytest.raises(BadInput) as refused:
        run.receive("paid", key="O-1", kg=1)

    assert refused.value.code == "message.payload_unfit"
    assert run.state is before


def test_the_shortest_time_is_the_one_that_counts_and_of_equal_ones_the_first() -> None:
    run = begun(choosing(time("slow", "P1D"), message("paid"), time("quick", "PT60M"), time("equal", "PT1H")))

    run.wind(hours=1)

    assert run.where() == ["quick"]


def test_times_alone_are_a_wait_too() -> None:
    run = begun(choosing(time("slow", "P1D"), time("quick", "PT1H")))
    assert run.token_at("c").awaits is Awaits.TIMER

    run.wind(hours=1)

    assert run.where() == ["quick"]


def test_the_key_is_that_of_the_moment_in_which_the_wait_began() -> None:
    """Another branch gives the field another value meanwhile; two rows listened for one name by different keys."""
    step = {"branches": [{"port": "a", "on": "message", "message": "paid", "key": "${order}"},
                         {"port": "b", "on": "message", "message": "paid", "key": '"O-2"'}]}  # fmt: skip
    drawing = graph(
        {"start": "start", "f": fork("l", "r"), "c": ("event_choice", step), "w": "test.call", "a": "test.call",
         "b": "test.call", "j": "parallel", "x": "test.call", "end": "end"},
        "start>f", "f.l>c", "f.r>w", "c.a>a", "c.b>b", "a>x", "b>x", "x>j", "w>j", "j>end", variables=VARIABLES,
    )  # fmt: skip
    run = begun(drawing)
    run.complete("w", order="O-2")

    run.receive("paid", key="O-1")

    assert run.where() == ["a", "j"]


def test_two_rows_that_come_to_the_same_key_are_one_wait_of_the_earlier_row() -> None:
    run = begun(choosing(message("a", message="paid"), message("b", message="paid", key='"O-1"')))
    assert run.token_at("c").listens == (Subscription("paid", "O-1"),)

    run.receive("paid", key="O-1")

    assert run.where() == ["a"]


def test_a_key_without_a_value_is_an_incident_and_after_the_repair_all_is_awaited() -> None:
    run = begun(DRAWING, order=None)
    assert run.where() == ["c!message.key_missing"]
    assert run.token_at("c").listens == ()

    run.state.variables = {"order": "O-1"}
    token = run.token_at("c")
    run.take(events.Repaired(token=token.id, visit=token.visit, attempt=token.attempt, actor=SUPERVISOR))

    assert len(run.token_at("c").listens) == 3


def test_force_and_cancellation_withdraw_all_of_it() -> None:
    for ends in (events.Forced(target="end", actor=SUPERVISOR, reason="it came by phone"),
                 events.CancelRequested(actor=SUPERVISOR, reason="not wanted")):  # fmt: skip
        run = begun(DRAWING)
        run.take(ends)

        assert run.state.status in (Status.COMPLETED, Status.CANCELLED)
        assert not any(run.take(event).changed for event in HAPPENINGS)


def test_milestone_a_change_counts_only_until_the_parcel_is_shipped() -> None:
    """Workflow pattern 18: what the choice awaits is possible while the run stands there, and not any more after it."""
    drawing = graph(
        {"start": "start", "c": first_of(changed="${order}", shipped="${order}"), "apply": "test.call",
         "sent": "test.call", "end": "end"},
        "start>c", "c.changed>apply", "apply~5>c", "c.shipped>sent", "sent>end", variables=VARIABLES,
    )  # fmt: skip
    assert problems_of(drawing) == []
    run = begun(drawing)
    for _ in range(2):
        run.receive("changed", key="O-1")
        assert run.where() == ["apply"]
        run.complete("apply")

    run.receive("shipped", key="O-1")

    assert run.where() == ["sent"]
    assert not run.receive("changed", key="O-1").changed


def test_it_may_stand_in_a_loop_and_in_a_branch() -> None:
    drawing = graph(
        {"start": "start", "c": first_of(again='"k"', done='"k"', late="PT1H"), "end": "end"},
        "start>c", "c.again~2>c", "c.done>end", "c.late>end",
    )  # fmt: skip
    assert problems_of(drawing) == []
    run = Harness(drawing)
    run.start()

    run.receive("again", key="k")
    assert run.where() == ["c"]
    run.receive("done", key="k")

    assert run.state.status is Status.COMPLETED


@pytest.mark.parametrize(
    ("branches", "found"),
    [
        ([], [("config.malformed", "branches")]),
        ([message("a", message="")], [("event_choice.message_missing", "branches.0.message")]),
        ([message("a", key="${nobody}")], [("expression.unknown_variable", "branches.0.key")]),
        ([message("a", key="${paid}")], [("message.key_type", "branches.0.key")]),
        ([message("a", into="nobody")], [("message.unknown_variable", "branches.0.into")]),
        ([time("a", "soon")], [("duration.malformed", "branches.0.after")]),
        ([message("a"), message("b", message="a", key="${ order }")],
         [("event_choice.message_repeated", "branches.1.message")]),
        ([message("a"), message("a", message="b")], [("branches.port_repeated", "branches.1.port")]),
        ([time(f"t{number}", f"PT{number + 1}H") for number in range(6)],
         [("event_choice.too_many_times", "branches.5.after")]),
        ([time("a", "PT1H"), message("m"), time("b", "PT1H"), time("d", "PT30M")],
         [("event_choice.time_never_first", f"branches.{row}.after") for row in (0, 2)]),
        ([message("m", on="mail")], [("config.malformed", "branches.0.on"), ("config.malformed", "branches")]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_row(branches: list[dict[str, Any]], found: list[tuple[str, str]]) -> None:
    assert [one for one in problems_of(choosing(*branches)) if one[1]] == found
