"""Who could answer an open approval in a rehearsal, who is assumed to be away, and whom its papers ask. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from approvals.approval_config import ApprovalConfig
from approvals.ballot import read_ballot
from approvals.candidates import Candidate, Kind, describe
from approvals.directory import Absence, Directory, Person
from approvals.fields import SUPPOSED
from approvals.presence import KEPT_COMPOSITIONS, Presence
from bedrock.errors import BadInput
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.calendars import Calendar
from workflows.engine.events import Actor
from workflows.engine.node_type import Scope
from workflows.engine.rehearsal import Foreseen

ANSWERS: Final = ("approve", "reject")
COMMENT: Final = "rehearsal"  # an answer that needs words has these


def foreseen(scope: Scope[ApprovalConfig], *, answer: str, by: str | None) -> Iterator[Foreseen]:
    """An answer for each seat, by the first of its people who is there at that instant."""
    ballot, presence = read_ballot(scope.data), _presence(scope)
    for seat in ballot.seats:
        found = _sitting(seat, presence=presence, by=by)
        people = [one for one in found.people if ballot.answered_by(one.id) is None] if ballot.answers else found.people
        person: Person | None = None
        if people and found.calendar is not None:
            here = (one for one in people if not presence.is_away(one, candidate=seat, at=scope.now))
            person = next(here, people[0])
        yield Foreseen(
            seat.scope, found.about, found.calendar, answer,
            {"revision": ballot.revision, "comment": COMMENT, SUPPOSED: True},
            None if person is None else Actor(id=person.id, name=person.name),
        )  # fmt: skip


def asked(payload: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a paper tells of who is asked from now on; None for one that changes nobody."""
    if payload["op"] not in ("open", "change") or not payload["trace"]:
        return None
    sheet = payload["sheet"]
    return {
        "candidates": sheet["candidates"], "trace": payload["trace"], "due_at": sheet["due_at"],
        "due_does": sheet["due_does"],
    }  # fmt: skip


def with_absences(directory: Directory, absences: Sequence[tuple[str, datetime, datetime]]) -> Directory:
    """The organisation with these people (usernames) away as well. Raises BadInput `simulation.unknown_person`."""
    people = dict(directory.people)
    for index, (username, start, end) in enumerate(absences):
        person = directory.find_person(username)
        if person is None:
            message = f"Expected somebody of the house, found {username!r}."
            place = {"path": f"absences.{index}.user", "code": "simulation.unknown_person", "message": message}
            raise BadInput("simulation.unknown_person", message, problems=[{**place, "params": {"user": username}}])
        known = people[person.id]
        people[person.id] = replace(known, absences=(*known.absences, Absence(start=start, end=end)))
    return replace(directory, people=people)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sitting:
    """Who may answer from a seat, when they work, and how people call it."""

    people: Sequence[Person]
    calendar: Calendar | None
    about: Mapping[str, Any]


def _sitting(seat: Candidate, *, presence: Presence, by: str | None) -> _Sitting:
    """The same for thousands of runs, so it is kept beside the calendars that were composed for this organisation."""
    composed = presence.directory.composed
    key = ("sitting", seat, presence.requester, presence.calendar, by)
    kept: tuple[CalendarBook, _Sitting] | None = composed.get(key)
    if kept is None or kept[0] is not presence.book:
        kept = (presence.book, _found_sitting(seat, presence=presence, by=by))
        if len(composed) >= KEPT_COMPOSITIONS:
            composed.clear()
        composed[key] = kept
    return kept[1]


def _found_sitting(seat: Candidate, *, presence: Presence, by: str | None) -> _Sitting:
    people = [
        person
        for person in seat.people(presence.directory)
        if person.id != presence.requester and by in (None, person.username)
    ]
    return _Sitting(
        people=people,
        calendar=presence.of_seat(seat if by is None or not people else _seat_of(people[0])),
        about=describe(seat, directory=presence.directory),
    )


def _seat_of(person: Person) -> Candidate:
    return Candidate(kind=Kind.USER, key=person.id)


def _presence(scope: Scope[ApprovalConfig]) -> Presence:
    """People answer when they are there, whatever a clock of the step makes of breaks and leave."""
    return Presence(
        directory=scope.world.need(Directory), book=scope.world.need(CalendarBook), requester=scope.requester,
        calendar=scope.config.calendar,
    )  # fmt: skip
