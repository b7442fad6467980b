"""The calendars of the house, by key, and their compositions."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from typing_extensions import override

from bedrock.errors import NotFound
from workflows.engine.calendars import Calendar, all_of, any_of

_KEPT_COMPOSITIONS = 2048


Kept = tuple[datetime, Calendar]  # what a calendar was until then, for waits that had begun


@dataclass(frozen=True, slots=True)
class CalendarBook:
    """The calendars of the house by key: a snapshot, so that one book always gives the same due times.

    `kept` are what calendars were before edits that were to leave pending waits alone, the earliest first.
    """

    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    kept: Mapping[str, tuple[Kept, ...]] = field(default_factory=dict)
    _editions: dict[int, "CalendarBook"] = field(init=False, repr=False, compare=False, default_factory=dict)
    _composed: dict[tuple[str, ...], Calendar] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "calendars", MappingProxyType(dict(self.calendars)))
        object.__setattr__(self, "kept", MappingProxyType(dict(self.kept)))

    def __getitem__(self, key: str) -> Calendar:
        """NotFound `calendar.unknown` for a key that is not in the book."""
        found = self.calendars.get(key)
        if found is None:
            raise NotFound("calendar.unknown", f"Expected a calendar of the book, but got {key!r}.", calendar=key)
        return found

    def __contains__(self, key: object) -> bool:
        return key in self.calendars

    def __iter__(self) -> Iterator[str]:
        return iter(self.calendars)

    def __len__(self) -> int:
        return len(self.calendars)

    @override
    def __hash__(self) -> int:
        return hash(frozenset(self.calendars.items()))

    def of(self, since: datetime) -> "CalendarBook":
        """The book by which a wait is reckoned that began at `since`: edits after it that keep do not count for it."""
        if not self.kept:
            return self
        edits = sorted({until for editions in self.kept.values() for until, _ in editions})
        number = bisect_right(edits, since)
        if number == len(edits):
            return self
        found = self._editions.get(number)
        if found is None:
            before = {key: _until(editions, edits[number]) for key, editions in self.kept.items()}
            changed = {key: calendar for key, calendar in before.items() if calendar is not None}
            found = self._editions[number] = CalendarBook({**self.calendars, **changed})
        return found

    def edited(self, key: str, calendar: Calendar, *, at: datetime, keeps: bool) -> "CalendarBook":
        """This book after an edit. One that `keeps` leaves the waits before `at` as they were."""
        kept = dict(self.kept)
        old = self.calendars.get(key)
        if keeps and old is not None:
            kept[key] = (*kept.get(key, ()), (at, old))
        else:
            kept.pop(key, None)
        return CalendarBook({**self.calendars, key: calendar}, kept)

    def all_of(self, *keys: str) -> Calendar:
        """`all_of` of these calendars, remembered, so that its blocks are built once."""
        return self._compose("all", *keys)

    def any_of(self, *keys: str) -> Calendar:
        """`any_of` of these calendars, remembered like `all_of`."""
        return self._compose("any", *keys)

    def unconfirmed(self, at: datetime, until: datetime) -> tuple[int, ...]:
        """The years from `at` to `until` that some calendar of the book has no official notice for."""
        return tuple(sorted({year for one in self.calendars.values() for year in one.unconfirmed(at, until)}))

    def _compose(self, how: str, *keys: str) -> Calendar:
        composed = self._composed.get((how, *keys))
        if composed is None:
            parts = [self[key] for key in keys]
            composed = all_of(*parts) if how == "all" else any_of(*parts)
            if len(self._composed) >= _KEPT_COMPOSITIONS:
                self._composed.clear()
            self._composed[(how, *keys)] = composed
        return composed


def _until(editions: tuple[Kept, ...], edit: datetime) -> Calendar | None:
    """What a calendar was at the moment of an edit of the book, for waits before it; None if it is as it was."""
    return next((calendar for until, calendar in editions if until >= edit), None)
