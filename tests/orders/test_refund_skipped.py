"""A refund that its run leaves behind: whoever still comes for it pays nothing, and what had left is on the books."""

from decimal import Decimal

import pytest

from orders.core.models import Order
from orders.payments.sandbox.controls import paid_back
from orders.refunds.actions import request_refund
from orders.refunds.models import Refund
from tests.orders.builders import NOW, actor_of, paid_order, sums, user, yuan
from tests.orders.flows import DELAY, REFUND, publish_flow
from workflows import failpoints, invariants, jobs
from workflows.actions.instances import deliver
from workflows.engine.events import Actor, Forced
from workflows.models import ActivityJob, Effect

pytestmark = pytest.mark.usefixtures("committed")

BOSS = Actor(id="7", name="陈静")
RESERVED = (Decimal(199), Decimal(58), Decimal(0), Decimal(0))
BOOKED = (Decimal(199), Decimal(58), Decimal(58), Decimal(58))


def asked() -> tuple[Order, Refund]:
    cs1 = user("cs1", "requester")
    publish_flow(REFUND, DELAY, by=cs1)
    order = paid_order()
    refund = request_refund(order.pk, amount=yuan("58.00"), reason="七天无理由", actor=actor_of(cs1), now=NOW)
    return order, refund


def force(refund: Refund, target: str) -> None:
    deliver(str(refund.instance), Forced(target=target, actor=BOSS, reason="线下已协商"), now=NOW)


def ledger() -> list[tuple[int, int, bool, str | None]]:
    return list(Effect.objects.order_by("visit").values_list("visit", "unanswered", "is_done", "skipped_by_name"))


@pytest.mark.parametrize(
    ("point", "keys", "status", "after", "known"),
    [
        (None, [], "in_review", RESERVED, [(1, 0, False, "陈静")]),
        ("refund.before_call", [], "refunding", RESERVED, [(1, 0, False, "陈静")]),
        ("refund.let_out", ["refund:1"], "refunded", BOOKED, [(1, 0, True, "陈静")]),
    ],
)
def test_what_was_passed_by_is_paid_only_if_it_had_left_and_is_paid_once_when_it_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, point: str | None, keys: list[str], status: str,
    after: tuple[Decimal, ...], known: list[tuple[int, int, bool, str | None]],
) -> None:  # fmt: skip
    order, refund = asked()
    [claim] = jobs._claim(overdue_seconds=0, limit=1)

    def meanwhile(name: str) -> None:
        if name == point:
            force(refund, "wait")

    monkeypatch.setattr(failpoints, "hit", meanwhile)
    if point is None:
        force(refund, "wait")
    jobs._do(claim)

    run = str(refund.instance)
    assert [row.key for row in paid_back(order.order_no)] == [f"{run}:{key}" for key in keys]
    assert (Refund.objects.get(pk=refund.pk).status, sums(order), ledger()) == (status, after, known)

    monkeypatch.undo()
    force(refund, "refund")
    jobs.perform_due()

    assert [row.key for row in paid_back(order.order_no)] == [f"{run}:{key}" for key in keys or [paid_as(point)]]
    assert (Refund.objects.get(pk=refund.pk).status, sums(order)) == ("refunded", BOOKED)
    assert (ActivityJob.objects.count(), invariants.broken()) == (0, [])


def paid_as(point: str | None) -> str:
    """A key is for ever: that of the first visit which claimed."""
    return "refund:2" if point is None else "refund:1"
