"""What a rejection leads to besides an exit: the run goes back to an earlier step, or to its requester. Pure."""

from dataclasses import replace

from approvals.approval_config import ApprovalConfig
from approvals.directory import Directory
from approvals.voting import Vote
from workflows.engine.node_type import Continue, Return, ReturnRule

PORT, PREVIOUS, REQUESTER = "port", "previous", "requester"


def rule_of(config: ApprovalConfig) -> ReturnRule | None:
    """Where a rejection returns the run to; None if it leaves by the exit."""
    to = config.on_reject.to
    if to == PORT:
        return None
    return ReturnRule(
        to=None if to in (PREVIOUS, REQUESTER) else to, resumes=config.on_reject.resume == "back",
        crosses=config.returns == "anywhere", path="on_reject.to", to_requester=to == REQUESTER,
    )  # fmt: skip


def returned(
    config: ApprovalConfig, rejected: Continue, *, requester: str | None, directory: Directory
) -> Continue | Return:
    """A rejection by what the step says comes of it; the exit is what is left when there is no way back any more, or
    the requester is not here any more."""
    rule = rule_of(config)
    if rule is None:
        return rejected
    person = None if requester is None else directory.person(requester)
    if rule.to_requester and requester is not None and (person is None or not person.active):
        return replace(rejected, why={**(rejected.why or {}), "not_returned": "return.requester_left"})
    why = {**(rejected.why or {})}
    if rule.to_requester:
        why["said"] = [
            {"by_name": vote["user"]["display_name"], "comment": vote["comment"], "at": vote["at"]}
            for vote in why["votes"]
            if vote["outcome"] == Vote.REJECTED
        ]
    return Return(
        to=rule.to, resumes=rule.resumes, crosses=rule.crosses, repeats=config.return_repeats,
        limit=config.return_rounds, why=why, work=rejected.work, notes=rejected.notes,
        otherwise=rejected, to_requester=rule.to_requester,
    )  # fmt: skip
