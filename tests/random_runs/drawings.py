"""Random drawings with every kind of node there is, and what a next version of one may look like."""

from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any

from typing_extensions import override

from tests.calls.flows import EACH, ONE, OWN
from tests.engine.drawings import CONDITIONS, LEAVES, MAX_NODES, Block, Pen
from tests.engine.flows import fork, graph

MORE_LEAVES = ("try", "table", "map", "sub", "each", "broadcast", "shared")
PARTS = {"row": (2, 3), "choice": (2, 2), "exclusive": (2, 2), "parallel": (2, 3), "inclusive": (2, 3), "loop": (1, 1),
         "region": (2, 3)}  # fmt: skip
VARIABLES = [
    {"name": "a", "type": "money"}, {"name": "b", "type": "money"}, {"name": "n", "type": "integer"},
    {"name": "code", "type": "text"}, *OWN,
]  # fmt: skip
_ANY_ERROR = {"codes": ["*"], "port": "error"}


def random_drawing(chance: Random) -> dict[str, Any]:
    """A well nested drawing of up to forty nodes or so; in some, branches never meet again at the end."""
    while (block := random_block(chance, depth=chance.choice((1, 2, 2, 3)))).size > MAX_NODES:
        pass
    pen = WidePen({"start": "start"}, chance=chance)
    ends = pen.draw(block, ["start"])
    if chance.random() < 0.3:
        gate = pen.gate(fork("l", "r"), ends)
        ends = [pen.gate("test.call", [f"{gate}.l"])]
        pen.line([f"{gate}.r"], pen.node("end"))
    pen.line(ends, pen.node("end"))
    return graph(pen.nodes, *pen.edges, variables=VARIABLES)


def random_block(chance: Random, *, depth: int) -> Block:
    """Parts within parts, so many deep at most."""
    if not depth or chance.random() < 0.15:
        return Block(chance.choice((*LEAVES, *MORE_LEAVES)))
    kind = chance.choice(list(PARTS))
    parts = tuple(random_block(chance, depth=depth - 1) for _ in range(chance.randint(*PARTS[kind])))
    return Block(kind, parts, chance.choice(CONDITIONS))


@dataclass(slots=True)
class WidePen(Pen):
    """Draws what needs more than the engine's own kinds, and steps that withdraw what is beside them."""

    chance: Random = field(default_factory=Random)

    @override
    def draw(self, block: Block, sources: list[str]) -> list[str]:
        return self.region(block, sources) if block.kind == "region" else Pen.draw(self, block, sources)

    def region(self, block: Block, sources: list[str]) -> list[str]:
        """Parallel branches; at the end of the first a no withdraws all the others and goes on alone."""
        ports = [f"p{index}" for index in range(len(block.parts))]
        gate = self.gate(fork(*ports), sources)
        asked = self.gate("test.ask", self.draw(block.parts[0], [f"{gate}.p0"]))
        before = len(self.nodes)
        ends = [self.draw(part, [f"{gate}.{port}"]) for part, port in zip(block.parts[1:], ports[1:], strict=True)]
        ends = [each if len(each) == 1 else self.meet(each) for each in ends]
        join = self.node("parallel")
        for each in [[f"{asked}.yes"], *ends]:
            self.line(each, join)
        inner_ends = ("end", "terminate")  # no token ever stands there
        beside = [node for node in list(self.nodes)[before:] if self.nodes[node] not in inner_ends]
        drop = self.node(("cancel_region", {"nodes": beside}))
        self.line([f"{asked}.no"], drop)
        return [join, drop]

    @override
    def leaf(self, kind: str, sources: list[str]) -> list[str]:
        chance = self.chance
        match kind:
            case "try":
                rest = [{"codes": ["*"], "port": "error_rest"}] if chance.random() < 0.5 else []
                exits = [{"codes": ["test.unfit"], "port": "error", "into": "code"}, *rest]
                return self.step("test.try", {"on_error": exits}, sources)
            case "table":
                return self.table(sources)
            case "map":
                value = chance.choice(("${a} * 2", "${a} + ${b}", "10.00 CNY"))
                return self.step(
                    "mapping", {"assign": [{"variable": "b", "value": value}], "on_error": [_ANY_ERROR]}, sources
                )
            case "sub":
                config = chance.choice((ONE, ONE | {"on_cancelled": "exit"}, ONE | {"wait": False, "take": []}))
                return self.step("subflow", config, sources)
            case "each":
                return self.each(sources)
            case "broadcast":
                return self.step("message", {"message": "round"}, sources)
            case "shared":
                return self.step("message", {"message": "came", "key": '"shared"'}, sources)
        return Pen.leaf(self, kind, sources)

    def step(self, kind: str, config: dict[str, Any], sources: list[str]) -> list[str]:
        """A node, and all of its ports."""
        node = self.gate((kind, config), sources)
        exits = [f"{node}.{one['port']}" for one in config.get("on_error", ())]
        cancelled = [f"{node}.cancelled"] if config.get("on_cancelled") == "exit" else []
        return [node, *exits, *cancelled]

    def table(self, sources: list[str]) -> list[str]:
        rules = [{"when": ["< 20.00 CNY"], "then": ["'low'"]}, {"when": ["[20.00 CNY..40.00 CNY)"], "then": ["'mid'"]}]
        may_fail = self.chance.random() < 0.5
        table: dict[str, Any] = {
            "hit_policy": self.chance.choice(("first", "unique")), "inputs": [{"value": "${a}"}],
            "outputs": [{"variable": "code", "aggregation": "list"}], "rules": rules, "otherwise": ["'none'"],
        }  # fmt: skip
        if may_fail:
            table["otherwise"] = None
        else:
            table["hit_policy"] = "first"
        return self.step("decision_table", {"table": table, "on_error": [_ANY_ERROR] if may_fail else []}, sources)

    def each(self, sources: list[str]) -> list[str]:
        chance = self.chance
        config: dict[str, Any] = EACH | {"on_cancelled": chance.choice(("incident", "exit", "skip"))}
        match chance.choice(("all", "sequence", "some", "stopped", "unwaited")):
            case "sequence":
                config |= {"order": "sequence"}
            case "some":
                config |= {"at_once": 2}
            case "stopped":
                config |= {"stop_when": "${completed} >= ${needed}", "rest": chance.choice(("cancel", "let_run"))}
            case "unwaited":
                config = {key: value for key, value in EACH.items() if key not in ("collect", "into")} | {"wait": False}
        return self.step("for_each", config, sources)


def next_version(chance: Random, drawing: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """A drawing to which runs of another one may go over, and the mapping of nodes that goes with it.

    It could be published, unless a step was put between those that another withdraws.
    """
    new = deepcopy(drawing)
    match chance.choice(("same", "longer", "inserted", "renamed")):
        case "longer":
            for node in new["nodes"]:
                if node["type"] == "delay":
                    node["config"]["after"] = f"PT{chance.randint(1, 9)}H"
        case "inserted":
            edge = chance.choice([one for one in new["edges"] if "max_rounds" not in one])
            name = f"m{len(new['nodes'])}"
            new["nodes"].append({"id": name, "type": "test.call"})
            new["edges"].append({"id": f"f{len(new['edges'])}", "from": name, "to": edge["to"]})
            edge["to"] = name
        case "renamed":
            node = chance.choice([one for one in new["nodes"] if one["type"] != "start"])
            return _renamed(new, node["id"], f"r{len(new['nodes'])}{node['id']}")
    return new, {}


def _renamed(drawing: dict[str, Any], old: str, name: str) -> tuple[dict[str, Any], dict[str, str]]:
    for node in drawing["nodes"]:
        if node["id"] == old:
            node["id"] = name
        if node["type"] == "cancel_region":
            node["config"]["nodes"] = [name if one == old else one for one in node["config"]["nodes"]]
    for edge in drawing["edges"]:
        for side in ("from", "to"):
            if edge[side] == old:
                edge[side] = name
    return drawing, {old: name}
