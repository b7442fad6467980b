"""Rows of orders and their lines. Sums are columns, held together by constraints: no reader adds them up again."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition
from typing_extensions import override

from orders.core.channels import Channel
from orders.money import DIGITS, PLACES


class OrderStatus(StrEnum):
    """The life of an order as far as this house leads it."""

    PENDING_PAYMENT = "pending_payment"  # placed, nothing paid yet
    AWAITING_SHIPMENT = "awaiting_shipment"  # paid in full
    CLOSED = "closed"  # everything paid was refunded before it shipped


def amount_field(default: Decimal | None = None) -> "models.DecimalField[Decimal, Decimal]":
    """A column of exact money; its currency stands in the row's `currency`."""
    if default is None:
        return models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)
    return models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, default=default)


class Order(models.Model):
    """One order of one buyer in one currency.

    `refund_reserved` counts every refund that is not rejected, cancelled or failed; `refunded` what was paid back.
    `unbooked` is what was paid back beyond that, see `UnbookedReceipt`.
    """

    order_no = models.CharField(max_length=64)
    channel = models.CharField(max_length=16, choices=[(channel.value, channel.value) for channel in Channel])
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = FSMField(default=OrderStatus.PENDING_PAYMENT.value, protected=True, max_length=24)
    currency = models.CharField(max_length=3)
    goods_total = amount_field()
    discount_total = amount_field()
    freight = amount_field()
    total = amount_field()
    paid = amount_field(Decimal(0))
    refund_reserved = amount_field(Decimal(0))
    refunded = amount_field(Decimal(0))
    unbooked = amount_field(Decimal(0))
    buyer_name = models.CharField(max_length=100)
    buyer_phone = models.CharField(max_length=32)
    phone_tail = models.CharField(max_length=4, db_index=True)
    customer_id = models.CharField(max_length=64, blank=True)
    ship_region = models.CharField(max_length=100, blank=True)
    ship_city = models.CharField(max_length=100, blank=True)
    ship_address = models.CharField(max_length=300, blank=True)
    ship_postal_code = models.CharField(max_length=20, blank=True)
    promotion_id = models.CharField(max_length=64, blank=True)
    placed_at = models.DateTimeField()
    estimated_ship_time = models.DateTimeField()
    created_at = models.DateTimeField()
    fingerprint = models.CharField(max_length=64)  # SHA-256 of the document it was made from

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "order_no"], name="one_order_no_per_channel"),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in OrderStatus]), name="order_status_known"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=[channel.value for channel in Channel]), name="order_channel_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    total=F("goods_total") - F("discount_total") + F("freight"), goods_total__gte=0, freight__gte=0
                )
                & Q(discount_total__gte=0, discount_total__lte=F("goods_total")),
                name="order_total_adds_up",
            ),
            models.CheckConstraint(condition=Q(paid__gte=0, paid__lte=F("total")), name="order_paid_within_total"),
            models.CheckConstraint(
                condition=Q(refund_reserved__gte=0, refund_reserved__lte=F("paid")), name="order_refunds_within_paid"
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("refund_reserved")), name="order_refunded_within_reserved"
            ),
            models.CheckConstraint(condition=Q(unbooked__gte=0), name="order_unbooked_not_negative"),
        ]
        indexes = [
            models.Index(fields=["-placed_at", "-id"], name="order_newest_first"),
            models.Index(fields=["placed_by", "-placed_at", "-id"], name="order_own_newest_first"),
            models.Index(fields=["order_no"], name="order_by_no", opclasses=["varchar_pattern_ops"]),
        ]

    @override
    def __str__(self) -> str:
        return self.order_no

    @property
    def refundable(self) -> Decimal:
        """What may still be asked back, in the order's currency."""
        return max(self.paid - self.refund_reserved - self.unbooked, Decimal(0))

    @transition(field=status, source=OrderStatus.PENDING_PAYMENT.value, target=OrderStatus.AWAITING_SHIPMENT.value)
    def receive_payment(self, *, amount: Decimal) -> None:
        """The buyer paid the whole order."""
        self.paid = amount

    @transition(field=status, source=OrderStatus.AWAITING_SHIPMENT.value, target=OrderStatus.CLOSED.value)
    def close(self) -> None:
        """Everything was paid back: there is nothing left to ship."""


class OrderLine(models.Model):
    """One position of an order, in the order's currency. The same SKU may stand in several lines."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    sku = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    quantity = models.PositiveIntegerField()
    unit_price = amount_field()
    discount = amount_field()
    total = amount_field()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="one_line_per_position"),
            models.CheckConstraint(
                condition=Q(total=F("unit_price") * F("quantity") - F("discount"), total__gte=0, quantity__gte=1)
                & Q(unit_price__gte=0, discount__gte=0),
                name="order_line_total_adds_up",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.sku} × {self.quantity}"


def order_no_of(sequence: int, *, day: datetime) -> str:
    """`ORD2026012600000042`: made by us when the channel has no number of its own. `day` is in the shop's zone."""
    return f"ORD{day:%Y%m%d}{sequence:08d}"
