"""Paying a refund back exactly once: claim → let out → call → confirm, or skipped; under one key for ever.

The claim is committed before the provider is called. Whoever finds a claim does not know whether the call went out, so
the provider is asked first, and called again only under the same key if it knows of nothing. Directly before the call a
worker has it let out, in a transaction of its own: one that slept since its claim learns there that the run is over or
that another has claimed after it, and does not call. Time fences nothing. A refusal leaves the refund in `refunding`: a
person decides whether to try again or to end its flow. Locks: order, refund, effect, payment.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from bedrock.errors import Conflict
from orders.core.transitions import move
from orders.payments.models import Payment
from orders.payments.ports import OutcomeUnknown, ProviderRefused, RefundCall, RefundReceipt
from orders.payments.providers import provider_of
from orders.refunds.actions import lock_refund, require_run
from orders.refunds.models import EffectStatus, RefundEffect, RefundStatus
from orders.refunds.receipts import Paid, confirm
from workflows import effects, failpoints
from workflows.engine.values import Money

logger = logging.getLogger(__name__)

_LONGEST_NOTE: Final = 300


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
    number: int
    call: RefundCall
    provider: str
    called_before: bool
    paid: Paid | None


class _Fenced(Exception):  # noqa: N818 - named for what happened
    """This claim may not call any more."""


def pay_back(
    refund_id: str, *, wish: effects.Wish, key: str, clock: Callable[[], datetime]
) -> Paid | Unknown | Refused:
    """Have the provider pay a refund, at most once however often and from wherever this is called.

    `wish` names the wait that asks for it, whose run may skip it at any time.
    Must be called outside of any transaction: the claim has to be durable before the provider hears of it.
    Raises Conflict `refund.transition_refused` when the refund is settled without payment, `refund.foreign_flow` when
    another run is in charge of it, `effect.skipped` when its run has left it behind; NotFound when there is no such
    refund.
    """
    claim = _claim(refund_id, wish=wish, key=key, now=clock())
    if claim.paid:
        return claim.paid
    try:
        receipt = _receipt_of(refund_id, claim, wish)
    except OutcomeUnknown as unknown:
        _note(refund_id, error=f"{unknown.code}: {unknown.message}")
        return Unknown(code=unknown.code, message=unknown.message)
    except _Fenced:
        return Unknown(
            code="refund.fenced", message=f"Expected the claim {claim.number} to be in force, found it over."
        )
    except ProviderRefused as refusal:
        _note_refusal(refund_id, wish=wish, error=f"{refusal.code}: {refusal.message}")
        return Refused(code=refusal.code, message=refusal.message)
    paid = confirm(refund_id, receipt=receipt, now=clock())
    if receipt.amount != claim.call.amount:
        message = f"Expected the provider to pay {claim.call.amount}, found that it paid {receipt.amount}."
        return Refused(code="refund.amount_differs", message=message)
    return paid


def _receipt_of(refund_id: str, claim: _Claim, wish: effects.Wish) -> RefundReceipt:
    provider = provider_of(claim.provider)
    known = provider.find_refund(claim.call.key) if claim.called_before else None
    if known is None:
        failpoints.hit("refund.before_call")
        _let_out(refund_id, wish=wish, number=claim.number)
        failpoints.hit("refund.let_out")
        known = provider.refund(claim.call)
        failpoints.hit("refund.after_call")
    return known


@transaction.atomic(durable=True)
def _claim(refund_id: str, *, wish: effects.Wish, key: str, now: datetime) -> _Claim:
    order, refund = lock_refund(refund_id)
    require_run(refund, wish.instance)
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
    called_before = effect.claims > 0
    if paid is None:
        if effect.unanswered == 0:  # what may have been paid is asked for, also when the run went on without it
            effects.require_wanted(wish)
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
    return _Claim(number=effect.claims, call=call, provider=payment.provider, called_before=called_before, paid=paid)


@transaction.atomic(durable=True)
def _let_out(refund_id: str, *, wish: effects.Wish, number: int) -> None:
    """From here on the provider may hear of this claim's call. Raises _Fenced or `effect.skipped` when it must not."""
    effects.let_out(wish)  # first: whoever ends the run has skipped it before the refund is locked
    effect = RefundEffect.objects.select_for_update().get(pk=UUID(refund_id))
    if effect.status != EffectStatus.CLAIMED or effect.claims != number or effect.orphaned_at is not None:
        logger.warning(
            "call not let out",
            extra={"action": "orders.refund_fenced", "refund": refund_id, "claim": number, "found": effect.claims},
        )
        raise _Fenced
    move(effect, "let_out")
    effect.save(update_fields=["unanswered"])


def _note(refund_id: str, *, error: str) -> None:
    """Remember why the provider's answer settled nothing. What another worker confirmed meanwhile stays."""
    RefundEffect.objects.filter(pk=UUID(refund_id), status=EffectStatus.CLAIMED.value).update(
        last_error=error[:_LONGEST_NOTE]
    )
    _warn(refund_id, error)


@transaction.atomic(durable=True)
def _note_refusal(refund_id: str, *, wish: effects.Wish, error: str) -> None:
    """One call was answered with no. Nothing was paid only if no other call is under way."""
    effects.note_answered(wish)
    effect = RefundEffect.objects.select_for_update().get(pk=UUID(refund_id))
    if effect.status != EffectStatus.CLAIMED:
        return
    if effect.unanswered > 1:
        effect.unanswered -= 1
    else:
        move(effect, "refuse")
    effect.last_error = error[:_LONGEST_NOTE]
    effect.save(update_fields=["status", "unanswered", "last_error"])
    _warn(refund_id, error)


def _warn(refund_id: str, error: str) -> None:
    logger.warning("refund not paid", extra={"action": "orders.refund_not_paid", "refund": refund_id, "reason": error})
