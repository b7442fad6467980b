"""Rehearsing a draft, a version or a drawing: on given values or on past runs, beside the live version.

Reads rows and hands values to the room `simulation`, which can do nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from bedrock.errors import BadInput, NotFound
from workflows import store, triggers, worlds
from workflows.actions.soundness import problem_documents, require_sound
from workflows.case_runs import subject_of, trigger_of
from workflows.engine.graph import read_graph
from workflows.engine.plan import Plan, compile_plan
from workflows.engine.registry import registry
from workflows.engine.state import Json
from workflows.engine.values import Money
from workflows.engine.variables import Kind
from workflows.engine.world import World
from workflows.given_variables import read_variables
from workflows.models import Definition
from workflows.past_runs import past_beginnings
from workflows.plans import release_of
from workflows.queries import version_of
from workflows.simulation.cases import Away
from workflows.simulation.difference import Difference, amount_of, gist_of
from workflows.simulation.documents import difference_document, run_document
from workflows.simulation.player import Beginning, Played, play
from workflows.simulation.script import Assumption, Script, read_script, script_problems

MOST_NAMED: Final = 50  # subjects by name in one request, each told step by step
MOST_PAST: Final = 10_000  # runs since an instant
MOST_TOLD: Final = 20  # of these, the changed ones that are told step by step
MOST_STEPS: Final = 400_000  # of the engine, for all runs of one request


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be rehearsed: a drawing, or else a version by number, or else the draft.

    It starts from `values`, or from past runs about `subjects` or `since` an instant; `at` is when, instead of now
    or of then.
    """

    graph: object = None
    version: int | None = None
    values: Mapping[str, Json] | None = None
    requester: str | None = None  # an id
    subjects: Sequence[str] = ()
    since: datetime | None = None
    at: datetime | None = None
    absences: Sequence[Away] = ()
    outcomes: Sequence[Assumption] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """All that a rehearsal needs, loaded. `live` is None when nothing is live."""

    plan: Plan
    live: Plan | None
    world: World
    script: Script
    amount: str | None

    def amount_of(self, beginning: Beginning) -> Money | None:
        """The amount that a run is about."""
        return amount_of(beginning.variables, self.amount)

    def played(self, beginning: Beginning) -> tuple[Played, Played | None]:
        """A run by what is rehearsed, and by the live version."""
        return (
            play(self.plan, _fitted(beginning, self.plan), world=self.world, script=self.script),
            None if self.live is None
            else play(self.live, _fitted(beginning, self.live), world=self.world, script=self.script),
        )  # fmt: skip

    def told(self, beginning: Beginning) -> dict[str, Any]:
        """A run step by step, as JSON."""
        played, live = self.played(beginning)
        return run_document(played, live=live, amount=self.amount_of(beginning))


def simulate(definition: Definition, wanted: Wanted, *, now: datetime) -> dict[str, Any]:
    """Play what is wanted and say how it goes. Writes nothing.

    Raises BadInput `simulation.one_source` unless exactly one of values, subjects and since is given,
    `definition.has_problems`, `simulation.script_invalid`, `simulation.unknown_person`, `variables.invalid`; NotFound
    `version.unknown`, `simulation.subject_unknown`.
    """
    given = (wanted.values is not None, bool(wanted.subjects), wanted.since is not None)
    if sum(given) != 1:
        raise BadInput("simulation.one_source", "Expected one of values, subjects and since.")
    stage = set_stage(definition, wanted, now=now)
    live = definition.live_version
    head = {"version": wanted.version, "live_version": None if live is None else live.number, "amount": stage.amount}
    if wanted.since is not None:
        return head | _over_the_past(definition, stage, wanted)
    beginnings = (
        _named(definition, stage.plan, wanted)
        if wanted.values is None
        else [_from_values(stage.plan, wanted.values, requester=wanted.requester, at=wanted.at or now)]
    )
    runs = [stage.told(beginning) for beginning in beginnings]
    return head | {"runs": runs, "is_cut_off": False, "difference": _difference(stage, beginnings)}


def set_stage(definition: Definition, wanted: Wanted, *, now: datetime) -> Stage:
    """Load what a rehearsal needs."""
    live = definition.live_version
    live_plan = None if live is None else release_of(str(live.pk)).plan
    plan = _plan(definition, wanted, now=now)
    problems = script_problems(wanted.outcomes, plan)
    if problems:
        raise BadInput(
            "simulation.script_invalid", f"Expected outcomes that the flow knows, found {len(problems)} others.",
            problems=problem_documents(problems),
        )  # fmt: skip
    absences = [(one.user, one.start, one.end) for one in wanted.absences]
    return Stage(
        plan=plan,
        live=live_plan,
        world=worlds.supposing(store.present_world(), absences),
        script=read_script(wanted.outcomes),
        amount=amount_variable(plan),
    )


def amount_variable(plan: Plan) -> str | None:
    """The variable whose sums tell what a change is worth: that of the flow's event, or its only amount."""
    trigger = triggers.find(trigger_of(plan))
    declared = {one.name: one.type.kind for one in plan.variables}
    if trigger is not None and trigger.amount in declared:
        return trigger.amount
    amounts = [name for name, kind in declared.items() if kind is Kind.MONEY]
    return amounts[0] if len(amounts) == 1 else None


def beginning_of(definition: Definition, plan: Plan, name: str, *, at: datetime | None = None) -> Beginning:
    """The newest past run about what goes by this name. Raises NotFound `simulation.subject_unknown`."""
    found = past_beginnings(definition, trigger=trigger_of(plan), since=None, names=[name], limit=1)
    if not found:
        raise NotFound("simulation.subject_unknown", f"Expected a past run about {name!r}, found none.", name=name)
    return found[0] if at is None else replace(found[0], at=at)


def _plan(definition: Definition, wanted: Wanted, *, now: datetime) -> Plan:
    if wanted.version is not None:
        return release_of(str(version_of(definition, wanted.version).pk)).plan
    drawing = read_graph(definition.draft_graph if wanted.graph is None else wanted.graph)
    require_sound(drawing, flow=definition.key, now=now)
    return compile_plan(drawing, registry=registry, flow=definition.key)


def _from_values(plan: Plan, values: Mapping[str, Json], *, requester: str | None, at: datetime) -> Beginning:
    read = read_variables(plan.variables, values)
    return Beginning(subject=subject_of(plan), variables=read, requester=requester, at=at)


def _named(definition: Definition, plan: Plan, wanted: Wanted) -> list[Beginning]:
    return [beginning_of(definition, plan, name, at=wanted.at) for name in wanted.subjects]


def _over_the_past(definition: Definition, stage: Stage, wanted: Wanted) -> dict[str, Any]:
    """Many runs by both versions: what changes, and the first changed ones step by step."""
    found = past_beginnings(
        definition, trigger=trigger_of(stage.plan), since=wanted.since, names=(), limit=MOST_PAST + 1
    )
    beginnings = found[-MOST_PAST:]
    if wanted.at is not None:
        beginnings = [replace(one, at=wanted.at) for one in beginnings]
    difference, steps = Difference(), 0
    changed: list[Beginning] = []
    for beginning in beginnings:
        played, live = stage.played(beginning)
        steps += len(played.steps) + (0 if live is None else len(live.steps))
        after = gist_of(played)
        before = after if live is None else gist_of(live)
        is_changed = bool(difference.add(before, after, amount=stage.amount_of(beginning)))
        if len(changed) < MOST_TOLD and (is_changed or live is None):
            changed.append(beginning)
        if steps > MOST_STEPS:
            break
    titles = [one.subject.title or one.subject.id for one in beginnings]
    return {
        "runs": [stage.told(one) for one in changed],
        "is_cut_off": len(found) > MOST_PAST or difference.compared < len(beginnings),
        "difference": None if stage.live is None else difference_document(difference, titles),
    }


def _difference(stage: Stage, beginnings: Sequence[Beginning]) -> dict[str, Any] | None:
    if stage.live is None:
        return None
    difference = Difference()
    for beginning in beginnings:
        played, live = stage.played(beginning)
        assert live is not None  # noqa: S101 - the stage has a live version
        difference.add(gist_of(live), gist_of(played), amount=stage.amount_of(beginning))
    return difference_document(difference, [one.subject.title or one.subject.id for one in beginnings])


def _fitted(beginning: Beginning, plan: Plan) -> Beginning:
    """A past run knows the variables of then; those that this version declares besides have no value."""
    missing = [one.name for one in plan.variables if one.name not in beginning.variables]
    if not missing:
        return beginning
    return replace(beginning, variables={**dict.fromkeys(missing), **beginning.variables})
