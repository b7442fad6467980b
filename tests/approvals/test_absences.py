"""Leave over HTTP: whose it is, what it must say, and what becomes of work that waits already."""

from datetime import timedelta
from typing import Any

import pytest

from approvals.actions.move_queue import carry_out_moves
from approvals.models import Absence, ApprovalTask, QueueMove
from bedrock.clock import now
from tests.approvals.conftest import Office, open_task, publish_flow, signed_in, start_run
from workflows.models import AuditEntry, HistoryEvent

pytestmark = pytest.mark.django_db


def leave(*, days: int = 0, lasting: int = 7, **more: Any) -> dict[str, Any]:
    """From so many days from now on."""
    start = now() + timedelta(days=days)
    return {"start": start.isoformat(), "end": (start + timedelta(days=lasting)).isoformat(), **more}


def ask(office: Office, body: dict[str, Any], *, user: str = "f1", of: str = "f1") -> Any:
    return signed_in(office[user]).post(f"/api/v1/people/{office[of].pk}/absences", body, format="json")


def waiting_for_f1(office: Office) -> ApprovalTask:
    publish_flow(office, assign=[{"kind": "user", "user": "f1"}], calendar="office")
    return open_task(start_run(office))


def kept() -> tuple[int, int, int]:
    return Absence.objects.count(), QueueMove.objects.count(), AuditEntry.objects.count()


def test_leave_asks_about_open_work_and_stores_nothing_before_somebody_says(office: Office) -> None:
    task = waiting_for_f1(office)
    before = kept()

    refused = ask(office, leave())

    assert (refused.status_code, refused.json()["code"], refused.json()["waiting"]) == (422, "present.undecided", 1)
    assert kept() == before

    kept_there = ask(office, leave(present="keep")).json()

    assert kept_there["present"] == {"waiting": 1, "moved": 0, "stayed": 0, "pending": False}
    assert kept_there["absence"]["status"] == "away"
    assert ApprovalTask.objects.get(pk=task.pk).scopes == [f"u:{office['f1'].pk}"]


def test_work_goes_to_whom_the_person_names_when_the_leave_begins(office: Office) -> None:
    task = waiting_for_f1(office)

    told = ask(office, leave(days=1, present="move", to="b1", reason="in the mountains")).json()

    assert told["present"] == {"waiting": 1, "moved": 0, "stayed": 0, "pending": True}
    assert carry_out_moves(now=now()) == 0
    assert carry_out_moves(now=now() + timedelta(days=1)) == 1
    assert ApprovalTask.objects.get(pk=task.pk).scopes == [f"u:{office['b1'].pk}"]
    [note] = HistoryEvent.objects.filter(instance=task.instance, kind="noted")
    assert (note.data["data"]["cause"], note.data["data"]["comment"]) == ("leave", "in the mountains")


def test_leave_that_never_began_is_gone_with_what_was_to_move(office: Office) -> None:
    waiting_for_f1(office)
    made = ask(office, leave(days=1, present="move", to="b1")).json()["absence"]["id"]

    ended = signed_in(office["f1"]).delete(f"/api/v1/people/{office['f1'].pk}/absences/{made}")

    assert ended.status_code == 204
    assert (Absence.objects.count(), QueueMove.objects.count()) == (0, 0)
    assert AuditEntry.objects.latest("seq").action == "absence.end"


def test_leave_under_way_ends_now_and_not_twice(office: Office) -> None:
    made = ask(office, leave()).json()["absence"]["id"]
    path = f"/api/v1/people/{office['f1'].pk}/absences/{made}"

    assert signed_in(office["f1"]).delete(path).status_code == 204

    [row] = signed_in(office["f1"]).get(f"/api/v1/people/{office['f1'].pk}/absences").json()["results"]
    assert row["status"] == "over"
    again = signed_in(office["f1"]).delete(path)
    assert (again.status_code, again.json()["code"]) == (409, "absence.over")


def test_a_supervisor_enters_it_for_somebody_with_a_reason_on_record(office: Office) -> None:
    assert ask(office, leave(reason="ill"), user="s1").json()["code"] == "reason.too_short"

    assert ask(office, leave(reason="in hospital"), user="s1").status_code == 201

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_name, entry.reason, entry.object_title) == (
        "absence.create", "S1", "in hospital", "F1",
    )  # fmt: skip
    path = f"/api/v1/people/{office['f1'].pk}/absences"
    assert [signed_in(office[who]).get(path).status_code for who in ("f1", "s1", "au", "f2")] == [200, 200, 200, 403]


REFUSED = [
    (leave(lasting=0), 422, "absence.bad_times"),
    (leave(lasting=367), 422, "absence.bad_times"),
    (leave(days=-9, lasting=7), 422, "absence.over"),
    (leave(present="move"), 422, "absence.unable"),
    (leave(present="move", to="f1"), 422, "absence.unable"),
    (leave(present="move", to="au"), 422, "absence.unable"),
    (leave(for_ever="yes"), 422, "input.invalid"),
]


@pytest.mark.parametrize(("body", "status", "code"), REFUSED)
def test_what_cannot_be_is_refused_and_nothing_is_stored(
    office: Office, body: dict[str, Any], status: int, code: str
) -> None:
    answer = ask(office, body)

    assert (answer.status_code, answer.json()["code"], kept()) == (status, code, (0, 0, 0))


def test_leave_beside_other_leave_is_refused_and_that_of_others_is_theirs(office: Office) -> None:
    ask(office, leave())

    twice, foreign = ask(office, leave(days=1)), ask(office, leave(days=20), user="f2")

    assert (twice.status_code, twice.json()["code"]) == (409, "absence.overlaps")
    assert (foreign.status_code, foreign.json()["code"]) == (403, "absence.not_yours")
    assert Absence.objects.count() == 1
