"""The inbox: whose work is where, in which order, page by page, and what it costs."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from approvals import queries
from approvals.filters import Filters
from approvals.models import GroupMember
from approvals.picture import Viewer, picture
from tests.approvals.conftest import TASK_PATH, Office, open_task, publish_flow, signed_in, start_run
from tests.approvals.office import MONDAY, at
from workflows.queries import present_world
from workflows.runtime import Delivered

Run = Callable[..., Delivered]
pytestmark = pytest.mark.django_db(transaction=True)


def inbox(user: User, **params: Any) -> Any:
    response = signed_in(user).get(TASK_PATH, params)
    assert response.status_code == 200, response.content
    return response.json()


def orders(body: Any) -> list[str]:
    return [one["subject"]["title"].split(" ")[0] for one in body["results"]]


def pages(user: User, **params: Any) -> Iterator[list[str]]:
    cursor = ""
    while True:
        body = inbox(user, cursor=cursor, **params)
        yield orders(body)
        cursor = body["next"]
        if cursor is None:
            return


def test_each_sees_the_work_of_their_groups_and_nobody_elses(office: Office, run: Run) -> None:
    run()

    assert orders(inbox(office["f1"])) == ["ORD1"]
    assert orders(inbox(office["f2"])) == ["ORD1"]
    for other in ("o1", "b1", "s1", "au", "d1", "cs", "root"):
        assert inbox(office[other]) == {"results": [], "next": None}
    assert signed_in(office["shop"]).get(TASK_PATH).status_code == 403


def test_a_task_is_shown_as_the_contract_says(office: Office) -> None:
    publish_flow(office)
    delivered = start_run(office, now=at(9))

    [task] = inbox(office["f1"])["results"]

    assert task["title"] == {"zh": "财务复核", "en": "Finance"}
    assert (task["node"], task["visit"], task["revision"], task["mode"]) == ("finance", 1, 1, "any")
    assert task["instance"] == delivered.instance_id
    assert task["definition"] == {"key": "refund", "title": {"zh": "退款", "en": "Refund"}}
    assert task["version"] == 1
    assert task["subject"] == {"type": "refund", "id": "r-ORD1", "title": "ORD1 · 58.00 CNY", "facts": []}
    assert task["requester"]["username"] == "cs"
    assert task["due_at"] == "2026-01-26T03:00:00Z"
    assert task["due_does"] == {
        "do": "transfer", "to": [{"kind": "group", "key": "backup", "name": {"zh": "backup", "en": "backup"}}],
    }  # fmt: skip
    assert task["candidates"] == [{"kind": "group", "key": "finance", "name": {"zh": "finance", "en": "finance"}}]
    assert (task["clock"], task["working_seconds_left"], task["assignee"]) == ("working", 0, None)
    assert task["actions"] == ["approve", "reject", "return", "claim", "transfer", "add-signer", "cc", "comment"]
    assert (task["status"], task["outcome"], task["closed_at"], task["votes"]) == ("open", None, None, [])


def test_the_countdown_is_in_working_time_and_says_when_it_stands_still(office: Office) -> None:
    publish_flow(office)
    task = open_task(start_run(office, now=at(11, 30)))

    def seen(now: Any) -> tuple[int, Any]:
        shown = picture(task, viewer=Viewer(person=str(office["f1"].pk), now=now, world=present_world()))
        return shown["working_seconds_left"], shown["paused_until"]

    assert seen(at(11, 45)) == (105 * 60, None)
    assert seen(at(12, 30)) == (90 * 60, at(13))  # the office's break
    assert seen(at(13, 30)) == (60 * 60, None)
    assert seen(at(20)) == (0, at(9, day=27))


def test_the_next_due_comes_first_and_pages_neither_repeat_nor_miss(office: Office) -> None:
    publish_flow(office)
    publish_flow(office, key="endless", timeouts=[])
    for number in range(5):
        start_run(office, order=f"ORD{number}", now=MONDAY + timedelta(minutes=5 - number))
    for number in range(5, 8):
        start_run(office, order=f"ORD{number}", key="endless")

    found = list(pages(office["f1"], limit=3))

    assert [len(one) for one in found] == [3, 3, 2]
    listed = [order for one in found for order in one]
    assert listed[:5] == ["ORD4", "ORD3", "ORD2", "ORD1", "ORD0"]
    assert sorted(listed) == [f"ORD{number}" for number in range(8)]


def test_a_task_is_listed_once_when_a_person_is_asked_twice(office: Office) -> None:
    publish_flow(
        office, assign=[{"kind": "group", "group": "finance"}, {"kind": "group", "group": "backup"}], timeouts=[]
    )
    backup = GroupMember.objects.get(user=office["b1"]).group
    GroupMember.objects.create(group=backup, user=office["f1"])
    start_run(office)

    assert orders(inbox(office["f1"])) == ["ORD1"]
    assert signed_in(office["f1"]).get(f"{TASK_PATH}/summary").json()["todo"] == 1


def test_the_search_finds_an_order_by_its_number_or_a_subject_by_its_id(office: Office, run: Run) -> None:
    for number in (1, 2, 10):
        run(order=f"ORD{number}")

    assert orders(inbox(office["f1"], q="ORD2")) == ["ORD2"]
    assert orders(inbox(office["f1"], q="r-ORD10")) == ["ORD10"]
    assert sorted(orders(inbox(office["f1"], q="ORD1"))) == ["ORD1", "ORD10"]
    assert orders(inbox(office["f1"], q="%")) == []
    assert sorted(orders(inbox(office["cs"], box="started", q="ORD1"))) == ["ORD1", "ORD10"]


def test_done_and_started_show_what_one_decided_and_asked_for(office: Office, run: Run) -> None:
    task = open_task(run())
    signed_in(office["f1"]).post(f"{TASK_PATH}/{task.pk}/approve", {"revision": 1}, format="json")

    assert [(one["node"], one["status"]) for one in inbox(office["f1"], box="done")["results"]] == [
        ("finance", "approved")
    ]
    assert inbox(office["f2"], box="done")["results"] == []
    assert [one["node"] for one in inbox(office["cs"], box="started")["results"]] == ["ops", "finance"]
    assert inbox(office["f1"])["results"] == []


@pytest.mark.parametrize("params", [{"box": "all"}, {"limit": "0"}, {"cursor": "nonsense"}, {"page": "2"}])
def test_questions_that_mean_nothing_are_refused(office: Office, params: dict[str, str]) -> None:
    assert signed_in(office["f1"]).get(TASK_PATH, params).status_code == 422


def test_the_badge_counts_open_and_overdue_work_and_answers_304_when_nothing_changed(office: Office, run: Run) -> None:
    run(now=at(9))
    client = signed_in(office["f1"])

    first = client.get(f"{TASK_PATH}/summary")
    again = client.get(f"{TASK_PATH}/summary", headers={"If-None-Match": first.headers["ETag"]})
    run(order="ORD2")
    after = client.get(f"{TASK_PATH}/summary", headers={"If-None-Match": first.headers["ETag"]})

    assert first.json() == {"todo": 1, "overdue": 1, "cc": 0}
    assert (again.status_code, again.content) == (304, b"")
    assert (after.status_code, after.json()["todo"]) == (200, 2)


def answered(client: Any, path: str, etag: str = "") -> tuple[int, str, int]:
    """The status, the ETag and the number of statements of a GET that names what is known already."""
    with CaptureQueriesContext(connection) as caught:
        response = client.get(path, headers={"If-None-Match": etag})
    assert (response.content == b"") == (response.status_code == 304)
    return response.status_code, response.headers["ETag"], len(caught)


def test_the_poll_is_answered_304_until_something_changes_at_the_same_cost(office: Office, run: Run) -> None:
    task = open_task(run())
    client = signed_in(office["f1"])
    for path in (TASK_PATH, f"{TASK_PATH}/{task.pk}", f"{TASK_PATH}?box=done", f"{TASK_PATH}?box=started"):
        answered(client, path)  # the world and prepared statements are made once in a process
        status, etag, cost = answered(client, path)
        assert status == 200
        assert answered(client, path, etag) == (304, etag, cost)
        assert answered(client, path, f'"other", {etag}') == (304, etag, cost)

    _, listed, cost = answered(client, TASK_PATH)
    _, read, _ = answered(client, f"{TASK_PATH}/{task.pk}")
    for number in range(2, 12):
        run(order=f"ORD{number}")
    status, listed_now, cost_now = answered(client, TASK_PATH, listed)
    assert (status, listed_now != listed, cost_now) == (200, True, cost)
    assert answered(client, f"{TASK_PATH}/{task.pk}", read)[0] == 304
    signed_in(office["cs"]).post(f"{TASK_PATH}/{task.pk}/comment", {"text": "please hurry"}, format="json")
    assert answered(client, f"{TASK_PATH}/{task.pk}", read)[0] == 200
    assert answered(client, TASK_PATH, listed_now)[0] == 304
    signed_in(office["f2"]).post(f"{TASK_PATH}/{task.pk}/approve", {"revision": 1}, format="json")
    assert answered(client, TASK_PATH, listed_now)[0] == 200


def test_one_persons_answer_is_not_anothers(office: Office, run: Run) -> None:
    """What one may do with a task differs, and so does the tag, though the row is the same."""
    path = f"{TASK_PATH}/{open_task(run()).pk}"
    _, etag, _ = answered(signed_in(office["f1"]), path)

    assert answered(signed_in(office["s1"]), path, etag)[0] == 200


def test_the_countdown_alone_makes_no_new_answer_and_a_pause_does(office: Office, run: Run) -> None:
    with time_machine.travel(at(9), tick=False) as clock:
        run(now=at(9))
        client = signed_in(office["f1"])
        first = client.get(TASK_PATH)
        assert first.json()["results"][0]["working_seconds_left"] == 120 * 60
        clock.move_to(at(9, 1))
        assert answered(client, TASK_PATH, first.headers["ETag"])[0] == 304
        clock.move_to(at(20))
        assert answered(client, TASK_PATH, first.headers["ETag"])[0] == 200


def test_a_page_costs_two_statements_however_long_it_is(office: Office, run: Run) -> None:
    counts = []
    for number in range(1, 13):
        run(order=f"ORD{number}")
        if number in (1, 12):
            queries.viewer_of(office["f1"], now=MONDAY)
            with CaptureQueriesContext(connection) as caught:
                viewer = queries.viewer_of(office["f1"], now=MONDAY)
                queries.todo(viewer, filters=Filters(), after=None, limit=50)
            counts.append(len(caught))

    assert counts == [2, 2]


@pytest.mark.parametrize(
    ("who", "status"),
    [("f1", 200), ("cs", 200), ("s1", 200), ("au", 200), ("root", 200), ("o1", 404), ("d1", 404), ("shop", 403)],
)
def test_a_task_is_visible_to_those_who_have_to_do_with_it(office: Office, run: Run, who: str, status: int) -> None:
    task = open_task(run())

    assert signed_in(office[who]).get(f"{TASK_PATH}/{task.pk}").status_code == status


def test_a_past_approver_still_sees_what_they_decided(office: Office, run: Run) -> None:
    task = open_task(run())
    signed_in(office["f1"]).post(f"{TASK_PATH}/{task.pk}/approve", {"revision": 1}, format="json")
    GroupMember.objects.filter(user__in=[office["f1"], office["f2"]]).delete()

    assert signed_in(office["f1"]).get(f"{TASK_PATH}/{task.pk}").status_code == 200
    assert signed_in(office["f2"]).get(f"{TASK_PATH}/{task.pk}").status_code == 404


def test_the_page_of_a_run_shows_its_tasks_to_those_who_are_asked(office: Office, run: Run) -> None:
    delivered = run()

    shown = signed_in(office["f1"]).get(f"/api/v1/instances/{delivered.instance_id}").json()

    assert [(one["node"], one["status"]) for one in shown["tasks"]] == [("finance", "open")]
    assert signed_in(office["o1"]).get(f"/api/v1/instances/{delivered.instance_id}").status_code == 404


def test_people_groups_and_departments_are_listed_for_those_who_name_them(office: Office) -> None:
    client = signed_in(office["f1"])

    people = client.get("/api/v1/people", {"q": "F"}).json()["results"]
    groups = client.get("/api/v1/groups").json()["results"]
    departments = client.get("/api/v1/departments").json()["results"]

    assert [(one["username"], one["display_name"], one["department"]) for one in people] == [
        ("f1", "F1", None), ("f2", "F2", None),
    ]  # fmt: skip
    assert client.get("/api/v1/people", {"q": "s1"}).json()["results"][0]["department"]["key"] == "service"
    assert [(one["key"], [member["username"] for member in one["members"]]) for one in groups] == [
        ("backup", ["b1", "b2"]), ("finance", ["f1", "f2"]), ("ops", ["o1", "o2"]),
    ]  # fmt: skip
    assert [(one["key"], [head["username"] for head in one["heads"]]) for one in departments] == [("service", ["s1"])]
    assert signed_in(office["shop"]).get("/api/v1/people").status_code == 403


def test_people_come_in_pages(office: Office) -> None:
    client = signed_in(office["f1"])

    first = client.get("/api/v1/people", {"limit": "2"}).json()
    second = client.get("/api/v1/people", {"limit": "2", "cursor": first["next"]}).json()

    assert [one["username"] for one in first["results"] + second["results"]] == ["b1", "b2", "f1", "f2"]


def test_only_people_who_may_decide_are_offered_for_a_flow_or_a_transfer(office: Office) -> None:
    """Not the auditor, the designer, the requester or a program, and nobody who is disabled."""
    office["b2"].is_active = False
    office["b2"].save()
    backup = GroupMember.objects.get(user=office["b1"]).group
    GroupMember.objects.create(group=backup, user=office["au"])
    client = signed_in(office["f1"])

    people = client.get("/api/v1/people").json()["results"]
    groups = client.get("/api/v1/groups").json()["results"]

    assert [one["username"] for one in people] == ["b1", "f1", "f2", "o1", "o2", "root", "s1"]
    assert [member["username"] for member in groups[0]["members"]] == ["b1"]
