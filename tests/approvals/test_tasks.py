"""Answers over HTTP: what they change in the rows, what they refuse, and how many statements they cost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from approvals.actions.decide import answer
from approvals.actions.reassess import reassess_left_work
from approvals.models import ApprovalTask, GroupMember
from tests.approvals.conftest import (
    TASK_PATH,
    Office,
    open_task,
    publish_flow,
    publish_graph,
    signed_in,
    start_run,
    state_of_rows,
)
from tests.approvals.office import MONDAY, at
from tests.approvals.test_votes import parallel_graph
from workflows import invariants, runtime
from workflows.actions.audit import By
from workflows.engine.events import Actor, CancelRequested, Forced
from workflows.models import AuditEntry, Incident, Instance, StoredAnswer, Timer
from workflows.runtime import Delivered
from workflows.scheduler import fire_due

Run = Callable[..., Delivered]
pytestmark = pytest.mark.django_db(transaction=True)


def seat(office: Office, who: str) -> str:
    return f"u:{office[who].pk}"


def disable(office: Office, *names: str) -> None:
    User.objects.filter(pk__in=[office[name].pk for name in names]).update(is_active=False)


def post(user: Any, task: ApprovalTask, action: str, headers: dict[str, str] | None = None, **body: Any) -> Any:
    return signed_in(user).post(f"{TASK_PATH}/{task.pk}/{action}", body, format="json", headers=headers)


def test_approving_closes_the_task_and_opens_the_next_one_in_the_same_answer(office: Office, run: Run) -> None:
    task = open_task(run())

    response = post(office["f1"], task, "approve", revision=1, comment="fine")

    assert response.status_code == 200
    body = response.json()
    assert (body["task"]["status"], body["task"]["outcome"], body["task"]["actions"]) == ("approved", "approved", [])
    assert body["task"]["votes"][0]["user"]["username"] == "f1"
    assert body["task"]["decided_by"] == "F1"
    assert body["instance"]["status"] == "running"
    assert [token["node"] for token in body["instance"]["tokens"]] == ["ops"]
    assert state_of_rows(task) == {
        "task": ("approved", 1, body["task"]["votes"], [], None),
        "seats": [("g:finance", "decided")],
        "decisions": [(str(office["f1"].pk), "approved")],
        "comments": [],
    }
    assert ApprovalTask.objects.get(node="ops").scopes == ["g:ops"]


def test_the_answer_shows_what_the_row_says_when_it_is_read_again(office: Office, run: Run) -> None:
    task = open_task(run())

    told = post(office["f1"], task, "approve", revision=1, comment="fine").json()["task"]

    read = signed_in(office["f1"]).get(f"{TASK_PATH}/{task.pk}").json()
    assert {key: read[key] for key in told} == told


def test_the_transferred_task_shows_what_the_row_says_when_it_is_read_again(office: Office, run: Run) -> None:
    task = open_task(run())

    told = post(office["f1"], task, "transfer", revision=1, to={"kind": "user", "key": "b1"}).json()["task"]

    read = signed_in(office["f1"]).get(f"{TASK_PATH}/{task.pk}").json()
    left = "working_seconds_left"
    assert {key: read[key] for key in told if key != left} == {key: told[key] for key in told if key != left}
    assert told["assignee"]["username"] == "b1"
    assert told["revision"] == 2
    assert state_of_rows(task)["seats"] == [("g:finance", "transferred"), (f"u:{office['b1'].pk}", "open")]


def test_rejecting_ends_the_run_and_needs_a_comment(office: Office, run: Run) -> None:
    delivered = run()
    task = open_task(delivered)
    before = state_of_rows(task)

    refused = post(office["f2"], task, "reject", revision=1)

    assert (refused.status_code, refused.json()["code"]) == (422, "task.comment_required")
    assert state_of_rows(task) == before
    assert post(office["f2"], task, "reject", revision=1, comment="no").json()["instance"]["status"] == "completed"
    assert Instance.objects.get(pk=delivered.instance_id).status == "completed"


def test_trap_17_the_second_answer_is_a_conflict_that_says_who_when_and_how(office: Office, run: Run) -> None:
    task = open_task(run())
    post(office["f1"], task, "approve", revision=1)
    before = state_of_rows(task)

    late = post(office["f2"], task, "reject", revision=1, comment="no")

    body = late.json()
    assert (late.status_code, body["code"]) == (409, "task.already_decided")
    assert (body["decided_by"], body["outcome"]) == ("F1", "approved")
    closed_at = ApprovalTask.objects.get(pk=task.pk).closed_at
    assert closed_at is not None
    assert body["decided_at"] == closed_at.isoformat()
    assert state_of_rows(task) == before


def test_a_stale_revision_is_a_conflict_that_says_the_present_one(office: Office, run: Run) -> None:
    task = open_task(run())

    stale = post(office["f1"], task, "approve", revision=7)

    assert (stale.status_code, stale.json()["code"], stale.json()["current_revision"]) == (
        409, "task.revision_conflict", 1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        ("o1", 404, "task.unknown"), ("s1", 403, "task.not_yours"), ("root", 403, "task.not_yours"),
        ("au", 403, "task.not_yours"), ("d1", 403, "task.not_yours"), ("cs", 403, "task.own_request"),
        ("shop", 403, "auth.forbidden"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("action", ["approve", "reject"])
def test_only_those_who_are_asked_may_answer(
    office: Office, run: Run, action: str, who: str, status: int, code: str
) -> None:
    task = open_task(run())
    before = state_of_rows(task)

    refused = post(office[who], task, action, revision=1, comment="because")

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert state_of_rows(task) == before


def test_nobody_answers_without_signing_in(office: Office, run: Run) -> None:
    task = open_task(run())

    assert APIClient().post(f"{TASK_PATH}/{task.pk}/approve", {"revision": 1}, format="json").status_code == 401


def test_an_approver_who_asked_for_it_is_refused_even_as_a_member(office: Office) -> None:
    publish_flow(office)
    task = open_task(start_run(office, requester="f1"))

    refused = post(office["f1"], task, "approve", revision=1)

    assert (refused.status_code, refused.json()["code"]) == (403, "task.own_request")
    assert [one["id"] for one in signed_in(office["f1"]).get(TASK_PATH).json()["results"]] == []


def test_unknown_fields_are_refused(office: Office, run: Run) -> None:
    task = open_task(run())

    refused = post(office["f1"], task, "approve", revision=1, status="approved")

    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "input.unknown_field")


def test_trap_18_a_removed_member_is_locked_out_and_a_new_one_let_in_at_once(office: Office, run: Run) -> None:
    task = open_task(run())
    GroupMember.objects.filter(user=office["f1"]).delete()
    GroupMember.objects.create(group_id=GroupMember.objects.get(user=office["f2"]).group_id, user=office["o1"])

    assert post(office["f1"], task, "approve", revision=1).status_code == 404
    assert signed_in(office["f1"]).get(TASK_PATH).json()["results"] == []
    assert [one["id"] for one in signed_in(office["o1"]).get(TASK_PATH).json()["results"]] == [str(task.pk)]
    assert post(office["o1"], task, "approve", revision=1).status_code == 200


def test_a_supervisors_transfer_of_others_work_is_kept_in_the_audit(office: Office, run: Run) -> None:
    task = open_task(run())

    refused = post(office["s1"], task, "transfer", revision=1, to={"kind": "group", "key": "backup"})
    assert (refused.status_code, refused.json()["code"]) == (422, "task.comment_required")
    moved = post(office["s1"], task, "transfer", revision=1, to={"kind": "group", "key": "backup"}, comment="ill today")

    assert moved.status_code == 200
    entry = AuditEntry.objects.get(object_type="task")
    assert (entry.action, entry.reason, entry.object_id) == ("task.transfer", "ill today", str(task.pk))
    assert [one["candidates"][0]["key"] for one in (entry.before or {}, entry.after or {})] == ["finance", "backup"]
    of_run = signed_in(office["au"]).get("/api/v1/audit", {"instance": str(task.instance)}).json()["results"]
    assert [(one["action"], one["actor"]["name"]) for one in of_run] == [("task.transfer", "S1")]


def test_a_transfer_of_ones_own_work_is_no_intervention(office: Office, run: Run) -> None:
    post(office["f1"], open_task(run()), "transfer", revision=1, to={"kind": "group", "key": "backup"})

    assert not AuditEntry.objects.filter(object_type="task").exists()


def test_a_comment_is_stored_beside_the_task(office: Office, run: Run) -> None:
    task = open_task(run())

    assert post(office["cs"], task, "comment", text="please hurry").status_code == 200

    shown = signed_in(office["f1"]).get(f"{TASK_PATH}/{task.pk}").json()
    assert [(one["actor"]["display_name"], one["text"]) for one in shown["comments"]] == [("CS", "please hurry")]
    assert [(one["cause"], one["lines"][0]["code"]) for one in shown["trace"]] == [("opened", "assigned.pool")]


def test_the_same_key_gives_the_stored_answer_and_another_body_is_refused(office: Office, run: Run) -> None:
    task = open_task(run())
    key = {"Idempotency-Key": "click-1"}

    first = post(office["f1"], task, "approve", headers=key, revision=1)
    again = post(office["f1"], task, "approve", headers=key, revision=1)
    other = post(office["f1"], task, "approve", headers=key, revision=1, comment="else")

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert (again.headers["Idempotent-Replayed"], "Idempotent-Replayed" in first.headers) == ("true", False)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.key_reused")
    assert StoredAnswer.objects.count() == 1
    assert task.decisions.count() == 1


def statements(office: Office, task: ApprovalTask, who: str) -> int:
    user = office[who]
    by = By(actor=Actor(id=str(user.pk), name=user.display_name), ip=None)
    with CaptureQueriesContext(connection) as caught:
        answer(task.pk, name="approve", payload={"revision": 1}, user=user, by=by, now=MONDAY + timedelta(minutes=5))
    return sum(query["sql"] not in ("BEGIN", "COMMIT") for query in caught)


def test_an_answer_costs_two_statements_and_the_last_one_no_more(office: Office, run: Run) -> None:
    warm = run(order="ORD0")
    statements(office, open_task(warm), "f1")
    statements(office, open_task(warm, node="ops"), "o1")
    delivered = run()

    assert statements(office, open_task(delivered), "f1") == 2
    assert statements(office, open_task(delivered, node="ops"), "o1") == 2


def test_a_timeout_moves_the_task_to_the_backup_group_in_rows_too(office: Office, run: Run) -> None:
    delivered = run(now=at(9))
    task = open_task(delivered)
    assert task.due_at == at(11)
    assert (task.due_does or {})["to"][0]["key"] == "backup"

    assert fire_due(now=at(10, 59)) == 0
    assert fire_due(now=at(11)) == 1

    task = ApprovalTask.objects.get(pk=task.pk)
    assert (task.scopes, task.revision, task.due_at, task.due_does) == (["g:backup"], 2, None, None)
    assert [one["cause"] for one in task.trace] == ["opened", "timeout"]
    assert state_of_rows(task)["seats"] == [("g:backup", "open"), ("g:finance", "transferred")]
    assert not Timer.objects.exists()
    assert post(office["f1"], task, "approve", revision=2).status_code == 403
    assert post(office["b1"], task, "approve", revision=2).status_code == 200


def test_trap_1_work_of_a_disabled_person_goes_to_the_owner_role_at_the_next_sweep(office: Office) -> None:
    publish_flow(office, assign=[{"kind": "user", "user": "f1"}], calendar="office")
    task = open_task(start_run(office))
    reassess_left_work(now=MONDAY)
    office["f1"].is_active = False
    office["f1"].save()

    assert reassess_left_work(now=MONDAY) == 1
    assert reassess_left_work(now=MONDAY) == 0

    task = ApprovalTask.objects.get(pk=task.pk)
    assert task.scopes == ["r:supervisor"]
    assert state_of_rows(task)["seats"] == [("r:supervisor", "open"), (f"u:{office['f1'].pk}", "not_needed")]
    assert task.trace[0]["lines"][0]["name"]["en"] == "F1"
    assert post(office["s1"], task, "approve", revision=2).status_code == 200


def test_a_countersign_waits_for_the_owner_when_its_last_voter_was_disabled(office: Office) -> None:
    voters = [{"kind": "user", "user": name} for name in ("f1", "f2")]
    publish_flow(office, assign=voters, mode="all", calendar="office")
    delivered = start_run(office)
    task = open_task(delivered)
    reassess_left_work(now=MONDAY)
    assert post(office["f1"], task, "approve", revision=1).status_code == 200
    disable(office, "f2")

    assert reassess_left_work(now=MONDAY) == 1
    assert reassess_left_work(now=MONDAY) == 0

    assert state_of_rows(task)["seats"] == sorted(
        [(seat(office, "f1"), "decided"), (seat(office, "f2"), "not_needed"), (seat(office, "s1"), "open")]
    )
    assert state_of_rows(task)["decisions"] == [(str(office["f1"].pk), "approved")]
    assert not ApprovalTask.objects.filter(node="ops").exists()
    answered = post(office["s1"], task, "approve", revision=2).json()
    assert (answered["task"]["status"], answered["instance"]["tokens"][0]["node"]) == ("approved", "ops")
    assert state_of_rows(task)["decisions"] == sorted((str(office[who].pk), "approved") for who in ("f1", "s1"))
    assert invariants.broken() == []


def test_the_run_shows_an_incident_when_nobody_is_left_for_a_lost_voice(office: Office) -> None:
    voters = [{"kind": "user", "user": name} for name in ("f1", "f2")]
    publish_flow(office, assign=voters, mode="all", calendar="office")
    delivered = start_run(office)
    task = open_task(delivered)
    assert post(office["f1"], task, "approve", revision=1).status_code == 200
    disable(office, "f2", "s1", "root")

    assert reassess_left_work(now=MONDAY) == 1
    assert reassess_left_work(now=MONDAY) == 0

    assert (str(ApprovalTask.objects.get(pk=task.pk).status), state_of_rows(task)["seats"]) == (
        "cancelled", sorted([(seat(office, "f1"), "decided"), (seat(office, "f2"), "not_needed")]),
    )  # fmt: skip
    incident = Incident.objects.get(instance=delivered.instance_id)
    assert (incident.code, incident.node) == ("approval.nobody", "finance")
    assert not ApprovalTask.objects.filter(node="ops").exists()
    assert invariants.broken() == []


def test_work_of_the_owners_moves_on_when_only_the_one_who_asked_is_left_of_them(office: Office) -> None:
    User.objects.create_user("s2", "x", roles=["supervisor"])
    publish_flow(office, assign=[{"kind": "user", "user": "f1"}], calendar="office")
    task = open_task(start_run(office, requester="s1"))
    disable(office, "f1")
    assert reassess_left_work(now=MONDAY) == 1
    assert ApprovalTask.objects.get(pk=task.pk).scopes == ["r:supervisor"]

    User.objects.filter(username="s2").update(is_active=False)

    assert reassess_left_work(now=MONDAY) == 1
    assert ApprovalTask.objects.get(pk=task.pk).scopes == ["r:superuser"]


@pytest.mark.parametrize(
    ("who", "reason"),
    [("shop", "skipped.no_role"), ("au", "skipped.no_role"), ("d1", "skipped.no_role"), ("cs", "skipped.requester"),
     ("b2", "skipped.inactive")],
)  # fmt: skip
def test_a_transfer_to_somebody_who_cannot_act_is_refused_and_nothing_moves(
    office: Office, run: Run, who: str, reason: str
) -> None:
    task = open_task(run())
    disable(office, "b2")
    before = state_of_rows(task)

    refused = post(office["f1"], task, "transfer", revision=1, to={"kind": "user", "key": who})

    assert (refused.status_code, refused.json()["code"]) == (422, "task.transfer_refused")
    assert [one["code"] for one in refused.json()["errors"]][-1] == reason
    assert state_of_rows(task) == before


def test_forcing_the_run_onward_cancels_the_task_in_the_same_commit(office: Office, run: Run) -> None:
    delivered = run()
    task = open_task(delivered)

    runtime.deliver(
        delivered.instance_id, Forced(target="paid", actor=Actor(id="1", name="S"), reason="stuck"), now=MONDAY
    )

    task = ApprovalTask.objects.get(pk=task.pk)
    assert (str(task.status), state_of_rows(task)["seats"]) == ("cancelled", [("g:finance", "not_needed")])
    late = post(office["f1"], task, "approve", revision=1)
    assert (late.status_code, late.json()["code"], late.json()["outcome"]) == (409, "task.already_decided", "cancelled")


def test_trap_40_a_cancelled_run_leaves_inbox_and_badge_in_the_same_commit(office: Office, run: Run) -> None:
    task = open_task(run())
    client = signed_in(office["f1"])
    assert client.get(f"{TASK_PATH}/summary").json()["todo"] == 1

    runtime.deliver(str(task.instance), CancelRequested(actor=Actor(id="1", name="S"), reason="wrong"), now=MONDAY)

    assert client.get(f"{TASK_PATH}/summary").json() == {"todo": 0, "overdue": 0, "cc": 0}
    assert client.get(TASK_PATH).json()["results"] == []
    assert state_of_rows(task)["seats"] == [("g:finance", "not_needed")]
    assert invariants.broken() == []


def test_trap_20_rows_of_parallel_approvals_are_not_mixed(office: Office) -> None:
    graph = parallel_graph()
    for node in graph["nodes"]:
        if node["type"] == "approval":
            node["config"] = {"assign": [{"kind": "user", "user": name} for name in ("f1", "f2")], "mode": "all"}
    for side in ("left", "right"):
        graph["edges"].append({"id": f"r-{side}", "from": side, "port": "rejected", "to": f"pause-{side}"})
        graph["edges"].append({"id": f"p-{side}", "from": f"pause-{side}", "to": "join"})
        graph["nodes"].append({"id": f"pause-{side}", "type": "delay", "config": {"after": "PT1M"}})
    for edge in graph["edges"]:
        if edge["id"].startswith("j-"):
            edge["to"] = f"pause-{edge['from']}"
    publish_graph(office, graph, key="parallel")
    delivered = start_run(office, key="parallel")
    left, right = (open_task(delivered, node=node) for node in ("left", "right"))
    before = state_of_rows(right)

    assert post(office["f1"], left, "approve", revision=1).status_code == 200
    assert state_of_rows(right) == before
    assert post(office["f2"], left, "approve", revision=1).json()["task"]["status"] == "approved"

    assert state_of_rows(right) == before
