"""Until when whoever asked for a run may withdraw it themselves, as its start says. Pure."""

from bedrock.errors import Conflict, Forbidden, OrderflowError
from workflows.engine.node_type import NodeType
from workflows.engine.nodes.start import StartConfig
from workflows.engine.plan import Plan
from workflows.engine.state import Awaits, State

_USUAL = StartConfig()


def withdrawal_problem(plan: Plan, state: State) -> OrderflowError | None:
    """Why the requester may not withdraw a run as it stands; None if they may.

    What has acted outside of the house, or on rows of it, is there already, so nothing allows it any more: Conflict
    `withdraw.has_acted`. Otherwise Forbidden `withdraw.not_allowed`, `withdraw.decided` or `withdraw.passed`; but a run
    that is back with its requester is theirs to withdraw, unless they never may.
    """
    config = plan.start.config if isinstance(plan.start.config, StartConfig) else _USUAL
    if config.withdraw == "never":
        return Forbidden("withdraw.not_allowed", "Expected a flow whose requests may be withdrawn, found another.")
    acted = [node.id for node in plan.nodes.values() if state.visits.get(node.id) and _acts(node.type)]
    if acted:
        return Conflict(
            "withdraw.has_acted", f"Expected nothing done yet, found that {', '.join(acted)} has acted.", nodes=acted
        )
    if any(token.node == plan.start.id and token.awaits is Awaits.SIGNAL for token in state.tokens.values()):
        return None
    if config.withdraw == "undecided" and _decided(plan, state):
        return Forbidden("withdraw.decided", "Expected a request that nobody has answered yet, found one answered.")
    passed = [step for step in config.withdraw_before if state.visits.get(step)]
    if config.withdraw == "before" and passed:
        return Forbidden(
            "withdraw.passed", f"Expected a run before {', '.join(passed)}, found that it has come there.", nodes=passed
        )
    return None


def _acts(kind: NodeType) -> bool:  # type: ignore[type-arg]  # of any settings
    acts_inside = kind.performs == "inline" and not kind.asks_people
    return kind.external_effect or kind.calls_flows or acts_inside


def _decided(plan: Plan, state: State) -> bool:
    """Whether a step that asks people is over, or somebody has had their say in one that is open."""
    if any(node.type.asks_people and node.id in state.memory for node in plan.nodes.values()):
        return True
    return any(
        plan.nodes[token.node].type.took_part(token.data)
        for token in state.tokens.values()
        if token.awaits is Awaits.SIGNAL
    )
