"""A run that went back to whoever asked for it: it waits at its start until they have revised what they said.

The wait asks people, but nobody here knows how: its work names what came back and what may be changed, and a wing that
has an inbox shows it (`wings.write_with` for the type of the start).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from bedrock.errors import BadInput, Conflict, Forbidden
from workflows.engine.events import Signalled
from workflows.engine.node_type import Continue, Ignore, Outcome, Refuse, Scope, Wait
from workflows.engine.state import Awaits, Json
from workflows.engine.variables import Kind, Variable

RESUBMIT: Final = "resubmit"
SUBMITTED: Final = "submitted"
LONGEST_SHOWN: Final = 1_000  # characters of a value that is shown beside the one it replaced


def asked_again(scope: Scope[Any], fields: Sequence[Variable]) -> Wait:
    """The run is with its requester; `fields` are the variables that they may change."""
    returned = dict(scope.data)
    work = {
        "op": "open", "title": scope.name.model_dump(), "returned": returned,
        "fields": [field_of(one, scope.variables.get(one.name)) for one in fields],
    }  # fmt: skip
    return Wait(awaits=Awaits.SIGNAL, data=returned, work=(work,))


def resubmitted(scope: Scope[Any], event: Signalled, fields: Sequence[Variable]) -> Outcome:
    """The requester submits the run again, with what they have changed: from here on, or back where it came from.

    The values are expected in the form in which runs keep them. Only the requester may; once.
    """
    if event.name != RESUBMIT:
        return Ignore()
    if event.actor.id != scope.requester:
        return Refuse(error=Forbidden("task.not_yours", "This task is not yours to act on."))
    if event.payload.get("revision") != 1:
        return Refuse(error=Conflict(
            "task.revision_conflict", "Expected revision 1 of the task, found another.", current_revision=1
        ))  # fmt: skip
    given: Mapping[str, Json] = event.payload.get("variables") or {}
    known = {one.name: one for one in fields}
    foreign = sorted(given.keys() - known.keys())
    if foreign:
        return Refuse(error=BadInput(
            "variables.not_revisable", f"Expected only what may be revised, found {', '.join(foreign)}.",
            variables=foreign,
        ))  # fmt: skip
    comment = str(event.payload.get("comment") or "").strip()
    changed = {name: value for name, value in given.items() if scope.variables.get(name) != value}
    changes = list(changes_of(known, before=scope.variables, after=changed))
    said = {"by": event.actor.id, "by_name": event.actor.name, "at": scope.now.isoformat(), "comment": comment}
    work = {"op": "close", "status": SUBMITTED, "source": event.actor.source, **said, "changes": changes}
    return Continue(
        output=changed, why={"outcome": SUBMITTED, **said, "changes": changes}, work=(work,),
        remembers={"people": [], "resubmitted": {**said, "changes": changes}},
    )  # fmt: skip


def withdrawn(scope: Scope[Any]) -> tuple[Mapping[str, Json], ...]:
    """The wait for the requester ended without them."""
    at = scope.now.isoformat()
    return ({"op": "close", "status": "cancelled", "by": "system", "by_name": "", "at": at, "comment": ""},)


def field_of(declared: Variable, value: Json) -> dict[str, Json]:
    """A variable as a form needs it: `{key, type, label, value}`."""
    found = {"key": declared.name, "type": str(declared.type), "label": dict(declared.label), "value": value}
    inner = declared.type
    while inner.kind is Kind.LIST and inner.item is not None:
        inner = inner.item
    return found | {"fields": [field_of(one, None) for one in inner.fields]} if inner.fields else found


def changes_of(
    declared: Mapping[str, Variable], *, before: Mapping[str, Json], after: Mapping[str, Json]
) -> Iterable[dict[str, Json]]:
    """What was changed, for people: `{key, label, type, before, after}`; what is too long to show is left out."""
    for name, value in after.items():
        told = {"key": name, "label": dict(declared[name].label), "type": str(declared[name].type)}
        values = {"before": before.get(name), "after": value}
        shown = all(len(json.dumps(one, ensure_ascii=False)) <= LONGEST_SHOWN for one in values.values())
        yield told | (values if shown else {"before": None, "after": None, "long": True})
