"""Trap 54: a hidden field is shown by no interface, and nobody fills in what is not theirs, by whatever way."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.actions.hold import bring_into_force
from approvals.models import ApprovalTask, PendingAnswer
from bedrock.clock import now
from tests.approvals.conftest import TASK_PATH, Office, open_task, publish_graph, refund_graph, signed_in, state_of_rows
from workflows.actions import instances
from workflows.engine.events import Actor
from workflows.engine.state import Subject
from workflows.models import Instance
from workflows.runtime import Delivered

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "0.3141"
FIFTY = {"amount": "50.00", "currency": "CNY"}
VARIABLES = [
    {"name": "margin", "type": "decimal", "label": {"zh": "毛利率", "en": "Margin"}},
    {"name": "granted", "type": "money", "label": {"zh": "同意金额", "en": "Granted"}},
    {"name": "remark", "type": "text", "label": {}},
]
FIELDS = [
    {"name": "margin", "access": "hidden"}, {"name": "granted", "access": "required"},
    {"name": "remark", "access": "write"},
]  # fmt: skip


def begun(office: Office, *, at: Any = None) -> Delivered:
    """A run whose finance step hides the margin, by which a condition decides before it."""
    graph = refund_graph(fields=FIELDS) | {"variables": VARIABLES}
    graph["nodes"] += [
        {
            "id": "rich", "type": "exclusive",
            "config": {"branches": [{"port": "yes", "name": {"zh": "", "en": ""}, "when": "${margin} > 0.3"}]},
        }
    ]  # fmt: skip
    graph["edges"] = [edge for edge in graph["edges"] if edge["id"] != "e1"] + [
        {"id": "e1", "from": "start", "to": "rich"},
        {"id": "e6", "from": "rich", "port": "yes", "to": "finance"},
        {"id": "e7", "from": "rich", "port": "otherwise", "to": "finance"},
    ]
    publish_graph(office, graph, key="refund")
    facts = (
        {"key": "margin", "label": {"zh": "毛利率", "en": "Margin"}, "value": SECRET},
        {"key": "orderNo", "label": {"zh": "订单号", "en": "Order"}, "value": "ORD1"},
    )
    asker = office["cs"]
    return instances.start(
        "refund", subject=Subject(type="refund", id="r-1", title="ORD1", facts=facts),
        variables={"margin": SECRET, "granted": None, "remark": None}, requester=str(asker.pk),
        actor=Actor(id=str(asker.pk), name=asker.display_name), now=at or now(),
    )  # fmt: skip


def post(office: Office, who: str, task: ApprovalTask, action: str, **body: Any) -> Any:
    return signed_in(office[who]).post(f"{TASK_PATH}/{task.pk}/{action}", body, format="json")


def everything_read(office: Office, who: str, run: Delivered, task: ApprovalTask) -> dict[str, str]:
    """What each door shows of the run to this person, as text."""
    client, path = signed_in(office[who]), f"/api/v1/instances/{run.instance_id}"
    last = Instance.objects.get(pk=run.instance_id).seq
    doors = [
        f"{TASK_PATH}/{task.pk}", f"{TASK_PATH}?box=todo", f"{TASK_PATH}?box=done", path, f"{path}/history",
        "/api/v1/instances?subject=r-1", *(f"{path}/replay?seq={number}" for number in range(1, last + 1)),
        f"/api/v1/audit?instance={run.instance_id}",
    ]  # fmt: skip
    return {door: json.dumps(client.get(door).json(), ensure_ascii=False) for door in doors}


def test_trap_54_the_hidden_value_is_in_no_answer_to_the_people_of_the_step(office: Office) -> None:
    run = begun(office)
    task = open_task(run)

    shown = everything_read(office, "f1", run, task)

    assert {door for door, text in shown.items() if SECRET in text} == set()
    assert all("ORD1" in text for door, text in shown.items() if "replay" not in door and "done" not in door
               and "audit" not in door and "history" not in door)  # fmt: skip
    detail = signed_in(office["f1"]).get(f"{TASK_PATH}/{task.pk}").json()
    assert [(one["name"], one["access"], one["value"]) for one in detail["form"]] == [
        ("granted", "required", None), ("remark", "write", None),
    ]  # fmt: skip
    assert [one["key"] for one in detail["subject"]["facts"]] == ["orderNo"]


def test_trap_54_it_stays_hidden_after_the_step_and_a_step_that_does_not_hide_it_shows_it(office: Office) -> None:
    run = begun(office)
    finance = open_task(run)
    assert post(office, "f1", finance, "approve", revision=1, form={"granted": FIFTY}).status_code == 200

    assert {door for door, text in everything_read(office, "f1", run, finance).items() if SECRET in text} == set()
    ops = everything_read(office, "o1", run, open_task(run, node="ops"))
    assert SECRET in ops[f"/api/v1/instances/{run.instance_id}"]
    assert SECRET in ops[f"/api/v1/instances/{run.instance_id}/history"]


@pytest.mark.parametrize("who", ["s1", "au", "cs"])
def test_who_watches_over_runs_or_asked_sees_all_of_it(office: Office, who: str) -> None:
    run = begun(office)

    body = signed_in(office[who]).get(f"/api/v1/instances/{run.instance_id}").json()

    assert body["variables"]["margin"] == SECRET


def test_what_is_filled_in_is_in_the_run_and_its_history(office: Office) -> None:
    run = begun(office)

    told = post(office, "f1", open_task(run), "approve", revision=1, form={"granted": FIFTY, "remark": "cut"})

    assert told.status_code == 200
    assert Instance.objects.get(pk=run.instance_id).state["variables"] == {
        "margin": SECRET, "granted": FIFTY, "remark": "cut",
    }  # fmt: skip
    history = signed_in(office["s1"]).get(f"/api/v1/instances/{run.instance_id}/history").json()["results"]
    assert [one["data"]["data"]["form"] for one in history if one["data"].get("what") == "voted"] == [
        {"granted": FIFTY, "remark": "cut"}
    ]


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"granted": FIFTY, "margin": "0.9"}, 403, "task.field_not_writable"),
        ({}, 422, "task.fields_invalid"),
        ({"granted": "fifty"}, 422, "task.fields_invalid"),
    ],
)
def test_trap_54_the_server_refuses_and_nothing_changed(office: Office, form: Any, status: int, code: str) -> None:
    run = begun(office)
    task = open_task(run)
    before = state_of_rows(task), Instance.objects.get(pk=run.instance_id).state

    for seconds in (0, 8):
        answer = post(office, "f1", task, "approve", revision=1, form=form, undo_seconds=seconds)
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    assert (state_of_rows(task), Instance.objects.get(pk=run.instance_id).state) == before
    assert not PendingAnswer.objects.exists()


def test_an_answer_that_may_be_taken_back_keeps_what_was_filled_in(office: Office) -> None:
    run = begun(office)
    held = post(office, "f1", open_task(run), "approve", revision=1, form={"granted": FIFTY}, undo_seconds=1)
    assert held.json()["task"]["pending"]["answer"] == "approve"

    assert bring_into_force(now=PendingAnswer.objects.get().commit_at) == 1

    assert Instance.objects.get(pk=run.instance_id).state["variables"]["granted"] == FIFTY


def test_a_flow_that_hides_nothing_asks_the_rows_nothing_more(office: Office) -> None:
    publish_graph(office, refund_graph(), key="refund")
    asker = office["cs"]
    plain = instances.start(
        "refund", subject=Subject(type="refund", id="r-1", title="ORD1"), variables={}, requester=str(asker.pk),
        actor=Actor(id=str(asker.pk), name="CS"), now=now(),
    )  # fmt: skip
    signed_in(office["f1"]).get(f"/api/v1/instances/{plain.instance_id}")

    counts = []
    for who in ("f1", "s1"):
        client = signed_in(office[who])
        with CaptureQueriesContext(connection) as statements:
            assert client.get(f"/api/v1/instances/{plain.instance_id}").status_code == 200
        counts.append(sum("approvals_assignment" in one["sql"] for one in statements.captured_queries))

    assert counts == [1, 0]  # one to see whether an approver may look at it at all


def test_a_look_ahead_goes_past_a_step_whose_required_fields_nobody_has_filled_in_yet(office: Office) -> None:
    run = begun(office)

    found = signed_in(office["s1"]).get(f"/api/v1/instances/{run.instance_id}/ahead").json()

    assert [one["node"] for one in found["stops"]] == ["finance", "ops", "paid"]


def test_nobody_but_a_rehearsal_leaves_a_required_field_empty(office: Office) -> None:
    run = begun(office)

    answer = post(office, "f1", open_task(run), "approve", revision=1, supposed=True)

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "supposed")
