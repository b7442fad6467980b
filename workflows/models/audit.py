"""Interventions for good: append-only rows in a hash chain."""

from django.db import models
from django.db.models import F
from typing_extensions import override


class AuditEntry(models.Model):
    """Who did what to what, from where, before and after, and why. A trigger refuses UPDATE, DELETE and TRUNCATE."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=120)
    ip = models.GenericIPAddressField(null=True)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64)
    object_title = models.CharField(max_length=200)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.TextField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["object_id"], name="audit_object"),
            models.Index(F("actor"), F("seq").desc(), name="audit_actor"),
        ]

    @override
    def __str__(self) -> str:
        return f"#{self.seq} {self.action} {self.object_type}:{self.object_id}"
