"""Answers kept by idempotency key, so that a repeated request gets the same answer and has no second effect."""

from django.db import models
from typing_extensions import override


class StoredAnswer(models.Model):
    """The answer to one request of one owner in one scope. `fingerprint` is a hash of the request's body."""

    owner = models.CharField(max_length=64)
    scope = models.CharField(max_length=60)
    key = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "scope", "key"], name="answer_key_once"),
        ]
        indexes = [models.Index(fields=["created_at"], name="answer_age")]

    @override
    def __str__(self) -> str:
        return f"{self.scope}:{self.key}"
