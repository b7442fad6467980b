"""Validation against the truth on as many random drawings as there is time for.

`python -m tests.engine.soundness_run --nodes 8 --drawings 100000 --seed 1` draws that many of up to eight steps
between start and end, of every family of kinds in turn, and prints what came of them. `--every` draws each one there
is of exactly so many steps instead, of forks, joins, questions and calls, without loops. What is accepted is also run
by the engine, with answers at random. It ends with 1 when a drawing is accepted that goes wrong, or a run of it does,
and prints that drawing.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from time import perf_counter

from tests.engine.dropping import drawing_with_regions
from tests.engine.flows import Ask, Call, Try, money
from tests.engine.nearly_nested import nearly_nested
from tests.engine.player import Player
from tests.engine.token_game import CATCHING, FINAL, INCLUSIVE, PORTS, Drawing, all_drawings, verdict
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.graph import read_graph
from workflows.engine.node_type import Problem
from workflows.engine.plan import compile_plan
from workflows.engine.registry import discover, registry
from workflows.engine.validate import validate
from workflows.engine.world import world_of
from workflows.testing import MONDAY_MORNING

WORLD = world_of(CalendarBook())
FAMILIES: Mapping[str, Mapping[str, int]] = {
    "parallel": PORTS, "inclusive": INCLUSIVE, "final": INCLUSIVE | FINAL, "catching": CATCHING,
}  # fmt: skip


def problems_of(drawing: Drawing) -> tuple[Problem, ...]:
    """All that validation says of a drawing."""
    return validate(read_graph(drawing.to_graph()), registry=registry, world=WORLD, now=MONDAY_MORNING)


def errors_of(drawing: Drawing) -> list[str]:
    """The codes for which validation refuses a drawing."""
    return sorted({problem.code for problem in problems_of(drawing) if problem.severity == "error"})


def comes_to_an_end(drawing: Drawing, chance: Random) -> bool:
    """Whether the engine runs it to its end by its rules with these answers; a loop that is used up may remain."""
    amounts = {"a": money(chance.choice(("1.00", "3.00"))), "b": money("2.00")}
    try:
        player = Player(compile_plan(read_graph(drawing.to_graph()), registry=registry), variables=amounts)
        player.finish(lambda: chance.random() < 0.5)
    except AssertionError:
        return False
    return all(token.data["code"] == "loop.exhausted" for token in player.waiting)


@dataclass(slots=True)
class Tally:
    """What came of some drawings: how many were sound, how many accepted; those that were wrongly, as they are."""

    seen: Counter[tuple[str, bool]] = field(default_factory=Counter)
    needlessly: Counter[str] = field(default_factory=Counter)  # codes for which a sound one was refused
    wrongly: list[Drawing] = field(default_factory=list)
    stuck: list[Drawing] = field(default_factory=list)  # accepted, and a run of it did not end

    def add(self, drawing: Drawing, chance: Random) -> None:
        """Play it, validate it, and run it if it is accepted."""
        truth, errors = verdict(drawing), errors_of(drawing)
        self.seen["sound" if truth == "sound" else "unsound", not errors] += 1
        if truth == "sound":
            self.needlessly.update(errors)
        elif not errors:
            self.wrongly.append(drawing)
        if not errors and not comes_to_an_end(drawing, chance):
            self.stuck.append(drawing)


def samples(seed: int, *, nodes: int) -> Iterator[tuple[str, Drawing]]:
    """Drawings without end, of up to so many inner nodes, each with the name of its family."""
    chance = Random(seed)
    for family in cycle((*FAMILIES, "regions")):
        if family != "regions":
            yield family, nearly_nested(chance, inner=chance.randint(min(4, nodes), nodes), kinds=FAMILIES[family])
            continue
        drawing = drawing_with_regions(chance)
        while not drawing.region or len(drawing.kinds) > nodes:
            drawing = drawing_with_regions(chance)
        yield family, drawing


def run(drawings: Iterator[tuple[str, Drawing]], *, most: int | None = None) -> dict[str, Tally]:
    """What came of so many of them, by family."""
    chance = Random(0)
    tallies: dict[str, Tally] = {}
    for number, (family, drawing) in enumerate(drawings, start=1):
        tallies.setdefault(family, Tally()).add(drawing, chance)
        if number == most:
            break
    return tallies


def main(arguments: list[str]) -> int:
    """Run as told; 1 when a drawing was accepted that goes wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.engine.soundness_run", description=__doc__)
    parser.add_argument("--nodes", type=int, default=8)
    parser.add_argument("--drawings", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", action="store_true")
    given = parser.parse_args(arguments)
    discover("workflows.engine.nodes")
    for kind in (Ask(), Call(), Try()):
        registry.add(kind)
    began = perf_counter()
    if given.every:
        tallies = run(("every", drawing) for drawing in all_drawings(given.nodes, loops=False))
    else:
        tallies = run(samples(given.seed, nodes=given.nodes), most=given.drawings)
    report: dict[str, object] = {family: _figures(tally) for family, tally in tallies.items()}
    report["seconds"] = round(perf_counter() - began)
    sys.stdout.write(json.dumps(report, indent=2) + "\n")
    return 1 if any(tally.wrongly or tally.stuck for tally in tallies.values()) else 0


def _figures(tally: Tally) -> dict[str, object]:
    return {
        "sound and accepted": tally.seen["sound", True],
        "sound and refused": tally.seen["sound", False],
        "unsound and refused": tally.seen["unsound", False],
        "unsound and accepted": [repr(drawing) for drawing in tally.wrongly],
        "accepted and stuck": [repr(drawing) for drawing in tally.stuck],
        "refused needlessly for": dict(tally.needlessly.most_common()),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
