"""Who is away and who acts for them: leave, delegations, and what is to become of the work that they have already."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from typing_extensions import override


class Absence(models.Model):
    """Leave of a person, from `start` (inclusive) to `end` (exclusive)."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences")
    start = models.DateTimeField()
    end = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(end__gt=F("start")), name="absence_ends_after_start")]

    @override
    def __str__(self) -> str:
        return f"{self.person_id} {self.start.isoformat()}"


class Delegation(models.Model):
    """`person` lets `to` act for them: from the day `start` (inclusive) to the day `end` (exclusive) of `zone`.

    Of these `flows` (keys), or of all when there are none. One that was ended early ends at `ended_at`.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="delegations")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="acts_for")
    start = models.DateField()
    end = models.DateField()
    zone = models.CharField(max_length=64)
    flows: "ArrayField[list[str], list[str]]" = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="delegation_ends_after_start"),
            models.CheckConstraint(condition=~Q(person=F("to")), name="delegation_not_to_oneself"),
        ]
        indexes = [models.Index(fields=["to"], condition=Q(ended_at__isnull=True), name="delegation_to")]

    @override
    def __str__(self) -> str:
        return f"{self.person_id}→{self.to_id} {self.start}-{self.end}"


class QueueMove(models.Model):
    """Open tasks of a person that go to somebody else as soon as it is `due_at`: decided by whoever was asked.

    `cause` says which rule finds who takes them. Carried out batch by batch; `cursor` is the last seat looked at.
    """

    class Cause(models.TextChoices):
        DELEGATION = "delegation", "delegation"  # to whoever acts for them
        DELEGATION_ENDED = "delegation_ended", "delegation ended"  # what is held for `to` goes back to them
        LEAVE = "leave", "leave"
        HAND_OVER = "hand_over", "hand-over"  # the person leaves the house

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    cause = models.CharField(max_length=20, choices=Cause.choices)
    delegation = models.ForeignKey(Delegation, null=True, on_delete=models.CASCADE, related_name="moves")
    absence = models.ForeignKey(Absence, null=True, on_delete=models.CASCADE, related_name="moves")
    flows: "ArrayField[list[str], list[str]]" = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    comment = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=120, blank=True)
    due_at = models.DateTimeField()
    cursor = models.BigIntegerField(default=0)
    moved = models.IntegerField(default=0)
    stayed = models.IntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(cause__in=["delegation", "delegation_ended", "leave", "hand_over"]),
                name="queue_move_cause_is_known",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at__isnull=True), name="queue_move_due")]

    @override
    def __str__(self) -> str:
        return f"{self.person_id}→{self.to_id} {self.cause}"
