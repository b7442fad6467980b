"""Answers that may be taken back for some seconds: who sees them, when they count, what overtakes them, and kills."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from approvals.actions.hold import bring_into_force, hold, take_back
from approvals.models import ApprovalTask, Decision, Notice, PendingAnswer
from bedrock.clock import now
from bedrock.errors import Conflict
from tests.approvals.conftest import TASK_PATH, Office, open_task, publish_flow, signed_in, start_run, state_of_rows
from tests.house import with_database
from tests.racing import at_once
from workflows import failpoints, scheduler
from workflows.actions.audit import By
from workflows.engine.events import Actor
from workflows.models import HistoryEvent
from workflows.runtime import Delivered

Run = Callable[..., Delivered]
pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parent.parent.parent


def post(office: Office, who: str, task: ApprovalTask, action: str, **body: Any) -> Any:
    return signed_in(office[who]).post(f"{TASK_PATH}/{task.pk}/{action}", body, format="json")


def approve(office: Office, who: str, task: ApprovalTask, *, seconds: int = 8, **body: Any) -> Any:
    return post(office, who, task, "approve", revision=1, undo_seconds=seconds, **body)


def box(office: Office, who: str) -> list[str]:
    return [one["id"] for one in signed_in(office[who]).get(TASK_PATH).json()["results"]]


def commit_at() -> datetime:
    return PendingAnswer.objects.get().commit_at


def voted(task: ApprovalTask) -> int:
    return HistoryEvent.objects.filter(instance=task.instance, kind="noted", data__what="voted").count()


@pytest.fixture
def task(run: Run) -> ApprovalTask:
    return open_task(run(now=now()))


def test_an_approval_waits_unseen_and_then_counts_once(office: Office, task: ApprovalTask) -> None:
    before = state_of_rows(task)

    told = approve(office, "f1", task, comment="fine").json()

    pending = told["task"]["pending"]
    assert (pending["answer"], pending["comment"]) == ("approve", "fine")
    assert datetime.fromisoformat(pending["commit_at"]) == commit_at()
    assert told["task"]["actions"] == ["undo", "cc", "comment"]
    assert (told["task"]["status"], told["task"]["votes"]) == ("open", [])
    assert [token["node"] for token in told["instance"]["tokens"]] == ["finance"]
    assert commit_at() - PendingAnswer.objects.get().at == timedelta(seconds=8)
    assert state_of_rows(task) == before
    # Who answered does not have it in the box any more; a colleague sees nothing of it.
    assert (box(office, "f1"), box(office, "f2")) == ([], [str(task.pk)])
    assert signed_in(office["f1"]).get(f"{TASK_PATH}/summary").json() == {"todo": 0, "overdue": 0, "cc": 0}
    assert signed_in(office["f2"]).get(f"{TASK_PATH}/summary").json() == {"todo": 1, "overdue": 0, "cc": 0}
    assert signed_in(office["f1"]).get(f"{TASK_PATH}/{task.pk}").json()["pending"]["comment"] == "fine"
    other = signed_in(office["f2"]).get(f"{TASK_PATH}/{task.pk}").json()
    assert (other["pending"], other["actions"][0]) == (None, "approve")

    assert bring_into_force(now=commit_at() - timedelta(milliseconds=1)) == 0
    assert state_of_rows(task) == before
    assert bring_into_force(now=commit_at()) == 1
    assert bring_into_force(now=now() + timedelta(hours=1)) == 0

    after = state_of_rows(task)
    assert (after["task"][0], after["decisions"]) == ("approved", [(str(office["f1"].pk), "approved")])
    decision = Decision.objects.get(task=task)
    assert (decision.comment, decision.source, voted(task)) == ("fine", "person", 1)
    assert PendingAnswer.objects.count() == 0
    assert ApprovalTask.objects.filter(instance=task.instance, node="ops", status="open").exists()


def test_an_answer_that_is_taken_back_was_never_given(office: Office, task: ApprovalTask) -> None:
    before = state_of_rows(task)
    post(office, "f1", task, "reject", revision=1, undo_seconds=8, comment="wrong button")

    back = post(office, "f1", task, "undo")

    assert (back.status_code, back.json()["pending"]) == (200, None)
    assert back.json()["actions"] == ["approve", "reject", "return", "claim", "transfer", "add-signer", "cc", "comment"]
    assert box(office, "f1") == [str(task.pk)]
    assert bring_into_force(now=now() + timedelta(hours=1)) == 0
    assert state_of_rows(task) == before
    assert voted(task) == 0
    assert approve(office, "f1", task, seconds=0).json()["task"]["status"] == "approved"


def test_without_seconds_an_answer_counts_at_once(office: Office, task: ApprovalTask) -> None:
    told = post(office, "f1", task, "approve", revision=1).json()

    assert (told["task"]["status"], told["task"]["pending"]) == ("approved", None)
    assert PendingAnswer.objects.count() == 0


def test_an_answer_counts_at_once_when_the_time_of_the_task_is_nearer(office: Office) -> None:
    publish_flow(office, key="short", timeouts=[{"after": "PT1M", "clock": "wall", "do": "reject"}])
    task = open_task(start_run(office, key="short", now=now() - timedelta(seconds=55)))

    told = approve(office, "f1", task).json()

    assert (told["task"]["status"], told["task"]["pending"]) == ("approved", None)
    assert PendingAnswer.objects.count() == 0


def test_what_would_be_refused_is_refused_at_once_and_kept_by_nobody(office: Office, task: ApprovalTask) -> None:
    before = state_of_rows(task)

    heard = [
        approve(office, "o1", task), approve(office, "cs", task), approve(office, "s1", task),
        post(office, "f1", task, "reject", revision=1, undo_seconds=8),
        post(office, "f1", task, "approve", revision=7, undo_seconds=8),
        approve(office, "f1", task, seconds=61), approve(office, "f1", task, seconds=-1),
        post(office, "f1", task, "transfer", revision=1, undo_seconds=8, to={"kind": "user", "key": "b1"}),
        post(office, "f1", task, "undo"), post(office, "o1", task, "undo"),
    ]  # fmt: skip

    assert [(one.status_code, one.json()["code"]) for one in heard] == [
        (404, "task.unknown"), (403, "task.own_request"), (403, "task.not_yours"),
        (422, "task.comment_required"), (409, "task.revision_conflict"),
        (422, "input.invalid"), (422, "input.invalid"), (422, "input.invalid"),
        (409, "task.nothing_to_undo"), (404, "task.unknown"),
    ]  # fmt: skip
    assert PendingAnswer.objects.count() == 0
    assert state_of_rows(task) == before


def test_trap_28_a_held_answer_is_changed_only_by_taking_it_back(office: Office, task: ApprovalTask) -> None:
    approve(office, "f1", task)

    again = post(office, "f1", task, "reject", revision=1, undo_seconds=8, comment="no")

    assert (again.status_code, again.json()["code"], again.json()["answer"]) == (409, "task.answer_pending", "approve")
    assert PendingAnswer.objects.get().name == "approve"
    post(office, "f1", task, "undo")
    assert post(office, "f1", task, "reject", revision=1, undo_seconds=8, comment="no").status_code == 200
    assert PendingAnswer.objects.get().name == "reject"


def test_trap_25_who_is_overtaken_meanwhile_is_told_and_nothing_else_happens(
    office: Office, task: ApprovalTask
) -> None:
    approve(office, "f1", task)
    post(office, "f2", task, "reject", revision=1, comment="no")
    before = state_of_rows(task)

    assert bring_into_force(now=commit_at()) == 1

    assert state_of_rows(task) == before
    assert PendingAnswer.objects.count() == 0
    notice = Notice.objects.get()
    assert (notice.user, notice.cause, notice.task) == (office["f1"], "overtaken", task.pk)
    assert notice.title == {"zh": "你的「同意」没有生效", "en": "Your approval did not count"}
    assert notice.text == {"zh": "F2 先驳回了这一单。", "en": "F2 was faster: rejected."}
    shown = signed_in(office["f1"]).get("/api/v1/notices").json()["results"]
    assert [one["task"] for one in shown] == [str(task.pk)]
    assert signed_in(office["f2"]).get("/api/v1/notices").json()["results"] == []


def test_who_answers_twice_is_not_told_that_they_were_overtaken_by_themselves(
    office: Office, task: ApprovalTask
) -> None:
    approve(office, "f1", task)
    approve(office, "f1", task, seconds=0)

    assert bring_into_force(now=commit_at()) == 1

    assert (Notice.objects.count(), voted(task), PendingAnswer.objects.count()) == (0, 1, 0)


def test_what_was_answered_in_time_counts_though_the_house_slept_over_the_deadline(
    office: Office, task: ApprovalTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve(office, "f1", task)
    due = ApprovalTask.objects.get(pk=task.pk).due_at
    assert due is not None
    monkeypatch.setattr(scheduler, "now", lambda: due + timedelta(hours=5))

    scheduler.sweep_timers()

    task = ApprovalTask.objects.get(pk=task.pk)
    assert (str(task.status), task.scopes, task.decided_by_name) == ("approved", [], "F1")


def test_two_voters_of_a_countersign_hold_their_answers_beside_each_other(office: Office) -> None:
    publish_flow(office, key="both", mode="all")
    task = open_task(start_run(office, key="both", now=now()))

    for who in ("f1", "f2"):
        assert approve(office, who, task).json()["task"]["pending"] is not None

    assert bring_into_force(now=now() + timedelta(seconds=9)) == 2
    assert str(ApprovalTask.objects.get(pk=task.pk).status) == "approved"
    assert voted(task) == 2


def test_taking_back_and_the_end_of_the_time_at_once_give_one_of_the_two(office: Office, run: Run) -> None:
    heard = set()
    for number in range(12):
        task = open_task(run(order=f"ORD{number}", now=now()))
        approve(office, "f1", task)
        late = commit_at()

        def back(task: ApprovalTask = task) -> str:
            try:
                take_back(task.pk, user=office["f1"])
            except Conflict as refusal:
                return refusal.code
            return "taken back"

        def sweep(late: datetime = late) -> str:
            return f"moved {bring_into_force(now=late)}"

        answers = (*at_once(back, sweep, sweep)[:1], str(ApprovalTask.objects.get(pk=task.pk).status))
        heard.add(answers)
        assert (voted(task), PendingAnswer.objects.count()) == (int(answers[1] == "approved"), 0)

    assert heard <= {("taken back", "open"), ("task.nothing_to_undo", "approved")}
    assert Notice.objects.count() == 0


@pytest.mark.parametrize("point", ["deliver.before_commit", "deliver.after_commit"])
def test_an_answer_whose_process_is_killed_on_the_way_counts_once(
    office: Office, task: ApprovalTask, point: str
) -> None:
    approve(office, "f1", task)
    late = commit_at()

    died = sweep_in_a_process(late, failpoint=f"{point}:kill9")

    assert died.returncode == -9, died.stderr
    assert PendingAnswer.objects.count() == int(point == "deliver.before_commit")
    assert bring_into_force(now=late) == int(point == "deliver.before_commit")
    assert (voted(task), Decision.objects.filter(task=task).count(), PendingAnswer.objects.count()) == (1, 1, 0)
    assert (str(ApprovalTask.objects.get(pk=task.pk).status), Notice.objects.count()) == ("approved", 0)


def test_an_answer_that_breaks_is_kept_and_tried_again_later(
    office: Office, task: ApprovalTask, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    approve(office, "f1", task)
    late, before = commit_at(), state_of_rows(task)
    settings.ORDERFLOW_FAILPOINT = "deliver.before_commit:raise"

    assert bring_into_force(now=late) == 0

    assert ("answer broke", state_of_rows(task)) == (caplog.messages[-1], before)
    settings.ORDERFLOW_FAILPOINT = ""
    assert (bring_into_force(now=late), bring_into_force(now=late + timedelta(seconds=10))) == (0, 1)
    assert voted(task) == 1


def test_an_answer_that_dies_before_it_is_kept_was_never_given(
    office: Office, task: ApprovalTask, settings: Any
) -> None:
    settings.ORDERFLOW_FAILPOINT = "answer.held:raise"
    person = office["f1"]
    by = By(actor=Actor(id=str(person.pk), name="F1", source="person"), ip=None)

    with pytest.raises(failpoints.Broken), transaction.atomic():
        hold(task.pk, name="approve", payload={"revision": 1}, seconds=8, user=person, by=by, now=now())

    assert PendingAnswer.objects.count() == 0


def sweep_in_a_process(at: datetime, *, failpoint: str) -> "subprocess.CompletedProcess[str]":
    """Bring answers into force in a process of its own, on the database of this test."""
    database = with_database(os.environ["DATABASE_URL"], str(connection.settings_dict["NAME"]))
    script = (
        "import django; django.setup(); from datetime import datetime; "
        "from approvals.actions.hold import bring_into_force; "
        f"print(bring_into_force(now=datetime.fromisoformat({at.isoformat()!r})))"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": database,
        "ORDERFLOW_FAILPOINT": failpoint, "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
