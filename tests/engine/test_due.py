"""When a wait is due: on the wall clock or in working time, by days and by hours; when failed work is tried anew."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from workflows.engine.calendar_windows import WorkingHours
from workflows.engine.calendars import Calendar
from workflows.engine.catching import ErrorExit, Repeating, RetryPolicy, error_ports, retry_policy
from workflows.engine.due import due_at, parse_duration
from workflows.engine.graph import LocalText

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = ((540, 720), (810, 1080))  # 09:00-12:00, 13:30-18:00
OFFICE = Calendar(WorkingHours(zone="Asia/Shanghai", week=(DAY,) * 5 + ((), ()), days=((date(2026, 2, 14), DAY),)))
FRIDAY = datetime(2026, 2, 13, 17, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("PT120M", datetime(2026, 2, 14, 10, 30, tzinfo=SHANGHAI)),  # an exchanged working Saturday
        ("P1D", datetime(2026, 2, 14, 17, 30, tzinfo=SHANGHAI)),
        ("P1DT1H", datetime(2026, 2, 16, 9, 30, tzinfo=SHANGHAI)),  # days before hours: half of one is left that day
        ("P2D", datetime(2026, 2, 16, 17, 30, tzinfo=SHANGHAI)),
    ],
)
def test_days_of_a_calendar_are_business_days_and_hours_are_open_hours(written: str, expected: datetime) -> None:
    duration = parse_duration(written)
    assert duration is not None

    assert due_at(FRIDAY, duration, calendar=OFFICE) == expected


def test_without_a_calendar_everything_counts() -> None:
    duration = parse_duration("P1DT1H")
    assert duration is not None

    assert due_at(FRIDAY, duration, calendar=None) == FRIDAY + timedelta(hours=25)


def test_time_that_fills_a_block_to_its_last_minute_is_due_when_that_closes() -> None:
    monday = datetime(2026, 1, 26, 9, tzinfo=SHANGHAI)
    calendar = Calendar(WorkingHours(zone="Asia/Shanghai", week=(DAY,) * 5 + ((), ())))
    duration, at = timedelta(), monday
    closes = []
    for day in range(400):  # far enough to end at the edge of every block on the way
        opens = monday + timedelta(days=day)
        if opens.weekday() < 5:
            duration += timedelta(minutes=450)
            closes.append((duration, opens.replace(hour=18)))

    assert [calendar.add(at, needed) for needed, _ in closes] == [close for _, close in closes]


@pytest.mark.parametrize(("tries", "seconds"), [(1, 1), (2, 3), (3, 10), (4, 10), (19, 10)])
def test_the_last_wait_of_a_policy_is_the_one_for_all_that_follow(tries: int, seconds: int) -> None:
    assert RetryPolicy(tries=20, waits=(1, 3, 10)).wait_after(tries) == seconds


def test_a_step_that_says_how_often_it_is_tried_is_heard() -> None:
    policy = RetryPolicy(tries=2, waits=(5,))
    config = Repeating(retry=policy)

    assert retry_policy(config) == policy


def test_an_exit_for_failures_is_called_what_its_drawing_calls_it() -> None:
    named = ErrorExit(codes=("*",), port="error", name=LocalText(zh="兜底", en="Rest"))
    plain = ErrorExit(codes=("http.*",), port="error_http")
    config = Repeating(on_error=(named, plain))

    assert [(port.port, port.name) for port in error_ports(config)] == [
        ("error", LocalText(zh="兜底", en="Rest")), ("error_http", LocalText(zh="出错", en="Error")),
    ]  # fmt: skip
