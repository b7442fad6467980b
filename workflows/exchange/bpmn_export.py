"""A flow as BPMN 2.0 with a diagram. What BPMN has no word for travels beside it in a namespace of ours."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from bedrock.errors import BadInput
from workflows.engine.graph import Edge, Graph, Node
from workflows.exchange import bpmn_words as words
from workflows.exchange.bpmn_boundaries import SIZE, Exit, exits_of
from workflows.exchange.bpmn_event_choices import DrawnEvent, drawn_events
from workflows.exchange.bpmn_places import Place, event_place, places_of, size_of, waypoints_of
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """An event behind a gateway, with its id in the file and that of the line to it."""

    drawn: DrawnEvent
    id: str
    flow: str


def _define(element: Element, event: str, after: str) -> None:
    definition = SubElement(element, f"{BPMN}{event}")
    if after:
        SubElement(definition, f"{BPMN}timeDuration", {f"{XSI}type": "bpmn:tFormalExpression"}).text = after


class _Writing:
    """One document on its way. XML has one space of ids for everything in it."""

    def __init__(self, flow: Flow) -> None:
        self.flow, self.graph = flow, flow.graph
        self.taken: set[str] = set()
        self.numbers: dict[str, int] = defaultdict(lambda: 1)
        self.nodes = {node.id: self.id_for(node.id) for node in self.graph.nodes}
        self.edges = {edge.id: self.id_for(edge.id) for edge in self.graph.edges}
        self.exits = {
            (node.id, one.port): (self.id_for(f"{node.id}_{one.port}"), one)
            for node in self.graph.nodes for one in exits_of(node)
        }  # fmt: skip
        self.errors: dict[str, str] = {}  # ids of their declarations by code
        self.outgoing: dict[str, list[Edge]] = defaultdict(list)
        self.incoming: dict[str, list[Edge]] = defaultdict(list)
        for edge in self.graph.edges:
            self.outgoing[edge.source].append(edge)
            self.incoming[edge.target].append(edge)
        self.events = {
            node.id: [self.event(node, one) for one in drawn_events(node, self.outgoing[node.id])]
            for node in self.graph.nodes
            if node.type == words.EVENT_CHOICE
        }
        self.sources = {edge.id: self.nodes[edge.source] for edge in self.graph.edges} | {
            edge.id: event.id for events in self.events.values() for event in events for edge in event.drawn.edges
        }
        for edge in self.graph.edges:
            if (edge.source, edge.port) in self.exits:
                self.sources[edge.id], _ = self.exits[edge.source, edge.port]

    def event(self, node: Node, drawn: DrawnEvent) -> "_Event":
        base = f"{node.id}_{drawn.port}"
        return _Event(drawn=drawn, id=self.id_for(base), flow=self.id_for(f"to_{base}"))

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
        for code, declared in self.errors.items():
            SubElement(root, f"{BPMN}error", {"id": declared, "errorCode": code})
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
        events = self.events.get(node.id, ())
        for one in events:
            SubElement(element, f"{BPMN}outgoing").text = one.flow
        for edge in self.outgoing[node.id]:
            if self.sources[edge.id] == self.nodes[node.id]:
                SubElement(element, f"{BPMN}outgoing").text = self.edges[edge.id]
        if event := words.EVENTS.get(node.type):
            _define(element, event, words.duration_of(node))
        for one in events:
            self.write_event(process, self.nodes[node.id], one)
        for drawn in exits_of(node):
            self.write_exit(process, node, drawn)

    def write_event(self, process: Element, gateway: str, event: "_Event") -> None:
        """An event behind a gateway, and the line to it. What it awaits stands beside the gateway."""
        element = SubElement(process, f"{BPMN}{words.CATCH}", {"id": event.id})
        if event.drawn.name:
            element.set("name", event.drawn.name)
        SubElement(element, f"{BPMN}incoming").text = event.flow
        for edge in event.drawn.edges:
            SubElement(element, f"{BPMN}outgoing").text = self.edges[edge.id]
        _define(element, event.drawn.definition, event.drawn.after)
        ends = {"sourceRef": gateway, "targetRef": event.id}
        SubElement(process, f"{BPMN}sequenceFlow", {"id": event.flow} | ends)

    def write_exit(self, process: Element, node: Node, one: Exit) -> None:
        """An event at the edge of the node; what it catches is also said in the node's own config."""
        ends = {"id": self.exits[node.id, one.port][0], "attachedToRef": self.nodes[node.id]}
        element = SubElement(process, f"{BPMN}boundaryEvent", ends | ({"name": one.name} if one.name else {}))
        told = SubElement(SubElement(element, f"{BPMN}extensionElements"), words.NODE)
        told.text = words.to_text({"port": one.port})
        for edge in self.outgoing[node.id]:
            if edge.port == one.port:
                SubElement(element, f"{BPMN}outgoing").text = self.edges[edge.id]
        for code in one.codes:
            definition = SubElement(element, f"{BPMN}{words.ERROR}")
            if code != "*":
                definition.set("errorRef", self.errors.get(code) or self.declared(code))

    def declared(self, code: str) -> str:
        self.errors[code] = self.id_for(f"error_{code}".rstrip("*"))
        return self.errors[code]

    def write_edge(self, process: Element, edge: Edge, source: Node) -> None:
        ends = {"sourceRef": self.sources[edge.id], "targetRef": self.nodes[edge.target]}
        element = SubElement(process, f"{BPMN}sequenceFlow", self.identity(edge.id, self.edges) | ends)
        if source.type != words.EVENT_CHOICE and (name := words.branch_name_of(source, edge)):
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
        starts: dict[str, Place] = {}
        for gateway, events in self.events.items():
            for row, event in enumerate(events):
                place = self.show_event(plane, event, places[gateway], row=row)
                starts |= dict.fromkeys((edge.id for edge in event.drawn.edges), place)
        begins = self.show_exits(plane, places, types)
        for edge in self.graph.edges:
            corners = waypoints_of(edge, places, types, event=starts.get(edge.id))
            corners[0] = begins.get((edge.source, edge.port), corners[0])
            self.line(plane, self.edges[edge.id], corners)

    def show_exits(
        self, plane: Element, places: Mapping[str, Place], types: Mapping[str, str]
    ) -> dict[tuple[str, str], Place]:
        """The events at the lower edges of steps that may be left when they failed; where the lines from them begin."""
        begins: dict[tuple[str, str], Place] = {}
        beside: Counter[str] = Counter()
        for (node, port), (exit_id, _) in self.exits.items():
            (x, y), (_, height) = places[node], size_of(types[node])
            left, top = x + 8 + (SIZE + 4) * beside[node], y + height - SIZE // 2
            beside[node] += 1
            begins[node, port] = left + SIZE // 2, top + SIZE
            shape = SubElement(plane, f"{BPMNDI}BPMNShape", self.shown(exit_id))
            bounds = {"x": str(left), "y": str(top), "width": str(SIZE), "height": str(SIZE)}
            SubElement(shape, f"{DC}Bounds", bounds)
        return begins

    def show_event(self, plane: Element, event: "_Event", gateway: Place, *, row: int) -> Place:
        """An event beside its gateway and the line to it; where it stands."""
        (x, y), (width, height) = event_place(gateway, row), size_of("message")
        shape = SubElement(plane, f"{BPMNDI}BPMNShape", self.shown(event.id))
        bounds = {"x": str(x), "y": str(y), "width": str(width), "height": str(height)}
        SubElement(shape, f"{DC}Bounds", bounds)
        across, down = size_of(words.EVENT_CHOICE)
        corners = [(gateway[0] + across, gateway[1] + down // 2), (x, y + height // 2)]
        self.line(plane, event.flow, corners)
        return x, y

    def line(self, plane: Element, flow: str, corners: list[Place]) -> None:
        line = SubElement(plane, f"{BPMNDI}BPMNEdge", self.shown(flow))
        for x, y in corners:
            SubElement(line, f"{DI}waypoint", {"x": str(x), "y": str(y)})

    def shown(self, element: str) -> dict[str, str]:
        return {"id": self.id_for(f"{element}_di"), "bpmnElement": element}
