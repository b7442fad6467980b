"""Flows of files on test cases or values, for `flow simulate`: in a house of a document, or in this one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from bedrock.errors import BadInput, NotFound
from workflows import store, worlds
from workflows.actions.cases import cases_of, read_case
from workflows.actions.soundness import problem_documents
from workflows.case_runs import CaseResult, IdOf, play_given, run_case
from workflows.engine.graph import Graph
from workflows.engine.plan import Plan, compile_plan
from workflows.engine.registry import registry
from workflows.engine.validate import has_errors, validate
from workflows.engine.world import World
from workflows.models import Definition
from workflows.simulation.cases import Case, Given
from workflows.simulation.player import Played


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Who is there: the world, and how people are found by username."""

    world: World
    id_of: IdOf
    is_real: bool  # it has people and calendars; without them what a flow says of them cannot be checked


def house_of(document: Mapping[str, Any] | None) -> House:
    """The house of a document `{directory, calendars}`; without one nobody lives in it. People are their usernames."""
    if document is None:
        return House(world=worlds.without_rows(), id_of=str, is_real=False)
    return House(world=worlds.of_documents(document), id_of=str, is_real=True)


def this_house() -> House:
    """The house of the database."""
    ids = {name: str(pk) for name, pk in User.objects.values_list("username", "pk")}
    return House(world=store.present_world(), id_of=ids.get, is_real=True)


def plan_in(house: House, graph: Graph, *, now: datetime) -> Plan:
    """The compiled drawing. Raises BadInput `definition.has_problems`."""
    found = validate(graph, registry=registry, world=house.world, now=now)
    problems = [one for one in found if house.is_real or not worlds.asks_the_rows(one.code)]
    if has_errors(problems):
        raise BadInput(
            "definition.has_problems", f"Expected a graph without errors, found {len(problems)} problems.",
            problems=problem_documents(problems),
        )  # fmt: skip
    return compile_plan(graph, registry=registry)


def read_cases(document: Any) -> list[Case]:
    """The cases of a document `{cases: [{name, given, expect}]}`. Raises BadInput `cases.malformed`, `case.invalid`."""
    listed = document.get("cases") if isinstance(document, Mapping) else None
    if not isinstance(listed, list) or not listed or not all(isinstance(one, Mapping) for one in listed):
        raise BadInput("cases.malformed", "Expected an object with a list of cases, found something else.")
    return [read_case(one.get("name", ""), one.get("given", {}), one.get("expect", {})) for one in listed]


def stored_cases(key: str | None) -> list[Case]:
    """The cases kept with the flow of this key. Raises NotFound `definition.unknown`."""
    definition = None if key is None else Definition.objects.filter(key=key).first()
    if definition is None:
        raise NotFound("definition.unknown", f"Expected a flow of this house, found none with key {key!r}.")
    return [read_case(row.name, row.given, row.expect) for row in cases_of(definition)]


def run_all(cases: Sequence[Case], *, plan: Plan, house: House) -> list[CaseResult]:
    """How each case goes."""
    return [
        run_case(case, id=str(number), plan=plan, world=house.world, id_of=house.id_of)
        for number, case in enumerate(cases, 1)
    ]


def play_values(given: Given, *, plan: Plan, house: House) -> Played:
    """One run of given values. Raises BadInput when the flow cannot start from them."""
    return play_given(given, plan=plan, world=house.world, id_of=house.id_of)
