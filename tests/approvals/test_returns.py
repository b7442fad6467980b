"""Sending a run back from a task: what is offered, what is taken away, and that no old vote is ever counted."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from approvals.actions import send_back as door
from approvals.models import ApprovalTask, Assignment, Decision
from bedrock.errors import OrderflowError
from tests.approvals.conftest import (
    TASK_PATH,
    Office,
    open_task,
    publish_graph,
    refund_graph,
    signed_in,
    start_run,
    state_of_rows,
)
from tests.approvals.office import MONDAY, actor, world
from workflows import invariants
from workflows.engine.facts import Noted, Returned
from workflows.models import AuditEntry, HistoryEvent, Instance, Timer
from workflows.runtime import Delivered
from workflows.testing import Harness

Run = Callable[..., Delivered]
pytestmark = pytest.mark.django_db(transaction=True)
INSTANCES = "/api/v1/instances"
SIDES = ("left", "right")


def ask(*people: str, **config: Any) -> dict[str, Any]:
    return {"assign": [{"kind": "user", "user": name} for name in people], **config}


def row(**second: Any) -> dict[str, Any]:
    """start → first (f1, f2 all) → second (o1, o2 all) → yes; rejected: no."""
    return {
        "format": 1,
        "nodes": [
            {"id": "start", "type": "start", "config": {}},
            {"id": "first", "type": "approval", "config": ask("f1", "f2", mode="all")},
            {"id": "second", "type": "approval", "config": ask("o1", "o2", mode="all", **second)},
            {"id": "yes", "type": "end"},
            {"id": "no", "type": "end"},
        ],
        "edges": [
            {"id": "e0", "from": "start", "to": "first"},
            {"id": "e1", "from": "first", "port": "approved", "to": "second"},
            {"id": "e2", "from": "first", "port": "rejected", "to": "no"},
            {"id": "e3", "from": "second", "port": "approved", "to": "yes"},
            {"id": "e4", "from": "second", "port": "rejected", "to": "no"},
        ],
    }


def fork(**config: Any) -> dict[str, Any]:
    """start → first → fork → left (o1) and right (b1, two hours) → join → yes."""
    late = [{"after": "PT2H", "clock": "wall", "do": "reject"}]
    return {
        "format": 1,
        "nodes": [
            {"id": "start", "type": "start", "config": {}},
            {"id": "first", "type": "approval", "config": ask("f1")},
            {"id": "fork", "type": "parallel", "config": {"branches": [{"port": side} for side in SIDES]}},
            {"id": "left", "type": "approval", "config": ask("o1", **config)},
            {"id": "right", "type": "approval", "config": ask("b1", timeouts=late)},
            {"id": "join", "type": "parallel", "config": {"branches": []}},
            {"id": "yes", "type": "end"},
            {"id": "stop", "type": "terminate"},
        ],
        "edges": [
            {"id": "e0", "from": "start", "to": "first"},
            {"id": "e1", "from": "first", "port": "approved", "to": "fork"},
            {"id": "e2", "from": "first", "port": "rejected", "to": "stop"},
            *({"id": f"f-{side}", "from": "fork", "port": side, "to": side} for side in SIDES),
            *({"id": f"j-{side}", "from": side, "port": "approved", "to": "join"} for side in SIDES),
            *({"id": f"r-{side}", "from": side, "port": "rejected", "to": "stop"} for side in SIDES),
            {"id": "e9", "from": "join", "to": "yes"},
        ],
    }


def played(drawing: dict[str, Any], *answers: tuple[str, str]) -> Harness:
    run = Harness(drawing, world=world(), now=MONDAY)
    run.start(requester="8")
    for node, who in answers:
        run.signal(node, "approve", actor=actor(who), revision=1)
    return run


FIRST = (("first", "1"), ("first", "2"))


def returns(run: Harness, node: str, who: str, **more: Any) -> None:
    run.signal(node, "return", actor=actor(who), **({"revision": 1, "comment": "缺凭证", "to": "first"} | more))


def test_trap_31_votes_of_an_older_visit_are_kept_and_never_counted() -> None:
    run = played(row(), *FIRST, ("second", "5"))
    assert [answer["by"] for answer in run.token_at("second").data["answers"]] == ["5"]

    returns(run, "second", "6")

    assert (run.where(), run.token_at("first").visit) == (["first"], 2)
    assert run.token_at("first").data["answers"] == []
    run.signal("first", "approve", actor=actor("1"), revision=1)
    assert run.where() == ["first"]  # one of two
    run.signal("first", "approve", actor=actor("2"), revision=1)
    assert run.token_at("second").data["answers"] == []
    voted = [fact.visit for fact in run.facts if isinstance(fact, Noted) and fact.what == "voted"]
    assert voted == [1, 1, 1, 2, 2]


def test_what_was_said_is_in_the_fact_and_the_paper_closes_the_task_as_returned() -> None:
    run = played(row(), *FIRST)

    returns(run, "second", "6")

    [fact] = [fact for fact in run.facts if isinstance(fact, Returned)]
    assert fact.why == {"outcome": "returned", "by": "6", "by_name": "O2", "comment": "缺凭证"}
    closing = run.inline[-2].payload
    assert (closing["op"], closing["status"], closing["by"]) == ("close", "returned", "6")
    assert [(one["outcome"], one["by"]) for one in closing["decisions"]] == [("returned", "6")]


@pytest.mark.parametrize(
    ("who", "more", "code"),
    [
        ("6", {"comment": "  "}, "task.comment_required"),
        ("6", {"revision": 2}, "task.revision_conflict"),
        ("6", {"resume": "sideways"}, "return.unknown_resume"),
        ("6", {"to": "second"}, "return.not_an_earlier_step"),
        ("6", {"to": "yes"}, "return.not_an_earlier_step"),
        ("6", {"seen": 1}, "return.stale_token"),
        ("1", {}, "task.not_yours"),
        ("8", {}, "task.own_request"),
    ],
)
def test_what_is_refused_changes_nothing(who: str, more: dict[str, Any], code: str) -> None:
    run = played(row(), *FIRST)
    before, told = run.state.copy(), len(run.facts)

    with pytest.raises(OrderflowError) as caught:
        returns(run, "second", who, **more)

    assert caught.value.code == code
    assert (run.state, len(run.facts)) == (before, told)


def test_a_step_may_forbid_to_return_and_to_return_more_often() -> None:
    run = played(row(returns="nowhere"), *FIRST)
    with pytest.raises(OrderflowError) as caught:
        returns(run, "second", "6")
    assert caught.value.code == "return.not_here"

    run = played(row(return_rounds=1), *FIRST)
    returns(run, "second", "6")
    for who in ("1", "2"):
        run.signal("first", "approve", actor=actor(who), revision=1)
    with pytest.raises(OrderflowError) as caught:
        returns(run, "second", "6")
    assert (caught.value.code, caught.value.fields["limit"]) == ("return.limit", 1)


def test_trap_32_the_policy_of_the_step_says_whether_a_return_may_leave_the_fork() -> None:
    run = played(fork(), ("first", "1"))
    with pytest.raises(OrderflowError) as caught:
        returns(run, "left", "5")
    assert (caught.value.code, caught.value.fields["beside"]) == ("return.leaves_branch", ["right"])

    run = played(fork(returns="anywhere"), ("first", "1"))
    returns(run, "left", "5")
    assert run.where() == ["first"]
    statuses = [work.payload["status"] for work in run.inline if work.payload["op"] == "close"]
    assert statuses == ["approved", "returned", "cancelled"]


# over HTTP


def post(user: Any, path: str, **body: Any) -> Any:
    return signed_in(user).post(path, body, format="json")


def look(office: Office, task: ApprovalTask, who: str) -> dict[str, Any]:
    response = post(office[who], f"{TASK_PATH}/{task.pk}/return/preview")
    assert response.status_code == 200, response.content
    return dict(response.json())


def go(office: Office, task: ApprovalTask, who: str, token: str, **more: Any) -> Any:
    body = {"to": "finance", "comment": "缺凭证", "revision": 1, "token": token, **more}
    return post(office[who], f"{TASK_PATH}/{task.pk}/return", **body)


def at_ops(office: Office, run: Run) -> ApprovalTask:
    delivered = run()
    assert post(office["f1"], f"{TASK_PATH}/{open_task(delivered).pk}/approve", revision=1).status_code == 200
    return open_task(delivered, node="ops")


def test_the_preview_names_the_steps_what_is_cancelled_and_who_is_asked(office: Office, run: Run) -> None:
    task = at_ops(office, run)
    before = (state_of_rows(task), HistoryEvent.objects.count())

    found = look(office, task, "o1")

    target, start = found["targets"]
    assert (start["node"], start["is_requester"], target["is_requester"]) == ("start", True, False)
    assert (target["node"], target["name"], target["visit"]) == ("finance", {"zh": "财务复核", "en": "Finance"}, 1)
    assert (target["resumes"], target["refused"]) == (["restart", "back"], None)
    assert [(one["kind"], one["node"]) for one in target["effects"]] == [
        ("cancels_task", "ops"), ("enters_node", "finance"),
    ]  # fmt: skip
    assert [one["key"] for one in target["asks"]] == ["finance"]
    assert (state_of_rows(task), HistoryEvent.objects.count()) == before


def test_a_return_closes_the_task_asks_anew_and_is_on_record(office: Office, run: Run) -> None:
    task = at_ops(office, run)

    response = go(office, task, "o1", look(office, task, "o1")["token"])

    assert response.status_code == 200, response.content
    body = response.json()
    assert (body["task"]["status"], body["task"]["decided_by"], body["task"]["actions"]) == ("returned", "O1", [])
    assert (body["task"]["votes"][0]["outcome"], body["task"]["votes"][0]["comment"]) == ("returned", "缺凭证")
    assert [(token["node"], token["visit"]) for token in body["instance"]["tokens"]] == [("finance", 2)]
    assert state_of_rows(task)["decisions"] == [(str(office["o1"].pk), "returned")]
    again = ApprovalTask.objects.get(node="finance", visit=2)
    assert (str(again.status), again.votes) == ("open", [])
    assert Decision.objects.filter(task__node="finance", task__visit=1).count() == 1  # history keeps it
    done = signed_in(office["o1"]).get(f"{TASK_PATH}?box=done").json()["results"]
    assert [one["id"] for one in done] == [str(task.pk)]
    assert invariants.broken() == []


def test_a_return_whose_run_moved_since_the_preview_is_refused_and_changes_nothing(office: Office) -> None:
    publish_graph(office, row(), key="row")
    delivered = start_run(office, key="row")
    for who in ("f1", "f2"):
        post(office[who], f"{TASK_PATH}/{open_task(delivered, node='first').pk}/approve", revision=1)
    task = open_task(delivered, node="second")
    token = look(office, task, "o2")["token"]
    post(office["o1"], f"{TASK_PATH}/{task.pk}/approve", revision=1)
    before = state_of_rows(task)

    response = go(office, task, "o2", token, to="first")

    assert (response.status_code, response.json()["code"]) == (409, "return.stale_token")
    assert state_of_rows(task) == before
    assert go(office, task, "o2", "x", to="first").json()["code"] == "return.stale_token"
    assert state_of_rows(task) == before


def test_anothers_preview_is_worth_nothing(office: Office, run: Run) -> None:
    task = at_ops(office, run)
    token = look(office, task, "o1")["token"]
    before = state_of_rows(task)

    response = go(office, task, "o2", token)

    assert (response.status_code, response.json()["code"]) == (409, "return.stale_token")
    assert state_of_rows(task) == before


def test_who_came_too_late_with_the_old_page_open_is_told_so(office: Office, run: Run) -> None:
    task = at_ops(office, run)
    go(office, task, "o1", look(office, task, "o1")["token"])

    late = post(office["o2"], f"{TASK_PATH}/{task.pk}/approve", revision=1)

    assert (late.status_code, late.json()["code"]) == (409, "task.already_decided")
    assert late.json()["outcome"] == "returned"
    assert ApprovalTask.objects.filter(status="open").count() == 1


def test_trap_32_tasks_seats_and_timers_of_the_branches_beside_are_gone_in_the_same_commit(office: Office) -> None:
    publish_graph(office, fork(returns="anywhere"), key="fork")
    delivered = start_run(office, key="fork")
    post(office["f1"], f"{TASK_PATH}/{open_task(delivered, node='first').pk}/approve", revision=1)
    task = open_task(delivered, node="left")
    assert Timer.objects.filter(instance=delivered.instance_id).count() == 1
    kinds = [(one["kind"], one["node"]) for one in look(office, task, "o1")["targets"][0]["effects"]]
    assert ("cancels_task", "right") in kinds
    assert ("cancels_timer", "right") in kinds

    response = go(office, task, "o1", look(office, task, "o1")["token"], to="first", resume="back")

    assert response.status_code == 200, response.content
    assert [one["node"] for one in response.json()["instance"]["tokens"]] == ["first"]
    assert ApprovalTask.objects.get(node="right").status == "cancelled"
    assert Assignment.objects.filter(status="open").values_list("task__node", flat=True).get() == "first"
    assert not Timer.objects.filter(instance=delivered.instance_id).exists()


def test_trap_35_the_returning_step_is_asked_next_when_it_is_still_on_the_way(office: Office) -> None:
    drawing = refund_graph()
    publish_graph(office, drawing, key="refund")
    delivered = start_run(office)
    post(office["f1"], f"{TASK_PATH}/{open_task(delivered).pk}/approve", revision=1)
    task = open_task(delivered, node="ops")
    go(office, task, "o1", look(office, task, "o1")["token"], resume="back")

    post(office["f1"], f"{TASK_PATH}/{open_task(delivered).pk}/approve", revision=1)

    assert [fact.kind for fact in HistoryEvent.objects.filter(instance=delivered.instance_id).order_by("seq")][-3:] == [
        "noted", "resumed", "waited",
    ]  # fmt: skip
    assert open_task(delivered, node="ops").visit == 2


def test_a_supervisor_sends_a_run_back_with_a_reason_and_that_stays_on_record(office: Office, run: Run) -> None:
    task = at_ops(office, run)
    path = f"{INSTANCES}/{task.instance}/return"
    shown = post(office["s1"], f"{path}/preview", target="finance").json()
    assert [(one["kind"], one["node"]) for one in shown["effects"]] == [
        ("cancels_task", "ops"), ("enters_node", "finance"),
    ]  # fmt: skip

    done = post(office["s1"], path, token=shown["token"], reason="材料不全请补")

    assert done.status_code == 200, done.content
    assert Instance.objects.get(pk=task.instance).state["tokens"][0]["node"] == "finance"
    entry = AuditEntry.objects.get(action="instance.return")
    assert entry.after is not None
    assert (entry.reason, entry.after["target"]) == ("材料不全请补", "finance")
    assert ApprovalTask.objects.get(pk=task.pk).status == "cancelled"


def test_a_supervisor_sends_no_run_back_to_where_nobody_was(office: Office, run: Run) -> None:
    task = at_ops(office, run)
    before = state_of_rows(task)

    response = post(office["s1"], f"{INSTANCES}/{task.instance}/return/preview", target="paid")

    assert (response.status_code, response.json()["code"]) == (422, "return.not_an_earlier_step")
    assert post(office["s1"], f"{INSTANCES}/{task.instance}/return/preview").json()["code"] == "return.target_required"
    assert state_of_rows(task) == before


def test_a_preview_is_good_for_five_minutes(office: Office, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    task = at_ops(office, run)
    token = look(office, task, "o1")["token"]
    monkeypatch.setattr(door, "TOKEN_SECONDS", timedelta(seconds=-1))

    response = go(office, task, "o1", token)

    assert (response.status_code, response.json()["code"]) == (409, "return.stale_token")
