"""How many runs of the refund flow the engine plays per second in memory, and how fast large drawings are published."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from tests.engine.flows import Ask, Call, fork, graph, money, when
from workflows.engine import events
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.expressions.language import compile_condition
from workflows.engine.graph import Graph, read_graph
from workflows.engine.json_values import decode
from workflows.engine.plan import Plan, compile_plan
from workflows.engine.registry import discover, registry
from workflows.engine.state import State, Subject
from workflows.engine.step import advance
from workflows.engine.validate import validate
from workflows.engine.world import World, world_of
from workflows.testing import MONDAY_MORNING

_REFUND = graph(
    {"start": "start", "small": when("small", "${a} < ${b} * 0.3"), "finance": "test.ask", "ops": "test.ask",
     "refund": "test.call", "reject": "test.call", "end": "end"},
    "start>small", "small.small>ops", "small.otherwise>finance", "finance.yes>ops", "finance.no>reject",
    "ops.yes>refund", "ops.no>reject", "refund>end", "reject>end",
)  # fmt: skip
_VALUES = {"a": money("60.00"), "b": money("199.00")}
_SUBJECT = Subject(type="order", id="O-1", title="O-1")


def bench(*, seconds: float = 0.5) -> dict[str, float]:
    """Figures by name, each the best of three rounds; also printed as JSON.

    `instances_per_second` are full runs (five happenings' worth of deciding: start, two questions, one job) and
    `ratio` compares one of them with one decision of its condition in the same run, which cancels out the machine.
    """
    discover("workflows.engine.nodes")
    registry.add(Ask())
    registry.add(Call())
    plan = compile_plan(read_graph(_REFUND), registry=registry)
    condition = compile_condition("${a} < ${b} * 0.3", plan.variables)
    decoded = {each.name: decode(each.type, _VALUES[each.name]) for each in plan.variables}
    instances = _rate(lambda: play(plan), seconds)
    conditions = _rate(lambda: condition.decide_decoded(decoded), seconds)
    figures = {
        "instances_per_second": round(instances),
        "conditions_per_second": round(conditions),
        "conditions_per_instance": round(conditions / instances, 1),
        **{f"publish_{size}_nodes_ms": publish_ms(size) for size in (1_000, 10_000)},
    }
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    return figures


def play(plan: Plan) -> State:
    """One run to its end: start → condition → finance says yes → operations say yes → refunded."""
    world = World()
    state = State()
    for event in _EVENTS:
        state = advance(plan, state, event, now=MONDAY_MORNING, world=world).state
    return state


_EVENTS: tuple[events.Event, ...] = (
    events.Started(subject=_SUBJECT, variables=_VALUES, requester="7"),
    events.Signalled(token=1, visit=1, name="yes"),
    events.Signalled(token=2, visit=1, name="yes"),
    events.ActivityDone(token=3, visit=1, attempt=1, output={"receipt": "R-1"}),
)


def publish_ms(nodes: int) -> float:
    """Milliseconds to validate and compile a drawing of about so many nodes, best of three."""
    drawing = large(nodes)
    world = world_of(CalendarBook())
    taken = []
    for _ in range(3):
        gc.collect()
        started = time.process_time()
        problems = validate(drawing, registry=registry, world=world, now=MONDAY_MORNING)
        compile_plan(drawing, registry=registry)
        taken.append(time.process_time() - started)
        if problems:
            raise ValueError(f"Expected a drawing without problems, found {problems[0]}.")
    return round(min(taken) * 1_000, 1)


def large(nodes: int) -> Graph:
    """A drawing in which a condition, a question with a loop, and a fork with a join follow each other again."""
    drawn: dict[str, Any] = {"start": "start"}
    edges: list[str] = []
    last = "start"
    while len(drawn) < nodes - 7:
        x, a, z, f, left, right, j = (f"{name}{len(drawn)}" for name in ("x", "a", "z", "f", "l", "r", "j"))
        drawn |= {
            x: when("small", f"${{a}} < ${{b}} * 0.{len(drawn)}"), a: "test.ask", z: "test.call",
            f: fork("l", "r"), left: "test.ask", right: "test.call", j: "parallel",
        }  # fmt: skip
        edges += [
            f"{last}>{x}", f"{x}.small>{z}", f"{x}.otherwise>{a}", f"{a}.yes>{z}", f"{a}.no~3>{x}", f"{z}>{f}",
            f"{f}.l>{left}", f"{f}.r>{right}", f"{left}.yes>{j}", f"{left}.no~2>{left}", f"{right}>{j}",
        ]  # fmt: skip
        last = j
    return read_graph(graph(drawn | {"end": "end"}, *edges, f"{last}>end"))


def _rate(subject: Callable[[], object], seconds: float) -> float:
    best = 0.0
    for _ in range(3):
        count, started = 0, time.process_time()
        while (taken := time.process_time() - started) < seconds:
            for _ in range(100):
                subject()
            count += 100
        best = max(best, count / taken)
    return best


if __name__ == "__main__":
    bench()
