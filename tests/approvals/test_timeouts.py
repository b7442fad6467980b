"""Timeouts in the time of those who are asked. Numbers are those of the trap list."""

from datetime import timedelta
from typing import Any

import pytest

from bedrock.errors import Forbidden
from tests.approvals.office import (
    MONDAY,
    actor,
    at,
    away,
    directory,
    ended,
    noted,
    opened,
    seats,
    with_group,
    with_person,
    world,
)
from workflows.engine.calendar_windows import OfflineWindow
from workflows.engine.events import Signalled, TimerDue

BACKUP = [{"kind": "group", "group": "backup"}]
TRANSFER: dict[str, Any] = {"timeouts": [{"after": "PT120M", "do": "transfer", "to": BACKUP}]}


def test_trap_63_the_clock_stops_over_lunch_when_the_whole_group_is_offline() -> None:
    run = opened(TRANSFER, now=at(11, 30))

    assert run.token_at("ask").due_at == at(15)  # 30 minutes, lunch until 13:30, 90 minutes
    run.wind(to=at(14, 59))
    assert seats(run) == ["g:finance"]
    run.wind(to=at(15))
    assert seats(run) == ["g:backup"]


def test_trap_63_the_clock_keeps_running_when_the_node_ignores_breaks() -> None:
    run = opened(TRANSFER, now=at(11, 30), offline="ignore")

    assert run.token_at("ask").due_at == at(14, 30)  # only the office's own break until 13:00


def test_trap_63_a_pool_is_there_when_one_member_is() -> None:
    absent = with_person(directory(), "1", absences=(away(at(8), at(18)),))
    run = opened(TRANSFER, people=absent, now=at(9))
    assert run.token_at("ask").due_at == at(11)

    both = with_person(absent, "2", absences=(away(at(10), at(16)),))
    run = opened(TRANSFER, people=both, now=at(9))
    assert run.token_at("ask").due_at == at(17)  # an hour until 10:00, the other from 16:00


def test_trap_63_the_plain_calendar_counts_when_a_break_covers_every_day() -> None:
    always = OfflineWindow(days=(0, 1, 2, 3, 4, 5, 6), window=(0, 1440))
    run = opened(TRANSFER, people=with_group(directory(), "finance", offline=(always,)))

    assert run.token_at("ask").due_at == at(11)


def test_trap_64_the_clock_starts_at_the_opening_when_a_task_comes_outside_of_hours_or_at_closing() -> None:
    assert opened(TRANSFER, now=at(20)).token_at("ask").due_at == at(11, day=27)
    assert opened(TRANSFER, now=at(18)).token_at("ask").due_at == at(11, day=27)
    assert opened(TRANSFER, now=at(9, day=31)).token_at("ask").due_at == at(11, day=26) + timedelta(days=7)


def test_a_wall_clock_step_counts_nights_too() -> None:
    run = opened(timeouts=[{"after": "PT24H", "clock": "wall", "do": "remind"}], now=at(20))

    assert run.token_at("ask").due_at == at(20, day=27)


def test_trap_57_a_timer_of_an_older_attempt_means_nothing() -> None:
    run = opened(timeouts=[{"after": "PT1H", "do": "remind"}, *TRANSFER["timeouts"]])
    token = run.token_at("ask")
    old = TimerDue(token=token.id, visit=token.visit, attempt=token.attempt)
    run.wind(hours=1)

    step = run.take(old)

    assert not step.changed
    assert seats(run) == ["g:finance"]


def test_trap_56_a_timer_does_nothing_when_the_task_was_decided_at_the_same_moment() -> None:
    run = opened(TRANSFER)
    token = run.token_at("ask")
    run.now = at(11)
    run.take(Signalled(token=token.id, visit=token.visit, name="approve", payload={"revision": 1}, actor=actor("1")))

    step = run.take(TimerDue(token=token.id, visit=token.visit, attempt=token.attempt))

    assert not step.changed
    assert ended(run) == "yes"


def test_trap_56_the_answer_is_refused_when_the_timer_came_first() -> None:
    run = opened(TRANSFER)
    run.wind(to=at(11))

    with pytest.raises(Forbidden) as caught:
        run.signal("ask", "approve", actor=actor("1"), revision=1)

    assert caught.value.code == "task.not_yours"


def test_the_row_of_timeouts_is_walked_step_by_step_each_from_the_one_before() -> None:
    run = opened(
        timeouts=[
            {"after": "PT30M", "do": "remind"}, {"after": "PT60M", "do": "transfer", "to": BACKUP},
            {"after": "PT60M", "do": "leave"},
        ]
    )  # fmt: skip

    steps = run.wind(hours=3)

    assert [step.at for step in steps] == [at(9, 30), at(10, 30), at(11, 30)]
    assert ended(run) == "late"
    assert noted(run, "reminded") == [{"seats": ["g:finance"]}]
    assert run.inline[-1].payload["status"] == "timed_out"
    assert run.inline[-1].payload["decisions"] == []


def test_trap_59_no_burst_of_steps_when_the_sweep_was_down_for_hours() -> None:
    run = opened(timeouts=[{"after": "PT30M", "do": "remind"}, {"after": "PT30M", "do": "remind"}])
    token = run.token_at("ask")
    run.now = at(16)  # six working hours late

    run.take(TimerDue(token=token.id, visit=token.visit, attempt=token.attempt))

    assert len(noted(run, "reminded")) == 1
    assert run.token_at("ask").due_at == at(16, 30)


def test_trap_69_the_owner_role_gets_the_work_when_the_target_is_empty_or_holds_it_already() -> None:
    empty = opened(timeouts=[{"after": "PT60M", "do": "transfer", "to": [{"kind": "group", "group": "nobody"}]}])
    empty.wind(hours=2)
    assert seats(empty) == ["r:supervisor"]

    same = opened(
        {"assign": [{"kind": "user", "user": "f1"}]},
        timeouts=[{"after": "PT60M", "do": "transfer", "to": [{"kind": "user", "user": "f1"}]}],
    )
    same.wind(hours=2)
    assert seats(same) == ["r:supervisor"]


def test_trap_69_the_work_stays_where_it_is_when_really_nobody_else_is_left() -> None:
    people = with_person(with_person(directory(), "7", active=False), "9", active=False)
    run = opened(
        people=people, timeouts=[{"after": "PT60M", "do": "transfer", "to": [{"kind": "group", "group": "nobody"}]}]
    )

    run.wind(hours=2)

    assert seats(run) == ["g:finance"]
    assert noted(run, "transfer_found_nobody") == [{"step": 0}]


def test_trap_70_each_silent_voters_silence_counts_when_a_countersign_approves_by_timeout() -> None:
    voters = [{"kind": "user", "user": name} for name in ("f1", "f2", "b1")]
    run = opened({"assign": voters}, mode="all", calendar="office", timeouts=[{"after": "PT60M", "do": "approve"}])
    run.signal("ask", "approve", actor=actor("1"), revision=1)

    run.wind(hours=1)

    assert ended(run) == "yes"
    votes = run.inline[-1].payload["sheet"]["votes"]
    assert [(vote["user"]["id"], vote["source"]) for vote in votes] == [
        ("1", "person"), ("2", "timer"), ("3", "timer"),
    ]  # fmt: skip
    assert run.inline[-1].payload["status"] == "approved"


def test_a_silent_pool_is_one_answer_when_any_rejects_by_timeout() -> None:
    run = opened(timeouts=[{"after": "PT60M", "do": "reject"}])

    run.wind(hours=1)

    assert ended(run) == "no"
    assert run.inline[-1].payload["decisions"][0]["by"] == "timer"


def test_a_timeout_transfer_replaces_only_silent_voters_when_all_must_approve() -> None:
    run = opened(
        {"assign": [{"kind": "user", "user": n} for n in ("f1", "f2", "b1")], "mode": "all"},
        calendar="office",
        **TRANSFER,
    )
    run.signal("ask", "approve", actor=actor("3"), revision=1)

    run.wind(hours=2)

    assert seats(run) == ["u:4"]  # b1 voted already and is not asked twice
    run.signal("ask", "approve", actor=actor("4"), revision=2)
    assert ended(run) == "yes"


def test_trap_68_the_rest_of_the_time_goes_along_when_a_person_transfers() -> None:
    run = opened(TRANSFER, now=at(10))  # 120 minutes: due at 12:00
    run.now = at(11, 30)

    run.signal("ask", "transfer", actor=actor("1"), revision=1, to={"kind": "group", "group": "ops"})

    assert run.token_at("ask").due_at == at(12)  # half an hour left; ops has no lunch break before 12:00
    run.wind(to=at(12))
    assert seats(run) == ["g:backup"]


def test_trap_67_the_due_time_moves_when_leave_was_entered_after_the_timer_was_set() -> None:
    run = opened(TRANSFER)
    absent = with_person(
        with_person(directory(), "1", absences=(away(at(8), at(16)),)), "2", absences=(away(at(8), at(16)),)
    )
    run.world = world(absent)

    run.wind(to=at(11))

    assert seats(run) == ["g:finance"]
    assert run.token_at("ask").due_at == at(18)
    assert noted(run, "due_moved") == [{"due_at": at(18).isoformat()}]


def test_the_remaining_voters_clock_counts_when_others_answered() -> None:
    absent = with_person(directory(), "2", absences=(away(at(8), at(14)),))
    run = opened({"mode": "all"}, people=absent, calendar="office", **TRANSFER)
    assert run.token_at("ask").due_at == MONDAY + timedelta(minutes=120)

    run.signal("ask", "approve", actor=actor("1"), revision=1)

    assert run.token_at("ask").due_at == at(16)
