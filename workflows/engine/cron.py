"""Times that come again and again, as cron writes them: five fields on the clocks of one zone. Pure.

`minute hour day month weekday`, each `*`, numbers, ranges, lists and steps (`*/15`, `8-18/2`, `1,15`), months and
weekdays also by their English names; Sunday is 0 and 7. When day and weekday are both written, either will do, as in
every cron.

When clocks change: a time that they skip comes at the end of the gap, once; a time that they show twice comes the first
time. But where the hour begins with `*`, what is meant is every so often and not a time of day: then it comes whenever
clocks show it, twice if they do, and not if they do not.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bedrock.errors import BadInput
from workflows.engine.calendar_windows import FIRST_YEAR, LAST_YEAR, instant_of, zone_of

MAX_TEXT: Final = 200
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_PART: Final = re.compile(r"(?:(\*)|(\w{1,3})(?:-(\w{1,3}))?)(?:/(\d{1,3}))?", re.ASCII)
_DAY: Final = timedelta(days=1)
_KEPT_DAYS: Final = 4
_DAYS: Final = 366 * 9  # within them every day that exists has come, also the 29th of February across a year like 2100


class CronMalformed(ValueError):  # noqa: N818 - named for what happened, like every error of this house
    """The text is no schedule; `field` is the one that is wrong (0 to 4), or None when their number is."""

    def __init__(self, message: str, *, field: int | None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    first: int
    last: int
    names: tuple[str, ...] = ()
    names_from: int = 0


_FIELDS: Final = (
    _Field("minute", 0, 59), _Field("hour", 0, 23), _Field("day", 1, 31), _Field("month", 1, 12, _MONTHS, 1),
    _Field("weekday", 0, 7, _WEEKDAYS, 0),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """A schedule on the clocks of a zone. `weekdays` are as Python has them, Monday 0."""

    zone: ZoneInfo
    times: tuple[time, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool  # day and weekday are both written: one of them is enough
    every_hour: bool  # the hour begins with *: every so often, not a time of day
    # Days are asked for again and again while time goes on.
    _known: dict[date, list[datetime]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def after(self, instant: datetime) -> datetime | None:
        """The first time after `instant`, in UTC; None when there is none in nine years."""
        return self._nearest(instant, forward=True)

    def until(self, instant: datetime) -> datetime | None:
        """The last time up to and including `instant`, in UTC; None when there was none in nine years."""
        return self._nearest(instant, forward=False)

    def falls_on(self, day: date) -> bool:
        """Whether it comes on this day."""
        if day.month not in self.months:
            return False
        is_day, is_weekday = day.day in self.days, day.weekday() in self.weekdays
        return is_day or is_weekday if self.either_day else is_day and is_weekday

    def _nearest(self, instant: datetime, *, forward: bool) -> datetime | None:
        """Looked for day by day. One day more than needed: where clocks change at midnight, days overlap."""
        start = instant.astimezone(self.zone).date()
        found: datetime | None = None
        for distance in range(-1, _DAYS):
            day = start + _DAY * (distance if forward else -distance)
            if not FIRST_YEAR < day.year < LAST_YEAR:
                break
            instants = self._instants(day)
            at = bisect_right(instants, instant)
            near = instants[at : at + 1] if forward else instants[max(at - 1, 0) : at]
            if found is not None:
                return min([found, *near]) if forward else max([found, *near])
            if near:
                [found] = near
        return found

    def _instants(self, day: date) -> Sequence[datetime]:
        """When it comes on this day, in order."""
        if not self.falls_on(day):
            return ()
        known = self._known.get(day)
        if known is None:
            if len(self._known) >= _KEPT_DAYS:
                self._known.clear()
            known = self._known[day] = sorted({one for clock in self.times for one in self._shown(day, clock)})
        return known

    def _shown(self, day: date, clock: time) -> Iterator[datetime]:
        """The instants of one time of the day: one, or as many as clocks show it."""
        shown = datetime.combine(day, clock)
        if not self.every_hour:
            yield instant_of(self.zone, shown)
            return
        for fold in (0, 1):
            instant = shown.replace(tzinfo=self.zone, fold=fold).astimezone(UTC)
            if instant.astimezone(self.zone).replace(tzinfo=None) == shown:
                yield instant


def parse_cron(text: str, zone: ZoneInfo) -> Cron:
    """The schedule that a text means. Raises CronMalformed."""
    words = text.split()
    if len(text) > MAX_TEXT or len(words) != len(_FIELDS):
        message = f"Expected five fields, minute hour day month weekday, found {len(words)}."
        raise CronMalformed(message, field=None)
    minutes, hours, days, months, weekdays = (
        _numbers(word, index) for index, word in enumerate(words)
    )  # fmt: skip
    return Cron(
        zone=zone,
        times=tuple(time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes)),
        days=days,
        months=months,
        weekdays=frozenset((number + 6) % 7 for number in weekdays),
        either_day=not words[2].startswith("*") and not words[4].startswith("*"),
        every_hour=words[1].startswith("*"),
    )


def parse_zone(name: str) -> ZoneInfo | None:
    """The zone of an IANA name such as Asia/Shanghai, or None when there is none."""
    try:
        return zone_of(name)
    except BadInput:
        return None


def _numbers(word: str, index: int) -> frozenset[int]:
    kind = _FIELDS[index]
    found: set[int] = set()
    for part in word.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise _malformed(kind, index, part)
        star, low, high, step = match.groups()
        if star:
            first, last = kind.first, kind.last
        else:
            first = _number(low, kind, index)
            # A lone number with a step goes on to the end, as in every cron.
            last = _number(high, kind, index) if high else kind.last if step else first
        if first > last or (step is not None and not int(step)):
            raise _malformed(kind, index, part)
        found |= set(range(first, last + 1, int(step or 1)))
    return frozenset(found)


def _number(text: str, kind: _Field, index: int) -> int:
    if text.lower() in kind.names:
        return kind.names.index(text.lower()) + kind.names_from
    if not text.isdigit() or not kind.first <= int(text) <= kind.last:
        raise _malformed(kind, index, text)
    return int(text)


def _malformed(kind: _Field, index: int, found: str) -> CronMalformed:
    message = f"Expected a {kind.name} of {kind.first} to {kind.last}, a range, a list or a step, found {found!r}."
    return CronMalformed(message, field=index)
