"""A choice by events: one step of ours, which BPMN draws as a gateway with an event on each way out of it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workflows.engine.due import parse_duration
from workflows.engine.graph import Edge, Node
from workflows.exchange import bpmn_words as words
from workflows.exchange.bpmn_file import Awaited, FileFlow, FileNode, local
from workflows.exchange.bpmn_gateways import Ways
from workflows.exchange.bpmn_steps import duration_in

_GATEWAY = "eventBasedGateway"
_RECEIVES = "receiveTask"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnEvent:
    """A branch as a file shows it: its name, what event it is, how long a time lasts, and the edges behind it."""

    port: str
    name: str
    definition: str
    after: str
    edges: tuple[Edge, ...]


def drawn_events(node: Node, outgoing: list[Edge]) -> Iterator[DrawnEvent]:
    """The branches that lead somewhere; a draft may have others."""
    for branch in words.branches_of(node):
        port = branch.get("port")
        edges = tuple(edge for edge in outgoing if edge.port == port)
        if edges and branch is _branch(node, edges[0]):  # not a later one with the same port
            after = branch.get("after")
            yield DrawnEvent(
                port=edges[0].port, name=words.branch_name_of(node, edges[0]), definition=_event_of(branch),
                after=words.plain(after) if isinstance(after, str) else "", edges=edges,
            )  # fmt: skip


def take_in_events(nodes: list[FileNode], flows: list[FileFlow]) -> tuple[list[FileNode], list[FileFlow]]:
    """Events behind a gateway become part of it, and what leads on from them leads on from it.

    Of a gateway of another tool all or none: an event that no branch of ours can be keeps the whole of it.
    """
    outgoing: dict[str, list[FileFlow]] = defaultdict(list)
    incoming: Counter[str] = Counter(flow.target for flow in flows)
    for flow in flows:
        outgoing[flow.source].append(flow)
    by_id = {node.id: node for node in nodes}
    gone: set[str] = set()
    moved: dict[str, str] = {}
    for gateway in nodes:
        if gateway.kind != _GATEWAY:
            continue
        rank = {flow: place for place, flow in reversed(list(enumerate(gateway.outgoing_order)))}
        ways = sorted(outgoing[gateway.id], key=lambda flow: rank.get(flow.id, len(rank)))
        taken = [
            way for way in ways
            if not way.condition.strip() and way.own is None and incoming[way.target] == 1
            and _can_be_taken(by_id[way.target], outgoing[way.target], is_own=gateway.own is not None)
        ]  # fmt: skip
        if gateway.own is None and len(taken) < len(ways):
            continue
        order: list[str] = []
        for way in ways:
            if way not in taken:
                order.append(way.id)
                continue
            event = by_id[way.target]
            leading = [flow.id for flow in outgoing[event.id]]
            gateway.awaited.append(Awaited(event=event if event.name else replace(event, name=way.name), flows=leading))
            order += leading
            gone |= {way.id, event.id}
            moved |= dict.fromkeys(leading, gateway.id)
        gateway.outgoing_order = order
    kept = [replace(flow, source=moved.get(flow.id, flow.source)) for flow in flows if flow.id not in gone]
    return [node for node in nodes if node.id not in gone], kept


def _can_be_taken(event: FileNode, leading: list[FileFlow], *, is_own: bool) -> bool:
    if event.own is not None or any(flow.condition.strip() for flow in leading):
        return False
    if not is_own and len(leading) > 1:
        return False
    kinds = [local(one) for one in event.events]
    if event.kind == _RECEIVES:
        return not kinds
    if event.kind != words.CATCH or kinds not in ([words.MESSAGE], [words.TIMER]):
        return False
    after = duration_in(event)
    return is_own or kinds == [words.MESSAGE] or (after is not None and parse_duration(after) is not None)


def ways_by_events(node: FileNode, drawn: Node, flows: list[FileFlow], edges: Mapping[str, str]) -> Ways:
    """The ports of what leads on, and the branches: those that we wrote as long as the file shows the same."""
    ways = Ways(node=drawn)
    known = {flow.id: flow for flow in flows}
    branches = [dict(one) for one in words.branches_of(drawn)]
    before = [dict(one) for one in branches]
    for awaited in node.awaited:
        told = [_as_edge(known[flow], drawn, edges) for flow in awaited.flows]
        edge = next((one for one in told if one is not None), None)
        branch = None if edge is None else next((one for one in branches if one.get("port") == edge.port), None)
        is_new = edge is None or branch is None
        if edge is None or branch is None:
            branch = _added(awaited, branches, edges)
            branches.append(branch)
            ways.ports |= dict.fromkeys(awaited.flows, branch["port"])
        elif awaited.event.name != words.branch_name_of(drawn, edge).strip():
            branch["name"] = words.local_text(awaited.event.name)
        became = _shown(awaited.event, branch)
        if became == words.MESSAGE or (is_new and _event_of(branch) == words.MESSAGE):
            reason = "Say which message it waits for and by which key: the file does not, in words of ours."
            ways.notes.append((awaited.event, "bpmn.no_message", reason, "error"))
    if branches != before:
        ways.node = drawn.model_copy(update={"config": drawn.config | {"branches": branches}})
    return ways


def _added(awaited: Awaited, branches: list[dict[str, Any]], edges: Mapping[str, str]) -> dict[str, Any]:
    """A branch of its own, named like the event."""
    taken = {one.get("port") for one in branches}
    port = edges[awaited.flows[0]] if awaited.flows else awaited.event.id
    port = port[: words.MAX_PORT]
    while port in taken:
        port = f"{port[: words.MAX_PORT - 1]}_"
    name = words.local_text(awaited.event.name)
    return {"port": port} | ({"name": name} if name else {}) | {"on": "message"}


def _shown(event: FileNode, branch: dict[str, Any]) -> str | None:
    """Write into the branch what the file shows of its event; which event it became, if it was another."""
    definition = words.TIMER if any(local(one) == words.TIMER for one in event.events) else words.MESSAGE
    is_another = _event_of(branch) != definition
    if is_another:
        branch["on"] = "time" if definition == words.TIMER else "message"
    after, known = duration_in(event), branch.get("after")
    if after is not None and after != (words.plain(known).strip() if isinstance(known, str) else ""):
        branch["after"] = after
    return definition if is_another else None


def _as_edge(flow: FileFlow, drawn: Node, edges: Mapping[str, str]) -> Edge | None:
    """The flow as an edge that we wrote."""
    port = flow.own.get("port", "out") if flow.own is not None else None
    if not isinstance(port, str) or not 0 < len(port) <= words.MAX_PORT:
        return None
    return Edge.model_validate({"id": edges[flow.id], "from": drawn.id, "to": drawn.id, "port": port})


def _branch(node: Node, edge: Edge) -> dict[str, Any] | None:
    return next((one for one in words.branches_of(node) if one.get("port") == edge.port), None)


def _event_of(branch: Mapping[str, Any]) -> str:
    return words.TIMER if branch.get("on") == "time" else words.MESSAGE
