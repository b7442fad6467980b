"""Plays a run with any events and checks after each one what must hold for every run of every drawing."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from workflows.engine import events, facts
from workflows.engine.events import Actor, Event
from workflows.engine.fact_document import decode, encode
from workflows.engine.facts import Fact
from workflows.engine.fold import apply
from workflows.engine.plan import Plan
from workflows.engine.replay import Recorded
from workflows.engine.returns import acted_since, common_steps, earlier_steps
from workflows.engine.state import Awaits, State, Status, Subject, Token
from workflows.engine.step import Step, advance
from workflows.engine.work import Work
from workflows.engine.world import World
from workflows.testing import Harness

SUPERVISOR = Actor(id="9", name="陈静")
REQUESTER = Actor(id="8", name="周敏")
WOKEN = (events.Signalled, events.TimerDue, events.ActivityDone, events.ActivityFailed, events.Repaired)
_REPAIRS_AT_MOST = 5


class Player:
    """One run, its memory of what it was told, and a second state made only from facts that went through JSON."""

    def __init__(self, plan: Plan, *, variables: Mapping[str, Any]) -> None:
        self.run = Harness(plan)
        self.plan = plan
        self.told: list[Event] = []
        self.codes: set[str] = set()
        self.history: list[Fact] = []
        self.then: dict[int, State] = {}  # the state after each event, by the number of its last fact
        self.shadow = State()
        about = Subject(type="test", id="1")
        self.tell(events.Started(subject=about, variables=variables, requester=REQUESTER.id))

    @property
    def state(self) -> State:
        return self.run.state

    @property
    def waiting(self) -> list[Token]:
        """Tokens that something outside may touch."""
        return [token for token in self.state.tokens.values() if token.awaits is not Awaits.SIBLINGS]

    def tell(self, event: Event, *, leaving: Plan | None = None) -> Step:
        """One event, which may be refused; everything that must hold is checked."""
        before, copy = self.state, self.state.copy()
        step = advance(self.plan, before, event, now=self.run.now, world=World(), leaving=leaving)
        assert before == copy
        if not step.facts:
            assert step.state is before
            assert (step.inline, step.deferred) == ((), ())
            return step
        self.told.append(event)
        self.run.state = step.state
        self.history += step.facts
        self.then[step.state.seq] = step.state
        for fact in step.facts:
            apply(self.shadow, decode(fact.kind, json.loads(json.dumps(encode(fact)))))
            if isinstance(fact, facts.Failed):
                self.codes.add(fact.code)
        assert self.shadow == step.state
        assert step.state.seq == before.seq + len(step.facts)
        _counts_only_grow(before, step)
        _every_token_awaits_something(self.plan, step.state)
        _joins_open_for_siblings_only(before, step)
        for work in step.deferred:
            _require_addressee(work, step.state, Awaits.ACTIVITY)
        for work in step.inline:
            _require_addressee(work, *self.asked_in(work, before, step.state))
        return step

    def asked_in(self, work: Work, before: State, after: State) -> tuple[State, Awaits]:
        """In which state the wait that asked for this inline work is found, and what it awaits there."""
        return (after if work.payload["op"] == "open" else before), Awaits.SIGNAL

    def answer(self, token: Token, *, kindly: bool) -> None:
        """What the token waits for happens; unkindly it is a no, or a failure."""
        wait: dict[str, Any] = {"token": token.id, "visit": token.visit}
        match token.awaits:
            case Awaits.SIGNAL if token.node == self.plan.start.id:
                said = {"revision": 1, "variables": {}}
                again = events.Signalled(**wait, name="resubmit", payload=said, actor=REQUESTER)
                assert self.tell(again).changed
            case Awaits.SIGNAL:
                assert self.tell(events.Signalled(**wait, name="yes" if kindly else "no")).changed
            case Awaits.MESSAGE if kindly or token.due_at is None:
                assert self.tell(events.MessageReceived(name=token.listens[0].name, key=token.listens[0].key)).changed
            case Awaits.TIMER | Awaits.MESSAGE:
                assert token.due_at is not None
                self.run.now = max(self.run.now, token.due_at)
                assert self.tell(events.TimerDue(**wait, attempt=token.attempt)).changed
            case Awaits.ACTIVITY if kindly:
                assert self.tell(events.ActivityDone(**wait, attempt=token.attempt, output={"n": token.id})).changed
            case Awaits.ACTIVITY:
                failure = events.ActivityFailed(**wait, attempt=token.attempt, code="test.broken", message="Broken.")
                assert self.tell(failure).changed
            case _:
                repair = events.Repaired(**wait, attempt=token.attempt, actor=SUPERVISOR)
                assert self.tell(repair).changed

    def send_back(self, pick: int) -> None:
        """A step, or a supervisor, sends the run back to where people were asked; what may not be changes nothing."""
        asked = [token for token in self.waiting if self.plan.nodes[token.node].type.asks_people]
        asked = [token for token in asked if token.awaits is Awaits.SIGNAL]
        if pick % 3 == 0 or not asked:
            targets = common_steps(self.plan, self.state)
            target = targets[pick % len(targets)] if targets else "nowhere"
            step = self.tell(events.SentBack(target=target, actor=SUPERVISOR, reason="at random"))
            assert step.changed or not targets or acted_since(self.plan, self.state, target)
            return
        token = asked[pick % len(asked)]
        targets = earlier_steps(self.plan, self.state, token)
        to = targets[pick % len(targets)] if targets else None
        how = {"resumes": pick % 2 == 0, "crosses": pick % 5 > 0, "repeats": pick % 7 > 0}
        kept = self.state
        step = self.tell(events.Signalled(
            token=token.id, visit=token.visit, name="return", payload={"to": to, "how": how}
        ))  # fmt: skip
        if step.changed:
            [new] = [fact for fact in step.facts if isinstance(fact, facts.Returned)]
            assert new.node == to
            assert step.state.visits[new.node] == kept.visits[new.node] + 1

    def repeat(self, pick: int) -> None:
        """An answer that was taken comes once more: nobody waits for it any more."""
        answers = [event for event in self.told if isinstance(event, (*WOKEN, events.Started))]
        if answers:
            assert not self.tell(answers[pick % len(answers)]).changed

    def mistake(self, pick: int) -> None:
        """An event for another visit, attempt or kind of wait, or for a token that is not there, changes nothing."""
        foreign: list[Event] = [
            events.Signalled(token=10_000, visit=1, name="yes"),
            events.MessageReceived(name="came", key="nobody's"),
            events.MessageReceived(name="came"),
            events.CancelRequested(actor=SUPERVISOR, reason="") if self.state.status is not Status.RUNNING
            else events.TimerDue(token=10_000, visit=1, attempt=1),
        ]  # fmt: skip
        for token in self.state.tokens.values():
            wait: dict[str, Any] = {"token": token.id, "visit": token.visit}
            foreign += [
                events.Signalled(token=token.id, visit=token.visit + 1, name="yes"),
                events.ActivityDone(**wait, attempt=token.attempt + 1),
                events.TimerDue(**wait, attempt=token.attempt + 1),
                events.Repaired(**wait, attempt=token.attempt + 1, actor=SUPERVISOR),
            ]
            if token.awaits is not Awaits.SIGNAL:
                foreign.append(events.Signalled(**wait, name="yes"))
            if token.awaits is not Awaits.ACTIVITY:
                foreign.append(events.ActivityDone(**wait, attempt=token.attempt))
            if token.due_at is None or self.run.now < token.due_at:
                foreign.append(events.TimerDue(**wait, attempt=token.attempt))
            if token.awaits is not Awaits.REPAIR:
                foreign.append(events.Repaired(**wait, attempt=token.attempt, actor=SUPERVISOR))
        assert not self.tell(foreign[pick % len(foreign)]).changed

    def finish(self, choose: Callable[[], bool] = lambda: True) -> None:
        """Answer until nothing waits, or only incidents that came back after several repairs."""
        repairs: Counter[str] = Counter()
        for _ in range(2_000):
            hopeless = {node for node, count in repairs.items() if count >= _REPAIRS_AT_MOST}
            hopeful = (t for t in self.waiting if t.awaits is not Awaits.REPAIR or t.node not in hopeless)
            token = next(hopeful, None)
            if token is None:
                return
            repairs[token.node] += token.awaits is Awaits.REPAIR
            self.answer(token, kindly=choose() or token.awaits is not Awaits.SIGNAL)
        raise AssertionError(f"Expected an end, found the run still going: {self.run.where()}")


def recorded(facts: Iterable[Fact]) -> list[Recorded]:
    """Facts as they come back from a database."""
    return [
        Recorded(seq=seq, kind=fact.kind, data=json.loads(json.dumps(encode(fact))))
        for seq, fact in enumerate(facts, start=1)
    ]


def _counts_only_grow(before: State, step: Step) -> None:
    after = step.state
    assert all(after.visits[node] >= count for node, count in before.visits.items())
    renewed = {edge for fact in step.facts if isinstance(fact, facts.Moved) for edge in fact.renewed or ()}
    assert all(after.rounds[edge] >= count for edge, count in before.rounds.items() if edge not in renewed)
    assert after.next_token >= before.next_token
    assert all(token < after.next_token for token in after.tokens)


def _every_token_awaits_something(plan: Plan, state: State) -> None:
    assert bool(state.tokens) == (state.status is Status.RUNNING)
    for token in state.tokens.values():
        assert token.awaits is not Awaits.NOTHING
        assert token.visit >= 1
        assert token.attempt >= 1
        assert token.awaits is not Awaits.TIMER or token.due_at is not None
        assert token.awaits is not Awaits.SIBLINGS or token.via in plan.nodes[token.node].joins
    standing = Counter(token.node for token in state.tokens.values() if token.awaits is not Awaits.SIBLINGS)
    assert not standing or max(standing.values()) == 1
    assert not state.tokens or any(token.awaits is not Awaits.SIBLINGS for token in state.tokens.values())


def _joins_open_for_siblings_only(before: State, step: Step) -> None:
    released = {token for fact in step.facts if isinstance(fact, facts.Joined) for token in fact.absorbed}
    released |= {fact.token for fact in step.facts if isinstance(fact, (facts.Joined, facts.Withdrawn, facts.Failed))}
    for token in before.tokens.values():
        if token.awaits is Awaits.SIBLINGS and token.id not in released:
            assert step.state.tokens[token.id] == token


def _require_addressee(work: Work, state: State, awaits: Awaits) -> None:
    token = state.tokens[work.token]
    assert (token.node, token.visit, token.attempt) == (work.node, work.visit, work.attempt)
    assert token.awaits is awaits
