"""Plays one run to its end by the same engine as the shell: happenings come from a script and from the clock it winds.

What the engine asks to have done is kept, and never done.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from workflows.engine import events
from workflows.engine.calendars import NoOpenTime
from workflows.engine.due import due_at
from workflows.engine.events import Actor, Event
from workflows.engine.node_type import Scope
from workflows.engine.plan import Plan
from workflows.engine.rehearsal import Foreseen
from workflows.engine.state import Awaits, Json, State, Status, Subject, Subscription, Token
from workflows.engine.step import Step, advance
from workflows.engine.world import World
from workflows.simulation.script import FAIL, NOTHING, RECEIVE, USUAL, Script, Supposed

LONGEST: Final = timedelta(days=366)
MOST_HAPPENINGS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What a run starts from."""

    subject: Subject
    variables: Mapping[str, Json]
    requester: str | None
    at: datetime


class Ending(StrEnum):
    """How a rehearsal came to its end."""

    COMPLETED = "completed"  # no token is left
    INCIDENT = "incident"  # only a person could repair it
    WAITING = "waiting"  # it waits for something that nothing in the script brings about
    CUT_OFF = "cut_off"  # longer, or more happenings, than a rehearsal may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How long a rehearsal may take: in the time of the run, and in happenings."""

    longest: timedelta = LONGEST
    happenings: int = MOST_HAPPENINGS


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A run that was played. `seats` tells who was asked at each node, by seat, in order."""

    plan: Plan
    beginning: Beginning
    ending: Ending
    ended_at: datetime
    state: State
    steps: tuple[Step, ...]
    seats: Mapping[tuple[str, str], Mapping[str, Json]]
    refusals: tuple[tuple[datetime, str, str], ...]  # when, at which node, with which code an answer was refused


@dataclass(slots=True)
class _Wait:
    """A token that stands, as it was looked at, with what is expected to end its wait.

    `answer` is who would answer if it were `looked_at`; somebody else of the seat may be there when it happens.
    """

    token: Token
    at: datetime | None = None
    seat: str | None = None
    answer: Foreseen | None = None
    looked_at: datetime | None = None


_BOUNDS: Final = Bounds()


def play(plan: Plan, beginning: Beginning, *, world: World, script: Script, bounds: Bounds = _BOUNDS) -> Played:
    """Play a run to its end or its bounds. Raises nothing: what cannot go on is the ending."""
    return _Play(plan, beginning, world, script).to_the_end(bounds)


def play_on(
    plan: Plan, state: State, *, at: datetime, world: World, script: Script, bounds: Bounds = _BOUNDS
) -> Played:
    """Play a run on from where it stands at this instant, to its end or its bounds. Raises nothing."""
    beginning = Beginning(subject=state.subject, variables=state.variables, requester=state.requester, at=at)
    return _Play(plan, beginning, world, script, state).onwards(bounds)


@dataclass(slots=True)
class _Play:
    plan: Plan
    beginning: Beginning
    world: World
    script: Script
    state: State = field(default_factory=State)
    steps: list[Step] = field(default_factory=list)
    seats: dict[tuple[str, str], Mapping[str, Json]] = field(default_factory=dict)
    refusals: list[tuple[datetime, str, str]] = field(default_factory=list)
    waits: dict[int, _Wait] = field(default_factory=dict)
    since: dict[tuple[int, int, str], datetime] = field(default_factory=dict)  # since when each seat is asked
    spent: set[tuple[int, int, int, str]] = field(default_factory=set)  # what led to nothing and is not tried again

    def to_the_end(self, bounds: Bounds) -> Played:
        start = self.beginning
        self.take(events.Started(subject=start.subject, variables=start.variables, requester=start.requester), start.at)
        return self.onwards(bounds)

    def onwards(self, bounds: Bounds) -> Played:
        start = self.beginning
        now, latest = start.at, start.at + bounds.longest
        ending: Ending | None = None
        for _ in range(bounds.happenings):
            if self.state.status is not Status.RUNNING:
                break
            self.look(now)
            found = self.nearest()
            if found is None:
                ending = self.standstill()
                break
            at, wait, is_timer = found
            if at > latest:
                ending, now = Ending.CUT_OFF, latest
                break
            now = max(now, at)
            self.happen(wait, now, is_timer=is_timer)
        if ending is None:
            ending = Ending.CUT_OFF if self.state.status is Status.RUNNING else Ending.COMPLETED
        return Played(
            plan=self.plan, beginning=start, ending=ending, ended_at=now, state=self.state, steps=tuple(self.steps),
            seats=self.seats, refusals=tuple(self.refusals),
        )  # fmt: skip

    def take(self, event: Event, now: datetime) -> Step:
        step = advance(self.plan, self.state, event, now=now, world=self.world)
        if step.changed:
            self.state = step.state
            self.steps.append(step)
        return step

    def standstill(self) -> Ending:
        failed = any(token.awaits is Awaits.REPAIR for token in self.state.tokens.values())
        return Ending.INCIDENT if failed else Ending.WAITING

    # What comes next.

    def look(self, now: datetime) -> None:
        """Work out anew what ends the waits that are new or have changed."""
        tokens = self.state.tokens
        for gone in [number for number in self.waits if number not in tokens]:
            del self.waits[gone]
        for number, token in tokens.items():
            known = self.waits.get(number)
            if known is None or known.token is not token:
                self.waits[number] = self.expected(token, now)

    def nearest(self) -> tuple[datetime, _Wait, bool] | None:
        """The next happening: the earliest, and of those at one instant people and calls come before timers."""
        found: tuple[datetime, _Wait, bool] | None = None
        for wait in self.waits.values():
            token = wait.token
            if wait.at is not None and (found is None or (wait.at, False) < (found[0], found[2])):
                found = (wait.at, wait, False)
            due = token.due_at
            if due is not None and (found is None or due < found[0]) and self.is_fresh(token, "timer"):
                found = (due, wait, True)
        return found

    def expected(self, token: Token, now: datetime) -> _Wait:
        supposed = self.script.of(token.node, token.visit)
        match token.awaits:
            case Awaits.SIGNAL:
                return self.expected_answer(token, supposed, now)
            case Awaits.ACTIVITY if self.plan.nodes[token.node].type.calls_flows:  # it only begins what takes time
                return _Wait(token, now if self.is_fresh(token, "") else None)
            case Awaits.ACTIVITY | Awaits.RUNS if supposed.do != NOTHING and self.is_fresh(token, ""):
                return _Wait(token, now + supposed.after.total())
            case Awaits.TURN:  # a rehearsal is alone in its line
                return _Wait(token, now)
            case Awaits.MESSAGE if _coming(token, supposed) is not None and self.is_fresh(token, ""):
                return _Wait(token, now + supposed.after.total())
            case _:
                return _Wait(token)

    def expected_answer(self, token: Token, supposed: Supposed, now: datetime) -> _Wait:
        """Who of those that are asked will answer first, each so long after they were asked."""
        wait = _Wait(token)
        for one in self.foreseen(token, supposed, now):
            asked = self.since.setdefault((token.id, token.visit, one.seat), now)
            if one.actor is None or not self.is_fresh(token, one.seat):
                continue
            try:
                calendar = one.calendar if supposed.is_working_time else None
                at = due_at(asked, supposed.after, calendar=calendar)
            except NoOpenTime:  # nobody will be there within a year
                continue
            if wait.at is None or at < wait.at:
                wait.at, wait.seat, wait.answer, wait.looked_at = at, one.seat, one, now
        return wait

    def foreseen(self, token: Token, supposed: Supposed, now: datetime) -> list[Foreseen]:
        node = self.plan.nodes[token.node]
        answers = node.type.possible_answers
        if not answers:
            return []
        answer = supposed.do if supposed.do in answers else answers[0]
        found = node.type.foreseen(self.scope(token, now), answer, supposed.by)
        for one in found:
            self.seats.setdefault((token.node, one.seat), one.about)
        silent = supposed.do == NOTHING or (supposed.do != USUAL and supposed.do not in answers)
        return [] if silent else list(found)

    def scope(self, token: Token, now: datetime) -> Scope[Any]:
        node = self.plan.nodes[token.node]
        return Scope(node, token, self.state, token.visit, token.attempt, now, self.world)

    # Letting it happen.

    def happen(self, wait: _Wait, now: datetime, *, is_timer: bool) -> None:
        token = wait.token
        event = self.timer(token) if is_timer else self.event(wait, now)
        step = None if event is None else self.take(event, now)
        if step is not None and step.refused is not None:
            self.refusals.append((now, token.node, step.refused.code))
        if step is None or not step.changed:
            name = "timer" if is_timer else wait.seat or ""
            self.spent.add((token.id, token.visit, token.attempt, name))
            self.waits.pop(token.id, None)

    def timer(self, token: Token) -> Event:
        return events.TimerDue(token=token.id, visit=token.visit, attempt=token.attempt)

    def event(self, wait: _Wait, now: datetime) -> Event | None:
        token = wait.token
        supposed = self.script.of(token.node, token.visit)
        if token.awaits is Awaits.SIGNAL:
            asked = [wait.answer] if wait.looked_at == now else self.foreseen(token, supposed, now)
            found = (one for one in asked if one is not None and one.seat == wait.seat)
            return next((_signal(token, one, one.actor) for one in found if one.actor is not None), None)
        if token.awaits is Awaits.MESSAGE:
            coming = _coming(token, supposed)
            if coming is None:
                return None
            return events.MessageReceived(name=coming.name, key=coming.key, payload=supposed.output)
        return self.answer(token, supposed, now)

    def answer(self, token: Token, supposed: Supposed, now: datetime) -> Event:
        """What comes to a wait for nobody in particular."""
        if token.awaits is Awaits.TURN:
            return events.TurnCame(token=token.id, visit=token.visit)
        node = self.plan.nodes[token.node]
        is_begun = token.awaits is Awaits.RUNS or not node.type.calls_flows
        if supposed.do == FAIL and is_begun:
            return events.ActivityFailed(
                token=token.id, visit=token.visit, attempt=token.attempt, code=supposed.code,
                message="Expected an answer, found the failure that the rehearsal assumes.",
            )  # fmt: skip
        if token.awaits is Awaits.RUNS:
            standing = tuple(node.type.supposed_runs(self.scope(token, now), supposed.output))
            return events.CalledEnded(token=token.id, visit=token.visit, standing=standing)
        output = node.type.supposed_output(self.scope(token, now), supposed.output)
        return events.ActivityDone(token=token.id, visit=token.visit, attempt=token.attempt, output=output)

    def is_fresh(self, token: Token, name: str) -> bool:
        return (token.id, token.visit, token.attempt, name) not in self.spent


def _coming(token: Token, supposed: Supposed) -> Subscription | None:
    """The message that comes, of those that are awaited."""
    if supposed.do != RECEIVE:
        return None
    return next((one for one in token.listens if supposed.message in (None, one.name)), None)


def _signal(token: Token, one: Foreseen, actor: Actor) -> Event:
    return events.Signalled(token=token.id, visit=token.visit, name=one.signal, payload=one.payload, actor=actor)
