"""Answers kept by idempotency key, so that a repeated request gets the same answer and has no second effect."""

from django.db import models
from typing_extensions import override


class StoredAnswer(models.Model):
    """The answer to one request of one owner in one scope, as it was sent. `fingerprint` is a hash of the request.

    `body` is empty within the transaction that is still answering; nobody else ever sees that.
    """

    owner = models.CharField(max_length=64)
    scope = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    body = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "scope", "key"], name="answer_key_once"),
        ]
        indexes = [models.Index(fields=["created_at"], name="answer_age")]

    @override
    def __str__(self) -> str:
        return f"{self.scope}:{self.key}"
