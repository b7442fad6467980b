"""Somebody to whom a case was copied says that they have read it."""

from datetime import datetime
from uuid import UUID

from accounts.models import User
from approvals.actions.decide import require_visible
from approvals.models import Copy
from bedrock.errors import NotFound


def read_copy(task_id: UUID, *, user: User, now: datetime) -> Copy:
    """The copy, marked as read; the first time counts. Any task of its run will do.

    Raises NotFound `task.no_copy` when the run was not sent to this person, and what a stranger to the task hears.
    """
    task = require_visible(task_id, user=user)
    mine = Copy.objects.filter(instance=task.instance, user=user)
    mine.filter(read_at=None).update(read_at=now)
    copy = mine.first()
    if copy is None:
        raise NotFound("task.no_copy", "Expected a copy of this case that was sent to you, found none.")
    return copy
