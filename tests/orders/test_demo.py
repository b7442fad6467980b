"""The demo: what it makes, that a second run adds nothing, and that its refunds go on when work is done."""

from collections import Counter
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import User
from approvals.models import ApprovalTask, Group
from bedrock.clock import now
from orders.core.models import Order
from orders.payments.sandbox.controls import paid_back
from orders.refunds.models import Refund
from tests.orders.builders import sums
from workflows.jobs import perform_due
from workflows.models import Definition, Incident, Instance
from workflows.scheduler import fire_due

ROLES = {
    "admin": ["designer"],
    "cs1": ["requester"],
    "finance1": ["approver"],
    "finance2": ["approver"],
    "backup1": ["approver"],
    "backup2": ["approver"],
    "ops1": ["approver"],
    "ops2": ["approver"],
    "supervisor1": ["supervisor"],
    "warehouse1": ["approver"],
    "auditor1": ["auditor"],
    "shop": ["integration"],
}


def demo() -> str:
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue().strip()


@pytest.mark.django_db
def test_the_demo_has_its_people_flow_and_orders_and_a_second_run_adds_nothing() -> None:
    first, second = demo(), demo()

    assert (first, second) == (
        "12 accounts, 40 new orders, 8 new refunds",
        "12 accounts, 0 new orders, 0 new refunds",
    )
    assert dict(User.objects.values_list("username", "roles")) == ROLES
    assert set(Group.objects.values_list("key", flat=True)) == {
        "finance",
        "finance-backup",
        "operations",
        "supervisors",
        "warehouse",
    }
    flow = Definition.objects.get(key="small_refund")
    assert (flow.live_trigger, flow.live_version is not None) == ("refund.requested", True)
    assert Order.objects.count() == 40
    assert Counter(Order.objects.values_list("status", flat=True)) == {"awaiting_shipment": 36, "pending_payment": 4}
    assert Counter(Refund.objects.values_list("status", flat=True)) == {"in_review": 7, "rejected": 1}
    assert Order.objects.order_by("-placed_at")[0].total == 199
    assert Instance.objects.count() == 8


@pytest.mark.usefixtures("committed")
def test_the_demos_refunds_are_paid_refused_and_handed_over_when_work_is_done() -> None:
    demo()

    perform_due()
    fire_due(now=now())

    status_of = dict(Refund.objects.values_list("order__order_no", "status"))
    assert status_of == {
        "ORD2026D0004": "in_review",
        "ORD2026D0005": "in_review",
        "ORD2026D0007": "in_review",
        "ORD2026D0008": "refunded",
        "ORD2026D0009": "refunded",
        "ORD2026D0010": "rejected",
        "ORD2026D0014": "refunding",
        "ORD2026D0020": "in_review",
    }
    assert [str(row.amount) for row in paid_back("ORD2026D0009")] == ["388.0000"]
    assert sums(Order.objects.get(order_no="ORD2026D0009"))[1:] == (Decimal(388),) * 3
    assert Incident.objects.get().code == "sandbox.refused"
    overdue = Refund.objects.get(order__order_no="ORD2026D0020")
    task = ApprovalTask.objects.get(instance=str(overdue.instance))
    assert [candidate["key"] for candidate in task.candidates] == ["finance-backup"]
