"""The answers already given under an idempotency key."""

from django.conf import settings
from django.db import models
from typing_extensions import override


class IntakeKey(models.Model):
    """One request that a client may repeat. Unique per client and key; the fingerprint tells another body apart."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    response = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="one_answer_per_client_and_key")]

    @override
    def __str__(self) -> str:
        return self.key
