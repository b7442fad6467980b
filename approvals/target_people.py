"""Whom targets name today, as far as a drawing alone can tell. Pure."""

from collections.abc import Sequence

from approvals.candidates import Candidate, Kind
from approvals.directory import Directory
from approvals.targets import GroupTarget, RoleTarget, Target, UserTarget


def seat_of(target: Target, *, directory: Directory) -> Candidate | None:
    """The seat that a target is today; None for somebody unknown, and for what only a run can tell."""
    match target:
        case UserTarget():
            person = directory.find_person(target.user)
            return None if person is None else Candidate(kind=Kind.USER, key=person.id)
        case GroupTarget():
            return Candidate(kind=Kind.GROUP, key=target.group)
        case RoleTarget():
            return Candidate(kind=Kind.ROLE, key=target.role)
        case _:
            return None


def people_of(targets: Sequence[Target], *, directory: Directory) -> tuple[set[str], bool]:
    """Ids of the people who may decide, and whether these are all: others are known at run time only."""
    seats = [seat_of(target, directory=directory) for target in targets]
    people = {person.id for seat in seats if seat is not None for person in seat.people(directory)}
    return people, all(isinstance(target, UserTarget | GroupTarget | RoleTarget) for target in targets)
