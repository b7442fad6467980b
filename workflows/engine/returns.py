"""Where a run may go back to, what that takes away, and whether a step lies ahead of where it went back.

A run goes back to a step at which people were asked on its way to the returning one, or to its start, where whoever
asked for it is. What that step led to is taken away whole, other branches of a fork among it; branches beside the
earlier step itself stay.
"""

from collections import deque
from collections.abc import Mapping, Sequence

import networkx as nx

from bedrock.errors import BadInput, Conflict, OrderflowError
from workflows.engine.force import kept_tokens
from workflows.engine.node_type import Continue, Fork, Return, Scope
from workflows.engine.plan import Exit, Plan, PlanNode
from workflows.engine.record import record
from workflows.engine.state import Json, State, Token
from workflows.engine.structure import reachable, trail
from workflows.engine.workings import Workings


@record
class Route:
    """A way back: the step, the tokens that it takes away, and whether the returning step may be entered again from
    there without the steps between (it may not where that would skip the fork around it).
    """

    to: str
    left: tuple[Token, ...]
    may_resume: bool


def earlier_steps(plan: Plan, state: State, token: Token) -> list[str]:
    """The steps that asked people in this run and lead on to where this token stands; the nearest first, the start,
    where its requester is asked again, last.

    None within a branch that this token is not in: to enter a fork by one of its branches would leave the others out.
    """
    place = _place(plan, token)
    onwards: nx.DiGraph[str] = nx.DiGraph()
    onwards.add_nodes_from(plan.nodes)
    onwards.add_edges_from(
        (node.id, way.to) for node in plan.nodes.values() for way in node.exits.values() if not way.counted
    )
    before = nx.ancestors(onwards, place)
    if place != token.node:
        before.add(place)
    here = trail(plan.branch_at(place, None))
    return [
        node
        for node in reversed(list(nx.topological_sort(onwards)))
        if node in before
        and (plan.nodes[node].type.asks_people or (node == plan.start.id and state.requester is not None))
        and state.visits.get(node)
        and trail(plan.branch_at(node, None)) == here[: len(trail(plan.branch_at(node, None)))]
    ]


def route_back(plan: Plan, state: State, token: Token, wanted: Return) -> Route | OrderflowError:
    """The way back that a step wants, or the reason why there is none."""
    if wanted.seen is not None and wanted.seen != state.seq:
        return Conflict("return.stale_token", "Expected the run as it was previewed, found that it moved.")
    earlier = earlier_steps(plan, state, token)
    if wanted.to_requester and state.requester is None:
        return Conflict("return.no_requester", "Expected a run that somebody asked for, found one that nobody did.")
    nearest = next((node for node in earlier if node != plan.start.id), "")
    to = plan.start.id if wanted.to_requester else wanted.to or nearest
    if to not in earlier:
        return _no_earlier_step(to, earlier)
    kept = _beside(plan, state, to)
    if isinstance(kept, OrderflowError):
        return kept
    left = tuple(one for one in state.tokens.values() if one.id not in kept)
    forbidden = _forbidden(plan, state, token, wanted, to=to, left=left)
    stays = trail(plan.branch_at(to, None)) == trail(plan.branch_at(token.node, None))
    return forbidden or Route(to, left, stays)


def _forbidden(
    plan: Plan, state: State, token: Token, wanted: Return, *, to: str, left: Sequence[Token]
) -> OrderflowError | None:
    """What the step that wants to return may not do."""
    if wanted.limit is not None and state.returns.get(token.node, 0) >= wanted.limit:
        return Conflict(
            "return.limit", f"Expected at most {wanted.limit} returns from {token.node}, found one more.",
            node=token.node, limit=wanted.limit,
        )  # fmt: skip
    beside = sorted({one.node for one in left if one.id != token.id})
    if beside and not wanted.crosses:
        return Conflict(
            "return.leaves_branch",
            "Expected an earlier step of this branch, found one before the fork: others are at work beside this step.",
            target=to, beside=beside,
        )  # fmt: skip
    acted = [] if wanted.repeats else acted_since(plan, state, to)
    return _would_repeat(to, acted) if acted else None


def taken_back(plan: Plan, state: State, to: str) -> tuple[Token, ...] | OrderflowError:
    """The tokens that a supervisor takes away by sending the run back to a step, or why it cannot go back there."""
    targets = common_steps(plan, state)
    if to not in targets:
        return _no_earlier_step(to, targets)
    if acted := acted_since(plan, state, to):
        return _would_repeat(to, acted)
    kept = _kept(plan, state, to)
    return tuple(token for token in state.tokens.values() if token.id not in kept)


def common_steps(plan: Plan, state: State) -> list[str]:
    """The steps to which the run as a whole may go back, as it stands; the nearest first."""
    ways = [earlier_steps(plan, state, token) for token in state.tokens.values()]
    found: dict[str, None] = {}
    for way in ways:
        found |= dict.fromkeys(way)
    targets: list[str] = []
    for node in found:
        kept = _kept(plan, state, node)
        leaving = [way for token, way in zip(state.tokens.values(), ways, strict=True) if token.id not in kept]
        if leaving and all(node in way for way in leaving):
            targets.append(node)
    return targets


def _kept(plan: Plan, state: State, to: str) -> frozenset[int]:
    """The tokens that stay beside a step; all of them if nothing can go there."""
    kept = _beside(plan, state, to)
    return frozenset(state.tokens) if isinstance(kept, OrderflowError) else kept


def _beside(plan: Plan, state: State, to: str) -> frozenset[int] | OrderflowError:
    """The tokens that stay beside a step, or why nothing can go there; beside the start there are none."""
    return frozenset() if to == plan.start.id else kept_tokens(plan, state, target=to)


def _no_earlier_step(to: str, targets: Sequence[str]) -> BadInput:
    return BadInput(
        "return.not_an_earlier_step",
        f"Expected a step at which people were asked on the way here, found {to!r}.",
        target=to, targets=list(targets),
    )  # fmt: skip


def _would_repeat(to: str, acted: Sequence[str]) -> Conflict:
    return Conflict(
        "return.would_repeat", f"Expected nothing done outside since {to}, found steps that would act again.",
        target=to, nodes=list(acted),
    )  # fmt: skip


def acted_since(plan: Plan, state: State, to: str) -> list[str]:
    """The steps ahead of this one that have acted outside of the house, or called other runs, and would again."""
    ways = {node.id: [way.to for way in node.exits.values() if not way.counted] for node in plan.nodes.values()}
    ahead = reachable(ways, [to])
    return [
        node.id
        for node in plan.nodes.values()
        if node.id in ahead and state.visits.get(node.id) and (node.type.external_effect or node.type.calls_flows)
    ]


def still_leads(run: Workings, first: Exit, to: str, output: Mapping[str, Json]) -> Mapping[str, Json] | None:
    """The variables that are set on the way from this exit to a step, these among them; None if no way leads there.

    Steps that only look decide anew. Those at which a token would wait are passed by any of their exits.
    """
    before = run.state.variables
    reached: dict[str, None] = {}
    queue: deque[tuple[str, Mapping[str, Json]]] = deque([(first.to, {**before, **output})])
    while queue:
        place, variables = queue.popleft()
        if place == to:
            return {name: value for name, value in variables.items() if name in output or before.get(name) != value}
        if place in reached:
            continue
        reached[place] = None
        node = run.plan.nodes[place]
        ports, found = _passing(run, node, variables)
        queue.extend(
            (way.to, {**variables, **found})
            for port in ports
            if (way := node.exits.get(port)) is not None and not way.counted
        )
    return None


def _passing(run: Workings, node: PlanNode, variables: Mapping[str, Json]) -> tuple[Sequence[str], Mapping[str, Json]]:
    """The ports by which a token would leave a node, and what it would set."""
    if node.type.waits or node.type.performs != "nothing":
        return list(node.exits), {}
    supposed = run.state.copy()
    supposed.variables = variables
    outcome = node.type.enter(Scope(node, Token(0, node.id), supposed, 1, 1, run.now, run.world))
    match outcome:
        case Continue():
            return [outcome.port], outcome.output
        case Fork():
            return outcome.ports, {}
        case _:
            return (), {}


def _place(plan: Plan, token: Token) -> str:
    """The step that a token has come from which waits at a join; otherwise where it stands."""
    if token.via is None or token.via not in plan.nodes[token.node].joins:
        return token.node
    return next(node.id for node in plan.nodes.values() if any(way.edge == token.via for way in node.exits.values()))
