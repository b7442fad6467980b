"""What must always be true of money holds after real work, and each breach is named with its exact id."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from orders.core.models import Order
from orders.payments.models import Payment
from orders.payments.sandbox.controls import tell
from orders.payments.sandbox.models import Mode
from orders.refunds.actions import request_refund
from orders.refunds.models import Refund
from tests.orders.builders import NOW, actor_of, paid_document, paid_order, place, user, yuan
from tests.orders.flows import DELAY, REFUND, publish_flow
from workflows import invariants
from workflows.actions.instances import deliver
from workflows.engine.events import CancelRequested
from workflows.jobs import perform_due
from workflows.models import Instance

pytestmark = pytest.mark.usefixtures("committed")


def ask(order: Order, amount: str, *, by: User) -> Refund:
    return request_refund(order.pk, amount=yuan(amount), reason="破损", actor=actor_of(by), now=NOW)


class House:
    """An order with one refund paid, and one whose flow waits."""

    def __init__(self) -> None:
        cs1 = user("cs1", "requester")
        publish_flow(REFUND, DELAY, by=cs1)
        self.order = place(paid_document(order_no="ORD-1"))
        self.paid = ask(self.order, "58.00", by=cs1)
        perform_due()
        tell(Mode.FAIL, order_no="ORD-1", times=1)
        self.open = ask(self.order, "41.00", by=cs1)
        self.payment = str(Payment.objects.get(order=self.order))


@pytest.fixture
def house() -> House:
    return House()


def broken() -> dict[str, tuple[str, ...]]:
    return {one.name: one.ids for one in invariants.broken()}


def test_real_work_breaks_none(house: House) -> None:
    paid_order()

    assert broken() == {}
    assert {"order.refunded_is_that_of_refunds", "refund.open_has_a_run"} <= set(invariants.names())


ORDER: Callable[[House], str] = lambda house: "h5/ORD-1"  # noqa: E731, ARG005
PAYMENT: Callable[[House], str] = lambda house: house.payment  # noqa: E731
PAID: Callable[[House], str] = lambda house: str(house.paid.pk)  # noqa: E731
OPEN: Callable[[House], str] = lambda house: str(house.open.pk)  # noqa: E731


@pytest.mark.parametrize(
    ("name", "sql", "offender"),
    [
        ("order.paid_is_that_of_payments", "UPDATE orders_order SET paid = paid - 1", ORDER),
        ("order.refunded_is_that_of_refunds", "UPDATE orders_order SET refunded = refunded - 1", ORDER),
        ("order.reserved_is_that_of_refunds", "UPDATE orders_order SET refund_reserved = refund_reserved + 1", ORDER),
        ("order.unbooked_is_that_of_receipts", "UPDATE orders_order SET unbooked = 1", ORDER),
        ("order.lines_add_up", "UPDATE orders_orderline SET unit_price = unit_price + 1, total = total + 1", ORDER),
        ("payment.refunded_is_that_of_refunds", "UPDATE orders_payment SET refunded = refunded + 1", PAYMENT),
        ("payment.status_is_that_of_sums", "UPDATE orders_payment SET status = 'captured'", PAYMENT),
        ("refund.is_paid_when_confirmed",
         "UPDATE orders_refundeffect SET status = 'refused', confirmed_at = NULL WHERE status = 'confirmed'", PAID),
        ("refund.is_paid_when_confirmed", "UPDATE orders_refund SET status = 'failed' WHERE status = 'refunded'", PAID),
        ("refund.is_that_of_its_order", "UPDATE orders_refund SET currency = 'USD' WHERE status = 'refunded'", PAID),
        ("refund.receipt_is_booked",
         "INSERT INTO orders_unbookedreceipt (refund_id, provider_refund_id, amount, currency, reason, received_at) "
         "SELECT id, 'SBX', 1, 'CNY', 'x', now() FROM orders_refund WHERE status = 'refunded'", PAID),
        ("refund.open_has_a_run",
         "UPDATE orders_refund SET instance = gen_random_uuid() WHERE status <> 'refunded'", OPEN),
        ("refund.open_has_a_run", "UPDATE orders_refund SET instance = NULL WHERE status <> 'refunded'", OPEN),
    ],
)  # fmt: skip
def test_a_breach_is_named_with_its_exact_id(
    house: House, name: str, sql: str, offender: Callable[[House], Any]
) -> None:
    paid_order("20.00")
    with connection.cursor() as cursor:
        cursor.execute(sql if "orders_order SET" not in sql else f"{sql} WHERE order_no = 'ORD-1'")

    ids = broken()[name]

    assert offender(house) in ids
    assert len(ids) == (2 if "orderline" in sql or sql.startswith("UPDATE orders_payment SET refunded") else 1)


def test_a_refund_without_a_run_is_no_breach_while_the_sweep_will_settle_it(house: House) -> None:
    perform_due()
    assert Refund.objects.get(pk=house.open.pk).status == "refunding"

    cancel = CancelRequested(actor=actor_of(user("cs1")), reason="取消")
    deliver(str(house.open.instance), cancel, now=NOW)

    assert Instance.objects.get(pk=str(house.open.instance)).status == "cancelled"
    assert broken() == {}
