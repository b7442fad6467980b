"""A step for which nobody is left: what its settings say then, on record and never silently. Pure."""

from collections.abc import Sequence

from approvals import papers
from approvals.approval_config import ApprovalConfig
from approvals.assignment import Assignment
from approvals.ballot import Ballot
from approvals.copies import copies_at
from approvals.directory import Directory
from approvals.memory import NOBODYS
from approvals.shortfalls import nobody
from workflows.engine.events import SYSTEM
from workflows.engine.node_type import Continue, Note, Outcome, Scope

PORTS = {"reject": "rejected", "pass": "approved"}


def decided(
    rule: str, ballot: Ballot, *, runs: Sequence[Assignment], scope: Scope[ApprovalConfig], directory: Directory
) -> Outcome:
    """Nobody could be asked at the opening: rejected or approved by the rule, or an incident.

    The task is opened and closed in one step, so that its trace is kept like any other.
    """
    port = PORTS.get(rule)
    if port is None:
        return nobody(runs)
    config, sent = scope.config, copies_at(port, scope, directory=directory)
    opening = papers.opening(ballot, config=config, due=None, name=scope.name, found=runs, directory=directory)
    closing = sent.paper | papers.closing(
        ballot, ballot, status=port, by=("system", ""), at=scope.now, config=config, directory=directory
    )  # fmt: skip
    why = {"outcome": port, "auto": "empty", "approved": 0, "rejected": 0, "silent": 0, "votes": []}
    return Continue(port=port, why=why, work=(opening, closing), notes=(noted(port), *sent.notes), remembers=NOBODYS)


def noted(port: str) -> Note:
    """The line of the history that says so."""
    return Note(what="nobody_left", data={"outcome": port}, actor=SYSTEM)
