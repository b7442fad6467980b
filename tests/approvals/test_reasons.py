"""Why me, why not me: the trace of the assignment, for whoever looks, and no more of it than is their business."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.models import Absence
from approvals.reasons import shown_trace
from tests.approvals.conftest import TASK_PATH, Office, open_task, publish_flow, signed_in, start_run
from tests.approvals.office import MONDAY
from workflows.runtime import Delivered

Run = Callable[..., Delivered]
pytestmark = pytest.mark.django_db


def line(code: str, key: str, kind: str = "user", **params: Any) -> dict[str, Any]:
    return {"code": code, "kind": kind, "key": key, "name": {"zh": key, "en": key}, "params": params}


TRACE = [
    {
        "at": MONDAY.isoformat(), "cause": "opened",
        "lines": [
            line("assigned.pool", "finance", "group", members=["F1", "F2"], count=2),
            line("skipped.away", "f1"),
            line("skipped.inactive", "f2"),
            line("skipped.no_role", "b2"),
            line("skipped.delegate", "b1", reason="away", owner="F2"),
            line("skipped.delegate", "b1", reason="voted", owner="F2"),
            line("skipped.duplicate", "o1"),
        ],
    }
]  # fmt: skip


def said(trace: Any) -> list[tuple[str, str]]:
    return [
        (one["key"], one["code"] + ("." + one["params"]["reason"] if "reason" in one["params"] else ""))
        for run in trace
        for one in run["lines"]
    ]


def test_others_learn_that_somebody_could_not_and_not_what_keeps_them() -> None:
    assert said(shown_trace(TRACE, to="cs", sees_all=False)) == [
        ("finance", "assigned.pool"), ("f1", "skipped.unavailable"), ("f2", "skipped.unavailable"),
        ("b2", "skipped.unavailable"), ("b1", "skipped.delegate.unable"), ("b1", "skipped.delegate.voted"),
        ("o1", "skipped.duplicate"),
    ]  # fmt: skip


def test_everybody_learns_all_about_themselves_and_who_supervises_all_about_everybody() -> None:
    assert said(shown_trace(TRACE, to="f1", sees_all=False))[1] == ("f1", "skipped.away")
    assert shown_trace(TRACE, to="cs", sees_all=True) == TRACE


def reasons(office: Office, who: str, run: Delivered) -> Any:
    return signed_in(office[who]).get(f"/api/v1/instances/{run.instance_id}/reasons")


def test_the_page_of_a_run_tells_why_of_each_task_and_keeps_leave_private(office: Office) -> None:
    publish_flow(office, timeouts=[], assign=[{"kind": "user", "user": "f1"}], offline="transfer", offline_to=[
        {"kind": "user", "user": "b1"},
    ])  # fmt: skip
    Absence.objects.create(person=office["f1"], start=MONDAY - timedelta(days=1), end=MONDAY + timedelta(days=1))
    run = start_run(office)
    task = open_task(run)
    assert signed_in(office["b1"]).post(f"{TASK_PATH}/{task.pk}/approve", {"revision": 1}).status_code == 200

    told = {who: reasons(office, who, run).json()["results"] for who in ("s1", "cs")}

    [finance, ops] = told["s1"]
    assert (finance["task"], said(finance["trace"])) == (
        str(task.pk), [("f1", "assigned.user"), ("f1", "skipped.away"), ("b1", "assigned.user")],
    )  # fmt: skip
    assert said(ops["trace"]) == [("ops", "assigned.pool")]
    assert said(told["cs"][0]["trace"])[1] == ("f1", "skipped.unavailable")
    assert signed_in(office["cs"]).get(f"{TASK_PATH}/{task.pk}").json()["trace"] == told["cs"][0]["trace"]


def test_nobody_else_reads_it_and_it_costs_one_statement_more_than_the_right_to(office: Office, run: Run) -> None:
    started = run()

    assert reasons(office, "b2", started).status_code == 404
    client = signed_in(office["s1"])
    client.get(f"/api/v1/instances/{started.instance_id}/reasons")
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/api/v1/instances/{started.instance_id}/reasons")
    assert sum("approvals_approvaltask" in one["sql"] for one in asked) == 1
