"""Taking orders in: one action for HTTP and files."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction

from bedrock.errors import Conflict, Forbidden, OrderflowError
from orders.core.channels import SHIPS_WITHIN
from orders.core.masking import phone_tail
from orders.core.models import Order, OrderLine, order_no_of
from orders.core.transitions import move
from orders.intake.document import OrderBody
from orders.intake.pricing import Priced, line_total, price
from orders.payments.actions import Receipt, duplicate_transaction, record_payment
from orders.payments.models import Payment

logger = logging.getLogger(__name__)

SHOP_ZONE: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who hands an order in, and whether payments may be recorded on the client's word."""

    user_id: int
    may_record_payments: bool


@transaction.atomic
def place_order(order: OrderBody, *, fingerprint: str, client: Client, now: datetime) -> Order:
    """Save an order with its lines and payment; `fingerprint` tells its document apart from another of the same number.

    Raises BadInput `order.invalid`, Forbidden `payment.not_allowed`, Conflict `order.duplicate_number` or
    `payment.duplicate_transaction`; nothing is saved then.
    """
    if order.payment and not client.may_record_payments:
        raise Forbidden(
            "payment.not_allowed", "Expected an order without payment: this client may not record payments."
        )
    priced = price(order)
    row = _order_row(order, priced, client=client, now=now)
    row.fingerprint = fingerprint
    payment = _settle(row, order)
    _insert(row, conflict=lambda: _duplicate_number(row))
    OrderLine.objects.bulk_create(_line_rows(row, order))
    if payment and order.payment:
        receipt = _receipt(order)
        _insert(payment, conflict=lambda: duplicate_transaction(receipt))
    logger.info("order placed", extra={"action": "orders.placed", "order": row.pk, "channel": row.channel})
    return row


def _insert(row: Order | Payment, *, conflict: Callable[[], OrderflowError]) -> None:
    try:
        row.save(force_insert=True)
    except IntegrityError as error:
        if getattr(error.__cause__, "pgcode", None) != _UNIQUE_VIOLATION:
            raise
        raise conflict() from error


_UNIQUE_VIOLATION: Final = "23505"


def _duplicate_number(row: Order) -> Conflict:
    return Conflict(
        "order.duplicate_number",
        f"Expected a new order number, found that {row.channel} has an order {row.order_no} already.",
        channel=row.channel,
        order_no=row.order_no,
    )


def _order_row(order: OrderBody, priced: Priced, *, client: Client, now: datetime) -> Order:
    return Order(
        order_no=order.order_no or _next_order_no(now),
        channel=order.channel.value,
        placed_by_id=client.user_id,
        currency=priced.currency,
        goods_total=priced.goods,
        discount_total=priced.discount,
        freight=priced.freight,
        total=priced.total,
        buyer_name=order.buyer.name,
        buyer_phone=order.buyer.phone,
        phone_tail=phone_tail(order.buyer.phone),
        customer_id=order.buyer.customer_id,
        ship_region=order.ship_to.region,
        ship_city=order.ship_to.city,
        ship_address=order.ship_to.address,
        ship_postal_code=order.ship_to.postal_code,
        promotion_id=order.promotion_id,
        placed_at=order.placed_at,
        estimated_ship_time=order.placed_at + SHIPS_WITHIN[order.channel],
        created_at=now,
    )


def _next_order_no(now: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('orders_order_no')")
        (sequence,) = cursor.fetchone()
    return order_no_of(sequence, day=now.astimezone(SHOP_ZONE))


def _settle(row: Order, order: OrderBody) -> Payment | None:
    """Record what is paid. An order that costs nothing is paid as soon as it is placed."""
    if order.payment:
        return record_payment(row, receipt=_receipt(order))
    if row.total == 0:
        move(row, "receive_payment", amount=row.total)
    return None


def _receipt(order: OrderBody) -> Receipt:
    payment = order.payment
    if payment is None:
        raise ValueError("expected an order with a payment")
    return Receipt(
        provider=payment.provider,
        transaction_id=payment.transaction_id,
        amount=payment.amount.amount,
        paid_at=payment.paid_at,
    )


def _line_rows(row: Order, order: OrderBody) -> list[OrderLine]:
    return [
        OrderLine(
            order=row,
            position=position,
            sku=line.sku,
            name=line.name,
            quantity=line.quantity,
            unit_price=line.unit_price.amount,
            discount=line.discount.amount if line.discount else Decimal(0),
            total=line_total(line),
        )
        for position, line in enumerate(order.lines, 1)
    ]
