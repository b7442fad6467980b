"""A worker that sleeps on its way to the provider: it never pays what was given up, and what left is on the books."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from typing_extensions import override

from orders.core.models import Order
from orders.payments import providers
from orders.payments.ports import RefundCall, RefundReceipt
from orders.payments.sandbox.controls import paid_back, tell
from orders.payments.sandbox.models import Mode
from orders.payments.sandbox.provider import SandboxProvider
from orders.refunds.actions import abandon_refund, reject_refunds
from orders.refunds.effect import Refused, Unknown, pay_back
from orders.refunds.models import Refund, RefundEffect, UnbookedReceipt
from orders.refunds.orphans import settle_orphans
from orders.refunds.receipts import Paid, book_receipts
from tests.orders.builders import NOW, RUN, paid_order, refund_row, sums, wish, yuan
from workflows import failpoints
from workflows.models import AuditEntry

pytestmark = pytest.mark.usefixtures("committed")

LATER = NOW + timedelta(minutes=2)
FREE = (Decimal(199), Decimal(0), Decimal(0), Decimal(0))
BOOKED = (Decimal(199), Decimal(58), Decimal(58), Decimal(58))


def pay(refund: Refund) -> Paid | Unknown | Refused:
    return pay_back(str(refund.pk), wish=wish(), key="instance-1:refund:1", clock=lambda: NOW)


def status(refund: Refund) -> str:
    return str(Refund.objects.get(pk=refund.pk).status)


def calls_paid(order: Order) -> list[tuple[Decimal, int]]:
    return [(row.amount, row.calls) for row in paid_back(order.order_no)]


@pytest.fixture
def pausing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[], Any]], None]:
    """Let the next worker sleep at a failpoint while something else happens."""

    def pause_at(point: str, meanwhile: Callable[[], Any]) -> None:
        def hit(name: str) -> None:
            if name == point:
                monkeypatch.setattr(failpoints, "hit", lambda _: None)
                meanwhile()

        monkeypatch.setattr(failpoints, "hit", hit)

    return pause_at


Pausing = Callable[[str, Callable[[], Any]], None]


def give_up(refund: Refund) -> None:
    """Its run is cancelled, and the sweep settles what was left behind."""
    abandon_refund(str(refund.pk), now=NOW)
    settle_orphans(now=LATER)
    assert status(refund) == "failed"
    assert sums(Order.objects.get(pk=refund.order_id)) == FREE


FENCED = Unknown(code="refund.fenced", message="Expected the claim 1 to be in force, found it over.")


@pytest.mark.parametrize(
    ("point", "heard"),
    [
        ("refund.before_call", FENCED),
        ("refund.let_out", Refused(code="sandbox.voided", message="This key is void: nothing is paid under it.")),
    ],
)  # fmt: skip
def test_nothing_is_paid_when_the_run_is_given_up_while_its_worker_sleeps(
    pausing: Pausing, point: str, heard: Unknown | Refused
) -> None:
    order = paid_order()
    refund = refund_row(order)
    pausing(point, lambda: give_up(refund))

    outcome = pay(refund)

    assert (outcome, calls_paid(order)) == (heard, [])
    assert (status(refund), sums(order)) == ("failed", FREE)


def test_the_amount_is_free_at_once_when_the_worker_has_not_let_the_call_out(pausing: Pausing) -> None:
    order = paid_order()
    refund = refund_row(order)
    seen: list[Any] = []

    def cancelled() -> None:
        seen.extend([abandon_refund(str(refund.pk), now=NOW), sums(order)])

    pausing("refund.before_call", cancelled)
    pay(refund)

    assert seen == ["failed", FREE]


def test_an_older_claim_does_not_call_when_a_later_one_has_paid(pausing: Pausing) -> None:
    order = paid_order()
    refund = refund_row(order)
    pausing("refund.before_call", lambda: pay(refund))

    slept = pay(refund)

    assert isinstance(slept, Unknown)
    assert (status(refund), sums(order)) == ("refunded", BOOKED)
    assert calls_paid(order) == [(Decimal(58), 1)]
    assert isinstance(pay(refund), Paid)


def test_the_outcome_stays_unknown_when_a_call_is_refused_while_another_is_unanswered() -> None:
    order = paid_order()
    refund = refund_row(order)
    tell(Mode.FAIL, order_no=order.order_no, times=1)
    pay(refund)
    tell(Mode.REFUSE, order_no=order.order_no, times=1)

    assert isinstance(pay(refund), Refused)

    effect = RefundEffect.objects.get(pk=refund.pk)
    assert (effect.status, effect.claims, effect.unanswered) == ("claimed", 2, 1)
    assert abandon_refund(str(refund.pk), now=NOW) == "refunding"
    assert settle_orphans(now=LATER) == 1
    assert (status(refund), sums(order)) == ("failed", FREE)


class Forgetful(SandboxProvider):
    """A provider that does not keep its promise to pay nothing under a void key."""

    @override
    def void(self, key: str) -> RefundReceipt | None:
        return self.find_refund(key)


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(providers.PROVIDERS, "sandbox", Forgetful())


@pytest.mark.usefixtures("forgetful")
def test_money_that_left_after_all_is_on_the_books_and_on_record(pausing: Pausing) -> None:
    order = paid_order()
    refund = refund_row(order)
    pausing("refund.let_out", lambda: give_up(refund))

    outcome = pay(refund)

    assert (outcome, calls_paid(order)) == (Paid(provider_refund_id=receipt_id(refund)), [(Decimal(58), 1)])
    assert (status(refund), sums(order), UnbookedReceipt.objects.count()) == ("refunded", BOOKED, 0)
    entry = AuditEntry.objects.get(object_type="refund")
    assert (entry.action, entry.actor, entry.object_id) == ("refund.confirmed_late", "system", str(refund.pk))
    assert (entry.before, entry.after) == ({"status": "failed"}, {"status": "refunded", "booked": True})
    assert pay(refund) == outcome
    assert sums(order) == BOOKED


@pytest.mark.usefixtures("forgetful")
def test_a_receipt_is_kept_and_booked_later_when_its_amount_was_taken_meanwhile(pausing: Pausing) -> None:
    order = paid_order()
    refund, others = refund_row(order), []

    def meanwhile() -> None:
        give_up(refund)
        others.append(refund_row(order, "199.00"))

    pausing("refund.let_out", meanwhile)
    pay(refund)

    kept = UnbookedReceipt.objects.get()
    assert (kept.pk, kept.provider_refund_id, kept.amount, kept.booked_at) == (
        refund.pk, receipt_id(refund), Decimal(58), None
    )  # fmt: skip
    assert kept.reason == "Expected 58.00 CNY of the order to be free, found 0.00 CNY: another refund has taken it."
    assert (status(refund), sums(order)) == ("refunded", (Decimal(199), Decimal(199), Decimal(0), Decimal(0)))
    assert book_receipts(now=LATER) == 0

    reject_refunds({str(others[0].pk): RUN}, now=LATER)
    assert Order.objects.get(pk=order.pk).refundable == Decimal(141)
    assert [book_receipts(now=LATER) for _ in range(2)] == [1, 0]

    kept.refresh_from_db()
    assert (sums(order), Order.objects.get(pk=order.pk).unbooked, kept.booked_at) == (BOOKED, Decimal(0), LATER)


class Generous(SandboxProvider):
    """A provider that pays another amount than it was asked for."""

    @override
    def refund(self, call: RefundCall) -> RefundReceipt:
        return super().refund(replace(call, amount=yuan("60.00")))


def test_what_really_left_is_kept_when_the_provider_pays_another_amount(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(providers.PROVIDERS, "sandbox", Generous())
    order = paid_order()
    refund = refund_row(order)

    outcome = pay(refund)

    message = "Expected the provider to pay 58.00 CNY, found that it paid 60.00 CNY."
    assert outcome == Refused(code="refund.amount_differs", message=message)
    kept = UnbookedReceipt.objects.get()
    assert (kept.amount, kept.reason, book_receipts(now=LATER)) == (Decimal(60), message, 0)
    assert (status(refund), sums(order), Order.objects.get(pk=order.pk).refundable) == ("refunded", FREE, Decimal(139))
    assert isinstance(pay(refund), Paid)
    assert calls_paid(order) == [(Decimal(60), 1)]


def receipt_id(refund: Refund) -> str:
    return RefundEffect.objects.get(pk=refund.pk).provider_refund_id
