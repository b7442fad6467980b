"""Working time: when somebody works, and the arithmetic of due times on it; rules in docs/calendars.md.

Blocks of 64 days are built when first needed and kept; they change the speed, never an answer.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import assert_never

from typing_extensions import override

from bedrock.errors import BadInput
from workflows.engine.calendar_blocks import BLOCK_BITS, KEPT_BLOCKS, Block, block_number, span_of_block
from workflows.engine.calendar_windows import (
    DAY,
    LAST_YEAR,
    Stretch,
    WorkingHours,
    check_year,
    instant_of,
    intersect_stretches,
    merge_stretches,
    utc,
    zone_of,
)

HORIZON = timedelta(days=366)  # how far past the last needed instant an opening is looked for
LONGEST = timedelta(days=3660)  # the longest duration that is added

_ZERO = timedelta()
KEPT_DAYS = 512


class NoOpenTime(BadInput):
    """`calendar.no_open_time`: this calendar is never open, or not within 366 days after the instant `after`."""

    def __init__(self, message: str, *, after: datetime | None = None) -> None:
        super().__init__("calendar.no_open_time", message, after=None if after is None else after.isoformat())


@dataclass(frozen=True, slots=True)
class Always:
    """Open at every instant; its days are those of UTC."""


@dataclass(frozen=True, slots=True)
class AllOf:
    """Open while every part is; the working days are those of the first part."""

    parts: "tuple[Calendar, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Open while at least one part is; a working day of any part is one."""

    parts: "tuple[Calendar, ...]"


Rule = WorkingHours | AllOf | AnyOf | Always


@dataclass(frozen=True, slots=True)
class Calendar:
    """When somebody works: a value, equal and hashed by its rule. Answers are UTC instants, exact to 1 µs.

    Every operation takes aware instants in any zone and refuses naive ones (`calendar.naive_instant`) and
    years outside 1971-2199 (`calendar.out_of_range`). At a closing instant a calendar is closed.
    Building one that can never be open raises NoOpenTime.
    """

    rule: Rule
    _hash: int = field(init=False, repr=False, compare=False)
    _blocks: dict[int, Block] = field(init=False, repr=False, compare=False, default_factory=dict)
    _days: dict[date, Sequence[Stretch]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash(self.rule))
        if isinstance(self.rule, WorkingHours) and not _ever_open(self.rule):
            raise NoOpenTime("Expected some working time, but its windows, breaks and absences leave none.")

    @override
    def __hash__(self) -> int:
        return self._hash

    @property
    def zone(self) -> str:
        """The IANA zone of its days: of the first part, if it is composed."""
        match self.rule:
            case WorkingHours(zone=zone):
                return zone
            case AllOf(parts) | AnyOf(parts):
                return parts[0].zone
            case Always():
                return "UTC"
            case _:
                assert_never(self.rule)

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The first instant by which `duration` of open time has passed since `start`.

        It may be a closing instant. Nothing to wait for (zero) is due at `start` if open, else at the next
        opening. BadInput for a negative duration or one over 3,660 days; NoOpenTime if 366 days pass without
        an opening.
        """
        if start.tzinfo is not UTC:
            start = utc(start)
        block = self._blocks.get(start.toordinal() >> BLOCK_BITS) or self._block_at(start)
        opens = block.opens
        index = bisect_right(opens, start) - 1
        worked = _ZERO
        if index >= 0:  # open_before(start), written out: this is the hot path
            close = block.closes[index]
            # Not min(): a call costs more than the comparison.
            worked = block.before[index] + ((start if start < close else close) - opens[index])  # noqa: FURB136
        left = block.total - worked
        if duration > _ZERO and duration <= left:
            needed = worked + duration
            before = block.before
            index = bisect_left(before, needed) - 1
            return opens[index] + (needed - before[index])
        return self._add_beyond(start, duration, block=block, left=left)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The open time from `start` to `end`; negative by as much if `end` is earlier. Never NoOpenTime."""
        start, end = utc(start), utc(end)
        if end < start:
            return -self.between(end, start)
        first, last = self._block_at(start), self._block_at(end)
        passed = last.open_before(end) - first.open_before(start)
        if first.start != last.start:
            numbers = range(block_number(start), block_number(end))
            passed += sum((self.block(number).total for number in numbers), _ZERO)
        return passed

    def windows(self, start: datetime, end: datetime) -> tuple[Stretch, ...]:
        """The open stretches (half-open) from `start` to `end`, clipped to them; none if `end` is not later."""
        start, end = utc(start), utc(end)
        found: list[Stretch] = []
        for number in range(block_number(start), block_number(end) + 1) if start < end else ():
            block = self.block(number)
            for opens, closes in zip(block.opens, block.closes, strict=True):
                if closes > start and opens < end:
                    found.append((max(opens, start), min(closes, end)))
        return tuple(merge_stretches(found))

    def is_open(self, at: datetime) -> bool:
        """Whether somebody works at this instant; an opening instant is open, a closing one is not."""
        at = utc(at)
        block = self._block_at(at)
        index = bisect_right(block.opens, at) - 1
        return index >= 0 and at < block.closes[index]

    def next_open(self, at: datetime) -> datetime:
        """The first open instant from `at` on: `at` itself if open. NoOpenTime if none comes within 366 days."""
        at = utc(at)
        block = self._block_at(at)
        index = bisect_right(block.opens, at)
        if index and at < block.closes[index - 1]:
            return at
        if index < len(block.opens):
            return block.opens[index]
        return self._next_block(block, reached=at).opens[0]

    def next_close(self, at: datetime) -> datetime | None:
        """The end of the stretch that is open at `at`, or of the next; None if it stays open for 366 days.

        NoOpenTime if there is no opening within 366 days.
        """
        opened = self.next_open(at)
        block = self._block_at(opened)
        close = block.closes[bisect_right(block.opens, opened) - 1]
        while close == block.end:  # a stretch may run on in the next block
            if close - opened > HORIZON:
                return None
            block = self._block_at(close)
            if not block.opens or block.opens[0] != close:
                break
            close = block.closes[0]
        return close

    def works_on(self, day: date) -> bool:
        """Whether this date is a working day: some open time is left of the windows that start on it."""
        return bool(self.stretches_of(day))

    def add_days(self, start: datetime, days: int) -> datetime:
        """The same local time of day on the n-th working day after that of `start`, or the next opening then.

        A closed `start` counts from the next opening, so that Saturday and Monday 09:00 give the same answer;
        zero days give that opening. After midnight in a night shift it is still the day on which it began.
        BadInput for negative days or more than 3,660; NoOpenTime if 366 days pass without a working day.
        """
        if not 0 <= days <= LONGEST.days:
            raise BadInput(
                "calendar.bad_days", f"Expected 0 to {LONGEST.days} working days, but got {days}.", days=days
            )
        start = self.next_open(start)
        if days == 0:
            return start
        zone = zone_of(self.zone)
        local = start.astimezone(zone)
        shift_day = self._shift_day(start, day=local.date())
        target = shift_day
        for _ in range(days):
            target = self._next_working_day(target)
        target += local.date() - shift_day
        return self.next_open(instant_of(zone, datetime.combine(target, local.time())))

    def unconfirmed(self, at: datetime, until: datetime) -> tuple[int, ...]:
        """The local years from `at` to `until` whose holidays follow no official notice yet, in any part."""
        match self.rule:
            case WorkingHours() as hours:
                if hours.confirmed_years is None:
                    return ()
                zone = zone_of(hours.zone)
                first, last = (utc(instant).astimezone(zone).year for instant in (at, until))
                return tuple(year for year in range(first, last + 1) if year not in hours.confirmed_years)
            case Always():
                return ()
            case AllOf(parts) | AnyOf(parts):
                return tuple(sorted({year for part in parts for year in part.unconfirmed(at, until)}))
            case _:
                assert_never(self.rule)

    def stretches_of(self, day: date) -> Sequence[Stretch]:
        """The open stretches that belong to this date: those of the windows that start on it."""
        found = self._days.get(day)
        if found is None:
            check_year(day.year)
            found = self._stretches_of(day)
            if len(self._days) >= KEPT_DAYS:
                self._days.clear()
            self._days[day] = found
        return found

    def _stretches_of(self, day: date) -> Sequence[Stretch]:
        match self.rule:
            case WorkingHours() as hours:
                return hours.stretches(day, last=day)
            case AllOf(parts):
                first = parts[0].stretches_of(day)
                return intersect_stretches(first, self.windows(first[0][0], first[-1][1])) if first else []
            case AnyOf(parts):
                return merge_stretches(stretch for part in parts for stretch in part.stretches_of(day))
            case Always():
                midnight = datetime.combine(day, time(), UTC)
                return [(midnight, midnight + DAY)]
            case _:
                assert_never(self.rule)

    def block(self, number: int) -> Block:
        """The block of this number, built once and kept while there is room."""
        block = self._blocks.get(number)
        if block is None:
            block = Block(span_of_block(number), stretches=self._stretches(number))
            if len(self._blocks) >= KEPT_BLOCKS:
                self._blocks.clear()
            self._blocks[number] = block
        return block

    def _add_beyond(self, start: datetime, duration: timedelta, *, block: Block, left: timedelta) -> datetime:
        if not _ZERO <= duration <= LONGEST:
            raise BadInput(
                "calendar.bad_duration",
                f"Expected a duration of 0 to {LONGEST.days} days, but got {duration}.",
            )
        if duration == _ZERO:
            return self.next_open(start)
        needed = duration - left
        while True:
            block = self._next_block(block, reached=start)
            if needed <= block.total:
                return block.reach(needed)
            needed -= block.total

    def _next_block(self, block: Block, *, reached: datetime) -> Block:
        """The next block with open time; NoOpenTime if it opens over 366 days after the last open instant."""
        position = max(reached, block.closes[-1]) if block.closes else reached
        number = block_number(block.start)
        while block.end - position <= HORIZON:
            number += 1
            block = self.block(number)
            if block.opens:
                if block.opens[0] - position > HORIZON:
                    break
                return block
        raise NoOpenTime(f"Expected an opening within {HORIZON.days} days after {position}.", after=position)

    def _shift_day(self, start: datetime, *, day: date) -> date:
        for owner in (day, day - DAY):
            if any(opens <= start < closes for opens, closes in self.stretches_of(owner)):
                return owner
        return day

    def _next_working_day(self, day: date) -> date:
        for distance in range(1, HORIZON.days + 1):
            if self.works_on(day + timedelta(days=distance)):
                return day + timedelta(days=distance)
        raise NoOpenTime(f"Expected a working day within {HORIZON.days} days after {day}.")

    def _block_at(self, at: datetime) -> Block:
        return self.block(block_number(at))

    def _stretches(self, number: int) -> Sequence[Stretch]:
        start, end = span_of_block(number)
        match self.rule:
            case WorkingHours() as hours:
                # Two days before: one for zones behind UTC, one for windows across midnight.
                return hours.stretches(start.date() - 2 * DAY, last=end.date() + DAY)
            case AllOf(parts):
                shared: Sequence[Stretch] = [(start, end)]
                for part in parts:
                    shared = intersect_stretches(shared, part.block(number).stretches())
                return shared
            case AnyOf(parts):
                return merge_stretches(stretch for part in parts for stretch in part.block(number).stretches())
            case Always():
                return [(start, end)]
            case _:
                assert_never(self.rule)


ALWAYS = Calendar(Always())  # around the clock, every day


def all_of(*calendars: Calendar) -> Calendar:
    """Open while all of these are; the one whose working days count comes first. None given: ALWAYS.

    That they share no time shows when a due time is asked for: NoOpenTime.
    """
    parts = _flat(calendars, AllOf)
    parts = [part for part in parts if not isinstance(part.rule, Always)]
    if len(parts) > 1:
        return Calendar(AllOf(tuple(parts)))
    return parts[0] if parts else ALWAYS


def any_of(*calendars: Calendar) -> Calendar:
    """Open while at least one of these is (somebody of a pool is there). None given: NoOpenTime."""
    parts = _flat(calendars, AnyOf)
    if not parts:
        raise NoOpenTime("Expected at least one calendar in the pool, but got none.")
    if any(isinstance(part.rule, Always) for part in parts):
        return ALWAYS
    return Calendar(AnyOf(tuple(parts))) if len(parts) > 1 else parts[0]


def _flat(calendars: Sequence[Calendar], kind: type[AllOf] | type[AnyOf]) -> list[Calendar]:
    """Parts of parts of the same kind, each once, in their order."""
    parts: list[Calendar] = []
    for calendar in calendars:
        parts += calendar.rule.parts if isinstance(calendar.rule, kind) else (calendar,)
    return list(dict.fromkeys(parts))


def _ever_open(hours: WorkingHours) -> bool:
    """Whether time is left: in two ordinary weeks after the last absence, or on a date with its own windows."""
    if any(hours.week):
        last = max(
            [day for day, _ in hours.days] + [end.date() for _, end in hours.absences],
            default=date(2001, 1, 1),
        )
        first = min(last, date(LAST_YEAR, 12, 1)) + 2 * DAY
        if hours.stretches(first, last=first + 13 * DAY):
            return True
    return any(hours.stretches(day, last=day) for day, windows in hours.days if windows)
