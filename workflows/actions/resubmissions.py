"""Submitting a run again that is back with whoever asked for it: what they revised is read as it was at the start."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from bedrock.errors import NotFound
from workflows import runtime, store, triggers
from workflows.actions.instances import Delivered
from workflows.engine.events import Actor, Signalled
from workflows.engine.plan import Plan
from workflows.engine.resubmission import RESUBMIT
from workflows.engine.variables import Variable
from workflows.given_variables import read_variables, require_all


def resubmit(
    instance_id: str, wait: tuple[int, int], *, given: Mapping[str, Any], said: Mapping[str, Any], actor: Actor,
    now: datetime,
) -> Delivered:  # fmt: skip
    """Submit a run again that waits for its requester (`wait`: token and visit), with those of its variables that are
    revised and what is `said` (`comment`, `revision` of the task); in one transaction. `changed` is False when it is
    not with them any more.

    Raises NotFound `instance.unknown`; BadInput `variables.invalid` and `variables.too_large`; Forbidden
    `task.not_yours` and Conflict `task.revision_conflict`. Then nothing changed.
    """
    with transaction.atomic():
        found = store.lock([instance_id])
        if not found:
            raise NotFound("instance.unknown", f"Expected an instance, found none with id {instance_id}.")
        run = found[0]
        plan = run.release.plan
        values: dict[str, Any] = {}
        if given:
            values = read_variables([one for one in revisable(plan) if one.name in given], given)
            require_all(plan, {**run.state.variables, **values}, world=run.world)
        payload = {**said, "variables": values}
        event = Signalled(token=wait[0], visit=wait[1], name=RESUBMIT, payload=payload, actor=actor)
        return runtime.deliver(instance_id, event, now=now)


def revisable(plan: Plan) -> tuple[Variable, ...]:
    """The variables that a requester may change; never what an event told, which is about rows of a wing."""
    told = triggers.find(getattr(plan.start.config, "trigger", None))
    names = set() if told is None else {one.name for one in told.variables}
    return tuple(one for one in plan.start.program.revisable if one.name not in names)
