"""Who may act: a person, a pool whose members are live, or the holders of a role; and the scopes of rows."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from approvals.directory import SUPERUSER, Directory, Person
from workflows.engine.graph import LocalText

OWNER = "supervisor"  # the role that owns every flow: where work goes when nobody else is left
ROLE_NAMES = {  # of which the holders who may decide can be asked together
    "approver": LocalText(zh="全体审批人", en="All approvers"),
    OWNER: LocalText(zh="流程主管", en="Supervisors"),
    "designer": LocalText(zh="流程管理员", en="Designers"),
    "auditor": LocalText(zh="审计员", en="Auditors"),
    "requester": LocalText(zh="申请人员", en="Requesters"),
    SUPERUSER: LocalText(zh="系统管理员", en="Administrators"),
}


class Kind(StrEnum):
    """What a candidate is."""

    USER = "user"  # one person, by id
    GROUP = "group"  # whoever is a member at the moment of acting
    ROLE = "role"  # whoever holds the role at the moment of acting


_LETTERS = {Kind.USER: "u", Kind.GROUP: "g", Kind.ROLE: "r"}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Behalf:
    """Somebody for whom somebody else acts: the id, and the name of then."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Candidate:
    """One seat of a task. `key` is a person's id, a group's key or a role; `behalf` for whom a person sits there.

    A seat is the same whoever it is for: nobody has two of one task.
    """

    kind: Kind
    key: str
    behalf: Behalf | None = field(default=None, compare=False)

    @property
    def scope(self) -> str:
        """The text of assignment rows: `u:<id>`, `g:<key>` or `r:<role>`."""
        return f"{_LETTERS[self.kind]}:{self.key}"

    def people(self, directory: Directory) -> tuple[Person, ...]:
        """The people who sit here now: those of them who may decide."""
        match self.kind:
            case Kind.USER:
                person = directory.person(self.key)
                return (person,) if person is not None and person.may_decide else ()
            case Kind.GROUP:
                return directory.members(self.key)
            case Kind.ROLE:
                return directory.holders(self.key)

    def to_json(self) -> dict[str, Any]:
        """The seat as it stands in a token's data."""
        document: dict[str, Any] = {"kind": self.kind.value, "key": self.key}
        return document if self.behalf is None else document | {"behalf": asdict(self.behalf)}


def read_candidates(documents: Iterable[dict[str, Any]]) -> tuple[Candidate, ...]:
    """The seats of a token's data."""
    return tuple(read_candidate(document) for document in documents)


def read_candidate(document: dict[str, Any]) -> Candidate:
    """One seat of a token's data."""
    behalf = document.get("behalf")
    return Candidate(
        kind=Kind(document["kind"]), key=document["key"], behalf=None if behalf is None else Behalf(**behalf)
    )


def candidate_of(scope: str) -> Candidate:
    """The seat that a row's scope text means."""
    letter, _, key = scope.partition(":")
    return Candidate(kind=_KINDS[letter], key=key)


def describe(candidate: Candidate, *, directory: Directory) -> dict[str, Any]:
    """A candidate for people: kind, key (a username, not an id), name in both languages, and for whom they act."""
    match candidate.kind:
        case Kind.USER:
            person = directory.person(candidate.key)
            key = candidate.key if person is None else person.username
            name = LocalText(zh=key, en=key) if person is None else LocalText(zh=person.name, en=person.name)
        case Kind.GROUP:
            group = directory.group(candidate.key)
            key = candidate.key
            name = LocalText(zh=key, en=key) if group is None else group.name
        case Kind.ROLE:
            key = candidate.key
            name = ROLE_NAMES.get(key, LocalText(zh=key, en=key))
    about: dict[str, Any] = {"kind": candidate.kind.value, "key": key, "name": name.model_dump()}
    return about if candidate.behalf is None else about | {"on_behalf_of": about_behalf(candidate.behalf, directory)}


def about_behalf(behalf: Behalf, directory: Directory) -> dict[str, str]:
    """For whom somebody acts, for people: the name is the one of then."""
    person = directory.person(behalf.id)
    return {"key": behalf.id if person is None else person.username, "name": behalf.name}


def scopes_of(id: str, *, directory: Directory) -> tuple[str, ...]:  # noqa: A002 - a person's id is called id everywhere
    """Every scope under which this person may find open work now; none for somebody who may not decide."""
    person = directory.person(id)
    if person is None or not person.may_decide:
        return ()
    groups = (f"g:{key}" for key in directory.groups_of(id))
    return (f"u:{id}", *groups, *(f"r:{role}" for role in person.roles if role in ROLE_NAMES))


def inbox_of(id: str, *, directory: Directory) -> tuple[str, ...]:  # noqa: A002
    """Every scope under which this person finds open work: what they may decide, and what came back to them."""
    return (*scopes_of(id, directory=directory), came_back_to(id))


def came_back_to(id: str) -> str:  # noqa: A002
    """The scope of requests that are back with this person, who need not be somebody who decides."""
    return f"q:{id}"
