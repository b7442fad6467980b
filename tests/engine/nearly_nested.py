"""Random small drawings that are well nested, or would be but for a line or two that lead elsewhere.

Of drawings whose lines go anywhere hardly one is accepted, and the larger the fewer; of these every second one is
sound or goes wrong in one place only, which is where a mistake of the validation would lie.
"""

from collections.abc import Collection, Sequence
from random import Random

from tests.engine.token_game import NAMES, Drawing

Open = list[tuple[int, int]]  # (node, port) of lines that lead nowhere yet


def nearly_nested(chance: Random, *, inner: int, kinds: Collection[str]) -> Drawing:
    """A drawing with at most so many inner nodes, made of these kinds."""
    pen = _Pen(chance, most=inner, kinds=kinds)
    opens = pen.row([(0, 0)], left=inner)
    pen.lead(opens, pen.count + 1)
    targets = [list(ways) for ways in pen.targets]
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        ways = chance.choice(targets)
        if ways:
            ways[chance.randrange(len(ways))] = chance.randint(1, pen.count + 1)
    return Drawing(tuple(pen.kinds), tuple(map(tuple, targets)))


class _Pen:
    """Draws blocks one after the other and inside of each other; a node gets its number when it is drawn."""

    def __init__(self, chance: Random, *, most: int, kinds: Collection[str]) -> None:
        self.chance, self.most, self.known = chance, most, kinds
        self.kinds: list[str] = []
        self.targets: list[list[int]] = []

    @property
    def count(self) -> int:
        return len(self.kinds)

    def node(self, kind: str, opens: Open) -> int:
        self.kinds.append(kind)
        self.targets.append([0] * len(NAMES[kind]))
        self.lead(opens, self.count)
        return self.count

    def lead(self, opens: Open, to: int) -> None:
        for node, port in opens:
            if node:
                self.targets[node - 1][port] = to

    def row(self, opens: Open, *, left: int) -> Open:
        """One or more blocks of at most so many nodes; the lines that go on."""
        until = self.count + left
        while opens and self.count < until:
            opens = self.block(opens, left=until - self.count)
            if self.chance.random() < 0.3:
                break
        return opens

    def block(self, opens: Open, *, left: int) -> Open:
        makers: Sequence[str] = [
            *(kind for kind in ("call", "ask", "try", "sum") if kind in self.known),
            *(["stop"] if "stop" in self.known and left > 1 else []),
            *(["fork", "fork"] if left > 1 else []),
            *(["or", "or"] if "or" in self.known and left > 1 else []),
            *(["loop"] if left > 1 else []),
        ]
        match self.chance.choice(makers):
            case "stop":
                asked = self.node("ask", opens)
                self.node("stop", [(asked, 1)])
                return [(asked, 0)]
            case "fork" | "or" as kind:
                return self.fork(kind, opens, left=left)
            case "loop":
                first = self.count + 1
                opens = self.row([*opens], left=left - 1)
                asked = self.node("ask", opens)
                self.targets[asked - 1][1] = min(first, asked)
                return [(asked, 0)]
            case kind:
                node = self.node(kind, opens)
                return [(node, port) for port in range(len(NAMES[kind]))]

    def fork(self, kind: str, opens: Open, *, left: int) -> Open:
        fork = self.node(kind, opens)
        inner = left - 2
        branches: list[Open] = []
        for port in range(len(NAMES[kind])):
            branch: Open = [(fork, port)]
            if inner > 0 and self.chance.random() < 0.8 and port < 2:
                before = self.count
                branch = self.row(branch, left=self.chance.randint(1, inner))
                inner -= self.count - before
            branches.append(branch)
        both = [line for branch in branches for line in branch]
        if not both or (self.chance.random() < 0.15 and kind == "fork"):
            return both
        return [(self.node("pass" if kind == "fork" else "meet", both), 0)]
