"""Rows of who may sign in: users with roles, and tokens for programs. No behaviour beyond one row."""

import hashlib
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from typing_extensions import override

from accounts.policy import ROLE_VALUES, Role, holds_any

LANGUAGES = [("zh-CN", "简体中文"), ("en", "English")]


class UserManager(BaseUserManager["User"]):
    """Makes users with a hashed password; what Django's `createsuperuser` calls."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(username, password, **({"is_superuser": True, "is_staff": True} | fields))


class User(AbstractBaseUser, PermissionsMixin):
    """A person, or a program that acts under its own name."""

    username = models.CharField(max_length=64, unique=True, validators=[UnicodeUsernameValidator()])
    display_name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=8, choices=LANGUAGES, default="zh-CN")
    roles: "ArrayField[list[str], list[str]]" = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="May open Django's admin.")
    is_demo = models.BooleanField(default=False, help_text="Made by the demo; offered on the sign-in page.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(roles__contained_by=list(ROLE_VALUES)), name="user_roles_are_known"),
            models.CheckConstraint(
                condition=Q(language__in=[code for code, _ in LANGUAGES]), name="user_language_is_known"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.username

    def get_full_name(self) -> str:
        return self.display_name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name()

    def has_role(self, *wanted: Role) -> bool:
        """Whether this user holds one of the roles; a superuser holds all."""
        return holds_any(self.roles, wanted, is_superuser=self.is_superuser)


class ApiToken(models.Model):
    """A key of a program. Only its SHA-256 is stored: a key has 256 random bits, so a slow hash adds nothing."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)

    @override
    def __str__(self) -> str:
        return f"{self.user_id}:{self.name or self.pk}"

    def is_valid_at(self, now: datetime) -> bool:
        return self.expires_at is None or now < self.expires_at


def digest_of(key: str) -> str:
    """What is stored of a token's key."""
    return hashlib.sha256(key.encode()).hexdigest()
