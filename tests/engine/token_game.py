"""Drawings played to the end in every possible way, by rules written down a second time and much simpler.

A drawing is sound when no join starves, no step is stood in twice at once, every step can happen, and the end can
always be reached. `verdict` plays the small token game; it shares no code with the engine or its validation.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.engine.flows import fork, graph

PORTS = {"ask": 2, "fork": 2, "pass": 1, "call": 1}  # `pass` is a parallel gateway with one way out
KINDS = {"ask": "test.ask", "fork": fork("yes", "no"), "pass": "parallel", "call": "test.call"}
NAMES = {"ask": (".yes", ".no"), "fork": (".yes", ".no"), "pass": ("",), "call": ("",)}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a drawing; nodes are numbered, 0 is the start, the highest is the end."""

    source: int
    target: int

    @property
    def returns(self) -> bool:
        return self.target <= self.source


@dataclass(frozen=True, slots=True)
class Drawing:
    """`kinds` of the inner nodes, and for each the targets of its ports."""

    kinds: tuple[str, ...]
    targets: tuple[tuple[int, ...], ...]

    @property
    def lines(self) -> list[Line]:
        inner = [Line(node, target) for node, ways in enumerate(self.targets, start=1) for target in ways]
        return [Line(0, 1), *inner]

    def to_graph(self) -> dict[str, object]:
        """The same drawing as a graph document; a line that returns is a back edge."""
        names = ["start", *(f"n{number}" for number in range(1, len(self.kinds) + 1)), "end"]
        edges = [f"start>{names[1]}"]
        for node, (kind, ways) in enumerate(zip(self.kinds, self.targets, strict=True), start=1):
            for port, target in zip(NAMES[kind], ways, strict=True):
                edges.append(f"{names[node]}{port}{'~2' if target <= node else ''}>{names[target]}")
        inner = {name: KINDS[kind] for name, kind in zip(names[1:-1], self.kinds, strict=True)}
        return graph({"start": "start"} | inner | {"end": "end"}, *edges)


def all_drawings(inner: int, *, kinds: Sequence[str] = tuple(PORTS), loops: bool = True) -> Iterator[Drawing]:
    """Every drawing with so many inner nodes whose lines forwards have no circle and all of whose nodes are reached.

    The two ports of a question or fork are interchangeable, so each pair of targets comes once.
    """
    end = inner + 1
    for chosen in itertools.product(kinds, repeat=inner):
        ways = [
            itertools.combinations_with_replacement(range(1 if loops else node + 1, end + 1), PORTS[kind])
            for node, kind in enumerate(chosen, start=1)
        ]
        for targets in itertools.product(*ways):
            if _all_reached(targets, end):
                yield Drawing(kinds=chosen, targets=targets)


def _all_reached(targets: Sequence[tuple[int, ...]], end: int) -> bool:
    reached, pending = {1}, [1]
    while pending:
        node = pending.pop()
        if node != end:
            fresh = set(targets[node - 1]) - reached
            reached |= fresh
            pending += fresh
    return len(reached) == end


Marking = frozenset[int]  # nodes where a token stands (positive), lines that arrived at a join (negative)


class UnsoundError(Exception):
    """The drawing goes wrong; the text says how."""


def verdict(drawing: Drawing) -> str:
    """`sound`, or what goes wrong: starved, twice, spins, dead, endless."""
    try:
        return _Game(drawing).play()
    except UnsoundError as error:
        return str(error)


class _Game:
    def __init__(self, drawing: Drawing) -> None:
        self.lines = drawing.lines
        self.kinds = ("start", *drawing.kinds, "end")
        nodes = range(len(self.kinds))
        self.out = [[n for n, line in enumerate(self.lines) if line.source == node] for node in nodes]
        arriving = [
            {n for n, line in enumerate(self.lines) if line.target == node and not line.returns} for node in nodes
        ]
        self.joins = [
            ways if kind in ("fork", "pass") and len(ways) > 1 else set()
            for kind, ways in zip(self.kinds, arriving, strict=True)
        ]
        self.happened = {0}

    def play(self) -> str:
        first = self.move(frozenset(), [0])
        before: dict[Marking, set[Marking]] = {first: set()}
        pending = [first]
        while pending:
            marking = pending.pop()
            standing = [place for place in marking if place > 0]
            if marking and not standing:
                raise UnsoundError("starved")
            for node in standing:
                for line in self.out[node]:
                    after = self.move(marking - {node}, [line])
                    if after not in before:
                        before[after] = set()
                        pending.append(after)
                    before[after].add(marking)
        if len(self.happened) < len(self.kinds):
            raise UnsoundError("dead")
        ending: set[Marking] = {frozenset()}
        pending = [frozenset()]
        while pending:
            for marking in before.get(pending.pop(), set()) - ending:
                ending.add(marking)
                pending.append(marking)
        if not before.keys() <= ending:
            raise UnsoundError("endless")
        return "sound"

    def move(self, marking: Marking, arriving: list[int]) -> Marking:
        """Let tokens that travel on these lines come to a stand."""
        places = set(marking)
        for passes in itertools.count():
            if not arriving:
                return frozenset(places)
            if passes > 4 * len(self.lines):
                raise UnsoundError("spins")
            line = arriving.pop()
            node = self.lines[line].target
            if line in self.joins[node]:
                if -line in places:
                    raise UnsoundError("twice")
                places.add(-line)
                if not {-each for each in self.joins[node]} <= places:
                    continue
                places -= {-each for each in self.joins[node]}
            self.happened.add(node)
            match self.kinds[node]:
                case "ask" | "call":
                    if node in places:
                        raise UnsoundError("twice")
                    places.add(node)
                case "fork" | "pass":
                    arriving += self.out[node]
        raise AssertionError("unreachable")
