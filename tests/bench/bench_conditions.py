"""What the optional solver adds where intervals leave a question about conditions open, and what that costs.

`python -m tests.bench.bench_conditions` looks at random gateways of three branches over products, quotients, sums and
shares, once by intervals alone and once with the solver: questions that stay unknown, and milliseconds of processor
time for a gateway, which is what each adds to a save or a publish.
"""

import json
import sys
from collections.abc import Sequence
from random import Random
from statistics import mean
from time import process_time

import pytest

from workflows.engine.expressions.analysis import findings
from workflows.engine.expressions.analysis.findings import FindingKind, analyse
from workflows.engine.expressions.analysis.smt_solver import Solver, installed_solver
from workflows.engine.expressions.language import Condition, compile_condition
from workflows.engine.variables import parse_variables

_GATEWAYS = 200
_KINDS = {"n": "integer", "m": "integer", "d": "decimal", "a": "money", "b": "money", "t": "text", "f": "boolean"}
_VARIABLES = parse_variables([{"name": name, "type": kind} for name, kind in _KINDS.items()])
_SHAPES = (
    "${{n}} * ${{m}} {op} {number}", "${{d}} * ${{d}} {op} {number}", "${{d}} / ${{n}} {op} {number}",
    "${{a}} / ${{b}} {op} 0.{number}", "${{a}} * ${{d}} {op} {number}0 CNY", "${{n}} + ${{m}} {op} {number}",
    "${{a}} {op} ${{b}} * 0.{number}", "${{a}} {op} {number}0 CNY", "${{d}} {op} ${{n}}", "${{t}} == 'x{number}'",
    "${{f}}", "${{n}} is not empty",
)  # fmt: skip


def bench(gateways: int = _GATEWAYS, *, seed: int = 1) -> dict[str, object]:
    """Both ways over the same gateways, as a figure each; without the extra there is only the first."""
    chance = Random(seed)
    drawn = [_gateway(chance) for _ in range(gateways)]
    figures: dict[str, object] = {"gateways": gateways, "by_intervals": _measured(drawn, None)}
    solver = installed_solver()
    if solver is not None:
        solver("(assert true)")  # the package is loaded once in the life of a process
        figures["with_solver"] = _measured(drawn, solver)
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    return figures


def _gateway(chance: Random) -> list[Condition]:
    def comparison() -> str:
        operator = chance.choice(("<", "<=", ">", ">=", "==", "!="))
        return chance.choice(_SHAPES).format(op=operator, number=chance.randint(1, 9))

    def branch() -> str:
        parts = [comparison() for _ in range(chance.randint(1, 3))]
        return chance.choice((" and ", " or ")).join(parts)

    return [compile_condition(branch(), _VARIABLES) for _ in range(3)]


def _measured(gateways: Sequence[Sequence[Condition]], solver: Solver | None) -> dict[str, float]:
    unknown, undecided, spent = 0, 0, []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(findings, "installed_solver", lambda: solver)
        for gateway in gateways:
            began = process_time()
            found = analyse(gateway, has_otherwise=True)
            spent.append(1000 * (process_time() - began))
            doubts = sum(each.kind is FindingKind.UNKNOWN for each in found)
            unknown, undecided = unknown + doubts, undecided + bool(doubts)
    return {
        "unknown_questions": unknown,
        "gateways_with_one": undecided,
        "mean_ms": round(mean(spent), 1),
        "worst_ms": round(max(spent), 1),
    }


if __name__ == "__main__":
    bench()
