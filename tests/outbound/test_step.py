"""The step that asks: what it asks for, what it takes of the answer, and what is refused when a flow is published."""

from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from tests.engine.flows import graph, money
from workflows.actions.exchange import problems_without_house
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.connections import ConnectionBook
from workflows.engine.graph import read_graph
from workflows.engine.registry import registry
from workflows.engine.validate import validate
from workflows.engine.world import world_of
from workflows.exchange.bpmn_export import write_bpmn
from workflows.exchange.bpmn_import import read_bpmn
from workflows.exchange.bpmn_words import BPMN
from workflows.exchange.flow_document import read_flow
from workflows.nodes.http_request import MAX_BODY
from workflows.testing import MONDAY_MORNING, Harness

VARIABLES = [
    {"name": "orderNo", "type": "text"},
    {"name": "note", "type": "text"},
    {"name": "total", "type": "money"},
    {"name": "count", "type": "integer"},
    {"name": "weight", "type": "decimal"},
    {"name": "tags", "type": "list<text>"},
    {"name": "seen", "type": "boolean"},
    {"name": "parcel", "type": "record",
     "fields": [{"name": "no", "type": "text"}, {"name": "kilos", "type": "decimal"}]},
]  # fmt: skip
WORLD = world_of(CalendarBook(), ConnectionBook(kinds={"erp": "http", "robot": "feishu"}))


def flow(**config: Any) -> dict[str, Any]:
    nodes = {
        "start": "start",
        "call": ("http_request", {"connection": "erp", "path": "/orders", **config}),
        "end": "end",
    }
    return graph(nodes, "start>call", "call>end", variables=VARIABLES)


def entered(config: dict[str, Any], **variables: Any) -> Harness:
    run = Harness(flow(**config))
    run.start(variables=variables)
    return run


def problems(**config: Any) -> list[tuple[str, str | None]]:
    found = validate(read_graph(flow(**config)), registry=registry, world=WORLD, now=MONDAY_MORNING)
    return [(one.code, one.path) for one in found]


def test_the_request_is_written_out_when_the_step_is_entered() -> None:
    config = {
        "method": "POST",
        "path": "/orders/${orderNo}?copy=${seen}",
        "headers": [{"name": "X-Order", "value": "no ${orderNo}"}],
        "body": [
            {"place": "/order/no", "value": "${orderNo}"},
            {"place": "/order/third", "value": "${total} / 3"},
            {"place": "/tags", "value": "${tags}"},
            {"place": "/gift", "value": "${count} > 2"},
            {"place": "/note", "value": "${note}"},
        ],
        "response": [{"place": "/data/no", "variable": "note"}],
        "key_header": "Idempotency-Key",
    }

    run = entered(config, orderNo="A/1", total=money("100.00"), tags=["a"], count=3, seen=True)

    assert run.where() == ["call"]
    assert [work.payload for work in run.deferred] == [
        {
            "connection": "erp", "method": "POST", "address": "/orders/A%2F1?copy=true",
            "headers": {"X-Order": "no A/1"},
            "body": {"order": {"no": "A/1", "third": money("33.33")}, "tags": ["a"], "gift": True, "note": None},
            "key_header": "Idempotency-Key", "success": "2xx", "timeout_seconds": 10, "wanted": {"note": "/data/no"},
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("config", "given", "code"),
    [
        ({"path": "/orders/${orderNo}"}, {}, "http.value_missing"),
        ({"path": "/orders/${orderNo}"}, {"orderNo": "../admin"}, "http.path_value_unsafe"),
        ({"headers": [{"name": "X-Order", "value": "${note}"}]}, {"note": "a\r\nHost: evil"}, "http.header_unfit"),
        ({"method": "POST", "body": [{"place": "/a", "value": "1 / ${count}"}]}, {"count": 0},
         "expression.division_by_zero"),
        ({"method": "POST", "body": [{"place": "/a", "value": "${total} * ${count}"}]},
         {"total": money("9.00"), "count": "9" * 40}, "http.body_unfit"),
        ({"method": "POST", "body": [{"place": f"/{n}", "value": "${note}"} for n in range(11)]},
         {"note": "x" * (MAX_BODY // 10)}, "http.body_too_large"),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_written_is_an_incident_and_nothing_is_asked(
    config: dict[str, Any], given: dict[str, Any], code: str
) -> None:
    run = entered(config, **given)

    assert run.where() == [f"call!{code}"]
    assert run.deferred == []
    assert run.state.variables == given


TAKES = {
    "response": [
        {"place": "/count", "variable": "count"}, {"place": "/kilos", "variable": "weight"},
        {"place": "/parcel", "variable": "parcel"}, {"place": "/tags", "variable": "tags"},
        {"place": "/total", "variable": "total"}, {"place": "/note", "variable": "note"},
    ]
}  # fmt: skip
SOUND: dict[str, Any] = {
    "count": 3, "weight": "0.25", "parcel": {"no": "SF1", "kilos": 2, "more": "left out"}, "tags": ["a", "b"],
    "total": money("58.00"), "note": None,
}  # fmt: skip


def test_what_was_taken_becomes_variables_of_their_types() -> None:
    run = entered(TAKES, note="old")

    run.complete("call", status=200, taken=SOUND)

    assert run.where() == []
    assert run.state.variables == {
        "count": 3, "weight": "0.25", "parcel": {"no": "SF1", "kilos": "2"}, "tags": ["a", "b"],
        "total": money("58.00"), "note": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"count": "many"}, {"count": True}, {"count": 1.5}, {"weight": "1e9"}, {"weight": []}, {"note": 7},
        {"note": "x" * 100_001}, {"tags": "a"}, {"tags": ["a", None]}, {"tags": [1]}, {"parcel": []},
        {"parcel": {"no": 1}}, {"total": 58}, {"total": {"amount": "58.00"}},
        {"total": {"amount": "58", "currency": "XX"}},
    ],
)  # fmt: skip
def test_another_type_than_declared_is_an_incident_and_nothing_is_half_taken(wrong: dict[str, Any]) -> None:
    run = entered(TAKES, note="old")

    run.complete("call", status=200, taken=SOUND | wrong)

    assert run.where() == ["call!http.answer_mismatch"]
    assert run.state.variables == {"note": "old"}


def test_a_flow_that_calls_is_drawn_as_a_service_task_and_comes_back_the_same() -> None:
    document = read_flow({"graph": flow(method="POST", body=[{"place": "/no", "value": "${orderNo}"}])})

    written = write_bpmn(document)
    (task,) = fromstring(written).iter(f"{BPMN}serviceTask")  # noqa: S314 - our own text
    assert task.get("id") == "call"
    assert read_bpmn(written).document.graph.graph_hash == document.graph.graph_hash


def test_a_file_says_nothing_about_the_connections_of_a_house() -> None:
    document = read_flow({"graph": flow(connection="of-another-house", path="orders")})

    assert [one.code for one in problems_without_house(document, now=MONDAY_MORNING)] == ["http.path_not_rooted"]


def test_a_sound_step_has_no_problems() -> None:
    assert problems() == []
    assert problems(success="200, 404", key_header="Idempotency-Key", method="DELETE", timeout_seconds=30) == []


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ({"connection": "wms"}, [("connection.unknown", "connection")]),
        ({"path": "https://evil.example.com/"}, [("http.path_not_rooted", "path")]),
        ({"path": "//evil.example.com/"}, [("http.path_empty_segment", "path")]),
        ({"path": "/${gone}"}, [("expression.unknown_variable", "path")]),
        ({"path": "/${total}"}, [("http.variable_unwritable", "path")]),
        ({"headers": [{"name": "Authorization", "value": "Bearer x"}, {"name": "proxy-auth", "value": "x"}]},
         [("http.header_refused", "headers.0.name"), ("http.header_refused", "headers.1.name")]),
        ({"headers": [{"name": "X-A", "value": "1"}, {"name": "x-a", "value": "2"}]},
         [("http.header_repeated", "headers.1.name")]),
        ({"key_header": "Host"}, [("http.header_refused", "key_header")]),
        ({"headers": [{"name": "X-A", "value": "${gone}"}, {"name": "X-B", "value": "a\nb"}]},
         [("expression.unknown_variable", "headers.0.value"), ("http.character_refused", "headers.1.value")]),
        ({"body": [{"place": "/a", "value": "1"}]}, [("http.body_unexpected", "body")]),
        ({"method": "PUT", "body": [{"place": "a", "value": "1"}, {"place": "/b", "value": "${gone}"}]},
         [("http.place_malformed", "body.0.place"), ("expression.unknown_variable", "body.1.value")]),
        ({"method": "PUT", "body": [{"place": "/a", "value": "1"}, {"place": "/a/b", "value": "1"}]},
         [("http.place_taken", "body.1.place")]),
        ({"response": [{"place": "x", "variable": "note"}, {"place": "/y", "variable": "gone"},
                       {"place": "/z", "variable": "note"}]},
         [("http.place_malformed", "response.0.place"), ("http.unknown_variable", "response.1.variable"),
          ("http.variable_repeated", "response.2.variable")]),
        ({"success": "200,"}, [("config.malformed", "success")]),
        ({"timeout_seconds": 31}, [("config.malformed", "timeout_seconds")]),
        ({"method": "TRACE"}, [("config.malformed", "method")]),
        ({"headers": [{"name": "X A", "value": "1"}]}, [("config.malformed", "headers.0.name")]),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_where_it_stands(
    config: dict[str, Any], found: list[tuple[str, str | None]]
) -> None:
    assert problems(**config) == found
