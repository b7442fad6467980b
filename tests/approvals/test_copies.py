"""Copies of a case: who is sent one and when, that they read and do nothing, and who learns that they have read."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from approvals.actions.decide import answer
from approvals.models import ApprovalTask, Copy
from bedrock.errors import BadInput
from tests.approvals.conftest import (
    FLOW,
    TASK_PATH,
    Office,
    open_task,
    publish_flow,
    publish_graph,
    refund_graph,
    signed_in,
    start_run,
    state_of_rows,
)
from tests.approvals.office import MONDAY, actor, noted, opened, world
from workflows import invariants
from workflows.actions.audit import By
from workflows.engine.events import Actor
from workflows.engine.node_type import CheckContext
from workflows.engine.registry import registry
from workflows.runtime import Delivered
from workflows.testing import Harness

Run = Callable[..., Delivered]
db = pytest.mark.django_db(transaction=True)
TO_OPS = [{"kind": "group", "key": "ops"}]
COPY_TO_OPS: dict[str, Any] = {"copy_to": [{"kind": "group", "group": "ops"}]}


def post(user: User, task: ApprovalTask, action: str, **body: Any) -> Any:
    return signed_in(user).post(f"{TASK_PATH}/{task.pk}/{action}", body, format="json")


def box(user: User) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = signed_in(user).get(TASK_PATH, {"box": "cc"}).json()["results"]
    return found


def unread(user: User) -> int:
    number: int = signed_in(user).get(f"{TASK_PATH}/summary").json()["cc"]
    return number


def told(case: Harness, name: str, *, who: str = "1", **payload: Any) -> None:
    case.signal("ask", name, actor=actor(who), **payload)


def readers(case: Harness) -> list[list[str]]:
    return [[one["key"] for one in note["to"]] for note in noted(case, "copied")]


# what a step sends of itself


@pytest.mark.parametrize(
    ("when", "outcome", "sends"),
    [
        ("opened", "approve", 1), ("opened", "late", 1), ("approved", "approve", 1), ("approved", "reject", 0),
        ("rejected", "reject", 1), ("rejected", "approve", 0), ("decided", "approve", 1), ("decided", "reject", 1),
        ("decided", "late", 1), ("approved", "late", 0), ("opened", "open", 1), ("decided", "open", 0),
    ],
)  # fmt: skip
def test_a_step_sends_its_copies_when_it_says_and_once(when: str, outcome: str, sends: int) -> None:
    case = opened(COPY_TO_OPS, copy_when=when, timeouts=[{"after": "PT1H", "clock": "wall", "do": "leave"}])

    if outcome == "late":
        case.wind(hours=2)
    elif outcome != "open":
        told(case, outcome, revision=1, comment="so")

    assert readers(case) == [["o1", "o2"]] * sends


def test_a_step_that_nobody_can_decide_sends_its_copies_too() -> None:
    case = opened(COPY_TO_OPS, assign=[{"kind": "group", "group": "nobody"}], when_empty="reject", copy_when="rejected")

    assert case.passed()[-1] == "no"
    assert readers(case) == [["o1", "o2"]]


def test_the_head_of_the_requesters_department_is_sent_a_copy() -> None:
    case = opened({"copy_to": [{"kind": "department_head"}]}, copy_when="opened")

    assert readers(case) == [["head"]]


def test_people_of_a_drawing_who_do_not_exist_are_a_problem_of_it() -> None:
    unknown = [{"kind": "user", "user": "ghost"}, {"kind": "group", "group": "ghosts"}]
    node_type = registry.get("approval")
    config = node_type.Config.model_validate({"assign": [{"kind": "group", "group": "ops"}], "copy_to": unknown})

    found = node_type.check(config, CheckContext(variables=(), world=world(), now=MONDAY))

    assert [(one.code, one.severity, one.path) for one in found] == [
        ("approval.unknown_user", "error", "copy_to.0"), ("approval.unknown_group", "error", "copy_to.1"),
    ]  # fmt: skip


def test_only_people_with_an_inbox_are_sent_copies() -> None:
    case = opened()

    with pytest.raises(BadInput) as refused:
        told(case, "cc", to=[{"kind": "group", "group": "nobody"}])

    assert refused.value.code == "task.nobody_reads"
    assert noted(case, "copied") == []


# what a person sends


@db
def test_a_copy_is_found_read_and_its_sender_told(office: Office, run: Run) -> None:
    task = open_task(run())
    before = state_of_rows(task)

    sent = post(office["f1"], task, "cc", to=[*TO_OPS, {"kind": "user", "key": "d1"}], comment="for your planning")

    assert sent.status_code == 200
    assert state_of_rows(task) == before
    [row] = box(office["d1"])
    assert (row["id"], row["status"], row["actions"]) == (str(task.pk), "open", [])
    assert row["copy"] == {"by": "F1", "comment": "for your planning", "at": row["copy"]["at"], "read_at": None}
    assert (unread(office["d1"]), unread(office["o1"]), unread(office["o2"]), unread(office["f2"])) == (1, 1, 1, 0)

    read = post(office["d1"], task, "read")
    again = post(office["d1"], task, "read")

    assert (read.status_code, read.json()["read_at"] is not None) == (200, True)
    assert again.json() == read.json()
    assert (unread(office["d1"]), unread(office["o1"])) == (0, 1)
    shown = signed_in(office["f1"]).get(f"{TASK_PATH}/{task.pk}").json()["copies"]
    assert [(one["to"]["username"], one["by"], one["reading"]) for one in shown] == [
        ("o1", "F1", {"read_at": None}), ("o2", "F1", {"read_at": None}),
        ("d1", "F1", {"read_at": read.json()["read_at"]}),
    ]  # fmt: skip


@db
def test_only_who_sent_a_copy_and_who_looks_after_the_work_learn_that_it_was_read(office: Office, run: Run) -> None:
    task = open_task(run())
    post(office["f1"], task, "cc", to=[{"kind": "user", "key": "d1"}])

    for who, learns in [("f1", True), ("s1", True), ("au", True), ("f2", False), ("cs", False), ("d1", False)]:
        [one] = signed_in(office[who]).get(f"{TASK_PATH}/{task.pk}").json()["copies"]
        assert (who, one["reading"] is not None) == (who, learns)


@db
def test_the_requester_learns_who_read_what_the_flow_sent(office: Office) -> None:
    publish_flow(office, copy_to=[{"kind": "user", "user": "d1"}], copy_when="opened")
    task = open_task(start_run(office))

    [one] = signed_in(office["cs"]).get(f"{TASK_PATH}/{task.pk}").json()["copies"]

    assert (one["to"]["username"], one["by"], one["reading"]) == ("d1", None, {"read_at": None})
    [row] = box(office["d1"])
    assert row["copy"]["by"] is None


@db
def test_a_copy_grants_reading_and_nothing_else(office: Office, run: Run) -> None:
    delivered = run()
    task = open_task(delivered)
    reader = signed_in(office["o1"])
    instance = f"/api/v1/instances/{delivered.instance_id}"
    assert [reader.get(path).status_code for path in (f"{TASK_PATH}/{task.pk}", instance)] == [404, 404]

    post(office["f1"], task, "cc", to=[{"kind": "user", "key": "o1"}])

    assert [reader.get(path).status_code for path in (f"{TASK_PATH}/{task.pk}", instance)] == [200, 200]
    listed = reader.get("/api/v1/instances", {"subject": "r-ORD1"}).json()["results"]
    assert [row["id"] for row in listed] == [str(delivered.instance_id)]
    before = state_of_rows(task)
    body = {"revision": 1, "comment": "x"}
    someone = {"kind": "user", "key": "b1"}
    refusals: list[tuple[str, dict[str, Any]]] = [
        ("approve", body), ("reject", body), ("claim", {"revision": 1}), ("remind", {"urgent": True}),
        ("transfer", body | {"to": someone}), ("add-signer", body | {"to": someone, "how": "before"}),
        ("comment", {"text": "hm"}), ("cc", {"to": [someone]}),
    ]  # fmt: skip
    for verb, given in refusals:
        refused = post(office["o1"], task, verb, **given)
        assert (verb, refused.status_code, refused.json()["code"]) == (verb, 403, "task.not_yours")
    assert state_of_rows(task) == before
    assert (Copy.objects.count(), box(office["b1"])) == (1, [])


@db
def test_a_reader_of_a_copy_is_shown_what_those_are_shown_who_are_asked(office: Office, run: Run) -> None:
    task = open_task(run())
    post(office["f1"], task, "cc", to=[{"kind": "user", "key": "d1"}])

    asked, reader = (signed_in(office[who]).get(f"{TASK_PATH}/{task.pk}").json() for who in ("f2", "d1"))

    assert reader["copy"] is not None
    assert reader | {"actions": asked["actions"], "copy": None} == asked


@db
def test_a_copy_shows_what_the_step_shows_that_it_was_sent_from_and_the_run_what_no_step_hides(office: Office) -> None:
    """Row 抄送: a copy must not show hidden fields."""
    graph = refund_graph(fields=[{"name": "margin", "access": "hidden"}])
    graph["variables"] = [
        {"name": name, "type": "text", "label": {"zh": name, "en": name}} for name in ("margin", "why")
    ]
    graph["nodes"][2]["config"]["fields"] = [{"name": "margin", "access": "read"}]
    publish_graph(office, graph, key=FLOW)
    delivered = start_run(office, variables={"margin": "12%", "why": "torn"})
    finance = open_task(delivered)
    post(office["f1"], finance, "cc", to=[{"kind": "user", "key": "b1"}])
    post(office["f1"], finance, "approve", revision=1)
    ops = open_task(delivered, node="ops")
    reader = signed_in(office["b1"])

    shown = reader.get(f"{TASK_PATH}/{finance.pk}")
    run = reader.get(f"/api/v1/instances/{delivered.instance_id}")

    assert (shown.status_code, run.status_code) == (200, 200)
    assert (b"12%" in shown.content, b"12%" in run.content, b"torn" in run.content) == (False, False, True)
    assert reader.get(f"{TASK_PATH}/{ops.pk}").status_code == 404


@db
def test_a_run_is_sent_to_a_person_once_whoever_sends_it_and_from_whichever_step(office: Office) -> None:
    publish_flow(office, copy_to=[{"kind": "user", "user": "d1"}], copy_when="approved")
    delivered = start_run(office)
    task = open_task(delivered)
    post(office["f1"], task, "cc", to=[{"kind": "user", "key": "d1"}])
    post(office["d1"], task, "read")

    post(office["s1"], task, "cc", to=[{"kind": "user", "key": "d1"}, {"kind": "user", "key": "b1"}])
    post(office["f2"], task, "approve", revision=1)
    post(office["o1"], open_task(delivered, node="ops"), "cc", to=[{"kind": "user", "key": "d1"}])

    assert sorted(Copy.objects.values_list("user__username", "sender_name")) == [("b1", "S1"), ("d1", "F1")]
    assert (len(box(office["d1"])), unread(office["d1"]), unread(office["b1"])) == (1, 0, 1)


@db
def test_a_copy_can_still_be_read_when_all_is_over_and_no_new_one_is_sent(office: Office) -> None:
    publish_flow(office, copy_to=[{"kind": "user", "user": "d1"}], copy_when="rejected")
    task = open_task(start_run(office))

    post(office["f1"], task, "reject", revision=1, comment="no")

    [row] = box(office["d1"])
    assert (row["id"], row["status"], row["copy"]["by"]) == (str(task.pk), "rejected", None)
    assert signed_in(office["d1"]).get(f"{TASK_PATH}/{task.pk}").status_code == 200
    late = post(office["f1"], task, "cc", to=TO_OPS)
    assert (late.status_code, late.json()["code"]) == (409, "task.already_decided")
    assert Copy.objects.count() == 1


@db
@pytest.mark.parametrize(
    ("who", "to", "heard"),
    [
        ("o1", [{"kind": "user", "key": "d1"}], (404, "task.unknown")),
        ("f1", [{"kind": "user", "key": "ghost"}], (422, "task.unknown_reader")),
        ("f1", [{"kind": "group", "key": "ghosts"}], (422, "task.unknown_reader")),
        ("f1", [{"kind": "user", "key": "shop"}], (422, "task.nobody_reads")),
        ("f1", [], (422, "input.invalid")),
    ],
)
def test_what_cannot_be_sent_changes_nothing(office: Office, run: Run, who: str, to: Any, heard: Any) -> None:
    task = open_task(run())
    before = state_of_rows(task)

    refused = post(office[who], task, "cc", to=to)

    assert (refused.status_code, refused.json()["code"]) == heard
    assert (state_of_rows(task), Copy.objects.count()) == (before, 0)


@db
def test_nobody_marks_a_copy_as_read_who_has_none(office: Office, run: Run) -> None:
    task = open_task(run())
    post(office["f1"], task, "cc", to=[{"kind": "user", "key": "d1"}])

    heard = [(post(office[who], task, "read").status_code) for who in ("o1", "f1")]

    assert heard == [404, 404]
    assert unread(office["d1"]) == 1


@db
def test_the_box_is_narrowed_and_paged_like_the_others(office: Office, run: Run) -> None:
    for number in range(1, 4):
        post(office["f1"], open_task(run(order=f"ORD{number}")), "cc", to=[{"kind": "user", "key": "d1"}])
    client = signed_in(office["d1"])

    first = client.get(f"{TASK_PATH}?box=cc&limit=2").json()
    rest = client.get(f"{TASK_PATH}?box=cc&limit=2&cursor={first['next']}").json()
    found = client.get(TASK_PATH, {"box": "cc", "q": "ORD2"}).json()["results"]

    titles = [row["subject"]["id"] for row in [*first["results"], *rest["results"]]]
    assert (titles, rest["next"]) == (["r-ORD3", "r-ORD2", "r-ORD1"], None)
    assert [row["subject"]["id"] for row in found] == ["r-ORD2"]


@db
def test_an_answer_that_sends_copies_costs_no_statement_more(office: Office) -> None:
    publish_flow(office, copy_to=[{"kind": "group", "group": "backup"}], copy_when="approved")
    user = office["f1"]
    by = By(actor=Actor(id=str(user.pk), name=user.display_name), ip=None)
    counts = []
    for order in ("ORD0", "ORD1"):
        task = open_task(start_run(office, order=order))
        with CaptureQueriesContext(connection) as caught:
            answer(
                task.pk, name="approve", payload={"revision": 1}, user=user, by=by, now=MONDAY + timedelta(minutes=5)
            )
        counts.append(sum(query["sql"] not in ("BEGIN", "COMMIT") for query in caught))

    assert counts[-1] == 2
    assert Copy.objects.count() == 4
    assert invariants.broken() == []
