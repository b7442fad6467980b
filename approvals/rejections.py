"""What a rejection leads to besides an exit: the run goes back to an earlier step. Pure."""

from approvals.approval_config import ApprovalConfig
from workflows.engine.node_type import Continue, Return, ReturnRule

PORT, PREVIOUS = "port", "previous"


def rule_of(config: ApprovalConfig) -> ReturnRule | None:
    """Where a rejection returns the run to; None if it leaves by the exit."""
    to = config.on_reject.to
    if to == PORT:
        return None
    return ReturnRule(
        to=None if to == PREVIOUS else to, resumes=config.on_reject.resume == "back",
        crosses=config.returns == "anywhere", path="on_reject.to",
    )  # fmt: skip


def returned(config: ApprovalConfig, rejected: Continue) -> Continue | Return:
    """A rejection by what the step says comes of it; the exit is what is left when there is no way back any more."""
    rule = rule_of(config)
    if rule is None:
        return rejected
    return Return(
        to=rule.to, resumes=rule.resumes, crosses=rule.crosses, repeats=config.return_repeats,
        limit=config.return_rounds, why=rejected.why or {}, work=rejected.work, notes=rejected.notes,
        otherwise=rejected,
    )  # fmt: skip
