"""What an open approval answers to those whom it refuses: typed errors with stable codes. Pure."""

from approvals.assignment import Assignment
from approvals.claims import Claim
from bedrock.errors import BadInput, Conflict, Forbidden


def already_decided(*, by: str, at: str, outcome: str) -> Conflict:
    """The task (or this person's part of it) is over."""
    return Conflict(
        "task.already_decided", f"Expected an open task, but {by or 'somebody'} decided it: {outcome}.",
        decided_by=by, decided_at=at, outcome=outcome,
    )  # fmt: skip


def own_request() -> Forbidden:
    """Separation of duties."""
    return Forbidden("task.own_request", "Nobody decides on their own request.")


def decided_apart(step: str) -> Forbidden:
    """Separation of duties: another step was theirs."""
    return Forbidden("task.decided_apart", "Nobody decides both of two steps that are kept apart.", step=step)


def not_yours() -> Forbidden:
    """Somebody else is asked."""
    return Forbidden("task.not_yours", "This task is not yours to act on.")


def comment_required() -> BadInput:
    """The answer needs a reason in words."""
    return BadInput("task.comment_required", "Expected a comment, but there is none.")


def claimed(by: Claim) -> Conflict:
    """Somebody of the pool works on it already."""
    return Conflict(
        "task.claimed", f"Expected a task that nobody has claimed, but {by.name or 'somebody'} has it.",
        claimed_by=by.name, claimed_at=by.at.isoformat(),
    )  # fmt: skip


def no_abstaining() -> BadInput:
    """This step wants a yes or a no."""
    return BadInput("task.no_abstaining", "Expected an approval or a rejection; nobody abstains here.")


def asks_requester() -> Conflict:
    """The run is back with its requester: nobody approves or rejects it there."""
    return Conflict("task.asks_requester", "Expected an approval, found a request that its requester is to revise.")


def unknown_target() -> BadInput:
    """A transfer names nobody."""
    return BadInput("task.unknown_target", "Expected a person or a group to transfer to.")


def unknown_reader(key: str) -> BadInput:
    """A copy is for nobody of this house."""
    return BadInput("task.unknown_reader", f"Expected people or groups to send a copy to, found {key!r}.", key=key)


def nobody_reads() -> BadInput:
    """A copy is for people who have no inbox."""
    return BadInput("task.nobody_reads", "Expected somebody with an inbox to send a copy to, found nobody.")


def already_asked(name: str) -> BadInput:
    """An added signer has a seat of this task already, or is who adds."""
    return BadInput("task.already_asked", f"Expected somebody who is not asked yet, found {name}.", name=name)


def not_added(name: str) -> BadInput:
    """Only added signers are taken out; whom the step asks, stays."""
    return BadInput("task.not_added", f"Expected an added signer who has not answered, found {name}.", name=name)


def signer_refused(found: Assignment) -> BadInput:
    """An added signer who may not be one."""
    return _refused("task.signer_refused", found)


def transfer_refused(found: Assignment) -> BadInput:
    """A transfer names somebody who cannot take the work: the requester, somebody without the right, a voter."""
    return _refused("task.transfer_refused", found)


def _refused(code: str, found: Assignment) -> BadInput:
    codes = [why.code for why in found.trace]
    return BadInput(
        code, "Expected somebody who may decide and is not asked already, but found nobody.",
        problems=[
            {"path": "to", "code": why.code, "message": "Not a possible target.", "params": why.to_json()}
            for why in found.trace
        ],
        reasons=codes,
    )  # fmt: skip
