"""Shortest ways along the edges of a drawing, to show by what goes wrong."""

from collections import deque
from collections.abc import Callable, Container, Iterable, Mapping, Sequence

from workflows.engine.graph import Edge

Way = tuple[Edge, ...]


def shortest_way(
    outgoing: Mapping[str, Sequence[Edge]], roots: Iterable[str], to: Container[str], *,
    usable: Callable[[Edge], bool] = lambda _: True,
) -> Way | None:  # fmt: skip
    """A way of fewest usable edges from one of the roots to one of these nodes; None if there is none."""
    before: dict[str, Edge | None] = dict.fromkeys(roots)
    queue = deque(before)
    while queue:
        node = queue.popleft()
        if node in to:
            return _back(before, node)
        for edge in outgoing[node]:
            if edge.target not in before and usable(edge):
                before[edge.target] = edge
                queue.append(edge.target)
    return None


def nodes_of(way: Sequence[Edge]) -> tuple[str, ...]:
    """The nodes of a way in their order; none of an empty one."""
    return (way[0].source, *(edge.target for edge in way)) if way else ()


def _back(before: Mapping[str, Edge | None], node: str) -> Way:
    way: list[Edge] = []
    while (edge := before[node]) is not None:
        way.append(edge)
        node = edge.source
    return tuple(way[::-1])
