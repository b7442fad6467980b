"""Who gives a command that only an administrator may give, as the audit names them."""

from django.core.management.base import CommandError

from accounts.models import User
from workflows.actions.audit import By
from workflows.engine.events import Actor


def administrator(username: str) -> By:
    """The active superuser of this name; raises CommandError when there is none."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no active user {username}.")
    if not user.is_superuser:
        raise CommandError(f"{username} is no administrator.")
    return By(actor=Actor(id=str(user.pk), name=user.get_full_name()), ip=None)
