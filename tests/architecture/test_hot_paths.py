"""What the hot paths cost in statements, exactly.

Never timed. Transaction control is not counted; who signed in is counted apart. Everything else is on: history, seats
with their trace, audit, outbox, timers.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.actions import create_token
from accounts.models import User
from approvals.models import ApprovalTask
from orders.core.models import Order
from tests.architecture.refund_shop import NOW, Shop, browser, open_task, shown, statements
from tests.orders.builders import cny, paid_document
from workflows import jobs
from workflows.actions.instances import deliver
from workflows.engine.events import SYSTEM, Signalled
from workflows.models import Instance
from workflows.scheduler import fire_due

pytestmark = pytest.mark.django_db

SIGN_IN = re.compile(r'SELECT .* FROM "(django_session|accounts_user|accounts_apitoken)"')


@pytest.fixture
def shop() -> Shop:
    return Shop()


# --- statements of the actions: one that reads and one that writes ----------------------------------------------------


def test_a_start_of_a_flow_that_was_started_before_costs_one_statement(shop: Shop) -> None:
    shop.start(1)

    sql = statements(lambda: shop.start(2))

    assert len(sql) == 1, shown(sql)  # the step with its task, if the live flow and the world are still those


def test_an_approval_with_a_next_one_behind_it_costs_two_statements(shop: Shop) -> None:
    task = open_task(shop.ask())

    sql = statements(lambda: shop.answer_task(task, "approve"))

    assert len(sql) == 2, shown(sql)  # the task and its run; the step with both tasks
    assert ApprovalTask.objects.filter(instance=task.instance, node="ops", status="open").exists()


def test_the_final_approval_costs_two_statements(shop: Shop) -> None:
    run = shop.ask()
    shop.answer(run, "approve")
    task = open_task(run)

    sql = statements(lambda: shop.answer_task(task, "approve"))

    assert len(sql) == 2, shown(sql)
    assert [token["node"] for token in Instance.objects.get(pk=run).state["tokens"]] == ["refund"]


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("transfer", {"to": {"kind": "group", "group": "finance-backup"}}),
        ("comment", {"text": "hurry"}),
    ],
)
def test_other_answers_cost_two_statements(shop: Shop, name: str, payload: dict[str, Any]) -> None:
    task = open_task(shop.ask())

    sql = statements(lambda: shop.answer_task(task, name, **payload))

    assert len(sql) == 2, shown(sql)


def test_a_rejection_costs_its_answer_and_the_end_of_the_refund(shop: Shop) -> None:
    task = open_task(shop.ask())

    sql = statements(lambda: shop.answer_task(task, "reject", comment="no"))

    prepared = [one for one in sql if one.startswith("EXECUTE")]
    # The engine's two and whether the refund is settled; the rest closes it and frees its amount.
    assert (len(prepared), len(sql)) == (3, 9), shown(sql)


def test_an_answer_that_nobody_waits_for_costs_the_reading_alone(shop: Shop) -> None:
    run = shop.ask()
    event = Signalled(token=99, visit=1, name="approve", payload={"revision": 1}, actor=SYSTEM)

    sql = statements(lambda: deliver(run, event, now=NOW))

    assert len(sql) == 1, shown(sql)


def test_a_sweep_costs_the_same_for_one_due_run_and_for_thirty(shop: Shop) -> None:
    costs = []
    for count in (1, 29):
        for _ in range(count):
            shop.ask()
        costs.append(len(statements(lambda: fire_due(now=NOW + timedelta(days=1)))))

    assert costs[0] == costs[1] == 3  # who is due; their locked runs; their steps with their tasks


def test_an_idle_sweep_costs_one_statement(shop: Shop) -> None:
    assert len(statements(lambda: fire_due(now=NOW - timedelta(days=1)))) == 1


def test_a_claim_costs_one_statement(shop: Shop) -> None:
    assert len(statements(jobs.perform_due)) == 1


# --- statements of the routes --------------------------------------------------------------------------------------


def program(person: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {create_token(person)}")
    client.get("/api/v1/orders")  # the first use of a key is written down, the next ones for an hour are not
    return client


def cost(do: Callable[[], Any], *, status: int = 200) -> tuple[int, int]:
    """How many statements found out who asks, and how many answered."""
    answers = []
    sql = statements(lambda: answers.append(do()))
    assert answers[0].status_code == status, answers[0].content
    who = [one for one in sql if SIGN_IN.match(one)]
    return len(who), len(sql) - len(who)


@pytest.mark.parametrize(
    ("person", "path", "expected"),
    [
        ("finance", "/tasks", (2, 2)),
        ("finance", "/tasks/summary", (2, 2)),
        ("finance", "/tasks?box=done", (2, 2)),
        ("asker", "/tasks?box=started", (2, 2)),
        ("boss", "/instances", (2, 3)),
        ("boss", "/orders", (2, 2)),
        ("boss", "/definitions", (2, 1)),
    ],
)
def test_a_page_costs_the_same_for_one_row_and_for_sixty(
    shop: Shop, person: str, path: str, expected: tuple[int, int]
) -> None:
    client = browser(getattr(shop, person))
    first = shop.ask()
    client.get(f"/api/v1{path}")

    few = cost(lambda: client.get(f"/api/v1{path}"))
    for number in range(60):
        shop.start(number)
    shop.answer(first, "approve")
    many = cost(lambda: client.get(f"/api/v1{path}"))

    assert few == many == expected


def test_one_thing_costs_a_fixed_number_of_statements(shop: Shop) -> None:
    run = shop.ask()
    task, order = open_task(run), Order.objects.latest("pk")
    client = browser(shop.boss)

    costs = {
        path: cost(lambda path=path: client.get(f"/api/v1{path}"))  # type: ignore[misc]
        for path in (
            f"/instances/{run}", f"/instances/{run}/history", f"/instances/{run}/replay?seq=1",
            f"/instances/{run}/replay?seq=3", f"/tasks/{task.pk}", f"/orders/{order.order_no}",
        )
    }  # fmt: skip

    assert list(costs.values()) == [(2, 5), (2, 2), (2, 2), (2, 2), (2, 4), (2, 6)]


def test_an_answer_over_http_costs_what_the_action_costs(shop: Shop) -> None:
    task = open_task(shop.ask())
    client = browser(shop.finance)

    def approve() -> Any:
        return client.post(f"/api/v1/tasks/{task.pk}/approve", {"revision": 1}, format="json")

    assert cost(approve) == (2, 2)


def test_placing_an_order_and_asking_for_its_refund_cost_a_fixed_number_of_statements(shop: Shop) -> None:
    client = program(shop.program)
    document = paid_document("200.00")
    body = {"amount": cny("200.00"), "reason": "破损"}

    def order() -> Any:
        return client.post("/api/v1/orders", document, format="json", headers={"X-Idempotency-Key": "K-1"})

    def refund() -> Any:
        return client.post(f"/api/v1/orders/{document['order_no']}/refunds", body, format="json")

    assert cost(order, status=201) == (1, 5)  # the key, the order, its lines, its payment, the answer
    assert cost(refund, status=201) == (2, 9)  # the second person is the one who is shown as having asked
