"""Orders and runs are found whole, by exactly what was asked for, and name nothing that cannot be opened."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from orders.core.models import Order
from orders.refunds.actions import request_refund
from orders.refunds.models import Refund
from tests.architecture.refund_shop import NOW, Shop, browser
from tests.orders.builders import actor_of, cny, paid_document, paid_order, place, refund_row, user, yuan

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return Shop()


def refund_of(order: Order, *, by: User) -> Refund:
    return request_refund(order.pk, amount=yuan("190.00"), reason="破损", actor=actor_of(by), now=NOW)


def numbers(client: APIClient, path: str = "/api/v1/orders") -> list[str]:
    found: list[str] = []
    cursor = ""
    while True:
        page = client.get(f"{path}?limit=100{cursor}").json()
        found += [order["order_no"] for order in page["results"]]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


def subjects(client: APIClient, name: str) -> list[str]:
    answer = client.get("/api/v1/instances", {"subject": name})
    assert answer.status_code == 200, answer.content
    return [run["subject"]["id"] for run in answer.json()["results"]]


def test_an_approver_sees_exactly_the_orders_of_own_tasks(shop: Shop) -> None:
    mine, other = paid_order("200.00"), paid_order("200.00")
    refund_of(mine, by=shop.asker)
    refund_row(other)
    client = browser(shop.finance)

    listed = numbers(client)

    assert mine.order_no in listed
    assert other.order_no not in listed
    read = [client.get(f"/api/v1/orders/{order.order_no}").status_code for order in (mine, other)]
    assert read == [200, 404]
    asked = client.post(f"/api/v1/orders/{mine.order_no}/refunds", {"amount": cny("1.00"), "reason": "破损"})
    assert asked.status_code == 403


def test_an_approver_finds_an_old_order_behind_a_thousand_newer_refunds(shop: Shop) -> None:
    mine, busy = paid_order("200.00"), paid_order("2000.00")
    refund_of(mine, by=shop.asker)
    pattern = refund_row(busy, "1.00")
    Refund.objects.bulk_create(
        Refund(
            order=busy, payment=pattern.payment, status="cancelled", amount=Decimal(1), currency="CNY", reason="x",
            requested_by=pattern.requested_by, instance=uuid4(), created_at=NOW + timedelta(days=n), closed_at=NOW,
        )
        for n in range(1, 1002)
    )  # fmt: skip

    assert mine.order_no in numbers(browser(shop.finance))


def test_the_runs_of_an_order_are_found_by_exactly_its_number(shop: Shop) -> None:
    one, ten = (place(paid_document("200.00", order_no=number), owner=shop.program) for number in ("ORD-1", "ORD-10"))
    refunds = {order.order_no: str(refund_of(order, by=shop.asker).pk) for order in (one, ten)}

    for person in (shop.boss, shop.asker, shop.finance, shop.program):
        client = browser(person)
        assert subjects(client, "ORD-1") == [refunds["ORD-1"]]
        assert subjects(client, "ORD-10") == [refunds["ORD-10"]]
        assert subjects(client, refunds["ORD-1"]) == [refunds["ORD-1"]]
        assert subjects(client, "ORD") == subjects(client, "") == []


def test_an_order_names_only_the_runs_that_its_reader_can_open(shop: Shop) -> None:
    order = place(paid_document("200.00"), owner=shop.program)
    run = str(refund_of(order, by=shop.asker).instance)
    colleague = user("cs2", "requester")
    shown = {}

    for person in (shop.asker, colleague, shop.boss, shop.finance, shop.program):
        client = browser(person)
        body = client.get(f"/api/v1/orders/{order.order_no}").json()
        named = {body["refunds"][0]["instance"], *(one["id"] for one in body["instances"])} - {None}
        shown[person.username] = (named, client.get(f"/api/v1/instances/{run}").status_code)
        assert (body["refunds"][0]["status"], body["refunds_open"]) == ("in_review", 1)

    assert shown == {
        "cs": ({run}, 200), "cs2": (set(), 404), "s1": ({run}, 200), "f1": ({run}, 200), "shop": ({run}, 200)
    }  # fmt: skip
