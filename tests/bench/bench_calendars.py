"""How many due times are reckoned per second on this machine, and what the first one of a calendar costs."""

import json
import sys
import timeit
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from workflows.engine.calendar_blocks import block_number
from workflows.engine.calendar_document import calendar_from_document
from workflows.engine.calendar_windows import OfflineWindow, WorkingHours
from workflows.engine.calendars import Calendar, all_of
from workflows.holidays_cn import office_calendar_document

_START = datetime(2024, 1, 1, tzinfo=UTC)
_STARTS = [_START + timedelta(minutes=79 * number) for number in range(20_000)]  # three years
_LUNCH = OfflineWindow(days=(0, 1, 2, 3, 4, 5, 6), window=(720, 810))


def bench() -> dict[str, float]:
    """Figures by name (rates per second, milliseconds), each the best of five rounds; also printed as JSON."""
    office = calendar_from_document(office_calendar_document([2024, 2025, 2026]))
    seat = all_of(office, _person())
    two_hours, three_weeks = timedelta(minutes=120), timedelta(hours=120)
    figures = {
        "add_120_minutes_per_second": _rate(lambda start: office.add(start, two_hours)),
        "add_120_minutes_composed_per_second": _rate(lambda start: seat.add(start, two_hours)),
        "add_120_hours_per_second": _rate(lambda start: office.add(start, three_weeks)),
        "between_per_second": _rate(lambda start: office.between(start, start + three_weeks)),
        "next_open_per_second": _rate(office.next_open),
        "add_3_days_per_second": _rate(lambda start: office.add_days(start, 3), every=20),
        "build_3_years_ms": _milliseconds(lambda: _build(Calendar(office.rule))),
        "first_due_time_of_a_person_ms": _milliseconds(lambda: all_of(office, _person()).add(_STARTS[0], two_hours)),
    }
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    return figures


def _person() -> Calendar:
    leave = (datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 3, 6, tzinfo=UTC))
    week = (((0, 1440),),) * 7
    return Calendar(WorkingHours(zone="Asia/Shanghai", week=week, offline=(_LUNCH,), absences=(leave,)))


def _build(calendar: Calendar) -> None:
    last = datetime.combine(date(2026, 12, 31), datetime.min.time(), UTC)
    for number in range(block_number(_START), block_number(last) + 1):
        calendar.block(number)


def _rate(subject: Callable[[datetime], object], *, every: int = 1) -> float:
    starts = _STARTS[::every]

    def run() -> None:
        for start in starts:
            subject(start)

    run()
    return round(len(starts) / min(timeit.repeat(run, repeat=5, number=1)))


def _milliseconds(subject: Callable[[], object]) -> float:
    return round(1000 * min(timeit.repeat(subject, repeat=5, number=1)), 3)


if __name__ == "__main__":
    bench()
