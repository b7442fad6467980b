"""The sweep over seats that nobody can use: a run that refuses becomes an incident and keeps nobody else waiting."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from approvals.actions import reassess
from approvals.actions.reassess import reassess_left_work
from approvals.models import ApprovalTask
from bedrock.errors import Conflict
from tests.approvals.conftest import Office, open_task, publish_flow, start_run
from tests.approvals.office import MONDAY
from workflows.actions import instances
from workflows.models import Incident, Instance

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _look_again() -> Iterator[None]:
    reassess._seen = None
    yield
    reassess._seen = None


def two_left_alone(office: Office) -> tuple[ApprovalTask, ApprovalTask]:
    """The tasks of two runs, in the order of their ids, whose one person is about to leave."""
    publish_flow(office, assign=[{"kind": "user", "user": "f1"}], calendar="office")
    tasks = [open_task(start_run(office, order=order)) for order in ("ORD1", "ORD2")]
    first, second = sorted(tasks, key=lambda task: str(task.instance))
    assert reassess_left_work(now=MONDAY) == 0
    office["f1"].is_active = False
    office["f1"].save()
    return first, second


def test_a_run_that_refuses_becomes_an_incident_and_the_next_is_told(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing, other = two_left_alone(office)

    def deliver(instance: str, *args: Any, **more: Any) -> Any:
        if instance == str(refusing.instance):
            raise Conflict("task.revision_conflict", "Expected 1 open tasks to write, but found 0.")
        return instances.deliver(instance, *args, **more)

    monkeypatch.setattr("approvals.actions.reassess.deliver", deliver)

    assert reassess_left_work(now=MONDAY) == 2
    assert reassess_left_work(now=MONDAY) == 0

    incident = Incident.objects.get()
    assert (str(incident.instance), incident.node, incident.code) == (
        str(refusing.instance), "finance", "task.revision_conflict",
    )  # fmt: skip
    assert ApprovalTask.objects.get(pk=other.pk).scopes == ["r:supervisor"]
    assert ApprovalTask.objects.get(pk=refusing.pk).status == "cancelled"


def test_a_run_that_cannot_even_take_an_incident_is_left_as_it_is_and_not_tried_for_ever(office: Office) -> None:
    refusing, other = two_left_alone(office)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE approvals_approvaltask SET revision = 7 WHERE id = %s", [refusing.pk])
    before = Instance.objects.get(pk=refusing.instance).state

    assert reassess_left_work(now=MONDAY) == 1
    assert reassess_left_work(now=MONDAY) == 0

    assert ApprovalTask.objects.get(pk=other.pk).scopes == ["r:supervisor"]
    assert Instance.objects.get(pk=refusing.instance).state == before
    assert not Incident.objects.exists()
