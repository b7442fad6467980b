"""Reading what people are told in the house; each person their own, and nobody else's."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from approvals.models import Notice
from bedrock.errors import NotFound
from workflows.queries import visible_runs


def notices_of(user: User, *, only_unread: bool) -> QuerySet[Notice]:
    """What this person was told; order by -at, -id."""
    rows = Notice.objects.filter(user=user)
    return rows.filter(read_at=None) if only_unread else rows


def unread_of(user: User) -> int:
    """How many of them are not read; one statement."""
    return Notice.objects.filter(user=user, read_at=None).count()


def pictures(rows: list[Notice], *, user: User) -> list[dict[str, Any]]:
    """Notices as the contract shows them. The run is named to those who may look at it; two statements at most."""
    seen = visible_runs({str(row.instance) for row in rows}, user=user)
    return [
        {
            "id": str(row.pk), "title": row.title, "text": row.text, "definition": row.definition_title,
            "subject": row.subject_title, "at": row.at, "read_at": row.read_at,
            "instance": str(row.instance) if str(row.instance) in seen else None,
            "task": None if row.task is None else str(row.task),
        }
        for row in rows
    ]  # fmt: skip


def find_notice(user: User, notice_id: int) -> Notice:
    """This person's notice. Raises NotFound `notice.unknown`."""
    row = Notice.objects.filter(pk=notice_id, user=user).first()
    if row is None:
        raise NotFound("notice.unknown", f"Expected a notice of yours, found none with id {notice_id}.")
    return row
