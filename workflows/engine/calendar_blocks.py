"""Sixty-four days of open time with prefix sums: what makes the arithmetic of calendars fast."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from bedrock.errors import BadInput
from workflows.engine.calendar_windows import FIRST_YEAR, LAST_YEAR, Stretch, intersect_stretches

BLOCK_BITS = 6  # 64 days: about 100 stretches of an office week
KEPT_BLOCKS = 48  # over 8 years in one calendar; then it starts again with none

_ZERO = timedelta()
_FIRST = date(FIRST_YEAR, 1, 1).toordinal() >> BLOCK_BITS
_LAST = date(LAST_YEAR, 12, 31).toordinal() >> BLOCK_BITS


class Block:
    """The open stretches within one span, clipped to it, and the open time before each of them."""

    __slots__ = ("before", "closes", "end", "opens", "start", "total")

    def __init__(self, span: Stretch, *, stretches: Sequence[Stretch]) -> None:
        self.start, self.end = span
        clipped = intersect_stretches(stretches, [span])
        self.opens = [opens for opens, _ in clipped]
        self.closes = [closes for _, closes in clipped]
        self.before: list[timedelta] = []
        total = _ZERO
        for opens, closes in clipped:
            self.before.append(total)
            total += closes - opens
        self.total = total

    def stretches(self) -> list[Stretch]:
        """The open stretches, in order."""
        return list(zip(self.opens, self.closes, strict=True))

    def open_before(self, at: datetime) -> timedelta:
        """The open time from the start of the block to `at`, which lies in it."""
        index = bisect_right(self.opens, at) - 1
        if index < 0:
            return _ZERO
        return self.before[index] + (min(at, self.closes[index]) - self.opens[index])

    def reach(self, needed: timedelta) -> datetime:
        """The first instant at which `needed` open time (above zero, at most the total) has passed."""
        index = bisect_left(self.before, needed) - 1
        return self.opens[index] + (needed - self.before[index])


def block_number(at: datetime) -> int:
    """The number of the block in which a UTC instant lies."""
    return at.toordinal() >> BLOCK_BITS


def span_of_block(number: int) -> Stretch:
    """The days of this block; BadInput `calendar.out_of_range` outside the years 1971-2199."""
    if not _FIRST <= number <= _LAST:
        raise BadInput("calendar.out_of_range", f"Expected an instant in the years {FIRST_YEAR} to {LAST_YEAR}.")
    start = datetime.combine(date.fromordinal(number << BLOCK_BITS), time(), UTC)
    return start, start + timedelta(days=1 << BLOCK_BITS)
