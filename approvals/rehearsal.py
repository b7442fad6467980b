"""Who could answer an open approval in a rehearsal, who is assumed to be away, and whom its papers ask. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from approvals.approval_config import ApprovalConfig
from approvals.ballot import Ballot, read_ballot
from approvals.candidates import Candidate, Kind, describe
from approvals.directory import Absence, Directory, Person
from approvals.presence import Presence
from bedrock.errors import BadInput
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.events import Actor
from workflows.engine.node_type import Scope
from workflows.engine.rehearsal import Foreseen

ANSWERS: Final = ("approve", "reject")
COMMENT: Final = "rehearsal"  # an answer that needs words has these


def foreseen(scope: Scope[ApprovalConfig], *, answer: str, by: str | None) -> Iterator[Foreseen]:
    """An answer for each seat, by the first of its people who is there at that instant."""
    ballot, presence = read_ballot(scope.data), _presence(scope)
    for seat in ballot.seats:
        people = _people(seat, ballot=ballot, scope=scope, by=by)
        calendar = presence.of_seat(seat if by is None or not people else _seat_of(people[0]))
        person: Person | None = None
        if people and calendar is not None:
            here = (one for one in people if not presence.is_away(one, candidate=seat, at=scope.now))
            person = next(here, people[0])
        yield Foreseen(
            seat.scope, describe(seat, directory=presence.directory), calendar, answer,
            {"revision": ballot.revision, "comment": COMMENT},
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


def _people(seat: Candidate, *, ballot: Ballot, scope: Scope[ApprovalConfig], by: str | None) -> list[Person]:
    directory = scope.world.need(Directory)
    return [
        person
        for person in seat.people(directory)
        if person.id != scope.requester and ballot.answered_by(person.id) is None and by in (None, person.username)
    ]


def _seat_of(person: Person) -> Candidate:
    return Candidate(kind=Kind.USER, key=person.id)


def _presence(scope: Scope[ApprovalConfig]) -> Presence:
    """People answer when they are there, whatever a clock of the step makes of breaks and leave."""
    return Presence(
        directory=scope.world.need(Directory), book=scope.world.need(CalendarBook), requester=scope.requester,
        calendar=scope.config.calendar,
    )  # fmt: skip
