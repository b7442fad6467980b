"""Which steps withdraw which others: whether a region fits the nesting of parallel branches, and what leads out of it.

A token that withdraws all that may stand beside it in a fork is alone there: it leaves the fork's branches as a join
does. Where a join waits for the branches of a fork, all of it must be withdrawn or nothing: a rest would wait for ever.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace

from pydantic import ValidationError

from workflows.engine.graph import Graph
from workflows.engine.registry import Registry
from workflows.engine.structure import Branches, Conflict, Walk, trail

Trail = tuple[tuple[str, str], ...]  # (fork, port), outermost first


def branches_of(graph: Graph, *, registry: Registry) -> Branches:
    """The nesting of a graph's parallel branches, as far as ways lead from its start.

    What comes after a step that leaves a fork lies outside of it. So where there are such steps the nesting is found
    twice: first without the ways that lead on from them, which tells what each leaves; then whole, by which every
    region is judged.
    """
    regions = _regions(graph, registry)
    if not regions:
        return Walk(graph, registry).run()
    first = _Nesting(graph, registry, Walk(graph, registry, sealed=regions).run())
    left = {node: fork for node, region in regions.items() if (fork := first.left_fork(node, region)) is not None}
    walk = Walk(graph, registry, left=left)
    whole = _Nesting(graph, registry, walk.run())
    conflicts = [
        conflict
        for node, region in regions.items()
        if node in whole.branches.nodes
        for conflict in _conflicts(whole, walk, node, region, left=left.get(node))
    ]
    return replace(whole.branches, conflicts=(*whole.branches.conflicts, *conflicts))


def _regions(graph: Graph, registry: Registry) -> dict[str, frozenset[str]]:
    """The steps that each step withdraws; a config that cannot be read withdraws none."""
    regions: dict[str, frozenset[str]] = {}
    for node in graph.nodes:
        known = registry.find(node.type)
        if known is not None and known.withdraws:
            try:
                regions[node.id] = frozenset(known.region(known.Config.model_validate(node.config)))
            except ValidationError:
                regions[node.id] = frozenset()
    return regions


@dataclass(slots=True, init=False)
class _Nesting:
    """Where tokens may stand, by the branches that enclose them."""

    branches: Branches
    known: Container[str]
    trails: Mapping[str, Trail]  # of nodes in which a token can stand

    def __init__(self, graph: Graph, registry: Registry, branches: Branches) -> None:
        ends = {node.id for node in graph.nodes if (kind := registry.find(node.type)) is not None and kind.is_end}
        self.branches = branches
        self.known = {node.id for node in graph.nodes}
        self.trails = {node: trail(branch) for node, branch in branches.nodes.items() if node not in ends}

    def beside(self, at: Trail, depth: int) -> set[str]:
        """Where tokens of the other branches of that fork may stand, its join included."""
        fork, port = at[depth]
        found = {
            node
            for node, other in self.trails.items()
            if other[:depth] == at[:depth]
            and len(other) > depth
            and other[depth][0] == fork
            and other[depth][1] != port
        }
        if fork in self.branches.closed:
            found.add(self.branches.closed[fork])
        return found

    def inside(self, fork: str) -> set[str]:
        """Where tokens of a joined fork may stand until its join goes on."""
        return {
            node for node, other in self.trails.items() if any(around == fork for around, _ in other)
        } | {self.branches.closed[fork]}  # fmt: skip

    def left_fork(self, node: str, region: frozenset[str]) -> str | None:
        """The outermost fork in which the token is alone once the region is withdrawn, as in all forks further in."""
        at, left = self.trails.get(node, ()), None
        for depth in reversed(range(len(at))):
            beside = self.beside(at, depth)
            if not beside or not beside <= region:
                break
            left = at[depth][0]
        return left


def _conflicts(
    nesting: _Nesting, walk: Walk, node: str, region: frozenset[str], *, left: str | None
) -> Iterator[Conflict]:
    """What is wrong with the region of one step."""
    at = nesting.trails[node]
    forks = [fork for fork, _ in at]
    outermost = forks.index(left) if left in forks else len(at)
    active: set[str] = set()
    for depth, fork in enumerate(forks):
        beside = nesting.beside(at, depth)
        active |= beside
        if depth >= outermost and not beside <= region:
            yield Conflict(code="cancel.leaves_some", node=node, steps=tuple(sorted(beside - region)))
        elif depth < outermost and beside & region and fork in nesting.branches.joined:
            inner = set[str]().union(*(nesting.beside(at, deeper) for deeper in range(depth, len(at))))
            yield Conflict(code="cancel.join_would_wait", node=node, steps=tuple(sorted(inner - region)))
    for fork in nesting.branches.joined:
        inside = nesting.inside(fork) if fork not in forks else set()
        if inside & region & active and not inside <= region:
            yield Conflict(code="cancel.join_would_wait", node=node, steps=tuple(sorted(inside - region)))
    yield from _strangers(nesting, node, region, active)
    for fork, ports in walk.reached_at_once({node}):
        if fork in forks and nesting.beside(at, forks.index(fork)) & region:
            yield Conflict(code="cancel.at_once", node=node, way=walk.way_past(fork, {node}, ports))


def _strangers(nesting: _Nesting, node: str, region: frozenset[str], active: set[str]) -> Iterator[Conflict]:
    """Steps of a region that no token could ever be withdrawn from."""
    strange = region - active
    unknown = {one for one in strange if one not in nesting.known}
    if node in strange:
        yield Conflict(code="cancel.itself", node=node)
    if unknown:
        yield Conflict(code="cancel.unknown_node", node=node, steps=tuple(sorted(unknown)))
    if idle := strange - unknown - {node}:
        yield Conflict(code="cancel.never_active", node=node, steps=tuple(sorted(idle)))
