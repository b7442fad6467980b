"""Which port each flow leaves a node by, and what a gateway's branches are; gateways that only let ways meet."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

from workflows.engine.graph import Edge, Node
from workflows.exchange import bpmn_words as words
from workflows.exchange.bpmn_file import FileFlow, FileNode
from workflows.exchange.foreign_conditions import LANGUAGE, in_our_language
from workflows.exchange.imported import Severity

SHOWN = 200  # characters of a condition in a reason
MAX_CONDITION, MAX_NAME = 2_000, 200


@dataclass(slots=True, kw_only=True)
class Ways:
    """A node with the ports of its flows; flows whose port we wrote and nobody changed are not among them."""

    node: Node
    ports: dict[str, str] = field(default_factory=dict)
    notes: list[tuple[FileNode | FileFlow, str, str, Severity]] = field(default_factory=list)


def forget_merges(
    nodes: list[FileNode], flows: list[FileFlow]
) -> tuple[list[FileNode], list[FileFlow], list[FileNode | FileFlow]]:
    """Without the gateways that only let ways meet: their ways lead on to where they led.

    One before a join stays, because there every way counts, and so do gateways that lead to each other in a circle.
    """
    outgoing: dict[str, list[FileFlow]] = defaultdict(list)
    incoming: Counter[str] = Counter(flow.target for flow in flows)
    for flow in flows:
        outgoing[flow.source].append(flow)
    kinds = {node.id: node.kind for node in nodes}
    ways = {
        node.id: outgoing[node.id][0]
        for node in nodes
        if node.kind == "exclusiveGateway" and node.own is None and len(outgoing[node.id]) == 1
        and incoming[node.id] and not outgoing[node.id][0].condition.strip() and not outgoing[node.id][0].own
    }  # fmt: skip
    ends: dict[str, str] = {}
    for gateway in ways:
        seen: set[str] = set()
        at = gateway
        while at in ways and at not in seen:
            seen.add(at)
            at = ends.get(at) or ways[at].target
        if at not in seen and kinds[at] not in {"parallelGateway", "inclusiveGateway", "complexGateway"}:
            ends[gateway] = at
    gone = {ways[gateway].id for gateway in ends}
    kept = [replace(flow, target=ends.get(flow.target, flow.target)) for flow in flows if flow.id not in gone]
    forgotten = [node for node in nodes if node.id in ends], [flow for flow in flows if flow.id in gone]
    return [node for node in nodes if node.id not in ends], kept, [*forgotten[0], *forgotten[1]]


def ways_of(node: FileNode, drawn: Node, flows: list[FileFlow], edges: dict[str, str], *, is_own: bool) -> Ways:
    """The ports of a node's flows."""
    if drawn.type == "exclusive" or (drawn.type == "inclusive" and not _only_joins(node, drawn, flows)):
        return _Choice(node, drawn, flows, edges).ways()
    ways = Ways(node=drawn)
    foreign = [flow for flow in flows if flow.own is None]
    for flow in foreign:
        if flow.condition.strip():
            reason = f"Only a gateway decides by conditions: {flow.condition.strip()[:SHOWN]}"
            ways.notes.append((flow, "bpmn.conditional_flow", reason, "error"))
    if drawn.type == "parallel":
        _fork(ways, flows, foreign, edges)
    elif drawn.type == "approval":
        ways.ports = dict.fromkeys((flow.id for flow in foreign), words.APPROVED)
        if foreign and not is_own:
            reason = "It is left when approved; draw what happens when rejected."
            ways.notes.append((node, "bpmn.no_rejection", reason, "error"))
    else:
        ways.ports = dict.fromkeys((flow.id for flow in foreign), "out")
    return ways


def _only_joins(node: FileNode, drawn: Node, flows: list[FileFlow]) -> bool:
    """Whether a gateway that might decide has nothing to decide: one way leads on, whatever holds."""
    decides = words.branches_of(drawn) or node.default or any(flow.condition.strip() for flow in flows)
    return not decides and not flows[1:]


def _fork(ways: Ways, flows: list[FileFlow], foreign: list[FileFlow], edges: dict[str, str]) -> None:
    known = words.branches_of(ways.node)
    if not foreign:
        return
    if len(flows) == 1 and not known:
        ways.ports[foreign[0].id] = "out"
        return
    branches = known + [_branch(flow, edges[flow.id]) for flow in foreign]
    ways.ports = {flow.id: edges[flow.id] for flow in foreign}
    ways.node = _with_branches(ways.node, branches)


class _Choice:
    """A gateway with conditions. What we wrote holds as long as the file shows the same; else the file is right."""

    def __init__(self, node: FileNode, drawn: Node, flows: list[FileFlow], edges: dict[str, str]) -> None:
        self.node, self.drawn, self.flows, self.edges = node, drawn, flows, edges
        self.answer = Ways(node=drawn)
        self.branches = [dict(one) for one in words.branches_of(drawn)]
        self.is_changed = False

    def ways(self) -> Ways:
        for flow in self.flows:
            known = self.edge(flow)
            if flow.id == self.node.default:
                self.take_as_default(flow, known)
            elif known is None or (known.port == words.OTHERWISE and self.shows_another_default(known)):
                self.add(flow)
            else:
                self.compare(flow, known)
        if self.is_changed:
            self.answer.node = _with_branches(self.drawn, self.branches)
        return self.answer

    def edge(self, flow: FileFlow) -> Edge | None:
        """The flow as an edge that we wrote."""
        port = flow.own.get("port", "out") if flow.own is not None else None
        if not isinstance(port, str) or not 0 < len(port) <= words.MAX_PORT:
            return None
        return Edge.model_validate(
            {"id": self.edges[flow.id], "from": self.drawn.id, "to": self.drawn.id, "port": port}
        )

    def shows_another_default(self, known: Edge) -> bool:
        """Whether the file's default is not this edge, although it was when we wrote it."""
        first = next((flow for flow in self.flows if (one := self.edge(flow)) and one.port == words.OTHERWISE), None)
        return first is not None and self.edges[first.id] == known.id

    def take_as_default(self, flow: FileFlow, known: Edge | None) -> None:
        if known is not None and known.port == words.OTHERWISE:
            return
        if known is not None:
            self.branches = [one for one in self.branches if one.get("port") != known.port]
            self.is_changed = True
        self.answer.ports[flow.id] = words.OTHERWISE

    def add(self, flow: FileFlow) -> None:
        """A branch of its own, named like the flow."""
        taken = {one.get("port") for one in self.branches} | {words.OTHERWISE}
        port = self.edges[flow.id]
        while port in taken:
            port = f"{port[: words.MAX_PORT - 1]}_"
        self.branches.append(_branch(flow, port) | {"when": self.condition(flow)})
        self.answer.ports[flow.id] = port
        self.is_changed = True

    def compare(self, flow: FileFlow, known: Edge) -> None:
        branch = next((one for one in self.branches if one.get("port") == known.port), None)
        if branch is None:
            return
        if flow.condition != words.condition_of(self.drawn, known):
            branch["when"] = self.condition(flow)
            self.is_changed = True
        if flow.name != words.branch_name_of(self.drawn, known).strip():
            branch["name"] = words.local_text(flow.name)
            self.is_changed = True

    def condition(self, flow: FileFlow) -> str:
        """In our language; as it stands when that cannot be said exactly, so that nobody publishes it unread."""
        text = flow.condition.strip()
        if not text:
            self.note(flow, "bpmn.condition_missing", "A branch that is not the default needs a condition.")
            return ""
        if flow.language == LANGUAGE:
            return flow.condition[:MAX_CONDITION]
        found = in_our_language(text, flow.language)
        if found is None:
            reason = f"Its condition cannot be said exactly in our language; write it again: {text[:SHOWN]}"
            self.note(flow, "bpmn.condition_foreign", reason)
            return f"? {text}"[:MAX_CONDITION]
        if found != text:
            reason = f"Its condition was rewritten: {text[:SHOWN]} is now {found[:SHOWN]}"
            self.answer.notes.append((flow, "bpmn.condition_rewritten", reason, "info"))
        return found

    def note(self, flow: FileFlow, code: str, reason: str) -> None:
        self.answer.notes.append((flow, code, reason, "error"))


def _branch(flow: FileFlow, port: str) -> dict[str, Any]:
    return {"port": port} | ({"name": words.local_text(flow.name)} if flow.name else {})


def _with_branches(node: Node, branches: list[dict[str, Any]]) -> Node:
    return node.model_copy(update={"config": node.config | {"branches": branches}})
