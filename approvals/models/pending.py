"""Answers that may still be taken back: given, and not in force yet."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from typing_extensions import override

from approvals.models.task import ApprovalTask


class PendingAnswer(models.Model):
    """What one person answers to one task at `commit_at`, unless they take it back before; nobody else sees it."""

    task = models.ForeignKey(ApprovalTask, on_delete=models.CASCADE, related_name="pending_answers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pending_answers")
    name = models.CharField(max_length=10)  # of the answer in `approvals.commands`
    comment = models.TextField(blank=True)
    form = models.JSONField(default=dict)  # what is filled in, by name
    revision = models.IntegerField()
    source = models.CharField(max_length=10)
    at = models.DateTimeField()
    commit_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "user"], name="one_pending_answer"),
            models.CheckConstraint(
                condition=Q(name__in=["approve", "reject", "abstain"]), name="pending_answer_is_known"
            ),
            models.CheckConstraint(condition=Q(commit_at__gt=F("at")), name="pending_answer_leaves_time"),
        ]
        indexes = [models.Index(fields=["commit_at"], name="pending_answer_due")]

    @override
    def __str__(self) -> str:
        return f"{self.user_id} {self.name} at {self.commit_at.isoformat()}"
