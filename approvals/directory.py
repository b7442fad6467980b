"""Who is who, as one pure value: people, groups, departments, absences. Rows are loaded elsewhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.policy import Role
from workflows.engine.calendar_windows import OfflineWindow
from workflows.engine.graph import LocalText

MAX_LEVELS = 32  # of departments on the way up; deeper is a mistake in the data
SUPERUSER = "superuser"  # the last resort of an assignment; not a role that can be given
DECIDERS = frozenset({Role.APPROVER.value, Role.SUPERVISOR.value, SUPERUSER})
READERS = DECIDERS | {Role.DESIGNER.value, Role.REQUESTER.value}  # who has an inbox; auditors see it all anyway


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Time away: from `start` (inclusive) to `end` (exclusive), both instants."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """`by` lets `to` act for them (ids): from `start` (inclusive) to `end` (exclusive), in these flows or in all."""

    by: str
    to: str
    start: datetime
    end: datetime
    flows: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an account. `id` is the account's key as text, `username` what graphs refer to."""

    id: str
    username: str
    name: str
    active: bool = True
    roles: tuple[str, ...] = ()
    department: str | None = None
    offline: tuple[OfflineWindow, ...] = ()
    absences: tuple[Absence, ...] = ()

    @property
    def may_decide(self) -> bool:
        """Whether this person may have a seat at all: the one rule for every way of being asked, and for staying."""
        return self.active and not DECIDERS.isdisjoint(self.roles)

    @property
    def may_read(self) -> bool:
        """Whether this person has an inbox in which a copy can be read."""
        return self.active and not READERS.isdisjoint(self.roles)

    def on_leave(self, at: datetime) -> bool:
        """Whether leave covers this instant; a break of the day is none."""
        return any(absence.start <= at < absence.end for absence in self.absences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A pool of people who may act for each other; `members` are ids. `calendar` None means the default one."""

    key: str
    name: LocalText
    members: tuple[str, ...] = ()
    calendar: str | None = None
    offline: tuple[OfflineWindow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A place in the organisation; `heads` are people's ids, the first above the next; `parent` a department's key."""

    key: str
    name: LocalText
    parent: str | None = None
    heads: tuple[str, ...] = ()
    calendar: str | None = None
    offline: tuple[OfflineWindow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """A snapshot of the organisation. Unknown ids and keys answer None, never an error."""

    people: Mapping[str, Person] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    departments: Mapping[str, Department] = field(default_factory=dict)
    delegations: Mapping[str, tuple[Delegation, ...]] = field(default_factory=dict)  # by whose they are
    _by_username: Mapping[str, Person] = field(init=False, repr=False, compare=False)
    # Composed calendars are slow to build and asked for again and again: kept by whoever composes them.
    composed: dict[Any, Any] = field(init=False, repr=False, compare=False, default_factory=dict)
    _pools: dict[str, tuple[Person, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        by_username = {person.username: person for person in self.people.values()}
        object.__setattr__(self, "_by_username", by_username)

    def person(self, id: str | None) -> Person | None:  # noqa: A002 - a person's id is called id everywhere
        """The person with this id."""
        return None if id is None else self.people.get(id)

    def find_person(self, username: str) -> Person | None:
        """The person whom graphs and requests call by this username."""
        return self._by_username.get(username)

    def group(self, key: str) -> Group | None:
        """The group with this key."""
        return self.groups.get(key)

    def department(self, key: str | None) -> Department | None:
        """The department with this key."""
        return None if key is None else self.departments.get(key)

    def delegation_of(self, id: str, *, flow: str, at: datetime) -> Delegation | None:  # noqa: A002
        """What this person has delegated at this instant in this flow; one for named flows before one for all."""
        now = [one for one in self.delegations.get(id, ()) if one.start <= at < one.end]
        return next((one for one in now if flow in one.flows), next((one for one in now if not one.flows), None))

    def members(self, key: str) -> tuple[Person, ...]:
        """The members of a group who may decide now, in their order; none if there is no such group."""
        found = self._pools.get(key)
        if found is None:
            group = self.groups.get(key)
            ids = () if group is None else group.members
            found = tuple(person for person in map(self.people.get, ids) if person is not None and person.may_decide)
            self._pools[key] = found
        return found

    def holders(self, role: str) -> tuple[Person, ...]:
        """The people with this role who may decide, by username."""
        found = [person for person in self.people.values() if person.may_decide and role in person.roles]
        return tuple(sorted(found, key=lambda person: person.username))

    def groups_of(self, id: str) -> tuple[str, ...]:  # noqa: A002
        """The keys of the groups this person belongs to, sorted."""
        return tuple(sorted(key for key, group in self.groups.items() if id in group.members))

    def ancestry(self, key: str | None) -> tuple[Department, ...]:
        """The department and those above it, nearest first; a circle or an unknown parent ends the walk."""
        walked: list[Department] = []
        seen: set[str] = set()
        while key is not None and key not in seen and len(walked) < MAX_LEVELS:
            seen.add(key)
            department = self.departments.get(key)
            if department is None:
                break
            walked.append(department)
            key = department.parent
        return tuple(walked)

    def heads_of(
        self, key: str | None, *, counts: "WhichHeads", level: int = 1, without: str | None = None
    ) -> tuple[Person, ...]:
        """The heads who count `level` steps up from a department: those of the `level`-th one that has any.

        A head may decide, is not the person `without`, counts at no step below, and is not behind `without` in the
        same department: nobody decides about those above. `()` when the organisation ends before that level.
        """
        met: set[str] = set()
        for department in self.ancestry(key):
            above = department.heads.index(without) if without in department.heads else None
            heads = department.heads[:above]
            known = [person for person in map(self.people.get, heads) if person is not None and person.may_decide]
            found = counts(tuple(person for person in known if person.id not in met))
            met |= {person.id for person in found}
            level -= bool(found)
            if found and level == 0:
                return found
        return ()


WhichHeads = Callable[[tuple[Person, ...]], tuple[Person, ...]]  # of one department's heads, in order, those who count
