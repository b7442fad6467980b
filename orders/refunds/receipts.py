"""What a provider has paid, brought to the books: always, whatever the house believed before.

Confirming knows three cases. The refund waits for it: refund, payment, order and ledger are settled together. The
refund was given up, and its amount is still free: it is reserved again and settled, on record in the audit chain. The
sums have no place for it: the receipt is kept as it came, the order pays nothing more for it, the invariants name it,
and the sweep books it when there is a place. Locks: order, refund, effect, payment.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from orders.core.models import Order, OrderStatus
from orders.core.transitions import move
from orders.money import money_json
from orders.payments.actions import take_back
from orders.payments.models import Payment
from orders.payments.ports import RefundReceipt
from orders.refunds.actions import lock_refund
from orders.refunds.models import EffectStatus, Refund, RefundEffect, RefundStatus, UnbookedReceipt
from workflows.actions import audit
from workflows.engine.events import SYSTEM
from workflows.engine.values import Money

logger = logging.getLogger(__name__)

BATCH: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """The provider has paid; `provider_refund_id` is its number for it."""

    provider_refund_id: str


@transaction.atomic(durable=True)
def confirm(refund_id: str, *, receipt: RefundReceipt, now: datetime) -> Paid:
    """The provider has paid: put it on the books. Confirming twice changes nothing; no state of ours refuses it."""
    order, refund = lock_refund(refund_id)
    effect = RefundEffect.objects.select_for_update().get(pk=refund.pk)
    paid = Paid(provider_refund_id=receipt.provider_refund_id)
    if effect.status == EffectStatus.CONFIRMED:
        return paid
    move(effect, "confirm")
    effect.provider_refund_id, effect.confirmed_at, effect.last_error = receipt.provider_refund_id, now, ""
    effect.save()
    before = str(refund.status)
    if before != RefundStatus.FAILED:  # its amount is reserved: set free here, taken again by the booking
        order.refund_reserved -= refund.amount
    move(refund, "confirm_late" if before == RefundStatus.FAILED else "confirm")
    refund.closed_at = now
    refund.save(update_fields=["status", "closed_at"])
    payment = Payment.objects.select_for_update().get(pk=refund.payment_id)
    obstacle = _obstacle(order, refund, payment, paid=receipt.amount)
    if obstacle is None:
        _book(order, refund, payment)
    else:
        _keep_unbooked(order, refund, receipt=receipt, reason=obstacle, now=now)
    if before == RefundStatus.FAILED:
        _audit_late(order, refund, receipt=receipt, is_booked=obstacle is None, now=now)
    logger.info(
        "refund paid",
        extra={
            "action": "orders.refund_paid",
            "refund": str(refund.pk),
            "amount": money_json(receipt.amount.amount, receipt.amount.currency),
            "claims": effect.claims,
        },
    )
    return paid


def book_receipts(*, now: datetime) -> int:
    """Book the receipts for which their orders have a place by now; how many. One statement when there is none."""
    waiting = UnbookedReceipt.objects.filter(booked_at=None).order_by("received_at").values_list("pk", flat=True)
    return sum(_book_kept(refund_id, now=now) for refund_id in waiting[:BATCH])


@transaction.atomic
def _book_kept(refund_id: UUID, *, now: datetime) -> bool:
    order, refund = lock_refund(str(refund_id))
    kept = UnbookedReceipt.objects.select_for_update().get(pk=refund_id)
    payment = Payment.objects.select_for_update().get(pk=refund.payment_id)
    paid = Money(kept.amount, kept.currency)
    if kept.booked_at is not None or _obstacle(order, refund, payment, paid=paid) is not None:
        return False
    order.unbooked -= kept.amount
    _book(order, refund, payment)
    kept.booked_at = now
    kept.save(update_fields=["booked_at"])
    logger.info("receipt booked", extra={"action": "orders.receipt_booked", "refund": str(refund_id)})
    return True


def _obstacle(order: Order, refund: Refund, payment: Payment, *, paid: Money) -> str | None:
    """Why the sums cannot take what was paid, None when they can."""
    asked = Money(refund.amount, refund.currency)
    if paid != asked:
        return f"Expected the provider to pay {asked}, found that it paid {paid}."
    if order.refund_reserved + refund.amount > order.paid:
        free = Money(order.paid - order.refund_reserved, order.currency)
        return f"Expected {asked} of the order to be free, found {free}: another refund has taken it."
    if payment.refunded + refund.amount > payment.amount:
        left = Money(payment.amount - payment.refunded, payment.currency)
        return f"Expected {asked} of the payment to be left, found {left}."
    return None


def _book(order: Order, refund: Refund, payment: Payment) -> None:
    take_back(payment, amount=refund.amount)
    order.refund_reserved += refund.amount
    order.refunded += refund.amount
    if order.refunded == order.total and order.status == OrderStatus.AWAITING_SHIPMENT:
        move(order, "close")
    order.save(update_fields=["refund_reserved", "refunded", "unbooked", "status"])


def _keep_unbooked(order: Order, refund: Refund, *, receipt: RefundReceipt, reason: str, now: datetime) -> None:
    UnbookedReceipt.objects.create(
        refund=refund,
        provider_refund_id=receipt.provider_refund_id,
        amount=receipt.amount.amount,
        currency=receipt.amount.currency,
        reason=reason,
        received_at=now,
    )
    if receipt.amount.currency == order.currency:
        order.unbooked += receipt.amount.amount
    order.save(update_fields=["refund_reserved", "unbooked"])
    logger.error(
        "money left without a place in the books",
        extra={
            "action": "orders.receipt_unbooked",
            "refund": str(refund.pk),
            "provider_refund_id": receipt.provider_refund_id,
            "amount": money_json(receipt.amount.amount, receipt.amount.currency),
            "reason": reason,
        },
    )


def _audit_late(order: Order, refund: Refund, *, receipt: RefundReceipt, is_booked: bool, now: datetime) -> None:
    """Last, because the audit chain has one appender at a time."""
    audit.record(
        "refund.confirmed_late",
        by=audit.By(actor=SYSTEM, ip=None),
        on=audit.AuditObject(type="refund", id=str(refund.pk), title=order.order_no),
        reason=f"The provider paid {receipt.amount} under {receipt.provider_refund_id} after the refund had failed.",
        before={"status": RefundStatus.FAILED.value},
        after={"status": RefundStatus.REFUNDED.value, "booked": is_booked},
        now=now,
    )
