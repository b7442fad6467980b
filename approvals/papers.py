"""What the node asks to have written: the payloads of its inline work. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from approvals.approval_config import ApprovalConfig, TimeoutConfig
from approvals.assignment import Assignment
from approvals.ballot import Answer, Ballot, Turn
from approvals.candidates import Candidate, Kind, about_behalf, came_back_to, describe
from approvals.claims import shown
from approvals.directory import Directory
from approvals.fields import hidden
from approvals.targets import FieldTarget, GroupTarget, HeadTarget, RoleTarget, Target, UserTarget
from approvals.voting import Mode
from workflows.engine.events import Actor
from workflows.engine.graph import LocalText
from workflows.engine.resubmission import SUBMITTED

RETURNED = "returned"  # how a task ends from which the run was sent back
RESUBMIT = "resubmit"  # the mode of a task that asks a requester to revise
DEPARTMENT_HEAD = LocalText(zh="部门负责人", en="Department head")
_MEANT = {
    "requester": LocalText(zh="申请人", en="Requester"),
    "requester_choice": LocalText(zh="申请人选定的人", en="Whom the requester chose"),
    "expression": LocalText(zh="按条件确定的人", en="Whom a condition names"),
}


def opening(
    ballot: Ballot, *, config: ApprovalConfig, due: datetime | None, name: LocalText,
    found: Sequence[Assignment], directory: Directory, resubmitted: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A task begins; `resubmitted` is what the requester changed before, if the run was back with them."""
    sheet = sheet_of(ballot, config=config, due=due, directory=directory)
    if resubmitted is not None:
        sheet["resubmission"] = {"resubmitted": resubmitted_of(resubmitted)}
    run = Assignment(candidates=ballot.seats, trace=tuple(why for one in found for why in one.trace))
    lines = trace_of(run, at=ballot.since, cause="opened")
    paper = {"op": "open", "title": name.model_dump(), "mode": ballot.mode.value, "sheet": sheet, "trace": [lines]}
    return paper | {"hidden": sorted(hidden(config.fields))} if config.fields else paper


def change(  # noqa: PLR0913 - the parts of one paper
    before: Ballot, after: Ballot, *, config: ApprovalConfig, due: datetime | None, directory: Directory,
    left: Mapping[str, str], trace: Iterable[dict[str, Any]] = (), reminded_at: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """An open task changes. `left` tells how seats ended that are no longer asked: by scope, a status."""
    return {
        "op": "change",
        "before": before.revision,
        "sheet": sheet_of(after, config=config, due=due, directory=directory),
        "left": dict(left),
        "decisions": _decisions(before, after),
        "trace": list(trace),
        "reminded_at": None if reminded_at is None else reminded_at.isoformat(),
    }


def closing(
    before: Ballot, after: Ballot, *, status: str, by: tuple[str, str], at: datetime, config: ApprovalConfig,
    directory: Directory,
) -> dict[str, Any]:  # fmt: skip
    """A task ends with this status; `by` is who ended it (id and name). Seats nobody used end as not needed."""
    return {
        "op": "close",
        "before": before.revision,
        "status": status,
        "by": by[0],
        "by_name": by[1],
        "at": at.isoformat(),
        "sheet": sheet_of(after, config=config, due=None, directory=directory),
        "left": {scope: "decided" for answer in after.answers for scope in answer.scopes},
        "decisions": _decisions(before, after),
    }


def returning(
    ballot: Ballot, *, by: Actor, comment: str, scopes: Iterable[str], at: datetime, config: ApprovalConfig,
    directory: Directory,
) -> dict[str, Any]:  # fmt: skip
    """A task ends because somebody sent the run back from it; that is on record beside the answers that were given."""
    said: dict[str, Any] = {"by": by.id, "name": by.name, "outcome": RETURNED, "at": at.isoformat(), "comment": comment}
    said |= {"source": by.source, "scopes": list(scopes)}
    paper = closing(
        ballot, ballot, status=RETURNED, by=(by.id, by.name), at=at, config=config, directory=directory
    )  # fmt: skip
    paper["sheet"]["votes"].append(
        {
            "user": {"id": by.id, "username": _username(by.id, directory=directory), "display_name": by.name},
            "outcome": RETURNED, "at": at.isoformat(), "comment": comment, "source": by.source, "weight": 1,
        }
    )  # fmt: skip
    paper["left"] |= dict.fromkeys(said["scopes"], "decided")
    paper["decisions"].append(said)
    return paper


def _decisions(before: Ballot, after: Ballot) -> list[dict[str, Any]]:
    """What was answered here; what counts from an earlier step is nobody's decision."""
    return [answer.to_json() for answer in after.answers[len(before.answers) :] if not answer.same_as]


def remark(*, by: str, name: str, text: str, at: datetime) -> dict[str, Any]:
    """Somebody says something without deciding."""
    return {"op": "comment", "by": by, "name": name, "text": text, "at": at.isoformat()}


def relabelling(*, name: LocalText) -> dict[str, Any]:
    """An open task goes on in another version of its flow, which may call the step otherwise."""
    return {"op": "relabel", "title": name.model_dump()}


def asking_requester(
    payload: Mapping[str, Any], *, requester: str, at: datetime, directory: Directory
) -> dict[str, Any]:
    """A run is back with its requester: what was said, and what they may revise."""
    sheet = _requesters_sheet(at.isoformat(), asked=[requester], directory=directory)
    sheet["resubmission"] = {"returned": payload["returned"], "form": payload["fields"]}
    return {"op": "open", "title": payload["title"], "mode": RESUBMIT, "sheet": sheet, "trace": []}


def heard_requester(payload: Mapping[str, Any], *, requester: str, directory: Directory) -> dict[str, Any]:
    """The task of a requester ends: submitted again, with what they changed, or cancelled."""
    sheet = _requesters_sheet(payload["at"], asked=[], directory=directory)
    paper = {
        "op": "close", "before": 1, "status": payload["status"], "by": payload["by"], "by_name": payload["by_name"],
        "at": payload["at"], "sheet": sheet, "left": {}, "decisions": [],
    }  # fmt: skip
    if payload["status"] != SUBMITTED:
        return paper
    said = {"outcome": SUBMITTED, "at": payload["at"], "comment": payload["comment"], "source": payload["source"]}
    who = {"id": payload["by"], "username": _username(payload["by"], directory=directory)}
    sheet["votes"] = [{"user": who | {"display_name": payload["by_name"]}, **said, "weight": 1}]
    sheet["resubmission"] = {"resubmitted": resubmitted_of(payload)}
    scope = came_back_to(requester)
    return paper | {
        "left": {scope: "decided"},
        "decisions": [{"by": payload["by"], "name": payload["by_name"], **said, "scopes": [scope]}],
    }


def resubmitted_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """Who submitted a run again, when, with which words and changes."""
    return {key: said[key] for key in ("by", "by_name", "at", "comment", "changes")}


def _requesters_sheet(at: str, *, asked: Sequence[str], directory: Directory) -> dict[str, Any]:
    return {
        "revision": 1, "candidates": [_person(one, directory=directory) for one in asked],
        "scopes": [came_back_to(one) for one in asked], "votes": [], "standing": {}, "due_at": None, "due_does": None,
        "timing": {"clock": None, "since": at, "calendar": None, "offline": False, "returns": False},
    }  # fmt: skip


def sheet_of(ballot: Ballot, *, config: ApprovalConfig, due: datetime | None, directory: Directory) -> dict[str, Any]:
    """What an inbox shows of the ballot now."""
    step = config.timeouts[ballot.step] if due is not None else None
    return {
        "revision": ballot.revision,
        "candidates": candidates_of(ballot, directory=directory),
        "scopes": [seat.scope for seat in ballot.seats],
        "votes": [vote_of(answer, directory=directory) for answer in ballot.answers],
        "standing": standing_of(ballot, directory=directory),
        "due_at": None if due is None else due.isoformat(),
        "due_does": None if step is None else due_does(step, directory=directory),
        "timing": {
            "clock": None if step is None else step.clock,
            "since": ballot.since.isoformat(),
            "calendar": config.calendar,
            "offline": config.offline != "ignore",
            "returns": config.returns != "nowhere",
        } | ({"form": True} if config.fields else {}),
    }  # fmt: skip


def candidates_of(ballot: Ballot, *, directory: Directory) -> list[dict[str, Any]]:
    """Who is asked, for people, with who of a pool has claimed it."""
    found = []
    for seat in ballot.seats:
        claim = ballot.claims.get(seat.scope)
        named = describe(seat, directory=directory)
        found.append(named if claim is None else named | {"claimed_by": shown(claim, directory=directory)})
    return found


def standing_of(ballot: Ballot, *, directory: Directory) -> dict[str, Any]:
    """How far the votes have come, what is missing, and who follows; empty where the first answer decides.

    `approved`, `rejected` and `abstained` of `total` are weights. `needed` is what approval takes, `reject_needed`
    what rejection does by its own rule. `must` names who has to be heard before an approval, `added` who asked whom.
    """
    if ballot.mode is Mode.ANY and not ballot.turns and not ballot.added:
        return {}
    rules, count = ballot.rules, ballot.tally()
    pending = ballot.pending()
    return {
        "approved": count.approved,
        "rejected": count.rejected,
        "abstained": count.abstained,
        "total": count.total,
        "needed": count.needed,
        "rule": str(rules.approve) if ballot.mode is Mode.VOTE else None,
        "reject_needed": None if rules.reject is None else rules.reject.needed(count.total),
        "abstain": rules.abstain,
        "ahead": [_turn(turn, directory=directory) for turn in ballot.turns],
        "must": [describe(seat, directory=directory) for seat in pending if ballot.voice(seat.scope).must],
        "added": [
            {"who": describe(seat, directory=directory), "by": _person(ballot.added[seat.scope], directory=directory)}
            for seat in pending
            if seat.scope in ballot.added
        ],
    }


def _person(key: str, *, directory: Directory) -> dict[str, Any]:
    return describe(Candidate(kind=Kind.USER, key=key), directory=directory)


def _turn(turn: Turn, *, directory: Directory) -> dict[str, Any]:
    if turn.seat is not None:
        return describe(turn.seat, directory=directory)
    if turn.target is None:
        raise ValueError("A turn is somebody's: expected a seat or a target.")
    return _target(turn.target, directory=directory)


def vote_of(answer: Answer, *, directory: Directory) -> dict[str, Any]:
    """An answer for people; the name is the one of then."""
    behalf = {} if answer.behalf is None else {"on_behalf_of": about_behalf(answer.behalf, directory)}
    vote: dict[str, Any] = behalf | {
        "user": {
            "id": answer.by,
            "username": _username(answer.by, directory=directory),
            "display_name": answer.name,
        },
        "outcome": answer.outcome.value,
        "at": answer.at.isoformat(),
        "comment": answer.comment,
        "source": answer.source,
        "weight": answer.voice.weight,
    }
    return vote | {"same_as": answer.same_as} if answer.same_as else vote


def _username(id: str, *, directory: Directory) -> str:  # noqa: A002 - a person's id is called id everywhere
    person = directory.person(id)
    return id if person is None else person.username


def due_does(step: TimeoutConfig, *, directory: Directory) -> dict[str, Any]:
    """What happens when the running timeout is due."""
    return {"do": step.do, "to": [_target(target, directory=directory) for target in step.to]}


def trace_of(found: Assignment, *, at: datetime, cause: str) -> dict[str, Any]:
    """One run of the assignment as a task keeps it."""
    return {"at": at.isoformat(), "cause": cause, "lines": [why.to_json() for why in found.trace]}


def _target(target: Target, *, directory: Directory) -> dict[str, Any]:
    match target:
        case GroupTarget():
            return describe(Candidate(kind=Kind.GROUP, key=target.group), directory=directory)
        case RoleTarget():
            return describe(Candidate(kind=Kind.ROLE, key=target.role), directory=directory)
        case UserTarget():
            person = directory.find_person(target.user)
            name = target.user if person is None else person.name
            return _named(target, target.user, LocalText(zh=name, en=name))
        case HeadTarget():
            return _named(target, target.department or "", DEPARTMENT_HEAD)
        case FieldTarget():
            return _named(target, target.variable, LocalText(zh=target.variable, en=target.variable))
        case _:
            return _named(target, "", _MEANT[target.kind])


def _named(target: Target, key: str, name: LocalText) -> dict[str, Any]:
    return {"kind": target.kind, "key": key, "name": name.model_dump()}
