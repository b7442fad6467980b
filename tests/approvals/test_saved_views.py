"""Narrowing the inbox by its address, and keeping such views: one's own, by name, not without end."""

from typing import Any

import pytest
import time_machine

from accounts.models import User
from approvals.models import SavedView
from tests.approvals.conftest import TASK_PATH, Office, open_task, publish_flow, signed_in, start_run
from tests.approvals.office import MONDAY, at

pytestmark = pytest.mark.django_db(transaction=True)
VIEWS = "/api/v1/me/views"


def found(user: User, **params: Any) -> list[str]:
    answer = signed_in(user).get(TASK_PATH, params)
    assert answer.status_code == 200, answer.content
    return sorted(one["subject"]["title"].split(" ")[0] for one in answer.json()["results"])


def refused(user: User, **params: Any) -> tuple[int, str, str]:
    answer = signed_in(user).get(TASK_PATH, params)
    return answer.status_code, answer.json()["code"], answer.json()["errors"][0]["path"]


def save(user: User, name: str, **filters: str) -> Any:
    return signed_in(user).post(VIEWS, {"name": name, "filters": filters}, format="json")


def kept(user: User) -> list[tuple[str, dict[str, str]]]:
    return [(one["name"], one["filters"]) for one in signed_in(user).get(VIEWS).json()["results"]]


def test_the_inbox_is_narrowed_by_flow_and_step_in_every_box(office: Office) -> None:
    publish_flow(office)
    publish_flow(office, key="endless", timeouts=[])
    task = open_task(start_run(office, order="A1"))
    start_run(office, order="B1", key="endless")

    assert found(office["f1"]) == ["A1", "B1"]
    assert found(office["f1"], flow="endless") == ["B1"]
    assert found(office["f1"], flow="endless", q="A") == []
    assert found(office["f1"], step="ops") == []
    signed_in(office["f1"]).post(f"{TASK_PATH}/{task.pk}/approve", {"revision": 1}, format="json")
    assert found(office["o1"], step="ops") == ["A1"]
    assert found(office["f1"], box="done", flow="refund") == ["A1"]
    assert found(office["f1"], box="done", flow="endless") == []
    assert found(office["cs"], box="started", step="finance") == ["A1", "B1"]


def test_what_is_late_and_what_is_due_today_are_found_by_time(office: Office) -> None:
    publish_flow(office)  # two working hours each
    publish_flow(office, key="endless", timeouts=[])
    for order, begun in (("LATE", at(9)), ("TODAY", at(15)), ("TOMORROW", at(17))):
        start_run(office, order=order, now=begun)
    start_run(office, order="NEVER", key="endless", now=MONDAY)

    with time_machine.travel(at(15, 30), tick=False):
        assert found(office["f1"], due="overdue") == ["LATE"]
        assert found(office["f1"], due_before="2026-01-26T16:00:00Z") == ["LATE", "TODAY"]
        assert found(office["f1"], due_before="2026-01-26T16:00:00Z", q="T") == ["TODAY"]
        assert found(office["f1"]) == ["LATE", "NEVER", "TODAY", "TOMORROW"]


def test_pages_of_a_narrowed_inbox_go_on_where_they_ended(office: Office) -> None:
    publish_flow(office)
    publish_flow(office, key="endless", timeouts=[])
    for number in range(5):
        start_run(office, order=f"A{number}")
        start_run(office, order=f"B{number}", key="endless")
    client, listed, cursor = signed_in(office["f1"]), [], ""
    while cursor is not None:
        body = client.get(TASK_PATH, {"flow": "refund", "limit": "2", "cursor": cursor}).json()
        listed.append([one["subject"]["title"].split(" ")[0] for one in body["results"]])
        cursor = body["next"]

    assert [len(one) for one in listed] == [2, 2, 1]
    assert sorted(order for one in listed for order in one) == ["A0", "A1", "A2", "A3", "A4"]


def test_a_filter_that_means_nothing_is_refused_at_its_place(office: Office) -> None:
    assert refused(office["f1"], due="soon") == (422, "tasks.bad_filter", "due")
    assert refused(office["f1"], due_before="tomorrow") == (422, "tasks.bad_filter", "due_before")
    assert refused(office["f1"], due_before="2026-01-26T16:00:00") == (422, "tasks.bad_filter", "due_before")
    assert refused(office["f1"], box="done", due="overdue") == (422, "tasks.bad_filter", "due")
    assert refused(office["f1"], due="overdue", due_before="2026-01-26T16:00:00Z") == (422, "tasks.bad_filter", "due")


def test_a_view_is_kept_for_its_person_alone_and_saved_again_under_its_name(office: Office) -> None:
    assert save(office["f1"], "late", due="overdue").status_code == 201
    save(office["f1"], "refunds", flow="refund", step="finance")
    save(office["f1"], "late", due="today", q="ORD")

    assert kept(office["f1"]) == [
        ("late", {"due": "today", "q": "ORD"}), ("refunds", {"flow": "refund", "step": "finance"}),
    ]  # fmt: skip
    assert kept(office["f2"]) == []


def test_only_ones_own_view_can_be_dropped(office: Office) -> None:
    view = save(office["f1"], "late", due="overdue").json()["id"]

    foreign = signed_in(office["f2"]).delete(f"{VIEWS}/{view}")
    assert (foreign.status_code, foreign.json()["code"]) == (404, "views.unknown")
    assert SavedView.objects.count() == 1
    assert signed_in(office["f1"]).delete(f"{VIEWS}/{view}").status_code == 204
    assert kept(office["f1"]) == []


def test_views_have_an_end_and_known_filters(office: Office) -> None:
    for number in range(20):
        assert save(office["f1"], f"v{number}", q=str(number)).status_code == 201

    more = save(office["f1"], "one more", q="x")
    assert (more.status_code, more.json()["code"], more.json()["limit"]) == (422, "views.too_many", 20)
    assert save(office["f1"], "v3", q="again").status_code == 201
    assert save(office["f1"], "v3", colour="red").json()["errors"][0]["path"] == "filters.colour"
    assert SavedView.objects.filter(user=office["f1"]).count() == 20
