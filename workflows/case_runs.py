"""Runs test cases of a flow on a plan in a world of values: before publishing, and for a repository's checks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bedrock.errors import BadInput, OrderflowError
from workflows import triggers, worlds
from workflows.engine.plan import Plan
from workflows.engine.state import Subject
from workflows.engine.world import World
from workflows.given_variables import read_variables
from workflows.simulation.cases import Case, Given, Miss, misses
from workflows.simulation.player import Beginning, Played, play
from workflows.simulation.script import read_script, script_problems

IdOf = Callable[[str], str | None]  # the id of somebody, by username


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """How a case went. `played` is None when it could not even begin: the one miss says why."""

    id: str
    name: str
    misses: tuple[Miss, ...]
    played: Played | None

    @property
    def is_passed(self) -> bool:
        """Whether everything came out as expected."""
        return not self.misses


def trigger_of(plan: Plan) -> str | None:
    """The event that starts runs of this plan."""
    trigger: str | None = getattr(plan.start.config, "trigger", None)
    return trigger


def subject_of(plan: Plan) -> Subject:
    """A made-up subject of the type that runs of the flow's event have, so that its nodes find what they expect."""
    trigger = triggers.find(trigger_of(plan))
    kind = None if trigger is None else trigger.subject
    return Subject(type=kind or "rehearsal", id="rehearsal")


def run_case(case: Case, *, id: str, plan: Plan, world: World, id_of: IdOf) -> CaseResult:  # noqa: A002 - a case's id
    """Play a case and say what it misses. A case that does not fit the plan any more fails; nothing is raised."""
    try:
        played = play_given(case.given, plan=plan, world=world, id_of=id_of)
    except OrderflowError as error:
        first = error.problems[0]["message"] if error.problems else error.message
        miss = Miss(what="given", expected="what this flow can start from", found=first)
        return CaseResult(id=id, name=case.name, misses=(miss,), played=None)
    return CaseResult(id=id, name=case.name, misses=tuple(misses(played, case.expect)), played=played)


def play_given(given: Given, *, plan: Plan, world: World, id_of: IdOf) -> Played:
    """Play what a case starts from.

    Raises BadInput `variables.invalid`, `simulation.script_invalid` or `simulation.unknown_person`.
    """
    requester = None if given.requester is None else id_of(given.requester)
    if given.requester is not None and requester is None:
        raise unknown_person(given.requester, path="requester")
    problems = script_problems(given.outcomes, plan)
    if problems:
        raise BadInput("simulation.script_invalid", problems[0].message)
    start = Beginning(
        subject=subject_of(plan), variables=read_variables(plan.variables, given.values), requester=requester,
        at=given.at.astimezone(UTC),
    )  # fmt: skip
    away: list[tuple[str, datetime, datetime]] = [(one.user, one.start, one.end) for one in given.absences]
    return play(plan, start, world=worlds.supposing(world, away), script=read_script(given.outcomes))


def unknown_person(username: str, *, path: str) -> BadInput:
    """Nobody of the house is called like this."""
    message = f"Expected somebody of the house, found {username!r}."
    place: dict[str, Any] = {"path": path, "code": "simulation.unknown_person", "message": message}
    return BadInput("simulation.unknown_person", message, problems=[{**place, "params": {"user": username}}])
