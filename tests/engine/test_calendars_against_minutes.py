"""Random calendars against a second, slow opinion that steps through minutes and knows no intervals."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bedrock.errors import BadInput
from workflows.engine.calendar_blocks import BLOCK_BITS
from workflows.engine.calendar_windows import OfflineWindow, Window, WorkingHours, merge_windows
from workflows.engine.calendars import ALWAYS, Calendar, NoOpenTime, all_of, any_of

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
SPAN = 12 * 1440  # the opinion covers twelve days
BLOCK_EDGE = date.fromordinal(11557 << BLOCK_BITS)
PERIODS = [
    ("Asia/Shanghai", date(2026, 2, 9)),
    ("UTC", date(2028, 2, 24)),
    ("Asia/Tokyo", BLOCK_EDGE - 6 * DAY),
    ("Pacific/Honolulu", BLOCK_EDGE - 6 * DAY),
    ("America/New_York", date(2026, 3, 3)),  # a gap at 02:00
    ("America/New_York", date(2026, 10, 27)),  # a fold at 01:00
    ("Asia/Beirut", date(2026, 3, 24)),  # a gap at midnight
    ("America/Havana", date(2026, 10, 27)),  # a fold at midnight
    ("Australia/Lord_Howe", date(2026, 3, 31)),  # a fold of half an hour
    ("Pacific/Apia", date(2011, 12, 26)),  # a date that never was
]


@lru_cache(maxsize=64)
def clock(zone: str, origin: date) -> list[datetime]:
    """What the zone's clock shows at each minute of UTC, from five days before the period to five after."""
    start = datetime(origin.year, origin.month, origin.day, tzinfo=UTC) - 5 * DAY
    return [(start + n * MINUTE).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for n in range(SPAN + 10 * 1440)]


def shown_from(zone: str, origin: date, wall: datetime) -> int:
    """The first minute at which the clock shows `wall` or later; the origin's midnight in UTC is minute 0."""
    shown = clock(zone, origin)
    return next(n for n in _near(wall, origin) if shown[n] >= wall) - 5 * 1440


def shown_until(zone: str, origin: date, wall: datetime) -> int:
    """The minute after the last one at which the clock shows a time before `wall`."""
    shown = clock(zone, origin)
    return next(n for n in reversed(_near(wall, origin)) if shown[n] < wall) + 1 - 5 * 1440


def _near(wall: datetime, origin: date) -> range:
    """No clock is more than 26 hours from UTC, so only these minutes can show `wall`."""
    near = (wall - datetime.combine(origin, time())) // MINUTE + 5 * 1440
    return range(near - 1600, near + 1600)


@dataclass(frozen=True)
class Opinion:
    """The open minutes of a calendar, all of them and by the date to which they belong."""

    zone: str
    origin: date
    by_day: dict[date, frozenset[int]] = field(repr=False)

    @cached_property
    def minutes(self) -> frozenset[int]:
        return frozenset[int]().union(*self.by_day.values())

    def is_open(self, at: int) -> bool:
        return at // 60_000_000 in self.minutes

    def add(self, start: int, duration: int) -> int | None:
        """Microseconds from the origin; None past the end of the opinion."""
        at, left, minutes = start, duration, self.minutes
        while at < SPAN * 60_000_000:
            minute = at // 60_000_000
            step = (minute + 1) * 60_000_000 - at
            if minute in minutes:
                if left <= step:
                    return at + left
                left -= step
            at += step
        return None

    def between(self, start: int, end: int) -> int:
        return sum(
            min(end, (minute + 1) * 60_000_000) - max(start, minute * 60_000_000)
            for minute in range(start // 60_000_000, end // 60_000_000 + 1)
            if minute in self.minutes
        )

    def place(self, start: int) -> tuple[date, datetime] | None:
        """The day to which the first open instant from `start` on belongs, and what the clock then shows."""
        at = self.add(start, 0)
        if at is None:
            return None
        minute = at // 60_000_000
        local = clock(self.zone, self.origin)[minute + 5 * 1440] + timedelta(microseconds=at % 60_000_000)
        return max(day for day in self.by_day if minute in self.by_day[day]), local

    def add_days(self, start: int, days: int) -> int | None:
        place = self.place(start)
        if place is None or days == 0:
            return self.add(start, 0)
        owner, local = place
        later = [day for day in sorted(self.by_day) if day > owner and self.by_day[day]]
        if len(later) < days:
            return None
        wall = datetime.combine(later[days - 1] + (local.date() - owner), local.time())
        if wall.date() > self.origin + 12 * DAY:
            return None
        first = shown_from(self.zone, self.origin, wall.replace(second=0, microsecond=0))
        exists = clock(self.zone, self.origin)[first + 5 * 1440] <= wall
        rest = (wall.second * 1_000_000 + wall.microsecond) if exists else 0
        return self.add(first * 60_000_000 + rest, 0)


def is_later_by_the_clock(one: tuple[date, datetime] | None, two: tuple[date, datetime] | None) -> bool:
    """Whether the second place is not before the first, neither being after midnight in a shift of the day before."""
    return (
        one is not None and two is not None
        and all(day == local.date() for day, local in (one, two))
        and one[1] <= two[1]
    )  # fmt: skip


def opinion_of(hours: WorkingHours, origin: date) -> Opinion:
    overrides = dict(hours.days)
    zero = datetime(origin.year, origin.month, origin.day, tzinfo=UTC)

    def covered(windows: Iterable[Window], day: date) -> set[int]:
        midnight, found = datetime.combine(day, time()), set[int]()
        for start, end in windows:
            first = shown_from(hours.zone, origin, midnight + start * MINUTE)
            found.update(range(first, shown_until(hours.zone, origin, midnight + end * MINUTE)))
        return found

    days = [origin + n * DAY for n in range(-2, 14)]
    off: set[int] = set()
    for day in days:
        off |= covered((one.window for one in hours.offline if day.weekday() in one.days), day)
    for gone, back in hours.absences:
        off |= set(range((gone - zero) // MINUTE, (back - zero) // MINUTE))
    wanted = set(range(SPAN))
    return Opinion(
        zone=hours.zone,
        origin=origin,
        by_day={
            day: frozenset((covered(overrides.get(day, hours.week[day.weekday()]), day) - off) & wanted) for day in days
        },
    )


edges = st.sampled_from([0, 30, 60, 90, 119, 120, 150, 180, 540, 720, 810, 1080, 1320, 1439])


@st.composite
def windows(draw: st.DrawFn) -> Window:
    if draw(st.integers(0, 9)) == 0:
        return (0, 1440)
    start = draw(edges | st.integers(0, 1439))
    return start, start + draw(st.sampled_from([30, 60, 180, 480]) | st.integers(1, 600))


def _is_within_a_day(chosen: tuple[Window, ...]) -> bool:
    try:
        merge_windows(chosen)
    except BadInput:
        return False
    return True


lists = st.lists(windows(), max_size=3).map(tuple).filter(_is_within_a_day)
weekdays = st.sets(st.integers(0, 6), min_size=1).map(tuple)


@st.composite
def simple(draw: st.DrawFn, period: tuple[str, date] | None = None) -> tuple[Calendar, Opinion]:
    zone, origin = period or draw(st.sampled_from(PERIODS))
    zero = datetime(origin.year, origin.month, origin.day, tzinfo=UTC)
    usual = draw(lists)
    week = tuple(draw(st.just(usual) | lists) for _ in range(7))
    dates = draw(st.lists(st.integers(-1, 12), max_size=3, unique=True))
    breaks = draw(st.lists(st.builds(_offline, weekdays, windows()), max_size=2))
    leaves = draw(st.lists(st.tuples(st.integers(0, SPAN), st.integers(1, 3000)), max_size=2))
    hours = WorkingHours(
        zone=zone,
        week=week,
        days=tuple((origin + n * DAY, draw(lists)) for n in dates),
        offline=tuple(breaks),
        absences=tuple((zero + at * MINUTE, zero + (at + length) * MINUTE) for at, length in leaves),
    )
    try:
        return Calendar(hours), opinion_of(hours, origin)
    except NoOpenTime:
        assume(False)
        raise


def _offline(days: tuple[int, ...], window: Window) -> OfflineWindow:
    return OfflineWindow(days=days, window=window)


instants = st.integers(0, SPAN * 60_000_000 - 1) | st.integers(0, SPAN - 1).map(lambda minute: minute * 60_000_000)
durations = st.integers(0, 3 * 86_400_000_000) | st.integers(0, 600).map(lambda minute: minute * 60_000_000)


def at_of(opinion: Opinion, micros: int) -> datetime:
    zero = datetime(opinion.origin.year, opinion.origin.month, opinion.origin.day, tzinfo=UTC)
    return zero + timedelta(microseconds=micros)


def micros_of(opinion: Opinion, at: datetime) -> int:
    return (at - at_of(opinion, 0)) // timedelta(microseconds=1)


def assert_same(calendar: Calendar, opinion: Opinion, start: int, end: int, duration: int) -> None:
    """Every operation agrees, or the calendar answers past the end of the opinion."""
    limit = SPAN * 60_000_000
    first, last = at_of(opinion, min(start, end)), at_of(opinion, max(start, end))
    assert calendar.is_open(first) == opinion.is_open(min(start, end))
    assert micros_of(opinion, at_of(opinion, 0) + calendar.between(first, last)) == opinion.between(
        min(start, end), max(start, end)
    )
    try:
        due = micros_of(opinion, calendar.add(at_of(opinion, start), timedelta(microseconds=duration)))
        opening = micros_of(opinion, calendar.next_open(at_of(opinion, start)))
    except NoOpenTime:
        assert opinion.add(start, duration) is None
    else:
        for found, expected in ((due, opinion.add(start, duration)), (opening, opinion.add(start, 0))):
            assert found == expected if expected is not None else found >= limit
    found_minutes: set[int] = set()
    for opens, closes in calendar.windows(at_of(opinion, 0), at_of(opinion, limit)):
        found_minutes.update(range(micros_of(opinion, opens) // 60_000_000, micros_of(opinion, closes) // 60_000_000))
    assert found_minutes == opinion.minutes


@settings(max_examples=250, deadline=None)
@given(simple(), instants, instants, durations)
def test_answers_agree_when_minutes_are_stepped(
    pair: tuple[Calendar, Opinion], start: int, end: int, duration: int
) -> None:
    assert_same(*pair, start, end, duration)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(PERIODS), instants, instants, durations)
def test_compositions_agree_when_minutes_are_stepped(
    data: st.DataObject, period: tuple[str, date], start: int, end: int, duration: int
) -> None:
    elsewhere = (data.draw(st.sampled_from([period[0], "Asia/Shanghai"])), period[1])
    one, two, three = data.draw(simple(period)), data.draw(simple(elsewhere)), data.draw(simple(period))
    both = one[1].minutes & two[1].minutes
    mixed = both | three[1].minutes

    def opinion(minutes: frozenset[int]) -> Opinion:
        return Opinion(zone="UTC", origin=period[1], by_day={period[1]: minutes})

    assert_same(all_of(one[0], two[0]), opinion(both), start, end, duration)
    assert_same(any_of(all_of(one[0], ALWAYS, two[0]), three[0]), opinion(mixed), start, end, duration)


@settings(max_examples=200, deadline=None)
@given(simple(), instants, st.integers(0, 6))
def test_business_days_agree_when_minutes_are_stepped(pair: tuple[Calendar, Opinion], start: int, days: int) -> None:
    calendar, opinion = pair

    expected = opinion.add_days(start, days)

    if expected is not None:
        assert micros_of(opinion, calendar.add_days(at_of(opinion, start), days)) == expected


@settings(max_examples=200, deadline=None)
@given(simple(), instants, instants, durations, durations)
def test_laws_hold_when_times_are_added_and_measured(
    pair: tuple[Calendar, Opinion], start: int, end: int, one: int, two: int
) -> None:
    calendar, opinion = pair
    early, late = sorted((at_of(opinion, start), at_of(opinion, end)))
    short, long = sorted((timedelta(microseconds=one), timedelta(microseconds=two)))
    try:
        due = calendar.add(early, short)
        assert calendar.between(early, due) == short
        assert calendar.add(early, long) >= due >= early
        assert calendar.add(late, short) >= due
        assert calendar.add_days(early, 2) >= calendar.add_days(early, 1)
        if is_later_by_the_clock(*map(opinion.place, sorted((start, end)))):
            assert calendar.add_days(late, 2) >= calendar.add_days(early, 2)
        if short > timedelta():
            assert calendar.add(due, long) == calendar.add(early, short + long) or long == timedelta()
        passed = calendar.between(early, late)
        if passed > timedelta():
            assert calendar.add(early, passed) <= late
            assert not calendar.is_open(late) or calendar.next_open(calendar.add(early, passed)) == late
    except NoOpenTime:
        assume(False)
    assert calendar.between(late, early) == -calendar.between(early, late)


@settings(max_examples=200, deadline=None)
@given(simple(), instants)
def test_openings_and_closings_alternate_when_followed(pair: tuple[Calendar, Opinion], start: int) -> None:
    calendar, opinion = pair
    at = at_of(opinion, start)
    try:
        opening = calendar.next_open(at)
        closing = calendar.next_close(at)
    except NoOpenTime:
        assume(False)
        raise

    assert opening >= at
    assert calendar.is_open(opening)
    if closing is not None:
        assert not calendar.is_open(closing)
        assert calendar.windows(opening, closing) == ((opening, closing),)
