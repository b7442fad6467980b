"""Whom a graph names: the targets of an assignment as they stand in a node's config. Pure documents."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from approvals.directory import Person, WhichHeads
from workflows.engine.graph import Document

MOST_LEVELS = 10  # of department heads that one target names
Key = Annotated[str, Field(min_length=1, max_length=64)]


class UserTarget(Document):
    """One person, by username."""

    kind: Literal["user"]
    user: Key


class GroupTarget(Document):
    """A group, by key."""

    kind: Literal["group"]
    group: Key


class RoleTarget(Document):
    """Everybody who holds a role and may decide."""

    kind: Literal["role"]
    role: Key


class HeadTarget(Document):
    """The heads `level` steps up, from `department` or else from the requester's own department.

    With `levels` more than one, so many levels from there on upwards; fewer where the organisation ends. `heads` says
    who counts where a department has several.
    """

    kind: Literal["department_head"]
    level: Annotated[int, Field(ge=1, le=MOST_LEVELS)] = 1
    levels: Annotated[int, Field(ge=1, le=MOST_LEVELS)] = 1
    department: Key | None = None
    heads: Literal["first", "present", "all"] = "first"  # present: the first who is not on leave, or else the first

    def counts(self, at: datetime) -> WhichHeads:
        """Which heads of one department count at this instant."""

        def of(heads: tuple[Person, ...]) -> tuple[Person, ...]:
            if self.heads == "all":
                return heads
            here = [head for head in heads if not head.on_leave(at)] if self.heads == "present" else []
            return tuple(here[:1]) or heads[:1]

        return of


class FieldTarget(Document):
    """Whoever stands in a variable of the run: a username, or a list of them."""

    kind: Literal["field"]
    variable: Key


class RequesterTarget(Document):
    """Who asked for the run. Nobody decides on their own request, so the rule for requesters says who does."""

    kind: Literal["requester"]


class ChoiceTarget(Document):
    """Whom the requester chose at the start, out of a pool: usernames in a variable of the run, at most so many."""

    kind: Literal["requester_choice"]
    variable: Key
    pool: Annotated[
        tuple[Annotated[UserTarget | GroupTarget | RoleTarget, Field(discriminator="kind")], ...],
        Field(min_length=1, max_length=20),
    ]
    most: Annotated[int, Field(ge=1, le=20)] = 1


Named = Annotated[
    UserTarget | GroupTarget | RoleTarget | HeadTarget | FieldTarget | RequesterTarget, Field(discriminator="kind")
]


class TargetRule(Document):
    """Who is meant while a condition holds."""

    when: Annotated[str, Field(max_length=2000)]
    to: Annotated[tuple[Named, ...], Field(min_length=1, max_length=20)]


class ExpressionTarget(Document):
    """Whom the first rule names whose condition holds, or else `otherwise`. An unknown condition does not hold."""

    kind: Literal["expression"]
    rules: Annotated[tuple[TargetRule, ...], Field(min_length=1, max_length=20)]
    otherwise: Annotated[tuple[Named, ...], Field(max_length=20)] = ()


Target = Annotated[
    UserTarget | GroupTarget | RoleTarget | HeadTarget | FieldTarget | RequesterTarget
    | ChoiceTarget | ExpressionTarget,
    Field(discriminator="kind"),
]  # fmt: skip
Targets = Annotated[tuple[Target, ...], Field(min_length=1, max_length=50)]
# Whom a message may name: the rest it says in settings of its own.
Addressee = Annotated[UserTarget | GroupTarget | HeadTarget, Field(discriminator="kind")]


def spread(targets: Sequence[Target]) -> Iterator[tuple[str, Target]]:
    """Every target, and those that it is made of, each with its place."""
    for index, target in enumerate(targets):
        place = str(index)
        yield place, target
        match target:
            case ExpressionTarget():
                for number, rule in enumerate(target.rules):
                    yield from ((f"{place}.rules.{number}.to.{at}", one) for at, one in enumerate(rule.to))
                yield from ((f"{place}.otherwise.{at}", one) for at, one in enumerate(target.otherwise))
            case ChoiceTarget():
                yield from ((f"{place}.pool.{at}", one) for at, one in enumerate(target.pool))
