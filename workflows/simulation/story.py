"""A played run told step by step: where it went and why with the numbers, who was asked, what it would have done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from workflows.engine import facts
from workflows.engine.events import Actor
from workflows.engine.facts import Fact
from workflows.engine.plan import Plan
from workflows.engine.state import Awaits, Json
from workflows.engine.step import Step
from workflows.engine.work import Work
from workflows.simulation.player import Played

_RUN: Final = "rehearsal"  # what stands in an effect's key for the run that there is none of


@dataclass(slots=True)
class Passage:
    """One visit of a node by one token; `left` is None while the token stands there."""

    node: str
    visit: int
    entered: datetime
    left: datetime | None = None
    awaits: str | None = None
    ports: list[str] = field(default_factory=list)
    edges: list[str] = field(default_factory=list)
    because: Mapping[str, Json] | None = None
    output: Mapping[str, Json] = field(default_factory=dict)
    outcome: str | None = None
    asked: list[dict[str, Json]] = field(default_factory=list)
    timers: list[datetime] = field(default_factory=list)
    notes: list[dict[str, Json]] = field(default_factory=list)
    incident: dict[str, Json] | None = None
    withdrawn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a node would have had done. `key` is the one under which it would have been done, once."""

    node: str
    type: str
    key: str
    at: datetime
    is_external: bool
    payload: Mapping[str, Json]
    amount: Json


def effects_of(played: Played, *, amount: Json = None) -> list[Effect]:
    """The deferred work and the inline work that is no question to people, in order; nothing of it was done.

    `amount` is that of the run: what moves if a node moves it.
    """
    return [
        _effect(played.plan, work, step, amount)
        for step in played.steps
        for work in (*step.inline, *step.deferred)
        if not played.plan.nodes[work.node].type.possible_answers
    ]


def passages(played: Played) -> list[Passage]:
    """All visits in the order in which they began."""
    return _Teller(played.plan).told(played.steps)


def _effect(plan: Plan, work: Work, step: Step, amount: Json) -> Effect:
    kind = plan.nodes[work.node].type
    return Effect(
        node=work.node, type=kind.key, key=f"{_RUN}:{work.node}:{work.visit}", at=step.at,
        is_external=kind.external_effect, payload=work.payload, amount=amount if kind.moves_amount else None,
    )  # fmt: skip


class _Teller:
    """Folds facts into passages."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.found: list[Passage] = []
        self.open: dict[int, Passage] = {}  # by token

    def told(self, steps: Sequence[Step]) -> list[Passage]:
        for step in steps:
            actors = step.actors or {}
            for place, fact in enumerate(step.facts):
                self.tell(fact, step.at, actors.get(place, step.actor))
            for work in step.inline:
                self.tell_asked(work, step.at)
        return self.found

    def passage(self, fact: Any, at: datetime) -> Passage:
        known = self.open.get(fact.token)
        if known is None or known.node != fact.node:
            known = Passage(fact.node, fact.visit, at)
            self.open[fact.token] = known
            self.found.append(known)
        known.visit = fact.visit or known.visit
        return known

    def leave(self, fact: Any, at: datetime) -> Passage:
        passage = self.passage(fact, at)
        passage.left = at
        del self.open[fact.token]
        return passage

    def tell(self, fact: Fact, at: datetime, actor: Actor) -> None:
        match fact:
            case facts.Moved() | facts.Forked():
                self.tell_way(fact, at)
            case facts.Waited() | facts.Changed():
                self.tell_wait(fact, at)
            case facts.Joined():
                self.tell_meeting(fact, at)
            case facts.Ended():
                self.leave(fact, at).outcome = fact.outcome
            case facts.Withdrawn():
                self.leave(fact, at).withdrawn = fact.reason
            case facts.Failed():
                self.passage(fact, at).incident = {
                    "code": fact.code, "message": fact.message, "params": dict(fact.params)
                }  # fmt: skip
            case facts.Noted():
                self.tell_note(fact, at, actor)
            case _:  # the beginning and the end of the run are no visit
                pass

    def tell_way(self, fact: facts.Moved | facts.Forked, at: datetime) -> None:
        passage = self.leave(fact, at)
        passage.because = fact.why
        ways = fact.branches if isinstance(fact, facts.Forked) else (fact,)
        passage.ports, passage.edges = [way.port for way in ways], [way.edge for way in ways]
        passage.output = {} if isinstance(fact, facts.Forked) else fact.output

    def tell_meeting(self, fact: facts.Joined, at: datetime) -> None:
        for token in fact.absorbed:
            if (absorbed := self.open.pop(token, None)) is not None:
                absorbed.left = at
        self.passage(fact, at)

    def tell_wait(self, fact: facts.Waited | facts.Changed, at: datetime) -> None:
        passage = self.passage(fact, at)
        passage.awaits = fact.awaits.value if fact.awaits is not Awaits.NOTHING else None
        if fact.due_at is not None and (not passage.timers or passage.timers[-1] != fact.due_at):
            passage.timers.append(fact.due_at)

    def tell_note(self, fact: facts.Noted, at: datetime, actor: Actor) -> None:
        by = {"id": actor.id, "name": actor.name, "source": actor.source}
        self.passage(fact, at).notes.append({"what": fact.what, "at": at, "by": by, "data": dict(fact.data)})

    def tell_asked(self, work: Work, at: datetime) -> None:
        asked = self.plan.nodes[work.node].type.asked(work.payload)
        passage = self.open.get(work.token)
        if asked is not None and passage is not None:
            passage.asked.append({"at": at, **asked})
