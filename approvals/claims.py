"""Claims: one member of a pool takes its task for themselves until they give it back. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from approvals.candidates import Candidate
from approvals.directory import Directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who works on a pool's task, since when; the name is the one of then."""

    by: str
    name: str
    at: datetime

    def to_json(self) -> dict[str, str]:
        """The claim as it stands in a token's data."""
        return {"by": self.by, "name": self.name, "at": self.at.isoformat()}


def read_claim(document: dict[str, Any]) -> Claim:
    """The inverse of `to_json`."""
    return Claim(by=document["by"], name=document["name"], at=datetime.fromisoformat(document["at"]))


def holds(claim: Claim | None, seat: Candidate, *, directory: Directory) -> Claim | None:
    """The claim while it counts: whoever left the pool or the house keeps nobody else from the work."""
    if claim is None or all(person.id != claim.by for person in seat.people(directory)):
        return None
    return claim


def kept(claims: Mapping[str, Claim], seats: Iterable[Candidate]) -> dict[str, Claim]:
    """The claims on what is still asked."""
    scopes = {seat.scope for seat in seats}
    return {scope: claim for scope, claim in claims.items() if scope in scopes}


def shown(claim: Claim, *, directory: Directory) -> dict[str, Any]:
    """A claim for people."""
    person = directory.person(claim.by)
    username = claim.by if person is None else person.username
    return {"id": claim.by, "username": username, "display_name": claim.name, "at": claim.at.isoformat()}
