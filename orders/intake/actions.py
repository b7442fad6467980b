"""Taking orders in: one action for HTTP and files, and the table that makes a repeated request harmless."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction

from bedrock.errors import BadInput, Conflict, Forbidden, MalformedInput, OrderflowError
from orders.core.channels import SHIPS_WITHIN
from orders.core.masking import phone_tail
from orders.core.models import Order, OrderLine, order_no_of
from orders.core.transitions import move
from orders.intake.document import OrderBody
from orders.intake.models import IntakeKey
from orders.intake.pricing import Priced, line_total, price
from orders.payments.actions import Receipt, duplicate_transaction, record_payment
from orders.payments.models import Payment

logger = logging.getLogger(__name__)

SHOP_ZONE: Final = ZoneInfo("Asia/Shanghai")
MAX_KEY: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who hands an order in, and whether payments may be recorded on the client's word."""

    user_id: int
    may_record_payments: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer, and whether it is the one given before under the same key."""

    body: dict[str, Any]
    replayed: bool


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


@transaction.atomic
def answer_once(
    *, owner_id: int, key: str, fingerprint: str, now: datetime, answer: Callable[[], dict[str, Any]]
) -> Answered:
    """The answer of `answer()`, given once per owner and key, in the same transaction as its effects.

    Several at once wait for the first. Raises MalformedInput `idempotency.key_required` or `idempotency.key_malformed`,
    BadInput `idempotency.key_reused` when the key belongs to another body; an error of `answer()` frees the key.
    """
    _check_key(key)
    claimed = _claim(owner_id=owner_id, key=key, fingerprint=fingerprint, now=now)
    if claimed is None:
        row = IntakeKey.objects.get(owner_id=owner_id, key=key)
        if row.fingerprint != fingerprint:
            raise BadInput("idempotency.key_reused", "Expected a new key: this one was used for another body.", key=key)
        return Answered(body=row.response or {}, replayed=True)
    body = answer()
    IntakeKey.objects.filter(pk=claimed).update(response=body)
    return Answered(body=body, replayed=False)


def _check_key(key: str) -> None:
    if not key:
        raise MalformedInput("idempotency.key_required", "Expected the header X-Idempotency-Key.")
    if len(key) > MAX_KEY or not key.isascii() or not key.isprintable():
        raise MalformedInput(
            "idempotency.key_malformed", f"Expected a key of at most {MAX_KEY} printable ASCII characters."
        )


def _claim(*, owner_id: int, key: str, fingerprint: str, now: datetime) -> int | None:
    """The new row for the one transaction that may answer; others wait here until it has committed or given up."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO orders_intakekey (owner_id, key, fingerprint, created_at) VALUES (%s, %s, %s, %s)
            ON CONFLICT (owner_id, key) DO NOTHING RETURNING id
            """,
            [owner_id, key, fingerprint, now],
        )
        row = cursor.fetchone()
    return None if row is None else int(row[0])


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
