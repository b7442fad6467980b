"""What may be done with payments. All writes of this room."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bedrock.errors import Conflict
from orders.core.models import Order
from orders.core.transitions import move
from orders.payments.models import Payment
from orders.payments.providers import provider_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Money that arrived for an order; the amount is in the order's currency."""

    provider: str
    transaction_id: str
    amount: Decimal
    paid_at: datetime


def record_payment(order: Order, *, receipt: Receipt) -> Payment:
    """A captured payment, and the order moved on. The caller holds the transaction and saves both, the order first.

    Raises BadInput `payment.provider_unknown`, Conflict `payment.duplicate_transaction` or `order.transition_refused`.
    """
    provider_of(receipt.provider)
    move(order, "receive_payment", amount=receipt.amount)
    payment = Payment(
        order=order,
        provider=receipt.provider,
        transaction_id=receipt.transaction_id,
        amount=receipt.amount,
        currency=order.currency,
        paid_at=receipt.paid_at,
    )
    move(payment, "capture")
    return payment


def take_back(payment: Payment, *, amount: Decimal) -> None:
    """A provider confirmed to have paid `amount` of this locked payment back."""
    move(payment, "refund_rest" if payment.refunded + amount == payment.amount else "refund_part", amount=amount)
    payment.save(update_fields=["status", "refunded"])


def duplicate_transaction(receipt: Receipt) -> Conflict:
    """The error for a transaction that paid another order already."""
    return Conflict(
        "payment.duplicate_transaction",
        f"Expected a new transaction of {receipt.provider}, found one that paid another order.",
        provider=receipt.provider,
        transaction_id=receipt.transaction_id,
    )
