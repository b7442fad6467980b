"""Placing orders: what is accepted and what is refused."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from bedrock.errors import BadInput, Conflict, Forbidden
from bedrock.fingerprints import fingerprint_of
from orders.core.models import Order, OrderLine
from orders.intake.actions import Client, place_order
from orders.intake.document import read_order
from orders.payments.models import Payment
from tests.orders.builders import NOW, cny, order_document, paid_document, place, user

pytestmark = pytest.mark.django_db


def refused(document: dict[str, Any]) -> BadInput:
    with pytest.raises(BadInput) as caught:
        place(document)
    assert Order.objects.count() == OrderLine.objects.count() == Payment.objects.count() == 0
    return caught.value


def places_and_codes(error: BadInput) -> list[tuple[str, str]]:
    return [(problem["path"], problem["code"]) for problem in error.problems]


def test_sums_are_exact_when_an_order_has_lines_discounts_and_freight() -> None:
    lines = [
        {"sku": "A", "name": "A", "quantity": 3, "unit_price": cny("19.99"), "discount": cny("5.00")},
        {"sku": "A", "name": "A again", "quantity": 1, "unit_price": cny("0.10")},
    ]

    order = place(order_document(lines=lines, freight=cny("12.00")))

    stored = Order.objects.get(pk=order.pk)
    assert (stored.goods_total, stored.discount_total, stored.freight) == (Decimal("60.07"), Decimal(5), Decimal(12))
    assert stored.total == Decimal("67.07")
    assert [line.total for line in stored.lines.all()] == [Decimal("54.97"), Decimal("0.10")]
    assert (stored.status, stored.paid, stored.refundable) == ("pending_payment", Decimal(0), Decimal(0))
    assert stored.estimated_ship_time.isoformat() == "2026-01-28T08:42:11+00:00"


def test_an_order_is_paid_when_its_payment_is_the_total() -> None:
    order = place(paid_document())

    stored, payment = Order.objects.get(pk=order.pk), Payment.objects.get(order=order)
    assert (stored.status, stored.paid, stored.refundable) == ("awaiting_shipment", Decimal(199), Decimal(199))
    assert (payment.status, payment.amount, payment.refunded) == ("captured", Decimal(199), Decimal(0))


def test_an_order_is_paid_at_once_when_it_costs_nothing() -> None:
    lines = [{"sku": "A", "name": "A", "quantity": 1, "unit_price": cny("9.00"), "discount": cny("9.00")}]

    order = place(order_document(lines=lines))

    assert (order.status, order.total, order.paid) == ("awaiting_shipment", Decimal(0), Decimal(0))


def test_an_order_gets_a_number_of_ours_when_it_has_none() -> None:
    first, second = (place(order_document(order_no=None)).order_no for _ in range(2))

    assert first.startswith("ORD20260126")
    assert int(second[11:]) == int(first[11:]) + 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"placed_at": "2026-01-26T16:42:11"}, ("placed_at", "input.timezone_aware")),
        ({"placed_at": 1769416931}, ("placed_at", "input.datetime_text")),
        ({"channel": "amazon"}, ("channel", "input.channel")),
        ({"lines": []}, ("lines", "input.line_count")),
        ({"status": "awaiting_shipment"}, ("status", "input.unknown_field")),
        ({"freight": cny("-1.00")}, ("freight.amount", "input.money_amount")),
        ({"freight": {"amount": 1, "currency": "CNY"}}, ("freight.amount", "input.money_amount")),
        ({"freight": {"amount": "1.00", "currency": "XYZ"}}, ("freight.currency", "input.money_currency")),
        ({"freight": cny("0.001")}, ("freight", "order.not_payable")),
        ({"freight": {"amount": "1.00", "currency": "USD"}}, ("freight", "order.mixed_currencies")),
        ({"channel": "wechat", "promotion_id": None}, ("promotion_id", "order.promotion_required")),
        ({"order_no": "../etc"}, ("order_no", "input.string_pattern_mismatch")),
        ({"buyer": {"name": "张三", "phone": "no number"}}, ("buyer.phone", "input.phone")),
        ({"buyer": {"name": "a\nb", "phone": "13800138000"}}, ("buyer.name", "input.one_line")),
    ],
)
def test_an_order_is_refused_when_a_field_is_wrong(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert places_and_codes(refused(order_document(**changes))) == [expected]


@pytest.mark.parametrize("quantity", [0, -1, 1_000_001, "1", True])
def test_an_order_is_refused_when_a_quantity_is_none(quantity: object) -> None:
    lines = [{"sku": "A", "name": "A", "quantity": quantity, "unit_price": cny("1.00")}]

    assert [path for path, _ in places_and_codes(refused(order_document(lines=lines)))] == ["lines.0.quantity"]


def test_all_problems_are_told_when_several_amounts_are_wrong() -> None:
    lines = [
        {"sku": "A", "name": "A", "quantity": 1, "unit_price": cny("1.00"), "discount": cny("1.01")},
        {"sku": "B", "name": "B", "quantity": 1, "unit_price": {"amount": "1.00", "currency": "USD"}},
    ]

    error = refused(order_document(lines=lines, freight=cny("0.001")))

    assert places_and_codes(error) == [
        ("lines.1.unit_price", "order.mixed_currencies"),
        ("freight", "order.not_payable"),
        ("lines.0.discount", "order.discount_too_large"),
    ]


@pytest.mark.parametrize("amount", ["198.99", "199.01", "0.00"])
def test_an_order_is_refused_when_the_payment_is_not_the_total_to_the_cent(amount: str) -> None:
    document = paid_document()
    document["payment"]["amount"] = cny(amount)

    assert places_and_codes(refused(document)) == [("payment.amount", "payment.amount_mismatch")]


def test_an_order_is_refused_when_its_client_may_not_record_payments() -> None:
    document = paid_document()
    client = Client(user_id=user().pk, may_record_payments=False)

    with pytest.raises(Forbidden, match=r"payment\.not_allowed"):
        place_order(read_order(document), fingerprint=fingerprint_of(document), client=client, now=NOW)

    assert Order.objects.count() == 0


def test_a_second_order_is_refused_when_its_channel_has_the_number() -> None:
    first = place(order_document(order_no="ORD-1"))

    with pytest.raises(Conflict, match=r"order\.duplicate_number"):
        place(order_document(order_no="ORD-1"))
    other = place(order_document(order_no="ORD-1", channel="taobao"))

    assert set(Order.objects.values_list("pk", flat=True)) == {first.pk, other.pk}


def test_an_order_is_refused_when_its_transaction_paid_another() -> None:
    first = paid_document()
    place(first)

    with pytest.raises(Conflict, match=r"payment\.duplicate_transaction"):
        place(paid_document(payment=first["payment"]))

    assert Order.objects.count() == Payment.objects.count() == 1


@pytest.mark.parametrize(
    "change", ["total = total + 1", "paid = total + 1", "refund_reserved = paid + 1", "refunded = refund_reserved + 1"]
)
def test_the_database_refuses_when_sums_are_made_wrong_behind_our_back(change: str) -> None:
    order = place(paid_document())

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE orders_order SET {change} WHERE id = %s", [order.pk])  # noqa: S608

    assert Order.objects.get(pk=order.pk).total == Decimal(199)
