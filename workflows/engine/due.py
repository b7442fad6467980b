"""When a wait is over: a duration on the wall clock, or in the working time of a calendar."""

from collections.abc import Sequence
from datetime import datetime

from workflows.engine.calendars import Calendar, NoOpenTime
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


def unconfirmed_problems(
    calendar: Calendar, durations: Sequence[Duration], *, now: datetime, path: str
) -> list[Problem]:
    """A warning when these durations, one after the other from now on, reach a year without an official notice.

    Its make-up days are not known then, so the due time may turn out to be another one.
    """
    until = now
    try:
        for duration in durations:
            until = due_at(until, duration, calendar=calendar)
    except NoOpenTime:
        return []  # another problem, told where it happens
    years = calendar.unconfirmed(now, until)
    if not years:
        return []
    return [
        Problem(
            code="calendar.year_unconfirmed", severity="warning", path=path, params={"years": list(years)},
            message=f"Expected years with an official notice of their holidays, found {', '.join(map(str, years))}.",
        )
    ]  # fmt: skip
