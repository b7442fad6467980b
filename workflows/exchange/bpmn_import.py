"""BPMN 2.0 as a flow. What we wrote is read back exactly; what other tools drew is mapped, or listed with a reason.

An element that no step of ours stands for becomes a node of an unknown type such as `bpmn.subProcess`: it keeps its
place, name and lines, and the flow cannot be published before somebody replaced it. So nothing is ever run wrongly.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from bedrock.errors import BadInput
from workflows.engine.graph import Edge, Graph, LocalText, Node, read_graph
from workflows.exchange import bpmn_words as words
from workflows.exchange.bpmn_boundaries import Exit, fold_boundaries, with_exits
from workflows.exchange.bpmn_event_choices import take_in_events, ways_by_events
from workflows.exchange.bpmn_file import UNREADABLE, File, FileFlow, FileNode, read_file
from workflows.exchange.bpmn_gateways import Ways, forget_merges, ways_of
from workflows.exchange.bpmn_loops import closing_edges
from workflows.exchange.bpmn_places import drawn_places, layout_with
from workflows.exchange.bpmn_steps import foreign_node, own_node
from workflows.exchange.flow_document import Flow, read_flow
from workflows.exchange.imported import Finding, Imported, Severity
from workflows.exchange.xml_gate import read_xml

ROUNDS = 10  # of a loop whose file does not say how often
_STRANGE = re.compile(r"[^A-Za-z0-9_.:-]")
MAX_ID = 64


def read_bpmn(source: bytes | str) -> Imported:
    """The flow of a document, with findings. Raises BadInput `xml.…` or `bpmn.…` when it is hostile or no BPMN."""
    return _Import(read_file(read_xml(source))).imported()


@dataclass(slots=True)
class _Ids:
    """Ids of one kind: the one we gave it before, else the file's, made to fit."""

    taken: set[str] = field(default_factory=set)
    numbers: dict[str, int] = field(default_factory=lambda: defaultdict(lambda: 1))

    def give(self, part: FileNode | FileFlow) -> str:
        wanted = part.own_id if part.own_id and not _STRANGE.search(part.own_id) else part.id
        base = (_STRANGE.sub("_", wanted) or "_")[:MAX_ID]
        found = base
        while found in self.taken:
            self.numbers[base] += 1
            tail = f"_{self.numbers[base]}"
            found = base[: MAX_ID - len(tail)] + tail
        self.taken.add(found)
        return found


class _Import:
    def __init__(self, file: File) -> None:
        self.file = file
        self.findings = list(file.findings)
        self.about = self.known_about()

    def imported(self) -> Imported:
        folded = fold_boundaries(*self.connected(), self.file.errors)
        nodes, flows, merged = forget_merges(folded.nodes, folded.flows)
        nodes, flows = take_in_events(nodes, flows)
        for part in merged:
            self.note(part, "bpmn.merge_dissolved", "Ways may meet in any step; no gateway is needed for it.", "info")
        parts: list[FileNode | FileFlow] = [*nodes, *flows]
        for named in parts:
            if len(named.name) > words.MAX_NAME:
                reason = f"A name has at most {words.MAX_NAME} characters; it was shortened."
                self.note(named, "bpmn.name_shortened", reason, "info")
        node_ids, edge_ids = _Ids(), _Ids()
        ids = {node.id: node_ids.give(node) for node in nodes}
        edges_of = {flow.id: edge_ids.give(flow) for flow in flows}
        outgoing: dict[str, list[FileFlow]] = defaultdict(list)
        for flow in flows:
            if flow.id not in folded.ports:
                outgoing[flow.source].append(flow)
        ports = dict(folded.ports)
        drawn = []
        for node in nodes:
            flows_out = _in_order(node, outgoing[node.id])
            ways = self.node(node, flows_out, ids[node.id], edges_of, exits=folded.exits[node.id])
            ports |= ways.ports
            drawn.append(ways.node)
        edges = [self.edge(flow, ids, edges_of[flow.id], ports.get(flow.id)) for flow in flows]
        self.bound_loops([node.id for node in drawn], edges, flows)
        graph = self.graph(drawn, edges)
        known = self.about or Flow(graph=graph)
        layout = layout_with(graph, known.layout, drawn_places(self.file.root, ids))
        document = Flow(key=known.key, title=self.title(), graph=graph, layout=layout)
        return Imported(document=document, findings=tuple(self.findings))

    def known_about(self) -> Flow | None:
        """What we wrote beside the process, if it still can be read."""
        if self.file.about is None:
            return None
        try:
            return read_flow(self.file.about)
        except BadInput:
            self.findings.append(
                Finding(
                    code="bpmn.extension_unreadable", kind="process", element="", name=self.file.name,
                    reason=UNREADABLE, severity="warning",
                )
            )  # fmt: skip
            return None

    def title(self) -> LocalText:
        """The title that we wrote, unless somebody renamed the process since."""
        known = self.about.title if self.about else None
        if known is not None and words.text_of(known).strip() == self.file.name:
            return known
        return LocalText.model_validate(words.local_text(self.file.name))

    def connected(self) -> tuple[list[FileNode], list[FileFlow]]:
        """The nodes, and the flows between two of them."""
        known = {node.id for node in self.file.nodes}
        flows = []
        for flow in self.file.flows:
            if flow.source in known and flow.target in known and flow.id:
                flows.append(flow)
            else:
                self.note(flow, "bpmn.broken_reference", "It does not connect two elements of the process.", "error")
        return list(self.file.nodes), flows

    def node(
        self, node: FileNode, flows: list[FileFlow], own_id: str, edges: dict[str, str], *, exits: list[Exit]
    ) -> Ways:
        """The node as we draw it, with the ports by which its flows leave and its exits for failures."""
        found = None
        if node.own is not None:
            found = own_node(node, own_id)
            if found is None:
                self.note(node, "bpmn.extension_unreadable", UNREADABLE, "warning")
        is_own = found is not None
        if found is None:
            found, notes = foreign_node(node, own_id, ways_out=len(flows))
            for code, reason, severity in notes:
                self.note(node, code, reason, severity)
        if exits or is_own:
            found = with_exits(found, exits)
        if found.type == words.EVENT_CHOICE:
            ways = ways_by_events(node, found, flows, edges)
        else:
            ways = ways_of(node, found, flows, edges, is_own=is_own)
        for part, code, reason, severity in ways.notes:
            self.note(part, code, reason, severity)
        return ways

    def edge(self, flow: FileFlow, nodes: dict[str, str], own_id: str, port: str | None) -> dict[str, Any]:
        """The document of an edge: what we wrote, with the ends that the file shows."""
        known = dict(flow.own or {}) | ({} if port is None else {"port": port})
        ends = {"id": own_id, "from": nodes[flow.source], "to": nodes[flow.target]}
        if not _fits({**known, **ends}):
            self.note(flow, "bpmn.extension_unreadable", UNREADABLE, "warning")
            known = {"port": port or "out"}
        return known | ends

    def bound_loops(self, nodes: list[str], edges: list[dict[str, Any]], flows: list[FileFlow]) -> None:
        """Lines of another tool that close a loop become back edges."""
        returning = closing_edges(nodes, edges)
        for edge, flow in zip(edges, flows, strict=True):
            if flow.own is None and edge["id"] in returning:
                edge.update(kind="back", max_rounds=ROUNDS)
                reason = f"It closes a loop; ours are bounded, this one by {ROUNDS} rounds."
                self.note(flow, "bpmn.loop_bounded", reason, "warning")

    def graph(self, nodes: list[Node], edges: list[dict[str, Any]]) -> Graph:
        around = self.about.graph.to_json() if self.about else {"format": 1}
        return read_graph(around | {"nodes": [words.as_drawn(node) for node in nodes], "edges": edges})

    def note(self, part: FileNode | FileFlow, code: str, reason: str, severity: Severity) -> None:
        kind = part.kind if isinstance(part, FileNode) else "sequenceFlow"
        self.findings.append(
            Finding(code=code, kind=kind, element=part.id, name=part.name, reason=reason, severity=severity)
        )


def _fits(document: dict[str, Any]) -> bool:
    try:
        Edge.model_validate(document)
    except ValidationError:
        return False
    return True


def _in_order(node: FileNode, flows: list[FileFlow]) -> list[FileFlow]:
    """In the order in which the node lists them; the rest as the file has them."""
    rank = {flow: place for place, flow in reversed(list(enumerate(node.outgoing_order)))}
    return sorted(flows, key=lambda flow: rank.get(flow.id, len(rank)))
