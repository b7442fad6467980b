"""How parallel branches nest: for each node and edge, the innermost branch it lies in.

Found by one walk from the start along normal edges: a fork's port opens a branch, the join where its branches meet
closes it, and so does a step that withdraws all others (`regions`). Where two ways into a node disagree the drawing is
not well nested; `conflicts` names the places.
"""

from collections import deque
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

from workflows.engine.graph import Edge, Graph
from workflows.engine.registry import Registry
from workflows.engine.ways import Way, shortest_way


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Branch:
    """What lies behind one port of a fork, inside of the branch `outer`. One object per branch: compare by `is`."""

    fork: str
    port: str
    outer: "Branch | None"
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A place where branches are not well nested; `way` shows it, if one does.

    It comes from the start where a run that goes along it goes wrong, else from the fork. `steps` are those of a region
    that are too much in it, or too few.
    """

    code: str
    node: str
    way: Way = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Branches:
    """The innermost branch of each node and edge (None: outside of all)."""

    nodes: Mapping[str, Branch | None] = field(default_factory=dict)
    edges: Mapping[str, Branch | None] = field(default_factory=dict)
    joined: Mapping[str, frozenset[str]] = field(default_factory=dict)  # fork of whose branches all must arrive → ports
    closed: Mapping[str, str] = field(default_factory=dict)  # fork whose branches meet again → the join
    ahead: Mapping[str, str] = field(default_factory=dict)  # node → the join that a token there may reach in its branch
    conflicts: tuple[Conflict, ...] = ()


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


_WAYS = 20  # that are drawn; a drawing in which much is wrong shows enough by them
Past = tuple[str, Container[str], Container[str] | None]


class Walk:
    """One pass over the graph in an order in which a node comes after all its normal predecessors.

    No way leads on from a `sealed` node. What comes after a node of `left` lies outside of that fork around it.
    """

    def __init__(
        self, graph: Graph, registry: Registry, *, sealed: Container[str] = (), left: Mapping[str, str] | None = None
    ) -> None:
        self.left = left or {}
        types = {node.id: registry.find(node.type) for node in graph.nodes}
        self.outgoing: dict[str, list[Edge]] = {node: [] for node in types}
        self.lines: dict[str, Edge] = {}
        for edge in graph.edges:
            if edge.source in types and edge.target in types and edge.source not in sealed:
                self.outgoing[edge.source].append(edge)
                self.lines[edge.id] = edge
        starts = [node for node, found in types.items() if found is not None and found.is_start]
        self.starts = starts
        ways = {node: [edge.target for edge in edges] for node, edges in self.outgoing.items()}
        reached = reachable(ways, starts)
        self.incoming: dict[str, list[str]] = {node: [] for node in types if node in reached}
        for node in self.incoming:
            for edge in self.outgoing[node]:
                if edge.kind == "normal":
                    self.incoming[edge.target].append(edge.id)
        kinds = {node: found.synchronizes for node, found in types.items() if found is not None}
        self.synchronizing = {node for node, kind in kinds.items() if kind != "nothing"}
        self.inclusive = {node for node, kind in kinds.items() if kind == "branches"}
        self.ends = {node for node in self.incoming if not self.outgoing[node]}
        self.final = {node for node, found in types.items() if found is not None and found.ends_run}
        self.pausing = {node for node, found in types.items() if found is None or found.waits}
        self.joining = {node for node, edges in self.incoming.items() if node in self.synchronizing and len(edges) > 1}
        self.opened: list[Branch] = []
        self.nodes: dict[str, Branch | None] = {}
        self.edges: dict[str, Branch | None] = {}
        self.joined: dict[str, frozenset[str]] = {}
        self.closed: dict[str, str] = {}  # fork whose branches meet again → where
        self.conflicts: list[Conflict] = []

    def run(self) -> Branches:
        awaited = {node: len(edges) for node, edges in self.incoming.items()}
        queue = deque(node for node, count in awaited.items() if not count)
        while queue:
            node = queue.popleft()
            branch = self.nodes[node] = self.enter(node)
            forks, outside = self.forks(node), self.outside(node, branch)
            for edge in self.outgoing[node]:
                self.edges[edge.id] = self.open(node, edge.port, branch) if forks else outside
                if edge.kind == "normal":
                    awaited[edge.target] -= 1
                    if not awaited[edge.target]:
                        queue.append(edge.target)
        self.starved_joins()
        self.escaping_loops()
        if self.final:
            self.ended_at_once()
        ahead: dict[str, str] = {}
        if self.inclusive and len(self.nodes) == len(self.incoming):  # else ways run in a circle, and nobody knows
            self.open_forks()
            ahead = self.ahead()
        return Branches(
            nodes=self.nodes, edges=self.edges, joined=self.joined, closed=self.closed, ahead=ahead,
            conflicts=tuple(self.conflicts),
        )  # fmt: skip

    def outside(self, node: str, branch: Branch | None) -> Branch | None:
        """Where the ways out of a node lie: in its own branch, or outside of the fork that it leaves."""
        inside = branch
        while inside is not None and inside.fork != self.left.get(node):
            inside = inside.outer
        return inside.outer if inside is not None else branch

    def forks(self, node: str) -> bool:
        return node in self.synchronizing and len(self.outgoing[node]) > 1

    def conflict(self, code: str, node: str, *, past: Past | None = None) -> None:
        """`past` names a fork, where a way past its join leads, and the ports by which; only the first are drawn."""
        way = self.way_past(*past) if past is not None and len(self.conflicts) < _WAYS else ()
        self.conflicts.append(Conflict(code=code, node=node, way=way))

    def wrong_way(self, code: str, node: str, *last: str) -> None:
        """A conflict that a run shows which comes along one of these edges; only the first are drawn.

        Of several the one on whose way least is chosen: there the others may choose what goes wrong.
        """
        routes = [self.route(self.lines[edge]) for edge in last] if len(self.conflicts) < _WAYS else []
        way = min(routes, key=self.chosen, default=())
        self.conflicts.append(Conflict(code=code, node=node, way=way))

    def chosen(self, way: Way) -> int:
        """How many choices a token makes that goes this way."""
        return sum(len(self.outgoing[edge.source]) > 1 and not self.forks(edge.source) for edge in way)

    def open(self, fork: str, port: str, outer: Branch | None) -> Branch:
        branch = Branch(fork=fork, port=port, outer=outer, depth=outer.depth + 1 if outer else 1)
        self.opened.append(branch)
        return branch

    def enter(self, node: str) -> Branch | None:
        ways = [self.edges[edge] for edge in self.incoming[node]]
        if not ways:
            return None
        if len(ways) > 1 and node in self.inclusive:
            return self.merge(node, ways)
        if len(ways) > 1 and node in self.synchronizing:
            return self.join(node, ways)
        if any(way is not ways[0] for way in ways) and self.outgoing[node]:  # at an end each ends for itself
            fork, _, _ = _innermost(set(ways))
            self.conflict("parallel.branches_meet_without_join", node, past=(fork, {node}, None))
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
            if fork in self.inclusive or outer in left or len(siblings) < min(len(ports), len(left)):
                break
            if fork in self.closed:
                self.wrong_way("parallel.join_never_complete", node, *self.incoming[node])
            if len(siblings) < len(ports):
                missing = ports - {way.port for way in siblings if way is not None}
                self.conflict("parallel.join_misses_branches", node, past=(fork, self.ends, missing))
            self.joined[fork], self.closed[fork] = ports, node
            left = (left - siblings) | {outer}
        if not complete or len(left) > 1:
            self.wrong_way("parallel.join_never_complete", node, *self.incoming[node])
        return _outermost(left)

    def merge(self, node: str, ways: list[Branch | None]) -> Branch | None:
        """If one branch of a fork leads to an inclusive join, all must; how many of them are taken is no matter.

        With two joins, or a way past the only one, tokens could go on side by side where a single one had come.
        """
        left = set(ways)
        while len(left) > 1:
            fork, outer, siblings = _innermost(left)
            missing = {edge.port for edge in self.outgoing[fork]} - {way.port for way in siblings if way is not None}
            if self.closed.setdefault(fork, node) != node:
                self.conflict("inclusive.join_not_the_only_one", node, past=(fork, {node}, None))
            elif missing:
                self.conflict("parallel.join_misses_branches", node, past=(fork, self.ends, missing))
            left = (left - siblings) | {outer}
        return left.pop()

    def starved_joins(self) -> None:
        """A branch that can end by itself while its siblings wait at the join would starve it."""
        awaited: set[Branch | None] = set()
        for branch in self.opened:
            if branch.fork in self.joined or branch.outer in awaited:
                awaited.add(branch)
        for node in self.nodes:
            early = [edge for edge in self.incoming[node] if self.edges[edge] in awaited]
            if early and node in self.ends - self.final:
                self.wrong_way("parallel.branch_ends_before_join", node, *early)

    def escaping_loops(self) -> None:
        """A loop must stay inside its branch; jumping out would leave siblings waiting for ever."""
        for node in self.nodes:
            for edge in self.outgoing[node]:
                returns = edge.kind == "back" and edge.target in self.nodes
                if returns and self.edges[edge.id] is not self.nodes[edge.target]:
                    self.wrong_way("parallel.loop_leaves_branch", node, edge.id)

    def ended_at_once(self) -> None:
        """A branch that ends the whole run before anything waits leaves its siblings no time to do anything."""
        for fork, ports in self.reached_at_once(self.final):
            self.conflict("parallel.branch_ends_all_at_once", fork, past=(fork, self.final, ports))

    def reached_at_once(self, final: Container[str]) -> list[tuple[str, set[str]]]:
        """The forks of which some ports lead surely, before anything waits, to one of these nodes; and those ports."""
        found: list[tuple[str, set[str]]] = []
        leads: dict[str, str | None] = {}  # node → the end of all, or the join, that it surely and at once leads to
        for node in reversed(self.nodes):
            ways = {
                edge.port: edge.target if edge.target in self.joining else leads.get(edge.target)
                for edge in self.outgoing[node]
                if edge.kind == "normal"
            }
            ending = {port for port, to in ways.items() if to is not None and to in final}
            leads[node] = node if node in final else None
            if not self.forks(node):
                if node not in final and node not in self.pausing and len(self.outgoing[node]) == 1:
                    leads[node] = next(iter(ways.values()), None)
            elif ending and node not in self.inclusive:
                leads[node] = ways[min(ending)]
                found.append((node, ending))
            elif node in self.closed and set(ways.values()) == {self.closed[node]}:
                leads[node] = leads[self.closed[node]]
        return found

    def open_forks(self) -> None:
        """Nothing but an inclusive join can end what an inclusive fork began: how many ways it took is not drawn."""
        for node in self.nodes:
            if node in self.inclusive and self.forks(node) and node not in self.closed:
                self.conflict("inclusive.fork_not_closed", node, past=(node, self.ends, None))

    def way_past(self, fork: str, to: Container[str], ports: Container[str] | None) -> Way:
        """The shortest way from a fork, by these ports, past its join to one of these nodes; empty if there is none."""
        join = self.closed.get(fork)

        def usable(edge: Edge) -> bool:
            left_by = edge.source != fork or ports is None or edge.port in ports
            return left_by and edge.kind == "normal" and edge.target != join

        return shortest_way(self.outgoing, [fork], to, usable=usable) or ()

    def route(self, last: Edge) -> Way:
        """The shortest way from the start that ends with this edge; empty if there is none."""
        way = shortest_way(self.outgoing, self.starts, {last.source})
        return () if way is None else (*way, last)

    def ahead(self) -> dict[str, str]:
        """Backwards from each join as far as its own branches go; a fork among them is as far from it as its join."""
        found: dict[str, str] = {}
        sources: dict[str, list[str]] = {node: [] for node in self.nodes}
        for node, branch in self.nodes.items():
            targets = [edge.target for edge in self.outgoing[node]]
            closing = self.closing(branch)
            if node in self.left and closing is not None:
                targets.append(closing)
            for target in [self.closed[node]] if self.forks(node) and node in self.closed else targets:
                sources[target].append(node)
        for join in set(self.closed.values()):
            pending = [join]
            while pending:
                for node in sources[pending.pop()]:
                    if node not in found and self.closing(self.nodes[node]) == join:
                        found[node] = join
                        pending.append(node)
        return found

    def closing(self, branch: Branch | None) -> str | None:
        """The join of the innermost fork around a branch that has one."""
        while branch is not None and branch.fork not in self.closed:
            branch = branch.outer
        return self.closed[branch.fork] if branch is not None else None


def _outermost(ways: Iterable[Branch | None]) -> Branch | None:
    return min(ways, key=_depth)


def _innermost(ways: set[Branch | None]) -> tuple[str, Branch | None, set[Branch | None]]:
    """The fork that opened the deepest branch, what encloses it, and those of its branches that are here."""
    deepest = max(ways, key=_depth)
    assert deepest is not None  # noqa: S101 - for the type checker: of several different ways one is a branch
    return deepest.fork, deepest.outer, {way for way in ways if way is not None and way.fork == deepest.fork}


def _depth(branch: Branch | None) -> int:
    return branch.depth if branch else 0
