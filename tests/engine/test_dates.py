"""Days of a century against the standard library: leap days and ends of years are days like others."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.sizes import sized
from workflows.engine.calendar_windows import WorkingHours
from workflows.engine.calendars import Calendar
from workflows.engine.cron import parse_cron

DATES = sized(2_000, full=100_000)
SEED = 71
FIRST, LAST = date(2000, 1, 1).toordinal(), date(2099, 12, 30).toordinal()
NINE, SIX = time(9), time(18)
MARKED = [
    date(2024, 2, 28), date(2024, 2, 29), date(2100, 2, 28), date(2000, 2, 29), date(2026, 12, 31), date(2027, 1, 1),
    date(2038, 1, 18), date(2038, 1, 19), date(2038, 1, 20), date(2020, 12, 28), date(2021, 1, 3), date(2026, 12, 28),
]  # fmt: skip


@pytest.mark.parametrize("name", ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "UTC"])
def test_f71_every_date_opens_at_nine_and_closes_at_six_on_the_clock_of_its_zone(name: str) -> None:
    zone, chance = ZoneInfo(name), random.Random(SEED)
    days = MARKED + [date.fromordinal(chance.randint(FIRST, LAST)) for _ in range(DATES // 4)]
    calendar = Calendar(WorkingHours(zone=name, week=(((540, 1080),),) * 7))
    cron = parse_cron("0 9 * * *", zone)

    wrong = []
    for day in days:
        opens, closes = (datetime.combine(day, hour, zone).astimezone(UTC) for hour in (NINE, SIX))
        before = opens - timedelta(hours=2)
        found = (
            calendar.next_open(before), calendar.next_close(opens), calendar.add(before, timedelta(hours=9)),
            calendar.between(opens, closes), cron.after(before),
        )  # fmt: skip
        if found != (opens, closes, closes, closes - opens, opens):
            wrong.append((day, found))

    assert wrong == []
