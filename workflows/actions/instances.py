"""Starting runs and telling them what happened. Every function works in the caller's transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bedrock.errors import NotFound
from workflows import runtime
from workflows.engine.events import Actor, Event, Started
from workflows.engine.state import Subject
from workflows.runtime import Delivered

__all__ = ["Delivered", "deliver", "give_up", "start", "start_for_trigger"]


def start(
    definition_key: str,
    *,
    subject: Subject,
    variables: Mapping[str, Any],
    requester: str | None,
    actor: Actor,
    now: datetime,
) -> Delivered:
    """Start the live version of a flow. Raises NotFound `definition.not_live`."""
    event = Started(subject=subject, variables=variables, requester=requester, actor=actor)
    started = runtime.start(event, now=now, key=definition_key)
    if started is None:
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
) -> Delivered | None:
    """Start the flow that listens to an event; None when none does."""
    event = Started(subject=subject, variables=variables, requester=requester, actor=actor)
    return runtime.start(event, now=now, trigger=trigger)


def deliver(instance_id: str, event: Event, *, now: datetime) -> Delivered:
    """Tell a run what happened. Raises NotFound, or the error of a happening that the run refuses."""
    return runtime.deliver(instance_id, event, now=now)


def give_up(instance_id: str, error: Exception, *, token: int, visit: int, now: datetime) -> bool:
    """A wait could not take what it was told, in a transaction of its own: an incident, so that a person looks.

    False when the run is busy or stands elsewhere by now.
    """
    return runtime.give_up(
        instance_id, error, now=now,
        waits=lambda state: [one for one in state.tokens.values() if (one.id, one.visit) == (token, visit)],
    )  # fmt: skip
