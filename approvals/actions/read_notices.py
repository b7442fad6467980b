"""A person says that they have read a notice, or all of them."""

from datetime import datetime

from accounts.models import User
from approvals.models import Notice
from approvals.notices import find_notice


def read_notice(user: User, notice_id: int, *, now: datetime) -> Notice:
    """Marked as read; the first time counts. Raises NotFound `notice.unknown`."""
    Notice.objects.filter(pk=notice_id, user=user, read_at=None).update(read_at=now)
    return find_notice(user, notice_id)


def read_all_notices(user: User, *, until: int, now: datetime) -> int:
    """All up to the one that was seen last are read; how many were not. What came meanwhile stays unread."""
    return Notice.objects.filter(user=user, pk__lte=until, read_at=None).update(read_at=now)
