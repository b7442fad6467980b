"""The structure rules of the BPMN 2.0 schema that a file of ours must keep, written out by hand."""

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring

from workflows.exchange.bpmn_words import BPMN, BPMNDI, DC, DI

# tFlowNode and what extends it: the order in which children may stand.
ORDER = ["extensionElements", "incoming", "outgoing", "timerEventDefinition", "messageEventDefinition",
         "terminateEventDefinition", "errorEventDefinition"]  # fmt: skip
NODES = {
    "startEvent", "endEvent", "exclusiveGateway", "parallelGateway", "inclusiveGateway", "userTask", "serviceTask",
    "task", "intermediateCatchEvent", "businessRuleTask", "eventBasedGateway", "boundaryEvent",
    "sendTask", "callActivity",
}  # fmt: skip


def faults(document: str) -> list[str]:
    """Every rule that the document breaks."""
    root = fromstring(document.encode())  # noqa: S314 - our own text
    return [*_ids(root), *_document(root), *_process(root), *_boundaries(root), *_diagram(root)]


def _ids(root: Element) -> Iterator[str]:
    counted = Counter(element.get("id") for element in root.iter() if element.get("id"))
    yield from (f"id twice: {identity}" for identity, count in counted.items() if count > 1)
    for identity in counted:
        if not (identity and (identity[0].isalpha() or identity[0] == "_") and ":" not in identity):
            yield f"no NCName: {identity}"


def _document(root: Element) -> Iterator[str]:
    if root.tag != f"{BPMN}definitions" or not root.get("targetNamespace"):
        yield "definitions need a targetNamespace"
    kinds = [child.tag for child in root]
    errors = [kind for kind in kinds if kind == f"{BPMN}error"]
    if kinds != [f"{BPMN}process", *errors, f"{BPMNDI}BPMNDiagram"]:
        yield f"one process and errors, then one diagram, found {kinds}"
    declared = {error.get("id") for error in root.findall(f"{BPMN}error")}
    for event in root.iter(f"{BPMN}errorEventDefinition"):
        if event.get("errorRef") is not None and event.get("errorRef") not in declared:
            yield f"error {event.get('errorRef')} is declared nowhere"


def _process(root: Element) -> Iterator[str]:
    process = root[0]
    nodes = {child.get("id"): child for child in process if child.tag.removeprefix(BPMN) in NODES}
    flows = {child.get("id"): child for child in process if child.tag == f"{BPMN}sequenceFlow"}
    others = {child.tag for child in process} - {f"{BPMN}{node}" for node in NODES}
    if others - {f"{BPMN}sequenceFlow", f"{BPMN}extensionElements"}:
        yield f"unknown elements {others}"
    incoming: dict[str | None, list[str | None]] = {node: [] for node in nodes}
    outgoing: dict[str | None, list[str | None]] = {node: [] for node in nodes}
    for identity, flow in flows.items():
        if flow.get("sourceRef") not in nodes or flow.get("targetRef") not in nodes:
            yield f"{identity} leads nowhere"
        else:
            outgoing[flow.get("sourceRef")].append(identity)
            incoming[flow.get("targetRef")].append(identity)
    for identity, node in nodes.items():
        names = [child.tag.removeprefix(BPMN) for child in node]
        if names != sorted(names, key=ORDER.index):
            yield f"{identity} has its parts in the order {names}"
        if [child.text for child in node.findall(f"{BPMN}incoming")] != incoming[identity]:
            yield f"{identity} names other ways in than lead to it"
        if [child.text for child in node.findall(f"{BPMN}outgoing")] != outgoing[identity]:
            yield f"{identity} names other ways out than leave it"
        if node.get("default") is not None:
            is_choice = node.tag in (f"{BPMN}exclusiveGateway", f"{BPMN}inclusiveGateway")
            if not is_choice or node.get("default") not in outgoing[identity]:
                yield f"{identity} has a default that is none of its ways"


def _boundaries(root: Element) -> Iterator[str]:
    tasks = {child.get("id") for child in root[0] if child.tag.endswith("Task")}
    for event in root[0].findall(f"{BPMN}boundaryEvent"):
        if event.get("attachedToRef") not in tasks or event.find(f"{BPMN}incoming") is not None:
            yield f"{event.get('id')} stands at no task, or something leads to it"


def _diagram(root: Element) -> Iterator[str]:
    planes = root[-1].findall(f"{BPMNDI}BPMNPlane")
    if len(planes) != 1 or planes[0].get("bpmnElement") != root[0].get("id"):
        yield "one plane for the process"
    drawn = [shape.get("bpmnElement") for shape in planes[0]]
    parts = [child.get("id") for child in root[0] if child.get("id")]
    if sorted(map(str, drawn)) != sorted(map(str, parts)):
        yield "every node and every edge is drawn once"
    for shape in planes[0]:
        if shape.tag == f"{BPMNDI}BPMNShape":
            bounds = shape.findall(f"{DC}Bounds")
            if len(bounds) != 1 or {"x", "y", "width", "height"} != set(bounds[0].attrib):
                yield f"{shape.get('id')} has no bounds"
        elif len(shape.findall(f"{DI}waypoint")) < 2:
            yield f"{shape.get('id')} has no two waypoints"
