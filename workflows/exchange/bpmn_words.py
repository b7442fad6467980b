"""The words of BPMN 2.0 that we use, and how a drawing of ours shows in them. Writing and reading both go by this file,
so that a file nobody changed reads back as exactly the flow that was written.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import register_namespace

from workflows.engine.graph import Edge, LocalText, Node

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
OURS = "{urn:orderflow:bpmn:1}"
for _prefix, _space in {"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI, "xsi": XSI, "orderflow": OURS}.items():
    register_namespace(_prefix, _space[1:-1])

FLOW, NODE, EDGE, ID = f"{OURS}flow", f"{OURS}node", f"{OURS}edge", f"{OURS}id"
OTHERWISE = "otherwise"
APPROVED = "approved"
EVENT_CHOICE = "event_choice"
CATCH = "intermediateCatchEvent"
TIMER, MESSAGE, TERMINATE = "timerEventDefinition", "messageEventDefinition", "terminateEventDefinition"
ERROR = "errorEventDefinition"  # of an event at the edge of a step: an exit for when it failed
EVENTS = {"delay": TIMER, "message": MESSAGE, "terminate": TERMINATE}  # the event that an element of this type carries
UNKNOWN = "bpmn."  # a node of type bpmn.subProcess stands for an element that we have no step for

# Types of the wings stand here by their key alone: a BPMN file says what a step is, not how it works.
_ELEMENTS = {
    "start": "startEvent", "end": "endEvent", "terminate": "endEvent", "exclusive": "exclusiveGateway",
    "parallel": "parallelGateway", "inclusive": "inclusiveGateway", EVENT_CHOICE: "eventBasedGateway",
    "approval": "userTask",
    "delay": "intermediateCatchEvent", "message": "intermediateCatchEvent", "decision_table": "businessRuleTask",
    "notify": "sendTask",
    "subflow": "callActivity", "for_each": "callActivity",
}  # fmt: skip
_CONDITIONAL = {"exclusive", "inclusive"}  # their branches carry conditions
MAX_NAME, MAX_PORT = 200, 64
_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def element_of(node_type: str) -> str:
    """The element that a node of this type is drawn as."""
    return _ELEMENTS.get(node_type, "task" if node_type.startswith(UNKNOWN) else "serviceTask")


def text_of(name: LocalText | Mapping[str, str]) -> str:
    """What a file calls it: Chinese when there is Chinese."""
    zh, en = (name.zh, name.en) if isinstance(name, LocalText) else (name.get("zh", ""), name.get("en", ""))
    return plain(zh or en)


def local_text(text: str) -> dict[str, str]:
    """A name that a file gives, in the language that it is written in."""
    return {"zh" if _CHINESE.search(text) else "en": text[:MAX_NAME]} if text else {}


def plain(text: str) -> str:
    """The text as XML can carry it and gives it back."""
    return _FORBIDDEN.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def to_text(value: Any) -> str:
    """JSON that XML can carry: what it cannot is escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return _FORBIDDEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def default_of(node: Node, outgoing: Sequence[Edge]) -> Edge | None:
    """The way that is taken when no condition holds."""
    if node.type not in _CONDITIONAL:
        return None
    return next((edge for edge in outgoing if edge.port == OTHERWISE), None)


def condition_of(node: Node, edge: Edge) -> str:
    """The condition that stands on an edge; empty when there is none."""
    if node.type not in _CONDITIONAL or edge.port == OTHERWISE:
        return ""
    branch = next((one for one in branches_of(node) if one.get("port") == edge.port), {})
    when = branch.get("when")
    return plain(when) if isinstance(when, str) else ""


def branch_name_of(node: Node, edge: Edge) -> str:
    """What the branch is called that an edge stands for."""
    branch = next((one for one in branches_of(node) if one.get("port") == edge.port), {})
    name = branch.get("name")
    zh, en = (name.get("zh"), name.get("en")) if isinstance(name, dict) else ("", "")
    return plain(next((text for text in (zh, en) if isinstance(text, str) and text), ""))


def duration_of(node: Node) -> str:
    """How long a delay lasts; empty when the drawing does not say."""
    after = node.config.get("after") if node.type == "delay" else None
    return plain(after) if isinstance(after, str) else ""


def branches_of(node: Node) -> list[dict[str, Any]]:
    """The branches of a gateway that can be read as such; a draft may hold anything."""
    branches = node.config.get("branches")
    return [one for one in branches if isinstance(one, dict)] if isinstance(branches, list | tuple) else []


def as_drawn(part: Node | Edge, *without: str) -> dict[str, Any]:
    """A part of a graph document as it was given, without some fields."""
    return part.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude=set(without))
