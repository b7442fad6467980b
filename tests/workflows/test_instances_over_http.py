"""Lists of runs over HTTP: what counts as stuck, which statuses there are, and what is on record about one run."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from approvals.actions.decide import answer
from approvals.models import ApprovalTask, Group, GroupMember
from bedrock.clock import now
from tests.workflows.conftest import chain, live_flow
from tests.workflows.test_runtime import begin
from workflows.actions import audit
from workflows.engine.events import SYSTEM, Actor
from workflows.models import Instance, Timer

pytestmark = pytest.mark.django_db
ASK = ("ask", "approval", {"assign": [{"kind": "group", "group": "finance"}]})


@pytest.fixture
def boss(supervisor: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(supervisor)
    return client


@pytest.fixture
def finance(db: None) -> User:
    person = User.objects.create_user("f1", "x", display_name="F1", roles=["approver"])
    for key in ("finance", "backup"):
        group = Group.objects.create(key=key, name={"zh": key, "en": key})
        GroupMember.objects.create(group=group, user=person)
    return person


def asking(*more: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    """start → ask → more → end, and rejected → end."""
    graph = chain(ASK, *more)
    edges = [edge | {"port": "approved"} if edge["from"] == "ask" else edge for edge in graph["edges"]]
    return graph | {"edges": [*edges, {"id": "no", "from": "ask", "port": "rejected", "to": "end"}]}


def stuck(client: APIClient) -> list[str]:
    return [run["id"] for run in client.get("/api/v1/instances?stuck=true").json()["results"]]


def told(client: APIClient, run: str) -> Any:
    return client.get(f"/api/v1/instances/{run}").json()["stuck"]


def test_a_run_that_waits_for_a_time_to_come_is_not_stuck(boss: APIClient, designer: User, finance: User) -> None:
    live_flow("rest", chain(("rest", "delay", {"after": "P30D"})), by=designer)
    live_flow("ask", asking(), by=designer)
    waiting, forgotten = begin("rest"), begin("ask", "R-2")
    Instance.objects.update(updated_at=now() - timedelta(days=2))

    assert stuck(boss) == [forgotten]
    assert told(boss, waiting) is None
    assert (told(boss, forgotten)["code"], told(boss, forgotten)["params"]) == ("nobody_acted", {"nodes": ["ask"]})


def test_a_run_whose_time_has_long_come_is_stuck(boss: APIClient, designer: User) -> None:
    live_flow("rest", chain(("rest", "delay", {"after": "PT1H"})), by=designer)
    run = begin("rest")
    past = now() - timedelta(days=2)
    row = Instance.objects.get(pk=run)
    row.state["tokens"][0]["due_at"] = past.isoformat()
    row.updated_at = past
    row.save(update_fields=["state", "updated_at"])
    Timer.objects.update(due_at=past)

    assert stuck(boss) == [run]
    assert told(boss, run)["code"] == "nobody_acted"


def test_an_unknown_status_is_refused_with_those_that_there_are(boss: APIClient) -> None:
    refused = boss.get("/api/v1/instances?status=failed")

    assert (refused.status_code, refused.json()["code"]) == (422, "query.bad_value")
    assert refused.json()["errors"] == [
        {
            "path": "status", "code": "query.bad_value",
            "message": "Expected status to be one of running, completed, cancelled, found 'failed'.",
            "params": {"allowed": ["running", "completed", "cancelled"]},
        }
    ]  # fmt: skip


def test_what_was_done_to_the_tasks_of_a_run_is_on_its_record(
    boss: APIClient, supervisor: User, designer: User, finance: User
) -> None:
    live_flow("ask", asking(), by=designer)
    run, other = begin("ask"), begin("ask", "R-2")
    by = audit.By(actor=Actor(id=str(supervisor.pk), name="陈静"), ip="203.0.113.7")
    for instance in (run, other):
        task = ApprovalTask.objects.get(instance=instance)
        payload = {"revision": 1, "to": {"kind": "group", "group": "backup"}, "comment": "finance is away"}
        answer(task.pk, name="transfer", payload=payload, user=supervisor, by=by, now=now())
    audit.record(
        "instance.cancel", by=audit.By(actor=SYSTEM, ip=None), reason="asked twice", now=now(),
        on=audit.AuditObject(type="instance", id=run),
    )  # fmt: skip

    rows = boss.get(f"/api/v1/audit?instance={run}").json()["results"]

    task = ApprovalTask.objects.get(instance=run)
    assert [(one["action"], one["object"]["id"]) for one in rows] == [
        ("instance.cancel", run), ("task.transfer", str(task.pk)),
    ]  # fmt: skip
    version = Instance.objects.select_related("version__definition").get(pk=run).version
    flow = {"id": str(version.definition.pk), "key": version.definition.key, "title": version.definition.title}
    assert [one["run"] for one in rows] == [{"definition": flow, "version": 1}, None]
    assert boss.get("/api/v1/audit?instance=nonsense").json()["results"] == []
