"""The order routes over HTTP: the contract's shapes, repeated requests, and who sees which orders."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.actions import create_token
from accounts.models import User
from orders.core.models import Order
from orders.refunds.models import Refund
from tests.orders.builders import cny, order_document, paid_document, paid_order, place, refund_row, user
from tests.orders.flows import DELAY, REFUND, publish_flow
from workflows.models import StoredAnswer

pytestmark = pytest.mark.django_db

ROLES = ["designer", "approver", "supervisor", "auditor", "integration", "requester", "superuser"]


def client_of(person: User | None) -> APIClient:
    client = APIClient()
    if person is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Token {create_token(person)}")
    return client


def person(role: str) -> User:
    if role == "superuser":
        return User.objects.create_superuser("root", "pass-word-1")
    return user(f"some-{role}", role)


def post_order(client: APIClient, document: dict[str, Any], *, key: str | None = "K-1") -> Any:
    headers = {} if key is None else {"X-Idempotency-Key": key}
    return client.post("/api/v1/orders", document, format="json", headers=headers)


@pytest.fixture
def shop() -> APIClient:
    return client_of(user("shop", "integration"))


@pytest.fixture
def cs1() -> APIClient:
    return client_of(user("cs1", "requester"))


def test_the_answer_has_number_status_total_and_ship_time_when_an_order_is_placed(shop: APIClient) -> None:
    document = paid_document(order_no="ORD2026-1")

    answer = post_order(shop, document)

    assert answer.status_code == 201
    assert answer.json() == {
        "order_no": "ORD2026-1",
        "channel": "h5",
        "status": "awaiting_shipment",
        "total": cny("199.00"),
        "paid": cny("199.00"),
        "refundable": cny("199.00"),
        "buyer": {"name": "张三", "phone": "138****8000"},
        "placed_at": "2026-01-26T16:42:11+08:00",
        "estimated_ship_time": "2026-01-28T16:42:11+08:00",
        "refunds_open": 0,
    }


def test_the_same_answer_comes_again_when_a_request_is_repeated(shop: APIClient) -> None:
    document = paid_document(order_no=None)

    first, second = post_order(shop, document), post_order(shop, dict(reversed(document.items())))

    assert (first.status_code, second.status_code) == (201, 200)
    assert ("Idempotent-Replayed" in first.headers, second.headers["Idempotent-Replayed"]) == (False, "true")
    assert first.content == second.content
    assert (first.headers["Content-Type"], second.headers["Content-Type"]) == ("application/json",) * 2
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [(None, 400, "idempotency.key_required"), ("K-1", 422, "idempotency.key_reused")],
)
def test_a_request_is_refused_when_its_key_is_missing_or_used(
    shop: APIClient, key: str | None, status: int, code: str
) -> None:
    post_order(shop, order_document())

    answer = post_order(shop, order_document(), key=key)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert Order.objects.count() == 1


def test_a_key_is_free_again_when_its_request_was_refused(shop: APIClient) -> None:
    refused = post_order(shop, order_document(freight=cny("0.001")))

    assert (refused.status_code, StoredAnswer.objects.count()) == (422, 0)
    assert post_order(shop, order_document()).status_code == 201


def test_every_problem_is_told_with_its_place_when_an_order_is_wrong(shop: APIClient) -> None:
    answer = post_order(shop, order_document(status="paid", freight={"amount": 1, "currency": "CNY"}, placed_at="now"))

    assert (answer.status_code, answer.json()["code"]) == (422, "input.invalid")
    assert [(error["path"], error["code"]) for error in answer.json()["errors"]] == [
        ("placed_at", "input.datetime_text"),
        ("freight.amount", "input.money_amount"),
        ("status", "input.unknown_field"),
    ]
    assert Order.objects.count() == 0


@pytest.mark.parametrize("body", [b"[1]", b'{"lines": [[]]}', b"\xff", b'{"a": 1, "a": 2}', b"[" * 5000, b'"\\ud800"'])
def test_no_body_makes_a_server_error_when_it_is_hostile(shop: APIClient, body: bytes) -> None:
    answer = shop.post("/api/v1/orders", body, content_type="application/json", headers={"X-Idempotency-Key": "K-1"})

    assert answer.status_code in (400, 422)
    assert Order.objects.count() == 0


@pytest.mark.parametrize(
    ("lines", "status", "code"), [(100_000, 413, "input.too_large"), (10_000, 422, "input.invalid")]
)
def test_f77_an_order_of_very_many_lines_is_refused_and_nothing_is_placed(
    shop: APIClient, lines: int, status: int, code: str
) -> None:
    line = {"sku": "SKU-1", "name": "保温杯", "quantity": 1, "unit_price": cny("199.00")}

    answer = post_order(shop, order_document(lines=[line] * lines))

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Order.objects.count() == 0


def test_an_order_is_shown_whole_when_it_is_read(cs1: APIClient) -> None:
    order = paid_order()
    refund = refund_row(order)

    answer = cs1.get(f"/api/v1/orders/{order.order_no}").json()

    assert (answer["status"], answer["paid"], answer["refundable"]) == (
        "awaiting_shipment",
        cny("199.00"),
        cny("141.00"),
    )
    assert answer["lines"] == [
        {
            "sku": "SKU-1",
            "name": "保温杯",
            "quantity": 1,
            "unit_price": cny("199.00"),
            "discount": cny("0.00"),
            "total": cny("199.00"),
        }
    ]
    assert [(one["id"], one["amount"], one["reason"], one["status"], one["instance"]) for one in answer["refunds"]] == [
        (str(refund.pk), cny("58.00"), "七天无理由", "in_review", None)
    ]
    assert (answer["ship_to"]["address"], answer["instances"]) == ("文三路****", [])


def test_no_full_phone_leaves_when_orders_are_read_by_anyone() -> None:
    order = place(paid_document(), owner=user("some-integration", "integration"))
    refund_row(order)

    for role in ROLES:
        client = client_of(person(role))
        for path in ("/api/v1/orders", f"/api/v1/orders/{order.order_no}", "/api/v1/orders?q=13800138000"):
            assert b"13800138000" not in client.get(path).content, (role, path)


@pytest.mark.parametrize("text", ["ORD-FIND", "李四", "四", "5678", "13912345678"])
def test_an_order_is_found_by_number_name_or_phone(cs1: APIClient, text: str) -> None:
    place(order_document(order_no="ORD-FIND-1", buyer={"name": "李四", "phone": "13912345678"}))
    place(order_document())

    found = cs1.get("/api/v1/orders", {"q": text}).json()

    assert [order["order_no"] for order in found["results"]] == ["ORD-FIND-1"]


@pytest.mark.parametrize("text", ["%", "_", "139", "FIND", "'; DROP TABLE orders_order; --"])
def test_nothing_is_found_when_the_text_is_no_beginning_and_no_tail(cs1: APIClient, text: str) -> None:
    place(order_document(order_no="ORD-FIND-1", buyer={"name": "李四", "phone": "13912345678"}))

    assert cs1.get("/api/v1/orders", {"q": text}).json()["results"] == []


def test_pages_hold_every_order_once_newest_first(cs1: APIClient) -> None:
    numbers = [place(order_document(placed_at=f"2026-01-2{day}T10:00:00+08:00")).order_no for day in (1, 2, 2, 2, 3)]
    seen, params = [], {"limit": "2"}

    while True:
        page = cs1.get("/api/v1/orders", params).json()
        seen += [order["order_no"] for order in page["results"]]
        if page["next"] is None:
            break
        params = {"limit": "2", "cursor": page["next"]}

    assert seen == list(reversed(numbers))


@pytest.mark.parametrize("query", ["status=gone", "channel=amazon", "limit=0", "cursor=x", "sort=total"])
def test_a_list_is_refused_when_a_parameter_is_wrong(cs1: APIClient, query: str) -> None:
    assert cs1.get(f"/api/v1/orders?{query}").status_code == 422


def test_the_channel_must_be_said_when_two_use_one_number(cs1: APIClient) -> None:
    for channel in ("h5", "taobao"):
        place(order_document(order_no="ORD-1", channel=channel))

    ambiguous = cs1.get("/api/v1/orders/ORD-1")
    said = cs1.get("/api/v1/orders/ORD-1?channel=taobao")

    assert (ambiguous.status_code, ambiguous.json()["code"]) == (409, "order.ambiguous_number")
    assert (ambiguous.json()["channels"], said.json()["channel"]) == (["h5", "taobao"], "taobao")


def test_the_answer_is_the_refund_when_one_is_requested(cs1: APIClient) -> None:
    publish_flow(DELAY, REFUND, by=user("designer", "designer"))
    order = paid_order()

    answer = cs1.post(f"/api/v1/orders/{order.order_no}/refunds", {"amount": cny("58.00"), "reason": "破损"})

    refund = Refund.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(refund.pk),
        "order_no": order.order_no,
        "amount": cny("58.00"),
        "reason": "破损",
        "status": "in_review",
        "instance": str(refund.instance),
        "requested_by": {"username": "cs1", "display_name": "cs1"},
        "requested_at": answer.json()["requested_at"],
        "closed_at": None,
        "provider_refund_id": None,
    }
    shown = cs1.get(f"/api/v1/orders/{order.order_no}").json()
    assert (shown["refunds_open"], [run["id"] for run in shown["instances"]]) == (1, [str(refund.instance)])


def test_one_refund_is_made_when_a_request_with_a_key_is_repeated(cs1: APIClient) -> None:
    publish_flow(DELAY, REFUND, by=user("designer", "designer"))
    order = paid_order()

    answers = [
        cs1.post(
            f"/api/v1/orders/{order.order_no}/refunds",
            {"amount": cny("58.00"), "reason": "破损"},
            headers={"X-Idempotency-Key": "R-1"},
        )
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].content == answers[1].content
    assert Refund.objects.count() == 1


@pytest.mark.parametrize(
    ("live", "amount", "status", "code"),
    [(True, "199.01", 422, "refund.exceeds_refundable"), (False, "58.00", 409, "flow.not_live")],
)
def test_nothing_is_reserved_when_a_refund_is_refused(
    cs1: APIClient, *, live: bool, amount: str, status: int, code: str
) -> None:
    if live:
        publish_flow(DELAY, REFUND, by=user("designer", "designer"))
    order = paid_order()

    answer = cs1.post(f"/api/v1/orders/{order.order_no}/refunds", {"amount": cny(amount), "reason": "破损"})

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Order.objects.get().refund_reserved == Decimal(0)


def test_a_refund_says_no_more_than_its_flow_wants_to_be_told(cs1: APIClient) -> None:
    """What an order tells of itself is nobody's to say otherwise, and what nobody declared is refused."""
    publish_flow(DELAY, REFUND, by=user("designer", "designer"))
    order = paid_order()
    body = {"amount": cny("58.00"), "reason": "破损", "variables": {"orderPaid": cny("9999.00"), "other": 1}}

    answer = cs1.post(f"/api/v1/orders/{order.order_no}/refunds", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "variables.invalid")
    assert [(one["path"], one["code"]) for one in answer.json()["errors"]] == [
        ("/variables/orderPaid", "variable.unknown"),
        ("/variables/other", "variable.unknown"),
    ]
    assert (Refund.objects.count(), Order.objects.get().refund_reserved) == (0, Decimal(0))


# --- who sees which orders (the matrix of rights: tests/api/authorization.txt) -------------------------------------

Ask = Callable[[APIClient, str], Any]
LIST: Ask = lambda client, _: client.get("/api/v1/orders")  # noqa: E731
READ: Ask = lambda client, number: client.get(f"/api/v1/orders/{number}")  # noqa: E731
ASK: Ask = lambda client, number: client.post(  # noqa: E731
    f"/api/v1/orders/{number}/refunds", {"amount": cny("1.00"), "reason": "破损"}
)


def test_a_program_sees_and_refunds_its_own_orders_only(shop: APIClient) -> None:
    publish_flow(DELAY, REFUND, by=user("designer", "designer"))
    own, foreign = paid_order(), place(paid_document(), owner=user("other-shop", "integration"))

    listed = [order["order_no"] for order in LIST(shop, "").json()["results"]]

    assert listed == [own.order_no]
    assert (READ(shop, own.order_no).status_code, READ(shop, foreign.order_no).status_code) == (200, 404)
    assert (ASK(shop, own.order_no).status_code, ASK(shop, foreign.order_no).status_code) == (201, 404)


# --- statements ----------------------------------------------------------------------------------------------------


def test_a_list_takes_as_many_statements_for_fifty_orders_as_for_one(cs1: APIClient) -> None:
    counts = []
    cs1.get("/api/v1/orders")
    for more in (1, 49):
        for _ in range(more):
            refund_row(paid_order())
        with CaptureQueriesContext(connection) as queries:
            assert cs1.get("/api/v1/orders").status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1] == 3  # the token, the page, the open refunds


def test_placing_a_paid_order_takes_a_fixed_number_of_statements(shop: APIClient) -> None:
    document = paid_document()
    post_order(shop, order_document(), key="warm")

    with CaptureQueriesContext(connection) as queries:
        assert post_order(shop, document).status_code == 201

    # token, savepoint, key, savepoint, order, lines, payment, release, answer, release
    assert len(queries) == 10, [query["sql"][:60] for query in queries]
