"""What people are told: notices in the house, and the memory of what went out to whom by which channel."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from typing_extensions import override


class Notice(models.Model):
    """A notice to one person, in both languages, about a run. `read_at` is empty until they say so.

    `cause` tells what a step of the flow says (`message`, once per visit) from what the house says of a task.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    title = models.JSONField()
    text = models.JSONField()
    instance = models.UUIDField()
    node = models.CharField(max_length=64)
    visit = models.IntegerField()
    definition_title = models.JSONField()
    subject_title = models.CharField(max_length=200, blank=True)
    cause = models.CharField(max_length=20, default="message")
    task = models.UUIDField(null=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "instance", "node", "visit"],
                condition=Q(cause="message"),
                name="notice_once_per_visit",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-at", "-id"], name="notice_newest"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notice_unread"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user_id} {self.instance}:{self.node}"


class Delivery(models.Model):
    """One message of one visit to one receiver outside: how far it got, so that it never goes out twice unasked.

    `receiver` is a person's id for mail, a connection's name for a robot.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "pending"
        SENDING = "sending", "sending"  # let out; whoever finds it so does not know what became of it
        SENT = "sent", "sent"
        FAILED = "failed", "failed"
        UNKNOWN = "unknown", "unknown"

    instance = models.UUIDField()
    node = models.CharField(max_length=64)
    visit = models.IntegerField()
    channel = models.CharField(max_length=8)
    receiver = models.CharField(max_length=64)
    attempt = models.IntegerField()  # of the wait: a person who retries it lets what failed go out again
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PENDING)
    tries = models.IntegerField(default=0)
    code = models.CharField(max_length=64, blank=True)  # why it is not sent
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["instance", "node", "visit", "channel", "receiver"], name="delivery_once_per_visit"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "sending", "sent", "failed", "unknown"]),
                name="delivery_status_is_known",
            ),
            models.CheckConstraint(condition=Q(channel__in=["mail", "robot"]), name="delivery_channel_is_known"),
        ]
        indexes = [models.Index(fields=["at"], name="delivery_by_age")]

    @override
    def __str__(self) -> str:
        return f"{self.instance}:{self.node}:{self.visit} {self.channel} {self.receiver}"
