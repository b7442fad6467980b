"""Rows of wished changes of orders."""

import uuid
from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition
from typing_extensions import override

from orders.core.models import Order


class ChangeStatus(StrEnum):
    """The life of a change. The order is as it was until it is applied."""

    REQUESTED = "requested"  # asked for
    IN_REVIEW = "in_review"  # its flow runs
    APPLIED = "applied"  # the order is changed
    REJECTED = "rejected"  # the flow said no
    CANCELLED = "cancelled"  # its flow ended without an answer


OPEN = [ChangeStatus.REQUESTED.value, ChangeStatus.IN_REVIEW.value]


class OrderChange(models.Model):
    """What somebody wants to be otherwise in an order: `wanted` by field, each with `before` and `after`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="changes")
    status = FSMField(default=ChangeStatus.REQUESTED.value, protected=True, max_length=16)
    wanted = models.JSONField()
    reason = models.CharField(max_length=500)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    instance = models.UUIDField(null=True, blank=True, db_index=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(status__in=OPEN), name="one_open_change_per_order"),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in ChangeStatus]), name="change_status_known"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, status__in=OPEN)
                | (Q(closed_at__isnull=False) & ~Q(status__in=OPEN)),
                name="change_closed_when_settled",
            ),
        ]

    @override
    def __str__(self) -> str:
        return str(self.pk)

    @transition(field=status, source=ChangeStatus.REQUESTED.value, target=ChangeStatus.IN_REVIEW.value)
    def begin_review(self) -> None:
        """Its flow runs."""

    @transition(field=status, source=OPEN, target=ChangeStatus.APPLIED.value)
    def apply(self) -> None:
        """The flow decided to change the order."""

    @transition(field=status, source=OPEN, target=ChangeStatus.REJECTED.value)
    def reject(self) -> None:
        """The flow decided to leave the order as it is."""

    @transition(field=status, source=OPEN, target=ChangeStatus.CANCELLED.value)
    def cancel(self) -> None:
        """Its flow ended without an answer."""
