"""The calendars of the house, by key, and their compositions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from typing_extensions import override

from bedrock.errors import NotFound
from workflows.engine.calendars import Calendar, all_of, any_of

_KEPT_COMPOSITIONS = 2048


@dataclass(frozen=True, slots=True)
class CalendarBook:
    """The calendars of the house by key: a snapshot, so that one book always gives the same due times."""

    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    _composed: dict[tuple[str, ...], Calendar] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "calendars", MappingProxyType(dict(self.calendars)))

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
