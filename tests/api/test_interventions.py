"""Supervisors over HTTP: preview → token → apply, always with a reason, always on record."""

import itertools
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from approvals.models import ApprovalTask, Group, GroupMember
from bedrock.clock import now
from tests.workflows.conftest import chain, live_flow
from tests.workflows.nodes import Deed, Refusal
from workflows import jobs
from workflows.actions.audit import broken_entries
from workflows.actions.instances import start
from workflows.engine.events import SYSTEM
from workflows.engine.registry import registry
from workflows.engine.state import Subject
from workflows.engine.work import GiveUp
from workflows.models import ActivityJob, AuditEntry, HistoryEvent, Instance, Timer

pytestmark = pytest.mark.django_db

GRAPH = chain(("wait", "delay", {"after": "PT5H"}), ("work", "test.deed", {}), ("rest", "delay", {"after": "PT1H"}))


@pytest.fixture(autouse=True)
def _deed() -> None:
    registry.add(Deed())
    registry.add(Refusal())
    Deed.calls.clear()
    Deed.answers.clear()


@pytest.fixture
def boss() -> APIClient:
    return client_of("supervisor", username="chen")


def client_of(*roles: str, username: str) -> APIClient:
    client = APIClient(REMOTE_ADDR="203.0.113.7")
    client.force_authenticate(User.objects.create_user(username, "x", display_name=username, roles=list(roles)))
    return client


def run_of(graph: dict[str, Any] = GRAPH, requester: str | None = None) -> str:
    live_flow("flow", graph, by=User.objects.create_user("designer", "x", roles=["designer"]))
    return start(
        "flow", subject=Subject(type="refund", id="R-1", title="ORD-1"), variables={}, requester=requester,
        actor=SYSTEM, now=now(),
    ).instance_id  # fmt: skip


def preview(client: APIClient, run: str, target: str) -> Any:
    return client.post(f"/api/v1/instances/{run}/force-advance/preview", {"target": target}, format="json")


def apply(client: APIClient, run: str, token: str, reason: str) -> Any:
    url = f"/api/v1/instances/{run}/force-advance"
    return client.post(url, {"token": token, "reason": reason}, format="json")


def picture(run: str) -> tuple[Any, ...]:
    return Instance.objects.get(pk=run).state, Timer.objects.count(), HistoryEvent.objects.count()


def test_force_says_what_will_happen_and_does_exactly_that(boss: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Deed, "external_effect", True)
    run = run_of()
    before = picture(run)

    shown = preview(boss, run, "rest").json()
    assert [(one["kind"], one["node"]) for one in shown["effects"]] == [
        ("cancels_timer", "wait"), ("skips_node", "wait"), ("skips_node", "work"), ("enters_node", "rest"),
    ]  # fmt: skip
    assert (shown["from"], shown["target"]) == (["wait"], "rest")
    assert picture(run) == before

    done = apply(boss, run, shown["token"], "大促期间加急")
    assert done.status_code == 200
    assert [token["node"] for token in done.json()["instance"]["tokens"]] == ["rest"]
    assert [(timer.node, timer.token) for timer in Timer.objects.all()] == [("rest", 2)]
    entry = boss.get(f"/api/v1/audit?instance={run}").json()["results"][0]
    assert (entry["action"], entry["reason"], entry["ip"], entry["actor"]["name"]) == (
        "instance.force-advance", "大促期间加急", "203.0.113.7", "chen",
    )  # fmt: skip
    assert (entry["before"]["nodes"], entry["after"]["nodes"]) == (["wait"], ["rest"])
    assert entry["after"]["passed"] == ["work"]  # what it would have done outside, had the run come there
    detail = boss.get(f"/api/v1/instances/{run}").json()
    assert {one["node"]: one["status"] for one in detail["path"]} == {
        "start": "done", "wait": "forced_past", "rest": "current",
    }  # fmt: skip
    assert detail["jumps"][0]["source"] == ["wait"]


@pytest.mark.parametrize("reason", ["", "    ", "急急急", " 1234 "])
def test_force_without_a_reason_is_refused_and_changes_nothing(boss: APIClient, reason: str) -> None:
    run = run_of()
    token = preview(boss, run, "rest").json()["token"]
    before = picture(run)

    refused = apply(boss, run, token, reason)

    assert (refused.status_code, refused.json()["code"]) == (422, "force.reason_required")
    assert (picture(run), AuditEntry.objects.filter(object_id=run).count()) == (before, 0)


def test_a_preview_is_stale_once_the_run_moved(boss: APIClient) -> None:
    run = run_of()
    token = preview(boss, run, "rest").json()["token"]
    assert apply(boss, run, preview(boss, run, "work").json()["token"], "because I say so").status_code == 200
    before = picture(run)

    refused = apply(boss, run, token, "because I say so")

    assert (refused.status_code, refused.json()["code"]) == (409, "force.stale_token")
    assert picture(run) == before


def test_a_token_of_another_supervisor_or_forged_is_refused(boss: APIClient) -> None:
    run = run_of()
    token = preview(boss, run, "rest").json()["token"]
    other = client_of("supervisor", username="other")
    for client, given in ((other, token), (boss, token[:-3] + "xyz"), (boss, "x")):
        refused = apply(client, run, given, "because I say so")
        assert (refused.status_code, refused.json()["code"]) == (409, "force.stale_token")


def test_a_supervisor_cannot_force_their_own_request(boss: APIClient) -> None:
    run = run_of(requester=str(User.objects.get(username="chen").pk))
    refused = preview(boss, run, "rest")
    assert (refused.status_code, refused.json()["code"]) == (403, "force.own_request")


def test_trap_82_who_decided_in_a_run_cannot_force_it(boss: APIClient) -> None:
    """Neither after their step is over nor while it still waits for others; who decided nothing may."""
    group = Group.objects.create(key="bosses", name={})
    for name in ("chen", "liu"):
        who = User.objects.filter(username=name).first() or User.objects.create_user(name, "x", roles=["supervisor"])
        GroupMember.objects.create(group=group, user=who)
    ask = {"assign": [{"kind": "group", "group": "bosses"}]}
    drawing = chain(
        ("one", "approval", ask), ("both", "approval", ask | {"mode": "all"}), ("rest", "delay", {"after": "PT1H"})
    )
    asking = [edge for edge in drawing["edges"] if edge["from"] in ("one", "both")]
    drawing["edges"] += [edge | {"id": f"no-{edge['id']}", "port": "rejected", "to": "end"} for edge in asking]
    for edge in asking:
        edge["port"] = "approved"
    run = run_of(drawing)

    def approve(node: str) -> None:
        task = ApprovalTask.objects.get(instance=run, node=node)
        assert boss.post(f"/api/v1/tasks/{task.pk}/approve", {"revision": task.revision}).status_code == 200

    assert preview(boss, run, "rest").status_code == 200
    approve("one")
    before = picture(run)
    over = preview(boss, run, "rest")
    assert picture(run) == before
    approve("both")
    waiting = preview(boss, run, "rest")

    assert [(one.status_code, one.json()["code"]) for one in (over, waiting)] == [(403, "force.own_decision")] * 2
    assert preview(client_of("supervisor", username="other"), run, "rest").status_code == 200


def test_force_onto_an_ended_run_is_refused(boss: APIClient) -> None:
    run = run_of()
    assert apply(boss, run, preview(boss, run, "end").json()["token"], "not needed any more").status_code == 200
    refused = preview(boss, run, "rest")
    assert (refused.status_code, refused.json()["code"]) == (409, "instance.not_running")


def test_an_incident_is_retried_with_a_reason(boss: APIClient) -> None:
    run = run_of(chain(("work", "test.deed", {})))
    Deed.answers.append(GiveUp(code="remote.down", message="down"))
    jobs.perform_due()
    incident = boss.get("/api/v1/instances?stuck=true").json()["results"][0]["incidents"][0]
    assert (incident["code"], incident["status"]) == ("remote.down", "open")

    url = f"/api/v1/instances/{run}/retry"
    shown = boss.post(f"{url}/preview", {"incident": incident["id"]}, format="json").json()
    done = boss.post(url, {"token": shown["token"], "reason": "the bank is back"}, format="json")

    assert done.status_code == 200
    assert ActivityJob.objects.get().attempt == 3
    jobs.perform_due()
    assert Instance.objects.get(pk=run).status == "completed"
    assert [one["status"] for one in boss.get(f"/api/v1/instances/{run}").json()["incidents"]] == ["resolved"]


def test_cancel_ends_the_run_and_its_timer(boss: APIClient) -> None:
    run = run_of()
    url = f"/api/v1/instances/{run}/cancel"
    shown = boss.post(f"{url}/preview", {}, format="json").json()
    assert shown["effects"][-1] == {"kind": "ends_instance", "node": None, "params": {"status": "cancelled"}}
    assert boss.post(url, {"token": shown["token"], "reason": "asked twice"}, format="json").status_code == 200
    assert (Instance.objects.get(pk=run).status, Timer.objects.count()) == ("cancelled", 0)


def test_audit_rows_cannot_be_changed_and_a_change_past_the_guard_shows(boss: APIClient) -> None:
    run = run_of()
    for target in itertools.islice(("work", "rest", "end"), 3):
        apply(boss, run, preview(boss, run, target).json()["token"], f"on to {target}")
    assert list(broken_entries()) == []
    for sql in ("UPDATE workflows_auditentry SET reason = 'x'", "DELETE FROM workflows_auditentry"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE workflows_auditentry DISABLE TRIGGER auditentry_is_append_only")
        cursor.execute("UPDATE workflows_auditentry SET reason = 'harmless' WHERE seq = 2")
    assert list(broken_entries()) == [(2, "its content does not have its hash")]


def test_the_table_refuses_to_be_emptied() -> None:
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        cursor.execute("TRUNCATE workflows_auditentry")


@pytest.mark.parametrize("asked", ["force-advance", "retry"])
def test_a_preview_allows_the_kind_of_intervention_that_it_showed_and_no_other(boss: APIClient, asked: str) -> None:
    run = run_of()
    shown = boss.post(f"/api/v1/instances/{run}/cancel/preview", {}, format="json").json()
    before = picture(run)

    body = {"token": shown["token"], "reason": "because I say so"}
    refused = boss.post(f"/api/v1/instances/{run}/{asked}", body, format="json")

    assert (refused.status_code, refused.json()["code"]) == (409, "force.other_kind")
    assert (refused.json()["previewed"], refused.json()["asked"]) == ("cancel", asked)
    assert (picture(run), AuditEntry.objects.filter(object_id=run).count()) == (before, 0)


def test_a_preview_refuses_what_applying_it_would_refuse_and_leaves_nothing_behind(boss: APIClient) -> None:
    run = run_of(chain(("wait", "delay", {"after": "PT5H"}), ("no", "test.refusal", {})))
    before = picture(run)

    refused = preview(boss, run, "no")

    assert (refused.status_code, refused.json()["code"]) == (409, "refund.already_paid")
    assert picture(run) == before


def test_a_preview_tries_the_work_of_the_wings_and_takes_it_back(boss: APIClient) -> None:
    ask = ("ask", "approval", {"assign": [{"kind": "group", "group": "finance"}]})
    group = Group.objects.create(key="finance", name={"zh": "财务", "en": "Finance"})
    GroupMember.objects.create(group=group, user=User.objects.create_user("f1", "x", roles=["approver"]))
    graph = chain(("wait", "delay", {"after": "PT5H"}), ask, ("rest", "delay", {"after": "PT1H"}))
    graph["edges"] = [
        edge | {"port": "approved"} if edge["from"] == "ask" else edge for edge in graph["edges"]
    ] + [{"id": "no", "from": "ask", "port": "rejected", "to": "end"}]  # fmt: skip
    run = run_of(graph)
    before = picture(run)

    with CaptureQueriesContext(connection) as tried:
        shown = preview(boss, run, "ask")

    assert [(one["kind"], one["node"]) for one in shown.json()["effects"]] == [
        ("cancels_timer", "wait"), ("skips_node", "wait"), ("enters_node", "ask"),
    ]  # fmt: skip
    assert any("orderflow_" in one["sql"] and "FINANCE" in one["sql"].upper() for one in tried.captured_queries)
    assert (picture(run), ApprovalTask.objects.count()) == (before, 0)
