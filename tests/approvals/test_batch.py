"""Many tasks answered at once: what the preview leaves out and why, and that each is decided for itself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from approvals.models import ApprovalTask
from bedrock.clock import now
from tests.approvals.conftest import (
    TASK_PATH,
    Office,
    open_task,
    publish_graph,
    signed_in,
    start_run,
    state_of_rows,
)
from tests.approvals.office import MONDAY
from workflows.actions import instances
from workflows.engine.events import Actor
from workflows.engine.state import Subject
from workflows.models import HistoryEvent, Instance, StoredAnswer
from workflows.runtime import Delivered

Run = Callable[..., Delivered]
pytestmark = pytest.mark.django_db(transaction=True)


def preview(user: User, *tasks: ApprovalTask | dict[str, Any], action: str = "approve", **more: Any) -> Any:
    looked = [{"id": str(one.pk), "revision": one.revision} if isinstance(one, ApprovalTask) else one for one in tasks]
    body = {"action": action, "tasks": looked, **more}
    return signed_in(user).post(f"{TASK_PATH}/batch/preview", body, format="json")


def run_batch(user: User, token: str | None) -> Any:
    return signed_in(user).post(f"{TASK_PATH}/batch", {"token": token}, format="json")


def ids(*tasks: ApprovalTask) -> list[str]:
    return [str(task.pk) for task in tasks]


def two_sided_graph() -> dict[str, Any]:
    """start → fork → left and right, both asking finance, → join → yes."""
    sides = ("left", "right")
    return {
        "format": 1,
        "nodes": [
            {"id": "start", "type": "start"},
            {"id": "fork", "type": "parallel", "config": {"branches": [{"port": side} for side in sides]}},
            *(
                {"id": side, "type": "approval", "config": {"assign": [{"kind": "group", "group": "finance"}]}}
                for side in sides
            ),
            {"id": "join", "type": "parallel", "config": {"branches": []}},
            {"id": "yes", "type": "end"},
            {"id": "no", "type": "terminate"},
        ],
        "edges": [
            {"id": "e0", "from": "start", "to": "fork"},
            *({"id": f"f-{side}", "from": "fork", "port": side, "to": side} for side in sides),
            *({"id": f"j-{side}", "from": side, "port": "approved", "to": "join"} for side in sides),
            *({"id": f"n-{side}", "from": side, "port": "rejected", "to": "no"} for side in sides),
            {"id": "e9", "from": "join", "to": "yes"},
        ],
    }


def test_a_batch_answers_each_task_as_it_would_be_answered_alone(office: Office, run: Run) -> None:
    first, second = (open_task(run(order=f"ORD{number}")) for number in (1, 2))

    shown = preview(office["f1"], first, second, comment="seen").json()
    done = run_batch(office["f1"], shown["token"])

    assert (shown["included"], shown["excluded"]) == (ids(first, second), [])
    assert done.status_code == 200, done.content
    assert done.json() == {"results": [{"id": one, "done": True, "problem": None} for one in ids(first, second)]}
    for task in (ApprovalTask.objects.get(pk=one.pk) for one in (first, second)):
        assert (str(task.status), task.decided_by_name) == ("approved", "F1")
        assert [(one.outcome, one.comment) for one in task.decisions.all()] == [("approved", "seen")]
        assert ApprovalTask.objects.get(instance=task.instance, status="open").node == "ops"


def test_a_preview_changes_nothing(office: Office, run: Run) -> None:
    task = open_task(run())
    before = (state_of_rows(task), HistoryEvent.objects.count(), Instance.objects.get().seq)

    assert preview(office["f1"], task).status_code == 200

    assert (state_of_rows(task), HistoryEvent.objects.count(), Instance.objects.get().seq) == before
    assert not StoredAnswer.objects.exists()


def test_the_preview_says_of_each_task_why_it_is_left_out(office: Office, run: Run) -> None:
    fine, decided, moved, hidden = (open_task(run(order=f"ORD{number}")) for number in range(4))
    own = open_task(run(order="ORD5", requester="f1"))
    signed_in(office["f2"]).post(f"{TASK_PATH}/{decided.pk}/approve", {"revision": 1}, format="json")
    signed_in(office["f2"]).post(
        f"{TASK_PATH}/{hidden.pk}/transfer",
        {"revision": 1, "to": {"kind": "user", "key": "f2"}, "comment": "mine"}, format="json",
    )  # fmt: skip
    nobody = uuid4()

    shown = preview(
        office["f1"], fine, decided, {"id": str(moved.pk), "revision": 9}, hidden, own,
        {"id": str(nobody), "revision": 1},
    ).json()  # fmt: skip

    assert shown["included"] == ids(fine)
    assert [(one["id"], one["problem"]["code"]) for one in shown["excluded"]] == [
        (str(decided.pk), "task.already_decided"),
        (str(moved.pk), "task.revision_conflict"),
        (str(hidden.pk), "task.not_yours"),
        (str(own.pk), "task.own_request"),
        (str(nobody), "task.unknown"),
    ]
    assert shown["excluded"][0]["problem"]["params"]["decided_by"] == "F2"


def test_a_rejection_without_a_reason_is_left_out_and_nothing_can_be_run(office: Office, run: Run) -> None:
    task = open_task(run())

    shown = preview(office["f1"], task, action="reject").json()

    assert (shown["included"], shown["token"]) == ([], None)
    assert [one["problem"]["code"] for one in shown["excluded"]] == ["task.comment_required"]


def test_rejecting_together_gives_every_requester_the_same_reason(office: Office, run: Run) -> None:
    tasks = [open_task(run(order=f"ORD{number}")) for number in (1, 2)]

    shown = preview(office["f1"], *tasks, action="reject", comment="out of stock").json()
    run_batch(office["f1"], shown["token"])

    assert sorted(ApprovalTask.objects.values_list("status", flat=True)) == ["rejected", "rejected"]
    assert [task.decisions.get().comment for task in tasks] == ["out of stock", "out of stock"]


def test_money_is_summed_exactly_and_by_currency(office: Office, run: Run) -> None:
    asker = office["cs"]

    def ask(number: int, amount: str, currency: str) -> ApprovalTask:
        facts = (
            {"key": "orderNo", "label": {}, "value": f"ORD{number}"},
            {"key": "refundAmount", "label": {}, "value": {"amount": amount, "currency": currency}},
            {"key": "orderTotal", "label": {}, "value": {"amount": "999.00", "currency": currency}},
        )
        subject = Subject(type="refund", id=f"m-{number}", title=f"ORD{number}", facts=facts)
        actor = Actor(id=str(asker.pk), name="CS")
        return open_task(
            instances.start("refund", subject=subject, variables={}, requester=str(asker.pk), actor=actor, now=MONDAY)
        )

    run(order="PLAIN")
    tasks = [ask(1, "0.10", "CNY"), ask(2, "0.20", "CNY"), ask(3, "5.00", "USD"), ApprovalTask.objects.get(
        subject_id="r-PLAIN"
    )]  # fmt: skip

    assert preview(office["f1"], *tasks).json()["sums"] == [
        {"amount": "0.30", "currency": "CNY"}, {"amount": "5.00", "currency": "USD"},
    ]  # fmt: skip


def test_every_check_is_made_again_and_one_that_fails_holds_up_no_other(office: Office, run: Run) -> None:
    first, second, third = (open_task(run(order=f"ORD{number}")) for number in (1, 2, 3))
    token = preview(office["f1"], first, second, third).json()["token"]
    signed_in(office["f2"]).post(f"{TASK_PATH}/{second.pk}/reject", {"revision": 1, "comment": "no"}, format="json")
    before = state_of_rows(second)

    results = run_batch(office["f1"], token).json()["results"]

    assert [(one["id"], one["done"]) for one in results] == list(
        zip(ids(first, second, third), [True, False, True], strict=True)
    )
    assert results[1]["problem"]["code"] == "task.already_decided"
    assert results[1]["problem"]["params"]["outcome"] == "rejected"
    assert state_of_rows(second) == before


def test_the_same_token_again_gives_the_stored_answer_and_decides_nothing_twice(office: Office, run: Run) -> None:
    task = open_task(run())
    token = preview(office["f1"], task).json()["token"]
    first = run_batch(office["f1"], token)
    before = (state_of_rows(task), HistoryEvent.objects.count())

    again = run_batch(office["f1"], token)

    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.content == first.content
    assert (state_of_rows(task), HistoryEvent.objects.count()) == before


def test_a_token_of_somebody_else_or_of_long_ago_does_nothing(office: Office, run: Run) -> None:
    task = open_task(run())
    token = preview(office["f1"], task).json()["token"]
    before = state_of_rows(task)

    foreign = run_batch(office["f2"], token)
    forged = run_batch(office["f1"], token[:-1] + ("A" if token[-1] != "A" else "B"))

    assert (foreign.status_code, foreign.json()["code"]) == (409, "tasks.stale_batch")
    assert (forged.status_code, forged.json()["code"]) == (409, "tasks.stale_batch")
    assert state_of_rows(task) == before


def test_a_preview_is_good_for_five_minutes(office: Office, run: Run) -> None:
    task = open_task(run())
    client = signed_in(office["f1"])  # a session of one's own outlives the preview
    body = {"action": "approve", "tasks": [{"id": str(task.pk), "revision": 1}]}
    token = client.post(f"{TASK_PATH}/batch/preview", body, format="json").json()["token"]

    with time_machine.travel(now() + timedelta(seconds=301), tick=False):
        late = client.post(f"{TASK_PATH}/batch", {"token": token}, format="json")

    assert (late.status_code, late.json()["code"]) == (409, "tasks.stale_batch")
    assert state_of_rows(task)["task"][0] == "open"


def test_two_tasks_of_one_run_are_both_answered(office: Office) -> None:
    publish_graph(office, two_sided_graph(), key="fork")
    start_run(office, key="fork")
    mine = list(ApprovalTask.objects.filter(status="open"))
    assert len(mine) == 2

    results = run_batch(office["f1"], preview(office["f1"], *mine).json()["token"]).json()["results"]

    assert [one["done"] for one in results] == [True, True]
    assert not ApprovalTask.objects.filter(pk__in=ids(*mine), status="open").exists()


def test_a_list_that_names_a_task_twice_or_too_many_is_refused(office: Office, run: Run) -> None:
    task = open_task(run())

    twice = preview(office["f1"], task, task)
    many = preview(office["f1"], *[{"id": str(uuid4()), "revision": 1} for _ in range(101)])

    assert (twice.status_code, twice.json()["code"]) == (422, "tasks.repeated")
    assert (many.status_code, many.json()["code"]) == (422, "input.invalid")


def test_a_batch_costs_the_same_statements_for_two_tasks_as_for_twenty(office: Office, run: Run) -> None:
    def cost(count: int) -> tuple[int, int]:
        tasks = [open_task(run(order=f"ORD{count}-{number}")) for number in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as looking:
            token = preview(office["f1"], *tasks).json()["token"]
        with CaptureQueriesContext(connection) as answering:
            results = run_batch(office["f1"], token).json()["results"]
        assert [one["done"] for one in results] == [True] * count
        return len(looking), len(answering)

    cost(1)  # prepared statements and plans are made once

    assert cost(2) == cost(20)
