"""A task as people and programs see it: the row, and what of it depends on who looks and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from approvals.assignment import may_sit
from approvals.candidates import OWNER, Candidate, Kind, candidate_of
from approvals.deadlines import working_calendar
from approvals.directory import SUPERUSER, Directory, Person
from approvals.models import ApprovalTask, Comment, Copy, PendingAnswer
from approvals.presence import Presence
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.calendars import NoOpenTime
from workflows.engine.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks, when, and in which world."""

    person: str
    now: datetime
    world: World

    @property
    def directory(self) -> Directory:
        return self.world.need(Directory)


def picture(task: ApprovalTask, *, viewer: Viewer, pending: PendingAnswer | None = None) -> dict[str, Any]:
    """The task of a list. `pending` is an answer that the viewer may still take back."""
    left, paused_until = _clock(task, viewer=viewer)
    return {
        "id": str(task.pk),
        "revision": task.revision,
        "title": task.title,
        "node": task.node,
        "visit": task.visit,
        "instance": str(task.instance),
        "definition": {"key": task.definition_key, "title": task.definition_title},
        "version": task.version,
        "subject": {
            "type": task.subject_type, "id": task.subject_id, "title": task.subject_title,
            "facts": task.subject_facts,
        },
        "requester": _requester(task, viewer=viewer),
        "opened_at": task.opened_at,
        "due_at": task.due_at,
        "due_does": task.due_does,
        "clock": task.timing["clock"],
        "working_seconds_left": left,
        "paused_until": paused_until,
        "reminded_at": task.reminded_at,
        "mode": task.mode,
        "candidates": task.candidates,
        "assignee": _assignee(task, viewer=viewer),
        "votes": task.votes,
        "standing": task.standing or None,
        "actions": ["undo", "cc", "comment"] if pending else actions_of(task, viewer=viewer),
        "status": str(task.status),
        "outcome": None if task.status == ApprovalTask.Status.OPEN else str(task.status),
        "decided_by": task.decided_by_name or None,
        "closed_at": task.closed_at,
        "pending": None if pending is None else _pending(pending),
        "copy": None,
    }  # fmt: skip


def detail(
    task: ApprovalTask, *, comments: list[Comment], trace: list[dict[str, Any]], form: list[dict[str, Any]],
    viewer: Viewer, pending: PendingAnswer | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The task with what was said about it, why these people were asked, and what they see and fill in."""
    said = [
        {"actor": {"id": one.actor, "display_name": one.actor_name}, "text": one.text, "at": one.at} for one in comments
    ]
    return picture(task, viewer=viewer, pending=pending) | {"comments": said, "trace": trace, "form": form}


def copies_shown(task: ApprovalTask, copies: list[Copy], *, viewer: Viewer, receipts: bool) -> dict[str, Any]:
    """Of a task: the viewer's own copy of its run, and who has one.

    `receipts`: the viewer may know of every copy whether it was read, and not only of those they sent.
    """
    mine = next((own_copy(one) for one in copies if str(one.user_id) == viewer.person), None)
    return {"copy": mine, "copies": [_sent(one, task=task, viewer=viewer, receipts=receipts) for one in copies]}


def own_copy(copy: Copy) -> dict[str, Any]:
    """A copy for whom it was sent to."""
    return {"by": copy.sender_name or None, "comment": copy.comment, "at": copy.at, "read_at": copy.read_at}


def _sent(copy: Copy, *, task: ApprovalTask, viewer: Viewer, receipts: bool) -> dict[str, Any]:
    sender = task.requester if copy.sender_id is None else str(copy.sender_id)
    told = {"read_at": copy.read_at} if receipts or viewer.person == sender else None
    shown = own_copy(copy) | {"to": _person(str(copy.user_id), viewer=viewer), "reading": told}
    del shown["read_at"]
    return shown


def line(task: ApprovalTask) -> dict[str, Any]:
    """The task on the page of its run."""
    return {
        "id": str(task.pk), "title": task.title, "node": task.node, "visit": task.visit, "mode": task.mode,
        "status": str(task.status), "candidates": task.candidates, "votes": task.votes,
        "standing": task.standing or None, "opened_at": task.opened_at, "due_at": task.due_at,
        "due_does": task.due_does, "closed_at": task.closed_at, "decided_by": task.decided_by_name or None,
    }  # fmt: skip


def actions_of(task: ApprovalTask, *, viewer: Viewer) -> list[str]:
    """What this viewer may do now; the run itself has the last word."""
    person = viewer.directory.person(viewer.person)
    if task.status != ApprovalTask.Status.OPEN or person is None:
        return []
    own = person.id == task.requester
    if task.mode == ApprovalTask.RESUBMIT:
        return ["resubmit"] if own else []
    seats = [] if own else _seats_of(task, person, directory=viewer.directory)
    seated = any(claim in (None, person.id) for _, claim in seats)
    claims = {claim for seat, claim in seats if seat.kind is not Kind.USER}
    mine = ["release"] if person.id in claims else ["claim"] if None in claims else []
    supervises = not own and (OWNER in person.roles or SUPERUSER in person.roles)
    added = task.standing.get("added", ())
    removes = ["remove-signer"] if any(supervises or one["by"]["key"] == person.username for one in added) else []
    if seated:
        abstains = ["abstain"] if task.standing.get("abstain") else []
        returns = ["return"] if task.timing.get("returns") else []
        hurries = ["remind"] if supervises else []
        return [
            "approve", "reject", *abstains, *returns, *mine, "transfer", "add-signer", *removes, *hurries, "cc",
            "comment",
        ]  # fmt: skip
    if supervises:
        frees = ["release"] if any("claimed_by" in one for one in task.candidates) else []
        return ["transfer", *frees, *removes, "remind", "cc", "comment"]
    if own:
        return ["remind", "cc", "comment"]
    voted = any(vote["user"]["id"] == person.id for vote in task.votes)
    return [*removes, "cc", "comment"] if seats or voted or removes else []


def _seats_of(task: ApprovalTask, person: Person, *, directory: Directory) -> list[tuple[Candidate, str | None]]:
    """The seats of this person, each with who has claimed it, while that counts."""
    found: list[tuple[Candidate, str | None]] = []
    for scope, shown in zip(task.scopes, task.candidates, strict=True):
        seat = candidate_of(scope)
        if may_sit(seat, person, directory=directory, requester=task.requester):
            claim = shown.get("claimed_by", {}).get("id")
            counts = any(one.id == claim for one in seat.people(directory))
            found.append((seat, claim if counts else None))
    return found


def _pending(held: PendingAnswer) -> dict[str, Any]:
    return {"answer": held.name, "comment": held.comment, "at": held.at, "commit_at": held.commit_at}


def _clock(task: ApprovalTask, *, viewer: Viewer) -> tuple[int | None, datetime | None]:
    """Working seconds left (overdue ones are none), and when a clock that stands still will run again."""
    if task.due_at is None or task.timing["clock"] != "working":
        return None, None
    presence = Presence(
        directory=viewer.directory, book=viewer.world.need(CalendarBook), requester=task.requester or None,
        calendar=task.timing["calendar"], offline=task.timing["offline"],
    ).of(datetime.fromisoformat(task.timing.get("since") or task.opened_at.isoformat()))  # fmt: skip
    seats = [candidate_of(scope) for scope in task.scopes]
    calendar = working_calendar(seats, presence=presence, at=viewer.now)
    left = max(calendar.between(viewer.now, task.due_at), timedelta())
    try:
        opens = calendar.next_open(viewer.now)
    except NoOpenTime:
        return int(left.total_seconds()), None
    return int(left.total_seconds()), opens if opens > viewer.now else None


def _assignee(task: ApprovalTask, *, viewer: Viewer) -> dict[str, Any] | None:
    """The one person who is asked, if it is one person."""
    if len(task.scopes) != 1 or not task.scopes[0].startswith("u:"):
        return None
    return _person(task.scopes[0].removeprefix("u:"), viewer=viewer)


def _requester(task: ApprovalTask, *, viewer: Viewer) -> dict[str, Any] | None:
    return _person(task.requester, viewer=viewer) if task.requester else None


def _person(key: str, *, viewer: Viewer) -> dict[str, Any]:
    person = viewer.directory.person(key)
    if person is None:
        return {"id": key, "username": key, "display_name": key}
    return {"id": person.id, "username": person.username, "display_name": person.name}
