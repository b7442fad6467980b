"""Copies of a case: to whom a step sends them and when, and how they stand in what it asks to have written. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from approvals.approval_config import ApprovalConfig
from approvals.candidates import Candidate, Kind, describe
from approvals.directory import Directory
from approvals.recipients import people_of
from approvals.targets import Addressee
from workflows.engine.events import SYSTEM, Actor
from workflows.engine.node_type import Note, Scope

OPENED: Final = "opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """What goes into the paper of the task, and the line of the history that says who may read the run from now on."""

    paper: dict[str, Any] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


def copies_at(moment: str, scope: Scope[ApprovalConfig], *, directory: Directory) -> Copies:
    """The copies that the step sends when it opens (`OPENED`) or ends (by the status of its task)."""
    config = scope.config
    if not config.copy_to or moment not in ((OPENED,) if config.copy_when == OPENED else _ends(config.copy_when)):
        return Copies()
    return copies_to(
        config.copy_to, by=SYSTEM, comment="", requester=scope.requester, directory=directory, at=scope.now
    )


def copies_to(
    targets: Iterable[Addressee], *, by: Actor, comment: str, requester: str | None, directory: Directory,
    at: datetime,
) -> Copies:  # fmt: skip
    """Copies for everybody who is named and has an inbox; empty when there is nobody."""
    named = people_of(tuple(targets), usernames=(), requester=requester, directory=directory, at=at)
    return copies_for(named, by=by, comment=comment, directory=directory)


def copies_for(people: Iterable[str], *, by: Actor, comment: str, directory: Directory) -> Copies:
    """The same for people by their ids."""
    found = [one for one in map(directory.person, people) if one is not None and one.may_read]
    if not found:
        return Copies()
    person = directory.person(by.id)
    shown = [describe(Candidate(kind=Kind.USER, key=one.id), directory=directory) for one in found]
    return Copies(
        paper={
            "copies": {
                "to": [one.id for one in found], "by": None if person is None else int(person.id),
                "name": "" if person is None else by.name, "comment": comment,
            }
        },
        notes=(Note(what="copied", data={"to": shown, "comment": comment}, actor=by),),
    )  # fmt: skip


def _ends(when: str) -> tuple[str, ...]:
    return ("approved", "rejected", "timed_out") if when == "decided" else (when,)
