"""Who is told: the people that a message step names, as they are when it is entered. Pure.

To be told needs no right to decide, so a whole group is meant, and a requester too.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from approvals.directory import Directory, Person
from approvals.targets import Addressee, GroupTarget, HeadTarget, UserTarget


def people_of(
    targets: Sequence[Addressee], *, usernames: Iterable[str], requester: str | None, directory: Directory,
    at: datetime,
) -> tuple[str, ...]:  # fmt: skip
    """The ids of the active people, each once, in the order they are named."""
    found: list[Person | None] = []
    for target in targets:
        match target:
            case UserTarget():
                found.append(directory.find_person(target.user))
            case GroupTarget():
                group = directory.group(target.group)
                found += [directory.person(one) for one in group.members] if group is not None else []
            case HeadTarget():
                asker = directory.person(requester)
                department = target.department or (None if asker is None else asker.department)
                levels = range(target.level, target.level + target.levels)
                for level in levels:
                    found += directory.heads_of(department, counts=target.counts(at), level=level, without=requester)
    found += [directory.find_person(name) for name in usernames]
    return tuple(dict.fromkeys(person.id for person in found if person is not None and person.active))
