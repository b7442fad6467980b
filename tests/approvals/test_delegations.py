"""Delegations on a real database: what is stored, what is refused, and what becomes of work that waits already."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from approvals.actions import delegations
from approvals.actions.delegations import Wanted
from approvals.actions.move_queue import carry_out_moves
from approvals.models import ApprovalTask, Delegation, DepartmentMember, QueueMove
from bedrock.clock import now
from bedrock.errors import BadInput, Conflict, Forbidden, NotFound, OrderflowError
from tests.approvals.conftest import Office, open_task, publish_flow, signed_in, start_run
from tests.approvals.office import MONDAY
from workflows.actions.audit import By
from workflows.engine.events import Actor
from workflows.models import AuditEntry, HistoryEvent

pytestmark = pytest.mark.django_db

TODAY, NEXT_WEEK = date(2026, 1, 26), date(2026, 2, 2)
WANTED = Wanted(person="f1", to="b1", start=TODAY, end=NEXT_WEEK)


def by(user: User) -> By:
    return By(actor=Actor(id=str(user.pk), name=user.get_full_name()), ip=None)


def delegate(office: Office, *, user: str = "f1", now: datetime = MONDAY, **wanted: Any) -> delegations.Settled:
    asker = office[user]
    return delegations.delegate(replace(WANTED, **wanted), user=asker, by=by(asker), now=now)


def end(
    office: Office, row: Delegation, *, user: str = "f1", now: datetime = MONDAY, **more: Any
) -> delegations.Settled:
    asker = office[user]
    given = {"present": None, "reason": "", **more}
    return delegations.end_delegation(row.pk, user=asker, by=by(asker), now=now, **given)


def waiting_for_f1(office: Office, *orders: str, key: str = "refund") -> list[ApprovalTask]:
    publish_flow(office, key=key, assign=[{"kind": "user", "user": "f1"}], calendar="office")
    return [open_task(start_run(office, order=order, key=key)) for order in orders]


def scopes(task: ApprovalTask) -> list[str]:
    return ApprovalTask.objects.get(pk=task.pk).scopes


def scope(office: Office, name: str) -> str:
    return f"u:{office[name].pk}"


def kept() -> tuple[int, int, int]:
    return Delegation.objects.count(), QueueMove.objects.count(), AuditEntry.objects.count()


def test_new_work_goes_to_the_delegate_and_says_for_whom(office: Office) -> None:
    publish_flow(office, assign=[{"kind": "user", "user": "f1"}], calendar="office")
    settled = delegate(office)

    task = open_task(start_run(office))

    assert (settled.waiting, settled.move) == (0, None)
    assert task.scopes == [scope(office, "b1")]
    assert task.candidates[0]["on_behalf_of"] == {"key": "f1", "name": "F1"}
    told = signed_in(office["b1"]).post(f"/api/v1/tasks/{task.pk}/approve", {"revision": 1}, format="json").json()
    assert told["task"]["votes"][0]["on_behalf_of"] == {"key": "f1", "name": "F1"}
    [voted] = HistoryEvent.objects.filter(instance=task.instance, kind="noted")
    assert voted.data["data"]["on_behalf_of"] == {"id": str(office["f1"].pk), "name": "F1"}


def test_what_waits_already_is_asked_about_and_nothing_is_stored_until_somebody_says(office: Office) -> None:
    tasks = waiting_for_f1(office, "ORD1", "ORD2")
    before = kept()

    with pytest.raises(BadInput) as caught:
        delegate(office)

    assert (caught.value.code, caught.value.fields) == ("present.undecided", {"waiting": 2})
    assert kept() == before
    assert [scopes(task) for task in tasks] == [[scope(office, "f1")]] * 2


def test_work_that_is_kept_stays_and_work_that_is_moved_goes_by_its_run(office: Office) -> None:
    [first, second] = waiting_for_f1(office, "ORD1", "ORD2")
    other = waiting_for_f1(office, "ORD3", key="other")[0]

    kept_there = delegate(office, present="keep", to="b2", flows=("other",))
    assert (kept_there.waiting, scopes(other)) == (1, [scope(office, "f1")])

    settled = delegate(office, present="move", flows=("refund",))

    assert settled.move is not None
    assert (settled.waiting, settled.move.moved, settled.move.stayed, settled.move.done_at) == (2, 2, 0, MONDAY)
    assert [scopes(first), scopes(second), scopes(other)] == [
        [scope(office, "b1")], [scope(office, "b1")], [scope(office, "f1")],
    ]  # fmt: skip
    assert sorted(first.assignments.values_list("scope", "status")) == sorted(
        [(scope(office, "f1"), "transferred"), (scope(office, "b1"), "open")]
    )
    [note] = HistoryEvent.objects.filter(instance=first.instance, kind="noted")
    assert (note.actor_name, note.data["data"]["cause"]) == ("F1", "delegation")
    assert note.data["data"]["to"][0]["on_behalf_of"] == {"key": "f1", "name": "F1"}


def test_trap_11_days_begin_in_the_zone_of_who_delegates_and_work_moves_when_they_do(office: Office) -> None:
    """Tuesday begins in Shanghai at 16:00 UTC of Monday."""
    [task] = waiting_for_f1(office, "ORD1")
    settled = delegate(office, start=date(2026, 1, 27), end=date(2026, 1, 28), present="move")
    begins = datetime(2026, 1, 26, 16, tzinfo=UTC)
    assert settled.delegation.zone == "Asia/Shanghai"
    assert settled.move is not None
    assert (settled.move.due_at, settled.move.done_at) == (begins, None)

    assert carry_out_moves(now=begins - timedelta(microseconds=1)) == 0
    before = open_task(start_run(office, order="ORD2", now=begins - timedelta(microseconds=1)))
    assert (scopes(task), scopes(before)) == ([scope(office, "f1")], [scope(office, "f1")])

    assert carry_out_moves(now=begins) == 2
    assert (scopes(task), scopes(before)) == ([scope(office, "b1")], [scope(office, "b1")])
    assert open_task(start_run(office, order="ORD3", now=begins)).scopes == [scope(office, "b1")]
    over = begins + timedelta(days=1)
    assert open_task(start_run(office, order="ORD4", now=over)).scopes == [scope(office, "f1")]
    assert carry_out_moves(now=over) == 0
    assert scopes(task) == [scope(office, "b1")]  # what the delegate has at the end stays with them


def test_trap_11_a_delegation_that_is_ended_early_asks_what_becomes_of_what_the_delegate_holds(office: Office) -> None:
    [task] = waiting_for_f1(office, "ORD1")
    own = waiting_for_f1(office, "ORD2", key="own")[0]
    row = delegate(office, present="move", flows=("refund",)).delegation

    with pytest.raises(BadInput) as caught:
        end(office, row)
    assert (caught.value.code, caught.value.fields) == ("present.undecided", {"waiting": 1})

    settled = end(office, row, present="move")

    assert settled.move is not None
    assert (settled.waiting, settled.move.moved) == (1, 1)
    assert (scopes(task), scopes(own)) == ([scope(office, "f1")], [scope(office, "f1")])
    assert "on_behalf_of" not in ApprovalTask.objects.get(pk=task.pk).candidates[0]
    with pytest.raises(Conflict) as caught_again:
        end(office, row)
    assert caught_again.value.code == "delegation.over"


def test_work_that_the_delegate_has_in_their_own_name_is_not_given_back(office: Office) -> None:
    publish_flow(office, assign=[{"kind": "user", "user": "b1"}], calendar="office")
    task = open_task(start_run(office))
    row = delegate(office).delegation

    settled = end(office, row)

    assert (settled.waiting, settled.move, scopes(task)) == (0, None, [scope(office, "b1")])


def test_a_task_that_the_delegate_may_not_take_stays_and_is_counted(office: Office) -> None:
    [task] = waiting_for_f1(office, "ORD1")
    office["cs"].roles = ["requester", "approver"]
    office["cs"].save()

    settled = delegate(office, to="cs", present="move")

    assert settled.move is not None
    assert (settled.move.moved, settled.move.stayed, settled.move.done_at) == (0, 1, MONDAY)
    assert scopes(task) == [scope(office, "f1")]


def test_trap_10_a_circle_is_refused_when_it_is_stored(office: Office) -> None:
    delegate(office, user="b1", person="b1", to="f2")
    delegate(office, user="f2", person="f2", to="f1")
    before = kept()

    with pytest.raises(Conflict) as caught:
        delegate(office)

    assert (caught.value.code, caught.value.fields["way"]) == ("delegation.circle", "F1 → B1 → F2 → F1")
    assert kept() == before
    delegate(office, start=NEXT_WEEK, end=date(2026, 2, 9))  # when the others are over


REFUSED: list[tuple[dict[str, Any], type[OrderflowError], str]] = [
    ({"to": "f1"}, BadInput, "delegation.to_oneself"),
    ({"to": "nobody"}, BadInput, "delegation.unknown_person"),
    ({"to": "au"}, BadInput, "delegation.unable"),
    ({"end": TODAY}, BadInput, "delegation.bad_days"),
    ({"end": date(2027, 1, 28)}, BadInput, "delegation.bad_days"),
    ({"start": date(2026, 1, 20), "end": TODAY}, BadInput, "delegation.over"),
    ({"flows": ("unheard-of",)}, BadInput, "delegation.unknown_flow"),
    ({"user": "f2"}, Forbidden, "delegation.not_yours"),
    ({"user": "s1", "reason": "ill"}, BadInput, "reason.too_short"),
]


@pytest.mark.parametrize(("wanted", "kind", "code"), REFUSED)
def test_what_cannot_be_is_refused_and_nothing_is_stored(
    office: Office, wanted: dict[str, Any], kind: type[OrderflowError], code: str
) -> None:
    before = kept()

    with pytest.raises(kind) as caught:
        delegate(office, **wanted)

    assert (caught.value.code, kept()) == (code, before)


def test_a_second_one_for_the_same_time_is_refused(office: Office) -> None:
    delegate(office)

    with pytest.raises(Conflict) as caught:
        delegate(office, to="b2", start=date(2026, 2, 1), end=date(2026, 2, 5))

    assert caught.value.code == "delegation.overlaps"
    delegate(office, to="b2", start=NEXT_WEEK, end=date(2026, 2, 5))


def test_the_rows_themselves_refuse_what_makes_no_sense(office: Office) -> None:
    row = delegate(office).delegation
    for broken in ({"to_id": office["f1"].pk}, {"end": TODAY}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Delegation.objects.filter(pk=row.pk).update(**broken)


def test_a_supervisor_does_it_for_somebody_who_is_ill_with_a_reason_on_record(office: Office) -> None:
    [task] = waiting_for_f1(office, "ORD1")

    row = delegate(office, user="s1", reason="in hospital", present="move").delegation

    assert scopes(task) == [scope(office, "b1")]
    entry = AuditEntry.objects.latest("seq")
    assert (entry.action, entry.actor_name, entry.reason, entry.object_title) == (
        "delegation.create", "S1", "in hospital", "F1 → B1",
    )  # fmt: skip
    assert entry.after == {
        "person": "f1", "to": "b1", "start": "2026-01-26", "end": "2026-02-02", "zone": "Asia/Shanghai", "flows": [],
        "present": "move",
    }  # fmt: skip
    with pytest.raises(NotFound):
        end(office, row, user="o1")
    with pytest.raises(Forbidden):
        end(office, row, user="b1")
    end(office, row, user="s1", reason="well again", present="keep")
    assert AuditEntry.objects.latest("seq").action == "delegation.end"


def test_the_zone_is_that_of_the_department_before_that_of_a_group(office: Office) -> None:
    service = office["s1"].placement.department
    DepartmentMember.objects.create(user=office["f1"], department=service)
    assert delegate(office).delegation.zone == "Asia/Shanghai"  # no calendar there

    assert delegate(office, user="cs", person="cs", to="b1").delegation.zone == "UTC"  # nowhere any


def test_lists_show_ones_own_and_to_supervisors_all(office: Office) -> None:
    start, end_day = now().date(), now().date() + timedelta(days=3)
    f1 = signed_in(office["f1"])
    body = {"to": "b1", "start": start.isoformat(), "end": end_day.isoformat(), "reason": "holiday"}

    made = f1.post("/api/v1/delegations", body, format="json")

    assert made.status_code == 201, made.content
    assert made.json()["present"] == {"waiting": 0, "moved": 0, "stayed": 0, "pending": False}
    [row] = f1.get("/api/v1/delegations").json()["results"]
    assert {key: row[key] for key in ("person", "to", "flows", "reason", "ended_at")} == {
        "person": {"username": "f1", "display_name": "F1"}, "to": {"username": "b1", "display_name": "B1"}, "flows": [],
        "reason": "holiday", "ended_at": None,
    }  # fmt: skip
    assert len(signed_in(office["b1"]).get("/api/v1/delegations").json()["results"]) == 1
    assert signed_in(office["o1"]).get("/api/v1/delegations").json()["results"] == []
    assert len(signed_in(office["au"]).get("/api/v1/delegations?whose=all").json()["results"]) == 1
    assert signed_in(office["o1"]).get("/api/v1/delegations?whose=all").status_code == 403

    ended = f1.post(f"/api/v1/delegations/{row['id']}/end", {"reason": ""}, format="json")

    assert (ended.status_code, ended.json()["delegation"]["status"]) == (200, "over")
    again = f1.post(f"/api/v1/delegations/{row['id']}/end", {"reason": ""}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "delegation.over")


def test_a_busy_run_is_tried_again_and_a_killed_move_goes_on_where_it_stood(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = waiting_for_f1(office, "ORD1", "ORD2", "ORD3")
    monkeypatch.setattr("approvals.actions.move_queue.BATCH", 2)

    settled = delegate(office, present="move")

    assert settled.move is not None
    assert (settled.move.moved, settled.move.done_at) == (2, None)
    assert carry_out_moves(now=MONDAY) == 1
    assert [scopes(task) for task in tasks] == [[scope(office, "b1")]] * 3
    assert carry_out_moves(now=MONDAY) == 0
    settled.move.refresh_from_db()
    assert (settled.move.moved, settled.move.done_at) == (3, MONDAY)


def test_an_idle_sweep_of_moves_costs_one_statement(office: Office) -> None:
    with connection.execute_wrapper(_counting := _Counter()):
        carry_out_moves(now=MONDAY)

    assert _counting.seen == 1


class _Counter:
    seen = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen += 1
        return execute(sql, params, many, context)
