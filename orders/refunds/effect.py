"""Paying a refund back exactly once: claim → call → confirm, under one key for ever.

The claim is committed before the provider is called. Whoever finds a claim does not know whether the call went out, so
the provider is asked first, and called again only under the same key if it knows of nothing. A refusal leaves the
refund in `refunding`: a person decides whether to try again or to end its flow. Locks: order, refund, effect, payment.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from bedrock.errors import Conflict
from orders.core.models import OrderStatus
from orders.core.transitions import move
from orders.money import money_json
from orders.payments.actions import take_back
from orders.payments.models import Payment
from orders.payments.ports import OutcomeUnknown, PaymentProvider, ProviderRefused, RefundCall, RefundReceipt
from orders.payments.providers import provider_of
from orders.refunds.actions import lock_refund, require_run
from orders.refunds.models import EffectStatus, RefundEffect, RefundStatus
from workflows import failpoints
from workflows.engine.values import Money

logger = logging.getLogger(__name__)

_LONGEST_NOTE: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """The provider has paid; `provider_refund_id` is its number for it."""

    provider_refund_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """The provider gave no usable answer: ask again later."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The provider said no, or answered something that cannot be true: a person must look."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    call: RefundCall
    provider: str
    called_before: bool
    paid: Paid | None


def pay_back(refund_id: str, *, instance: str, key: str, clock: Callable[[], datetime]) -> Paid | Unknown | Refused:
    """Have the provider pay a refund, at most once however often and from wherever this is called.

    `instance` is the run that asks for it.
    Must be called outside of any transaction: the claim has to be durable before the provider hears of it.
    Raises Conflict `refund.transition_refused` when the refund is settled without payment, `refund.foreign_flow` when
    another run is in charge of it, NotFound when there is no such refund.
    """
    claim = _claim(refund_id, instance=instance, key=key, now=clock())
    if claim.paid:
        return claim.paid
    try:
        receipt = _receipt_of(provider_of(claim.provider), claim)
    except OutcomeUnknown as unknown:
        _note(refund_id, error=f"{unknown.code}: {unknown.message}", refused=False)
        return Unknown(code=unknown.code, message=unknown.message)
    except ProviderRefused as refusal:
        _note(refund_id, error=f"{refusal.code}: {refusal.message}", refused=True)
        return Refused(code=refusal.code, message=refusal.message)
    if receipt.amount != claim.call.amount:
        message = f"Expected the provider to pay {claim.call.amount}, found that it paid {receipt.amount}."
        _note(refund_id, error=message, refused=False)
        return Refused(code="refund.amount_differs", message=message)
    return confirm(refund_id, receipt=receipt, now=clock())


def _receipt_of(provider: PaymentProvider, claim: _Claim) -> RefundReceipt:
    known = provider.find_refund(claim.call.key) if claim.called_before else None
    if known is None:
        failpoints.hit("refund.before_call")
        known = provider.refund(claim.call)
        failpoints.hit("refund.after_call")
    return known


@transaction.atomic(durable=True)
def _claim(refund_id: str, *, instance: str, key: str, now: datetime) -> _Claim:
    order, refund = lock_refund(refund_id)
    require_run(refund, instance)
    effect = RefundEffect.objects.select_for_update().filter(pk=refund.pk).first()
    if effect is None:
        if refund.status != RefundStatus.APPROVED:
            move(refund, "approve")
        move(refund, "begin_refunding")
        refund.save(update_fields=["status"])
        effect = RefundEffect(refund=refund, key=key, claimed_at=now)
    elif refund.status not in (RefundStatus.REFUNDING, RefundStatus.REFUNDED):
        raise Conflict(
            "refund.transition_refused",
            f"Expected a refund that is refunding, found one that is {refund.status}.",
            expected=[RefundStatus.REFUNDING.value],
            actual=str(refund.status),
        )
    paid = Paid(provider_refund_id=effect.provider_refund_id) if effect.status == EffectStatus.CONFIRMED else None
    called_before = effect.calls > 0
    if paid is None:
        move(effect, "claim")
        effect.save()
    payment = Payment.objects.get(pk=refund.payment_id)
    call = RefundCall(
        key=effect.key,
        transaction_id=payment.transaction_id,
        payment=Money(payment.amount, payment.currency),
        amount=Money(refund.amount, refund.currency),
        order_no=order.order_no,
        reason=refund.reason,
    )
    return _Claim(call=call, provider=payment.provider, called_before=called_before, paid=paid)


@transaction.atomic(durable=True)
def confirm(refund_id: str, *, receipt: RefundReceipt, now: datetime) -> Paid:
    """The provider has paid: settle refund, payment, order and ledger. Confirming twice changes nothing."""
    paid = Paid(provider_refund_id=receipt.provider_refund_id)
    order, refund = lock_refund(refund_id)
    effect = RefundEffect.objects.select_for_update().get(pk=refund.pk)
    if effect.status == EffectStatus.CONFIRMED:
        return paid
    if effect.status == EffectStatus.REFUSED:  # two workers at once: one was refused, the other sees it paid
        move(effect, "claim")
    move(effect, "confirm")
    effect.provider_refund_id, effect.confirmed_at, effect.last_error = receipt.provider_refund_id, now, ""
    effect.save()
    take_back(Payment.objects.select_for_update().get(pk=refund.payment_id), amount=refund.amount)
    move(refund, "confirm")
    refund.closed_at = now
    refund.save(update_fields=["status", "closed_at"])
    order.refunded += refund.amount
    if order.refunded == order.total and order.status == OrderStatus.AWAITING_SHIPMENT:
        move(order, "close")
    order.save(update_fields=["refunded", "status"])
    logger.info(
        "refund paid",
        extra={
            "action": "orders.refund_paid",
            "refund": str(refund.pk),
            "amount": money_json(refund.amount, refund.currency),
            "calls": effect.calls,
        },
    )
    return paid


@transaction.atomic(durable=True)
def _note(refund_id: str, *, error: str, refused: bool) -> None:
    """Remember why the provider's answer settled nothing. What another worker confirmed meanwhile stays."""
    effect = RefundEffect.objects.select_for_update().get(pk=UUID(refund_id))
    if effect.status != EffectStatus.CLAIMED:
        return
    if refused:
        move(effect, "refuse")
    effect.last_error = error[:_LONGEST_NOTE]
    effect.save(update_fields=["status", "last_error"])
    logger.warning("refund not paid", extra={"action": "orders.refund_not_paid", "refund": refund_id, "reason": error})
