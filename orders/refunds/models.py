"""Rows of refunds, and the ledger of the one external effect each may have."""

import uuid
from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition
from typing_extensions import override

from orders.core.models import Order, amount_field
from orders.payments.models import Payment


class RefundStatus(StrEnum):
    """The life of a refund. Its amount stays reserved on the order until it is rejected, cancelled or failed."""

    REQUESTED = "requested"  # asked for
    IN_REVIEW = "in_review"  # its flow runs
    APPROVED = "approved"  # the flow reached the refund
    REFUNDING = "refunding"  # the provider is being asked; the outcome may be unknown
    REFUNDED = "refunded"  # the provider confirmed
    REJECTED = "rejected"  # the flow said no
    CANCELLED = "cancelled"  # its flow ended without an answer
    FAILED = "failed"  # its flow ended and the provider has not paid


UNDECIDED = [RefundStatus.REQUESTED.value, RefundStatus.IN_REVIEW.value]
OPEN = [*UNDECIDED, RefundStatus.APPROVED.value, RefundStatus.REFUNDING.value]


class Refund(models.Model):
    """Money to go back from one payment of an order."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    status = FSMField(default=RefundStatus.REQUESTED.value, protected=True, max_length=16)
    amount = amount_field()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=500)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    instance = models.UUIDField(null=True, blank=True, db_index=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_above_zero"),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in RefundStatus]), name="refund_status_known"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, status__in=OPEN)
                | (Q(closed_at__isnull=False) & ~Q(status__in=OPEN)),
                name="refund_closed_when_settled",
            ),
        ]

    @override
    def __str__(self) -> str:
        return str(self.pk)

    @transition(field=status, source=RefundStatus.REQUESTED.value, target=RefundStatus.IN_REVIEW.value)
    def begin_review(self) -> None:
        """Its flow runs."""

    @transition(field=status, source=UNDECIDED, target=RefundStatus.APPROVED.value)
    def approve(self) -> None:
        """The flow decided to pay."""

    @transition(field=status, source=RefundStatus.APPROVED.value, target=RefundStatus.REFUNDING.value)
    def begin_refunding(self) -> None:
        """The provider is asked from now on."""

    @transition(field=status, source=RefundStatus.REFUNDING.value, target=RefundStatus.REFUNDED.value)
    def confirm(self) -> None:
        """The provider paid."""

    @transition(field=status, source=RefundStatus.FAILED.value, target=RefundStatus.REFUNDED.value)
    def confirm_late(self) -> None:
        """The provider paid although it was given up: what has left is on the books, whatever was believed before."""

    @transition(field=status, source=UNDECIDED, target=RefundStatus.REJECTED.value)
    def reject(self) -> None:
        """The flow decided not to pay."""

    @transition(field=status, source=[*UNDECIDED, RefundStatus.APPROVED.value], target=RefundStatus.CANCELLED.value)
    def cancel(self) -> None:
        """Its flow ended without an answer."""

    @transition(field=status, source=RefundStatus.REFUNDING.value, target=RefundStatus.FAILED.value)
    def fail(self) -> None:
        """The flow is over and the provider has not paid."""


class EffectStatus(StrEnum):
    """How far a refund's call to its provider has come."""

    CLAIMED = "claimed"  # the provider is being asked, or was: the outcome is unknown
    CONFIRMED = "confirmed"  # the provider has paid
    REFUSED = "refused"  # nothing was paid, and no call is under way: refused, never sent, or void at the provider


class RefundEffect(models.Model):
    """The ledger row of a refund's one external effect: claim → let out → call → confirm, always under the first key.

    `claims` is the number of the latest claim, and the fence: only its worker may still call. `unanswered` counts the
    calls let out that no answer came back for; as long as there is one, only the provider can say that nothing was or
    will be paid.
    """

    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, primary_key=True, related_name="effect")
    key = models.CharField(max_length=200, unique=True)
    status = FSMField(default=EffectStatus.CLAIMED.value, protected=True, max_length=16)
    claims = models.PositiveIntegerField(default=0)
    unanswered = models.PositiveIntegerField(default=0)
    provider_refund_id = models.CharField(max_length=64, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    claimed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    orphaned_at = models.DateTimeField(null=True, blank=True)  # its run ended while the outcome was unknown

    class Meta:
        indexes = [
            models.Index(
                fields=["orphaned_at"],
                condition=Q(status=EffectStatus.CLAIMED.value, orphaned_at__isnull=False),
                name="effect_orphaned",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in EffectStatus]), name="effect_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status=EffectStatus.CONFIRMED.value, confirmed_at__isnull=False)
                | (~Q(status=EffectStatus.CONFIRMED.value) & Q(confirmed_at__isnull=True)),
                name="effect_confirmed_with_time",
            ),
            models.CheckConstraint(
                condition=Q(status=EffectStatus.CLAIMED.value) | Q(unanswered=0), name="effect_settled_when_answered"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.key

    @transition(
        field=status,
        source=[EffectStatus.CLAIMED.value, EffectStatus.REFUSED.value],
        target=EffectStatus.CLAIMED.value,
    )
    def claim(self) -> None:
        """A worker wants to ask the provider. Earlier claims may not call any more."""
        self.claims += 1

    @transition(field=status, source=EffectStatus.CLAIMED.value, target=EffectStatus.CLAIMED.value)
    def let_out(self) -> None:
        """The call goes out now; the outcome is unknown until it is answered."""
        self.unanswered += 1

    @transition(field=status, source=EffectStatus.CLAIMED.value, target=EffectStatus.REFUSED.value)
    def refuse(self) -> None:
        """Nothing was paid, and nothing that is under way can be."""
        self.unanswered = 0

    @transition(
        field=status,
        source=[EffectStatus.CLAIMED.value, EffectStatus.REFUSED.value],
        target=EffectStatus.CONFIRMED.value,
    )
    def confirm(self) -> None:
        """The provider has paid, whatever it said before. Further calls under the key change nothing."""
        self.unanswered = 0


class UnbookedReceipt(models.Model):
    """Money that left although the sums of its order have no place for it. It keeps the order from paying more.

    Booked by the sweep as soon as there is a place; until then it is a breach that `invariants` names.
    """

    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, primary_key=True, related_name="unbooked")
    provider_refund_id = models.CharField(max_length=64)
    amount = amount_field()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=300)
    received_at = models.DateTimeField()
    booked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["received_at"], condition=Q(booked_at__isnull=True), name="receipt_unbooked"),
        ]

    @override
    def __str__(self) -> str:
        return self.provider_refund_id
