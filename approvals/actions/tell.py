"""Writes what the house says to people about a task; they find it under their bell."""

from collections.abc import Iterable
from datetime import datetime

from approvals.models import ApprovalTask, Notice
from approvals.tidings import Tidings


def tell(people: Iterable[str], tidings: Tidings, *, task: ApprovalTask, now: datetime) -> None:
    """Tell these people (ids), each once, in the caller's transaction."""
    Notice.objects.bulk_create(
        Notice(
            user_id=int(person), title=tidings.title.model_dump(), text=tidings.text.model_dump(),
            instance=task.instance, node=task.node, visit=task.visit, definition_title=task.definition_title,
            subject_title=task.subject_title, cause=tidings.cause, task=task.pk, at=now,
        )
        for person in dict.fromkeys(people)
    )  # fmt: skip
