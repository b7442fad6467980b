"""What taking over a roster would change: additions, changes, who goes. The same again changes nothing. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from approvals.directory import SUPERUSER, Person
from approvals.roster_check import House, faults_of
from approvals.sources.roster import Fault, ListedPerson, Roster


class Verb(StrEnum):
    """What becomes of something."""

    ADD = "add"
    CHANGE = "change"
    DEACTIVATE = "deactivate"
    LEAVE = "leave"  # alone, though the source says otherwise or nothing: `fields` say what


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of the report. `key` is a username or a key; `fields` say what was and what will be.

    People stand in fields as usernames. `person` is the id of somebody who is there already, `listed` the source's.
    """

    verb: Verb
    kind: str  # person, department or group
    key: str
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    person: str | None = None
    listed: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The line as reports carry it."""
        said = {name: {"before": before, "after": after} for name, (before, after) in self.fields.items()}
        return {"verb": self.verb.value, "kind": self.kind, "key": self.key, "fields": said}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is decided by whoever imports."""

    deactivate_missing: bool = False
    reactivate: bool = False
    new_roles: tuple[str, ...] = ()  # of new people of whose roles the source says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All changes in the order in which they are made; none are while there are faults."""

    changes: tuple[Change, ...] = ()
    faults: tuple[Fault, ...] = ()

    def count(self, verb: Verb) -> int:
        """How many changes of one kind there are."""
        return sum(one.verb is verb for one in self.changes)


def plan(roster: Roster, house: House, *, options: Options) -> Plan:
    """What is to be done so that the house is as the roster says, or why it cannot be."""
    faults = tuple(faults_of(roster, house))
    if faults:
        return Plan(faults=faults)
    return Plan(changes=tuple(_Planned(roster, house, options).all()))


class _Planned:
    def __init__(self, roster: Roster, house: House, options: Options) -> None:
        self.roster = roster
        self.house = house
        self.options = options
        self.directory = house.directory
        self.usernames = {listed: self.directory.people[person].username for listed, person in house.links.items()}
        self.usernames |= {one.id: one.username for one in roster.people if one.id not in house.links}

    def all(self) -> Iterator[Change]:
        yield from self.departments()
        for listed in self.roster.people:
            yield from self.person(listed)
        yield from self.heads()
        yield from self.groups()
        yield from self.missing()

    def departments(self) -> Iterator[Change]:
        """Without their heads, who may not be there yet."""
        for one in self.roster.departments:
            known = self.directory.department(one.key)
            wanted = {"name": {"zh": one.zh, "en": one.en}, "parent": one.parent}
            if one.calendar is not None:
                wanted["calendar"] = one.calendar or None
            present = {} if known is None else {
                "name": known.name.model_dump(), "parent": known.parent, "calendar": known.calendar
            }  # fmt: skip
            yield from _changed("department", one.key, is_known=known is not None, present=present, wanted=wanted)

    def person(self, listed: ListedPerson) -> Iterator[Change]:
        known = self.known(listed)
        wanted: dict[str, Any] = {"name": listed.name}
        wanted |= {} if listed.email is None else {"email": listed.email}
        wanted |= {} if listed.department is None else {"department": listed.department or None}
        wanted |= {} if listed.roles is None else {"roles": sorted(set(listed.roles))}
        if known is None:
            wanted = {"username": listed.username, "roles": sorted(self.options.new_roles)} | wanted
            wanted["active"] = listed.active is not False
            yield Change(
                verb=Verb.ADD, kind="person", key=listed.username, listed=listed.id,
                fields={name: (None, value) for name, value in wanted.items()},
            )  # fmt: skip
            return
        is_linked = listed.id in self.house.links
        present: dict[str, Any] = {
            "name": known.name, "email": self.house.emails.get(known.id, ""), "department": known.department,
            "roles": sorted(set(known.roles) - {SUPERUSER}),
        }  # fmt: skip
        kept: dict[str, tuple[Any, Any]] = {}
        if listed.username != known.username:
            kept["username"] = known.username, listed.username  # flows and history know them by it
        if not known.active and listed.active is not False:
            if self.options.reactivate:
                present["active"], wanted["active"] = False, True
            else:
                kept["active"] = False, True
        changed = {name: (present[name], value) for name, value in wanted.items() if present[name] != value}
        if not is_linked:
            changed["id"] = None, listed.id
        who = {"kind": "person", "key": known.username, "person": known.id, "listed": listed.id}
        if changed:
            yield Change(verb=Verb.CHANGE, fields=changed, **who)
        if kept:
            yield Change(verb=Verb.LEAVE, fields=kept, **who)
        if known.active and listed.active is False:
            yield self.gone(known)

    def known(self, listed: ListedPerson) -> Person | None:
        """Whom the source means: by its id, or the first time by their username."""
        linked = self.house.links.get(listed.id)
        return self.directory.find_person(listed.username) if linked is None else self.directory.person(linked)

    def heads(self) -> Iterator[Change]:
        for one in self.roster.departments:
            known = self.directory.department(one.key)
            people = [self.directory.person(head) for head in (() if known is None else known.heads)]
            present = [person.username for person in people if person is not None]
            wanted = [self.usernames[head] for head in one.heads]
            if present != wanted:
                yield Change(verb=Verb.CHANGE, kind="department", key=one.key, fields={"heads": (present, wanted)})

    def groups(self) -> Iterator[Change]:
        for one in self.roster.groups:
            known = self.directory.group(one.key)
            wanted: dict[str, Any] = {"name": {"zh": one.zh, "en": one.en}}
            present: dict[str, Any] = {}
            if known is not None:
                people = [self.directory.person(member) for member in known.members]
                members = sorted(person.username for person in people if person is not None)
                present = {"name": known.name.model_dump(), "members": members}
            if one.members is not None:
                wanted["members"] = sorted({self.usernames[member] for member in one.members})
            yield from _changed("group", one.key, is_known=known is not None, present=present, wanted=wanted)

    def missing(self) -> Iterator[Change]:
        """People whom this source told of once and does not any more."""
        listed = {one.id for one in self.roster.people}
        for key, person_id in sorted(self.house.links.items()):
            person = self.directory.people[person_id]
            if key in listed or not person.active:
                continue
            if self.options.deactivate_missing:
                yield self.gone(person)
            else:
                yield Change(
                    verb=Verb.LEAVE, kind="person", key=person.username, person=person.id, listed=key,
                    fields={"active": (True, None)},
                )  # fmt: skip

    def gone(self, person: Person) -> Change:
        """Administrators never go by a file: nobody might be left who could bring them back."""
        verb = Verb.LEAVE if SUPERUSER in person.roles else Verb.DEACTIVATE
        return Change(verb=verb, kind="person", key=person.username, person=person.id, fields={"active": (True, False)})


def _changed(
    kind: str, key: str, *, is_known: bool, present: Mapping[str, Any], wanted: Mapping[str, Any]
) -> Iterator[Change]:
    fields = {name: (present.get(name), value) for name, value in wanted.items() if present.get(name) != value}
    if not is_known or fields:
        yield Change(verb=Verb.CHANGE if is_known else Verb.ADD, kind=kind, key=key, fields=fields)
