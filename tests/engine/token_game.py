"""Drawings played to the end in every possible way, by rules written down a second time and much simpler.

A drawing is sound when no join starves, no step is stood in twice at once, every step can happen, and the end can
always be reached. `verdict` plays the small token game; it shares no code with the engine or its validation.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.engine.flows import fork, graph, several

# `pass` is a parallel gateway with one way out, `meet` an inclusive one
PORTS = {"ask": 2, "fork": 2, "pass": 1, "call": 1}
INCLUSIVE = PORTS | {"or": 3, "meet": 1}
FINAL = PORTS | {"stop": 0}  # `stop` ends everything
CATCHING = PORTS | {"try": 2, "sum": 2}  # a step that may be left when it failed: one that waits, one that does not
DROPPING = PORTS | {"drop": 1}  # `drop` withdraws the tokens of a region
_COUNTS = INCLUSIVE | FINAL | CATCHING | DROPPING
KINDS = {
    "ask": "test.ask", "fork": fork("yes", "no"), "pass": "parallel", "call": "test.call",
    "or": several(yes="${a} < ${b}", no="${a} < ${b}"), "meet": "inclusive",
    "stop": "terminate", "drop": "cancel_region",
    "try": ("test.try", {"on_error": [{"codes": ["*"], "port": "error"}]}),
    "sum": (
        "mapping",
        {"assign": [{"variable": "a", "value": "${b}"}], "on_error": [{"codes": ["*"], "port": "error"}]},
    ),
}  # fmt: skip
_PAIR = (".yes", ".no")
NAMES = {
    "ask": _PAIR, "fork": _PAIR, "pass": ("",), "call": ("",), "or": (*_PAIR, ".otherwise"), "meet": ("",), "stop": (),
    "drop": ("",), "try": ("", ".error"), "sum": ("", ".error"),
}  # fmt: skip


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
    """`kinds` of the inner nodes, and for each the targets of its ports; `region` is that of every `drop` in it."""

    kinds: tuple[str, ...]
    targets: tuple[tuple[int, ...], ...]
    region: frozenset[int] = frozenset()

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
        region = {"nodes": [names[node] for node in sorted(self.region)]}
        inner = {
            name: (KINDS[kind], region) if kind == "drop" else KINDS[kind]
            for name, kind in zip(names[1:-1], self.kinds, strict=True)
        }
        return graph({"start": "start"} | inner | {"end": "end"}, *edges)


def all_drawings(inner: int, *, kinds: Sequence[str] = tuple(PORTS), loops: bool = True) -> Iterator[Drawing]:
    """Every drawing with so many inner nodes whose lines forwards have no circle and all of whose nodes are reached.

    The two ports of a question or fork are interchangeable, so each pair of targets comes once; `otherwise` leads
    where one of the pair does.
    """
    end = inner + 1
    for chosen in itertools.product(kinds, repeat=inner):
        ways = [
            _targets(range(1 if loops else node + 1, end + 1), _COUNTS[kind])
            for node, kind in enumerate(chosen, start=1)
        ]
        for targets in itertools.product(*ways):
            if _all_reached(targets, end):
                yield Drawing(kinds=chosen, targets=targets)


def _targets(places: range, ports: int) -> Iterator[tuple[int, ...]]:
    pairs = itertools.combinations_with_replacement(places, min(ports, 2))
    if ports < 3:
        return pairs
    return ((*pair, otherwise) for pair in pairs for otherwise in sorted(set(pair)))


def _all_reached(targets: Sequence[tuple[int, ...]], end: int) -> bool:
    reached, pending = {1}, [1]
    while pending:
        node = pending.pop()
        if node != end:
            fresh = set(targets[node - 1]) - reached
            reached |= fresh
            pending += fresh
    return len(reached) == end


Played = tuple["Marking", int]  # and how many choices of a way were made
Marking = frozenset[int]  # nodes where a token stands (positive), lines that arrived at a join (negative)


class UnsoundError(Exception):
    """The drawing goes wrong; the text says how."""


def verdict(drawing: Drawing) -> str:
    """`sound`, or what goes wrong: starved, twice, spins, dead, endless."""
    try:
        return _Game(drawing).play()
    except UnsoundError as error:
        return str(error)


def goes_wrong(drawing: Drawing, way: Sequence[int]) -> bool:
    """Whether some run in which one token goes this way, of lines from the start, goes wrong after it."""
    return _Game(drawing).goes_wrong_after(way)


class _Game:
    def __init__(self, drawing: Drawing) -> None:
        self.lines = drawing.lines
        self.kinds, self.region = ("start", *drawing.kinds, "end"), drawing.region
        nodes = range(len(self.kinds))
        self.out = [[n for n, line in enumerate(self.lines) if line.source == node] for node in nodes]
        arriving = [
            {n for n, line in enumerate(self.lines) if line.target == node and not line.returns} for node in nodes
        ]
        self.joins = [
            ways if kind in ("fork", "pass", "or", "meet") and len(ways) > 1 else set()
            for kind, ways in zip(self.kinds, arriving, strict=True)
        ]
        self.merges = [node for node in nodes if self.joins[node] and self.kinds[node] in ("or", "meet")]
        self.happened = {0}

    def play(self) -> str:
        first = self.move(frozenset(), [0])
        before: dict[Marking, set[Marking]] = {marking: set() for marking in first}
        pending = list(first)
        while pending:
            marking = pending.pop()
            standing = [place for place in marking if place > 0]
            if marking and not standing:
                raise UnsoundError("starved")
            for node in standing:
                for line in self.out[node]:
                    for after in self.move(marking - {node}, [line]):
                        if after not in before:
                            before[after] = set()
                            pending.append(after)
                        before[after].add(marking)
        if len(self.happened) < len(self.kinds):
            raise UnsoundError("dead")
        if not before.keys() <= self.ending(before):
            raise UnsoundError("endless")
        return "sound"

    def goes_wrong_after(self, way: Sequence[int]) -> bool:
        """Choices on the way are made as it says, one after the other; all others in every way."""
        choices = [line for line in way if self.kinds[self.lines[line].source] == "ask"]
        try:
            first = [(marking, 0) for marking in self.move(frozenset(), [0])]
        except UnsoundError:
            return True
        before: dict[Played, set[Played]] = {one: set() for one in first}
        pending = list(first)
        while pending:
            one = pending.pop()
            try:
                reached = list(self.played_on(one, choices))
            except UnsoundError:
                return True
            for after in reached:
                if after not in before:
                    before[after] = set()
                    pending.append(after)
                before[after].add(one)
        ending = {one for one in before if not one[0]}
        queue = list(ending)
        while queue:
            fresh = before[queue.pop()] - ending
            ending |= fresh
            queue += fresh
        return any(one[1] == len(choices) and one not in ending for one in before)

    def played_on(self, one: "Played", choices: list[int]) -> Iterator["Played"]:
        """What may come next; what goes wrong before all choices are made is not what the way is to show."""
        marking, made = one
        standing = [place for place in marking if place > 0]
        if marking and not standing and made == len(choices):
            raise UnsoundError("starved")
        for node in standing:
            is_chosen = made < len(choices) and self.lines[choices[made]].source == node
            for line in [choices[made]] if is_chosen else self.out[node]:
                try:
                    reached = self.move(marking - {node}, [line])
                except UnsoundError:
                    if made + is_chosen == len(choices):
                        raise
                    continue
                yield from ((after, made + is_chosen) for after in reached)

    def ending(self, before: dict[Marking, set[Marking]]) -> set[Marking]:
        ending: set[Marking] = {frozenset()}
        pending: list[Marking] = [frozenset()]
        while pending:
            for marking in before.get(pending.pop(), set()) - ending:
                ending.add(marking)
                pending.append(marking)
        return ending

    def move(self, marking: Marking, arriving: list[int]) -> set[Marking]:
        """Let tokens that travel on these lines come to a stand, in every way; then merges go on, one by one."""
        found: set[Marking] = set()
        pending = [(marking, tuple(arriving), 0)]
        while pending:
            places, lines, passes = pending.pop()
            if passes > 4 * len(self.lines):
                raise UnsoundError("spins")
            if lines:
                pending += [(*after, passes + 1) for after in self.arrive(places, lines[-1], lines[:-1])]
                continue
            ready = next((node for node in self.merges if self.may_merge(places, node)), None)
            if ready is None:
                found.add(places)
            else:
                left = places - {-each for each in self.joins[ready]}
                pending += [(*after, passes + 1) for after in self.happen(left, ready, ())]
        return found

    def arrive(self, places: Marking, line: int, others: tuple[int, ...]) -> list[tuple[Marking, tuple[int, ...]]]:
        node = self.lines[line].target
        if line not in self.joins[node]:
            return self.happen(places, node, others)
        if -line in places:
            raise UnsoundError("twice")
        places |= {-line}
        here = {-each for each in self.joins[node]}
        if node in self.merges or not here <= places:
            return [(places, others)]
        return self.happen(places - here, node, others)

    def happen(self, places: Marking, node: int, others: tuple[int, ...]) -> list[tuple[Marking, tuple[int, ...]]]:
        self.happened.add(node)
        if self.kinds[node] in ("ask", "call", "try") and node in places:
            raise UnsoundError("twice")
        return self.go_on(places, node, others)

    def go_on(self, places: Marking, node: int, others: tuple[int, ...]) -> list[tuple[Marking, tuple[int, ...]]]:
        match self.kinds[node]:
            case "ask" | "call" | "try":
                return [(places | {node}, others)]
            case "fork" | "pass" | "meet":
                return [(places, (*others, *self.out[node]))]
            case "sum":
                return [(places, (*others, line)) for line in self.out[node]]
            case "or":
                yes, no, otherwise = self.out[node]
                return [(places, (*others, *taken)) for taken in ((yes,), (no,), (yes, no), (otherwise,))]
            case "stop":
                return [(frozenset(), ())]
            case "drop":
                kept = {place for place in places if self.where(place) not in self.region}
                moving = [line for line in others if self.lines[line].target not in self.region]
                return [(frozenset(kept), (*moving, *self.out[node]))]
        return [(places, others)]

    def where(self, place: int) -> int:
        return place if place > 0 else self.lines[-place].target

    def may_merge(self, places: Marking, merge: int) -> bool:
        """Whether somebody waits at it and nobody else is on the way there: the rule of BPMN 2.0 for inclusive joins.

        A token keeps it waiting from where a way leads, not through it, to a line by which nobody has come yet, unless
        a way leads from there to a line by which somebody has as well: that token is a round behind.
        """
        waiting = {line for line in self.joins[merge] if -line in places}
        if not waiting:
            return False
        empty = self.joins[merge] - waiting
        elsewhere = [place for place in places if place > 0 or -place not in waiting]
        return not any(
            reached & empty and not reached & waiting
            for reached in (self.reached(self.where(place), but=merge) for place in elsewhere)
        )

    def reached(self, node: int, *, but: int) -> set[int]:
        """The lines that ways lead along from a node without passing this other one."""
        lines: set[int] = set()
        pending = [node]
        while pending:
            here = pending.pop()
            fresh = set(self.out[here]) - lines if here != but else set()
            lines |= fresh
            pending += [self.lines[line].target for line in fresh]
        return lines
