"""When somebody is there: calendars of the house, offline windows and absences, composed per seat. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from approvals.candidates import Candidate, Kind
from approvals.directory import Directory, Group, Person
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.calendar_windows import OfflineWindow, WorkingHours
from workflows.engine.calendars import ALWAYS, Calendar, NoOpenTime, all_of, any_of

KEPT_COMPOSITIONS = 2048
AROUND_THE_CLOCK = (((0, 1440),),) * 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """How time counts for seats. `calendar` overrides everybody's own; `offline` False ignores breaks and leave.

    Never counted: the `requester`, who may not act.
    """

    directory: Directory
    book: CalendarBook
    requester: str | None = None
    calendar: str | None = None
    offline: bool = True

    def of(self, since: datetime) -> "Presence":
        """How time counts for a wait that began at `since`."""
        book = self.book.of(since)
        return self if book is self.book else replace(self, book=book)

    def availability(self, candidates: Iterable[Candidate]) -> Calendar | None:
        """Open while at least one seat has somebody there; None when that can never be."""
        seats = tuple(candidates)
        pooled = any(self._asks(seat) for seat in seats)
        key = ("seats", seats, self.requester if pooled else None, self.calendar, self.offline)
        return self._kept(key, lambda: _any([self.of_seat(seat) for seat in seats]))

    def nominal(self, candidates: Iterable[Candidate]) -> Calendar:
        """The seats' calendars without breaks, leave or people: what counts when nobody can ever be there."""
        seats = tuple(candidates)
        found = self._kept(("nominal", seats, self.calendar), lambda: _any([self._nominal_of(seat) for seat in seats]))
        return self.base(None) if found is None else found

    def of_seat(self, candidate: Candidate) -> Calendar | None:
        """A seat's time: its calendar is open, it has no break, and at least one of its people is there."""
        key = ("seat", candidate, self.requester if self._asks(candidate) else None, self.calendar, self.offline)
        return self._kept(key, lambda: self._of_seat(candidate))

    def _of_seat(self, candidate: Candidate) -> Calendar | None:
        people = [person for person in candidate.people(self.directory) if person.id != self.requester]
        if not people:
            return None
        if candidate.kind is not Kind.GROUP:
            return _any([self._of_person(person, self.base_of(person)) for person in people])
        group = self.directory.group(candidate.key)
        base = self.base(None if group is None else group.calendar)
        if not self.offline:
            return base
        pool = ALWAYS if group is None else self._without_breaks(group, zone=base.zone)
        present = _any([self._without_leave(person, zone=base.zone) for person in people])
        return None if pool is None or present is None else all_of(base, pool, present)

    def _nominal_of(self, candidate: Candidate) -> Calendar:
        if candidate.kind is Kind.GROUP:
            group = self.directory.group(candidate.key)
            return self.base(None if group is None else group.calendar)
        person = self.directory.person(candidate.key) if candidate.kind is Kind.USER else None
        return self.base(None) if person is None else self.base_of(person)

    def base_of(self, person: Person) -> Calendar:
        """The calendar of a person: the nearest one of their departments."""
        keys = (one.calendar for one in self.directory.ancestry(person.department))
        return self.base(next((key for key in keys if key is not None), None))

    def base(self, key: str | None) -> Calendar:
        """The calendar that counts: the node's own before `key`; around the clock when neither is given."""
        chosen = self.calendar if self.calendar is not None else key
        return ALWAYS if chosen is None else self.book[chosen]

    def is_away(self, person: Person, *, candidate: Candidate, at: datetime) -> bool:
        """Whether a break or leave of the person or their pool covers this instant; closed offices are not away."""
        group = self.directory.group(candidate.key) if candidate.kind is Kind.GROUP else None
        zone = (self.base_of(person) if group is None else self.base(group.calendar)).zone
        parts = [self._without_leave(person, zone=zone)]
        if group is not None:
            parts.append(self._without_breaks(group, zone=zone))
        return any(part is None or not part.is_open(at) for part in parts)

    def _of_person(self, person: Person, base: Calendar) -> Calendar | None:
        if not self.offline:
            return base
        there = self._without_leave(person, zone=base.zone)
        return None if there is None else all_of(base, there)

    def _without_leave(self, person: Person, *, zone: str) -> Calendar | None:
        """All the time that no break (their own or their departments') and no leave takes; None if nothing is left."""

        def build() -> Calendar | None:
            breaks = [window for one in self.directory.ancestry(person.department) for window in one.offline]
            absences = tuple((absence.start, absence.end) for absence in person.absences)
            return not_away((*person.offline, *breaks), zone=zone, absences=absences)

        return self._kept(("person", person.id, zone), build)

    def _without_breaks(self, group: Group, *, zone: str) -> Calendar | None:
        return self._kept(("pool", group.key, zone), lambda: not_away(group.offline, zone=zone))

    def _asks(self, candidate: Candidate) -> bool:
        """Whether the requester would sit here."""
        return any(person.id == self.requester for person in candidate.people(self.directory))

    def _kept(self, key: tuple[Any, ...], build: Callable[[], Calendar | None]) -> Calendar | None:
        """What was built for this directory and this very book before; a calendar is slow to build and to fill."""
        key = (id(self.book), *key)  # editions of the book take turns
        kept = self.directory.composed.get(key)
        if kept is None or kept[0] is not self.book:
            kept = (self.book, build())
            if len(self.directory.composed) >= KEPT_COMPOSITIONS:
                self.directory.composed.clear()
            self.directory.composed[key] = kept
        calendar: Calendar | None = kept[1]
        return calendar


def not_away(
    offline: tuple[OfflineWindow, ...], *, zone: str, absences: tuple[tuple[datetime, datetime], ...] = ()
) -> Calendar | None:
    """All the time but these windows (on the wall clock of `zone`) and absences; None if nothing is left."""
    if not offline and not absences:
        return ALWAYS
    try:
        return Calendar(WorkingHours(zone=zone, week=AROUND_THE_CLOCK, offline=offline, absences=absences))
    except NoOpenTime:
        return None


def _any(parts: list[Calendar | None]) -> Calendar | None:
    there = [part for part in parts if part is not None]
    return any_of(*there) if there else None
