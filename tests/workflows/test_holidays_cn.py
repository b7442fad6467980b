"""The Chinese working days of 2024-2026, by themselves and as the oracle of due times."""

import csv
import os
from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from workflows.engine.calendar_document import calendar_from_document
from workflows.holidays_cn import OFFICE_HOURS, day_overrides, is_confirmed, office_calendar_document

SHARED_DATA = Path(
    os.environ.get("ORDERFLOW_SHARED_DATA") or Path(__file__).resolve().parent.parent.parent.parent / "shared" / "data"
)
WORKDAYS = SHARED_DATA / "calendar" / "workdays.csv"
BEIJING = timezone(timedelta(hours=8))
MAKE_UP_DAYS = [
    "2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14", "2024-09-29", "2024-10-12",
    "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
    "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
]  # fmt: skip


@pytest.fixture(scope="module")
def official() -> dict[date, bool]:
    """Each day of 2024-2026 and whether the State Council's notices make it a working day."""
    if not WORKDAYS.exists():
        pytest.skip(f"The official calendar is not at {WORKDAYS}; set ORDERFLOW_SHARED_DATA to its data folder.")
    with WORKDAYS.open(encoding="utf-8") as file:
        return {date.fromisoformat(row["date"]): row["is_workday"] == "1" for row in csv.DictReader(file)}


def test_make_up_days_have_office_hours_when_the_notice_names_them() -> None:
    found = [day for year in (2024, 2025, 2026) for day, windows in day_overrides(year).items() if windows]

    assert found == MAKE_UP_DAYS
    assert day_overrides(2026)["2026-02-14"] == list(OFFICE_HOURS)
    assert day_overrides(2026, windows=["10:00-16:00"])["2026-02-14"] == ["10:00-16:00"]


def test_holidays_have_no_windows_when_the_notice_names_them() -> None:
    closed = [day for day, windows in day_overrides(2026).items() if not windows]

    assert [day for day in closed if day.startswith("2026-02")] == [
        f"2026-02-{day}" for day in (16, 17, 18, 19, 20, 23)
    ]
    assert {day[:4] for day in closed} == {"2026"}


def test_a_year_is_confirmed_when_its_notice_is_out() -> None:
    assert [year for year in range(2010, 2030) if is_confirmed(year)] == list(range(2012, 2027))
    assert all(any(day_overrides(year).values()) for year in range(2012, 2027))
    assert not any(day_overrides(2027).values())


def test_the_office_document_says_which_years_are_confirmed_when_it_reaches_further() -> None:
    document = office_calendar_document([2027, 2026])
    calendar = calendar_from_document(document)

    assert document["confirmed_years"] == [2026]
    assert calendar.unconfirmed(datetime(2026, 12, 31, tzinfo=BEIJING), datetime(2027, 1, 2, tzinfo=BEIJING)) == (2027,)
    assert calendar.add(datetime(2026, 2, 13, 17, 30, tzinfo=BEIJING), timedelta(minutes=120)) == datetime(
        2026, 2, 14, 10, 30, tzinfo=BEIJING
    )


def test_every_day_is_a_working_day_when_the_official_calendar_says_so(official: dict[date, bool]) -> None:
    calendar = calendar_from_document(office_calendar_document([2024, 2025, 2026]))

    assert len(official) == 1096
    assert {day: calendar.works_on(day) for day in official} == official


@pytest.mark.parametrize("duration", [1, 120, 450, 3000])
def test_due_is_the_nth_working_minute_when_started_at_any_half_hour(official: dict[date, bool], duration: int) -> None:
    """1,096 days x 48 starts against the list of all working minutes, each counted one by one."""
    calendar = calendar_from_document(office_calendar_document([2024, 2025, 2026]))
    zero = datetime(2024, 1, 1, tzinfo=BEIJING)
    office = [minute for minute in range(1440) if 540 <= minute < 720 or 810 <= minute < 1080]
    working = [(day - zero.date()).days * 1440 + minute for day in official if official[day] for minute in office]
    wrong = []
    for half_hour in range(1096 * 48):
        start = zero + timedelta(minutes=30 * half_hour)
        last = bisect_left(working, 30 * half_hour) + duration - 1
        due = calendar.add(start.astimezone(UTC), timedelta(minutes=duration))
        if last >= len(working):
            right = due.astimezone(BEIJING).year == 2027 and calendar.unconfirmed(start, due) == (2027,)
        else:
            right = due == zero + timedelta(minutes=working[last] + 1)
        if not right:
            wrong.append(start)

    assert wrong == []
