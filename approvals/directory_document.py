"""An organisation as JSON, for rehearsals of flows where there is no database. People are their usernames. Pure."""

from typing import Annotated, Any

from pydantic import AwareDatetime, Field, ValidationError

from accounts.policy import Role
from approvals.directory import Absence, Department, Directory, Group, Person
from bedrock.errors import BadInput
from workflows.engine.calendar_document import offline_from_document
from workflows.engine.graph import Document, LocalText

Key = Annotated[str, Field(min_length=1, max_length=64)]


class AbsenceDocument(Document):
    """Time away."""

    start: AwareDatetime
    end: AwareDatetime


class PersonDocument(Document):
    """Somebody; without roles an approver."""

    username: Key
    name: str = Field(default="", max_length=200)
    roles: tuple[Role, ...] = (Role.APPROVER,)
    department: Key | None = None
    offline: list[dict[str, Any]] = Field(default_factory=list, max_length=100)
    absences: tuple[AbsenceDocument, ...] = Field(default=(), max_length=1000)


class GroupDocument(Document):
    """A pool of people, by username."""

    key: Key
    name: LocalText = LocalText()
    members: tuple[Key, ...] = Field(default=(), max_length=1000)
    calendar: Key | None = None
    offline: list[dict[str, Any]] = Field(default_factory=list, max_length=100)


class DepartmentDocument(Document):
    """A department; its heads are usernames, the first above the next."""

    key: Key
    name: LocalText = LocalText()
    parent: Key | None = None
    heads: tuple[Key, ...] = Field(default=(), max_length=20)
    calendar: Key | None = None
    offline: list[dict[str, Any]] = Field(default_factory=list, max_length=100)


class DirectoryDocument(Document):
    """An organisation."""

    people: tuple[PersonDocument, ...] = Field(default=(), max_length=10_000)
    groups: tuple[GroupDocument, ...] = Field(default=(), max_length=10_000)
    departments: tuple[DepartmentDocument, ...] = Field(default=(), max_length=10_000)


def read_directory(document: Any) -> Directory:
    """The organisation of this document. Raises BadInput `directory.document_invalid` with every problem."""
    try:
        read = DirectoryDocument.model_validate(document)
    except ValidationError as error:
        problems = [
            {"path": ".".join(map(str, one["loc"])), "code": one["type"], "message": one["msg"], "params": {}}
            for one in error.errors()
        ]
        raise BadInput(
            "directory.document_invalid", f"Expected an organisation, found {len(problems)} problems.",
            problems=problems,
        ) from None  # fmt: skip
    return Directory(
        people={one.username: _person(one) for one in read.people},
        groups={
            one.key: Group(
                key=one.key, name=_named(one.name, one.key), members=one.members, calendar=one.calendar,
                offline=offline_from_document(one.offline),
            )
            for one in read.groups
        },
        departments={
            one.key: Department(
                key=one.key, name=_named(one.name, one.key), parent=one.parent, heads=one.heads, calendar=one.calendar,
                offline=offline_from_document(one.offline),
            )
            for one in read.departments
        },
    )  # fmt: skip


def _person(one: PersonDocument) -> Person:
    return Person(
        id=one.username, username=one.username, name=one.name or one.username,
        roles=tuple(sorted(role.value for role in one.roles)), department=one.department,
        offline=offline_from_document(one.offline),
        absences=tuple(Absence(start=away.start, end=away.end) for away in one.absences),
    )  # fmt: skip


def _named(name: LocalText, key: str) -> LocalText:
    return name if name.zh or name.en else LocalText(zh=key, en=key)
