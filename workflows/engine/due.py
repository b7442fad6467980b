"""When a wait is over: a duration on the wall clock, or in the working time of a calendar."""

from datetime import datetime

from workflows.engine.calendars import Calendar
from workflows.engine.node_type import Problem
from workflows.engine.values import Duration, ValueMismatch


def parse_duration(text: str) -> Duration | None:
    """An ISO 8601 duration such as PT120M or P1D, or None when the text is none."""
    try:
        return Duration.parse(text)
    except ValueMismatch:
        return None


def duration_problems(text: str, path: str) -> list[Problem]:
    """What is wrong with a text at this path of a config that must be a duration."""
    if parse_duration(text) is not None:
        return []
    return [
        Problem(
            code="duration.malformed", path=path, params={"found": text},
            message=f"Expected a duration such as PT30M or P1D, found {text!r}.",
        )
    ]  # fmt: skip


def due_at(now: datetime, duration: Duration, *, calendar: Calendar | None) -> datetime:
    """The instant at which `duration` has passed: on the wall clock without a calendar, else in its open time.

    Days on a calendar are business days and are counted before the hours. Raises NoOpenTime when the calendar
    never opens again.
    """
    if calendar is None:
        return now + duration.total()
    start = calendar.add_days(now, duration.days) if duration.days else now
    return calendar.add(start, duration.time) if duration.time or not duration.days else start
