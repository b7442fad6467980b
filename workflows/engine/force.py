"""What a force-advance leaves behind and what it keeps, decided from the nesting of parallel branches.

A new token stands at the target. Tokens in sibling branches of a fork that encloses the target are kept, because the
join still needs them; every other token is withdrawn. Forcing onto a join opens it: the force ends all its branches.
Passing one failed step leaves every other token alone, and the new one arrives by the step's own way on.
"""

from bedrock.errors import BadInput, Conflict, OrderflowError
from workflows.engine.plan import Exit, Plan
from workflows.engine.state import Awaits, State
from workflows.engine.structure import trail

Trail = tuple[tuple[str, str], ...]  # (fork, port), outermost first


def kept_tokens(plan: Plan, state: State, *, target: str) -> frozenset[int] | OrderflowError:
    """Ids of the tokens that stay when the run is forced to `target`, or the reason why it cannot be."""
    refused = _refused(plan, state, target=target)
    if refused is not None:
        return refused
    if plan.nodes[target].type.ends_run:
        return frozenset()
    goal = trail(plan.branches.nodes.get(target))
    kept = frozenset(
        token.id for token in state.tokens.values() if _is_sibling(trail(plan.branch_at(token.node, token.via)), goal)
    )
    missing = _missing_branches(plan, state, kept=kept, goal=goal)
    if missing:
        return Conflict(
            "force.target_inside_parallel",
            "Expected every sibling branch of the target to be under way, found branches that are not; "
            "choose the fork or a node after the join.",
            target=target, branches=missing,
        )  # fmt: skip
    return kept


def way_past(plan: Plan, step: str) -> Exit | OrderflowError:
    """The way on from a step as if it were done: its only one but those for failures and those that go round."""
    node = plan.nodes[step]
    if node.type.is_start:
        return _not_let_in(node.id)
    failures = {one.port for one in node.catches.exits}
    ways = {port: way for port, way in node.exits.items() if port not in failures}
    if node.joins or len(ways) != 1 or any(way.counted for way in ways.values()):
        return Conflict(
            "skip.no_single_way",
            "Expected a step with one way on, found one that has to decide; force the run to a step instead.",
            node=node.id, ways=sorted(ways),
        )  # fmt: skip
    return next(iter(ways.values()))


def _refused(plan: Plan, state: State, *, target: str) -> OrderflowError | None:
    if target not in plan.nodes:
        return BadInput("force.unknown_target", f"Expected a node of this version, found {target!r}.", target=target)
    for token in state.tokens.values():
        if plan.nodes[token.node].type.is_start and token.awaits is not Awaits.SIGNAL:  # not back with its requester
            return _not_let_in(token.node)
    if plan.nodes[target].type.is_start:
        return BadInput("force.target_is_start", "Expected a node after the start, found the start.", target=target)
    if any(token.node == target for token in state.tokens.values()) and not plan.nodes[target].joins:
        return Conflict("force.already_there", "Expected another node, found that the run stands there.", target=target)
    return None


def _not_let_in(start: str) -> Conflict:
    """Only who was let in goes on, or two would be in the line at once."""
    return Conflict(
        "force.not_let_in", "Expected a run that was let in, found one in its line; end the one before it.", node=start
    )


def _is_sibling(place: Trail, goal: Trail) -> bool:
    for (fork, port), (goal_fork, goal_port) in zip(place, goal, strict=False):
        if fork != goal_fork:
            return False
        if port != goal_port:
            return True
    return False


def _missing_branches(plan: Plan, state: State, *, kept: frozenset[int], goal: Trail) -> list[str]:
    """Branches that a join on the way from the target will wait for, and in which no kept token is."""
    under_way = {
        place[:depth]
        for place in (trail(plan.branch_at(state.tokens[token].node, state.tokens[token].via)) for token in kept)
        for depth in range(1, len(place) + 1)
    }
    return [
        f"{fork}.{sibling}"
        for depth, (fork, port) in enumerate(goal)
        for sibling in sorted(plan.branches.joined.get(fork, frozenset()) - {port})
        if (*goal[:depth], (fork, sibling)) not in under_way
    ]
