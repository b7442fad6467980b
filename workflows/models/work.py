"""What must happen later: due times and deferred activities. Rows go when their wait is over; history stays."""

from django.db import models
from django.db.models import Q
from typing_extensions import override

from bedrock.ids import new_id


class Timer(models.Model):
    """The one due time of a waiting token. A timer of an older visit or attempt means nothing to the engine."""

    pk = models.CompositePrimaryKey("instance", "token")
    instance = models.UUIDField()
    token = models.IntegerField()
    node = models.CharField(max_length=64)
    visit = models.IntegerField()
    attempt = models.IntegerField()
    due_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="timer_due")]

    @override
    def __str__(self) -> str:
        return f"{self.instance}:{self.node} {self.due_at.isoformat()}"


class MessageWait(models.Model):
    """A message that a waiting token listens for; without a key it listens for the name alone."""

    instance = models.UUIDField()
    token = models.IntegerField()
    name = models.CharField(max_length=100)
    key = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null: a call to all, which no text is

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["instance", "token", "name", "key"], nulls_distinct=False, name="one_wait_per_message"
            ),
        ]
        indexes = [models.Index(fields=["name", "key", "id"], name="message_wait_listens")]

    @override
    def __str__(self) -> str:
        return f"{self.instance}:{self.token} {self.name}"


class ActivityJob(models.Model):
    """The outbox: work asked for in a transaction and performed after it.

    `available_at` is database time: when it may be claimed; a claim moves it to the end of its lease, so a worker
    that died gives the job back by itself. `target` is whom the work asks.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    instance = models.UUIDField()
    token = models.IntegerField()
    node = models.CharField(max_length=64)
    visit = models.IntegerField()
    attempt = models.IntegerField()
    type = models.CharField(max_length=64)
    target = models.CharField(max_length=100)
    payload = models.JSONField()
    tries = models.IntegerField(default=0)
    claimed = models.UUIDField(null=True)
    available_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instance", "token"], name="one_job_per_token"),
            models.CheckConstraint(condition=Q(attempt__gte=1), name="job_attempt_from_one"),
        ]
        indexes = [
            models.Index(fields=["target", "available_at"], name="job_available"),
            models.Index(fields=["target"], condition=Q(claimed__isnull=False), name="job_claimed"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.instance}:{self.node} {self.type}"


class Breaker(models.Model):
    """A target that failed: how often in a row, and until when it is left alone. One that answers has no row."""

    target = models.CharField(max_length=100, primary_key=True)
    failures = models.IntegerField()
    code = models.CharField(max_length=80, help_text="What it failed with last.")
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(failures__gte=1), name="breaker_counts_from_one")]

    @override
    def __str__(self) -> str:
        return f"{self.target} {self.failures}"


class Heartbeat(models.Model):
    """When a part of the system was last seen alive."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    @override
    def __str__(self) -> str:
        return f"{self.name} {self.at.isoformat()}"
