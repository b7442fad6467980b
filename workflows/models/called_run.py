"""Runs that other runs called: who called, whether somebody waits, what came of it, and what is still to be told."""

from django.db import models
from django.db.models import Q
from typing_extensions import override

from workflows.models.instance import Instance


class CalledRun(models.Model):
    """A run with the wait that called it. `status` is that of the run, and `output` what the wait takes of it; a step
    of the run writes both.

    `recalled` says who wants it cancelled and why. `due_at` is database time: from then on somebody must be told, the
    caller that the run is over, or the run that it is recalled; empty when nobody must.
    """

    instance = models.UUIDField(primary_key=True, editable=False)
    caller = models.UUIDField()
    token = models.IntegerField()
    node = models.CharField(max_length=64)
    visit = models.IntegerField()
    item = models.IntegerField()
    waits = models.BooleanField()
    status = models.CharField(max_length=20, choices=Instance.Status.choices)
    output = models.JSONField(default=dict)
    recalled = models.JSONField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller", "token", "item"], name="called_once_per_item"),
            models.CheckConstraint(
                condition=Q(status__in=["running", "completed", "cancelled"]), name="called_run_status_is_known"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="called_run_due")]

    @override
    def __str__(self) -> str:
        return f"{self.caller}:{self.node}[{self.item}] → {self.instance}"
