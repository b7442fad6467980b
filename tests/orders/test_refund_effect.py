"""Paying back: exactly once, whatever the provider does and wherever the caller dies."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import LazySettings

from bedrock.errors import Conflict
from orders.core.models import Order
from orders.payments.models import Payment
from orders.payments.sandbox.controls import paid_back, tell
from orders.payments.sandbox.models import Mode
from orders.refunds.actions import abandon_refund, reject_refunds
from orders.refunds.effect import Refused, Unknown, pay_back
from orders.refunds.models import Refund, RefundEffect
from orders.refunds.orphans import settle_orphans
from orders.refunds.receipts import Paid
from tests.orders.builders import NOW, RUN, at_once, paid_order, refund_row, sums, wish
from workflows.failpoints import Broken

pytestmark = pytest.mark.usefixtures("committed")


def pay(refund: Refund, *, key: str = "instance-1:refund:1", instance: str = RUN) -> Paid | Unknown | Refused:
    return pay_back(str(refund.pk), wish=wish(instance), key=key, clock=lambda: NOW)


def status(refund: Refund) -> str:
    return str(Refund.objects.get(pk=refund.pk).status)


def ledger(refund: Refund) -> tuple[str, int]:
    effect = RefundEffect.objects.get(pk=refund.pk)
    return str(effect.status), effect.claims


def amounts_paid(order: Order) -> list[Decimal]:
    return [row.amount for row in paid_back(order.order_no)]


def test_the_sums_follow_when_a_refund_is_paid() -> None:
    order = paid_order()
    refund = refund_row(order)

    outcome = pay(refund)

    assert isinstance(outcome, Paid)
    assert (status(refund), ledger(refund)) == ("refunded", ("confirmed", 1))
    assert sums(order) == (Decimal(199), Decimal(58), Decimal(58), Decimal(58))
    assert amounts_paid(order) == [Decimal("58.00")]
    assert (Payment.objects.get(order=order).status, Order.objects.get(pk=order.pk).status) == (
        "partly_refunded",
        "awaiting_shipment",
    )


def test_order_and_payment_are_finished_when_all_of_it_is_paid_back() -> None:
    order = paid_order()
    for number, amount in enumerate(["58.00", "141.00"]):
        pay(refund_row(order, amount), key=f"instance-{number}:refund:1")

    assert sums(order) == (Decimal(199),) * 4
    assert (Payment.objects.get(order=order).status, Order.objects.get(pk=order.pk).status) == ("refunded", "closed")


def test_it_is_paid_once_when_the_work_is_repeated() -> None:
    order = paid_order()
    refund = refund_row(order)

    outcomes = [pay(refund) for _ in range(3)]

    assert outcomes == [outcomes[0]] * 3
    assert (ledger(refund), amounts_paid(order)) == (("confirmed", 1), [Decimal("58.00")])
    assert sums(order) == (Decimal(199), Decimal(58), Decimal(58), Decimal(58))


@pytest.mark.parametrize("mode", [Mode.CUT, Mode.SLOW])
def test_the_provider_is_asked_before_anything_is_sent_again_when_the_answer_was_lost(mode: Mode) -> None:
    order = paid_order()
    refund = refund_row(order)
    tell(mode, order_no=order.order_no, seconds=Decimal(4), times=1)

    first = pay(refund)

    assert isinstance(first, Unknown)
    assert (status(refund), ledger(refund), amounts_paid(order)) == ("refunding", ("claimed", 1), [Decimal("58.00")])
    assert sums(order) == (Decimal(199), Decimal(58), Decimal(0), Decimal(0))
    assert isinstance(pay(refund), Paid)
    assert (status(refund), ledger(refund)) == ("refunded", ("confirmed", 2))
    assert [row.calls for row in paid_back(order.order_no)] == [1]  # found by asking: the second try sent no refund


def test_the_key_of_the_first_visit_is_kept_when_a_later_visit_pays() -> None:
    order = paid_order()
    refund = refund_row(order)
    tell(Mode.CUT, order_no=order.order_no, times=1)
    pay(refund, key="instance-1:refund:1")

    outcome = pay(refund, key="instance-1:refund:2")

    assert isinstance(outcome, Paid)
    assert [row.key for row in paid_back(order.order_no)] == ["instance-1:refund:1"]


def test_it_is_paid_at_last_when_the_provider_fails_three_times() -> None:
    order = paid_order()
    refund = refund_row(order)
    tell(Mode.FAIL, order_no=order.order_no, times=3)

    outcomes = [type(pay(refund)) for _ in range(4)]

    assert outcomes == [Unknown, Unknown, Unknown, Paid]
    assert (ledger(refund), amounts_paid(order)) == (("confirmed", 4), [Decimal("58.00")])


def test_a_refused_refund_waits_for_a_person_and_can_be_tried_again() -> None:
    order = paid_order()
    refund = refund_row(order)
    tell(Mode.REFUSE, order_no=order.order_no, times=1)

    outcome = pay(refund)

    assert outcome == Refused(code="sandbox.refused", message="The provider refuses refunds of this order.")
    assert (status(refund), ledger(refund), amounts_paid(order)) == ("refunding", ("refused", 1), [])
    assert sums(order) == (Decimal(199), Decimal(58), Decimal(0), Decimal(0))
    assert isinstance(pay(refund), Paid)
    assert (status(refund), amounts_paid(order)) == ("refunded", [Decimal("58.00")])


def test_it_is_paid_once_when_four_workers_do_the_same_job() -> None:
    order = paid_order()
    refund = refund_row(order)

    outcomes = at_once(4, lambda: pay(refund))

    paid = pay(refund)
    fenced = [outcome for outcome in outcomes if outcome != paid]  # others claimed after them: look again
    assert isinstance(paid, Paid)
    assert [outcome.code for outcome in fenced] == ["refund.fenced"] * len(fenced)
    assert len(fenced) < 4
    assert amounts_paid(order) == [Decimal("58.00")]
    assert sums(order) == (Decimal(199), Decimal(58), Decimal(58), Decimal(58))


@pytest.mark.parametrize(("point", "sent"), [("refund.before_call", []), ("refund.after_call", [Decimal("58.00")])])
def test_it_is_paid_once_when_the_worker_breaks_around_the_call(
    settings: LazySettings, point: str, sent: list[Decimal]
) -> None:
    order = paid_order()
    refund = refund_row(order)
    settings.ORDERFLOW_FAILPOINT = f"{point}:raise"
    with pytest.raises(Broken):
        pay(refund)
    assert (status(refund), ledger(refund), amounts_paid(order)) == ("refunding", ("claimed", 1), sent)
    settings.ORDERFLOW_FAILPOINT = ""

    assert isinstance(pay(refund), Paid)

    assert amounts_paid(order) == [Decimal("58.00")]
    assert sums(order) == (Decimal(199), Decimal(58), Decimal(58), Decimal(58))


@pytest.mark.parametrize("settled", ["rejected", "cancelled"])
def test_nothing_is_sent_when_the_refund_is_settled_without_payment(settled: str) -> None:
    order = paid_order()
    refund = refund_row(order)
    if settled == "rejected":
        reject_refunds({str(refund.pk): RUN}, now=NOW)
    else:
        abandon_refund(str(refund.pk), now=NOW)

    with pytest.raises(Conflict) as caught:
        pay(refund)

    assert (caught.value.code, caught.value.fields["actual"]) == ("refund.transition_refused", settled)
    assert (status(refund), amounts_paid(order)) == (settled, [])
    assert sums(order) == (Decimal(199), Decimal(0), Decimal(0), Decimal(0))


@pytest.mark.parametrize("mode", [Mode.CUT, Mode.REFUSE])
def test_rejecting_is_refused_and_changes_nothing_when_the_provider_was_asked(mode: Mode) -> None:
    order = paid_order()
    refund = refund_row(order)
    tell(mode, order_no=order.order_no, times=1)
    pay(refund)

    with pytest.raises(Conflict, match=r"refund\.transition_refused"):
        reject_refunds({str(refund.pk): RUN}, now=NOW)

    assert status(refund) == "refunding"
    assert sums(order) == (Decimal(199), Decimal(58), Decimal(0), Decimal(0))


def test_the_amount_stays_reserved_when_a_flow_ends_while_the_outcome_is_unknown() -> None:
    order = paid_order()
    refund = refund_row(order)
    tell(Mode.CUT, order_no=order.order_no, times=1)
    pay(refund)

    assert abandon_refund(str(refund.pk), now=NOW) == "refunding"
    assert sums(order) == (Decimal(199), Decimal(58), Decimal(0), Decimal(0))


def test_the_amount_is_free_again_when_a_flow_ends_after_a_refusal() -> None:
    order = paid_order()
    refund = refund_row(order)
    tell(Mode.REFUSE, order_no=order.order_no, times=1)
    pay(refund)

    assert abandon_refund(str(refund.pk), now=NOW) == "failed"
    assert sums(order) == (Decimal(199), Decimal(0), Decimal(0), Decimal(0))


@pytest.mark.parametrize("given", ["rejected", "refunded"])
def test_a_settled_refund_stays_as_it_is_when_its_flow_ends(given: str) -> None:
    order = paid_order()
    refund = refund_row(order)
    if given == "rejected":
        reject_refunds({str(refund.pk): RUN}, now=NOW)
    else:
        pay(refund)
    before = sums(order)

    assert abandon_refund(str(refund.pk), now=NOW) == given
    assert sums(order) == before


def test_rejecting_twice_frees_the_amount_once() -> None:
    order = paid_order()
    refund, other = refund_row(order), refund_row(order, "41.00")

    reject_refunds({str(refund.pk): RUN}, now=NOW)
    reject_refunds({str(refund.pk): RUN}, now=NOW)

    assert (status(refund), status(other)) == ("rejected", "in_review")
    assert sums(order) == (Decimal(199), Decimal(41), Decimal(0), Decimal(0))


def test_nothing_is_sent_or_closed_when_another_run_than_the_refunds_own_asks() -> None:
    order = paid_order()
    refund = refund_row(order)
    other = RUN[:-1] + "2"

    with pytest.raises(Conflict, match=r"refund\.foreign_flow"):
        pay(refund, instance=other)
    with pytest.raises(Conflict, match=r"refund\.foreign_flow"):
        reject_refunds({str(refund.pk): other}, now=NOW)

    assert (status(refund), amounts_paid(order)) == ("in_review", [])
    assert sums(order) == (Decimal(199), Decimal(58), Decimal(0), Decimal(0))


LATER = NOW + timedelta(minutes=2)


@pytest.mark.parametrize(
    ("mode", "expected", "after"),
    [
        (Mode.CUT, "refunded", (Decimal(199), Decimal(58), Decimal(58), Decimal(58))),
        (Mode.FAIL, "failed", (Decimal(199), Decimal(0), Decimal(0), Decimal(0))),
    ],
)
def test_the_provider_settles_what_a_flow_left_behind(
    mode: Mode, expected: str, after: tuple[Decimal, Decimal, Decimal, Decimal]
) -> None:
    order = paid_order()
    refund = refund_row(order)
    tell(mode, order_no=order.order_no, times=1)
    pay(refund)
    abandon_refund(str(refund.pk), now=NOW)

    too_early = settle_orphans(now=LATER - timedelta(seconds=1))
    settled = [settle_orphans(now=LATER) for _ in range(2)]

    assert (too_early, settled) == (0, [1, 0])
    assert (status(refund), sums(order)) == (expected, after)


def test_the_sweep_leaves_refunds_alone_that_wait_for_their_flow() -> None:
    order = paid_order()
    refund = refund_row(order)
    tell(Mode.CUT, order_no=order.order_no, times=1)
    pay(refund)

    assert settle_orphans(now=LATER) == 0
    assert (status(refund), ledger(refund)) == ("refunding", ("claimed", 1))
