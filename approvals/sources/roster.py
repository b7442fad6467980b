"""The organisation as a source tells it, whatever the source: people, departments, groups by its own ids. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPerson:
    """A person. `id` never changes at the source; None in a field: the source says nothing about it."""

    place: str  # where in the source, as its keepers find it
    id: str
    username: str
    name: str
    email: str | None = None
    department: str | None = None  # a department's key; "" for none
    roles: tuple[str, ...] | None = None
    active: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDepartment:
    """A department, with the ids of its heads in order. `calendar` None: the source says nothing about it."""

    place: str
    key: str
    zh: str
    en: str
    parent: str | None = None
    heads: tuple[str, ...] = ()
    calendar: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedGroup:
    """A group. `members` None: the source says nothing about who is in it."""

    place: str
    key: str
    zh: str
    en: str
    members: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that cannot be taken over, with its place; nothing is, while there is one."""

    place: str
    code: str
    message: str
    params: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The fault as errors carry it."""
        return {"path": self.place, "code": self.code, "message": self.message, "params": self.params}


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """All that a source tells. `faults` are of the reading itself."""

    people: tuple[ListedPerson, ...] = ()
    departments: tuple[ListedDepartment, ...] = ()
    groups: tuple[ListedGroup, ...] = ()
    faults: tuple[Fault, ...] = ()

    def listed(self) -> Iterator[tuple[str, str, str]]:
        """Kind, id and place of everything in it."""
        yield from (("person", one.id, one.place) for one in self.people)
        yield from (("department", one.key, one.place) for one in self.departments)
        yield from (("group", one.key, one.place) for one in self.groups)


class DirectorySource(Protocol):
    """Somebody who knows the organisation. Ids are remembered under `name`, so it must stay the same."""

    @property
    def name(self) -> str:
        """How the house calls this source."""

    def read(self) -> Roster:
        """The whole organisation of now. Raises BadInput when it cannot be read, Unavailable when nobody answers."""
