"""What earlier steps of the run mean for this one: who decided there, and may not decide here as well. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from approvals.ballot import Ballot, read_ballot
from approvals.voting import Vote
from workflows.engine.node_type import Scope
from workflows.engine.state import Json

NOBODYS: dict[str, Any] = {"people": [], "approved": [], "facts": ""}  # what a step leaves that nobody decided
HUMAN = ("person", "api")  # the sources of answers that somebody gave


def left_behind(ballot: Ballot, *, variables: Mapping[str, Json]) -> dict[str, Any]:
    """What a decided step leaves for those after it: who took part, who approved in person, and on which facts."""
    heard = [one for one in ballot.answers if one.source in HUMAN]
    return {
        "people": [one.by for one in heard],
        "approved": [one.by for one in heard if one.outcome is Vote.APPROVED and one.behalf is None],
        "facts": facts_of(variables),
    }


def facts_of(variables: Mapping[str, Json]) -> str:
    """What tells the facts of a decision from others."""
    text = json.dumps(dict(variables), sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def deciders_of(scope: Scope[Any], steps: Iterable[str]) -> dict[str, str]:
    """The people who have had their say at one of these steps, each with the step: when it was decided last, and in
    waits that are open there now."""
    found: dict[str, str] = {}
    for step in steps:
        heard = list(scope.memory.get(step, {}).get("people", ()))
        for data in scope.waits_at(step):
            heard += people_heard(data)
        found |= {one: step for one in heard if one not in found}
    return found


def people_heard(data: Json) -> list[str]:
    """The people who have answered an open approval; nobody in the data of any other wait."""
    if not isinstance(data, dict) or "answers" not in data or "seats" not in data:
        return []
    return [one.by for one in read_ballot(data).answers if one.source in HUMAN]


def resubmitted(memory: Mapping[str, Json]) -> Mapping[str, Json] | None:
    """What the requester changed when the run was back with them the last time; None if it never was."""
    for left in memory.values():
        if "resubmitted" in left:
            found: Mapping[str, Json] = left["resubmitted"]
            return found
    return None
