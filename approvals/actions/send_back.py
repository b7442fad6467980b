"""Sending a run back from a task: a look at the ways first, then one of them, if nothing has moved in between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing

from accounts.models import User
from approvals.actions.decide import Answered, answer, hidden_unless_seen, require_open, require_visible
from approvals.queries import TASKS, task_of
from bedrock.errors import Conflict, Forbidden
from workflows.actions import audit
from workflows.actions.returns import WaysBack, ways_back
from workflows.engine.events import Signalled

TOKEN_SECONDS = 300
_SALT = "approvals.return"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnPreview:
    """The ways back from a task, and the token that allows one of them for five minutes."""

    found: WaysBack
    token: str


def preview(task_id: UUID, *, user: User, by: audit.By, now: datetime) -> ReturnPreview:
    """What sending the run back would do, for each step that it may go to. Raises what `answer` raises."""

    row: list[Sequence[Any]] = []

    def event_of(columns: Sequence[Any] | None, to: str) -> Signalled:
        task = require_open(columns, task_id, user=user)
        row[:] = [columns or ()]
        payload = {"to": to, "resume": "back", "revision": task["revision"], "comment": "preview"}
        return Signalled(token=task["token"], visit=task["visit"], name="return", payload=payload, actor=by.actor)

    try:
        found = ways_back(TASKS, str(task_id), event_of, now=now)
    except Forbidden as error:
        raise hidden_unless_seen(error, task_of(row[0]), user=user) from None
    claims = {"task": str(task_id), "seq": found.seq, "actor": by.actor.id}
    return ReturnPreview(found=found, token=signing.dumps(claims, salt=_SALT, compress=True))


def send_back(
    task_id: UUID, *, token: str, payload: Mapping[str, Any], user: User, by: audit.By, now: datetime
) -> Answered:
    """Send the run back as it was previewed. Raises what `answer` raises, BadInput `return.not_an_earlier_step`, and
    Conflict `return.stale_token`, `return.leaves_branch`, `return.would_repeat` and `return.limit`."""
    try:
        claims = signing.loads(token, salt=_SALT, max_age=TOKEN_SECONDS)
    except signing.BadSignature:
        claims = {}
    if (claims.get("task"), claims.get("actor")) != (str(task_id), by.actor.id):
        require_visible(task_id, user=user)
        raise Conflict(
            "return.stale_token", "Expected a fresh preview of this return, found that it expired or is not yours."
        )
    return answer(task_id, name="return", payload={**payload, "seen": claims["seq"]}, user=user, by=by, now=now)
