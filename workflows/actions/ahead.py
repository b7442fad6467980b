"""Looking ahead of a run, under way or not begun yet: reads rows, writes none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bedrock.errors import NotFound
from workflows import store
from workflows.engine.choice import Choice
from workflows.engine.plan import Plan
from workflows.engine.state import Subject
from workflows.engine.variables import Kind
from workflows.given_variables import read_variables
from workflows.plans import Release
from workflows.simulation.ahead import Ahead, ahead_from, ahead_of
from workflows.simulation.player import Beginning


@dataclass(frozen=True, slots=True, kw_only=True)
class ToChoose:
    """What whoever starts a run chooses for a step; with `is_list` the variable takes several."""

    node: str
    name: Mapping[str, str]
    choice: Choice
    is_list: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeStart:
    """What would become of a run if it were started now, and what has to be chosen for that."""

    release: Release
    choices: tuple[ToChoose, ...]
    ahead: Ahead


def look_ahead(instance_id: str, *, now: datetime) -> Ahead:
    """What lies before this run by the values, the organisation and the calendars of now; one statement.

    Raises NotFound `instance.unknown`.
    """
    run = store.read(instance_id)
    if run is None:
        raise NotFound("instance.unknown", f"Expected an instance, found none with id {instance_id}.")
    return ahead_of(run.release.plan, run.state, at=now, world=run.world)


def look_before_start(
    trigger: str, *, subject: Subject, variables: Mapping[str, Any], given: Mapping[str, Any], requester: str,
    now: datetime,
) -> BeforeStart | None:  # fmt: skip
    """What `start_for_trigger` would begin, one statement; None when no live flow listens. What is not chosen yet is
    no refusal here.

    Raises BadInput `variables.invalid` and `variables.too_large`.
    """
    live = store.live_release(trigger=trigger)
    if live is None:
        return None
    plan = live.release.plan
    further = [one for one in plan.variables if one.name in given and one.name not in variables]
    values = {
        **dict.fromkeys(one.name for one in plan.variables), **variables,
        **(read_variables(further, given) if given else {}),
    }  # fmt: skip
    choices = tuple(
        ToChoose(node=node.id, name=node.name.model_dump(), choice=one, is_list=_is_list(plan, one.variable))
        for node in plan.nodes.values()
        for one in node.type.choices(node.config, requester, live.world)
    )
    beginning = Beginning(subject=subject, variables=values, requester=requester, at=now)
    unchosen = frozenset(one.node for one in choices if not values.get(one.choice.variable))
    return BeforeStart(
        release=live.release, choices=choices,
        ahead=ahead_from(plan, beginning, world=live.world, unchosen=unchosen),
    )  # fmt: skip


def _is_list(plan: Plan, variable: str) -> bool:
    return any(one.name == variable and one.type.kind is Kind.LIST for one in plan.variables)
