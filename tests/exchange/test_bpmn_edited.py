"""Our own file after somebody worked on it in another tool: what they see is what counts, the rest stays as it was."""

import re
from typing import Any

import pytest

from tests.exchange.files import refund
from workflows.exchange.bpmn_export import write_bpmn
from workflows.exchange.bpmn_import import read_bpmn
from workflows.exchange.imported import Imported

FILE = write_bpmn(refund())


def edited(*changes: tuple[str, str]) -> Imported:
    text = FILE
    for old, new in changes:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    return read_bpmn(text)


def differences(imported: Imported) -> dict[str, Any]:
    """Nodes and edges that are not as they were; None for one that is gone."""
    now, before = (
        {one.id: one for one in graph.nodes} | {one.id: one for one in graph.edges}
        for graph in (imported.document.graph, refund().graph)
    )
    return {one: now.get(one) for one in [*now, *before] if now.get(one) != before.get(one)}


def test_a_new_name_is_taken_in_its_language_and_all_else_stays() -> None:
    imported = edited(('name="小额退款?"', 'name="Is it small?"'))

    changed = differences(imported)
    assert list(changed) == ["small"]
    assert changed["small"].name.model_dump() == {"zh": "", "en": "Is it small?"}
    assert changed["small"].config == refund().graph.nodes[1].config
    assert imported.findings == ()


def test_a_new_condition_is_taken() -> None:
    imported = edited(("${refundAmount} &lt; ${orderTotal} * 0.3</bpmn", "${refundAmount} &lt; 5</bpmn"))

    [branch] = differences(imported)["small"].config["branches"]
    assert branch == {"port": "small", "name": {"zh": "小额", "en": "Small"}, "when": "${refundAmount} < 5"}
    assert imported.findings == ()


def test_a_condition_in_another_language_is_rewritten() -> None:
    pattern = r"<bpmn:conditionExpression [^>]*>[^<]*<"
    text = re.sub(pattern, "<bpmn:conditionExpression>${refundAmount == 5}<", FILE)

    imported = read_bpmn(text.replace('expressionLanguage="urn:orderflow:conditions:1"', ""))

    assert differences(imported)["small"].config["branches"][0]["when"] == "${refundAmount} == 5"
    assert [one.code for one in imported.findings] == ["bpmn.condition_rewritten"]


def test_a_condition_that_was_taken_away_is_missed() -> None:
    text = re.sub(r"<bpmn:conditionExpression.*?</bpmn:conditionExpression>", "", FILE)

    imported = read_bpmn(text)

    assert differences(imported)["small"].config["branches"][0]["when"] == ""
    assert [(one.code, one.element) for one in imported.findings] == [("bpmn.condition_missing", "e2")]


def test_another_default_is_the_other_way() -> None:
    imported = edited(('default="e3"', 'default="e2"'))

    changed = differences(imported)
    assert (changed["e2"].port, changed["e3"].port) == ("otherwise", "e3")
    assert changed["small"].config["branches"] == [{"port": "e3", "when": ""}]
    assert [(one.code, one.element) for one in imported.findings] == [("bpmn.condition_missing", "e3")]


def test_a_new_way_out_of_a_choice_is_a_new_branch() -> None:
    new = (
        '<bpmn:sequenceFlow id="new" name="free" sourceRef="small" targetRef="end">'
        "<bpmn:conditionExpression>${refundAmount} == 0 CNY</bpmn:conditionExpression></bpmn:sequenceFlow>"
        "</bpmn:process>"
    )
    imported = edited(("</bpmn:process>", new))

    changed = differences(imported)
    assert changed["small"].config["branches"][1] == {
        "port": "new", "name": {"en": "free"}, "when": "${refundAmount} == 0 CNY"
    }  # fmt: skip
    assert (changed["new"].source, changed["new"].port, changed["new"].target) == ("small", "new", "end")


def test_a_new_branch_of_a_fork_and_a_new_duration_are_taken() -> None:
    new = '<bpmn:sequenceFlow id="new" sourceRef="fork" targetRef="join"/></bpmn:process>'
    imported = edited(("</bpmn:process>", new), (">PT2H<", ">PT3H<"))

    changed = differences(imported)
    assert changed["fork"].config["branches"] == [{"port": "a"}, {"port": "b"}, {"port": "new"}]
    assert changed["wait"].config == {"after": "PT3H"}
    assert set(changed) == {"fork", "wait", "new"}


def test_a_step_that_was_moved_brings_its_place() -> None:
    imported = read_bpmn(FILE.replace('<dc:Bounds x="60" y=', '<dc:Bounds x="61" y=').replace('x="92"', 'x="500"'))

    assert differences(imported) == {}
    assert imported.document.layout["folded"] == ["fork"]
    assert imported.document.layout["positions"]["start"]["x"] == 500
    assert "offsets" not in imported.document.layout


def test_a_step_that_became_another_element_is_what_it_became() -> None:
    pattern = r"<bpmn:serviceTask id=\"pay\">(.*?)</bpmn:serviceTask>"
    imported = read_bpmn(re.sub(pattern, r'<bpmn:scriptTask id="pay">\1</bpmn:scriptTask>', FILE, flags=re.DOTALL))

    assert differences(imported)["pay"].type == "bpmn.scriptTask"
    assert [(one.code, one.element) for one in imported.findings] == [
        ("bpmn.extension_unreadable", "pay"), ("bpmn.not_mapped", "pay"),
    ]  # fmt: skip


def test_a_copied_step_keeps_its_settings_under_its_own_id() -> None:
    copy = (
        '<bpmn:serviceTask id="copy" xmlns:o="urn:orderflow:bpmn:1" o:id="pay"><bpmn:extensionElements>'
        '<o:node>{"type": "orders.refund", "config": {}}</o:node></bpmn:extensionElements></bpmn:serviceTask>'
    )
    imported = edited(("</bpmn:process>", copy + "</bpmn:process>"))

    changed = differences(imported)
    assert list(changed) == ["pay_2"]
    assert changed["pay_2"].type == "orders.refund"


@pytest.mark.parametrize(
    "told",
    [
        "", "nonsense", "[]", "null", "7", '{"type": ""}', '{"type": 5}', '{"typ": "start"}',
        '{"type": "start", "config": []}',
        '{"type": "start", "config": {"x": 0.5}}', '{"type": "start", "config": {"x": NaN}}',
        '{"type": "start", "config": {"x": "\\u0000"}}', '{"type": "start", "config": {"x": "\\ud800"}}',
        '{"type": "start", "config": {"x": ' + "9" * 65 + "}}",
        '{"type": "start", "config": ' + '{"a":' * 70 + "1" + "}" * 71,
        '{"type": "start", "config": ' + '{"a":' * 50_000 + "1" + "}" * 50_001,
    ],
)  # fmt: skip
def test_what_we_cannot_have_written_is_not_read(told: str) -> None:
    old = '{"type": "start", "config": {"trigger": "refund.requested"}}'

    imported = edited((old, told))

    assert differences(imported)["start"].config == {}
    assert [(one.code, one.severity) for one in imported.findings] == [("bpmn.extension_unreadable", "warning")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"format": 1', '"format": 2'),
        ('"type": "money", "label"', '"typ": "money", "label"'),
        ('"key": "refunds"', '"key": "No Key"'),
        ('"graph": {"format": 1', '"owner": {"format": 1'),
    ],
)
def test_a_frame_that_we_cannot_have_written_is_not_read(old: str, new: str) -> None:
    imported = edited((old, new))

    assert (imported.document.key, imported.document.graph.variables) == (None, ())
    assert [(one.code, one.kind) for one in imported.findings] == [("bpmn.extension_unreadable", "process")]


@pytest.mark.parametrize(
    "told", ["{}", '{"port": ""}', '{"port": 1}', '{"kind": "sideways"}', "x", '{"to": "nowhere"}']
)
def test_an_edge_that_we_cannot_have_written_is_a_plain_line(told: str) -> None:
    imported = read_bpmn(re.sub(r"orderflow:edge='[^']*'|orderflow:edge=\"[^\"]*\"", f"orderflow:edge='{told}'", FILE))

    assert [edge.target for edge in imported.document.graph.edges] == [edge.target for edge in refund().graph.edges]
    assert all(edge.kind in {"normal", "back"} for edge in imported.document.graph.edges)
