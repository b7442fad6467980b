"""Which loops lie inside which: a new round of the outer one begins the inner ones anew."""

from collections.abc import Iterable

from workflows.engine.plan import Exit, Plan
from workflows.engine.structure import reachable


def renewed_loops(plan: Plan, way: Exit, counted: Iterable[str]) -> tuple[str, ...]:
    """Of these back edges, those whose loops lie inside the one that this way closes.

    A loop lies inside another if the ways onwards lead from the outer head to its head and from its tail to the
    outer tail. That orders loops strictly, none is ever inside of itself by way of others, so that all rounds
    together stay bounded.
    """
    tail, head = plan.loops[way.edge]
    others = [edge for edge in counted if plan.loops.get(edge, (tail, head)) != (tail, head)]
    if not others:
        return ()
    onwards = {node.id: [to.to for to in node.exits.values() if not to.counted] for node in plan.nodes.values()}
    within = reachable(onwards, [head])
    return tuple(
        edge
        for edge in others
        if plan.loops[edge][1] in within and tail in reachable(onwards, [plan.loops[edge][0]])
    )  # fmt: skip
