"""Waiting for messages: transient triggers (workflow pattern 23) and the deferred choice (16), by name and key."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from typing_extensions import override

from bedrock.errors import BadInput
from tests.engine.flows import AskConfig, fork, graph, in_a_row
from tests.engine.player import SUPERVISOR
from workflows.codec import decode_state, encode_state
from workflows.engine import events, fact_document, facts, fold
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.graph import LocalText, read_graph
from workflows.engine.node_type import Continue, NodeType, Outcome, Port, PortRule, Scope, Wait
from workflows.engine.registry import Registry, registry
from workflows.engine.state import Awaits, State, Status, Subscription
from workflows.engine.validate import validate
from workflows.engine.world import world_of
from workflows.testing import MONDAY_MORNING, Harness

VARIABLES = [
    {"name": "order", "type": "text"}, {"name": "paid", "type": "boolean"},
    {"name": "parcel", "type": "record",
     "fields": [{"name": "carrier", "type": "text"}, {"name": "no", "type": "text"}]},
]  # fmt: skip


def waiting(**config: Any) -> dict[str, Any]:
    """start → m → end, where `m` waits with this config and a time-out leads to `late`."""
    nodes = {"start": "start", "m": ("message", {"message": "shipped"} | config), "end": "end"}
    late = ["m.timed_out>late"] if config.get("within") else []
    return graph(nodes | ({"late": "end"} if late else {}), *in_a_row("start", "m", "end"), *late, variables=VARIABLES)


def begun(drawing: Mapping[str, Any], **variables: Any) -> Harness:
    run = Harness(drawing)
    run.start(variables={"order": "O-1"} | variables)
    return run


def problems_of(drawing: dict[str, Any]) -> list[tuple[str, str | None]]:
    found = validate(read_graph(drawing), registry=registry, world=world_of(CalendarBook()), now=MONDAY_MORNING)
    return [(problem.code, problem.path) for problem in found]


KEYED = waiting(key="${order}")


def test_a_message_with_the_key_of_the_run_is_taken() -> None:
    assert problems_of(KEYED) == []
    run = begun(KEYED)
    assert run.token_at("m").listens == (Subscription(name="shipped", key="O-1"),)

    run.receive("shipped", key="O-1")

    assert run.state.status is Status.COMPLETED
    moved = next(fact for fact in run.facts if isinstance(fact, facts.Moved) and fact.node == "m")
    assert (moved.waited, moved.why) == (True, {"message": "shipped", "key": "O-1"})


@pytest.mark.parametrize(("name", "key"), [("shipped", "O-2"), ("shipped", None), ("lost", "O-1"), ("shipped", "")])
def test_transient_trigger_a_message_that_nobody_waits_for_changes_nothing(name: str, key: str | None) -> None:
    run = begun(KEYED)
    before = run.state

    assert not run.receive(name, key=key).changed

    assert run.state is before


def test_a_message_before_its_wait_and_one_that_comes_twice_find_nobody() -> None:
    drawing = graph(
        {"start": "start", "ask": "test.ask", "m": ("message", {"message": "shipped", "key": "${order}"}),
         "z": "test.call", "end": "end"},
        "start>ask", "ask.no>end", "ask.yes>m", "m>z", "z>end", variables=VARIABLES,
    )  # fmt: skip
    run = begun(drawing)

    assert not run.receive("shipped", key="O-1").changed
    run.signal("ask", "yes")
    assert run.where() == ["m"]
    run.receive("shipped", key="O-1")
    assert run.where() == ["z"]
    assert not run.receive("shipped", key="O-1").changed


def two_waits(**config: Any) -> dict[str, Any]:
    step = ("message", {"message": "shipped"} | config)
    return graph(
        {"start": "start", "f": fork("l", "r"), "l": step, "r": step, "j": "parallel", "end": "end"},
        "start>f", "f.l>l", "f.r>r", "l>j", "r>j", "j>end", variables=VARIABLES,
    )  # fmt: skip


def test_a_message_with_a_key_goes_to_the_oldest_wait_only() -> None:
    run = begun(two_waits(key="${order}"))

    run.receive("shipped", key="O-1")
    assert run.where() == ["j", "r"]
    run.receive("shipped", key="O-1")

    assert run.state.status is Status.COMPLETED


def test_a_message_without_a_key_is_heard_by_all_who_listen() -> None:
    run = begun(two_waits())

    run.receive("shipped")

    assert run.state.status is Status.COMPLETED


def test_what_a_message_carries_goes_into_its_variable_by_its_type() -> None:
    run = begun(waiting(key="${order}", into="parcel"))

    run.receive("shipped", key="O-1", carrier="SF", no="1", more="left out")

    assert run.state.variables["parcel"] == {"carrier": "SF", "no": "1"}


def test_a_message_that_carries_something_else_is_refused_and_changes_nothing() -> None:
    run = begun(waiting(key="${order}", into="parcel"))
    before = run.state

    with pytest.raises(BadInput) as refused:
        run.receive("shipped", key="O-1", carrier=7)

    assert refused.value.code == "message.payload_unfit"
    assert run.state is before


def test_a_run_without_a_value_for_the_key_is_an_incident_and_waits_for_nothing() -> None:
    run = begun(KEYED, order=None)

    assert run.where() == ["m!message.key_missing"]
    assert run.token_at("m").listens == ()


DEADLINE = waiting(key="${order}", within="PT2H")


@pytest.mark.parametrize("message_first", [True, False])
def test_deferred_choice_of_message_and_deadline_goes_to_the_first_and_voids_the_other(*, message_first: bool) -> None:
    assert problems_of(DEADLINE) == []
    run = begun(DEADLINE)
    token = run.token_at("m")
    late = events.TimerDue(token=token.id, visit=token.visit, attempt=token.attempt)

    if message_first:
        run.receive("shipped", key="O-1")
    else:
        run.wind(hours=2)

    assert run.passed()[-1] == ("end" if message_first else "late")
    run.now = run.now.replace(year=2027)
    assert not run.take(late).changed
    assert not run.receive("shipped", key="O-1").changed


def test_a_wait_for_a_message_is_stored_and_told_again() -> None:
    run = begun(DEADLINE)

    stored = encode_state(run.state)
    again = decode_state(json.dumps(stored))

    assert again == run.state
    assert stored["tokens"][0]["listens"] == [["shipped", "O-1"]]
    told = State()
    for fact in run.facts:
        fold.apply(told, fact_document.decode(fact.kind, fact_document.encode(fact)))
    assert told == run.state


def test_force_and_cancellation_end_the_wait() -> None:
    for ends in (events.Forced(target="end", actor=SUPERVISOR, reason="it came by phone"),
                 events.CancelRequested(actor=SUPERVISOR, reason="not wanted")):  # fmt: skip
        run = begun(KEYED)
        run.take(ends)

        assert not run.receive("shipped", key="O-1").changed


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ({"key": "${nobody}"}, [("expression.unknown_variable", "key")]),
        ({"key": "${paid}"}, [("message.key_type", "key")]),
        ({"into": "nobody"}, [("message.unknown_variable", "into")]),
        ({"within": "soon"}, [("duration.malformed", "within")]),
        ({"message": ""}, [("config.malformed", "message")]),
    ],
)
def test_what_is_wrong_is_told_at_its_field(config: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert problems_of(waiting(**config)) == found


class Several(NodeType[AskConfig]):
    """Listens for three messages and a time; whatever comes first names the port."""

    key = "test.several"
    title = LocalText(zh="先到", en="First of several")
    category = "control"
    icon = "mail"
    waits = True
    port_rule = PortRule(ports=tuple(Port(port=name) for name in ("paid", "cancelled", "closed", "timed_out")))
    Config = AskConfig

    @override
    def enter(self, scope: Scope[AskConfig]) -> Outcome:
        key = str(scope.variables["order"])
        listens = (Subscription("paid", key), Subscription("cancelled", key), Subscription("closed"))
        return Wait(awaits=Awaits.MESSAGE, due_at=scope.now.replace(hour=9), listens=listens)

    @override
    def resume(self, scope: Scope[AskConfig], event: events.Resumption) -> Outcome:
        return Continue(port=event.name if isinstance(event, events.MessageReceived) else "timed_out")


HAPPENINGS: tuple[events.Event, ...] = (
    events.MessageReceived(name="paid", key="O-1"), events.MessageReceived(name="cancelled", key="O-1"),
    events.MessageReceived(name="closed"), events.TimerDue(token=1, visit=1, attempt=1),
)  # fmt: skip


@pytest.mark.parametrize("first", range(4))
def test_deferred_choice_of_several_messages_and_a_time_is_taken_by_the_first_and_by_no_other(first: int) -> None:
    types = Registry()
    for node_type in (*registry, Several()):
        types.add(node_type)
    ports = ("paid", "cancelled", "closed", "timed_out")
    drawing = graph(
        {"start": "start", "s": "test.several"} | dict.fromkeys(ports, "test.ask") | {"end": "end"},
        "start>s", *(f"s.{port}>{port}" for port in ports), *(f"{port}.{way}>end" for port in ports
                                                             for way in ("yes", "no")), variables=VARIABLES,
    )  # fmt: skip
    run = Harness(drawing, node_types=types)
    run.start(variables={"order": "O-1"})
    run.now = run.now.replace(hour=10)

    run.take(HAPPENINGS[first])

    assert run.where() == [ports[first]]
    for event in HAPPENINGS:
        assert not run.take(event).changed
