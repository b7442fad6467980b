"""Rows of payments: one per transaction of a provider."""

from decimal import Decimal
from enum import StrEnum

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition
from typing_extensions import override

from orders.core.models import Order, amount_field


class PaymentStatus(StrEnum):
    """The life of a payment."""

    CREATED = "created"  # known, the money has not arrived
    CAPTURED = "captured"  # the money is ours
    PARTLY_REFUNDED = "partly_refunded"  # some of it went back
    REFUNDED = "refunded"  # all of it went back


class Payment(models.Model):
    """Money of one order at one provider. `refunded` is what the provider confirmed to have paid back."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    provider = models.CharField(max_length=32)
    transaction_id = models.CharField(max_length=64)
    status = FSMField(default=PaymentStatus.CREATED.value, protected=True, max_length=24)
    amount = amount_field()
    currency = models.CharField(max_length=3)
    refunded = amount_field(Decimal(0))
    paid_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "transaction_id"], name="one_payment_per_transaction"),
            models.UniqueConstraint(
                fields=["order"],
                condition=~Q(status=PaymentStatus.CREATED.value),
                name="one_captured_payment_per_order",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in PaymentStatus]), name="payment_status_known"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, refunded__gte=0, refunded__lte=F("amount")),
                name="payment_refunded_within_amount",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.provider}:{self.transaction_id}"

    @transition(field=status, source=PaymentStatus.CREATED.value, target=PaymentStatus.CAPTURED.value)
    def capture(self) -> None:
        """The provider has the money."""

    @transition(
        field=status,
        source=[PaymentStatus.CAPTURED.value, PaymentStatus.PARTLY_REFUNDED.value],
        target=PaymentStatus.PARTLY_REFUNDED.value,
    )
    def refund_part(self, *, amount: Decimal) -> None:
        """The provider paid a part back."""
        self.refunded += amount

    @transition(
        field=status,
        source=[PaymentStatus.CAPTURED.value, PaymentStatus.PARTLY_REFUNDED.value],
        target=PaymentStatus.REFUNDED.value,
    )
    def refund_rest(self, *, amount: Decimal) -> None:
        """The provider paid the last of it back."""
        self.refunded += amount
