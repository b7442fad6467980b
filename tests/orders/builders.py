"""One line per object: order documents, users and stored orders for tests."""

import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.models import User
from bedrock.fingerprints import fingerprint_of
from orders.core.models import Order
from orders.intake.actions import Client, place_order
from orders.intake.document import read_order
from orders.payments.models import Payment
from orders.refunds.models import Refund
from workflows.effects import Wish
from workflows.engine.events import Actor
from workflows.engine.values import Money

RUN = "018f0000-0000-7000-8000-000000000001"
NOW = datetime(2026, 1, 26, 9, 0, tzinfo=UTC)


def cny(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


def yuan(amount: str) -> Money:
    return Money(Decimal(amount), "CNY")


def order_document(**changes: Any) -> dict[str, Any]:
    """An order of 199.00 CNY without payment; a change of None removes the field."""
    document: dict[str, Any] = {
        "order_no": f"ORD{uuid.uuid4().hex[:12]}",
        "channel": "h5",
        "placed_at": "2026-01-26T16:42:11+08:00",
        "buyer": {"name": "张三", "phone": "13800138000", "customer_id": "C-1"},
        "ship_to": {"region": "浙江", "city": "杭州", "address": "文三路 188 号", "postal_code": "310000"},
        "lines": [{"sku": "SKU-1", "name": "保温杯", "quantity": 1, "unit_price": cny("199.00")}],
        "freight": cny("0.00"),
        "promotion_id": "P-1",
    } | changes
    return {key: value for key, value in document.items() if value is not None}


def paid_document(total: str = "199.00", **changes: Any) -> dict[str, Any]:
    """The same, paid in the sandbox."""
    lines = [{"sku": "SKU-1", "name": "保温杯", "quantity": 1, "unit_price": cny(total)}]
    payment = {
        "provider": "sandbox",
        "transaction_id": f"T-{uuid.uuid4().hex[:16]}",
        "amount": cny(total),
        "paid_at": "2026-01-26T16:42:30+08:00",
    }
    return order_document(**({"lines": lines, "payment": payment} | changes))


def user(username: str = "shop", *roles: str) -> User:
    found = User.objects.filter(username=username).first()
    return found or User.objects.create_user(username, "pass-word-1", roles=list(roles), display_name=username)


def place(document: dict[str, Any], *, owner: User | None = None) -> Order:
    client = Client(user_id=(owner or user()).pk, may_record_payments=True)
    return place_order(read_order(document), fingerprint=fingerprint_of(document), client=client, now=NOW)


def paid_order(total: str = "199.00") -> Order:
    return place(paid_document(total))


def actor_of(person: User) -> Actor:
    return Actor(id=str(person.pk), name=person.display_name)


def at_once(count: int, do: Callable[[], Any]) -> list[Any]:
    """The results of `do` called by that many threads in the same moment; an error is a result."""
    barrier, results = threading.Barrier(count), []

    def run() -> None:
        barrier.wait()
        try:
            results.append(do())
        except Exception as error:  # noqa: BLE001 - the tests look at it
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def wish(instance: str = RUN) -> Wish:
    """The one visit of a run's step that pays back."""
    return Wish(instance=instance, node="refund", visit=1, attempt=1)


def refund_row(order: Order, amount: str = "58.00", *, status: str = "in_review") -> Refund:
    """A stored refund without a flow, its amount reserved."""
    order = Order.objects.get(pk=order.pk)
    order.refund_reserved += Decimal(amount)
    order.save(update_fields=["refund_reserved"])
    return Refund.objects.create(
        order=order,
        payment=Payment.objects.get(order=order),
        status=status,
        amount=Decimal(amount),
        currency="CNY",
        reason="七天无理由",
        requested_by=user(),
        instance=RUN,
        created_at=NOW,
    )


def sums(order: Order) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Paid, reserved and refunded of the order, and refunded of its payment, as stored now."""
    stored, payment = Order.objects.get(pk=order.pk), Payment.objects.get(order=order)
    return stored.paid, stored.refund_reserved, stored.refunded, payment.refunded
