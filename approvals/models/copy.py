"""Copies of cases: who was sent one, by whom, and when they read it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from typing_extensions import override

from approvals.models.task import ApprovalTask


class Copy(models.Model):
    """One person may read one run, and finds the task that it was sent from in a box of their own.

    A run is sent to a person once. `sender` is who sent it, or nobody where the flow says so; `read_at` is when they
    opened it first.
    """

    instance = models.UUIDField()
    task = models.ForeignKey(ApprovalTask, on_delete=models.CASCADE, related_name="copies")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="copies")
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    sender_name = models.CharField(max_length=120, blank=True)
    comment = models.TextField(blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instance", "user"], name="one_copy_of_a_run")]
        indexes = [
            models.Index(fields=["user", "-at", "-id"], name="copy_newest"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="copy_unread"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.instance} to {self.user_id}"
