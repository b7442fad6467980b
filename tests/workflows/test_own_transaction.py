"""Commands without a transaction of their caller: a step of one statement needs none, any other opens its own."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bedrock.clock import now
from bedrock.errors import Conflict
from tests.workflows.conftest import chain, live_flow
from workflows.actions.instances import Delivered, deliver, start
from workflows.engine.events import SYSTEM, ActivityDone
from workflows.engine.state import Subject
from workflows.models import ActivityJob, HistoryEvent, Instance

pytestmark = pytest.mark.django_db(transaction=True)


def begin(key: str) -> Delivered:
    subject = Subject(type="parcel", id="P-1", title="P-1")
    amount = {"amount": {"amount": "58.00", "currency": "CNY"}}
    return start(key, subject=subject, variables=amount, requester=None, actor=SYSTEM, now=now())


def test_a_start_is_one_statement_and_no_transaction_around_it(designer: User) -> None:
    live_flow("deed", chain(("work", "test.deed", {})), by=designer)
    begin("deed")

    with CaptureQueriesContext(connection) as caught:
        run = begin("deed")

    assert [query["sql"].split()[0] for query in caught] == ["EXECUTE"]
    assert HistoryEvent.objects.filter(instance=run.instance_id).count() == 3
    assert ActivityJob.objects.filter(instance=run.instance_id).count() == 1


def test_a_start_whose_inline_work_is_refused_keeps_nothing(designer: User) -> None:
    live_flow("no", chain(("no", "test.refusal", {})), by=designer)

    with pytest.raises(Conflict, match="found it paid"):
        begin("no")

    assert (Instance.objects.count(), HistoryEvent.objects.count()) == (0, 0)


def test_a_step_whose_inline_work_is_refused_leaves_the_run_where_it_was(designer: User) -> None:
    live_flow("deed", chain(("work", "test.deed", {}), ("no", "test.refusal", {})), by=designer)
    run = begin("deed").instance_id
    before = Instance.objects.values().get(pk=run)

    with pytest.raises(Conflict, match="found it paid"):
        deliver(run, ActivityDone(token=1, visit=1, attempt=1, output={}), now=now())

    assert Instance.objects.values().get(pk=run) == before
    assert HistoryEvent.objects.filter(instance=run).count() == before["seq"]
    assert ActivityJob.objects.filter(instance=run).exists()
