"""Interventions: preview → token → apply, with a reason and an audit row. Force, cancel, return, retry, skip,
migrate.

The token is signed and binds actor, run, revision and choice: if the run moved in between, it is stale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.core import signing
from django.db import transaction

from bedrock.errors import Conflict, Forbidden, NotFound
from workflows import runtime, store
from workflows.actions import audit
from workflows.actions.intervention_effects import Effect, effects_of, nodes_between
from workflows.actions.migration_plans import require_nodes, target_of
from workflows.codec import read_state
from workflows.engine.events import Actor, CancelRequested, Event, Forced, Migrated, Repaired, SentBack, Skipped
from workflows.engine.force import way_past
from workflows.engine.migration import judge
from workflows.engine.plan import Exit, Plan
from workflows.engine.returns import common_steps
from workflows.engine.state import Awaits, State
from workflows.engine.step import advance
from workflows.models import Definition, DefinitionVersion, Instance, Standing
from workflows.plans import Release, release_of
from workflows.store import Loaded

TOKEN_SECONDS = 300
_SALT = "workflows.intervention"

_PASSES_OVER = ("force-advance", "skip", "return")  # a decision that others were to make
Kind = Literal["force-advance", "cancel", "return", "retry", "skip", "migrate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """What somebody wants of a run: a node to force it to or to send it back to, an incident's token to try again or
    to pass, the end, or another version (with `mapping`, the nodes of it for nodes that it has no more).
    """

    kind: Kind
    target: str | None = None
    token: int | None = None
    version: int | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Meant:
    """An intervention in the engine's words, and the version in which the run goes on."""

    event: Event
    to: Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What will happen, and the token that allows exactly that."""

    effects: tuple[Effect, ...]
    token: str
    came_from: tuple[str, ...]
    target: str | None


def offered(row: Instance) -> list[Kind]:
    """The interventions that a running instance is open to, as it stands; one statement."""
    kinds: list[Kind] = ["force-advance", "cancel"]
    plan = release_of(str(row.version_id)).plan
    if common_steps(plan, read_state(row.state)):
        kinds.append("return")
    failed = [token["node"] for token in row.state["tokens"] if token["awaits"] == Awaits.REPAIR]
    if failed:
        kinds.append("retry")
    if any(isinstance(way_past(plan, node), Exit) for node in failed):
        kinds.append("skip")
    others = DefinitionVersion.objects.filter(definition=row.definition).exclude(pk=row.version_id)
    if others.exclude(standing__status=Standing.Status.WITHDRAWN).exists():
        kinds.append("migrate")
    return kinds


def preview(instance_id: str, wanted: Intervention, *, actor: Actor, now: datetime) -> Preview:
    """What an intervention would do. Changes nothing. Raises the error that applying it would raise."""
    with transaction.atomic():
        run = _locked(instance_id)
        if run.state.requester == actor.id and wanted.kind != "cancel":
            raise Forbidden(
                "force.own_request", "Expected another person's request, found that you asked for this one."
            )
        if wanted.kind in _PASSES_OVER and actor.id in _took_part(run):
            raise Forbidden(
                "force.own_decision", "Expected somebody who decided nothing here, found that you had your say in it."
            )
        meant = _meant(run, wanted, actor=actor, reason="preview")
        leaving = run.release.plan
        step = advance(meant.to.plan, run.state, meant.event, now=now, world=run.world, leaving=leaving)
        if step.refused is not None:
            raise step.refused
        _rehearse(run, meant, now=now)
    standing = _standing(run.state)
    return Preview(
        effects=tuple(
            effects_of(leaving, run.state, meant.event, step, passes=_passes(leaving, run.state, wanted))
        ),
        token=signing.dumps(_claims(run, wanted, actor), salt=_SALT, compress=True),
        came_from=standing,
        target=wanted.target,
    )  # fmt: skip


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
        wanted = Intervention(**claims["wanted"])
        if claims != _claims(run, wanted, by.actor):
            raise _stale()
        delivered = _do(run, _meant(run, wanted, actor=by.actor, reason=reason), now=now)
        audit.record(
            f"instance.{wanted.kind}", by=by,
            on=audit.AuditObject(type="instance", id=instance_id, title=run.state.subject.title[:200]),
            reason=reason,
            before={
                "status": run.state.status, "nodes": list(_standing(run.state)), "version": run.release.number
            },
            after={
                "status": delivered.state.status, "nodes": list(_standing(delivered.state)),
                "target": wanted.target, "version": delivered.context.version,
                "passed": _acting(run.release.plan, _passes(run.release.plan, run.state, wanted), but=wanted.target),
            },
            now=now,
        )  # fmt: skip
    return delivered


def _locked(instance_id: str) -> Loaded:
    found = store.lock([instance_id])
    if not found:
        raise NotFound("instance.unknown", f"Expected an instance, found none with id {instance_id}.")
    return found[0]


def _rehearse(run: Loaded, meant: _Meant, *, now: datetime) -> None:
    """Do it and take it back: the engine cannot know what the wings refuse within the step."""
    with transaction.atomic():
        _do(run, meant, now=now)
        transaction.set_rollback(True)


def _do(run: Loaded, meant: _Meant, *, now: datetime) -> runtime.Delivered:
    if isinstance(meant.event, Migrated):
        return runtime.migrate([(run, meant.event)], to=meant.to, now=now)[0]
    return runtime.deliver(run.id, meant.event, now=now)


def _meant(run: Loaded, wanted: Intervention, *, actor: Actor, reason: str) -> _Meant:
    match wanted.kind:
        case "force-advance":
            return _Meant(Forced(target=wanted.target or "", actor=actor, reason=reason), run.release)
        case "cancel":
            return _Meant(CancelRequested(actor=actor, reason=reason), run.release)
        case "return":
            return _Meant(SentBack(target=wanted.target or "", actor=actor, reason=reason), run.release)
        case "retry" | "skip":
            token = run.state.tokens.get(wanted.token or 0)
            if token is None or token.awaits is not Awaits.REPAIR:
                raise Conflict("incident.not_open", "Expected an open incident, found none.")
            repairs = Repaired if wanted.kind == "retry" else Skipped
            event = repairs(token=token.id, visit=token.visit, attempt=token.attempt, actor=actor, reason=reason)
            return _Meant(event, run.release)
        case "migrate":
            return _migrating(run, wanted, actor=actor, reason=reason)


def _migrating(run: Loaded, wanted: Intervention, *, actor: Actor, reason: str) -> _Meant:
    """One run judged as a migration of many judges it. Raises what planning one would, and `migration.hindered`."""
    definition = Definition.objects.get(pk=run.release.definition_id)
    source, target = run.release.number, wanted.version or 0
    to = release_of(str(target_of(definition, source=source, target=target).pk))
    require_nodes(run.release, to, wanted.mapping)
    verdict = judge(run.release.plan, to.plan, run.state, mapping=wanted.mapping)
    if verdict.hindrances:
        hindrances = [
            {"code": one.code, "node": one.node, "params": dict(one.params)} for one in verdict.hindrances
        ]  # fmt: skip
        raise Conflict(
            "migration.hindered", f"Expected a run that may go on in version {target}, found that it has to stay.",
            version=target, hindrances=hindrances,
        )  # fmt: skip
    event = Migrated(before=source, version=target, moves=verdict.moves, actor=actor, reason=reason)
    return _Meant(event, to)


def _passes(plan: Plan, state: State, wanted: Intervention) -> list[str]:
    if wanted.kind == "skip":
        return [state.tokens[wanted.token or 0].node]
    return (
        [] if wanted.target is None or wanted.kind == "return" else nodes_between(plan, _standing(state), wanted.target)
    )


def _took_part(run: Loaded) -> set[str]:
    """The people who have had their say in this run, in steps that are over and in those that wait."""
    heard = {one for left in run.state.memory.values() for one in left.get("people", ())}
    for token in run.state.tokens.values():
        if token.awaits is Awaits.SIGNAL:
            heard |= set(run.release.plan.nodes[token.node].type.took_part(token.data))
    return heard


def _acting(plan: Plan, nodes: Sequence[str], *, but: str | None) -> list[str]:
    """Of these nodes those that would have acted outside of the house, had the run come to them on its own way."""
    return [node for node in nodes if plan.nodes[node].type.external_effect and node != but]


def _claims(run: Loaded, wanted: Intervention, actor: Actor) -> dict[str, Any]:
    return {
        "instance": run.id, "seq": run.state.seq, "actor": actor.id, "kind": wanted.kind, "wanted": asdict(wanted)
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
