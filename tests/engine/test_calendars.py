"""Working time on known days: due times, days off, nights, clock changes, compositions, refusals."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bedrock.errors import BadInput, NotFound
from workflows.engine.calendar_blocks import KEPT_BLOCKS
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.calendar_windows import OfflineWindow, Window, WorkingHours
from workflows.engine.calendars import ALWAYS, KEPT_DAYS, Calendar, NoOpenTime, all_of, any_of

OFFICE: tuple[Window, ...] = ((540, 720), (810, 1080))  # 09:00-12:00, 13:30-18:00
ROUND: tuple[Window, ...] = ((0, 1440),)
NIGHT: tuple[Window, ...] = ((1320, 1800),)  # 22:00-06:00
WEEKDAYS_OFFICE = (OFFICE,) * 5 + ((), ())
SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)


def hours(
    week: tuple[tuple[Window, ...], ...] = WEEKDAYS_OFFICE,
    *,
    zone: str = "Asia/Shanghai",
    days: dict[date, tuple[Window, ...]] | None = None,
    offline: tuple[OfflineWindow, ...] = (),
    absences: tuple[tuple[datetime, datetime], ...] = (),
    confirmed: tuple[int, ...] | None = None,
) -> WorkingHours:
    return WorkingHours(
        zone=zone,
        week=week,
        days=tuple((days or {}).items()),
        offline=offline,
        absences=absences,
        confirmed_years=confirmed,
    )


def here(
    year: int,
    month: int,
    day: int,
    hour: int = 0,
    minute: int = 0,
    second: int = 0,
    microsecond: int = 0,
    *,
    zone: ZoneInfo = SHANGHAI,
) -> datetime:
    return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=zone)


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


SPRING_FESTIVAL = {
    date(2026, 2, 14): OFFICE,
    **{date(2026, 2, day): () for day in range(15, 24)},
    date(2026, 2, 28): OFFICE,
}
OFFICE_CALENDAR = Calendar(hours(days=SPRING_FESTIVAL, confirmed=(2025, 2026)))
NEW_YORK_NIGHTS = Calendar(hours((NIGHT,) * 7, zone="America/New_York"))
LUNCH = OfflineWindow(days=(0, 1, 2, 3, 4, 5, 6), window=(720, 810))


def test_due_is_on_the_exchanged_saturday_when_friday_ends_first() -> None:
    due = OFFICE_CALENDAR.add(here(2026, 2, 13, 17, 30), minutes(120))

    assert due == here(2026, 2, 14, 10, 30)
    assert due.tzinfo is UTC


def test_due_is_after_the_holiday_when_the_make_up_day_ends_first() -> None:
    assert OFFICE_CALENDAR.add(here(2026, 2, 14, 17, 30), minutes(120)) == here(2026, 2, 24, 10, 30)


def test_lunch_pauses_the_clock_when_finance_is_offline_daily() -> None:
    finance = Calendar(hours((((540, 1080),),) * 7, offline=(LUNCH,)))

    assert finance.add(here(2026, 3, 4, 11, 15), minutes(120)) == here(2026, 3, 4, 14, 45)
    assert finance.between(here(2026, 3, 4, 11, 15), here(2026, 3, 4, 14, 45)) == minutes(120)
    assert not finance.is_open(here(2026, 3, 4, 12))
    assert finance.is_open(here(2026, 3, 4, 13, 30))


def test_a_break_of_some_weekdays_leaves_the_others_when_it_recurs() -> None:
    mondays = OfflineWindow(days=(0,), window=(540, 720))
    calendar = Calendar(hours(offline=(mondays,)))

    assert calendar.next_open(here(2026, 3, 2, 8)) == here(2026, 3, 2, 13, 30)
    assert calendar.next_open(here(2026, 3, 3, 8)) == here(2026, 3, 3, 9)


def test_the_closing_instant_is_due_when_the_time_is_just_used_up() -> None:
    assert OFFICE_CALENDAR.add(here(2026, 3, 4, 17, 30), minutes(30)) == here(2026, 3, 4, 18)
    assert not OFFICE_CALENDAR.is_open(here(2026, 3, 4, 18))
    assert OFFICE_CALENDAR.is_open(here(2026, 3, 4, 17, 59, 59, 999_999))


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (here(2026, 3, 4, 10, 0, 0, 1), here(2026, 3, 4, 10, 0, 0, 1)),
        (here(2026, 3, 4, 18), here(2026, 3, 5, 9)),
        (here(2026, 3, 4, 12), here(2026, 3, 4, 13, 30)),
        (here(2026, 3, 7, 11), here(2026, 3, 9, 9)),
    ],
)
def test_nothing_to_wait_for_is_due_at_the_next_opening_when_closed(start: datetime, due: datetime) -> None:
    assert OFFICE_CALENDAR.add(start, timedelta()) == due


def test_a_task_made_outside_hours_counts_from_the_opening_when_time_is_added() -> None:
    assert OFFICE_CALENDAR.add(here(2026, 3, 4, 18), minutes(1)) == here(2026, 3, 5, 9, 1)
    assert OFFICE_CALENDAR.add(here(2026, 3, 7, 3), minutes(1)) == here(2026, 3, 9, 9, 1)


def test_answers_are_exact_to_the_microsecond_when_times_are() -> None:
    start = here(2026, 3, 4, 11, 59, 59, 999_998)

    due = OFFICE_CALENDAR.add(start, timedelta(microseconds=5))

    assert due == here(2026, 3, 4, 13, 30, 0, 3)
    assert OFFICE_CALENDAR.between(start, due) == timedelta(microseconds=5)


def test_time_between_is_negative_when_the_end_is_earlier() -> None:
    early, late = here(2026, 3, 4, 10), here(2026, 3, 5, 10)

    assert OFFICE_CALENDAR.between(early, late) == minutes(450)
    assert OFFICE_CALENDAR.between(late, early) == -minutes(450)
    assert OFFICE_CALENDAR.between(early, early) == timedelta()


def test_a_night_belongs_to_the_day_it_starts_when_the_next_is_a_holiday() -> None:
    nights = Calendar(hours((NIGHT,) * 5 + ((), ()), days={date(2026, 3, 5): ()}))

    assert nights.windows(here(2026, 3, 4), here(2026, 3, 7)) == (
        (here(2026, 3, 4), here(2026, 3, 4, 6)),
        (here(2026, 3, 4, 22), here(2026, 3, 5, 6)),
        (here(2026, 3, 6, 22), here(2026, 3, 7)),
    )
    assert nights.works_on(date(2026, 3, 6))
    assert not nights.works_on(date(2026, 3, 5))
    assert nights.is_open(here(2026, 3, 7, 5, 59))
    assert nights.add(here(2026, 3, 6, 23), minutes(450)) == here(2026, 3, 9, 22, 30)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Pacific/Honolulu", "Pacific/Kiritimati"])
@pytest.mark.parametrize("length", [480, 1380])
def test_every_night_is_whole_when_two_years_of_blocks_are_joined(zone: str, length: int) -> None:
    nights = Calendar(hours((((1320, 1320 + length),),) * 7, zone=zone))
    start = here(2025, 1, 1, 22, zone=ZoneInfo(zone))

    assert nights.windows(start, start + timedelta(days=730)) == tuple(
        (start + timedelta(days=day), start + timedelta(days=day, minutes=length)) for day in range(730)
    )


def test_a_break_across_midnight_is_taken_from_the_next_day_when_it_reaches_there() -> None:
    pause = OfflineWindow(days=(2,), window=(1380, 1500))  # Wednesday 23:00-01:00
    calendar = Calendar(hours((ROUND,) * 7, offline=(pause,)))

    assert calendar.next_close(here(2026, 3, 4, 12)) == here(2026, 3, 4, 23)
    assert calendar.next_open(here(2026, 3, 4, 23)) == here(2026, 3, 5, 1)


def test_windows_are_joined_when_they_overlap_or_touch() -> None:
    torn = Calendar(hours((((600, 720), (540, 660), (720, 800)),) * 5 + ((), ())))
    whole = Calendar(hours((((540, 800),),) * 5 + ((), ())))

    assert torn == whole
    assert hash(torn) == hash(whole)


def test_a_window_runs_to_midnight_when_it_ends_at_24() -> None:
    late = Calendar(hours((((1410, 1440),),) * 7))

    assert late.is_open(here(2026, 3, 4, 23, 59, 59, 999_999))
    assert late.next_close(here(2026, 3, 4, 23, 45)) == here(2026, 3, 5)
    assert late.add(here(2026, 3, 4, 23, 45), minutes(15)) == here(2026, 3, 5)


def test_leave_stops_the_clock_when_it_is_not_on_a_minute() -> None:
    leave = (here(2026, 3, 4, 10, 0, 0, 1), here(2026, 3, 4, 11, 0, 0, 3))
    calendar = Calendar(hours(absences=(leave,)))

    assert calendar.is_open(here(2026, 3, 4, 10))
    assert not calendar.is_open(here(2026, 3, 4, 10, 0, 0, 1))
    assert calendar.is_open(here(2026, 3, 4, 11, 0, 0, 3))
    assert calendar.add(here(2026, 3, 4, 9, 30), minutes(60)) == here(2026, 3, 4, 11, 30, 0, 2)


def test_time_adds_up_when_it_crosses_a_leap_day_and_a_year() -> None:
    whole = Calendar(hours((ROUND,) * 7, zone="UTC"))

    assert whole.add(datetime(2028, 2, 28, 12, tzinfo=UTC), timedelta(days=2)) == datetime(2028, 3, 1, 12, tzinfo=UTC)
    assert OFFICE_CALENDAR.add(here(2026, 12, 31, 17), minutes(120)) == here(2027, 1, 1, 10)
    assert whole.add(datetime(2037, 12, 31, tzinfo=UTC), timedelta(days=60)) == datetime(2038, 3, 1, tzinfo=UTC)
    assert whole.next_close(datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_spring_forward_shortens_the_night_when_clocks_jump() -> None:
    """New York, 2026-03-08: 02:00 EST is followed by 03:00 EDT."""
    start = here(2026, 3, 7, 22, zone=NEW_YORK)

    assert NEW_YORK_NIGHTS.between(start, start + 12 * HOUR) == 7 * HOUR
    assert NEW_YORK_NIGHTS.add(start, 5 * HOUR) == datetime(2026, 3, 8, 8, tzinfo=UTC)
    assert NEW_YORK_NIGHTS.add(start, 7 * HOUR) == here(2026, 3, 8, 6, zone=NEW_YORK)


def test_an_edge_moves_to_the_first_existing_instant_when_it_falls_into_the_gap() -> None:
    opens_in_gap = Calendar(hours((((150, 300),),) * 7, zone="America/New_York"))  # 02:30-05:00
    closes_in_gap = Calendar(hours((((60, 150),),) * 7, zone="America/New_York"))  # 01:00-02:30
    within_gap = Calendar(hours((((125, 175),),) * 7, zone="America/New_York"))  # 02:05-02:55
    day = (datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 3, 9, 4, tzinfo=UTC))
    jump = datetime(2026, 3, 8, 7, tzinfo=UTC)

    assert opens_in_gap.windows(*day) == ((jump, jump + 2 * HOUR),)
    assert closes_in_gap.windows(*day) == ((jump - HOUR, jump),)
    assert within_gap.windows(*day) == ()


def test_fall_back_lengthens_the_night_when_an_hour_repeats() -> None:
    """New York, 2026-11-01: 01:59 EDT is followed by 01:00 EST."""
    start = here(2026, 10, 31, 22, zone=NEW_YORK)

    assert NEW_YORK_NIGHTS.between(start, start + 12 * HOUR) == 9 * HOUR
    assert NEW_YORK_NIGHTS.add(start, 4 * HOUR) == datetime(2026, 11, 1, 6, tzinfo=UTC)  # 01:00 EST


def test_the_first_opens_and_the_last_closes_when_an_edge_occurs_twice() -> None:
    opens_in_fold = Calendar(hours((((90, 300),),) * 7, zone="America/New_York"))  # 01:30-05:00
    closes_in_fold = Calendar(hours((((0, 90),),) * 7, zone="America/New_York"))  # 00:00-01:30
    day = (datetime(2026, 11, 1, 4, tzinfo=UTC), datetime(2026, 11, 2, 5, tzinfo=UTC))

    assert opens_in_fold.windows(*day) == (
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 10, tzinfo=UTC)),
    )
    assert closes_in_fold.windows(*day) == (
        (datetime(2026, 11, 1, 4, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
    )


def test_it_closes_once_when_the_repeated_hour_begins_at_its_end() -> None:
    calendar = Calendar(hours((((0, 60),),) * 7, zone="America/New_York"))  # 00:00-01:00

    assert calendar.next_close(datetime(2026, 11, 1, 4, tzinfo=UTC)) == datetime(2026, 11, 1, 5, tzinfo=UTC)
    assert not calendar.is_open(datetime(2026, 11, 1, 5, 30, tzinfo=UTC))


def test_a_break_is_not_lost_when_its_end_occurs_twice() -> None:
    pause = OfflineWindow(days=(6,), window=(60, 90))  # Sunday 01:00-01:30
    calendar = Calendar(hours((ROUND,) * 7, zone="America/New_York", offline=(pause,)))

    assert calendar.next_close(datetime(2026, 11, 1, 4, tzinfo=UTC)) == datetime(2026, 11, 1, 5, tzinfo=UTC)
    assert calendar.next_open(datetime(2026, 11, 1, 5, tzinfo=UTC)) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_nothing_is_open_when_the_whole_date_was_skipped() -> None:
    """Samoa went from 29 to 31 December 2011."""
    apia = Calendar(hours((OFFICE,) * 7, zone="Pacific/Apia"))

    assert not apia.works_on(date(2011, 12, 30))
    assert apia.add_days(here(2011, 12, 29, 10, zone=ZoneInfo("Pacific/Apia")), 1) == here(
        2011, 12, 31, 10, zone=ZoneInfo("Pacific/Apia")
    )


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (here(2026, 3, 4, 10, 17), 1, here(2026, 3, 5, 10, 17)),
        (here(2026, 3, 6, 17), 1, here(2026, 3, 9, 17)),
        (here(2026, 2, 13, 17), 1, here(2026, 2, 14, 17)),  # the exchanged Saturday
        (here(2026, 2, 13, 17), 2, here(2026, 2, 24, 17)),  # over the holiday
        (here(2026, 3, 4, 10), 0, here(2026, 3, 4, 10)),
        (here(2026, 3, 4, 20), 0, here(2026, 3, 5, 9)),
        (here(2026, 3, 7, 11), 1, here(2026, 3, 10, 9)),  # Saturday counts from Monday 09:00
        (here(2026, 3, 4, 18), 1, here(2026, 3, 6, 9)),  # closed from 18:00 on
        (here(2026, 3, 4, 12, 30), 1, here(2026, 3, 5, 13, 30)),
    ],
)
def test_business_days_keep_the_time_of_day_when_added(start: datetime, days: int, due: datetime) -> None:
    assert OFFICE_CALENDAR.add_days(start, days) == due


def test_business_days_go_to_the_next_opening_when_that_day_is_shorter() -> None:
    short_thursday = Calendar(hours(days={date(2026, 3, 5): ((540, 720),)}))

    assert short_thursday.add_days(here(2026, 3, 4, 16), 1) == here(2026, 3, 6, 9)


def test_a_business_day_is_not_24_business_hours_when_days_have_seven_and_a_half() -> None:
    start = here(2026, 3, 2, 10)

    assert OFFICE_CALENDAR.add_days(start, 1) == here(2026, 3, 3, 10)
    assert OFFICE_CALENDAR.add(start, timedelta(days=1)) == here(2026, 3, 5, 11, 30)


def test_a_start_after_midnight_counts_from_the_evening_when_it_is_in_a_night_shift() -> None:
    nights = Calendar(hours((NIGHT,) * 5 + ((), ())))

    assert nights.add_days(here(2026, 3, 7, 2), 1) == here(2026, 3, 10, 2)  # Friday's shift to Monday's


def test_business_days_take_the_first_instant_after_the_jump_when_the_time_does_not_exist() -> None:
    whole = Calendar(hours((ROUND,) * 7, zone="America/New_York"))

    assert whole.add_days(here(2026, 3, 7, 2, 30, zone=NEW_YORK), 1) == datetime(2026, 3, 8, 7, tzinfo=UTC)
    assert whole.add_days(here(2026, 10, 31, 1, 30, zone=NEW_YORK), 1) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_time_counts_only_while_all_are_there_when_calendars_are_intersected() -> None:
    person = Calendar(hours((ROUND,) * 7, absences=((here(2026, 3, 5), here(2026, 3, 6)),)))
    group = Calendar(hours((ROUND,) * 7, offline=(LUNCH,)))
    calendar = all_of(OFFICE_CALENDAR, group, ALWAYS, person)

    assert calendar.add(here(2026, 3, 4, 17), minutes(120)) == here(2026, 3, 6, 10)
    assert not calendar.works_on(date(2026, 3, 5))
    assert calendar.add_days(here(2026, 3, 4, 17), 1) == here(2026, 3, 6, 17)
    assert calendar.zone == "Asia/Shanghai"


def test_time_counts_while_anybody_is_there_when_calendars_are_united() -> None:
    london = Calendar(hours(zone="Europe/London"))  # 17:00-20:00 and 21:30-02:00 in Shanghai's winter
    pool = any_of(OFFICE_CALENDAR, london)

    assert pool.windows(here(2026, 3, 4, 9), here(2026, 3, 5, 9)) == (
        (here(2026, 3, 4, 9), here(2026, 3, 4, 12)),
        (here(2026, 3, 4, 13, 30), here(2026, 3, 4, 20)),
        (here(2026, 3, 4, 21, 30), here(2026, 3, 5, 2)),
    )
    assert pool.add(here(2026, 3, 4, 17, 30), minutes(180)) == here(2026, 3, 4, 22)


def test_compositions_are_simple_when_parts_are_neutral() -> None:
    assert all_of() == ALWAYS
    assert all_of(ALWAYS, OFFICE_CALENDAR) == OFFICE_CALENDAR
    assert all_of(OFFICE_CALENDAR, OFFICE_CALENDAR) == OFFICE_CALENDAR
    assert any_of(OFFICE_CALENDAR, ALWAYS) == ALWAYS
    assert any_of(OFFICE_CALENDAR) == OFFICE_CALENDAR


def test_always_is_the_wall_clock_when_time_is_added() -> None:
    start = datetime(2026, 3, 4, 12, 0, 0, 7, tzinfo=UTC)

    assert ALWAYS.add(start, timedelta(days=400, microseconds=1)) == start + timedelta(days=400, microseconds=1)
    assert ALWAYS.add_days(start, 3) == start + timedelta(days=3)
    assert ALWAYS.windows(start, start + timedelta(days=300)) == ((start, start + timedelta(days=300)),)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Calendar(hours(((),) * 7)),
        lambda: Calendar(hours(offline=(OfflineWindow(days=(0, 1, 2, 3, 4, 5, 6), window=(0, 1440)),))),
        lambda: Calendar(hours(((),) * 7, days={date(2026, 3, 4): ()})),
        lambda: Calendar(
            hours(((),) * 7, days={date(2026, 3, 4): OFFICE}, absences=((here(2026, 3, 4), here(2026, 3, 5)),))
        ),
        any_of,
    ],
)
def test_it_is_refused_when_it_can_never_be_open(build: Callable[[], Calendar]) -> None:
    with pytest.raises(NoOpenTime) as refusal:
        build()

    assert refusal.value.code == "calendar.no_open_time"


def test_it_is_refused_in_bounded_time_when_parts_never_meet() -> None:
    early = Calendar(hours((((540, 720),),) * 7))
    late = Calendar(hours((((720, 800),),) * 7))
    never = all_of(early, late)

    asks: list[Callable[[], object]] = [
        lambda: never.add(here(2026, 3, 4), minutes(1)),
        lambda: never.add_days(here(2026, 3, 4), 1),
        lambda: never.next_open(here(2026, 3, 4)),
        lambda: never.next_close(here(2026, 3, 4)),
    ]
    for ask in asks:
        with pytest.raises(NoOpenTime):
            ask()
    assert never.between(here(2026, 3, 4), here(2027, 3, 4)) == timedelta()


def test_the_search_ends_after_366_days_when_nothing_opens() -> None:
    start = here(2026, 3, 4, 10)
    opening = start + timedelta(days=366)
    minute = opening.hour * 60 + opening.minute
    there = Calendar(hours(((),) * 7, days={start.date(): OFFICE, opening.date(): ((minute, minute + 5),)}))
    last_closing = here(2026, 3, 4, 18)

    assert there.next_open(opening - timedelta(days=366)) == start
    assert there.next_open(last_closing) == opening
    assert there.add(start, minutes(391)) == opening + minutes(1)  # 390 minutes of that day, then a year on
    with pytest.raises(NoOpenTime) as refusal:
        there.add(start, minutes(396))
    assert refusal.value.fields["after"] == (opening + minutes(5)).astimezone(UTC).isoformat()

    far = Calendar(hours(((),) * 7, days={date(2028, 3, 4): OFFICE}))
    edge = here(2028, 3, 4, 9) - timedelta(days=366)
    assert far.next_open(edge) == here(2028, 3, 4, 9)
    with pytest.raises(NoOpenTime):
        far.next_open(edge - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda: OFFICE_CALENDAR.add(datetime(2026, 3, 4), minutes(1)), "calendar.naive_instant"),  # noqa: DTZ001
        (lambda: OFFICE_CALENDAR.is_open(datetime(2026, 3, 4)), "calendar.naive_instant"),  # noqa: DTZ001
        (lambda: OFFICE_CALENDAR.add(here(2026, 3, 4), -minutes(1)), "calendar.bad_duration"),
        (lambda: OFFICE_CALENDAR.add(here(2026, 3, 4, 10), -minutes(1)), "calendar.bad_duration"),
        (lambda: OFFICE_CALENDAR.add(here(2026, 3, 4), timedelta.max), "calendar.bad_duration"),
        (lambda: OFFICE_CALENDAR.add_days(here(2026, 3, 4), -1), "calendar.bad_days"),
        (lambda: OFFICE_CALENDAR.add_days(here(2026, 3, 4), 3661), "calendar.bad_days"),
        (lambda: OFFICE_CALENDAR.next_open(datetime(1969, 1, 1, tzinfo=UTC)), "calendar.out_of_range"),
        (lambda: OFFICE_CALENDAR.next_open(datetime.max.replace(tzinfo=UTC)), "calendar.out_of_range"),
        (lambda: OFFICE_CALENDAR.works_on(date.max), "calendar.out_of_range"),
        (lambda: hours(zone="Mars/Olympus"), "calendar.unknown_zone"),
        (lambda: hours(zone="localtime"), "calendar.unknown_zone"),
        (lambda: hours((((540, 540),),) * 7), "calendar.bad_window"),
        (lambda: hours((((1440, 1500),),) * 7), "calendar.bad_window"),
        (lambda: hours((((540, 1980),),) * 7), "calendar.bad_window"),
        (lambda: hours((((540, 1900), (400, 600)),) * 7), "calendar.bad_window"),
        (lambda: hours(absences=((here(2026, 3, 4), here(2026, 3, 4)),)), "calendar.bad_absence"),
        (lambda: hours(days={date.max: ()}), "calendar.out_of_range"),
        (lambda: hours((OFFICE,)), "calendar.bad_week"),
        (lambda: OfflineWindow(days=(7,), window=(0, 60)), "calendar.bad_weekday"),
    ],
)
def test_it_is_refused_with_a_code_when_the_input_is_wrong(ask: Callable[[], object], code: str) -> None:
    with pytest.raises(BadInput) as refusal:
        ask()

    assert refusal.value.code == code


def test_answers_are_the_same_when_blocks_were_thrown_away() -> None:
    fresh, used = Calendar(hours()), Calendar(hours())
    used.between(here(1990, 1, 1), here(2190, 1, 1))

    start = here(2026, 3, 4, 17)

    assert used.add(start, minutes(3000)) == fresh.add(start, minutes(3000))
    assert len(used._blocks) <= KEPT_BLOCKS
    assert used.add_days(start, 600) == fresh.add_days(start, 600)
    assert len(used._days) <= KEPT_DAYS


def test_years_without_a_notice_are_named_when_the_span_reaches_them() -> None:
    one = OFFICE_CALENDAR
    book = CalendarBook({"office": one, "round": ALWAYS})

    assert one.unconfirmed(here(2026, 1, 1), here(2026, 12, 31, 23, 59)) == ()
    assert one.unconfirmed(here(2026, 12, 31), here(2027, 1, 1)) == (2027,)
    assert one.unconfirmed(datetime(2026, 12, 31, 16, tzinfo=UTC), datetime(2026, 12, 31, 17, tzinfo=UTC)) == (2027,)
    assert all_of(one, Calendar(hours(zone="UTC"))).unconfirmed(here(2026, 6, 1), here(2028, 1, 1)) == (2027, 2028)
    assert book.unconfirmed(here(2024, 6, 1), here(2027, 6, 1)) == (2024, 2027)
    assert Calendar(hours()).unconfirmed(here(2026, 1, 1), here(2030, 1, 1)) == ()


def test_a_book_finds_and_composes_when_asked_by_key() -> None:
    source = {"office": OFFICE_CALENDAR, "lunch": Calendar(hours((ROUND,) * 7, offline=(LUNCH,)))}
    book = CalendarBook(source)
    source.clear()

    assert sorted(book) == ["lunch", "office"]
    assert book["office"] is OFFICE_CALENDAR
    assert "night" not in book
    assert book.all_of("office", "lunch") == all_of(book["office"], book["lunch"])
    assert book.all_of("office", "lunch") is book.all_of("office", "lunch")
    assert book.any_of("office", "lunch") == any_of(book["office"], book["lunch"])
    assert book == CalendarBook({"lunch": book["lunch"], "office": OFFICE_CALENDAR})
    with pytest.raises(NotFound) as refusal:
        book["night"]
    assert refusal.value.code == "calendar.unknown"
