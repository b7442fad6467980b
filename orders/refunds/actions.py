"""Asking for refunds and closing them. The amount is reserved on the locked order when it is asked for, so that no two
flows together can pay out more than was paid. Locks are taken in this order: order, refund, effect, payment."""

import logging
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from bedrock.errors import BadInput, Conflict, NotFound
from orders.core.models import Order
from orders.core.transitions import move
from orders.money import is_payable, money_json
from orders.payments.models import Payment, PaymentStatus
from orders.refunds.models import OPEN, EffectStatus, Refund, RefundEffect, RefundStatus
from orders.subjects import REFUND_REQUESTED, Asked, refund_subject, refund_variables
from workflows.actions.ahead import BeforeStart, look_before_start
from workflows.actions.instances import start_for_trigger
from workflows.engine.events import Actor
from workflows.engine.values import Money
from workflows.engine.work import RunContext
from workflows.prepared import fetch

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_UNSETTLED: Final = (
    "SELECT id, instance FROM orders_refund WHERE id = ANY(%s::uuid[]) AND status = ANY(%s::text[]) "
    "ORDER BY order_id, id"
)

logger = logging.getLogger(__name__)


@transaction.atomic
def request_refund(
    order_id: int, *, amount: Money, reason: str, actor: Actor, now: datetime, given: Mapping[str, Any] | None = None
) -> Refund:
    """Reserve the amount, save the refund and start the flow that listens to `refund.requested`, all or nothing.

    `actor.id` is the primary key of the user who asks, `given` what the flow wants to be told besides. Raises BadInput
    `refund.exceeds_refundable`, `refund.amount_invalid`, `refund.currency_mismatch`, `refund.reason_required` or
    `variables.invalid`; Conflict `flow.not_live` when no live flow listens.
    """
    if not reason.strip():
        raise BadInput("refund.reason_required", "Expected a reason.")
    order = Order.objects.select_for_update().get(pk=order_id)
    _check_amount(order, amount)
    payment = Payment.objects.exclude(status=PaymentStatus.CREATED.value).get(order=order)
    asked = Asked(
        refund_id=str(uuid.uuid4()), amount=amount.amount, before=order.refund_reserved, reason=reason.strip()
    )
    order.refund_reserved += amount.amount
    order.save(update_fields=["refund_reserved"])
    Refund.objects.create(
        id=UUID(asked.refund_id),
        order=order,
        payment=payment,
        amount=amount.amount,
        currency=amount.currency,
        reason=asked.reason,
        requested_by_id=int(actor.id),
        created_at=now,
    )
    started = start_for_trigger(
        REFUND_REQUESTED,
        subject=refund_subject(order, asked=asked),
        variables=refund_variables(order, asked=asked),
        requester=actor.id,
        actor=actor,
        now=now,
        given=given,
    )
    if started is None:
        raise _nobody_listens()
    # The flow may have decided already, within its first step.
    refund = Refund.objects.select_for_update().get(pk=asked.refund_id)
    refund.instance = UUID(started.instance_id)
    if refund.status == RefundStatus.REQUESTED:
        move(refund, "begin_review")
    refund.save(update_fields=["instance", "status"])
    logger.info("refund requested", extra={"action": "orders.refund_requested", "refund": str(refund.pk)})
    return refund


def foresee_refund(
    order: Order, *, amount: Money, reason: str, requester: str, now: datetime, given: Mapping[str, Any]
) -> BeforeStart:
    """Whom such a refund would go to if it were asked for now; nothing is reserved or written.

    Raises as `request_refund`, but a missing reason or choice is no refusal.
    """
    _check_amount(order, amount)
    asked = Asked(refund_id=str(uuid.uuid4()), amount=amount.amount, before=order.refund_reserved, reason=reason)
    found = look_before_start(
        REFUND_REQUESTED, subject=refund_subject(order, asked=asked), variables=refund_variables(order, asked=asked),
        given=given, requester=requester, now=now,
    )  # fmt: skip
    if found is None:
        raise _nobody_listens()
    return found


def _nobody_listens() -> Conflict:
    return Conflict("flow.not_live", "Expected a published flow that listens to refund requests, found none.")


@transaction.atomic
def reject_refunds(instance_of: Mapping[str, str], *, now: datetime) -> None:
    """The flows said no: the reserved amounts are free again. Rejecting a rejected refund changes nothing.

    `instance_of` tells for each refund which run says so. Raises Conflict `refund.foreign_flow` when another run is in
    charge of a refund, `refund.transition_refused` when money may have moved or it is settled otherwise; then none is
    rejected.
    """
    # All orders by primary key first: two batches that share orders wait for each other instead of dying.
    list(
        Order.objects.select_for_update(of=("self",))
        .filter(refunds__in=[UUID(refund_id) for refund_id in instance_of])
        .order_by("pk")
    )
    for refund_id, instance in instance_of.items():
        order, refund = lock_refund(refund_id)
        require_run(refund, instance)
        if refund.status != RefundStatus.REJECTED:
            _close(order, refund, verb="reject", now=now)


@transaction.atomic
def abandon_refund(refund_id: str, *, now: datetime) -> RefundStatus:
    """The flow ended, by cancelling or by a jump, without having settled the refund; answers the status it has now.

    Undecided: cancelled. Refused by the provider, or claimed by a worker whose call was not let out yet: failed, and
    that worker is fenced. All free the reserved amount. While a call is unanswered the refund stays `refunding` and its
    amount reserved, because the money may have gone; the sweep settles it with the provider (`refunds.orphans`).
    """
    order, refund = lock_refund(refund_id)
    match refund.status:
        case RefundStatus.REQUESTED | RefundStatus.IN_REVIEW | RefundStatus.APPROVED:
            _close(order, refund, verb="cancel", now=now)
        case RefundStatus.REFUNDING:
            effect = RefundEffect.objects.select_for_update().get(pk=refund.pk)
            if effect.unanswered == 0:
                _give_up(order, refund, effect, now=now)
            else:
                effect.orphaned_at = now
                effect.save(update_fields=["orphaned_at"])
    return RefundStatus(refund.status)


def settle_after_runs(ended: Sequence[RunContext]) -> None:
    """Abandon the refunds whose runs are over without having settled them; one statement when there is none."""
    runs = {context.subject.id: context for context in ended if _UUID.fullmatch(context.subject.id)}
    if not runs:
        return
    for refund_id, instance in fetch(_UNSETTLED, ["{" + ",".join(runs) + "}", OPEN]):
        context = runs[str(refund_id)]
        # Another run about the same refund is not in charge of it; none is known yet within the very first step.
        if instance is None or str(instance) == context.instance:
            abandon_refund(str(refund_id), now=context.now)


@transaction.atomic
def give_up_refund(refund_id: str, *, now: datetime) -> None:
    """The provider has promised to pay nothing for a refund whose run is over: its amount is free again."""
    order, refund = lock_refund(refund_id)
    effect = RefundEffect.objects.select_for_update().get(pk=refund.pk)
    if effect.status == EffectStatus.CLAIMED:
        _give_up(order, refund, effect, now=now)


def lock_refund(refund_id: str) -> tuple[Order, Refund]:
    """The locked order and refund, in this order. Raises NotFound `refund.not_found`."""
    order_id = Refund.objects.filter(pk=refund_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFound("refund.not_found", f"There is no refund {refund_id}.")
    order = Order.objects.select_for_update().get(pk=order_id)
    return order, Refund.objects.select_for_update().get(pk=refund_id)


def require_run(refund: Refund, instance: str) -> None:
    """Refuse when another run than the one that this refund started is in charge of it: nobody goes around the review.

    A refund without a run is being requested in this very transaction. Raises Conflict `refund.foreign_flow`.
    """
    if refund.instance is not None and refund.instance != UUID(instance):
        raise Conflict(
            "refund.foreign_flow",
            f"Expected the run {refund.instance} that this refund started, found {instance}.",
            expected=str(refund.instance),
            found=instance,
        )


def _check_amount(order: Order, amount: Money) -> None:
    if amount.currency != order.currency:
        raise BadInput(
            "refund.currency_mismatch",
            f"Expected an amount in {order.currency}, found one in {amount.currency}.",
            expected=order.currency,
            found=amount.currency,
        )
    if amount.amount <= Decimal(0) or not is_payable(amount.amount, amount.currency):
        raise BadInput("refund.amount_invalid", f"Expected an amount above zero that can be paid in {order.currency}.")
    if amount.amount > order.refundable:
        raise BadInput(
            "refund.exceeds_refundable",
            f"Expected at most {Money(order.refundable, order.currency)}, found {amount}.",
            refundable=money_json(order.refundable, order.currency),
            amount=money_json(amount.amount, amount.currency),
        )


def _give_up(order: Order, refund: Refund, effect: RefundEffect, *, now: datetime) -> None:
    """No call of this refund can be paid any more, and none is let out from now on."""
    if effect.status == EffectStatus.CLAIMED:
        move(effect, "refuse")
        effect.save(update_fields=["status", "unanswered"])
    _close(order, refund, verb="fail", now=now)


def _close(order: Order, refund: Refund, *, verb: str, now: datetime) -> None:
    """Settle a refund without payment and free its amount."""
    move(refund, verb)
    refund.closed_at = now
    refund.save(update_fields=["status", "closed_at"])
    order.refund_reserved -= refund.amount
    order.save(update_fields=["refund_reserved"])
    logger.info("refund closed", extra={"action": f"orders.refund_{refund.status}", "refund": str(refund.pk)})
