"""The flow written by hand with the ORM: no engine and no features, one transaction for each action.

Statements: start 6, approve 7, final approve with the service step 8; ten rows for each instance.
"""

from collections.abc import Mapping
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from tests.bench.peers.models import RefundHistory, RefundOrder, RefundOutbox, RefundTask
from tests.bench.peers.stopwatch import Stopwatch


def prepare() -> None:
    """Its tables are models: they are there."""


def whole_run(number: str, people: Mapping[str, User], watch: Stopwatch) -> None:
    """From start to end: three commits."""
    with watch:
        order = _start(number, requester=people["cs"].pk, approver=people["finance"].pk)
    task = _open_task(order, people["finance"])
    with watch:
        _approve(task, by=people["finance"], successor=people["ops"])
    task = _open_task(order, people["ops"])
    with watch:
        _approve_finally(task, by=people["ops"])


def is_finished(number: str) -> bool:
    return RefundOrder.objects.filter(number=number, status="refunded", finished_at__isnull=False).exists()


def _open_task(order: int, assignee: User) -> int:
    """What a client knows from its inbox."""
    return int(RefundTask.objects.values_list("pk", flat=True).get(order_id=order, assignee=assignee, status="open"))


def _start(number: str, *, requester: int, approver: int) -> int:
    with transaction.atomic():
        asking = User.objects.get(pk=requester)
        asked = User.objects.get(pk=approver)
        order = RefundOrder.objects.create(
            number=number, amount=Decimal("90.00"), total=Decimal("199.00"), status="new", requester=asking
        )
        step = "ops" if order.amount < order.total * Decimal("0.3") else "finance"
        RefundHistory.objects.create(order=order, what="started", actor=asking)
        task = RefundTask.objects.create(order=order, step=step, status="open", assignee=asked)
        RefundOutbox.objects.create(topic="task.opened", payload={"task": task.pk})
    return int(order.pk)


def _approve(pk: int, *, by: User, successor: User) -> None:
    with transaction.atomic():
        task, order = _closed(pk, by)
        order.status = "approved_by_finance"
        order.save(update_fields=["status"])
        following = RefundTask.objects.create(order=order, step="ops", status="open", assignee=successor)
        RefundOutbox.objects.create(topic="task.opened", payload={"task": following.pk, "after": task.pk})


def _approve_finally(pk: int, *, by: User) -> None:
    with transaction.atomic():
        task, order = _closed(pk, by)
        RefundOutbox.objects.create(topic="refund.paid", payload={"order": order.pk, "approved": task.pk})
        RefundHistory.objects.create(order=order, what="refunded", actor=by)
        order.status = "refunded"
        order.save(update_fields=["status"])
        order.finished_at = timezone.now()
        order.save(update_fields=["finished_at"])


def _closed(pk: int, by: User) -> tuple[RefundTask, RefundOrder]:
    task = RefundTask.objects.select_for_update().get(pk=pk, status="open", assignee=by)
    order = RefundOrder.objects.select_for_update().get(pk=task.order_id)
    task.status, task.closed_at = "approved", timezone.now()
    task.save(update_fields=["status", "closed_at"])
    RefundHistory.objects.create(order=order, what=f"{task.step} approved", actor=by)
    return task, order
