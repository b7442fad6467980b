"""The incidents that the engine itself raises, in words; those of a node type are worded there."""

from workflows.engine.node_type import Fail, Wait
from workflows.engine.plan import Exit, PlanNode


def endless_passing(budget: int) -> Fail:
    """A step passed more nodes than any drawing without an automatic loop has."""
    return Fail(
        code="engine.step_budget",
        message=f"Expected a wait within {budget} nodes, found an endless automatic loop.",
        params={"budget": budget},
    )


def starved_join() -> Fail:
    """Every token waits at a join for another."""
    return Fail(
        code="join.starved",
        message="Expected the other branches at this join, found that none is left to come.",
    )


def undecided(node: PlanNode) -> Fail:
    """A node type answered a token that enters as if it were an event."""
    return Fail(
        code="node.undecided",
        message=f"Expected a node of type {node.type.key!r} to wait, go on or end when entered, found nothing.",
        params={"type": node.type.key},
    )


def endless_wait(node: PlanNode, wait: Wait) -> Fail:
    """A node type asked to wait for what nothing can bring about."""
    return Fail(
        code="node.endless_wait",
        message=f"Expected a wait that something can end, found that nothing can end this one for {wait.awaits}.",
        params={"type": node.type.key, "awaits": wait.awaits.value},
    )


def missing_edge(node: PlanNode, port: str) -> Fail:
    """A token is to leave by a port from which nothing leads on."""
    return Fail(
        code="edge.missing",
        message=f"Expected an edge from port {port!r}, found none.",
        params={"port": port, "ports": sorted(node.exits)},
    )


def exhausted_loop(way: Exit) -> Fail:
    """A loop was gone round as often as it may be."""
    return Fail(
        code="loop.exhausted",
        message=f"Expected at most {way.max_rounds} rounds, found one more.",
        params={"edge": way.edge, "max_rounds": way.max_rounds},
    )
