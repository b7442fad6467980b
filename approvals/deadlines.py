"""When the running timeout of a ballot is due, in the time of the people who are asked. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from approvals.ballot import Ballot
from approvals.candidates import Candidate
from approvals.presence import Presence
from workflows.engine.calendars import Calendar, NoOpenTime
from workflows.engine.due import due_at
from workflows.engine.values import Duration


def working_calendar(seats: Iterable[Candidate], *, presence: Presence, at: datetime) -> Calendar:
    """The time that counts for these seats from `at` on.

    When breaks and leave leave nobody within a year, the plain calendars count: a clock that never runs would keep
    the work with people who never come.
    """
    seats = tuple(seats)
    found = presence.availability(seats)
    if found is not None:
        try:
            found.next_open(at)
        except NoOpenTime:
            found = None
    return presence.nominal(seats) if found is None else found


def deadline(
    ballot: Ballot, *, durations: tuple[Duration, ...], clocks: tuple[str, ...], presence: Presence
) -> datetime | None:
    """When the running step is due; None when no step is left. Raises NoOpenTime if its calendar never opens."""
    if ballot.step >= len(durations):
        return None
    working = clocks[ballot.step] == "working"
    counting = presence.of(ballot.since)
    calendar = working_calendar(ballot.seats, presence=counting, at=ballot.since) if working else None
    if ballot.left is None:
        return due_at(ballot.since, durations[ballot.step], calendar=calendar)
    return ballot.since + ballot.left if calendar is None else calendar.add(ballot.since, ballot.left)


def remaining(
    ballot: Ballot, *, due: datetime | None, now: datetime, clock: str | None, presence: Presence
) -> timedelta | None:
    """What is left of the running step at `now`, in its own clock, so that a transfer can take it along."""
    if due is None or clock is None:
        return None
    if clock == "wall":
        return max(due - now, timedelta())
    calendar = working_calendar(ballot.seats, presence=presence.of(ballot.since), at=now)
    return max(calendar.between(now, due), timedelta())
