"""People, groups, a calendar and published flows on a real database."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from approvals.models import ApprovalTask, Department, DepartmentHead, DepartmentMember, Group, GroupMember
from tests.approvals.office import MONDAY, OFFICE
from workflows.actions import instances
from workflows.actions.definitions import create_definition, publish
from workflows.engine.calendar_document import calendar_to_document
from workflows.engine.events import Actor
from workflows.engine.state import Subject
from workflows.models import Calendar
from workflows.runtime import Delivered

Office = dict[str, User]
FLOW = "refund"
TASK_PATH = "/api/v1/tasks"


@pytest.fixture
def office(db: None) -> Office:
    """f1 f2 in finance, b1 b2 in backup, o1 o2 in ops; s1 supervises, cs asks, au audits, d1 draws, shop calls."""
    roles = {
        **{name: ["approver"] for name in ("f1", "f2", "b1", "b2", "o1", "o2")},
        "s1": ["supervisor"], "cs": ["requester"], "au": ["auditor"], "d1": ["designer"], "shop": ["integration"],
    }  # fmt: skip
    people = {
        name: User.objects.create_user(name, "x", display_name=name.upper(), roles=held) for name, held in roles.items()
    }
    people["root"] = User.objects.create_user("root", "x", is_superuser=True)
    Calendar.objects.create(key="office", name={}, document=calendar_to_document(OFFICE), updated_at=MONDAY)
    for key, members in (("finance", ("f1", "f2")), ("backup", ("b1", "b2")), ("ops", ("o1", "o2"))):
        group = Group.objects.create(key=key, name={"zh": key, "en": key}, calendar="office")
        for member in members:
            GroupMember.objects.create(group=group, user=people[member])
    service = Department.objects.create(key="service", name={"zh": "客服", "en": "Service"})
    DepartmentHead.objects.create(department=service, user=people["s1"], position=0)
    for member in ("cs", "s1"):
        DepartmentMember.objects.create(user=people[member], department=service)
    return people


def refund_graph(**config: Any) -> dict[str, Any]:
    """start → finance → ops → paid, either rejection → refused."""
    ask = {
        "assign": [{"kind": "group", "group": "finance"}],
        "timeouts": [{"after": "PT120M", "do": "transfer", "to": [{"kind": "group", "group": "backup"}]}],
    }
    return {
        "format": 1,
        "nodes": [
            {"id": "start", "type": "start", "config": {}},
            {"id": "finance", "type": "approval", "name": {"zh": "财务复核", "en": "Finance"}, "config": ask | config},
            {
                "id": "ops", "type": "approval", "name": {"zh": "运营终审", "en": "Operations"},
                "config": {"assign": [{"kind": "group", "group": "ops"}]},
            },
            {"id": "paid", "type": "end"},
            {"id": "refused", "type": "end"},
        ],
        "edges": [
            {"id": "e1", "from": "start", "to": "finance"},
            {"id": "e2", "from": "finance", "port": "approved", "to": "ops"},
            {"id": "e3", "from": "finance", "port": "rejected", "to": "refused"},
            {"id": "e4", "from": "ops", "port": "approved", "to": "paid"},
            {"id": "e5", "from": "ops", "port": "rejected", "to": "refused"},
        ],
    }  # fmt: skip


def publish_flow(office: Office, *, key: str = FLOW, **config: Any) -> None:
    publish_graph(office, refund_graph(**config), key=key)


def publish_graph(office: Office, graph: dict[str, Any], *, key: str) -> None:
    draft = create_definition(
        key=key, title={"zh": "退款", "en": "Refund"}, graph=graph, layout={}, actor=office["d1"], now=MONDAY
    )
    assert [one for one in draft.problems if one.severity == "error"] == []
    publish(str(draft.definition.pk), revision=1, note="", actor=office["d1"], now=MONDAY)


def start_run(
    office: Office, *, order: str = "ORD1", key: str = FLOW, requester: str = "cs", now: datetime = MONDAY,
    variables: dict[str, Any] | None = None,
) -> Delivered:  # fmt: skip
    asker = office[requester]
    return instances.start(
        key, subject=Subject(type="refund", id=f"r-{order}", title=f"{order} · 58.00 CNY", facts=()),
        variables=variables or {},
        requester=str(asker.pk), actor=Actor(id=str(asker.pk), name=asker.display_name), now=now,
    )  # fmt: skip


@pytest.fixture
def run(office: Office) -> Callable[..., Delivered]:
    """Publish the refund flow and start runs of it."""
    publish_flow(office)
    return lambda **more: start_run(office, **more)


def open_task(delivered: Delivered, *, node: str = "finance") -> ApprovalTask:
    return ApprovalTask.objects.get(instance=delivered.instance_id, node=node, status="open")


def signed_in(user: User) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def state_of_rows(task: ApprovalTask) -> dict[str, Any]:
    """Everything an answer could have changed, for comparing before and after."""
    task = ApprovalTask.objects.get(pk=task.pk)
    return {
        "task": (str(task.status), task.revision, task.votes, task.candidates, task.due_at),
        "seats": sorted(task.assignments.values_list("scope", "status")),
        "decisions": sorted(task.decisions.values_list("actor", "outcome")),
        "comments": list(task.comments.values_list("text", flat=True)),
    }
