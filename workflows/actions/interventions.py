"""Supervisors' interventions: preview → token → apply, with a reason and an audit row. Force, cancel, retry.

The token is signed and binds actor, run, revision and choice: if the run moved in between, it is stale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import networkx as nx
from django.core import signing
from django.db import transaction

from bedrock.errors import Conflict, Forbidden, NotFound
from workflows import runtime, store
from workflows.actions import audit
from workflows.engine.events import Actor, CancelRequested, Event, Forced, Repaired
from workflows.engine.facts import Fact, Failed, Waited, Withdrawn
from workflows.engine.plan import Plan
from workflows.engine.state import Awaits, State, Token
from workflows.engine.step import Step, advance
from workflows.store import Loaded

TOKEN_SECONDS = 300
_SALT = "workflows.intervention"

Kind = Literal["force-advance", "cancel", "retry"]
EffectKind = Literal[
    "cancels_task", "cancels_timer", "cancels_job", "cancels_arrival", "cancels_message", "cancels_runs",
    "closes_incident", "skips_node", "enters_node", "runs_effect", "ends_instance",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """What a supervisor wants: a node to force to, or an incident's token to try again, or the end."""

    kind: Kind
    target: str | None = None
    token: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One line of what will happen."""

    kind: EffectKind
    node: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What will happen, and the token that allows exactly that."""

    effects: tuple[Effect, ...]
    token: str
    came_from: tuple[str, ...]
    target: str | None


def preview(instance_id: str, wanted: Intervention, *, actor: Actor, now: datetime) -> Preview:
    """What an intervention would do. Changes nothing. Raises the error that applying it would raise."""
    with transaction.atomic():
        run = _locked(instance_id)
        step = _tried(run, wanted, actor=actor, reason="preview", now=now)
        _rehearse(run, wanted, actor=actor, now=now)
    nodes = _standing(run.state)
    return Preview(
        effects=tuple(_effects(run.release.plan, run.state, wanted, step)),
        token=signing.dumps(_claims(run, wanted, actor), salt=_SALT, compress=True),
        came_from=nodes,
        target=wanted.target,
    )


def apply(instance_id: str, token: str, *, kind: Kind, reason: str, by: audit.By, now: datetime) -> runtime.Delivered:
    """Do what was previewed, with its reason, in one transaction with its audit row.

    Raises BadInput `force.reason_required`, Conflict `force.other_kind` when another kind was previewed and
    `force.stale_token` when the token is not of this run, actor and revision or is older than five minutes.
    """
    reason = audit.require_reason(reason, code="force.reason_required")
    claims = _read(token)
    if claims["kind"] != kind:  # each kind has its own right, and people read what they have previewed
        raise Conflict(
            "force.other_kind", f"Expected a preview of {kind}, found one of {claims['kind']}.",
            asked=kind, previewed=claims["kind"],
        )  # fmt: skip
    with transaction.atomic():
        run = _locked(instance_id)
        wanted = Intervention(kind=claims["kind"], target=claims["target"], token=claims["token"])
        if claims != _claims(run, wanted, by.actor):
            raise _stale()
        before = _standing(run.state)
        event = _event(run.state, wanted, actor=by.actor, reason=reason)
        delivered = runtime.deliver(instance_id, event, now=now)
        audit.record(
            f"instance.{wanted.kind}", by=by,
            on=audit.AuditObject(type="instance", id=instance_id, title=run.state.subject.title[:200]),
            reason=reason,
            before={"status": run.state.status, "nodes": list(before), "version": run.release.number},
            after={
                "status": delivered.state.status, "nodes": list(_standing(delivered.state)),
                "target": wanted.target, "passed": _passed(run, wanted.target, standing=before),
            },
            now=now,
        )  # fmt: skip
    return delivered


def _passed(run: Loaded, target: str | None, *, standing: Sequence[str]) -> list[str]:
    """The steps that would have acted outside of the house, had the run come to them on its own way."""
    plan = run.release.plan
    ahead = [] if target is None else _skipped(plan, standing, target)
    return [node for node in ahead if plan.nodes[node].type.external_effect and node != target]


def _locked(instance_id: str) -> Loaded:
    found = store.lock([instance_id])
    if not found:
        raise NotFound("instance.unknown", f"Expected an instance, found none with id {instance_id}.")
    return found[0]


def _tried(run: Loaded, wanted: Intervention, *, actor: Actor, reason: str, now: datetime) -> Step:
    if run.state.requester == actor.id and wanted.kind != "cancel":
        raise Forbidden("force.own_request", "Expected another person's request, found that you asked for this one.")
    event = _event(run.state, wanted, actor=actor, reason=reason)
    step = advance(run.release.plan, run.state, event, now=now, world=run.world)
    if step.refused is not None:
        raise step.refused
    return step


def _rehearse(run: Loaded, wanted: Intervention, *, actor: Actor, now: datetime) -> None:
    """Do it and take it back: the engine cannot know what the wings refuse within the step."""
    with transaction.atomic():
        event = _event(run.state, wanted, actor=actor, reason="preview")
        runtime.deliver(run.id, event, now=now)
        transaction.set_rollback(True)


def _event(state: State, wanted: Intervention, *, actor: Actor, reason: str) -> Event:
    match wanted.kind:
        case "force-advance":
            return Forced(target=wanted.target or "", actor=actor, reason=reason)
        case "cancel":
            return CancelRequested(actor=actor, reason=reason)
        case "retry":
            token = state.tokens.get(wanted.token or 0)
            if token is None or token.awaits is not Awaits.REPAIR:
                raise Conflict("incident.not_open", "Expected an open incident, found none.")
            return Repaired(token=token.id, visit=token.visit, attempt=token.attempt, actor=actor, reason=reason)


def _claims(run: Loaded, wanted: Intervention, actor: Actor) -> dict[str, Any]:
    return {
        "instance": run.id, "seq": run.state.seq, "actor": actor.id, "kind": wanted.kind,
        "target": wanted.target, "token": wanted.token,
    }  # fmt: skip


def _read(token: str) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = signing.loads(token, salt=_SALT, max_age=TOKEN_SECONDS)
    except signing.BadSignature:
        raise _stale() from None
    return claims


def _stale() -> Conflict:
    return Conflict(
        "force.stale_token", "Expected a fresh preview of this run, found that it moved or the preview expired."
    )


def _standing(state: State) -> tuple[str, ...]:
    return tuple(sorted(token.node for token in state.tokens.values()))


def _effects(plan: Plan, state: State, wanted: Intervention, step: Step) -> Sequence[Effect]:
    effects: list[Effect] = []
    for fact in step.facts:
        if isinstance(fact, Withdrawn):
            effects += _left_behind(plan, state.tokens[fact.token])
    if wanted.target is not None:
        effects += [
            Effect(kind="skips_node", node=node, params={"effect": plan.nodes[node].type.external_effect})
            for node in _skipped(plan, _standing(state), wanted.target)
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
        Awaits.MESSAGE: "cancels_message", Awaits.RUNS: "cancels_runs", Awaits.NOTHING: "cancels_task",
    }  # fmt: skip
    found = [Effect(kind=kinds[token.awaits], node=token.node)]
    if token.awaits is Awaits.REPAIR and plan.nodes[token.node].type.calls_flows:
        found.append(Effect(kind="cancels_runs", node=token.node))
    if token.awaits in (Awaits.SIGNAL, Awaits.MESSAGE) and token.due_at is not None:
        found.append(Effect(kind="cancels_timer", node=token.node, params={"due_at": token.due_at.isoformat()}))
    return found


def _entering(fact: Fact) -> Mapping[str, Any]:
    return {"due_at": fact.due_at.isoformat()} if isinstance(fact, Waited) and fact.due_at else {}


def _skipped(plan: Plan, standing: Sequence[str], target: str) -> list[str]:
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
