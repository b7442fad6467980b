"""A placed order is changed only after its flow said yes: on record, once, and only if it is still as it was."""

from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from approvals.models import ApprovalTask
from config.demo.people import ensure_people
from orders.changes.actions import request_change
from orders.changes.models import ChangeStatus, OrderChange
from orders.core.models import Order
from orders.nodes.reject_change import RejectChangeNode
from orders.subjects import CHANGE, CHANGE_REQUESTED, REFUND_REQUESTED
from orders.templates import template
from tests.orders.builders import NOW, actor_of, order_document, paid_document, place
from workflows import invariants, jobs
from workflows.actions.definitions import create_definition, publish
from workflows.engine.state import Subject
from workflows.engine.work import RunContext, Work
from workflows.models import AuditEntry, Instance

pytestmark = pytest.mark.django_db
KEY = iter(f"key-{number}" for number in range(1_000_000))
MOVE = {"ship_to": {"city": "宁波", "address": "中山路 1 号"}, "reason": "买家搬家"}


@pytest.fixture
def people(db: None) -> dict[str, User]:
    return ensure_people(password="not-a-secret", now=NOW)


@pytest.fixture
def flow(people: dict[str, User]) -> None:
    """The shipped flow, live."""
    live(template("order_change").graph, by=people["admin"])


def live(graph: dict[str, Any], *, by: User, key: str = "changes") -> None:
    draft = create_definition(key=key, title={"zh": "改单", "en": "Changes"}, graph=graph, layout={}, actor=by, now=NOW)
    assert [one for one in draft.problems if one.severity == "error"] == []
    publish(str(draft.definition.pk), revision=1, note="", actor=by, now=NOW)


def straight(*types: str, trigger: str = CHANGE_REQUESTED) -> dict[str, Any]:
    """start → steps of these types → end."""
    ids = ["start", *(f"n{number}" for number in range(len(types))), "end"]
    steps = [{"id": f"n{number}", "type": one} for number, one in enumerate(types)]
    return {
        "format": 1,
        "nodes": [
            {"id": "start", "type": "start", "config": {"trigger": trigger}}, *steps, {"id": "end", "type": "end"},
        ],
        "edges": [{"id": f"e{n}", "from": one, "to": other} for n, (one, other) in enumerate(pairwise(ids))],
    }  # fmt: skip


def client(user: User) -> APIClient:
    found = APIClient()
    found.force_login(user)
    return found


def ask(user: User, order: Order, body: dict[str, Any], *, key: str | None = None) -> Any:
    return client(user).post(
        f"/api/v1/orders/{order.order_no}/changes", body, format="json", HTTP_IDEMPOTENCY_KEY=key or next(KEY)
    )


def decide(people: dict[str, User], node: str, who: str, name: str = "approve") -> Any:
    task = ApprovalTask.objects.get(node=node, status="open")
    body = {"revision": task.revision, "comment": "同意" if name == "approve" else "地址不对"}
    return client(people[who]).post(
        f"/api/v1/tasks/{task.pk}/{name}", body, format="json", HTTP_IDEMPOTENCY_KEY=next(KEY)
    )


def address(order: Order) -> tuple[str, str]:
    order = Order.objects.get(pk=order.pk)
    return order.ship_city, order.ship_address


def test_an_order_is_changed_after_all_three_levels_agreed_and_that_is_kept(
    people: dict[str, User], flow: None
) -> None:
    order = place(paid_document(), owner=people["backup1"])

    asked = ask(people["cs1"], order, MOVE)
    assert asked.status_code == 201, asked.json()
    assert asked.json()["wanted"] == [
        {"field": "ship_to.city", "before": "杭州", "after": "宁波"},
        {"field": "ship_to.address", "before": "文三路****", "after": "中山路****"},
    ]
    for node, who in (("creator", "backup1"), ("service", "supervisor1"), ("warehouse", "warehouse1")):
        assert address(order) == ("杭州", "文三路 188 号")
        assert decide(people, node, who).status_code == 200

    assert address(order) == ("宁波", "中山路 1 号")
    change = OrderChange.objects.get()
    assert (change.status, change.closed_at is not None) == ("applied", True)
    entry = AuditEntry.objects.get(action="order.change")
    assert (entry.actor_name, entry.object_title, entry.reason) == ("钱仓管", order.order_no, "买家搬家")
    assert (entry.before, entry.after) == (
        {"ship_to.city": "杭州", "ship_to.address": "文三路****"},
        {"ship_to.city": "宁波", "ship_to.address": "中山路****"},
    )  # fmt: skip
    jobs.perform_due()
    assert Instance.objects.get(pk=str(change.instance)).status == "completed"
    told = client(people["cs1"]).get("/api/v1/notices").json()["results"]
    assert [one["title"]["zh"] for one in told] == [f"订单 {order.order_no} 已修改"]
    assert invariants.broken() == []


def test_whoever_placed_it_is_a_program_then_operations_decide_first(people: dict[str, User], flow: None) -> None:
    order = place(paid_document(), owner=people["shop"])

    assert ask(people["cs1"], order, MOVE).status_code == 201

    task = ApprovalTask.objects.get(node="creator")
    assert task.scopes == ["g:operations"]


def test_a_change_that_one_level_refuses_leaves_the_order_as_it_was(people: dict[str, User], flow: None) -> None:
    order = place(paid_document(), owner=people["backup1"])
    ask(people["cs1"], order, MOVE)
    decide(people, "creator", "backup1")

    assert decide(people, "service", "supervisor1", "reject").status_code == 200

    assert address(order) == ("杭州", "文三路 188 号")
    assert OrderChange.objects.get().status == "rejected"
    assert not AuditEntry.objects.filter(action="order.change").exists()


def test_an_order_that_was_changed_meanwhile_is_not_changed_on_old_grounds(people: dict[str, User], flow: None) -> None:
    order = place(paid_document(), owner=people["backup1"])
    ask(people["cs1"], order, MOVE)
    decide(people, "creator", "backup1")
    decide(people, "service", "supervisor1")
    Order.objects.filter(pk=order.pk).update(ship_city="温州")

    refused = decide(people, "warehouse", "warehouse1")

    assert (refused.status_code, refused.json()["code"]) == (409, "change.order_moved")
    assert address(order) == ("温州", "文三路 188 号")
    assert ApprovalTask.objects.get(node="warehouse").status == "open"
    assert OrderChange.objects.get().status == "in_review"
    assert decide(people, "warehouse", "warehouse1", "reject").status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"reason": "x"}, 422, "change.nothing_changes"),
        ({"ship_to": {"city": "杭州"}, "reason": "x"}, 422, "change.nothing_changes"),
        ({"ship_to": {"city": "宁波"}, "reason": " "}, 422, "change.reason_required"),
        ({"ship_to": {"city": "宁波"}}, 422, "input.invalid"),
        ({"ship_to": {"street": "x"}, "reason": "x"}, 422, "input.invalid"),
        ({"lines": [], "reason": "x"}, 422, "input.invalid"),
        ({"buyer": {"phone": "none"}, "reason": "x"}, 422, "input.invalid"),
    ],
)
def test_what_cannot_be_wished_is_refused_and_nothing_is_begun(
    people: dict[str, User], flow: None, body: dict[str, Any], status: int, code: str
) -> None:
    order = place(paid_document(), owner=people["shop"])

    refused = ask(people["cs1"], order, body)

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert (OrderChange.objects.count(), Instance.objects.count()) == (0, 0)


def test_one_change_of_an_order_at_a_time(people: dict[str, User], flow: None) -> None:
    order = place(paid_document(), owner=people["shop"])
    first = ask(people["cs1"], order, MOVE, key="once")

    again, other = ask(people["cs1"], order, MOVE, key="once"), ask(people["cs1"], order, MOVE)

    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert (other.status_code, other.json()["code"]) == (409, "change.already_open")
    assert OrderChange.objects.count() == 1


def test_without_a_live_flow_nothing_is_kept(people: dict[str, User]) -> None:
    order = place(paid_document(), owner=people["shop"])

    refused = ask(people["cs1"], order, MOVE)

    assert (refused.status_code, refused.json()["code"]) == (409, "flow.not_live")
    assert not OrderChange.objects.exists()


def test_a_run_that_ends_otherwise_cancels_its_change(people: dict[str, User]) -> None:
    live(straight(), by=people["admin"])
    order = place(paid_document(), owner=people["shop"])

    ask(people["cs1"], order, MOVE)

    assert OrderChange.objects.get().status == "cancelled"
    assert ask(people["cs1"], order, MOVE).status_code == 201  # the next one may be asked for


def test_a_phone_that_changes_is_found_by_its_new_end(people: dict[str, User]) -> None:
    live(straight("orders.apply_change"), by=people["admin"])
    order = place(order_document(), owner=people["shop"])

    ask(people["cs1"], order, {"buyer": {"phone": "139 0013 9222"}, "reason": "换号"})

    found = client(people["cs1"]).get("/api/v1/orders?q=9222").json()["results"]
    assert [one["order_no"] for one in found] == [order.order_no]
    assert OrderChange.objects.get().status == "applied"


def test_only_the_run_that_a_change_started_decides_on_it(people: dict[str, User]) -> None:
    live(straight("orders.apply_change"), by=people["admin"])
    order = place(paid_document(), owner=people["shop"])
    with transaction.atomic():
        change = request_change(
            order.pk, after={"ship_to.city": "宁波"}, reason="x", actor=actor_of(people["cs1"]), now=NOW
        )

    assert change.status == ChangeStatus.APPLIED
    assert Instance.objects.get(pk=str(change.instance)).subject_id == str(change.pk)


def test_a_step_that_changes_orders_fails_in_a_flow_about_refunds(people: dict[str, User]) -> None:
    live(straight("orders.apply_change", trigger=REFUND_REQUESTED), by=people["admin"])
    order = place(paid_document(), owner=people["shop"])
    path = f"/api/v1/orders/{order.order_no}/refunds"

    asked = client(people["cs1"]).post(
        path, {"amount": {"amount": "10.00", "currency": "CNY"}, "reason": "x"}, format="json"
    )

    assert asked.status_code == 201
    assert Instance.objects.get().incidents == 1


def test_the_page_of_an_order_shows_its_changes_to_those_who_may_see_it(people: dict[str, User], flow: None) -> None:
    order = place(paid_document(), owner=people["shop"])
    ask(people["cs1"], order, MOVE)

    shown = {who: client(people[who]).get(f"/api/v1/orders/{order.order_no}") for who in ("cs1", "ops1", "finance1")}

    assert [one["status"] for one in shown["cs1"].json()["changes"]] == ["in_review"]
    assert shown["ops1"].status_code == 200  # asked first, because a program placed it
    assert shown["finance1"].status_code == 404


def test_a_batch_locks_its_orders_in_one_order_whatever_its_own_is(people: dict[str, User], flow: None) -> None:
    changes = []
    for _ in range(2):
        ask(people["cs1"], place(paid_document(), owner=people["shop"]), MOVE)
        changes.append(OrderChange.objects.latest("created_at"))
    works = [
        (
            RunContext(
                instance=str(one.instance), definition_key="changes", definition_title={}, version=1,
                subject=Subject(type=CHANGE, id=str(one.pk), title=""), requester=None, now=NOW,
            ),
            Work(type=RejectChangeNode.key, node="x", token=1, visit=1, attempt=1, payload={"change": str(one.pk)}),
        )
        for one in reversed(changes)
    ]  # fmt: skip

    with CaptureQueriesContext(connection) as seen, transaction.atomic():
        RejectChangeNode().perform_inline(works)

    locks = [one["sql"] for one in seen if one["sql"].endswith("FOR UPDATE") and 'FROM "orders_order"' in one["sql"]]
    assert 'ORDER BY "orders_order"."id" ASC FOR UPDATE' in locks[0]
    assert OrderChange.objects.filter(status="rejected").count() == 2
