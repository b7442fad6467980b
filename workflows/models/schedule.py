"""Flows that start by themselves: when each comes next, and which times were seen to."""

from django.db import models
from typing_extensions import override

from bedrock.ids import new_id


class StartSchedule(models.Model):
    """When a flow comes next, by the version that was live when it was reckoned; `next_at` is empty without a schedule.

    Versions go live, are withdrawn and retire; the sweep finds rows that do not fit any more and reckons anew.
    """

    definition = models.OneToOneField(
        "workflows.Definition", primary_key=True, on_delete=models.CASCADE, related_name="start_schedule"
    )
    version = models.UUIDField(null=True)
    cron = models.CharField(max_length=200, blank=True)
    zone = models.CharField(max_length=64, blank=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="start_schedule_due")]

    @override
    def __str__(self) -> str:
        return f"{self.definition_id} {self.next_at}"


class ScheduledRun(models.Model):
    """A time at which a flow started by itself; or could not, and `code` says why. Each time once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    definition = models.ForeignKey("workflows.Definition", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    instance = models.UUIDField(null=True)
    code = models.CharField(max_length=100, blank=True)
    done_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["definition", "at"], name="one_run_per_scheduled_time"),
            models.CheckConstraint(
                condition=models.Q(instance__isnull=False, code="")
                | models.Q(instance__isnull=True) & ~models.Q(code=""),
                name="scheduled_run_or_reason",
            ),
        ]
        indexes = [models.Index(fields=["done_at"], name="scheduled_run_by_age")]

    @override
    def __str__(self) -> str:
        return f"{self.definition_id} {self.at.isoformat()}"
