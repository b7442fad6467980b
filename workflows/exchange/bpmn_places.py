"""Where things stand: positions for the diagram of a BPMN file, and from one.

Our own drawing is arranged from the graph, so its layout has no positions; a file of another tool has nothing else.
They are kept in the layout as `positions`, outside of the graph's hash.
"""

import math
from collections import deque
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from workflows.engine.graph import Edge, Graph
from workflows.exchange.bpmn_words import BPMNDI, DC, element_of

Place = tuple[int, int]
COLUMN, ROW, MARGIN = 180, 120, 60
FARTHEST = 1_000_000
_SIZES = {"startEvent": (36, 36), "endEvent": (36, 36), "intermediateCatchEvent": (36, 36)} | dict.fromkeys(
    ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"), (50, 50)
)


def size_of(node_type: str) -> tuple[int, int]:
    """Width and height of a node of this type."""
    return _SIZES.get(element_of(node_type), (100, 80))


def places_of(graph: Graph, layout: Mapping[str, Any]) -> dict[str, Place]:
    """Left upper corners by node: where they were put, else in columns from the start on."""
    known = layout.get("positions")
    offsets = layout.get("offsets")
    columns: dict[int, int] = {}
    places: dict[str, Place] = {}
    column_of = _columns(graph)
    for node in graph.nodes:
        column = column_of[node.id]
        row = columns[column] = columns.get(column, -1) + 1
        width, height = size_of(node.type)
        arranged = MARGIN + column * COLUMN + (100 - width) // 2, MARGIN + row * ROW + (80 - height) // 2
        moved = _pair(offsets, node.id, "dx", "dy") or (0, 0)
        put = _pair(known, node.id, "x", "y")
        places[node.id] = put or (arranged[0] + moved[0], arranged[1] + moved[1])
    return places


def event_place(gateway: Place, row: int) -> Place:
    """Where an event behind a gateway at this place stands."""
    return gateway[0] + 70, gateway[1] + 7 + row * 48


def waypoints_of(
    edge: Edge, graph_places: Mapping[str, Place], types: Mapping[str, str], *, event: Place | None = None
) -> list[Place]:
    """The corners of a line, from the event that it leads on from, if any; one that returns goes around below."""
    (x, y), (width, height) = graph_places[edge.source], size_of(types[edge.source])
    if event is not None:
        (x, y), (width, height) = event, _SIZES["intermediateCatchEvent"]
    (to_x, to_y), (to_width, to_height) = graph_places[edge.target], size_of(types[edge.target])
    if edge.kind == "back":
        below = max(y + height, to_y + to_height) + 40
        start, end = x + width // 2, to_x + to_width // 2
        return [(start, y + height), (start, below), (end, below), (end, to_y + to_height)]
    return [(x + width, y + height // 2), (to_x, to_y + to_height // 2)]


def drawn_places(root: Element, nodes: Mapping[str, str]) -> dict[str, Place]:
    """The places in a file's diagram; `nodes` are our ids by the file's."""
    places: dict[str, Place] = {}
    for shape in root.iter(f"{BPMNDI}BPMNShape"):
        node = nodes.get(shape.get("bpmnElement", ""))
        bounds = shape.find(f"{DC}Bounds")
        if node is not None and bounds is not None:
            x, y = _whole(bounds.get("x")), _whole(bounds.get("y"))
            if x is not None and y is not None:
                places[node] = (x, y)
    return places


def layout_with(graph: Graph, layout: dict[str, Any], places: Mapping[str, Place]) -> dict[str, Any]:
    """The layout that shows these places; the given one when it does so already."""
    drawn = places_of(graph, layout)
    if all(drawn[node] == place for node, place in places.items()):
        return layout
    kept = {key: value for key, value in layout.items() if key != "offsets"}
    return kept | {"positions": {node: {"x": x, "y": y} for node, (x, y) in (drawn | dict(places)).items()}}


def _whole(text: str | None) -> int | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return round(number) if math.isfinite(number) and abs(number) <= FARTHEST else None


def _pair(values: object, node: str, *names: str) -> Place | None:
    place = values.get(node) if isinstance(values, Mapping) else None
    if not isinstance(place, Mapping):
        return None
    pair = [place.get(name) for name in names]
    if not all(isinstance(one, int) and not isinstance(one, bool) and abs(one) <= FARTHEST for one in pair):
        return None
    return pair[0], pair[1]  # type: ignore[return-value]  # checked just above


def _columns(graph: Graph) -> dict[str, int]:
    """How many steps a node stands from where nothing leads in, back edges aside; a plain cycle is entered anyhow."""
    ways: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
    awaited = dict.fromkeys(ways, 0)
    for edge in graph.edges:
        if edge.kind == "normal" and edge.source in ways and edge.target in ways:
            ways[edge.source].append(edge.target)
            awaited[edge.target] += 1
    columns = dict.fromkeys(ways, 0)
    done: set[str] = set()
    for root in [*(node for node, count in awaited.items() if not count), *ways]:
        queue = deque([root] if root not in done else [])
        done.add(root)
        while queue:
            node = queue.popleft()
            for target in ways[node]:
                awaited[target] -= 1
                if target not in done:
                    columns[target] = max(columns[target], columns[node] + 1)
                    if awaited[target] <= 0:
                        done.add(target)
                        queue.append(target)
    return columns
