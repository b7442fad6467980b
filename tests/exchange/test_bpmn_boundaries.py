"""Exits of failed steps in BPMN: as error events at their edge, and back; also those that other tools drew."""

from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from tests.engine.flows import graph
from tests.exchange.files import bpmn, flow
from tests.exchange.structure import faults
from workflows.exchange.bpmn_export import write_bpmn
from workflows.exchange.bpmn_import import read_bpmn
from workflows.exchange.bpmn_words import BPMN
from workflows.exchange.flow_document import read_flow

EXITS = [
    {"codes": ["http.refused", "http.call.*"], "port": "error", "name": {"zh": "拒绝", "en": "Refused"}, "into": "a"},
    {"codes": ["*"], "port": "error_rest"},
]
CALL = ("http_request", {"connection": "erp", "path": "/x", "on_error": EXITS, "retry": {"tries": 2, "waits": [1, 9]}})
DRAWING = graph(
    {"start": "start", "call": CALL, "ask": "test.ask", "end": "end"},
    "start>call", "call>end", "call.error>ask", "call.error_rest~3>call", "ask.yes>end", "ask.no>end",
)  # fmt: skip


def written(drawing: dict[str, Any]) -> str:
    return write_bpmn(read_flow({"graph": drawing}))


def test_exits_are_drawn_as_error_events_at_the_edge_and_come_back() -> None:
    text = written(DRAWING)

    assert faults(text) == []
    process = fromstring(text)[0]  # noqa: S314 - our own text
    events = process.findall(f"{BPMN}boundaryEvent")
    assert [(one.get("attachedToRef"), one.get("name")) for one in events] == [("call", "拒绝"), ("call", None)]
    assert [len(one.findall(f"{BPMN}errorEventDefinition")) for one in events] == [2, 1]
    codes = {one.get("errorCode") for one in fromstring(text).findall(f"{BPMN}error")}  # noqa: S314
    assert codes == {"http.refused", "http.call.*"}
    back = read_bpmn(text)
    assert back.findings == ()
    assert back.document.to_json()["graph"] == read_flow({"graph": DRAWING}).to_json()["graph"]


@pytest.mark.parametrize("on_error", [[], None, "x", [{"port": "error"}], [{"codes": ["a b"], "port": "error"}], [7]])
def test_a_draft_that_says_nonsense_comes_back_as_it_was(on_error: object) -> None:
    drawing = graph(
        {"start": "start", "call": ("http_request", {"on_error": on_error}), "end": "end"}, "start>call", "call>end"
    )
    back = read_bpmn(written(drawing))

    assert back.findings == ()
    assert back.document.to_json()["graph"] == read_flow({"graph": drawing}).to_json()["graph"]


def test_a_code_and_a_name_that_another_tool_changed_count() -> None:
    text = (
        written(DRAWING)
        .replace('errorCode="http.refused"', 'errorCode="http.gone"')
        .replace('name="拒绝"', 'name="没了"')
    )

    [node] = [one for one in read_bpmn(text).document.graph.nodes if one.id == "call"]
    first, second = node.config["on_error"]
    assert first == {"codes": ["http.gone", "http.call.*"], "port": "error", "name": {"zh": "没了"}, "into": "a"}
    assert second == EXITS[1]


def test_an_error_event_of_another_tool_becomes_an_exit_of_its_step() -> None:
    imported = read_bpmn(bpmn(
        '<startEvent id="s"/><businessRuleTask id="t"/><endEvent id="e"/><endEvent id="x"/>'
        '<boundaryEvent id="b" name="No rule" attachedToRef="t"><errorEventDefinition errorRef="err"/></boundaryEvent>'
        '<boundaryEvent id="b2" attachedToRef="t"><errorEventDefinition/></boundaryEvent>'
        + flow("f1", "s", "t") + flow("f2", "t", "e") + flow("f3", "b", "x") + flow("f4", "b2", "x"),
        around='<error id="err" errorCode="NO_RULE"/>',
    ))  # fmt: skip

    [node] = [one for one in imported.document.graph.nodes if one.id == "t"]
    assert node.config["on_error"] == [
        {"codes": ["NO_RULE"], "port": "error", "name": {"en": "No rule"}}, {"codes": ["*"], "port": "error_2"},
    ]  # fmt: skip
    ports = {(edge.source, edge.port, edge.target) for edge in imported.document.graph.edges}
    assert {("t", "out", "e"), ("t", "error", "x"), ("t", "error_2", "x")} <= ports
    assert [one.code for one in imported.findings] == ["bpmn.no_rules"]


def test_an_error_event_at_a_step_that_has_no_such_exits_is_listed_as_ever() -> None:
    imported = read_bpmn(bpmn(
        '<startEvent id="s"/><userTask id="t"/><endEvent id="e"/>'
        '<boundaryEvent id="b" attachedToRef="t"><errorEventDefinition/></boundaryEvent>'
        + flow("f1", "s", "t") + flow("f2", "t", "e") + flow("f3", "b", "e"),
    ))  # fmt: skip

    assert ("b", "bpmn.boundaryEvent") in [(one.id, one.type) for one in imported.document.graph.nodes]
    assert ("bpmn.not_mapped", "b") in [(one.code, one.element) for one in imported.findings]


def test_what_is_no_task_in_bpmn_keeps_its_exits_beside_it() -> None:
    exits = [{"codes": ["expression.*"], "port": "error"}]
    drawing = graph(
        {"start": "start", "wait": ("message", {"message": "paid", "key": "1 / 0", "on_error": exits}), "end": "end"},
        "start>wait", "wait>end", "wait.error>end",
    )  # fmt: skip
    text = written(drawing)

    assert faults(text) == []
    assert "boundaryEvent" not in text
    back = read_bpmn(text)
    assert back.findings == ()
    assert back.document.to_json()["graph"] == read_flow({"graph": drawing}).to_json()["graph"]
