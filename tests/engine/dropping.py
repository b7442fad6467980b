"""Random drawings with steps that withdraw others: well nested, with regions that are right, too small or wrong."""

from random import Random

from tests.engine.token_game import Drawing

Open = list[tuple[int, int]]  # (node, port) of lines that lead nowhere yet


class _Pen:
    """Draws from the start on; a node gets its number when it is drawn, so that lines lead onwards."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.kinds: list[str] = []
        self.targets: list[list[int]] = []
        self.drops: list[tuple[int, list[set[int]]]] = []  # with what lies beside each, the innermost fork first
        self.beside: list[set[int]] = []

    def node(self, kind: str, ports: int, opens: Open) -> int:
        self.kinds.append(kind)
        self.targets.append([0] * ports)
        self.lead(opens, len(self.kinds))
        return len(self.kinds)

    def lead(self, opens: Open, to: int) -> None:
        for node, port in opens:
            self.targets[node - 1][port] = to

    def row(self, opens: Open, *, depth: int, inside: bool) -> tuple[Open, Open]:
        """Some steps; the lines that go on, and those that lead out of all branches."""
        out: Open = []
        for _ in range(self.chance.randint(1, 2)):
            match self.chance.choice(("call", "ask", "drop", "fork") if inside else ("call", "fork")):
                case "fork" if depth and len(self.kinds) < 4:
                    opens, more = self.fork(opens, depth=depth)
                    out += more
                case "drop" | "ask" if inside:
                    asked = self.node("ask", 2, opens)
                    drop = self.node("drop", 1, [(asked, 1)])
                    self.drops.append((drop, list(self.beside)))
                    opens = [(asked, 0)]
                    (out if self.chance.random() < 0.7 else opens).append((drop, 0))
                case _:
                    opens = [(self.node("call", 1, opens), 0)]
        return opens, out

    def fork(self, opens: Open, *, depth: int) -> tuple[Open, Open]:
        kind = self.chance.choice(("fork", "fork", "or"))
        fork = self.node(kind, 3 if kind == "or" else 2, opens)
        ends: list[Open] = []
        out: Open = []
        parts: list[tuple[int, int, int, int]] = []
        for port in range(2):
            first, drops = len(self.kinds) + 1, len(self.drops)
            self.beside.append(set())
            some, more = self.row([(fork, port)], depth=depth - 1, inside=True)
            self.beside.pop()
            if len(some) > 1 and kind == "fork":
                some = [(self.node("call", 1, some), 0)]
            ends.append(some)
            out += more
            parts.append((first, len(self.kinds) + 1, drops, len(self.drops)))
        joined = kind == "or" or self.chance.random() < 0.7
        both = [line for some in ends for line in some]
        join = self.node("meet" if kind == "or" else "pass", 1, both) if joined else 0
        if kind == "or":
            self.targets[fork - 1][2] = join
        for (_, _, drops, more_drops), (first, behind, _, _) in (parts, parts[::-1]):
            for number in range(drops, more_drops):
                self.drops[number][1].append(set(range(first, behind)) | ({join} if joined else set()))
        return ([(join, 0)], out) if joined else (both, out)


def drawing_with_regions(chance: Random) -> Drawing:
    """A drawing of up to about ten nodes, in which one step withdraws others."""
    pen = _Pen(chance)
    first = pen.node("call", 1, [])
    opens, out = pen.row([(first, 0)], depth=2, inside=False)
    end = len(pen.kinds) + 1
    pen.lead([*opens, *out], end)
    region: set[int] = set()
    if pen.drops:
        _, beside = chance.choice(pen.drops)
        region = set().union(*beside[: chance.randint(1, len(beside))]) if beside else set()
        if region and chance.random() < 0.3:
            region -= {chance.choice(sorted(region))}
        if region and chance.random() < 0.2:
            region = {chance.choice(sorted(region))}
    return Drawing(tuple(pen.kinds), tuple(map(tuple, pen.targets)), frozenset(region))
