"""What a person was told in the house: listed, counted, marked as read; each their own."""

from datetime import timedelta
from typing import Any

import pytest

from approvals.models import Notice
from tests.approvals.conftest import Office, publish_flow, signed_in, start_run
from tests.approvals.office import MONDAY

pytestmark = pytest.mark.django_db

PATH = "/api/v1/notices"
WORDS = {"zh": "已发货", "en": "Sent"}


def tell(office: Office, who: str, *, run: str = "0190f5fe-7c00-7000-8000-000000000001", visit: int = 1) -> Notice:
    return Notice.objects.create(
        user=office[who], title=WORDS, text=WORDS, instance=run, node="tell", visit=visit, definition_title=WORDS,
        subject_title="ORD1", at=MONDAY + timedelta(minutes=visit),
    )  # fmt: skip


def unread(office: Office, who: str) -> int:
    return int(signed_in(office[who]).get(f"{PATH}/summary").json()["unread"])


def listed(office: Office, who: str, query: str = "") -> list[dict[str, Any]]:
    return list(signed_in(office[who]).get(f"{PATH}{query}").json()["results"])


def test_the_newest_comes_first_and_the_run_is_named_to_those_who_may_look_at_it(office: Office) -> None:
    publish_flow(office)
    run = start_run(office).instance_id
    for who in ("f1", "d1"):
        tell(office, who, run=run)
        tell(office, who, visit=2)

    shown = listed(office, "f1")
    assert [one["instance"] for one in shown] == [None, run]
    assert {key: shown[1][key] for key in ("title", "text", "subject", "at", "read_at")} == {
        "title": WORDS, "text": WORDS, "subject": "ORD1", "at": "2026-01-26T01:01:00Z", "read_at": None,
    }  # fmt: skip
    # A designer was told too, and may not look into runs.
    assert [one["instance"] for one in listed(office, "d1")] == [None, None]


def test_reading_one_counts_once_and_only_for_its_person(office: Office) -> None:
    mine, other = tell(office, "f1"), tell(office, "f2")

    first = signed_in(office["f1"]).post(f"{PATH}/{mine.pk}/read").json()["read_at"]
    again = signed_in(office["f1"]).post(f"{PATH}/{mine.pk}/read").json()["read_at"]
    foreign = signed_in(office["f1"]).post(f"{PATH}/{other.pk}/read")

    assert (first, foreign.status_code, foreign.json()["code"]) == (again, 404, "notice.unknown")
    assert (unread(office, "f1"), unread(office, "f2")) == (0, 1)
    assert (listed(office, "f1", "?unread=true"), len(listed(office, "f2", "?unread=true"))) == ([], 1)


def test_all_that_was_seen_is_read_and_what_came_meanwhile_is_not(office: Office) -> None:
    tell(office, "f1")
    seen = tell(office, "f1", visit=2)
    tell(office, "f1", visit=3)

    left = signed_in(office["f1"]).post(f"{PATH}/read-all", {"until": seen.pk}, format="json")

    assert (left.json(), unread(office, "f1")) == ({"unread": 1}, 1)


def test_a_badge_that_did_not_change_is_not_sent_again(office: Office) -> None:
    tell(office, "f1")
    client = signed_in(office["f1"])
    tag = client.get(f"{PATH}/summary").headers["ETag"]

    assert client.get(f"{PATH}/summary", headers={"If-None-Match": tag}).status_code == 304
    tell(office, "f1", visit=2)
    assert client.get(f"{PATH}/summary", headers={"If-None-Match": tag}).json() == {"unread": 2}


def test_pages_go_on_where_they_ended_and_a_wrong_word_is_refused(office: Office) -> None:
    made = [tell(office, "f1", visit=visit) for visit in (1, 2, 3)]
    client = signed_in(office["f1"])

    first = client.get(f"{PATH}?limit=2").json()
    second = client.get(f"{PATH}?limit=2&cursor={first['next']}").json()
    refused = client.get(f"{PATH}?unread=maybe")

    shown = [one["id"] for one in first["results"] + second["results"]]
    assert (shown, second["next"]) == ([str(one.pk) for one in reversed(made)], None)
    assert (refused.status_code, refused.json()["code"]) == (422, "query.not_boolean")
