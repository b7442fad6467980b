"""Keeping and dropping views of one's own inbox."""

from collections.abc import Mapping
from datetime import datetime

from accounts.models import User
from approvals.models import SavedView
from bedrock.errors import BadInput, NotFound

MOST = 20


def save_view(user: User, *, name: str, filters: Mapping[str, str], now: datetime) -> SavedView:
    """Keep filters under a name; the same name again means the new ones. Raises BadInput `views.too_many`."""
    User.objects.select_for_update().get(pk=user.pk)  # or two at once would both be the last that has room
    others = SavedView.objects.filter(user=user).exclude(name=name)
    if others.count() >= MOST:
        raise BadInput("views.too_many", f"Expected at most {MOST} views, found as many already.", limit=MOST)
    given = {"filters": dict(filters)}
    view, _ = SavedView.objects.update_or_create(
        user=user, name=name, defaults=given, create_defaults=given | {"created_at": now}
    )
    return view


def drop_view(user: User, view_id: int) -> None:
    """Forget a view. Raises NotFound `views.unknown` for one that is not this person's."""
    deleted, _ = SavedView.objects.filter(user=user, pk=view_id).delete()
    if not deleted:
        raise NotFound("views.unknown", f"Expected a view of yours, found none with id {view_id}.")
