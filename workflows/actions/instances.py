"""Starting runs and telling them what happened. Every function works in the caller's transaction, or else in
one of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from bedrock.errors import BadInput, Conflict, NotFound, OrderflowError
from workflows import runtime, wings
from workflows.engine.events import Actor, Event, Started
from workflows.engine.plan import Plan
from workflows.engine.state import Subject
from workflows.engine.world import World
from workflows.given_variables import read_variables, require_all
from workflows.models import Definition
from workflows.runtime import Delivered
from workflows.store import Beside

__all__ = [
    "Beside", "Delivered", "deliver", "deliver_by", "deliver_each", "foresee_each", "give_up", "probe_by", "start",
    "start_by_hand", "start_for_trigger",
]  # fmt: skip


def start(
    definition_key: str,
    *,
    subject: Subject,
    variables: Mapping[str, Any],
    requester: str | None,
    actor: Actor,
    now: datetime,
) -> Delivered:
    """Start the live version of a flow, for a room that vouches for what it says. Raises NotFound
    `definition.not_live`, Conflict `definition.retired`."""
    event = Started(subject=subject, variables=variables, requester=requester, actor=actor)
    return _found(runtime.start(event, now=now, key=definition_key), definition_key)


def start_by_hand(
    definition_key: str,
    *,
    subject: Subject,
    variables: Mapping[str, Any],
    requester: str,
    actor: Actor,
    now: datetime,
) -> Delivered:
    """Start the live version of a flow on the word of a person or a program alone.

    Raises BadInput `subject.reserved` for a type of subject that a wing owns, `variables.invalid` and
    `variables.too_large`; Conflict `definition.started_by_event` and `definition.retired`; NotFound
    `definition.not_live`.
    """
    if wings.owns_subjects(subject.type):
        message = f"Expected a type of subject of your own, found {subject.type!r}, whose runs start by themselves."
        raise BadInput(
            "subject.reserved", message,
            problems=[{"path": "subject.type", "code": "subject.reserved", "message": message, "params": {}}],
        )  # fmt: skip
    event = Started(subject=subject, variables=variables, requester=requester, actor=actor)
    return _found(runtime.start(event, now=now, key=definition_key, admit=_admit), definition_key)


def _admit(plan: Plan, event: Started, world: World) -> Started:
    trigger = getattr(plan.start.config, "trigger", None)
    if trigger is not None:
        raise Conflict(
            "definition.started_by_event",
            f"Expected a flow that people start, found that {trigger!r} starts this one.",
            trigger=trigger,
        )
    variables = read_variables(plan.variables, event.variables)
    require_all(plan, variables, world=world)
    return replace(event, variables=variables)


def _found(started: Delivered | None, definition_key: str) -> Delivered:
    if started is None:
        if Definition.objects.filter(key=definition_key, retired_at__isnull=False).exists():
            raise Conflict(
                "definition.retired", f"Expected a flow in use, found that {definition_key!r} is retired.",
                definition=definition_key,
            )  # fmt: skip
        raise NotFound(
            "definition.not_live",
            f"Expected a published flow {definition_key!r}, found none.",
            definition=definition_key,
        )
    return started


def start_for_trigger(
    trigger: str,
    *,
    subject: Subject,
    variables: Mapping[str, Any],
    requester: str | None,
    actor: Actor,
    now: datetime,
    given: Mapping[str, Any] | None = None,
) -> Delivered | None:
    """Start the flow that listens to an event; None when none does.

    `given` are further variables of the flow, on the word of whoever asks. Raises BadInput `variables.invalid` and
    `variables.too_large`.
    """
    event = Started(subject=subject, variables=variables, requester=requester, actor=actor)
    return runtime.start(event, now=now, trigger=trigger, admit=partial(_admit_with, given or {}))


def _admit_with(given: Mapping[str, Any], plan: Plan, event: Started, world: World) -> Started:
    """What the event itself tells is nobody's to say otherwise."""
    if given:
        further = [one for one in plan.variables if one.name in given and one.name not in event.variables]
        event = replace(event, variables={**event.variables, **read_variables(further, given)})
    require_all(plan, event.variables, world=world)
    return event


def deliver(instance_id: str, event: Event, *, now: datetime) -> Delivered:
    """Tell a run what happened. Raises NotFound, or the error of a happening that the run refuses."""
    return runtime.deliver(instance_id, event, now=now)


def deliver_by(
    beside: Beside, row_id: str, event_of: Callable[[Sequence[Any] | None], Event], *, now: datetime
) -> Delivered:
    """Tell the run of one of your rows what happened; see `runtime.deliver_by`."""
    return runtime.deliver_by(beside, row_id, event_of, now=now)


def foresee_each(happenings: Sequence[tuple[str, Event]], *, now: datetime) -> list[Delivered | OrderflowError]:
    """What would become of each; see `runtime.foresee_each`."""
    return runtime.foresee_each(happenings, now=now)


def deliver_each(happenings: Sequence[tuple[str, Event]], *, now: datetime) -> list[Delivered | OrderflowError]:
    """Tell many runs at once, each for itself; see `runtime.deliver_each`."""
    return runtime.deliver_each(happenings, now=now)


def probe_by(
    beside: Beside, row_id: str, event_of: Callable[[Sequence[Any] | None], Event], *, now: datetime
) -> Delivered:
    """Ask whether the run of one of your rows would take a happening; see `runtime.probe_by`."""
    return runtime.probe_by(beside, row_id, event_of, now=now)


def give_up(instance_id: str, error: Exception, *, token: int, visit: int, now: datetime) -> bool:
    """A wait could not take what it was told, in a transaction of its own: an incident, so that a person looks.

    False when the run is busy or stands elsewhere by now.
    """
    return runtime.give_up(
        instance_id, error, now=now,
        waits=lambda state: [one for one in state.tokens.values() if (one.id, one.visit) == (token, visit)],
    )  # fmt: skip
