"""Every reason why a graph cannot be published, all at once, each tied to a node or an edge."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import networkx as nx
from pydantic import ValidationError

from workflows.engine.catching import catch_problems, error_ports
from workflows.engine.graph import Edge, Graph, Node
from workflows.engine.node_type import CheckContext, Port, Problem
from workflows.engine.plan import declarations
from workflows.engine.regions import branches_of
from workflows.engine.registry import AnyNodeType, Registry
from workflows.engine.return_check import return_problems
from workflows.engine.state import Json
from workflows.engine.structure import reachable
from workflows.engine.variables import Variable, read_declarations
from workflows.engine.ways import Way, nodes_of, shortest_way
from workflows.engine.world import World

_STRUCTURE = {
    "parallel.branches_meet_without_join": "Expected branches that run side by side to meet at a join, "
    "found them meeting here without one.",
    "parallel.join_never_complete": "Expected one token from each branch of one fork, found ways "
    "in that never all arrive: this join would wait for ever.",
    "parallel.join_misses_branches": "Expected all branches of the fork at its join, found some missing.",
    "parallel.branch_ends_before_join": "Expected this branch to reach the join of its fork, found "
    "that it can end before: the join would wait for ever.",
    "parallel.branch_ends_all_at_once": "Expected a wait before a branch ends the whole run, found none: the branches "
    "beside it could do nothing.",
    "parallel.loop_leaves_branch": "Expected a loop inside one branch, found one that jumps out of it.",
    "cancel.unknown_node": "Expected steps of this drawing, found others.",
    "cancel.itself": "Expected other steps to withdraw, found this one itself.",
    "cancel.never_active": "Expected steps beside which this one may be reached, found steps of its own way.",
    "cancel.leaves_some": "Expected all steps of the other branches, found some that would go on alone.",
    "cancel.join_would_wait": "Expected all that a join waits for to be withdrawn, or nothing of it, found a part.",
    "cancel.at_once": "Expected a wait before the steps are withdrawn, found none: they could do nothing.",
    "inclusive.fork_not_closed": "Expected all ways out of this fork to meet at one inclusive join, found a way that "
    "leads past any.",
    "inclusive.join_not_the_only_one": "Expected one inclusive join for the branches of a fork, found a second one.",
}

_SHOWN = 50  # lines of a loop or a way


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    """What of a graph can be reasoned about: each node once, and the edges that connect two of them.

    A node whose type nobody knows is given the benefit of the doubt: it may be an end, and it may wait.
    """

    types: Mapping[str, AnyNodeType | None]
    edges: Sequence[Edge]
    outgoing: Mapping[str, Sequence[Edge]]
    incoming: Mapping[str, Sequence[Edge]]

    def all_of(self, wanted: Callable[[AnyNodeType], bool]) -> list[str]:
        return [node for node, found in self.types.items() if found is not None and wanted(found)]

    @property
    def unknown(self) -> list[str]:
        return [node for node, found in self.types.items() if found is None]


def validate(graph: Graph, *, registry: Registry, world: World, now: datetime, flow: str = "") -> tuple[Problem, ...]:
    """All problems of a graph, errors before warnings, in the order of the drawing. No errors: it can be published.

    `flow` is the key of the flow that it draws, if it has one.
    """
    drawing = _drawing(graph, registry)
    variables, problems = _variables(graph)
    problems += _ids(graph)
    ports: dict[str, tuple[Port, ...]] = {}
    steps = {node.id: node.type for node in graph.nodes}
    context = CheckContext(variables=variables, world=world, now=now, flow=flow, steps=steps)
    for node in graph.nodes:
        node_type = drawing.types[node.id]
        problems += [_unknown_type(node)] if node_type is None else _check_node(node, node_type, context, ports)
    problems += _edges(graph, ports)
    problems += _shape(drawing)
    if not drawing.unknown:
        problems += _nesting(graph, drawing, registry)
        problems += return_problems(graph, registry=registry)
    return _in_order(graph, problems)


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any of them forbids publishing."""
    return any(problem.severity == "error" for problem in problems)


def _in_order(graph: Graph, problems: list[Problem]) -> tuple[Problem, ...]:
    """Errors first; what concerns the whole, then each node in its place, followed by its outgoing edges."""
    nodes = {node.id: place for place, node in reversed(list(enumerate(graph.nodes)))}
    edges = {edge.id: (nodes.get(edge.source, -1), place) for place, edge in enumerate(graph.edges)}

    def place(problem: Problem) -> tuple[bool, int, int]:
        node, edge = edges.get(problem.edge or "", (-1, -1))
        return problem.severity != "error", nodes.get(problem.node or "", node), edge

    return tuple(sorted(problems, key=place))


def _drawing(graph: Graph, registry: Registry) -> _Drawing:
    types: dict[str, AnyNodeType | None] = {}
    for node in graph.nodes:
        types.setdefault(node.id, registry.find(node.type))
    edges = [edge for edge in graph.edges if edge.source in types and edge.target in types]
    outgoing: dict[str, list[Edge]] = {node: [] for node in types}
    incoming: dict[str, list[Edge]] = {node: [] for node in types}
    for edge in edges:
        outgoing[edge.source].append(edge)
        incoming[edge.target].append(edge)
    return _Drawing(types=types, edges=edges, outgoing=outgoing, incoming=incoming)


def _variables(graph: Graph) -> tuple[tuple[Variable, ...], list[Problem]]:
    """The sound declarations, against which conditions are checked, and what is wrong with the others."""
    sound, wrong = read_declarations(declarations(graph))
    return sound, [Problem(code="variables.malformed", message=str(one), path=one.path, params={}) for one in wrong]


def _ids(graph: Graph) -> Iterator[Problem]:
    seen: set[str] = set()
    for node in graph.nodes:
        if node.id in seen:
            yield Problem(
                code="node.id_repeated", message=f"Expected each id once, found {node.id!r} again.", node=node.id
            )
        seen.add(node.id)
    edges: set[str] = set()
    for edge in graph.edges:
        if edge.id in edges:
            yield Problem(
                code="edge.id_repeated", message=f"Expected each id once, found {edge.id!r} again.", edge=edge.id
            )
        edges.add(edge.id)
        for end, name in ((edge.source, "from"), (edge.target, "to")):
            if end not in seen:
                yield Problem(
                    code="edge.unknown_node", edge=edge.id, path=name, params={"node": end},
                    message=f"Expected a node of this graph, found {end!r}.",
                )  # fmt: skip


def _unknown_type(node: Node) -> Problem:
    return Problem(
        code="node.unknown_type", node=node.id, params={"type": node.type},
        message=f"Expected a known node type, found {node.type!r}.",
    )  # fmt: skip


def _check_node(
    node: Node,
    node_type: AnyNodeType,
    context: CheckContext,
    ports: dict[str, tuple[Port, ...]],
) -> Iterator[Problem]:
    try:
        config: Any = node_type.Config.model_validate(node.config)
    except ValidationError as error:
        for item in error.errors(include_url=False, include_input=False, include_context=False):
            yield Problem(
                code="config.malformed", message=item["msg"], node=node.id,
                path=".".join(str(part) for part in item["loc"]), params={"type": item["type"]},
            )  # fmt: skip
        return
    ports[node.id] = (*node_type.ports(config), *error_ports(config))
    context = replace(context, node=node.id)
    for problem in (*node_type.check(config, context), *catch_problems(config, context)):
        yield replace(problem, node=node.id)


def _edges(graph: Graph, ports: dict[str, tuple[Port, ...]]) -> Iterator[Problem]:
    names = {node: [port.port for port in offered] for node, offered in ports.items()}
    used: set[tuple[str, str]] = set()
    for edge in graph.edges:
        if edge.source in names and edge.port not in names[edge.source]:
            yield Problem(
                code="edge.unknown_port", edge=edge.id, node=edge.source,
                params={"port": edge.port, "ports": names[edge.source]},
                message=f"Expected one of the ports {names[edge.source]}, found {edge.port!r}.",
            )  # fmt: skip
        if (edge.source, edge.port) in used:
            yield Problem(
                code="edge.port_taken", edge=edge.id, node=edge.source, params={"port": edge.port},
                message=f"Expected one edge from port {edge.port!r}, found another.",
            )  # fmt: skip
        used.add((edge.source, edge.port))
        if edge.kind == "back" and edge.max_rounds is None:
            yield Problem(
                code="edge.max_rounds_missing", edge=edge.id,
                message="Expected max_rounds on an edge that closes a loop, found none.",
            )  # fmt: skip
    for node, offered in ports.items():
        for port in offered:
            if port.required and (node, port.port) not in used:
                yield Problem(
                    code="port.not_connected", node=node, params={"port": port.port},
                    message=f"Expected an edge from port {port.port!r}, found none.",
                )  # fmt: skip


def _shape(drawing: _Drawing) -> Iterator[Problem]:
    starts = drawing.all_of(lambda node_type: node_type.is_start)
    ends = drawing.all_of(lambda node_type: node_type.is_end)
    if not starts and not drawing.unknown:
        yield Problem(code="graph.no_start", message="Expected one start, found none.")
    for extra in starts[1:]:
        yield Problem(code="graph.several_starts", message="Expected one start, found another.", node=extra)
    if not ends and not drawing.unknown:
        yield Problem(code="graph.no_end", message="Expected an end, found none.")
    for start in starts:
        for edge in drawing.incoming[start]:
            yield Problem(code="edge.into_start", message="Expected no edge into the start, found one.", edge=edge.id)
    yield from _reach(drawing, starts, ends)
    yield from _cycles(drawing, starts)
    yield from _automatic_loops(drawing)


def _reach(drawing: _Drawing, starts: list[str], ends: list[str]) -> Iterator[Problem]:
    if not starts:
        return
    onwards = {node: [edge.target for edge in edges] for node, edges in drawing.outgoing.items()}
    backwards = {node: [edge.source for edge in edges] for node, edges in drawing.incoming.items()}
    reached = reachable(onwards, starts)
    finishing = reachable(backwards, [*ends, *drawing.unknown])
    for node in drawing.types:
        if node not in reached:
            yield Problem(
                code="node.unreachable", node=node,
                message="Expected a way from the start to this node, found none.",
            )  # fmt: skip
        elif node not in finishing:
            way = shortest_way(drawing.outgoing, starts, {node}) or ()
            yield Problem(
                code="node.no_way_to_end", node=node, params=_shown(way),
                message="Expected a way from this node to an end, found none.",
            )  # fmt: skip


def _cycles(drawing: _Drawing, starts: list[str]) -> Iterator[Problem]:
    """One problem for each edge that returns to a node on the way to it, walked depth first from the start."""
    done: set[str] = set()
    for root in (*starts, *drawing.types):
        path = {} if root in done else {root: iter(drawing.outgoing[root])}
        while path:
            node, edges = next(reversed(path.items()))
            edge = next(edges, None)
            if edge is None:
                done.add(node)
                del path[node]
            elif edge.kind == "back" or edge.target in done:
                continue
            elif edge.target in path:
                yield Problem(
                    code="graph.cycle", edge=edge.id, params=_shown(_loop(drawing.outgoing, edge, _is_normal)),
                    message="Expected the edge that closes a loop to be a back edge, found a plain cycle.",
                )  # fmt: skip
            else:
                path[edge.target] = iter(drawing.outgoing[edge.target])


def _is_normal(edge: Edge) -> bool:
    return edge.kind == "normal"


def _loop(outgoing: Mapping[str, Sequence[Edge]], last: Edge, usable: Callable[[Edge], bool]) -> Way:
    """The shortest loop that this edge closes, along usable edges."""
    return (*(shortest_way(outgoing, [last.target], {last.source}, usable=usable) or ()), last)


def _shown(way: Way) -> dict[str, Json]:
    """A way as the designer draws it: its nodes and the lines between them, in order."""
    shown = way[:_SHOWN]
    return {"nodes": list(nodes_of(shown)), "edges": [edge.id for edge in shown]} if shown else {}


def _automatic_loops(drawing: _Drawing) -> Iterator[Problem]:
    waiting = {node for node, found in drawing.types.items() if found is None or found.waits}
    automatic = [edge for edge in drawing.edges if edge.source not in waiting and edge.target not in waiting]
    returning = [edge for edge in automatic if edge.kind == "back"]
    if not returning:
        return
    directed: nx.DiGraph[str] = nx.DiGraph()
    directed.add_edges_from((edge.source, edge.target) for edge in automatic)
    loops = {node: index for index, part in enumerate(nx.strongly_connected_components(directed)) for node in part}
    for edge in returning:
        if loops[edge.source] == loops[edge.target]:
            loop = _loop(drawing.outgoing, edge, lambda one: one.source not in waiting and one.target not in waiting)
            yield Problem(
                code="graph.automatic_loop", edge=edge.id, params=_shown(loop),
                message="Expected a step that waits inside a loop, found one that would spin.",
            )  # fmt: skip


def _nesting(graph: Graph, drawing: _Drawing, registry: Registry) -> Iterator[Problem]:
    for found in branches_of(graph, registry=registry).conflicts:
        shown = _shown(found.way)
        if found.steps:
            shown["steps"] = list(found.steps[:_SHOWN])
        yield Problem(code=found.code, message=_STRUCTURE[found.code], node=found.node, params=shown)
    for node in drawing.all_of(lambda node_type: node_type.synchronizes != "nothing"):
        ways = sum(edge.kind == "normal" for edge in drawing.incoming[node])
        if ways > 1:
            for edge in drawing.incoming[node]:
                if edge.kind == "back":
                    yield Problem(
                        code="edge.back_into_join", edge=edge.id,
                        message="Expected a loop to return before the fork, found it entering a join.",
                    )  # fmt: skip
        elif len(drawing.outgoing[node]) == 1:
            yield Problem(
                code="parallel.does_nothing", node=node, severity="warning",
                message="Expected a gateway that forks or joins, found one way in and one way out.",
            )  # fmt: skip
