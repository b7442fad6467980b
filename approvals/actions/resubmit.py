"""Submitting again what came back: the requester answers the task that asks them to revise their request."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import User
from approvals.actions.decide import Answered, hidden_unless_seen, too_late, unknown
from approvals.models import ApprovalTask
from approvals.queries import find_task, row_of
from bedrock.errors import Forbidden
from workflows.actions import audit, resubmissions


def resubmit(task_id: UUID, *, payload: Mapping[str, Any], user: User, by: audit.By, now: datetime) -> Answered:
    """Submit the run of a task again with `variables` (those that are revised) and `comment`; one transaction.

    Raises what `resubmissions.resubmit` raises; NotFound for a task this person cannot see; Forbidden
    `task.not_yours` for one that asks somebody else; Conflict `task.already_decided`. Then nothing changed.
    """
    task = find_task(task_id)
    if task is None:
        raise unknown(task_id, user)
    mine = task.mode == ApprovalTask.RESUBMIT and task.requester == by.actor.id
    if not mine:
        refused = Forbidden("task.not_yours", "This task is not yours to act on.")
        raise hidden_unless_seen(refused, task, user=user)
    if task.status != ApprovalTask.Status.OPEN:
        raise too_late(task, user=user)
    delivered = resubmissions.resubmit(
        str(task.instance), (task.token, task.visit), given=payload.get("variables") or {}, actor=by.actor, now=now,
        said={"comment": str(payload.get("comment") or ""), "revision": payload["revision"]},
    )  # fmt: skip
    if not delivered.changed:
        raise too_late(find_task(task_id) or task, user=user)
    return Answered(row=row_of(task), delivered=delivered)
