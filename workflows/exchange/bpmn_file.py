"""A BPMN file as values: a process, its nodes and flows with what we once wrote beside them, and all that is left.

Nothing is dropped here without a finding. What the values mean for a drawing is decided in `bpmn_import`.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from bedrock.errors import BadInput
from workflows.exchange import bpmn_words as words
from workflows.exchange.bpmn_words import BPMN, BPMNDI, OURS, XSI
from workflows.exchange.imported import Finding, Severity

MAX_JSON_DEPTH, MAX_DIGITS = 64, 64
UNREADABLE = "What stands beside it is not what we wrote."
_BAD_TEXT = re.compile("[\x00\ud800-\udfff]")

# Those of which a line may leave and enter, as the standard names them.
FLOW_NODES = frozenset(
    {
        "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent",
        "exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway", "eventBasedGateway",
        "task", "userTask", "serviceTask", "sendTask", "receiveTask", "manualTask", "scriptTask", "businessRuleTask",
        "callActivity", "subProcess", "transaction", "adHocSubProcess",
    }
)  # fmt: skip
# Left out of the drawing: what they are, and how much that matters.
_LEFT_OUT: dict[str, tuple[Severity, str]] = {
    "documentation": ("info", "A step of ours has a name but no documentation."),
    "laneSet": ("warning", "A flow has no lanes: an approval says itself who decides."),
    "lane": ("warning", "A flow has no lanes: an approval says itself who decides."),
    "participant": ("warning", "A flow has no pools: it is one process."),
    "messageFlow": ("warning", "A flow has no messages between processes."),
    "dataObject": ("info", "Data of a flow are its declared variables."),
    "dataObjectReference": ("info", "Data of a flow are its declared variables."),
    "dataStoreReference": ("info", "Data of a flow are its declared variables."),
    "textAnnotation": ("info", "The drawing has no annotations."),
    "association": ("info", "The drawing has no annotations."),
    "group": ("info", "The drawing has no groups."),
    "boundaryEvent": ("error", "There is no step for an event at the edge of another step."),
    "multiInstanceLoopCharacteristics": (
        "error",
        "Only a for-each is repeated for many; it calls a flow for each item.",
    ),
    "standardLoopCharacteristics": ("error", "There is no step that is repeated while a condition holds."),
    "import": ("warning", "Other files are never fetched."),
}
# Values that say what is so anyhow, and names of the drawing tool.
_SILENT: dict[str, frozenset[str] | None] = {
    "id": None, "name": None, "default": None, "sourceRef": None, "targetRef": None, "isExecutable": None,
    "gatewayDirection": None, "eventGatewayType": frozenset({"Exclusive"}),
    "startQuantity": frozenset({"1"}), "completionQuantity": frozenset({"1"}),
    "isForCompensation": frozenset({"false"}), "isInterrupting": frozenset({"true"}),
    "parallelMultiple": frozenset({"false"}), "triggeredByEvent": frozenset({"false"}),
    "isClosed": frozenset({"false"}), "processType": frozenset({"None"}), "isImmediate": frozenset({"true"}),
    "implementation": frozenset({"##unspecified"}), "instantiate": frozenset({"false"}),
    "attachedToRef": None, "cancelActivity": None,
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class FileNode:
    """A flow node. `own` is what we wrote beside it, None when it is not ours (any more)."""

    id: str
    kind: str
    name: str
    default: str
    own: dict[str, Any] | None
    own_id: str
    attached: str = ""  # the node at whose edge it stands
    events: list[Element] = field(default_factory=list)
    outgoing_order: list[str] = field(default_factory=list)
    awaited: list["Awaited"] = field(default_factory=list)  # behind a gateway, once they are part of it


@dataclass(slots=True, kw_only=True)
class Awaited:
    """An event behind an event-based gateway, and the flows (by id) that lead on from it."""

    event: FileNode
    flows: list[str]


@dataclass(slots=True, kw_only=True)
class FileFlow:
    """A sequence flow; `own` as for nodes."""

    id: str
    name: str
    source: str
    target: str
    own: dict[str, Any] | None
    own_id: str
    condition: str
    language: str


@dataclass(slots=True, kw_only=True)
class File:
    """What a file says. `about` is what we wrote beside the process: key, title, variables, layout."""

    root: Element
    name: str
    about: dict[str, Any] | None
    nodes: list[FileNode]
    flows: list[FileFlow]
    errors: dict[str, str]  # codes by the id of their declaration
    findings: list[Finding]


def read_file(root: Element) -> File:
    """Raises BadInput `bpmn.…` when the document is no BPMN, has no process, or uses an id twice."""
    if root.tag != f"{BPMN}definitions":
        raise BadInput("bpmn.not_bpmn", "Expected a BPMN 2.0 document, found another kind of XML.")
    _refuse_repeated_ids(root)
    processes = root.findall(f"{BPMN}process")
    if not processes:
        raise BadInput("bpmn.no_process", "Expected a process in the document, found none.")
    return _Reader(root, max(processes, key=_weight)).read()


def finding(element: Element, code: str, reason: str, severity: Severity) -> Finding:
    """A finding about one element."""
    return Finding(
        code=code, kind=local(element), element=element.get("id", ""), name=_name(element), reason=reason,
        severity=severity,
    )  # fmt: skip


def local(element: Element) -> str:
    """The name of an element; with its namespace when that is not BPMN's."""
    return element.tag.removeprefix(BPMN).removeprefix(BPMNDI)


def read_own(text: str, *, may_have_fractions: bool) -> dict[str, Any]:
    """An object that we wrote. ValueError for anything that no graph document holds: others may have changed it."""
    fraction = _finite if may_have_fractions else _refuse_number
    value = json.loads(text, parse_float=fraction, parse_constant=_refuse_number, parse_int=_whole)
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one error for all that is unreadable
    level: list[Any] = [value]
    for _ in range(MAX_JSON_DEPTH):
        inner: list[Any] = []
        for one in level:
            match one:
                case dict():
                    inner += [*one.keys(), *one.values()]
                case list():
                    inner += one
                case str() if _BAD_TEXT.search(one):
                    raise ValueError("text that cannot be stored")
        level = inner
    if level:
        raise ValueError("too deep")
    return value


def _refuse_number(text: str) -> Any:
    raise ValueError(f"a number without an exact meaning: {text}")


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse_number(text)


def _whole(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError("too long a number")
    return int(text)


def _weight(process: Element) -> tuple[bool, int]:
    steps = sum(local(child) in FLOW_NODES for child in process)
    return process.get("isExecutable") == "true" and steps > 0, steps


def _refuse_repeated_ids(root: Element) -> None:
    seen: set[str] = set()
    problems = []
    for element in root.iter():
        found = element.get("id")
        if found is None or not element.tag.startswith((BPMN, BPMNDI)):
            continue
        if found in seen:
            problems.append(
                {"path": found, "code": "bpmn.duplicate_id", "message": "This id is used twice.", "params": {}}
            )
        seen.add(found)
    if problems:
        raise BadInput(
            "bpmn.duplicate_id", f"Expected every id once, found {len(problems)} used again.", problems=problems
        )


def _name(element: Element) -> str:
    return words.plain(element.get("name", "")).strip()


class _Reader:
    def __init__(self, root: Element, process: Element) -> None:
        self.root, self.process = root, process
        self.findings: list[Finding] = []
        self.nodes: list[FileNode] = []
        self.flows: list[FileFlow] = []
        self.language = root.get("expressionLanguage", "")
        if "XPath" in self.language:
            self.language = ""  # what the standard says when nobody says anything

    def read(self) -> File:
        about: dict[str, Any] | None = None
        errors: dict[str, str] = {}
        for child in self.root:
            if child.tag == f"{BPMN}error":
                errors[child.get("id", "")] = child.get("errorCode", "")
            elif child is not self.process and not child.tag.startswith(BPMNDI):
                self.leave(child)
        self.attributes(self.process)
        for child in self.process:
            kind = local(child)
            if kind == "extensionElements":
                about = self.own_part(child, words.FLOW)
            elif kind in FLOW_NODES:
                self.read_node(child, kind)
            elif kind == "sequenceFlow":
                self.read_flow(child)
            else:
                self.leave(child)
        return File(
            root=self.root, name=_name(self.process) or _name(self.root), about=about, nodes=self.nodes,
            flows=self.flows, errors=errors, findings=self.findings,
        )  # fmt: skip

    def read_node(self, element: Element, kind: str) -> None:
        self.attributes(element)
        node = FileNode(
            id=element.get("id", ""), kind=kind, name=_name(element), default=element.get("default", ""),
            own=None, own_id=element.get(words.ID, ""), attached=element.get("attachedToRef", ""),
        )  # fmt: skip
        if not node.id:
            self.note(element, "bpmn.no_id", "It has no id, so that nothing can lead to it.", "error")
            return
        for child in element:
            inner = local(child)
            if inner == "extensionElements":
                node.own = self.own_part(child, words.NODE)
            elif inner == "outgoing":
                node.outgoing_order.append((child.text or "").strip())
            elif inner.endswith("EventDefinition"):
                node.events.append(child)
            elif inner != "incoming":
                self.leave(child)
        self.nodes.append(node)

    def read_flow(self, element: Element) -> None:
        self.attributes(element)
        flow = FileFlow(
            id=element.get("id", ""), name=_name(element), source=element.get("sourceRef", ""),
            target=element.get("targetRef", ""), own=None, own_id=element.get(words.ID, ""),
            condition="", language=self.language,
        )  # fmt: skip
        if words.EDGE in element.attrib:
            flow.own = self.own_json(element, element.get(words.EDGE, ""))
        for child in element:
            if local(child) == "conditionExpression":
                flow.condition = words.plain(child.text or "")
                flow.language = child.get("language", self.language)
            elif local(child) == "extensionElements":
                self.own_part(child, "")
            else:
                self.leave(child)
        self.flows.append(flow)

    def own_part(self, extensions: Element, tag: str) -> dict[str, Any] | None:
        """What we wrote into these extensions; the parts of other tools are left over."""
        found = None
        for part in extensions:
            if part.tag == tag and found is None:
                found = self.own_json(part, part.text or "")
            else:
                self.note(
                    part, "bpmn.extension", "An extension of another tool; we cannot know what it means.", "warning"
                )
        return found

    def own_json(self, element: Element, text: str) -> dict[str, Any] | None:
        try:
            return read_own(text, may_have_fractions=element.tag == words.FLOW)  # a place on the canvas may
        except (ValueError, RecursionError):
            self.note(element, "bpmn.extension_unreadable", UNREADABLE, "warning")
            return None

    def attributes(self, element: Element) -> None:
        """Attributes that would mean something."""
        for name, value in element.attrib.items():
            if name.startswith((OURS, XSI)) or (name in _SILENT and value in (_SILENT[name] or {value})):
                continue
            told = name.rpartition("}")[2]
            self.note(element, "bpmn.attribute", f"We have nothing for {told}={value[:100]!r}.", "warning")

    def leave(self, element: Element) -> None:
        """A part that the drawing has no place for, and all named parts inside of it."""
        for part in self.named_parts(element):
            severity, reason = _LEFT_OUT.get(
                local(part),
                ("error" if local(part) in FLOW_NODES else "warning", "We have nothing that it could become."),
            )
            if local(part) in FLOW_NODES | {"sequenceFlow", "process"}:
                severity, reason = (
                    "error",
                    "Only the steps of one process are taken, not those of others or of sub-processes.",
                )
            self.note(part, "bpmn.not_mapped", reason, severity)

    def named_parts(self, element: Element) -> Iterator[Element]:
        yield element
        for part in element.iter():
            if part is not element and part.tag.startswith(BPMN) and part.get("id"):
                yield part

    def note(self, element: Element, code: str, reason: str, severity: Severity) -> None:
        self.findings.append(finding(element, code, reason, severity))
