"""Messages on their way: kept until a run waits for them, not fit for the one that did, or still being told to many."""

from django.db import models
from django.db.models import F, Q
from typing_extensions import override


class Letter(models.Model):
    """A message that is kept until `until`; a dead one, which run `instance` could not take, waits for a person.

    Letters for the same name and key are read in the order of their ids.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=100)
    key = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null: sent to all, which no text is
    payload = models.JSONField()
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=10)
    sent_at = models.DateTimeField()
    until = models.DateTimeField()
    died_at = models.DateTimeField(null=True)
    instance = models.UUIDField(null=True)
    code = models.CharField(max_length=100, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("sent_at")), name="letter_kept_from_its_sending_on"),
            models.CheckConstraint(
                condition=Q(died_at__isnull=True, instance__isnull=True, code="", reason="")
                | (Q(died_at__isnull=False, instance__isnull=False) & ~Q(code="") & ~Q(reason="")),
                name="letter_dead_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["name", "key", "id"], name="letter_kept", condition=Q(died_at__isnull=True)),
            models.Index(fields=["until"], name="letter_expires", condition=Q(died_at__isnull=True)),
            models.Index(fields=["died_at"], name="letter_dead", condition=Q(died_at__isnull=False)),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.name} {self.key or '*'}"


class Call(models.Model):
    """A message to all that has more listeners than are told at once. Those of waits up to `told` were told of it; who
    began to wait after `last` came too late to hear it."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=100)
    payload = models.JSONField()
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=10)
    sent_at = models.DateTimeField()
    told = models.BigIntegerField()
    last = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(told__lte=F("last")), name="call_told_up_to_its_last")]

    @override
    def __str__(self) -> str:
        return f"{self.name} {self.told}/{self.last}"
