"""A flow as BPMN 2.0 with a diagram. What BPMN has no word for travels beside it in a namespace of ours."""

import re
from collections import defaultdict
from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from bedrock.errors import BadInput
from workflows.engine.graph import Edge, Graph, Node
from workflows.exchange import bpmn_words as words
from workflows.exchange.bpmn_places import Place, places_of, size_of, waypoints_of
from workflows.exchange.bpmn_words import BPMN, BPMNDI, DC, DI, XSI
from workflows.exchange.flow_document import Flow
from workflows.exchange.foreign_conditions import LANGUAGE

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def write_bpmn(flow: Flow) -> str:
    """The document. Raises BadInput `bpmn.not_exportable` for a drawing with repeated ids or loose edges."""
    _refuse_loose_ends(flow.graph)
    return _Writing(flow).document()


def _refuse_loose_ends(graph: Graph) -> None:
    problems = []
    nodes = {node.id for node in graph.nodes}
    for parts, kind in ((graph.nodes, "node"), (graph.edges, "edge")):
        seen: set[str] = set()
        for part in parts:
            if part.id in seen:
                problems.append(
                    {kind: part.id, "code": f"{kind}.id_repeated", "message": "This id is not the only one."}
                )
            seen.add(part.id)
    problems += [
        {"edge": edge.id, "code": "edge.unknown_node", "message": "This edge does not connect two nodes."}
        for edge in graph.edges
        if not {edge.source, edge.target} <= nodes
    ]
    if problems:
        raise BadInput(
            "bpmn.not_exportable",
            f"Expected ids used once and edges between nodes, found {len(problems)} other parts; export it as JSON.",
            problems=[problem | {"params": {}} for problem in problems],
        )


class _Writing:
    """One document on its way. XML has one space of ids for everything in it."""

    def __init__(self, flow: Flow) -> None:
        self.flow, self.graph = flow, flow.graph
        self.taken: set[str] = set()
        self.numbers: dict[str, int] = defaultdict(lambda: 1)
        self.nodes = {node.id: self.id_for(node.id) for node in self.graph.nodes}
        self.edges = {edge.id: self.id_for(edge.id) for edge in self.graph.edges}
        self.outgoing: dict[str, list[Edge]] = defaultdict(list)
        self.incoming: dict[str, list[Edge]] = defaultdict(list)
        for edge in self.graph.edges:
            self.outgoing[edge.source].append(edge)
            self.incoming[edge.target].append(edge)

    def id_for(self, wanted: str) -> str:
        """An id that XML allows and nobody has: the wanted one if possible."""
        base = wanted if _NAME.fullmatch(wanted) else "_" + re.sub(r"[^A-Za-z0-9_.-]", "_", wanted)
        found = base
        while found in self.taken:
            self.numbers[base] += 1
            found = f"{base}_{self.numbers[base]}"
        self.taken.add(found)
        return found

    def document(self) -> str:
        root = Element(
            f"{BPMN}definitions",
            {
                "id": self.id_for("definitions"), "targetNamespace": words.OURS[1:-1],
                "expressionLanguage": LANGUAGE, "exporter": "Orderflow",
            },
        )  # fmt: skip
        process = SubElement(root, f"{BPMN}process", {"id": self.id_for("process"), "isExecutable": "false"})
        if title := words.text_of(self.flow.title):
            process.set("name", title)
        about = {"graph": self.graph.to_json() | {"nodes": [], "edges": []}}
        told = SubElement(SubElement(process, f"{BPMN}extensionElements"), words.FLOW)
        told.text = words.to_text(self.flow.to_json() | about)
        for node in self.graph.nodes:
            self.write_node(process, node)
        types = {node.id: node for node in self.graph.nodes}
        for edge in self.graph.edges:
            self.write_edge(process, edge, types[edge.source])
        self.write_diagram(root, process.get("id", ""))
        indent(root)
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"

    def write_node(self, process: Element, node: Node) -> None:
        element = SubElement(process, f"{BPMN}{words.element_of(node.type)}", self.identity(node.id, self.nodes))
        if name := words.text_of(node.name):
            element.set("name", name)
        default = words.default_of(node, self.outgoing[node.id])
        if default is not None:
            element.set("default", self.edges[default.id])
        told = SubElement(SubElement(element, f"{BPMN}extensionElements"), words.NODE)
        told.text = words.to_text(words.as_drawn(node, "id"))
        for edge in self.incoming[node.id]:
            SubElement(element, f"{BPMN}incoming").text = self.edges[edge.id]
        for edge in self.outgoing[node.id]:
            SubElement(element, f"{BPMN}outgoing").text = self.edges[edge.id]
        if event := words.EVENTS.get(node.type):
            definition = SubElement(element, f"{BPMN}{event}")
            if after := words.duration_of(node):
                SubElement(definition, f"{BPMN}timeDuration", {f"{XSI}type": "bpmn:tFormalExpression"}).text = after

    def write_edge(self, process: Element, edge: Edge, source: Node) -> None:
        ends = {"sourceRef": self.nodes[edge.source], "targetRef": self.nodes[edge.target]}
        element = SubElement(process, f"{BPMN}sequenceFlow", self.identity(edge.id, self.edges) | ends)
        if name := words.branch_name_of(source, edge):
            element.set("name", name)
        element.set(words.EDGE, words.to_text(words.as_drawn(edge, "id", "source", "target")))
        if condition := words.condition_of(source, edge):
            kind = {f"{XSI}type": "bpmn:tFormalExpression", "language": LANGUAGE}
            SubElement(element, f"{BPMN}conditionExpression", kind).text = condition

    def identity(self, own: str, ids: Mapping[str, str]) -> dict[str, str]:
        return {"id": ids[own]} if ids[own] == own else {"id": ids[own], words.ID: own}

    def write_diagram(self, root: Element, process: str) -> None:
        places = places_of(self.graph, self.flow.layout)
        types = {node.id: node.type for node in self.graph.nodes}
        diagram = SubElement(root, f"{BPMNDI}BPMNDiagram", {"id": self.id_for("diagram")})
        plane = SubElement(diagram, f"{BPMNDI}BPMNPlane", {"id": self.id_for("plane"), "bpmnElement": process})
        for node in self.graph.nodes:
            shape = SubElement(plane, f"{BPMNDI}BPMNShape", self.shown(self.nodes[node.id]))
            (x, y), (width, height) = places[node.id], size_of(node.type)
            bounds = {"x": str(x), "y": str(y), "width": str(width), "height": str(height)}
            SubElement(shape, f"{DC}Bounds", bounds)
        for edge in self.graph.edges:
            line = SubElement(plane, f"{BPMNDI}BPMNEdge", self.shown(self.edges[edge.id]))
            corners: list[Place] = waypoints_of(edge, places, types)
            for x, y in corners:
                SubElement(line, f"{DI}waypoint", {"x": str(x), "y": str(y)})

    def shown(self, element: str) -> dict[str, str]:
        return {"id": self.id_for(f"{element}_di"), "bpmnElement": element}
