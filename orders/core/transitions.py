"""The one way to ask for a status change: a refusal is a typed error that says what was expected and what was found."""

import logging
from typing import Any

from django.db.models import Model
from django_fsm import TransitionNotAllowed

from bedrock.errors import Conflict

logger = logging.getLogger(__name__)


def move(row: Model, verb: str, **arguments: Any) -> None:
    """Call the transition `verb` of a locked row; the caller saves it.

    Raises Conflict `<order|payment|refund|…>.transition_refused` with `expected` and `actual`; the row is as it was.
    """
    status = row.status  # type: ignore[attr-defined]
    kind = row._meta.model_name
    try:
        getattr(row, verb)(**arguments)
    except TransitionNotAllowed as refusal:
        allowed = row.get_all_status_transitions()  # type: ignore[attr-defined]
        expected = sorted({str(step.source) for step in allowed if step.name == verb})
        logger.warning(
            "transition refused",
            extra={"action": f"orders.{kind}.{verb}", "object": str(row.pk), "expected": expected, "actual": status},
        )
        raise Conflict(
            f"{kind}.transition_refused",
            f"Expected a {kind} that is {' or '.join(expected)}, found one that is {status}.",
            expected=expected,
            actual=str(status),
            transition=verb,
        ) from refusal
