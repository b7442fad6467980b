"""A calendar is edited while people are waited for. Numbers are those of the trap list."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from approvals.actions.decide import answer
from approvals.models import ApprovalTask, Assignment
from bedrock.errors import BadInput, Conflict
from tests.approvals.conftest import Office, open_task, publish_flow, publish_graph, start_run
from tests.approvals.office import OFFICE, at
from tests.approvals.test_votes import parallel_graph
from workflows import invariants, rearming
from workflows.actions import calendars
from workflows.actions.audit import By
from workflows.actions.calendars import carry_out_edits, edit_calendar, preview_edit
from workflows.engine.calendar_document import calendar_to_document
from workflows.engine.events import Actor
from workflows.models import AuditEntry, Calendar, CalendarEdit, HistoryEvent, Instance, Timer
from workflows.runtime import Delivered
from workflows.scheduler import fire_due

Run = Callable[..., Delivered]
pytestmark = pytest.mark.django_db
HOLIDAY: dict[str, Any] = {"days": {"2026-01-26": []}}
EARLY: dict[str, Any] = {"week": {day: ["07:00-12:00", "13:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}}
TEN, TUESDAY = at(10), at(11, day=27)


def document(**changes: Any) -> dict[str, Any]:
    whole = calendar_to_document(OFFICE)
    return whole | {key: value if key == "absences" else whole[key] | value for key, value in changes.items()}


def edit(office: Office, *, policy: str, now: datetime = TEN, revision: int = 1, **changes: Any) -> Calendar:
    return edit_calendar(
        "office", name={"zh": "公司", "en": "Office"}, document=document(**changes), revision=revision, policy=policy,
        reason="heating is out", by=By(actor=Actor(id=str(office["d1"].pk), name="D1"), ip="192.0.2.1"), now=now,
    )  # fmt: skip


def due_times(delivered: Delivered) -> set[datetime | None]:
    """Wherever the due time of the one wait of a run stands."""
    task = ApprovalTask.objects.get(instance=delivered.instance_id, status="open")
    state = Instance.objects.get(pk=delivered.instance_id).state
    return {
        task.due_at, Timer.objects.get(instance=delivered.instance_id).due_at,
        Assignment.objects.get(task=task, status="open").sort_at, datetime.fromisoformat(state["tokens"][0]["due_at"]),
    }  # fmt: skip


def facts_of(delivered: Delivered) -> list[str]:
    rows = HistoryEvent.objects.filter(instance=delivered.instance_id).order_by("seq")
    return list(rows.values_list("kind", flat=True))


def test_trap_67_waits_under_way_are_reckoned_anew_wherever_their_due_time_stands(office: Office, run: Run) -> None:
    waiting = run(now=at(9))
    assert due_times(waiting) == {at(11)}

    edit(office, policy="recompute", **HOLIDAY)
    assert carry_out_edits(now=at(10)) > 0

    assert due_times(waiting) == {TUESDAY}  # 120 minutes of Tuesday
    told = HistoryEvent.objects.get(instance=waiting.instance_id, kind="changed")
    made = CalendarEdit.objects.get()
    assert (told.actor, told.actor_name, told.data["due_at"]) == (str(office["d1"].pk), "D1", TUESDAY.isoformat())
    assert told.data["why"] == {"cause": "calendar", "calendar": "office", "edit": str(made.pk)}
    assert invariants.broken() == []
    assert fire_due(now=at(11)) == 0
    assert fire_due(now=TUESDAY) == 1
    assert open_task(waiting).scopes == ["g:backup"]


def test_trap_67_an_earlier_due_time_comes_as_soon_as_the_edit_is_carried_out(office: Office, run: Run) -> None:
    waiting = run(now=at(8, day=27))  # before hours: the clock starts at nine
    assert due_times(waiting) == {at(11, day=27)}

    edit(office, policy="recompute", now=at(9, 30, day=27), **EARLY)
    carry_out_edits(now=at(9, 30, day=27))

    assert due_times(waiting) == {at(10, day=27)}
    assert invariants.broken() == []


def test_trap_67_waits_that_began_before_keep_their_time_and_later_ones_do_not(office: Office, run: Run) -> None:
    before = run(now=at(9))

    edit(office, policy="keep", **HOLIDAY)
    assert carry_out_edits(now=at(10)) == 0

    after = run(now=at(10), order="ORD2")
    assert (due_times(before), due_times(after)) == ({at(11)}, {TUESDAY})
    assert fire_due(now=at(11)) == 1  # it is really due, and not put off when it fires
    assert open_task(before).scopes == ["g:backup"]
    assert CalendarEdit.objects.values_list("status", "moved_later").get() == ("done", 0)


def test_a_later_edit_that_recomputes_reaches_waits_that_an_earlier_one_kept(office: Office, run: Run) -> None:
    waiting = run(now=at(9))
    edit(office, policy="keep", now=at(9, 10), days={"2026-01-27": []})
    edit(office, policy="recompute", now=at(9, 20), revision=2, days={"2026-01-26": [], "2026-01-27": []})

    carry_out_edits(now=at(9, 20))

    assert due_times(waiting) == {at(11, day=28)}


def test_both_policies_are_put_on_record_with_what_they_moved(office: Office, run: Run) -> None:
    for number in range(3):
        run(now=at(9), order=f"ORD{number}")
    edit(office, policy="recompute", **HOLIDAY)
    carry_out_edits(now=at(10))
    carry_out_edits(now=at(10) + calendars.SETTLED)  # the second look: nothing is left to do
    edit(office, policy="keep", revision=2, now=at(12))

    rows = CalendarEdit.objects.order_by("revision")
    assert [(one.policy, one.status, one.looked_at, one.moved_later, one.moved_earlier) for one in rows] == [
        ("recompute", "done", 3, 3, 0), ("keep", "done", 0, 0, 0),
    ]  # fmt: skip
    entries = AuditEntry.objects.filter(object_type="calendar").order_by("seq")
    assert [(one.action, one.reason) for one in entries] == [
        ("calendar.edit", "heating is out"), ("calendar.rearm", "heating is out"), ("calendar.edit", "heating is out"),
    ]  # fmt: skip
    assert (entries[0].after or {})["policy"] == "recompute"
    assert entries[1].after == {"looked_at": 3, "later": 3, "earlier": 0}


def test_it_is_carried_out_in_batches_and_goes_on_where_it_was_killed(
    office: Office, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendars, "BATCH", 2)
    monkeypatch.setattr(calendars, "BATCHES", 1)
    waiting = [run(now=at(9), order=f"ORD{number}") for number in range(5)]
    edit(office, policy="recompute", **HOLIDAY)

    assert carry_out_edits(now=at(10)) == 2
    with transaction.atomic():  # the third and fourth, and the power goes
        carry_out_edits(now=at(10))
        transaction.set_rollback(True)
    assert [due_times(one) for one in waiting] == [{TUESDAY}, {TUESDAY}, {at(11)}, {at(11)}, {at(11)}]
    while carry_out_edits(now=at(10)):
        pass

    assert [due_times(one) for one in waiting] == [{TUESDAY}] * 5
    assert CalendarEdit.objects.get().moved_later == 5
    assert invariants.broken() == []


def test_a_run_that_moved_meanwhile_is_read_again_and_nothing_of_it_is_lost(
    office: Office, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, decided = run(now=at(9)), run(now=at(9), order="ORD2")
    overtaken = start_run(office, order="ORD3", now=at(9))
    edit(office, policy="recompute", **HOLIDAY)
    write = rearming._write

    def race(*args: Any, **more: Any) -> Any:
        monkeypatch.setattr(rearming, "_write", write)
        by = By(actor=Actor(id=str(office["f1"].pk), name="f1"), ip=None)
        answer(open_task(decided).pk, name="approve", payload={"revision": 1}, user=office["f1"], by=by, now=at(10))
        to = {"kind": "group", "group": "ops"}
        answer(
            open_task(overtaken).pk, name="transfer", payload={"revision": 1, "to": to}, user=office["f1"], by=by,
            now=at(10),
        )  # fmt: skip
        return write(*args, **more)

    monkeypatch.setattr(rearming, "_write", race)
    carry_out_edits(now=at(10))

    assert due_times(waiting) == {TUESDAY}
    assert open_task(decided, node="ops").due_at is None
    assert open_task(overtaken).scopes == ["g:ops"]
    assert invariants.broken() == []


def test_two_waits_of_one_run_are_both_moved(office: Office) -> None:
    graph = deepcopy(parallel_graph())
    rest = {"after": "PT120M", "clock": "working", "calendar": "office"}
    for node in graph["nodes"]:
        if node["type"] == "approval":
            node |= {"type": "delay", "config": rest}
    for edge in graph["edges"]:
        if edge["id"].startswith("j-"):
            edge["port"] = "out"
    publish_graph(office, graph, key="both")
    both = start_run(office, key="both", now=at(9))

    edit(office, policy="recompute", **HOLIDAY)
    carry_out_edits(now=at(10))

    assert set(Timer.objects.filter(instance=both.instance_id).values_list("due_at", flat=True)) == {TUESDAY}
    assert facts_of(both).count("changed") == 2
    assert invariants.broken() == []


def test_a_preview_says_how_many_would_move_and_changes_nothing(office: Office, run: Run) -> None:
    waiting = [run(now=at(9), order=f"ORD{number}") for number in range(3)]
    publish_flow(office, key="wall", timeouts=[{"after": "PT1H", "clock": "wall", "do": "remind"}])
    start_run(office, key="wall", now=at(9))

    found = preview_edit("office", document=document(**HOLIDAY), now=at(9, 30))

    assert (found.looked.looked_at, found.looked.later, found.looked.earlier, found.is_whole) == (4, 3, 0, True)
    assert {(one.instance, one.before, one.after) for one in found.moves} == {
        (one.instance_id, at(11), TUESDAY) for one in waiting
    }
    assert [due_times(one) for one in waiting] == [{at(11)}] * 3
    assert not CalendarEdit.objects.exists()


def test_a_preview_warns_of_years_without_an_official_notice(office: Office, run: Run) -> None:
    run(now=at(9))

    found = preview_edit("office", document=document(**HOLIDAY) | {"confirmed_years": [2025]}, now=at(9, 30))

    assert found.unconfirmed_years == (2026,)


def test_a_wait_for_which_the_calendar_never_opens_stays_and_is_counted(office: Office, run: Run) -> None:
    waiting = run(now=at(9))

    edit(
        office, policy="recompute", absences=[{"from": "2026-01-26T08:00:00+08:00", "to": "2029-01-01T00:00:00+08:00"}]
    )
    carry_out_edits(now=at(10))

    assert due_times(waiting) == {at(11)}
    assert CalendarEdit.objects.values_list("moved_later", "left_alone").get() == (0, 1)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"revision": 7}, "calendar.revision_conflict"),
        ({"reason": "no"}, "reason.too_short"),
        ({"document": {"zone": "Asia/Shanghai", "week": {}}}, "calendar.document_invalid"),
    ],
)
def test_a_refused_edit_changes_nothing(office: Office, run: Run, given: dict[str, Any], code: str) -> None:
    waiting = run(now=at(9))
    before = Calendar.objects.values().get()
    whole: dict[str, Any] = {
        "name": {}, "document": document(**HOLIDAY), "revision": 1, "policy": "recompute", "reason": "because",
        "by": By(actor=Actor(id="1"), ip=None), "now": at(10),
    }  # fmt: skip

    with pytest.raises((Conflict, BadInput)) as caught:
        edit_calendar("office", **(whole | given))

    assert caught.value.code == code
    assert Calendar.objects.values().get() == before
    assert not CalendarEdit.objects.exists()
    assert not AuditEntry.objects.filter(object_type="calendar").exists()
    assert due_times(waiting) == {at(11)}


def test_looking_for_edits_costs_one_statement_while_there_are_none(office: Office) -> None:
    with connection.execute_wrapper(seen := Seen()):
        assert carry_out_edits(now=at(10) + timedelta(days=1)) == 0
    assert [sql.split()[0] for sql in seen.sql if "SAVEPOINT" not in sql] == ["SELECT"]


class Seen:
    def __init__(self) -> None:
        self.sql: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.sql.append(sql)
        return execute(sql, params, many, context)
