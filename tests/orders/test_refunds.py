"""Asking for refunds: the reservation, the flow it starts, and what may not happen."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from bedrock.errors import BadInput, Conflict, OrderflowError
from orders.core.models import Order
from orders.payments.sandbox.controls import paid_back, tell
from orders.payments.sandbox.models import Mode
from orders.refunds.actions import request_refund
from orders.refunds.models import Refund
from tests.orders.builders import (
    NOW,
    actor_of,
    at_once,
    order_document,
    paid_order,
    place,
    refund_row,
    sums,
    user,
    yuan,
)
from tests.orders.flows import DELAY, REFUND, REJECT, publish_flow
from workflows.actions.instances import Delivered, deliver, start
from workflows.engine.events import CancelRequested, Forced
from workflows.engine.state import Subject
from workflows.engine.values import Money
from workflows.jobs import perform_due
from workflows.models import ActivityJob, Incident, Instance

pytestmark = pytest.mark.django_db


@pytest.fixture
def cs1() -> User:
    return user("cs1", "requester")


def ask(order: Order, amount: str = "58.00", *, by: User, reason: str = "七天无理由") -> Refund:
    return request_refund(order.pk, amount=yuan(amount), reason=reason, actor=actor_of(by), now=NOW)


def test_the_flow_knows_the_facts_of_the_order_when_a_refund_is_requested(cs1: User) -> None:
    publish_flow(DELAY, REFUND, by=cs1)
    order = paid_order()

    refund = ask(order, by=cs1)

    instance = instance_of(refund)
    assert (refund.status, instance.subject_type, instance.subject_id) == ("in_review", "refund", str(refund.pk))
    assert instance.subject_title == f"{order.order_no} · 58.00 CNY"
    assert (instance.requester, instance.status) == (str(cs1.pk), "running")
    variables = instance.state["variables"]
    assert variables["refundAmount"] == {"amount": "58.00", "currency": "CNY"}
    assert variables["orderTotal"] == {"amount": "199.00", "currency": "CNY"}
    assert variables["refundedBefore"] == {"amount": "0.00", "currency": "CNY"}
    assert (variables["channel"], variables["orderNo"]) == ("h5", order.order_no)
    assert sums(order) == (Decimal(199), Decimal(58), Decimal(0), Decimal(0))


def test_the_snapshot_shows_share_and_masked_buyer_when_a_refund_is_requested(cs1: User) -> None:
    publish_flow(DELAY, REFUND, by=cs1)
    refund = ask(paid_order(), by=cs1)

    facts = {fact["key"]: fact["value"] for fact in instance_of(refund).state["subject"]["facts"]}

    assert (facts["refundRatio"], facts["buyer"]) == ("29.1%", "张三 138****8000")
    assert "13800138000" not in str(facts)


def test_nothing_is_saved_when_no_flow_listens(cs1: User) -> None:
    order = paid_order()

    with pytest.raises(Conflict) as caught:
        ask(order, by=cs1)

    assert (caught.value.code, Refund.objects.count()) == ("flow.not_live", 0)
    assert sums(order) == (Decimal(199), Decimal(0), Decimal(0), Decimal(0))


@pytest.mark.parametrize(
    ("amount", "currency", "reason", "code"),
    [
        ("199.01", "CNY", "x", "refund.exceeds_refundable"),
        ("0.00", "CNY", "x", "refund.amount_invalid"),
        ("0.001", "CNY", "x", "refund.amount_invalid"),
        ("1.00", "USD", "x", "refund.currency_mismatch"),
        ("1.00", "CNY", "  ", "refund.reason_required"),
    ],
)
def test_nothing_is_saved_when_a_request_is_wrong(
    cs1: User, amount: str, currency: str, reason: str, code: str
) -> None:
    publish_flow(DELAY, REFUND, by=cs1)
    order = paid_order()

    with pytest.raises(BadInput) as caught:
        request_refund(order.pk, amount=Money(Decimal(amount), currency), reason=reason, actor=actor_of(cs1), now=NOW)

    assert (caught.value.code, Refund.objects.count(), Instance.objects.count()) == (code, 0, 0)
    assert sums(order) == (Decimal(199), Decimal(0), Decimal(0), Decimal(0))


def test_nothing_can_be_asked_back_when_nothing_was_paid(cs1: User) -> None:
    publish_flow(DELAY, REFUND, by=cs1)
    order = place(order_document())

    with pytest.raises(BadInput, match=r"refund\.exceeds_refundable"):
        ask(order, "0.01", by=cs1)

    assert Refund.objects.count() == 0


def test_a_second_refund_gets_no_more_than_the_rest_when_the_first_is_in_review(cs1: User) -> None:
    publish_flow(DELAY, REFUND, by=cs1)
    order = paid_order()
    ask(order, "150.00", by=cs1)

    with pytest.raises(BadInput) as caught:
        ask(order, "49.01", by=cs1)
    ask(order, "49.00", by=cs1)

    assert caught.value.fields["refundable"] == {"amount": "49.00", "currency": "CNY"}
    assert sums(order) == (Decimal(199), Decimal(199), Decimal(0), Decimal(0))


def test_the_amount_is_free_again_when_the_flow_rejects(cs1: User) -> None:
    publish_flow(REJECT, by=cs1)
    order = paid_order()

    refund = ask(order, "150.00", by=cs1)

    assert (refund.status, refund.closed_at) == ("rejected", NOW)
    assert instance_of(refund).status == "completed"
    assert sums(order) == (Decimal(199), Decimal(0), Decimal(0), Decimal(0))
    assert ask(order, "199.00", by=cs1).status == "rejected"


@pytest.mark.usefixtures("committed")
def test_two_requests_at_once_get_no_more_than_was_paid(cs1: User) -> None:
    publish_flow(DELAY, REFUND, by=cs1)
    order = paid_order()

    results = at_once(4, lambda: ask(order, "100.00", by=cs1))

    refused = [result for result in results if isinstance(result, OrderflowError)]
    assert [error.code for error in refused] == ["refund.exceeds_refundable"] * 3
    assert sums(order) == (Decimal(199), Decimal(100), Decimal(0), Decimal(0))
    assert Refund.objects.count() == Instance.objects.count() == 1


def test_the_database_refuses_when_a_reservation_goes_around_the_action() -> None:
    order = paid_order()
    refund_row(order, "150.00")

    with pytest.raises(IntegrityError), transaction.atomic():
        refund_row(order, "50.00")

    assert sums(order) == (Decimal(199), Decimal(150), Decimal(0), Decimal(0))


def test_an_order_cannot_be_deleted_while_a_refund_points_at_it() -> None:
    order = paid_order()
    refund_row(order)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; DELETE FROM orders_order WHERE id = %s", [order.pk])

    assert Order.objects.filter(pk=order.pk).exists()


@pytest.mark.usefixtures("committed")
def test_the_flow_pays_and_ends_when_its_job_is_performed(cs1: User) -> None:
    publish_flow(REFUND, by=cs1)
    order = paid_order()
    refund = ask(order, by=cs1)

    assert perform_due() == 1

    assert [(row.key, row.amount) for row in paid_back(order.order_no)] == [
        (f"{refund.instance}:refund:1", Decimal(58))
    ]
    assert Refund.objects.get(pk=refund.pk).status == "refunded"
    assert instance_of(refund).status == "completed"
    assert ActivityJob.objects.count() == 0


@pytest.mark.usefixtures("committed")
def test_the_job_waits_and_then_pays_once_when_the_line_is_cut(cs1: User) -> None:
    publish_flow(REFUND, by=cs1)
    order = paid_order()
    tell(Mode.CUT, order_no=order.order_no, times=1)
    refund = ask(order, by=cs1)

    perform_due()

    job = ActivityJob.objects.get()
    assert (job.tries, job.claimed) == (1, None)
    assert Refund.objects.get(pk=refund.pk).status == "refunding"
    make_due(job)
    perform_due()
    assert Refund.objects.get(pk=refund.pk).status == "refunded"
    assert [row.amount for row in paid_back(order.order_no)] == [Decimal(58)]


@pytest.mark.usefixtures("committed")
def test_an_incident_is_opened_when_the_provider_refuses(cs1: User) -> None:
    publish_flow(REFUND, by=cs1)
    order = paid_order()
    tell(Mode.REFUSE, order_no=order.order_no)
    refund = ask(order, by=cs1)

    perform_due()

    incident = Incident.objects.get()
    assert (incident.node, incident.code) == ("refund", "sandbox.refused")
    assert (Refund.objects.get(pk=refund.pk).status, paid_back(order.order_no)) == ("refunding", ())
    assert sums(order) == (Decimal(199), Decimal(58), Decimal(0), Decimal(0))


@pytest.mark.usefixtures("committed")
def test_an_incident_is_opened_after_four_tries_when_the_provider_stays_down(cs1: User) -> None:
    publish_flow(REFUND, by=cs1)
    order = paid_order()
    tell(Mode.FAIL, order_no=order.order_no)
    ask(order, by=cs1)

    for tries in range(1, 5):
        assert ActivityJob.objects.get().tries == tries - 1
        perform_due()
        for job in ActivityJob.objects.all():
            make_due(job)

    assert Incident.objects.get().code == "sandbox.server_error"
    assert paid_back(order.order_no) == ()


def start_about(refund_id: str, *, by: User) -> Delivered:
    subject = Subject(type="refund", id=refund_id)
    return start("refunds", subject=subject, variables={}, requester=None, actor=actor_of(by), now=NOW)


def instance_of(refund: Refund) -> Instance:
    return Instance.objects.get(pk=str(refund.instance))


def make_due(job: ActivityJob) -> None:
    ActivityJob.objects.filter(pk=job.pk).update(available_at=job.created_at - timedelta(hours=1))


def test_the_amount_is_free_again_when_the_flow_is_cancelled(cs1: User) -> None:
    publish_flow(DELAY, REFUND, by=cs1)
    order = paid_order()
    refund = ask(order, by=cs1)

    deliver(str(refund.instance), CancelRequested(actor=actor_of(cs1), reason="重复申请"), now=NOW)

    stored = Refund.objects.get(pk=refund.pk)
    assert (stored.status, stored.closed_at, instance_of(refund).status) == ("cancelled", NOW, "cancelled")
    assert sums(order) == (Decimal(199), Decimal(0), Decimal(0), Decimal(0))


def test_the_amount_is_free_again_when_the_flow_is_forced_past_the_refund(cs1: User) -> None:
    publish_flow(DELAY, REFUND, by=cs1)
    order = paid_order()
    refund = ask(order, by=cs1)

    deliver(str(refund.instance), Forced(target="end", actor=actor_of(cs1), reason="大促期间加急"), now=NOW)

    assert (Refund.objects.get(pk=refund.pk).status, instance_of(refund).status) == ("cancelled", "completed")
    assert sums(order) == (Decimal(199), Decimal(0), Decimal(0), Decimal(0))


def test_a_refund_is_cancelled_at_once_when_its_flow_has_nothing_to_do(cs1: User) -> None:
    publish_flow(by=cs1)
    order = paid_order()

    refund = ask(order, by=cs1)

    assert (refund.status, instance_of(refund).status) == ("cancelled", "completed")
    assert sums(order) == (Decimal(199), Decimal(0), Decimal(0), Decimal(0))


def test_a_refund_stays_in_review_when_another_run_about_it_ends(cs1: User) -> None:
    publish_flow(DELAY, REFUND, by=cs1)
    refund = ask(paid_order(), by=cs1)

    started = start_about(str(refund.pk), by=cs1)
    deliver(started.instance_id, CancelRequested(actor=actor_of(cs1), reason="不是它"), now=NOW)

    assert Refund.objects.get(pk=refund.pk).status == "in_review"


@pytest.mark.parametrize("subject", ["no-uuid", "018f0000-0000-7000-8000-00000000ffff"])
def test_a_run_about_no_refund_of_ours_ends_quietly(cs1: User, subject: str) -> None:
    publish_flow(DELAY, REFUND, by=cs1)

    started = start(
        "refunds",
        subject=Subject(type="refund", id=subject),
        variables={},
        requester=None,
        actor=actor_of(cs1),
        now=NOW,
    )
    ended = deliver(started.instance_id, CancelRequested(actor=actor_of(cs1), reason="结束"), now=NOW)

    assert ended.state.status == "cancelled"


@pytest.mark.usefixtures("committed")
def test_the_amount_stays_reserved_when_a_flow_is_cancelled_while_the_outcome_is_unknown(cs1: User) -> None:
    publish_flow(REFUND, by=cs1)
    order = paid_order()
    tell(Mode.CUT, order_no=order.order_no, times=1)
    refund = ask(order, by=cs1)
    perform_due()

    deliver(str(refund.instance), CancelRequested(actor=actor_of(cs1), reason="取消"), now=NOW)

    assert Refund.objects.get(pk=refund.pk).status == "refunding"
    assert sums(order) == (Decimal(199), Decimal(58), Decimal(0), Decimal(0))
