"""Why somebody was asked and somebody else was not, as far as it is the business of whoever looks. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

# Who is on leave, has left or may not decide is between them and whoever runs the house.
_PRIVATE: Final = frozenset({"skipped.away", "skipped.inactive", "skipped.no_role"})
_PRIVATE_REASONS: Final = frozenset({"away", "cycle", "too_long"})  # why a delegation did not hold
UNAVAILABLE: Final = "skipped.unavailable"

Line = Mapping[str, Any]


def shown_trace(trace: Iterable[Line], *, to: str, sees_all: bool) -> list[dict[str, Any]]:
    """The runs of the assignment for one person (a username): that others could not take it, but not what keeps them.

    One's own lines say everything, and with `sees_all` (who supervises or audits) every line does.
    """
    return [{**run, "lines": [_shown(one, to=to, sees_all=sees_all) for one in run["lines"]]} for run in trace]


def _shown(line: Line, *, to: str, sees_all: bool) -> Line:
    if sees_all or (line["kind"], line["key"]) == ("user", to):
        return line
    if line["code"] in _PRIVATE:
        return {**line, "code": UNAVAILABLE, "params": {}}
    if line["code"] == "skipped.delegate" and line["params"]["reason"] in _PRIVATE_REASONS:
        return {**line, "params": {**line["params"], "reason": "unable"}}
    return line
