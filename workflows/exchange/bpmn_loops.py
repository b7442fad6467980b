"""Lines that close a loop."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def closing_edges(nodes: Sequence[str], edges: Sequence[Mapping[str, Any]]) -> set[str]:
    """The ids of edges that lead back to a node on the way to them, found from the first node on; without recursion."""
    outgoing: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    entered = set()
    for edge in edges:
        if edge.get("kind") != "back":
            outgoing[edge["from"]].append(edge)
            entered.add(edge["to"])
    closing: set[str] = set()
    done: set[str] = set()
    for root in sorted(nodes, key=lambda node: node in entered):  # from where nothing leads in
        path: dict[str, Iterator[Mapping[str, Any]]] = {} if root in done else {root: iter(outgoing[root])}
        while path:
            node, ways = next(reversed(path.items()))
            way = next(ways, None)
            if way is None:
                done.add(node)
                del path[node]
            elif way["to"] in path:
                closing.add(way["id"])
            elif way["to"] not in done:
                path[way["to"]] = iter(outgoing[way["to"]])
    return closing
