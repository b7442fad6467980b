"""Schedules: what the five fields mean, against an oracle that looks at the clock every minute; clocks that change."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workflows.engine.cron import Cron, CronMalformed, parse_cron, parse_zone

SHANGHAI, NEW_YORK, LORD_HOWE = (
    ZoneInfo(name) for name in ("Asia/Shanghai", "America/New_York", "Australia/Lord_Howe")
)
MINUTE = timedelta(minutes=1)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def some(text: str, zone: ZoneInfo, start: datetime, count: int = 3) -> list[str]:
    """The next times as clocks of the zone show them."""
    cron, found = parse_cron(text, zone), []
    for _ in range(count):
        following = cron.after(start)
        if following is None:
            break
        found.append(following.astimezone(zone).strftime("%m-%d %H:%M%z"))
        start = following
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0 9 * * *", ["01-26 09:00+0800", "01-27 09:00+0800", "01-28 09:00+0800"]),
        ("*/20 9 * * mon-fri", ["01-26 09:00+0800", "01-26 09:20+0800", "01-26 09:40+0800"]),
        ("0 0 1 */3 *", ["04-01 00:00+0800", "07-01 00:00+0800", "10-01 00:00+0800"]),
        ("30 8,18 * * SUN", ["02-01 08:30+0800", "02-01 18:30+0800", "02-08 08:30+0800"]),
        ("0 12 * * 7", ["02-01 12:00+0800", "02-08 12:00+0800", "02-15 12:00+0800"]),
        ("0 12 13 * fri", ["01-30 12:00+0800", "02-06 12:00+0800", "02-13 12:00+0800"]),  # either will do
        ("50/5 23 * * *", ["01-26 23:50+0800", "01-26 23:55+0800", "01-27 23:50+0800"]),
        ("0 0 29 2 *", ["02-29 00:00+0800", "02-29 00:00+0800", "02-29 00:00+0800"]),
        ("0 0 31 2,4 *", []),
    ],
)
def test_the_five_fields_mean_what_they_mean_in_every_cron(text: str, found: list[str]) -> None:
    assert some(text, SHANGHAI, utc(2026, 1, 25, 16, 30)) == found


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", None), ("* * * *", None), ("* * * * * *", None), ("60 * * * *", 0), ("* 24 * * *", 1), ("* * 0 * *", 2),
        ("* * * 13 *", 3), ("* * * * 8", 4), ("5-1 * * * *", 0), ("*/0 * * * *", 0), ("1,,2 * * * *", 0),
        ("a * * * *", 0), ("-1 * * * *", 0), ("1.5 * * * *", 0), ("* * * foo *", 3), ("٣ * * * *", 0), ("@daily", None),
        ("* * * * mon-", 4), ("*-5 * * * *", 0), ("1-2-3 * * * *", 0), ("0 " * 200, None),
    ],
)  # fmt: skip
def test_what_is_no_schedule_is_refused_with_its_field(text: str, field: int | None) -> None:
    with pytest.raises(CronMalformed) as refused:
        parse_cron(text, SHANGHAI)

    assert refused.value.field == field


def test_only_zones_that_exist_are_known() -> None:
    assert [parse_zone(name) for name in ("Asia/Shanghai", "Mars/Base", "", "../etc/passwd", "a\0b")] == [
        SHANGHAI, None, None, None, None,
    ]  # fmt: skip


# 2026-03-08 02:00 → 03:00, 2026-11-01 02:00 → 01:00 in New York; Lord Howe moves by half an hour.
@pytest.mark.parametrize(
    ("text", "zone", "start", "found"),
    [
        # A time of day that is skipped comes at the end of the gap, once however many were skipped.
        ("30 2 * * *", NEW_YORK, utc(2026, 3, 8, 5), ["03-08 03:00-0400", "03-09 02:30-0400"]),
        ("*/20 2 * * *", NEW_YORK, utc(2026, 3, 8, 5), ["03-08 03:00-0400", "03-09 02:00-0400"]),
        ("15 2,3 * * *", NEW_YORK, utc(2026, 3, 8, 5), ["03-08 03:00-0400", "03-08 03:15-0400"]),
        # One that is shown twice comes the first time.
        ("30 1 * * *", NEW_YORK, utc(2026, 11, 1, 4), ["11-01 01:30-0400", "11-02 01:30-0500"]),
        # What comes every so often goes on by the hour that passes.
        ("30 * * * *", NEW_YORK, utc(2026, 3, 8, 6), ["03-08 01:30-0500", "03-08 03:30-0400"]),
        ("30 * * * *", NEW_YORK, utc(2026, 11, 1, 5), ["11-01 01:30-0400", "11-01 01:30-0500"]),
        ("15 2 * * *", LORD_HOWE, utc(2026, 10, 3, 12), ["10-04 02:30+1100", "10-05 02:15+1100"]),
        # A whole day that never was: Samoa had no 30 December 2011.
        ("0 9 30 12 *", ZoneInfo("Pacific/Apia"), utc(2011, 12, 1), ["12-31 00:00+1400", "12-30 09:00+1400"]),
    ],
)
def test_what_happens_when_clocks_change_is_as_it_is_written(
    text: str, zone: ZoneInfo, start: datetime, found: list[str]
) -> None:
    assert some(text, zone, start, 2) == found


def minute_by_minute(cron: Cron, start: datetime, minutes: int) -> list[datetime]:
    """The same by looking at the clock at every minute."""
    found = []
    times = set(cron.times)

    def shows(shown: datetime) -> bool:
        return cron.falls_on(shown.date()) and shown.time() in times

    for number in range(1, minutes + 1):
        instant = start + MINUTE * number
        here, before = (one.astimezone(cron.zone) for one in (instant, instant - MINUTE))
        is_shown = shows(here.replace(tzinfo=None, fold=0)) and (cron.every_hour or here.fold == 0)
        skipped = before.replace(tzinfo=None) + MINUTE
        while not cron.every_hour and not is_shown and skipped < here.replace(tzinfo=None):
            is_shown = shows(skipped)
            skipped += MINUTE
        if is_shown:
            found.append(instant)
    return found


def listed(first: int, last: int) -> st.SearchStrategy[str]:
    numbers = st.integers(first, last)
    ranges = st.tuples(numbers, numbers).map(lambda pair: f"{min(pair)}-{max(pair)}")
    steps = st.tuples(st.one_of(st.just("*"), ranges), st.integers(1, 30)).map(lambda pair: f"{pair[0]}/{pair[1]}")
    part = st.one_of(numbers.map(str), ranges, steps)
    return st.one_of(st.just("*"), st.lists(part, min_size=1, max_size=3).map(",".join))


CRONS = st.tuples(listed(0, 59), listed(0, 23), listed(1, 31), listed(1, 12), listed(0, 7)).map(" ".join)
# Days on which clocks change, and days on which nothing happens.
STARTS = st.sampled_from(
    [
        (NEW_YORK, utc(2026, 3, 7, 12)), (NEW_YORK, utc(2026, 10, 31, 12)), (LORD_HOWE, utc(2026, 10, 3, 3)),
        (LORD_HOWE, utc(2026, 4, 4, 3)), (ZoneInfo("Africa/Cairo"), utc(2026, 4, 23, 12)),
        (ZoneInfo("Africa/Cairo"), utc(2026, 10, 29, 12)), (ZoneInfo("Pacific/Apia"), utc(2011, 12, 29, 6)),
        (ZoneInfo("America/Scoresbysund"), utc(2024, 3, 30, 12)), (SHANGHAI, utc(2028, 2, 28, 12)),
    ]
)  # fmt: skip


@settings(max_examples=60)
@given(text=CRONS, where=STARTS, wait=st.integers(0, 1440))
@example(text="* * * * *", where=(NEW_YORK, utc(2026, 11, 1, 5)), wait=0)
@example(text="0,30 0,1,2,3 * * *", where=(ZoneInfo("Africa/Cairo"), utc(2026, 10, 29, 20)), wait=0)
def test_it_comes_exactly_when_a_look_at_every_minute_says_so(
    text: str, where: tuple[ZoneInfo, datetime], wait: int
) -> None:
    zone, start = where
    cron, start = parse_cron(text, zone), start + MINUTE * wait
    end = start + MINUTE * 1800

    assert forward(cron, start, end) == minute_by_minute(cron, start, 1800)


def forward(cron: Cron, start: datetime, end: datetime) -> Sequence[datetime]:
    found: list[datetime] = []
    while (following := cron.after(start)) is not None and following <= end:
        found.append(following)
        start = following
    return found


@settings(max_examples=60)
@given(text=CRONS, where=STARTS, wait=st.integers(0, 2880))
def test_looking_back_finds_the_last_that_looking_ahead_found(
    text: str, where: tuple[ZoneInfo, datetime], wait: int
) -> None:
    zone, start = where
    cron, now = parse_cron(text, zone), start + MINUTE * wait
    last = cron.until(now)

    if last is None:
        assert cron.after(now - timedelta(days=3000)) is None
    else:
        assert last <= now
        assert cron.after(last - timedelta(seconds=1)) == last
        following = cron.after(last)
        assert following is None or following > now
