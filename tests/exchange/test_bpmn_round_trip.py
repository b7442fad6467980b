"""Our flows as BPMN: a sound document by the rules of the standard, and back to exactly the same flow."""

from random import Random
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import HealthCheck, given, settings

from bedrock.errors import BadInput
from tests.engine.drawings import any_drawing, nested
from tests.exchange.files import refund
from tests.exchange.structure import faults
from workflows.exchange.bpmn_export import write_bpmn
from workflows.exchange.bpmn_import import read_bpmn
from workflows.exchange.bpmn_words import BPMN, BPMNDI, DC, EDGE
from workflows.exchange.flow_document import read_flow


def assert_comes_back(document: dict[str, Any]) -> None:
    flow = read_flow(document)
    written = write_bpmn(flow)

    assert faults(written) == []
    back = read_bpmn(written)
    assert back.findings == ()
    assert back.document.to_json() == flow.to_json()
    assert back.document.graph.graph_hash == flow.graph.graph_hash
    assert read_bpmn(written.encode()) == back


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawing=nested())
def test_every_well_nested_drawing_comes_back(drawing: dict[str, Any]) -> None:
    assert_comes_back({"key": "some-flow", "title": {"zh": "流程", "en": "Flow"}, "graph": drawing})


@pytest.mark.parametrize("seed", range(150))
def test_every_other_drawing_comes_back(seed: int) -> None:
    assert_comes_back({"graph": any_drawing(Random(seed), largest=25)})


def test_the_refund_flow_comes_back_with_its_extensions_and_its_layout() -> None:
    assert_comes_back(refund().to_json())


@pytest.mark.parametrize(
    "config",
    [
        {"mode": "sequence"},
        {"mode": "vote", "vote": {
            "approve": ">2/3", "reject": "2", "of": "opened", "finish": "everyone", "abstain": True,
            "voices": [{"who": {"kind": "user", "user": "boss"}, "weight": 3, "veto": True, "must": True}],
        }},
    ],
)  # fmt: skip
def test_how_votes_are_counted_survives_the_way_through_bpmn(config: dict[str, Any]) -> None:
    document = refund().to_json()
    [finance] = [node for node in document["graph"]["nodes"] if node["id"] == "finance"]
    finance["config"] |= config

    assert_comes_back(document)


def test_the_refund_flow_is_drawn_in_the_words_of_the_standard() -> None:
    root = fromstring(write_bpmn(refund()))  # noqa: S314 - our own text

    process = root[0]
    kinds = [(one.tag.removeprefix(BPMN), one.get("id"), one.get("name")) for one in process if one.get("id")]
    assert kinds[:8] == [
        ("startEvent", "start", None), ("exclusiveGateway", "small", "小额退款?"),
        ("userTask", "finance", "Finance & <tax>"), ("parallelGateway", "fork", None),
        ("intermediateCatchEvent", "wait", None), ("serviceTask", "pay", None), ("parallelGateway", "join", None),
        ("endEvent", "end", None),
    ]  # fmt: skip
    assert process.find(f"{BPMN}exclusiveGateway[@id='small']").get("default") == "e3"  # type: ignore[union-attr]
    branch = process.find(f"{BPMN}sequenceFlow[@id='e2']")
    assert branch is not None
    assert branch.get("name") == "小额"
    assert branch.findtext(f"{BPMN}conditionExpression") == "${refundAmount} < ${orderTotal} * 0.3"
    assert process.findtext(f".//{BPMN}timeDuration") == "PT2H"
    back = process.find(f"{BPMN}sequenceFlow[@id='e5']")
    assert back is not None
    assert back.get(EDGE) == '{"port": "rejected", "kind": "back", "max_rounds": 3}'
    assert len(root.findall(f".//{BPMNDI}BPMNShape/{DC}Bounds")) == 9
    assert len(root.findall(f".//{BPMNDI}BPMNEdge")) == 11


def test_a_decision_table_is_a_business_rule_task_and_keeps_its_rules() -> None:
    table = {
        "hit_policy": "first", "inputs": [{"value": "${n}"}], "outputs": [{"variable": "n"}],
        "rules": [{"when": ["< 5, [7..9)"], "then": ["1"]}], "otherwise": None,
    }  # fmt: skip
    drawing = graph([{"id": "d", "type": "decision_table", "name": {"zh": "评分"}, "config": {"table": table}}], [])

    assert_comes_back(drawing)
    (task,) = fromstring(write_bpmn(read_flow(drawing))).iter(f"{BPMN}businessRuleTask")  # noqa: S314 - our own text
    assert task.get("name") == "评分"


def test_a_notice_is_a_send_task_and_keeps_whom_it_tells() -> None:
    config = {"to": [{"kind": "group", "group": "finance"}], "robots": [{"connection": "ops"}], "title_zh": "到了"}
    drawing = graph([{"id": "n", "type": "notify", "name": {"zh": "告诉财务"}, "config": config}], [])

    assert_comes_back(drawing)
    (task,) = fromstring(write_bpmn(read_flow(drawing))).iter(f"{BPMN}sendTask")  # noqa: S314 - our own text
    assert task.get("name") == "告诉财务"


@pytest.mark.parametrize("node_type", ["subflow", "for_each"])
def test_a_step_that_calls_another_flow_is_a_call_activity_and_keeps_its_settings(node_type: str) -> None:
    config = {"flow": "packing", "given": [{"variable": "line", "value": "${first}"}], "on_cancelled": "exit"}
    drawing = graph([{"id": "c", "type": node_type, "name": {"zh": "打包"}, "config": config}], [])

    assert_comes_back(drawing)
    (call,) = fromstring(write_bpmn(read_flow(drawing))).iter(f"{BPMN}callActivity")  # noqa: S314 - our own text
    assert call.get("name") == "打包"


def graph(nodes: list[dict[str, Any]], edges: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"graph": {"format": 1, "nodes": nodes, "edges": edges} | more}


@pytest.mark.parametrize(
    "document",
    [
        graph([], []),
        graph([], [], variables=[]),
        # Ids that XML does not allow, that meet in XML, and that our own frame would use.
        graph([{"id": one, "type": "end"} for one in ("1", "a:b", "a_b", "_a_b", "e1", "definitions", "process", "-")],
              [{"id": "1", "from": "1", "to": "e1"}, {"id": "e1", "from": "a:b", "to": "process"}]),
        # A draft that says what nobody could publish.
        graph([{"id": "x", "type": "exclusive", "config": {"branches": "none"}},
               {"id": "y", "type": "exclusive",
                "config": {"branches": [1, {"port": 2}, {"port": "otherwise", "when": 3}]}},
               {"id": "d", "type": "delay", "config": {"after": 7}}, {"id": "u", "type": "no.such"}],
              [{"id": f"{a}{b}{port}", "from": a, "to": b, "port": port}
               for a in "xydu" for b in "xy" for port in ("out", "otherwise")]),
        # Texts that XML would bend: line ends, tabs, signs, control characters, spaces alone.
        graph([{"id": "n", "type": "exclusive", "name": {"zh": " a\r\nb\tc\r <&\"'> ]]> \x01 \ufffe", "en": ""},
                "config": {"branches": [{"port": "p", "name": {"en": "\n"}, "when": " \r\n1 <\t2 \x02"},
                                        {"port": "q", "when": "  "}, {"port": "r", "when": ""}]}},
               {"id": "w", "type": "delay", "name": {"zh": " "}, "config": {"after": " PT1H\r"}}],
              [{"id": port, "from": "n", "to": "w", "port": port, "kind": "normal", "max_rounds": None}
               for port in "pqr"]),
        {"layout": {"offsets": {"a": {"dx": 0.5, "dy": -1.25}}}, **graph([{"id": "a", "type": "start"}], [])},
        {"layout": {"offsets": {"a": {"dx": 1, "dy": 2}},
                    "positions": {"b": {"x": 5, "y": 6}, "gone": {"x": 1, "y": 1}}},
         **graph([{"id": "a", "type": "start"}, {"id": "b", "type": "end"}], [])},
    ],
)  # fmt: skip
def test_odd_drafts_come_back_too(document: dict[str, Any]) -> None:
    assert_comes_back(document)


def test_a_drawing_that_xml_cannot_hold_is_refused_with_every_place() -> None:
    broken = graph(
        [{"id": "a", "type": "start"}, {"id": "a", "type": "end"}],
        [{"id": "e", "from": "a", "to": "nowhere"}, {"id": "e", "from": "a", "to": "a"}],
    )

    with pytest.raises(BadInput) as refused:
        write_bpmn(read_flow(broken))

    assert refused.value.code == "bpmn.not_exportable"
    assert [(one["code"], one.get("node") or one.get("edge")) for one in refused.value.problems] == [
        ("node.id_repeated", "a"), ("edge.id_repeated", "e"), ("edge.unknown_node", "e"),
    ]  # fmt: skip
