"""Sending a run back from an open approval: who may, what is said, and what becomes of this step. Pure."""

from typing import Any

from approvals import papers
from approvals.deliberation import Deliberation, Refused
from approvals.refusals import comment_required
from bedrock.errors import BadInput, Conflict
from workflows.engine.events import Signalled
from workflows.engine.node_type import Outcome, Return

RESTART, BACK = "restart", "back"


def send_back(case: Deliberation, event: Signalled) -> Outcome:
    """Whoever is asked sends the run back to an earlier step instead of answering, with a comment.

    What others have answered here stays in the history and is never counted again.
    """
    ballot, config = case.ballot(), case.config
    held = case.seats_to_answer(ballot, event.actor)
    case.check_revision(ballot, event)
    comment = str(event.payload.get("comment") or "").strip()
    if config.returns == "nowhere":
        raise Refused(Conflict("return.not_here", "Expected a step that may return a run, found one that may not."))
    if not comment:
        raise Refused(comment_required())
    resume = event.payload.get("resume", RESTART)
    if resume not in (RESTART, BACK):
        raise Refused(BadInput("return.unknown_resume", f"Expected restart or back, found {resume!r}."))
    work = papers.returning(
        ballot, by=event.actor, comment=comment, scopes=[seat.scope for seat in held], at=case.now, config=config,
        directory=case.directory,
    )  # fmt: skip
    why: dict[str, Any] = {"outcome": "returned", "by": event.actor.id, "by_name": event.actor.name, "comment": comment}
    return Return(
        to=str(event.payload.get("to") or ""), resumes=resume == BACK, crosses=config.returns == "anywhere",
        repeats=config.return_repeats, limit=config.return_rounds, seen=event.payload.get("seen"), why=why,
        work=(work,),
    )  # fmt: skip
