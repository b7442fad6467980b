"""The task of a requester whose run came back: in their inbox, typed like the start, once, and for nobody else."""

from typing import Any

import pytest

from approvals.models import ApprovalTask, Decision
from tests.approvals.conftest import Office, publish_graph, signed_in, state_of_rows
from tests.approvals.test_resubmission import TO_REQUESTER, form
from tests.approvals.test_returns import row
from tests.engine.flows import money
from workflows import invariants
from workflows.models import HistoryEvent, Instance

pytestmark = pytest.mark.django_db(transaction=True)
GIVEN = {"refundAmount": money("58.00"), "reason": "破损"}


def post(office: Office, who: str, path: str, **body: Any) -> Any:
    return signed_in(office[who]).post(f"/api/v1{path}", body, format="json")


def get(office: Office, who: str, path: str) -> Any:
    return signed_in(office[who]).get(f"/api/v1{path}").json()


@pytest.fixture
def came_back(office: Office) -> ApprovalTask:
    """cs asked by hand, f1 and f2 approved, o1 rejected: the run is back with cs."""
    publish_graph(office, form(row(on_reject=TO_REQUESTER)), key="asked")
    started = post(
        office, "cs", "/instances", definition="asked", subject={"type": "question", "id": "q-1"}, variables=GIVEN
    )
    assert started.status_code == 201, started.content
    run = started.json()["id"]
    for node, who in (("first", "f1"), ("first", "f2")):
        task = ApprovalTask.objects.get(instance=run, node=node, status="open")
        assert post(office, who, f"/tasks/{task.pk}/approve", revision=1).status_code == 200
    task = ApprovalTask.objects.get(instance=run, node="second", status="open")
    rejected = post(office, "o1", f"/tasks/{task.pk}/reject", revision=1, comment="金额不对")
    assert rejected.status_code == 200, rejected.content
    assert rejected.json()["task"]["status"] == "rejected"
    return ApprovalTask.objects.get(instance=run, status="open")


def everything(task: ApprovalTask) -> Any:
    variables = Instance.objects.get(pk=task.instance).state["variables"]
    return (state_of_rows(task), HistoryEvent.objects.count(), variables)


def test_the_requester_finds_the_form_with_what_was_said(office: Office, came_back: ApprovalTask) -> None:
    assert [one["id"] for one in get(office, "cs", "/tasks?box=todo")["results"]] == [str(came_back.pk)]
    assert get(office, "cs", "/tasks/summary")["todo"] == 1

    task = get(office, "cs", f"/tasks/{came_back.pk}")

    assert (task["mode"], task["actions"], task["node"]) == ("resubmit", ["resubmit"], "start")
    came = task["resubmission"]["returned"]
    assert (came["node"], came["outcome"]) == ("second", "rejected")
    assert [(one["by_name"], one["comment"]) for one in came["said"]] == [("O1", "金额不对")]
    assert [(one["key"], one["type"], one["value"]) for one in task["resubmission"]["form"]] == [
        ("refundAmount", "money", money("58.00")), ("reason", "text", "破损"),
    ]  # fmt: skip
    assert invariants.broken() == []


def test_submitting_again_asks_anew_and_shows_everybody_what_changed(office: Office, came_back: ApprovalTask) -> None:
    changed = {"refundAmount": money("20.00")}

    done = post(office, "cs", f"/tasks/{came_back.pk}/resubmit", revision=1, comment="按实际金额", variables=changed)

    assert done.status_code == 200, done.content
    body = done.json()
    assert (body["task"]["status"], body["task"]["decided_by"], body["task"]["actions"]) == ("submitted", "CS", [])
    assert [(one["node"], one["visit"]) for one in body["instance"]["tokens"]] == [("first", 2)]
    assert Instance.objects.get(pk=came_back.instance).state["variables"] == GIVEN | changed
    again = ApprovalTask.objects.get(instance=came_back.instance, status="open")
    shown = get(office, "f1", f"/tasks/{again.pk}")["resubmission"]["resubmitted"]
    assert (shown["by_name"], shown["comment"]) == ("CS", "按实际金额")
    [change] = shown["changes"]
    assert (change["key"], change["before"], change["after"]) == ("refundAmount", money("58.00"), money("20.00"))
    assert get(office, "cs", "/tasks?box=todo")["results"] == []
    assert [one["id"] for one in get(office, "cs", "/tasks?box=done")["results"]] == [str(came_back.pk)]
    assert invariants.broken() == []


def test_trap_54_a_change_of_a_hidden_field_is_shown_to_nobody_from_whom_it_is_hidden(office: Office) -> None:
    drawing = form(row(on_reject=TO_REQUESTER))
    drawing["nodes"][1]["config"]["fields"] = [{"name": "refundAmount", "access": "hidden"}]
    publish_graph(office, drawing, key="asked")
    asked = {"definition": "asked", "subject": {"type": "question", "id": "q-1"}, "variables": GIVEN}
    run = post(office, "cs", "/instances", **asked).json()["id"]
    for node, who, verb in (("first", "f1", "approve"), ("first", "f2", "approve"), ("second", "o1", "reject")):
        task = ApprovalTask.objects.get(instance=run, node=node, status="open")
        assert post(office, who, f"/tasks/{task.pk}/{verb}", revision=1, comment="金额不对").status_code == 200
    task = ApprovalTask.objects.get(instance=run, status="open")
    changed = {"refundAmount": money("20.00"), "reason": "质量问题"}
    assert post(office, "cs", f"/tasks/{task.pk}/resubmit", revision=1, variables=changed).status_code == 200

    again = ApprovalTask.objects.get(instance=run, status="open")
    shown = get(office, "f1", f"/tasks/{again.pk}")["resubmission"]["resubmitted"]["changes"]

    assert [one["key"] for one in shown] == ["reason"]
    history = get(office, "f1", f"/instances/{run}/history")
    assert "20.00" not in str(history)
    assert "58.00" not in str(history)
    mine = get(office, "cs", f"/tasks/{task.pk}")["resubmission"]["resubmitted"]["changes"]
    assert [one["key"] for one in mine] == ["refundAmount", "reason"]


@pytest.mark.parametrize(
    ("body", "code", "problem"),
    [
        ({"variables": {"refundAmount": {"amount": "20,00", "currency": "CNY"}}}, 422, "variable.mismatch"),
        ({"variables": {"refundAmount": "20"}}, 422, "variable.mismatch"),
        ({"variables": {"nobody": 1}}, 422, "variable.unknown"),
    ],
)
def test_what_is_revised_is_read_as_exactly_as_at_the_start(
    office: Office, came_back: ApprovalTask, body: dict[str, Any], code: int, problem: str
) -> None:
    before = everything(came_back)

    refused = post(office, "cs", f"/tasks/{came_back.pk}/resubmit", revision=1, **body)

    assert (refused.status_code, refused.json()["code"]) == (code, "variables.invalid")
    assert [one["code"] for one in refused.json()["errors"]] == [problem]
    assert everything(came_back) == before


@pytest.mark.parametrize(("who", "status"), [("o1", 404), ("s1", 403), ("au", 403), ("d1", 403)])
def test_trap_6_nobody_but_the_requester_submits_it(
    office: Office, came_back: ApprovalTask, who: str, status: int
) -> None:
    before = everything(came_back)
    assert post(office, who, f"/tasks/{came_back.pk}/resubmit", revision=1).status_code == status
    assert everything(came_back) == before


def test_nobody_approves_or_rejects_a_request_that_came_back(office: Office, came_back: ApprovalTask) -> None:
    before = everything(came_back)

    refused = post(office, "cs", f"/tasks/{came_back.pk}/approve", revision=1)

    assert (refused.status_code, refused.json()["code"]) == (409, "task.asks_requester")
    asked = {"action": "approve", "tasks": [{"id": str(came_back.pk), "revision": 1}]}
    looked = post(office, "cs", "/tasks/batch/preview", **asked).json()
    assert [one["problem"]["code"] for one in looked["excluded"]] == ["task.asks_requester"]
    assert everything(came_back) == before


def test_trap_41_submitted_twice_is_submitted_once(office: Office, came_back: ApprovalTask) -> None:
    assert post(office, "cs", f"/tasks/{came_back.pk}/resubmit", revision=1).status_code == 200
    before = everything(came_back)

    again = post(office, "cs", f"/tasks/{came_back.pk}/resubmit", revision=1)

    assert (again.status_code, again.json()["code"]) == (409, "task.already_decided")
    assert everything(came_back) == before
    assert Decision.objects.filter(task=came_back.pk).count() == 1


def test_trap_40_a_supervisor_who_forces_or_cancels_it_clears_the_inbox(
    office: Office, came_back: ApprovalTask
) -> None:
    run = f"/instances/{came_back.instance}"
    shown = post(office, "s1", f"{run}/force-advance/preview", target="second")
    assert shown.status_code == 200, shown.content
    assert next((one["kind"], one["node"]) for one in shown.json()["effects"]) == ("cancels_task", "start")
    forced = post(office, "s1", f"{run}/force-advance", token=shown.json()["token"], reason="the customer waits")
    assert forced.status_code == 200, forced.content
    assert ApprovalTask.objects.get(pk=came_back.pk).status == "cancelled"
    assert get(office, "cs", "/tasks/summary")["todo"] == 0
    assert invariants.broken() == []


def test_an_approver_returns_it_to_the_requester_by_hand(office: Office) -> None:
    publish_graph(office, form(row()), key="asked")
    started = post(
        office, "cs", "/instances", definition="asked", subject={"type": "question", "id": "q-1"}, variables=GIVEN
    ).json()
    task = ApprovalTask.objects.get(instance=started["id"], status="open")
    shown = post(office, "f1", f"/tasks/{task.pk}/return/preview").json()
    [way] = shown["targets"]
    assert (way["node"], way["is_requester"], way["resumes"]) == ("start", True, ["restart", "back"])

    body = {"to": "start", "comment": "缺凭证", "revision": 1, "token": shown["token"], "resume": "back"}
    assert post(office, "f1", f"/tasks/{task.pk}/return", **body).status_code == 200

    mine = get(office, "cs", "/tasks?box=todo")["results"][0]
    came = get(office, "cs", f"/tasks/{mine['id']}")["resubmission"]["returned"]
    assert (came["outcome"], came["by_name"], came["comment"], came["node"]) == ("returned", "F1", "缺凭证", "first")
    assert post(office, "cs", f"/tasks/{mine['id']}/resubmit", revision=1).status_code == 200
    again = ApprovalTask.objects.get(instance=started["id"], status="open")
    assert (again.node, again.visit) == ("first", 2)
    assert invariants.broken() == []


def test_what_an_event_tells_cannot_be_declared_revisable(office: Office) -> None:
    drawing = form(row(on_reject=TO_REQUESTER), trigger="refund.requested", revisable=["refundAmount"])
    answer = post(office, "d1", "/definitions", key="told", title={"zh": "x", "en": "x"}, graph=drawing)
    problems = answer.json()["draft"]["problems"]
    assert [(one["code"], one["node"], one["path"]) for one in problems if one["code"].startswith("start.")] == [
        ("start.revises_event", "start", "revisable.0")
    ]
