"""Asking people to hurry: the run decides whether that is in order, and whoever can do something finds a notice."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from approvals.actions.decide import Answered, answer
from approvals.actions.tell import tell
from approvals.candidates import candidate_of
from approvals.directory import Directory
from approvals.models import ApprovalTask
from approvals.tidings import hurry
from workflows.actions.audit import By


def remind(task_id: UUID, *, payload: Mapping[str, Any], user: User, by: By, now: datetime) -> Answered:
    """Remind everybody who is asked. Raises what `answer` does; Conflict `task.reminded_recently`, `task.off_hours`."""
    with transaction.atomic():
        done = answer(task_id, name="remind", payload=payload, user=user, by=by, now=now)
        task = done.task()
        people = holders(task, directory=done.delivered.world.need(Directory), without=by.actor.id)
        said = hurry(by.actor.name, str(payload.get("comment") or "").strip(), urgent=bool(payload.get("urgent")))
        tell(people, said, task=task, now=now)
    return done


def holders(task: ApprovalTask, *, directory: Directory, without: str) -> list[str]:
    """Who can answer a task now, by id: of a claimed pool who claimed it."""
    found: list[str] = []
    for scope, shown in zip(task.scopes, task.candidates, strict=True):
        people = [person.id for person in candidate_of(scope).people(directory) if person.id != task.requester]
        claim = shown.get("claimed_by", {}).get("id")
        found += [claim] if claim in people else people
    return [person for person in dict.fromkeys(found) if person != without]
