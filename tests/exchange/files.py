"""Small BPMN files as other tools write them, and our own flows, for the tests of exchange."""

from typing import Any

from workflows.exchange.flow_document import Flow, read_flow

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def bpmn(process: str, *, around: str = "", diagram: str = "", attributes: str = "") -> str:
    """A document with one process of these elements; `around` stands beside the process."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<definitions xmlns="{MODEL}" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
        f' targetNamespace="urn:test" id="d1" {attributes}>{around}'
        f'<process id="p1" name="Leave">{process}</process>{diagram}</definitions>'
    )


def flow(identity: str, source: str, target: str, inner: str = "", name: str = "") -> str:
    """A sequence flow."""
    named = f' name="{name}"' if name else ""
    return f'<sequenceFlow id="{identity}"{named} sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def condition(text: str, language: str = "") -> str:
    """What stands on a conditional flow."""
    said = f' language="{language}"' if language else ""
    return f'<conditionExpression xsi:type="tFormalExpression"{said}>{text}</conditionExpression>'


def chain(element: str, identity: str) -> str:
    """start → this element → end."""
    return f'<startEvent id="s"/>{element}<endEvent id="e"/>{flow("f1", "s", identity)}{flow("f2", identity, "e")}'


def refund() -> Flow:
    """A flow with all that ours has: money conditions, time-outs, a loop, a fork, both languages, a moved step."""
    document: dict[str, Any] = {
        "key": "refunds",
        "title": {"zh": "退款", "en": "Refund"},
        "graph": {
            "format": 1,
            "variables": [
                {"name": "refundAmount", "type": "money", "label": {"zh": "退款金额", "en": "Refund amount"}},
                {"name": "orderTotal", "type": "money"},
            ],
            "nodes": [
                {"id": "start", "type": "start", "config": {"trigger": "refund.requested"}},
                {"id": "small", "type": "exclusive", "name": {"zh": "小额退款?", "en": "Small refund?"},
                 "config": {"branches": [{"port": "small", "name": {"zh": "小额", "en": "Small"},
                                          "when": "${refundAmount} < ${orderTotal} * 0.3"}]}},
                {"id": "finance", "type": "approval", "name": {"en": "Finance & <tax>"},
                 "config": {"assign": [{"kind": "group", "group": "finance"}],
                            "timeouts": [{"after": "PT120M", "clock": "working", "do": "transfer",
                                          "to": [{"kind": "group", "group": "backup"}]}]}},
                {"id": "fork", "type": "parallel", "config": {"branches": [{"port": "a"}, {"port": "b"}]}},
                {"id": "wait", "type": "delay", "config": {"after": "PT2H"}},
                {"id": "pay", "type": "orders.refund", "config": {}},
                {"id": "join", "type": "parallel"},
                {"id": "end", "type": "end", "config": {"outcome": "done"}},
                {"id": "hold", "type": "delay", "config": {"after": "PT1M"}},
            ],
            "edges": [
                {"id": "e1", "from": "start", "to": "small"},
                {"id": "e2", "from": "small", "port": "small", "to": "hold"},
                {"id": "e3", "from": "small", "port": "otherwise", "to": "finance"},
                {"id": "e4", "from": "finance", "port": "approved", "to": "hold"},
                {"id": "e5", "from": "finance", "port": "rejected", "to": "small", "kind": "back", "max_rounds": 3},
                {"id": "e6", "from": "fork", "port": "a", "to": "wait"},
                {"id": "e7", "from": "fork", "port": "b", "to": "pay"},
                {"id": "e8", "from": "wait", "to": "join"},
                {"id": "e9", "from": "pay", "port": "out", "to": "join"},
                {"id": "e10", "from": "join", "to": "end"},
                {"id": "e11", "from": "hold", "to": "fork"},
            ],
        },
        "layout": {"offsets": {"pay": {"dx": 12, "dy": -30}}, "folded": ["fork"]},
    }  # fmt: skip
    return read_flow(document)
