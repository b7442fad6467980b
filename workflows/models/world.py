"""Rows behind the world values: calendars, their edits, and a revision per value so that processes know to reload."""

from django.db import models
from django_fsm import FSMField, transition
from typing_extensions import override

from bedrock.ids import new_id


class WorldRevision(models.Model):
    """Grows whenever rows behind the value `name` change; database triggers see to it."""

    name = models.CharField(max_length=40, primary_key=True)
    revision = models.BigIntegerField(default=0)

    @override
    def __str__(self) -> str:
        return f"{self.name}@{self.revision}"


class Calendar(models.Model):
    """Working time by name; `document` as `engine.calendars` reads it. `revision` counts its documents."""

    key = models.SlugField(max_length=64, primary_key=True)
    name = models.JSONField()
    document = models.JSONField()
    revision = models.IntegerField(default=1)
    updated_at = models.DateTimeField()

    @override
    def __str__(self) -> str:
        return self.key


class CalendarEdit(models.Model):
    """One edit of a calendar: what it was and is, by whom and why, and what became of the waits that were under way.

    An edit that keeps is done at once. One that recomputes looks through all due times in the order of their rows,
    and a second time when every step that had begun before the edit is over; the cursor says how far it came.
    """

    class Policy(models.TextChoices):
        KEEP = "keep", "keep"  # waits that began before it go on by the calendar as it was
        RECOMPUTE = "recompute", "recompute"  # they are reckoned anew, from their beginning

    class Status(models.TextChoices):
        RUNNING = "running", "running"
        DONE = "done", "done"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    calendar = models.CharField(max_length=64)
    revision = models.IntegerField(help_text="The revision of the calendar that it made.")
    policy = models.CharField(max_length=10, choices=Policy.choices)
    status = FSMField(default=Status.RUNNING, choices=Status.choices, protected=True)
    before = models.JSONField()
    after = models.JSONField()
    reason = models.TextField()
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    looks = models.IntegerField(default=0)
    cursor_instance = models.UUIDField(null=True)
    cursor_token = models.IntegerField(default=0)
    looked_at = models.BigIntegerField(default=0)
    moved_later = models.BigIntegerField(default=0)
    moved_earlier = models.BigIntegerField(default=0)
    left_alone = models.BigIntegerField(default=0, help_text="Waits that could not be reckoned: it never opens.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["calendar", "revision"], name="one_edit_per_calendar_revision"),
            models.CheckConstraint(
                condition=models.Q(policy="keep") | models.Q(policy="recompute"), name="calendar_edit_policy_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status="running", ended_at__isnull=True, policy="recompute")
                | models.Q(status="done", ended_at__isnull=False),
                name="calendar_edit_tells_its_end",
            ),
        ]
        indexes = [
            models.Index(fields=["at"], condition=models.Q(status="running"), name="calendar_edit_running"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.calendar}@{self.revision} {self.policy}"

    @transition(field=status, source=Status.RUNNING, target=Status.DONE)
    def finish(self) -> None:
        """Every due time was looked at, or none had to be."""
