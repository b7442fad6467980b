"""What is bound to a person: open tasks, groups, departments, delegations, flows. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from accounts.models import User
from approvals.actions.move_queue import Queue
from approvals.approval_config import ApprovalConfig
from approvals.directory_rows import bounds_of
from approvals.models import Assignment, Delegation, DepartmentHead, GroupMember
from approvals.notify_config import NotifyConfig
from approvals.targets import UserTarget
from workflows.actions.definitions import flows_of
from workflows.plans import live_drawings

SHOWN: Final = 200  # tasks; the rest is a number


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTask:
    """An open seat of the person. `is_vote`: others are asked beside them, and their voice counts."""

    id: str
    title: dict[str, str]
    definition: dict[str, str]
    subject: str
    is_vote: bool
    instance: str
    token: int
    visit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A group or a department. `alone`: without them nobody who may decide is left there."""

    key: str
    name: dict[str, str]
    alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A delegation that holds or will: from this name to that one."""

    id: int
    by: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedIn:
    """A step of a live flow that names the person; only a new version can name somebody else."""

    flow: str
    title: dict[str, str]
    node: str
    step: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedFlow:
    """A flow whose draft belongs to the person."""

    key: str
    title: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongings:
    """All of it."""

    task_count: int
    tasks: tuple[HeldTask, ...]
    claims: int
    groups: tuple[Place, ...]
    heads: tuple[Place, ...]
    delegations: tuple[Given, ...]
    named: tuple[NamedIn, ...]
    owned: tuple[OwnedFlow, ...]

    def counts(self) -> dict[str, int]:
        """How much there is of each."""
        return {
            "tasks": self.task_count, "claims": self.claims, "groups": len(self.groups), "heads": len(self.heads),
            "delegations": len(self.delegations), "named": len(self.named), "owned": len(self.owned),
        }  # fmt: skip


def belongings_of(person: User, *, now: datetime) -> Belongings:
    """What this person holds now."""
    return Belongings(
        task_count=Queue(person=str(person.pk)).count(),
        tasks=tuple(_tasks(person)),
        claims=_claims(person),
        groups=tuple(_groups(person)),
        heads=tuple(_heads(person)),
        delegations=tuple(_delegations(person, now=now)),
        named=tuple(_named(person)),
        owned=tuple(OwnedFlow(key=key, title=title) for key, title in flows_of(person)),
    )  # fmt: skip


def _tasks(person: User) -> Iterator[HeldTask]:
    seats = Assignment.objects.filter(scope=f"u:{person.pk}", status=Assignment.Status.OPEN).select_related("task")
    for seat in seats.order_by("pk")[:SHOWN]:
        task = seat.task
        yield HeldTask(
            id=str(task.pk), title=task.title, definition=task.definition_title, subject=task.subject_title,
            is_vote=task.mode != "any", instance=str(task.instance), token=task.token, visit=task.visit,
        )  # fmt: skip


def _claims(person: User) -> int:
    """Tasks of their groups that they work on; without them, these are the group's again."""
    pools = [f"g:{key}" for key in GroupMember.objects.filter(user=person).values_list("group__key", flat=True)]
    seats = Assignment.objects.filter(scope__in=pools, status=Assignment.Status.OPEN)
    return seats.filter(task__candidates__contains=[{"claimed_by": {"id": str(person.pk)}}]).count()


def _groups(person: User) -> Iterator[Place]:
    for row in GroupMember.objects.filter(user=person).select_related("group").order_by("group__key"):
        others = row.group.members.filter(user__is_active=True).exclude(user=person)
        yield Place(key=row.group.key, name=row.group.name, alone=not others.exists())


def _heads(person: User) -> Iterator[Place]:
    for row in DepartmentHead.objects.filter(user=person).select_related("department").order_by("department__key"):
        others = row.department.heads.filter(user__is_active=True).exclude(user=person)
        yield Place(key=row.department.key, name=row.department.name, alone=not others.exists())


def _delegations(person: User, *, now: datetime) -> Iterator[Given]:
    rows = Delegation.objects.filter(person=person) | Delegation.objects.filter(to=person)
    for row in rows.select_related("person", "to").order_by("pk"):
        if bounds_of(row)[1] > now:
            yield Given(id=row.pk, by=row.person.get_full_name(), to=row.to.get_full_name())


def _named(person: User) -> Iterator[NamedIn]:
    for _, release in live_drawings():
        for node in release.plan.nodes.values():
            if any(isinstance(one, UserTarget) and one.user == person.username for one in _targets(node.config)):
                yield NamedIn(flow=release.key, title=dict(release.title), node=node.id, step=node.name.model_dump())


def _targets(config: Any) -> Iterator[Any]:
    match config:
        case ApprovalConfig():
            yield from (target for _, target in config.named())
        case NotifyConfig():
            yield from config.to
