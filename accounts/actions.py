"""What may be done with users and tokens. All writes of this room."""

import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import ApiToken, User, digest_of
from accounts.policy import unknown_roles
from bedrock.errors import BadInput

logger = logging.getLogger(__name__)

# A token that is used all day is written once an hour, not once a request.
LAST_USE_PRECISION = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HashedPassword:
    """A password hashed once for many accounts: hashing is slow on purpose, and these accounts share it anyway."""

    encoded: str

    @classmethod
    def of(cls, password: str) -> Self:
        return cls(encoded=make_password(password))


@transaction.atomic
def ensure_user(
    username: str,
    *,
    password: str | HashedPassword,
    display_name: str = "",
    roles: Iterable[str] = (),
    is_superuser: bool = False,
    is_demo: bool = False,
) -> User:
    """The user of that name with these roles and this password: made when absent, corrected when different.

    Raises BadInput `user.unknown_roles`.
    """
    wanted = list(roles)
    unknown = unknown_roles(wanted)
    if unknown:
        raise BadInput("user.unknown_roles", f"There are no roles {', '.join(unknown)}.", roles=list(unknown))
    stored = User.objects.select_for_update().filter(username=username).first()
    user = stored or User(username=username)
    user.display_name = display_name
    user.roles = wanted
    user.is_superuser = is_superuser
    user.is_staff = is_superuser
    user.is_demo = is_demo
    user.is_active = True
    if isinstance(password, HashedPassword):
        user.password = password.encoded
    elif stored is None or not user.check_password(password):
        user.set_password(password)
    user.save()
    return user


def end_access(user: User) -> None:
    """Nobody signs in as this person any more: what is open ends with the next request, and every token is gone.

    Sessions carry a hash of the password, so one that nobody has ends them for good, also if the account comes back.
    """
    user.is_active = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    tokens, _ = ApiToken.objects.filter(user=user).delete()
    logger.info("access ended", extra={"action": "accounts.access_ended", "user": user.pk, "tokens": tokens})


def set_language(user: User, *, language: str) -> None:
    """Remember the language of the interface."""
    user.language = language
    user.save(update_fields=["language"])


def create_token(user: User, *, name: str = "", expires_at: datetime | None = None) -> str:
    """A new key for programs of `user`. It is shown once: only its digest is stored."""
    key = f"of_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(user=user, name=name, digest=digest_of(key), expires_at=expires_at)
    logger.info("token created", extra={"action": "accounts.token_created", "user": user.pk, "token": token.pk})
    return key


def note_token_use(token: ApiToken, *, now: datetime) -> None:
    """Remember roughly when a token was last used."""
    if token.last_used_at is None or now - token.last_used_at >= LAST_USE_PRECISION:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
