"""Random drawings: well nested ones made of blocks, and any others; and any others."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.engine.flows import first_of, fork, graph, several, when

CONDITIONS = ("${a} < ${b}", "${a} < ${b} * 0.3", "${a} is empty", "true")
LEAVES = ("ask", "call", "delay", "pass", "veto", "message", "first")
MAX_NODES = 40


@dataclass(frozen=True, slots=True)
class Block:
    """A part with one way in and one way out. `kind` says how its `parts` are put together."""

    kind: str
    parts: tuple["Block", ...] = ()
    text: str = ""

    @property
    def size(self) -> int:
        """How many nodes it is drawn with, at most."""
        own = {"row": 0, "parallel": 2, "inclusive": 2, "choice": 2, "exclusive": 2, "loop": 2, "veto": 2}.get(
            self.kind, 1
        )
        return own + sum(part.size for part in self.parts)


def blocks() -> st.SearchStrategy[Block]:
    """Rows, choices by a person or a condition, parallel branches and loops, nested at random."""
    leaf = st.sampled_from(LEAVES).map(Block)

    def larger(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
        some = st.lists(inner, min_size=1, max_size=3).map(tuple)
        two_or_more = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.one_of(
            some.map(lambda parts: Block("row", parts)),
            st.tuples(inner, inner).map(lambda parts: Block("choice", parts)),
            st.builds(lambda parts, text: Block("exclusive", parts, text), st.tuples(inner, inner),
                      st.sampled_from(CONDITIONS)),
            two_or_more.map(lambda parts: Block("parallel", parts)),
            st.builds(lambda parts, text: Block("inclusive", parts, text), two_or_more, st.sampled_from(CONDITIONS)),
            inner.map(lambda part: Block("loop", (part,))),
        )  # fmt: skip

    return st.recursive(leaf, larger, max_leaves=12).filter(lambda block: block.size <= MAX_NODES)


@dataclass(slots=True)
class Pen:
    """Draws blocks; every block is entered at a node of its own, so that no two ways meet in a fork."""

    nodes: dict[str, Any] = field(default_factory=dict)
    edges: list[str] = field(default_factory=list)

    def node(self, kind: Any) -> str:
        name = f"n{len(self.nodes)}"
        self.nodes[name] = kind
        return name

    def line(self, sources: list[str], target: str) -> None:
        self.edges += [f"{source}>{target}" for source in sources]

    def draw(self, block: Block, sources: list[str]) -> list[str]:
        """Draw a block after these open ports, and answer its own open ports."""
        match block.kind:
            case "row":
                for part in block.parts:
                    sources = self.draw(part, sources)
                return sources
            case "parallel":
                ports = [f"p{index}" for index in range(len(block.parts))]
                gate = self.gate(fork(*ports), sources)
                ends = [self.draw(part, [f"{gate}.{port}"]) for part, port in zip(block.parts, ports, strict=True)]
                join = self.node("parallel")
                for each in ends:
                    self.line(each if len(each) == 1 else self.meet(each), join)
                return [join]
            case "inclusive":
                return [self.inclusive(block, sources)]
            case "choice" | "exclusive":
                by_person = block.kind == "choice"
                gate = self.gate("test.ask" if by_person else when("yes", block.text), sources)
                ports = ["yes", "no" if by_person else "otherwise"]
                ends = [self.draw(part, [f"{gate}.{port}"]) for part, port in zip(block.parts, ports, strict=True)]
                return [end for each in ends for end in each]
            case "loop":
                first = self.gate("test.call", sources)
                last = self.node("test.ask")
                self.line(self.draw(block.parts[0], [first]), last)
                self.edges.append(f"{last}.no~2>{first}")
                return [f"{last}.yes"]
        return self.leaf(block.kind, sources)

    def leaf(self, kind: str, sources: list[str]) -> list[str]:
        match kind:
            case "ask":
                gate = self.gate("test.ask", sources)
                return [f"{gate}.yes", f"{gate}.no"]
            case "veto":
                gate = self.gate("test.ask", sources)
                self.line([f"{gate}.no"], self.node("terminate"))
                return [f"{gate}.yes"]
            case "delay":
                return [self.gate(("delay", {"after": "PT1H"}), sources)]
            case "message":
                key = f'"{len(self.nodes)}"'
                return [self.gate(("message", {"message": "came", "key": key}), sources)]
            case "first":
                gate = self.gate(first_of(came=f'"{len(self.nodes)}"', late="PT3H"), sources)
                return [f"{gate}.came", f"{gate}.late"]
            case "call":
                return [self.gate("test.call", sources)]
        return sources

    def inclusive(self, block: Block, sources: list[str]) -> str:
        """The first part is taken when the block's condition holds, the last otherwise, those between in any case."""
        ports = [*(f"p{index}" for index in range(len(block.parts) - 1)), "otherwise"]
        gate = self.gate(several(**{port: "true" if index else block.text for index, port in enumerate(ports[:-1])}),
                         sources)  # fmt: skip
        ends = [self.draw(part, [f"{gate}.{port}"]) for part, port in zip(block.parts, ports, strict=True)]
        join = self.node("inclusive")
        for each in ends:
            self.line(each, join)
        return join

    def gate(self, kind: Any, sources: list[str]) -> str:
        if len(sources) > 1 and kind[0] in ("parallel", "inclusive"):
            sources = self.meet(sources)
        node = self.node(kind)
        self.line(sources, node)
        return node

    def meet(self, sources: list[str]) -> list[str]:
        """Bring several ways together before a gateway that would take them for branches."""
        node = self.node("test.call")
        self.line(sources, node)
        return [node]


def nested() -> st.SearchStrategy[dict[str, Any]]:
    """Well nested drawings of up to about forty nodes, some with branches that never meet again at the end."""
    return st.builds(_drawn, blocks(), split=st.booleans())


def _drawn(block: Block, *, split: bool) -> dict[str, Any]:
    pen = Pen({"start": "start"})
    ends = pen.draw(block, ["start"])
    if split:
        gate = pen.gate(fork("l", "r"), ends)
        ends = [pen.gate("test.call", [f"{gate}.l"])]
        pen.line([f"{gate}.r"], pen.node("end"))
    pen.line(ends, pen.node("end"))
    return graph(pen.nodes, *pen.edges)


def any_drawing(chance: Random, *, largest: int) -> dict[str, Any]:
    """A drawing whose lines go anywhere, forwards more often than back."""
    inner = [f"n{number}" for number in range(chance.randint(1, largest))]
    kinds = {name: chance.choice(("test.ask", "test.call", fork("l", "r"), "parallel", when("l", "${a} < ${b}"),
                                  "terminate", several(l="${a} < ${b}", r="${a} < ${b} * 3"), "inclusive"))
             for name in inner}  # fmt: skip
    nodes = {"start": "start"} | kinds | {"end": "end"}
    order = list(nodes)
    edges = []
    for place, (name, kind) in enumerate(nodes.items()):
        for port in _PORTS[kind if isinstance(kind, str) else kind[0] + " with branches"]:
            onwards = chance.random() < 0.8 or place == 0
            target = order[chance.randint(place + 1, min(place + 3, len(order) - 1)) if onwards
                           else chance.randint(1, len(order) - 1)]  # fmt: skip
            back = "~2" if order.index(target) <= place or chance.random() < 0.02 else ""
            edges.append(f"{name}{port}{back}>{target}")
    return graph(nodes, *edges)


_PORTS = {
    "start": ("",), "test.ask": (".yes", ".no"), "test.call": ("",), "parallel": ("",), "end": (),
    "parallel with branches": (".l", ".r"), "exclusive with branches": (".l", ".otherwise"),
    "terminate": (), "inclusive": ("",), "inclusive with branches": (".l", ".r", ".otherwise"),
}  # fmt: skip
