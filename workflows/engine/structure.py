"""How parallel branches nest: for each node and edge, the innermost branch it lies in.

Found by one walk from the start along normal edges: a fork's port opens a branch, the join where its branches meet
closes it. Where two ways into a node disagree the drawing is not well nested; `conflicts` names the places.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workflows.engine.graph import Edge, Graph
from workflows.engine.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Branch:
    """What lies behind one port of a fork, inside of the branch `outer`. One object per branch: compare by `is`."""

    fork: str
    port: str
    outer: "Branch | None"
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Branches:
    """The innermost branch of each node and edge (None: outside of all); `conflicts` are (code, node) pairs."""

    nodes: Mapping[str, Branch | None] = field(default_factory=dict)
    edges: Mapping[str, Branch | None] = field(default_factory=dict)
    joined: Mapping[str, frozenset[str]] = field(default_factory=dict)  # fork whose branches meet again → its ports
    conflicts: tuple[tuple[str, str], ...] = ()


def branches_of(graph: Graph, *, registry: Registry) -> Branches:
    """The nesting of a graph's parallel branches, as far as ways lead from its start."""
    return _Walk(graph, registry).run()


def trail(branch: Branch | None) -> tuple[tuple[str, str], ...]:
    """The (fork, port) pairs that lead into a branch, outermost first."""
    pairs: list[tuple[str, str]] = []
    while branch is not None:
        pairs.append((branch.fork, branch.port))
        branch = branch.outer
    return tuple(reversed(pairs))


def reachable(ways: Mapping[str, Iterable[str]], roots: Iterable[str]) -> set[str]:
    """The nodes that the ways lead to from the roots, which are among them."""
    reached = set(roots)
    pending = list(reached)
    while pending:
        for node in ways[pending.pop()]:
            if node not in reached:
                reached.add(node)
                pending.append(node)
    return reached


class _Walk:
    """One pass over the graph in an order in which a node comes after all its normal predecessors."""

    def __init__(self, graph: Graph, registry: Registry) -> None:
        types = {node.id: registry.find(node.type) for node in graph.nodes}
        self.outgoing: dict[str, list[Edge]] = {node: [] for node in types}
        for edge in graph.edges:
            if edge.source in types and edge.target in types:
                self.outgoing[edge.source].append(edge)
        starts = [node for node, found in types.items() if found is not None and found.is_start]
        ways = {node: [edge.target for edge in edges] for node, edges in self.outgoing.items()}
        reached = reachable(ways, starts)
        self.incoming: dict[str, list[str]] = {node: [] for node in types if node in reached}
        for node in self.incoming:
            for edge in self.outgoing[node]:
                if edge.kind == "normal":
                    self.incoming[edge.target].append(edge.id)
        self.synchronizing = {node for node, found in types.items() if found is not None and found.synchronizes}
        self.opened: list[Branch] = []
        self.nodes: dict[str, Branch | None] = {}
        self.edges: dict[str, Branch | None] = {}
        self.joined: dict[str, frozenset[str]] = {}
        self.conflicts: list[tuple[str, str]] = []

    def run(self) -> Branches:
        awaited = {node: len(edges) for node, edges in self.incoming.items()}
        queue = deque(node for node, count in awaited.items() if not count)
        while queue:
            node = queue.popleft()
            branch = self.nodes[node] = self.enter(node)
            forks = node in self.synchronizing and len(self.outgoing[node]) > 1
            for edge in self.outgoing[node]:
                self.edges[edge.id] = self.open(node, edge.port, branch) if forks else branch
                if edge.kind == "normal":
                    awaited[edge.target] -= 1
                    if not awaited[edge.target]:
                        queue.append(edge.target)
        self.starved_joins()
        self.escaping_loops()
        return Branches(nodes=self.nodes, edges=self.edges, joined=self.joined, conflicts=tuple(self.conflicts))

    def open(self, fork: str, port: str, outer: Branch | None) -> Branch:
        branch = Branch(fork=fork, port=port, outer=outer, depth=outer.depth + 1 if outer else 1)
        self.opened.append(branch)
        return branch

    def enter(self, node: str) -> Branch | None:
        ways = [self.edges[edge] for edge in self.incoming[node]]
        if not ways:
            return None
        if len(ways) > 1 and node in self.synchronizing:
            return self.join(node, ways)
        if any(way is not ways[0] for way in ways) and self.outgoing[node]:  # at an end each ends for itself
            self.conflicts.append(("parallel.branches_meet_without_join", node))
        return _outermost(ways)

    def join(self, node: str, ways: list[Branch | None]) -> Branch | None:
        """The ways in must be all branches of one fork, each of which may be replaced by all branches of a fork in it.

        A fork has one join: with two, each could get one of the tokens and wait for ever for the other.
        """
        left = set(ways)
        complete = len(left) == len(ways)
        while complete and len(left) > 1:
            fork, outer, siblings = _innermost(left)
            ports = frozenset(edge.port for edge in self.outgoing[fork])
            if outer in left or len(siblings) < min(len(ports), len(left)):
                break
            if fork in self.joined:
                self.conflicts.append(("parallel.join_never_complete", node))
            if len(siblings) < len(ports):
                self.conflicts.append(("parallel.join_misses_branches", node))
            self.joined[fork] = ports
            left = (left - siblings) | {outer}
        if not complete or len(left) > 1:
            self.conflicts.append(("parallel.join_never_complete", node))
        return _outermost(left)

    def starved_joins(self) -> None:
        """A branch that can end while its siblings wait at the join would starve it."""
        awaited: set[Branch | None] = set()
        for branch in self.opened:
            if branch.fork in self.joined or branch.outer in awaited:
                awaited.add(branch)
        for node in self.nodes:
            if not self.outgoing[node] and any(self.edges[edge] in awaited for edge in self.incoming[node]):
                self.conflicts.append(("parallel.branch_ends_before_join", node))

    def escaping_loops(self) -> None:
        """A loop must stay inside its branch; jumping out would leave siblings waiting for ever."""
        for node in self.nodes:
            for edge in self.outgoing[node]:
                returns = edge.kind == "back" and edge.target in self.nodes
                if returns and self.edges[edge.id] is not self.nodes[edge.target]:
                    self.conflicts.append(("parallel.loop_leaves_branch", node))


def _outermost(ways: Iterable[Branch | None]) -> Branch | None:
    return min(ways, key=_depth)


def _innermost(ways: set[Branch | None]) -> tuple[str, Branch | None, set[Branch | None]]:
    """The fork that opened the deepest branch, what encloses it, and those of its branches that are here."""
    deepest = max(ways, key=_depth)
    assert deepest is not None  # noqa: S101 - for the type checker: of several different ways one is a branch
    return deepest.fork, deepest.outer, {way for way in ways if way is not None and way.fork == deepest.fork}


def _depth(branch: Branch | None) -> int:
    return branch.depth if branch else 0
