"""Whom targets name today, as far as a drawing alone can tell. Pure."""

from collections.abc import Sequence

from approvals.directory import Directory
from approvals.targets import GroupTarget, RoleTarget, Target, UserTarget


def people_of(targets: Sequence[Target], *, directory: Directory) -> tuple[set[str], bool]:
    """Ids of the people who may decide, and whether these are all: others are known at run time only."""
    people: set[str] = set()
    everybody = True
    for target in targets:
        match target:
            case UserTarget():
                person = directory.find_person(target.user)
                people |= {person.id} if person is not None and person.may_decide else set()
            case GroupTarget():
                people |= {person.id for person in directory.members(target.group)}
            case RoleTarget():
                people |= {person.id for person in directory.holders(target.role)}
            case _:
                everybody = False
    return people, everybody
