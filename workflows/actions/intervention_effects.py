"""What an intervention will do, line by line, from the step that it would be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import networkx as nx

from workflows.engine.events import Event, Fate, Migrated
from workflows.engine.facts import Fact, Failed, Waited, Withdrawn
from workflows.engine.plan import Plan
from workflows.engine.state import Awaits, State, Token
from workflows.engine.step import Step

EffectKind = Literal[
    "cancels_task", "cancels_timer", "cancels_job", "cancels_arrival", "cancels_message", "cancels_runs", "leaves_line",
    "closes_incident", "skips_node", "keeps_wait", "enters_node", "runs_effect", "ends_instance",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One line of what will happen. `node` is one of the run's version, of `enters_node` and `runs_effect` of the
    version that it goes on in.
    """

    kind: EffectKind
    node: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


def effects_of(plan: Plan, state: State, event: Event, step: Step, *, passes: Sequence[str]) -> list[Effect]:
    """The lines for a run of `plan` that stood as in `state`; `passes` are the nodes that are left out on its way."""
    effects: list[Effect] = []
    for fact in step.facts:
        if isinstance(fact, Withdrawn):
            effects += _left_behind(plan, state.tokens[fact.token])
    if isinstance(event, Migrated):
        for move in event.moves:
            if move.fate is Fate.KEPT:
                effects.append(Effect(kind="keeps_wait", node=move.node))
            else:
                effects += _left_behind(plan, state.tokens[move.token])
    effects += [
        Effect(kind="skips_node", node=node, params={"effect": plan.nodes[node].type.external_effect})
        for node in passes
    ]
    effects += [
        Effect(kind="enters_node", node=fact.node, params=_entering(fact))
        for fact in step.facts
        if isinstance(fact, Waited | Failed)
    ]
    effects += [Effect(kind="runs_effect", node=work.node) for work in step.deferred]
    if step.state.status != state.status:
        effects.append(Effect(kind="ends_instance", params={"status": step.state.status}))
    return effects


def _left_behind(plan: Plan, token: Token) -> list[Effect]:
    kinds: dict[Awaits, EffectKind] = {
        Awaits.SIGNAL: "cancels_task", Awaits.ACTIVITY: "cancels_job", Awaits.TIMER: "cancels_timer",
        Awaits.SIBLINGS: "cancels_arrival", Awaits.REPAIR: "closes_incident",
        Awaits.MESSAGE: "cancels_message", Awaits.RUNS: "cancels_runs", Awaits.TURN: "leaves_line",
        Awaits.NOTHING: "cancels_task",
    }  # fmt: skip
    found = [Effect(kind=kinds[token.awaits], node=token.node)]
    if token.awaits is Awaits.REPAIR and plan.nodes[token.node].type.calls_flows:
        found.append(Effect(kind="cancels_runs", node=token.node))
    if token.awaits in (Awaits.SIGNAL, Awaits.MESSAGE) and token.due_at is not None:
        found.append(Effect(kind="cancels_timer", node=token.node, params={"due_at": token.due_at.isoformat()}))
    return found


def _entering(fact: Fact) -> Mapping[str, Any]:
    return {"due_at": fact.due_at.isoformat()} if isinstance(fact, Waited) and fact.due_at else {}


def nodes_between(plan: Plan, standing: Sequence[str], target: str) -> list[str]:
    """Nodes that stand on some way from where the run is to the target, and the ones it is taken from."""
    directed: nx.DiGraph[str] = nx.DiGraph()
    directed.add_nodes_from(plan.nodes)
    directed.add_edges_from(
        (node.id, way.to) for node in plan.nodes.values() for way in node.exits.values() if not way.counted
    )
    ahead = set().union(*(nx.descendants(directed, node) | {node} for node in standing))
    if target not in ahead:
        return []
    leading = nx.ancestors(directed, target)
    return [node for node in plan.nodes if node in ahead and node in leading]
