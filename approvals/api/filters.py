"""The filters of an inbox as its address says them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from drf_spectacular.utils import OpenApiParameter

from approvals.filters import Filters
from bedrock.clock import now
from bedrock.errors import BadInput

MAX_LENGTH: Final = 100
FILTERS: Final = ("q", "flow", "step", "due", "due_before")
FILTER_PARAMETERS: Final = [
    OpenApiParameter("q", str, description="id of a subject, or the beginning of its title, e.g. an order number"),
    OpenApiParameter("flow", str, description="key of a flow"),
    OpenApiParameter("step", str, description="id of a node"),
    OpenApiParameter("due", str, enum=["overdue"], description="of the box todo: what is late now"),
    OpenApiParameter(
        "due_before",
        datetime,
        description="of the box todo: what falls due before this time, e.g. tonight",
    ),
]


def read_filters(params: Mapping[str, str]) -> Filters:
    """Raises BadInput `tasks.bad_filter` for what no time is, and for a due time where nothing is due."""
    due, before = params.get("due", ""), params.get("due_before", "")
    if due not in ("", "overdue"):
        raise _bad("due", f"Expected due to be overdue, found {due[:20]!r}.")
    if (due or before) and params.get("box", "todo") != "todo":
        raise _bad("due" if due else "due_before", "Expected the box todo: in the others nothing is due.")
    if due and before:
        raise _bad("due", "Expected due or due_before, found both.")
    search, flow, step = (params.get(name, "").strip()[:MAX_LENGTH] for name in ("q", "flow", "step"))
    return Filters(search=search, flow=flow, step=step, due_before=now() if due else _time(before))


def _time(text: str) -> datetime | None:
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = None
    if read is None or read.utcoffset() is None:
        raise _bad("due_before", f"Expected a time with its offset, found {text[:40]!r}.")
    return read


def _bad(name: str, message: str) -> BadInput:
    problems = [{"path": name, "code": "tasks.bad_filter", "message": message, "params": {}}]
    return BadInput("tasks.bad_filter", message, problems=problems)
