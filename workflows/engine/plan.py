"""A version compiled for running: look-ups instead of searches, parsed programs, joins worked out. Never stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows.engine.catching import Catches, catches_of
from workflows.engine.graph import Edge, Graph
from workflows.engine.node_type import NodeType, Place
from workflows.engine.regions import branches_of
from workflows.engine.registry import Registry
from workflows.engine.structure import Branch, Branches
from workflows.engine.variables import Variable, parse_variables

STEP_BUDGET = 10_000  # passes that any step may make; a large drawing may be passed once in full


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """Where a port leads. Passes of `counted` edges, which close a loop, are counted."""

    edge: str
    to: str
    counted: bool
    max_rounds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanNode(Place[Any]):
    """A node ready to run. `joins` are the edges whose tokens meet in it before it goes on; empty if it does not join.

    It goes on when every edge has delivered; one that `merges`, when nobody who could still come is under way.
    """

    type: NodeType[Any]
    exits: Mapping[str, Exit]
    joins: tuple[str, ...]
    merges: bool
    catches: Catches


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A compiled version. `branches` tells which forks enclose each node and edge, `loops` the ends of back edges.

    `merges` tells whether any node does. A run without an endless loop passes fewer nodes in one step than its
    `step_budget`.
    """

    nodes: Mapping[str, PlanNode]
    start: PlanNode
    variables: tuple[Variable, ...]
    branches: Branches
    loops: Mapping[str, tuple[str, str]]  # from where to where
    merges: bool
    step_budget: int

    def branch_at(self, node: str, via: str | None) -> Branch | None:
        """The innermost branch of a token at this node that came by this edge.

        One that waits at a join still belongs to the branch that brought it.
        """
        if via is not None and via in self.nodes[node].joins:
            return self.branches.edges.get(via)
        return self.branches.nodes.get(node)


def compile_plan(graph: Graph, *, registry: Registry, flow: str = "") -> Plan:
    """Compile a graph that `validate` found without errors; otherwise KeyError or ValidationError may come.

    `flow` is the key of the flow that it is a version or a draft of.
    """
    types = {node.id: registry.get(node.type) for node in graph.nodes}
    variables = parse_variables(declarations(graph))
    joins = joining_edges(graph, registry=registry)
    exits: dict[str, dict[str, Exit]] = {node: {} for node in types}
    for edge in graph.edges:
        exits[edge.source][edge.port] = Exit(
            edge=edge.id, to=edge.target,
            counted=edge.kind == "back", max_rounds=edge.max_rounds,
        )  # fmt: skip
    nodes: dict[str, PlanNode] = {}
    for node in graph.nodes:
        config = types[node.id].Config.model_validate(node.config)
        nodes[node.id] = PlanNode(
            id=node.id, type=types[node.id], name=node.name, config=config, flow=flow,
            program=types[node.id].compile(config, variables),
            exits=exits[node.id], joins=joins.get(node.id, ()),
            merges=node.id in joins and types[node.id].synchronizes == "branches",
            catches=catches_of(config),
        )  # fmt: skip
    return Plan(
        nodes=nodes,
        start=next(node for node in nodes.values() if node.type.is_start),
        variables=variables,
        branches=branches_of(graph, registry=registry),
        loops={edge.id: (edge.source, edge.target) for edge in graph.edges if edge.kind == "back"},
        merges=any(node.merges for node in nodes.values()),
        step_budget=max(STEP_BUDGET, len(graph.edges) + 1),
    )


def joining_edges(graph: Graph, *, registry: Registry) -> dict[str, tuple[str, ...]]:
    """For each node that joins: the ids of the edges it waits for. Back edges are never waited for."""
    incoming: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        if edge.kind == "normal":
            incoming.setdefault(edge.target, []).append(edge)
    return {
        node.id: tuple(edge.id for edge in incoming[node.id])
        for node in graph.nodes
        if registry.get(node.type).synchronizes != "nothing" and len(incoming.get(node.id, ())) > 1
    }


def declarations(graph: Graph) -> list[dict[str, Any]]:
    """The declarations of a graph's variables as they were given, for `variables` to read."""
    return [one.model_dump(exclude_unset=True) for one in graph.variables]
