"""Before a request is sent: whom it would go to, and whom the requester still chooses. Nothing is written."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from approvals.models import Group, GroupMember
from orders.core.models import Order
from orders.refunds.models import Refund
from tests.approvals.conftest import Office, publish_graph, signed_in
from tests.approvals.test_choices import drawn
from tests.orders.builders import cny, paid_document, place
from workflows.models import Instance

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(office: Office) -> Order:
    publish_graph(office, drawn(trigger="refund.requested"), key="chosen")
    return place(paid_document())


def preview(office: Office, order: Order, **body: Any) -> Any:
    path = f"/api/v1/orders/{order.order_no}/refunds/preview"
    return signed_in(office["cs"]).post(path, {"amount": cny("10.00"), **body}, format="json")


def test_who_may_be_chosen_is_offered_and_the_step_waits_for_the_choice(office: Office, order: Order) -> None:
    told = preview(office, order).json()

    [choice] = told["choices"]
    assert told["flow"]["key"] == "chosen"
    assert (choice["node"], choice["variable"], choice["most"], choice["is_list"]) == ("ask", "reviewers", 2, True)
    assert choice["people"] == [
        {"username": "f1", "display_name": "F1"}, {"username": "f2", "display_name": "F2"},
    ]  # fmt: skip
    assert [(one["node"], one["awaits_choice"], one["turns"]) for one in told["ahead"]["stops"]] == [
        ("ask", True, []), ("yes", False, []),
    ]  # fmt: skip
    assert (Refund.objects.count(), Instance.objects.count()) == (0, 0)
    assert Order.objects.get().refund_reserved == Decimal(0)


def test_the_choice_is_who_gets_it_and_the_request_with_it_is_taken(office: Office, order: Order) -> None:
    chosen = {"variables": {"reviewers": ["f2"], "note": None}}

    told = preview(office, order, **chosen).json()
    answer = signed_in(office["cs"]).post(
        f"/api/v1/orders/{order.order_no}/refunds",
        {"amount": cny("10.00"), "reason": "broken", **chosen},
        format="json",
    )

    [ask, _] = told["ahead"]["stops"]
    assert (ask["awaits_choice"], [seat["key"] for seat in ask["turns"][0]]) == (False, ["f2"])
    assert answer.status_code == 201, answer.content


def test_the_requester_is_never_offered_themselves(office: Office, order: Order) -> None:
    User.objects.filter(pk=office["cs"].pk).update(roles=["requester", "approver"])
    GroupMember.objects.create(group=Group.objects.get(key="finance"), user=office["cs"])

    [choice] = preview(office, order).json()["choices"]

    assert [one["username"] for one in choice["people"]] == ["f1", "f2"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"amount": cny("99999.00")}, 422, "refund.exceeds_refundable"),
        ({"variables": {"other": 1}}, 422, "variables.invalid"),
    ],
)
def test_what_could_not_be_asked_for_is_refused(
    office: Office, order: Order, body: dict[str, Any], status: int, code: str
) -> None:
    answer = preview(office, order, **body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_without_a_live_flow_there_is_nothing_to_foresee(office: Office) -> None:
    answer = preview(office, place(paid_document()))

    assert (answer.status_code, answer.json()["code"]) == (409, "flow.not_live")


def test_it_costs_the_order_and_the_live_flow(office: Office, order: Order) -> None:
    preview(office, order)
    client = signed_in(office["cs"])
    path = f"/api/v1/orders/{order.order_no}/refunds/preview"

    with CaptureQueriesContext(connection) as asked:
        client.post(path, {"amount": cny("10.00")}, format="json")

    assert len(asked) == 4  # session, person, the order, the live flow with the world
