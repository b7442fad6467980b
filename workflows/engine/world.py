"""The pure values of the world that decisions read: calendars, and what the wings provide, e.g. people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A snapshot of values by their class, e.g. `world.need(CalendarBook)`.

    The shell loads it and caches it by revision; tests and simulations build one by hand.
    """

    values: Mapping[type, Any] = field(default_factory=dict)

    def need(self, kind: type[T]) -> T:
        """The value of this class; KeyError if nobody provides it, which is a wiring mistake."""
        return cast(T, self.values[kind])


def world_of(*values: object) -> World:
    """A world that holds these values, each under its own class."""
    return World(values={type(value): value for value in values})
