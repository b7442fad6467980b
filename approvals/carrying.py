"""An approval that somebody gave at an earlier step on the same facts may count here too: never one that is automatic,
given for somebody else, of another round, or on facts that have changed since. Pure."""

from datetime import datetime
from typing import Any

from approvals.approval_config import ApprovalConfig
from approvals.ballot import Answer, Ballot
from approvals.candidates import Candidate
from approvals.directory import Directory, Person
from approvals.memory import facts_of
from approvals.voting import Vote
from workflows.engine.events import SYSTEM
from workflows.engine.node_type import Note, Scope

CARRIED = "same"  # the source of an answer that nobody gave here


def carried(ballot: Ballot, *, scope: Scope[ApprovalConfig], directory: Directory, now: datetime) -> Ballot:
    """The ballot with the answers of those who approved the same before, as the step's rule says."""
    if scope.config.on_duplicate == "none" or not scope.memory:
        return ballot
    facts = facts_of(scope.variables)
    for seat in ballot.seats:
        person = _alone(seat, directory=directory, requester=scope.requester)
        step = None if person is None or seat.scope in ballot.added else _approved_at(scope, person.id, facts=facts)
        if person is not None and step is not None and ballot.answered_by(person.id) is None:
            answer = Answer(
                by=person.id, name=person.name, outcome=Vote.APPROVED, at=now, comment="", source=CARRIED,
                scopes=(seat.scope,), voice=ballot.voice(seat.scope), same_as=step,
            )  # fmt: skip
            ballot = ballot.with_answer(answer)
    return ballot


def carried_notes(ballot: Ballot, *, since: int = 0) -> tuple[Note, ...]:
    """A line of the history for each of these answers, after so many answers."""
    return tuple(
        Note(what="carried", data={"who": one.name, "outcome": one.outcome.value, "same_as": one.same_as}, actor=SYSTEM)
        for one in ballot.answers[since:]
        if one.source == CARRIED
    )


def _alone(seat: Candidate, *, directory: Directory, requester: str | None) -> Person | None:
    """The one person who answers from a seat in their own name; None where several can."""
    if seat.behalf is not None:
        return None
    people = [person for person in seat.people(directory) if person.id != requester]
    return people[0] if len(people) == 1 else None


def _approved_at(scope: Scope[Any], person: str, *, facts: str) -> str | None:
    """The last step at which this person approved these facts in this round; only the one before, if it says so."""
    left = sorted(scope.memory.items(), key=lambda one: -one[1]["seq"])
    if scope.config.on_duplicate == "adjacent":
        left = left[:1]
    for step, one in left:
        current = step != scope.node and not one.get("void") and one.get("facts") == facts
        if current and person in one.get("approved", ()):
            return step
    return None
