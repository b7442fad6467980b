"""Wall-clock windows of a week and how they become instants: the day algebra below calendars.

A window is half-open minutes of its day; the zone rules (gap, fold) are applied here and nowhere else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bedrock.errors import BadInput

DAY_MINUTES = 1440
WHOLE_DAY = (0, DAY_MINUTES)
ALL_DAYS = (0, 1, 2, 3, 4, 5, 6)
FIRST_YEAR, LAST_YEAR = 1971, 2199  # dates and instants outside are refused
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

_NO_ZONES = ("localtime", "Factory")  # names that mean whatever the machine says

Window = tuple[int, int]  # minutes of the day on which it starts; past 1440 it reaches into the next day
Stretch = tuple[datetime, datetime]  # half-open UTC instants


class OfflineLabel(NamedTuple):
    """What a recurring break is called."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineWindow:
    """A recurring break: weekdays (Monday 0) and a window of those days, e.g. lunch 12:00-13:30."""

    days: tuple[int, ...]
    window: Window
    label: OfflineLabel | None = None

    def __post_init__(self) -> None:
        check_window(self.window)
        if not self.days or any(day not in ALL_DAYS for day in self.days):
            raise BadInput("calendar.bad_weekday", f"Expected weekdays 0 to 6, but got {self.days}.")
        object.__setattr__(self, "days", tuple(sorted(set(self.days))))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """When somebody works, as said on the wall clock of one IANA zone.

    `week` holds the windows of Monday to Sunday; `days` replaces those of single dates (none: a holiday);
    `offline` is taken out of every day, `absences` (leave) out of time itself. `confirmed_years` are those
    whose `days` follow an official notice; None where nothing needs one. Windows are merged when built.
    """

    zone: str
    week: tuple[tuple[Window, ...], ...]
    days: tuple[tuple[date, tuple[Window, ...]], ...] = ()
    offline: tuple[OfflineWindow, ...] = ()
    absences: tuple[Stretch, ...] = ()
    confirmed_years: tuple[int, ...] | None = None
    _overrides: Mapping[date, tuple[Window, ...]] = field(init=False, repr=False, compare=False)
    _offline_by_day: tuple[tuple[Window, ...], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        zone_of(self.zone)
        if len(self.week) != len(ALL_DAYS):
            raise BadInput("calendar.bad_week", f"Expected windows for 7 weekdays, but got {len(self.week)}.")
        for day, _ in self.days:
            check_year(day.year)
        overrides = {day: merge_windows(windows) for day, windows in self.days}
        if len(overrides) != len(self.days):
            raise BadInput("calendar.duplicate_day", "Expected each date once among the days, but one is repeated.")
        normal: dict[str, object] = {
            "week": tuple(merge_windows(windows) for windows in self.week),
            "days": tuple(sorted(overrides.items())),
            "absences": tuple(merge_stretches(_absence(*absence) for absence in self.absences)),
            "_overrides": overrides,
            "_offline_by_day": tuple(
                tuple(item.window for item in self.offline if day in item.days) for day in ALL_DAYS
            ),
        }
        if self.confirmed_years is not None:
            normal["confirmed_years"] = tuple(sorted(set(self.confirmed_years)))
        for name, value in normal.items():
            object.__setattr__(self, name, value)

    def windows_on(self, day: date) -> tuple[Window, ...]:
        """The windows that start on this date, before breaks and absences."""
        override = self._overrides.get(day)
        return self.week[day.weekday()] if override is None else override

    def breaks_around(self, day: date) -> list[Window]:
        """The breaks of the date before, this date and the next, in minutes of this date."""
        weekday = day.weekday()
        return [
            (start + shift, end + shift)
            for step, shift in ((-1, -DAY_MINUTES), (0, 0), (1, DAY_MINUTES))
            for start, end in self._offline_by_day[(weekday + step) % 7]
        ]

    def stretches(self, first: date, *, last: date) -> list[Stretch]:
        """The open time of the windows that start on the dates `first` to `last`, merged, absences taken out."""
        zone = zone_of(self.zone)
        found: list[Stretch] = []
        pieces: dict[tuple[tuple[Window, ...], int], list[tuple[timedelta, timedelta]]] = {}
        midnight = _offset(zone, first), _offset(zone, first + DAY)
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
            after = _offset(zone, day + 2 * DAY)
            windows = self.windows_on(day)
            if midnight[0] == midnight[1] == after:
                # No zone changes twice within three days, so one offset holds wherever these windows reach.
                key = (windows, day.weekday())
                if key not in pieces:
                    pieces[key] = [
                        (start * MINUTE, end * MINUTE)
                        for start, end in subtract_windows(windows, self.breaks_around(day))
                    ]
                zero = datetime.combine(day, time(), UTC) - after
                found += [(zero + start, zero + end) for start, end in pieces[key]]
            elif windows:
                found += subtract_stretches(
                    stretches_of_windows(zone, day, windows),
                    stretches_of_windows(zone, day, self.breaks_around(day)),
                )
            midnight = midnight[1], after
        return subtract_stretches(merge_stretches(found), self.absences)


@lru_cache(maxsize=512)
def zone_of(name: str) -> ZoneInfo:
    """The zone with this IANA name; BadInput `calendar.unknown_zone` if there is none."""
    try:
        return ZoneInfo("" if name in _NO_ZONES else name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput("calendar.unknown_zone", f"Expected an IANA time zone, but got {name!r}.", zone=name) from error


def utc(at: datetime) -> datetime:
    """The same instant in UTC; BadInput `calendar.naive_instant` for a time without a zone."""
    if at.tzinfo is UTC:
        return at
    if at.utcoffset() is None:
        raise BadInput("calendar.naive_instant", f"Expected an instant with a zone, but got {at.isoformat()}.")
    check_year(at.year)
    return at.astimezone(UTC)


def check_year(year: int) -> None:
    """BadInput `calendar.out_of_range` unless the year lies in 1971-2199."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadInput(
            "calendar.out_of_range",
            f"Expected a time in the years {FIRST_YEAR} to {LAST_YEAR}, but got {year}.",
            year=year,
        )


def instant_of(zone: ZoneInfo, local: datetime, *, closing: bool = False) -> datetime:
    """The instant at which the zone's clock first shows `local` (naive), or the first instant after a jump over it.

    `closing` asks for the instant from which on the clock never again shows an earlier time: the last of two
    occurrences, but the first of them where just that time begins the repeated hour.
    """
    earlier, later = _occurrences(zone, local)
    if later.astimezone(zone).replace(tzinfo=None) == local:
        repeated = closing and len(set(_occurrences(zone, local - timedelta.resolution))) > 1
        return later if repeated else earlier
    before = earlier.astimezone(zone).utcoffset()
    low, high = earlier, later  # the jump lies in (low, high], on a whole second
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle <= low:
            middle = low.replace(microsecond=0) + timedelta(seconds=1)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def stretches_of_windows(zone: ZoneInfo, day: date, windows: Iterable[Window]) -> list[Stretch]:
    """Each window as one unbroken stretch, from when the clock first shows its start until it passes its end."""
    midnight = datetime.combine(day, time())
    found = []
    for start, end in windows:
        opens = instant_of(zone, midnight + start * MINUTE)
        closes = instant_of(zone, midnight + end * MINUTE, closing=True)
        if opens < closes:
            found.append((opens, closes))
    return merge_stretches(found)


def check_window(window: Window) -> None:
    """BadInput `calendar.bad_window` unless it starts in its day and lasts under 24 hours, or is that day."""
    start, end = window
    if window != WHOLE_DAY and not (0 <= start < DAY_MINUTES and start < end < start + DAY_MINUTES):
        raise BadInput(
            "calendar.bad_window",
            f"Expected a window that starts within its day and is shorter than 24 hours, or 00:00-24:00, "
            f"but got minutes {start} to {end}.",
        )


def merge_windows(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Sorted, with overlapping and touching windows joined, e.g. 9-12 and 12-14 become 9-14.

    BadInput `calendar.bad_window` for a bad window, also if only the joined one is too long.
    """
    merged: list[Window] = []
    for window in sorted(windows):
        check_window(window)
        if merged and window[0] <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], window[1]))
        else:
            merged.append(window)
    for window in merged:
        check_window(window)
    return tuple(merged)


def subtract_windows(windows: Sequence[Window], breaks: Sequence[Window]) -> list[Window]:
    """What is left of the merged windows when the breaks (in any order) are taken out."""
    left: list[Window] = []
    ordered = sorted(breaks)
    for start, end in windows:
        at = start
        for off, on in ordered:
            if on > at and off < end:
                if off > at:
                    left.append((at, off))
                at = on
        if at < end:
            left.append((at, end))
    return left


def merge_stretches(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Sorted, with overlapping and touching stretches joined."""
    merged: list[Stretch] = []
    for stretch in sorted(stretches):
        if merged and stretch[0] <= merged[-1][1]:
            if stretch[1] > merged[-1][1]:
                merged[-1] = (merged[-1][0], stretch[1])
        else:
            merged.append(stretch)
    return merged


def intersect_stretches(ours: Sequence[Stretch], theirs: Sequence[Stretch]) -> list[Stretch]:
    """The time that lies in both of two sorted, merged lists."""
    shared: list[Stretch] = []
    left = right = 0
    while left < len(ours) and right < len(theirs):
        opens = max(ours[left][0], theirs[right][0])
        closes = min(ours[left][1], theirs[right][1])
        if opens < closes:
            shared.append((opens, closes))
        if ours[left][1] < theirs[right][1]:
            left += 1
        else:
            right += 1
    return shared


def subtract_stretches(stretches: Sequence[Stretch], absences: Sequence[Stretch]) -> list[Stretch]:
    """The time in the first sorted, merged list that is not in the second."""
    if not stretches or not absences:
        return list(stretches)
    left: list[Stretch] = []
    index = 0
    for opens, closes in stretches:
        while index < len(absences) and absences[index][1] <= opens:
            index += 1
        at, current = opens, index
        while current < len(absences) and absences[current][0] < closes:
            gone, back = absences[current]
            if gone > at:
                left.append((at, gone))
            at = back
            current += 1
        if at < closes:
            left.append((at, closes))
    return left


def _occurrences(zone: ZoneInfo, local: datetime) -> list[datetime]:
    """Both readings of a local time, in order; they differ only where the clock repeats or jumps over it."""
    return sorted(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def _absence(start: datetime, end: datetime) -> Stretch:
    start, end = utc(start), utc(end)
    check_year(start.year)
    check_year(end.year)
    if start >= end:
        raise BadInput("calendar.bad_absence", f"Expected an absence that ends after {start}, but it ends {end}.")
    return start, end


def _offset(zone: ZoneInfo, day: date) -> timedelta:
    return datetime.combine(day, time()) - datetime.combine(day, time(), zone).astimezone(UTC).replace(tzinfo=None)
