"""The flow drawn in Viewflow and driven through its activations, as its own views do, without HTTP.

Its service step is a function inside the last approval's commit, as Viewflow does it: one commit less than ours.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.flow.views import UpdateProcessView
from viewflow.workflow.models import Process, Task

from tests.bench.peers.stopwatch import Stopwatch


@cache
def _person(name: str) -> User:
    return User.objects.get(username=name)


class RefundFlow(flow.Flow):
    process_class = Process
    lock_impl = lock.select_for_update_lock  # what its manual recommends on PostgreSQL

    start = flow.StartHandle().Next(this.small)
    small = flow.If(this.is_small).Then(this.ops).Else(this.finance)
    finance = flow.View(UpdateProcessView.as_view(fields=["data"])).Assign(lambda _: _person("finance")).Next(this.ops)
    ops = flow.View(UpdateProcessView.as_view(fields=["data"])).Assign(lambda _: _person("ops")).Next(this.refund)
    refund = flow.Function(this.pay).Next(this.end)
    end = flow.End()

    def is_small(self, activation: Any) -> bool:
        data = activation.process.data
        return Decimal(data["amount"]) < Decimal(data["total"]) * Decimal("0.3")

    def pay(self, activation: Any) -> None:
        activation.task.data = {"tries": 1}


def prepare() -> None:
    """Its tables are models: they are there."""


def whole_run(number: str, people: Mapping[str, User], watch: Stopwatch) -> None:
    """From start to end: three commits."""
    with watch:
        process = RefundFlow.start.run(_process_data={"number": number, "amount": "90.00", "total": "199.00"})
    for name in ("finance", "ops"):
        # What a client knows from its inbox.
        task = Task.objects.values_list("pk", flat=True).get(process_id=process.pk, owner=people[name], finished=None)
        with watch:
            _approve(process.pk, task, people[name])


def is_finished(number: str) -> bool:
    """A function that fails would leave its run open without a word."""
    return bool(Process.objects.filter(data__number=number, status="DONE").exists())


def _approve(process: int, pk: int, user: User) -> None:
    request: Any = HttpRequest()
    request.user = user
    with RefundFlow.lock(process), transaction.atomic():
        task = Task.objects.get(pk=pk)
        activation = task.flow_task.activation_class(task)
        if not task.flow_task.can_execute(user, task):
            raise PermissionError("Expected the owner of the task, found somebody else.")
        activation.start(request)
        activation.execute()
