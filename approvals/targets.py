"""Whom a graph names: the targets of an assignment as they stand in a node's config. Pure documents."""

from typing import Annotated, Literal

from pydantic import Field

from workflows.engine.graph import Document

Key = Annotated[str, Field(min_length=1, max_length=64)]


class UserTarget(Document):
    """One person, by username."""

    kind: Literal["user"]
    user: Key


class GroupTarget(Document):
    """A group, by key."""

    kind: Literal["group"]
    group: Key


class HeadTarget(Document):
    """The head `level` steps up, from `department` or else from the requester's own department."""

    kind: Literal["department_head"]
    level: Annotated[int, Field(ge=1, le=10)] = 1
    department: Key | None = None


Target = Annotated[UserTarget | GroupTarget | HeadTarget, Field(discriminator="kind")]
Targets = Annotated[tuple[Target, ...], Field(min_length=1, max_length=50)]
