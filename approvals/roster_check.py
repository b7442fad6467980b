"""What cannot be taken over of a roster: every fault with its place, all at once. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from accounts.policy import unknown_roles
from approvals.directory import MAX_LEVELS, Directory
from approvals.sources.roster import Fault, ListedDepartment, ListedPerson, Roster

_KEY: Final = re.compile(r"[-a-zA-Z0-9_]{1,64}")
_USERNAME: Final = re.compile(r"[\w.@+-]{1,64}")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
MOST: Final = {"id": 128, "name": 120, "email": 254}  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What is there: the directory, mail addresses by a person's id, and whom this source calls by which of its ids."""

    directory: Directory
    emails: Mapping[str, str]
    links: Mapping[str, str]  # the source's id → the person's id
    calendars: frozenset[str]


def faults_of(roster: Roster, house: House) -> Iterator[Fault]:
    """Every reason why this roster cannot be taken over."""
    yield from roster.faults
    seen = Counter((kind, key) for kind, key, _ in roster.listed())
    for kind, key, place in roster.listed():
        if seen[kind, key] > 1:
            yield _fault(place, "twice", f"Expected each {kind} once, found {key!r} {seen[kind, key]} times.")
        if not key or len(key) > MOST["id"]:
            yield _fault(place, "bad_id", f"Expected an id of 1 to {MOST['id']} characters, found {len(key)}.")
        elif kind != "person" and not _KEY.fullmatch(key):
            yield _fault(place, "bad_key", f"Expected a key of letters, digits, - and _, found {key!r}.")
    departments = {one.key for one in roster.departments} | set(house.directory.departments)
    people = {one.id for one in roster.people} | set(house.links)
    for person in roster.people:
        yield from _person(person, departments=departments)
    yield from _usernames(roster, house)
    for department in roster.departments:
        yield from _department(department, house=house, departments=departments, people=people)
    yield from _circles(roster, house)
    for group in roster.groups:
        for one in group.members or ():
            if one not in people:
                yield _fault(group.place, "unknown_person", f"Expected a listed person, found {one!r}.", person=one)


def _person(person: ListedPerson, *, departments: set[str]) -> Iterator[Fault]:
    place = person.place
    if not _USERNAME.fullmatch(person.username):
        message = f"Expected a username of 1 to 64 letters, digits and .@+-_, found {person.username!r}."
        yield _fault(place, "bad_username", message)
    if not 0 < len(person.name) <= MOST["name"]:
        message = f"Expected a name of 1 to {MOST['name']} characters, found {len(person.name)}."
        yield _fault(place, "bad_name", message)
    if person.email and (len(person.email) > MOST["email"] or not _EMAIL.fullmatch(person.email)):
        yield _fault(place, "bad_email", f"Expected a mail address, found {person.email!r}.")
    unknown = unknown_roles(person.roles or ())
    if unknown:
        yield _fault(place, "unknown_role", f"Expected roles of this house, found {', '.join(unknown)}.")
    if person.department and person.department not in departments:
        message = f"Expected a department that is listed or known, found {person.department!r}."
        yield _fault(place, "unknown_department", message, department=person.department)


def _usernames(roster: Roster, house: House) -> Iterator[Fault]:
    """A username belongs to one person. Whom the source knows by another id is another person."""
    known_as = {person: listed for listed, person in house.links.items()}
    taken: dict[str, str] = {}
    for one in roster.people:
        if one.id in house.links:
            continue  # their name of the house stays what it is
        holder = house.directory.find_person(one.username)
        other = taken.setdefault(one.username, one.id) if holder is None else known_as.get(holder.id, one.id)
        if holder is not None and taken.setdefault(one.username, one.id) != one.id:
            other = taken[one.username]
        if other != one.id:
            message = f"Expected a username of its own for {one.id!r}, found {one.username!r}, which {other!r} has."
            yield _fault(one.place, "username_taken", message, username=one.username)


def _department(one: ListedDepartment, *, house: House, departments: set[str], people: set[str]) -> Iterator[Fault]:
    if one.parent is not None and one.parent not in departments:
        message = f"Expected a parent that is listed or known, found {one.parent!r}."
        yield _fault(one.place, "unknown_department", message, department=one.parent)
    for head, times in Counter(one.heads).items():
        if head not in people:
            yield _fault(one.place, "unknown_person", f"Expected a listed person as head, found {head!r}.", person=head)
        elif times > 1:
            yield _fault(one.place, "head_twice", f"Expected each head once, found {head!r} {times} times.")
    if one.calendar and one.calendar not in house.calendars:
        message = f"Expected a calendar of this house, found {one.calendar!r}."
        yield _fault(one.place, "unknown_calendar", message, calendar=one.calendar)


def _circles(roster: Roster, house: House) -> Iterator[Fault]:
    """Departments as they would be then: each has a way to the top."""
    parents = {key: one.parent for key, one in house.directory.departments.items()}
    parents |= {one.key: one.parent for one in roster.departments}
    for one in roster.departments:
        way, at = [one.key], parents.get(one.key)
        while at is not None and at not in way and len(way) <= MAX_LEVELS:
            way.append(at)
            at = parents.get(at)
        if at is not None and at in way:
            message = f"Expected a way to the top, found {' → '.join([*way, at])}."
            yield _fault(one.place, "department_circle", message)
        elif len(way) > MAX_LEVELS:
            message = f"Expected at most {MAX_LEVELS} levels of departments, found more above {one.key!r}."
            yield _fault(one.place, "department_too_deep", message)


def _fault(place: str, code: str, message: str, **params: Any) -> Fault:
    return Fault(place=place, code=f"directory.{code}", message=message, params=params)
