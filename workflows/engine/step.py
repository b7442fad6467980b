"""One step of a run: exactly one happening in, the new state, its facts and the work to do out."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bedrock.errors import Conflict, OrderflowError
from workflows.engine import events, facts
from workflows.engine.events import Actor, Event, Resumption
from workflows.engine.facts import Fact
from workflows.engine.force import kept_tokens
from workflows.engine.node_type import (
    Continue,
    End,
    Fail,
    Fork,
    Ignore,
    Note,
    Outcome,
    Refuse,
    Scope,
    Wait,
    Work,
)
from workflows.engine.plan import Exit, Plan, PlanNode
from workflows.engine.record import record
from workflows.engine.state import Awaits, Json, State, Status, Token
from workflows.engine.world import World


@record
class Step:
    """What one happening led to. Without facts nothing changed. `actors` are those of single facts, by position."""

    state: State
    actor: Actor
    at: datetime
    facts: tuple[Fact, ...] = ()
    inline: tuple[Work, ...] = ()
    deferred: tuple[Work, ...] = ()
    actors: Mapping[int, Actor] | None = None
    refused: OrderflowError | None = None

    @property
    def changed(self) -> bool:
        """Whether anything happened at all."""
        return bool(self.facts)


def advance(plan: Plan, state: State, event: Event, *, now: datetime, world: World) -> Step:
    """Take one happening. The given state is left as it is; late, doubled and foreign events change nothing."""
    run = _Run(plan, state.copy(), now=now, world=world)
    match event:
        case events.Started():
            run.start(event)
        case events.Signalled() | events.TimerDue() | events.ActivityDone():
            run.wake(event)
        case events.ActivityFailed():
            run.fail_activity(event)
        case events.Repaired():
            run.repair(event)
        case events.Forced():
            run.force(event)
        case events.CancelRequested():
            run.cancel(event)
    if run.refused is not None:
        return Step(state=state, actor=event.actor, at=now, refused=run.refused)
    if not run.facts:
        return Step(state=state, actor=event.actor, at=now)
    run.settle()
    return Step(
        state=run.state, actor=event.actor, at=now, facts=tuple(run.facts), actors=run.actors,
        inline=tuple(run.inline), deferred=tuple(run.deferred), refused=None,
    )  # fmt: skip


class _Run:
    """The workings of one step: a private copy of the state that facts change as they are recorded."""

    def __init__(self, plan: Plan, state: State, *, now: datetime, world: World) -> None:
        self.plan, self.state, self.now, self.world = plan, state, now, world
        self.facts: list[Fact] = []
        self.actors: dict[int, Actor] = {}
        self.inline: list[Work] = []
        self.deferred: list[Work] = []
        self.moving: list[int] = []
        self.refused: OrderflowError | None = None
        self.outcome = ""

    def record(self, fact: Fact, *, actor: Actor | None = None) -> None:
        facts.apply(self.state, fact)
        if actor is not None:
            self.actors[len(self.facts)] = actor
        self.facts.append(fact)

    # The happenings.

    def start(self, event: events.Started) -> None:
        if self.state.status is not None:
            return
        self.record(
            facts.Started(
                node=self.plan.start.id, token=1, subject=event.subject,
                variables=event.variables, requester=event.requester,
            )
        )  # fmt: skip
        self.moving.append(1)

    def wake(self, event: Resumption) -> None:
        token = self.state.tokens.get(event.token)
        if token is None or token.visit != event.visit or not _is_for(token, event, self.now):
            return
        node = self.plan.nodes[token.node]
        self.settle_outcome(token, node, node.type.resume(self.scope(token, node, token.visit, token.attempt), event))

    def fail_activity(self, event: events.ActivityFailed) -> None:
        token = self.addressed(event, Awaits.ACTIVITY, Awaits.TIMER, Awaits.SIGNAL)
        if token is not None:
            self.fail(token, Fail(code=event.code, message=event.message, params=event.params))

    def repair(self, event: events.Repaired) -> None:
        token = self.addressed(event, Awaits.REPAIR)
        if token is None:
            return
        number = self.state.number_after(token)
        self.record(
            facts.Retried(
                token=token.id, node=token.node, visit=token.visit,
                attempt=token.attempt + 1, reason=event.reason,
            )
        )  # fmt: skip
        self.moving.append(number)

    def force(self, event: events.Forced) -> None:
        if self.state.status is not Status.RUNNING:
            self.refused = _not_running(self.state)
            return
        kept = kept_tokens(self.plan, self.state, target=event.target)
        if isinstance(kept, OrderflowError):
            self.refused = kept
            return
        left = [token for token in self.state.tokens.values() if token.id not in kept]
        nodes = tuple(token.node for token in left)
        for token in left:
            self.withdraw(token, reason="forced")
        new = self.state.next_token
        self.record(facts.Forced(token=new, node=event.target, reason=event.reason, left=nodes))
        self.moving.append(new)

    def cancel(self, event: events.CancelRequested) -> None:
        if self.state.status is not Status.RUNNING:
            self.refused = _not_running(self.state)
            return
        for token in list(self.state.tokens.values()):
            self.withdraw(token, reason="cancelled")
        self.record(facts.Cancelled(reason=event.reason))

    # Letting tokens move until every one stands.

    def settle(self) -> None:
        for passed, number in enumerate(self.moving):  # which grows meanwhile
            token = self.state.tokens[number]
            if passed >= self.plan.step_budget:
                self.fail(token, Fail(
                    code="engine.step_budget",
                    message=f"Expected a wait within {self.plan.step_budget} nodes, found an endless automatic loop.",
                    params={"budget": self.plan.step_budget},
                ))  # fmt: skip
            else:
                self.enter(token)
        if self.state.status is not Status.RUNNING:
            return
        if not self.state.tokens:
            self.record(facts.Completed(outcome=self.outcome))
        else:
            self.report_starved_joins()

    def report_starved_joins(self) -> None:
        for token in self.state.tokens.values():
            if token.awaits is not Awaits.SIBLINGS:
                return
        for token in list(self.state.tokens.values()):
            self.fail(token, Fail(
                code="join.starved",
                message="Expected the other branches at this join, found that none is left to come.",
            ))  # fmt: skip

    def enter(self, token: Token) -> None:
        node = self.plan.nodes[token.node]
        visit = self.visit_of(token)
        if token.via in node.joins:
            if not self.join(token, node, visit):
                return
            token = self.state.tokens[token.id]
        scope = self.scope(token, node, visit, token.attempt or 1)
        self.settle_outcome(token, node, node.type.enter(scope), visit=visit)

    def visit_of(self, token: Token) -> int:
        """The n-th time a token enters its node; a token that was repaired enters the same visit again."""
        return token.visit or self.state.visits.get(token.node, 0) + 1

    def join(self, token: Token, node: PlanNode, visit: int) -> bool:
        """Whether the token goes on: every other edge has a token waiting here, the oldest of each is taken.

        A second token of one edge queues for the next round. A token that was forced here came by no edge of
        the join and is not asked: the force ended its branches.
        """
        here: dict[str | None, int] = {}
        for other in self.state.tokens.values():
            if other.node == node.id and other.via in node.joins and other.awaits in _AT_JOIN:
                here.setdefault(other.via, other.id)
        if len(here.keys() | {token.via}) < len(node.joins):
            self.record(
                facts.Waited(
                    token=token.id, node=node.id, visit=visit, attempt=token.attempt or 1,
                    awaits=Awaits.SIBLINGS, data=None, since=self.now, due_at=None,
                )
            )  # fmt: skip
            return False
        absorbed = tuple(sorted(other for via, other in here.items() if via != token.via))
        self.record(facts.Joined(token=token.id, node=node.id, visit=visit, absorbed=absorbed))
        return True

    # What a node answered.

    def settle_outcome(self, token: Token, node: PlanNode, outcome: Outcome, *, visit: int | None = None) -> None:
        entering = visit is not None
        visit = token.visit if visit is None else visit
        match outcome:
            case Continue():
                self.leave(token, node, visit, outcome, waited=not entering)
            case Wait():
                self.stand(token, node, visit, outcome, entering=entering)
            case Fork():
                self.fork(token, node, visit, outcome.ports)
            case End():
                self.outcome = outcome.outcome or self.outcome
                self.record(facts.Ended(token=token.id, node=node.id, visit=visit, outcome=outcome.outcome))
            case Fail():
                self.fail(token, outcome, visit=visit)
            case Refuse() if not entering:
                self.refused = outcome.error
            case Refuse() | Ignore() if entering:
                self.fail(token, _undecided(node), visit=visit)
            case _:  # ignored: this event means nothing to the wait
                pass

    def leave(self, token: Token, node: PlanNode, visit: int, outcome: Continue, *, waited: bool) -> None:
        if outcome.notes:
            self.note(token, visit, outcome.notes)
        if outcome.work:
            self.ask(self.inline, token, (visit, token.attempt or 1), outcome.work)
        way = node.exits.get(outcome.port)
        if way is None:
            self.fail(token, _missing_edge(node, outcome.port), visit=visit)
        elif way.max_rounds is not None and self.state.rounds.get(way.edge, 0) >= way.max_rounds:
            self.fail(token, _exhausted(way), visit=visit)
        else:
            number = self.state.number_after(token)
            self.record(
                facts.Moved(
                    token=token.id, node=node.id, visit=visit, port=outcome.port, edge=way.edge,
                    to=way.to, counted=way.counted, waited=waited, output=outcome.output,
                    why=outcome.why,
                )
            )  # fmt: skip
            self.moving.append(number)

    def fork(self, token: Token, node: PlanNode, visit: int, ports: tuple[str, ...]) -> None:
        branches: list[facts.Branch] = []
        for child, port in enumerate(ports, start=self.state.next_token):
            way = node.exits.get(port)
            if way is None:
                self.fail(token, _missing_edge(node, port), visit=visit)
                return
            branches.append(facts.Branch(token=child, port=port, edge=way.edge, to=way.to, counted=way.counted))
        self.record(facts.Forked(token=token.id, node=node.id, visit=visit, branches=tuple(branches)))
        self.moving.extend(branch.token for branch in branches)

    def stand(self, token: Token, node: PlanNode, visit: int, wait: Wait, *, entering: bool) -> None:
        deferred = node.type.performs == "deferred"
        if wait.notes:
            self.note(token, visit, wait.notes)
        if wait.awaits is not Awaits.SIGNAL and not _can_end(wait, entering=entering):
            self.fail(token, _endless(node, wait), visit=visit)
            return
        if entering:
            attempt = token.attempt or 1
            self.record(
                facts.Waited(
                    token=token.id, node=node.id, visit=visit, attempt=attempt, awaits=wait.awaits,
                    data=wait.data, since=self.now, due_at=wait.due_at,
                )
            )  # fmt: skip
        else:
            rearmed = wait.due_at != token.due_at or (deferred and wait.work)
            attempt = token.attempt + 1 if rearmed else token.attempt
            if rearmed or wait.work or wait.data != token.data or wait.awaits is not token.awaits:
                self.record(
                    facts.Changed(
                        token=token.id, node=node.id, visit=visit, attempt=attempt,
                        awaits=wait.awaits, data=wait.data, due_at=wait.due_at,
                    )
                )  # fmt: skip
        if wait.work:
            self.ask(self.deferred if deferred else self.inline, token, (visit, attempt), wait.work)

    def fail(self, token: Token, failure: Fail, *, visit: int | None = None) -> None:
        visit = self.visit_of(token) if visit is None else visit
        self.withdraw_work(token, visit, reason="failed")
        self.record(
            facts.Failed(
                token=token.id, node=token.node, visit=visit, attempt=token.attempt + 1,
                code=failure.code, message=failure.message, params=failure.params, since=self.now,
            )
        )  # fmt: skip

    def withdraw(self, token: Token, *, reason: str) -> None:
        self.withdraw_work(token, token.visit, reason=reason)
        self.record(facts.Withdrawn(token=token.id, node=token.node, visit=token.visit, reason=reason))

    def withdraw_work(self, token: Token, visit: int, *, reason: str) -> None:
        """What a wait had asked for must be told that it is over."""
        if token.awaits is Awaits.SIGNAL:
            node = self.plan.nodes[token.node]
            works = node.type.withdrawn(self.scope(token, node, token.visit, token.attempt), reason)
            self.ask(self.inline, token, (visit, token.attempt), works)

    def ask(
        self, into: list[Work], token: Token, wait: tuple[int, int], payloads: Iterable[Mapping[str, Json]]
    ) -> None:
        """Ask for the work of one wait, named by its visit and attempt."""
        visit, attempt = wait
        for payload in payloads:
            node = self.plan.nodes[token.node]
            work = Work(
                type=node.type.key, node=node.id, token=token.id, visit=visit, attempt=attempt,
                payload=payload,
            )  # fmt: skip
            into.append(work)

    def note(self, token: Token, visit: int, notes: Iterable[Note]) -> None:
        for note in notes:
            self.record(
                facts.Noted(token=token.id, node=token.node, visit=visit, what=note.what, data=note.data),
                actor=note.actor,
            )

    def scope(self, token: Token, node: PlanNode, visit: int, attempt: int) -> Scope[Any]:
        return Scope(
            node=node.id, name=node.name, config=node.config, program=node.program,
            visit=visit, attempt=attempt, data=token.data, since=token.since, due_at=token.due_at,
            variables=self.state.variables, subject=self.state.subject,
            requester=self.state.requester, now=self.now, world=self.world,
        )  # fmt: skip

    def addressed(self, event: events.ActivityFailed | events.Repaired, *awaits: Awaits) -> Token | None:
        token = self.state.tokens.get(event.token)
        if token is None or (token.visit, token.attempt) != (event.visit, event.attempt):
            return None
        return token if token.awaits in awaits else None


_AT_JOIN = (Awaits.SIBLINGS, Awaits.REPAIR)


def _is_for(token: Token, event: Resumption, now: datetime) -> bool:
    match event:
        case events.Signalled():
            return token.awaits is Awaits.SIGNAL
        case events.TimerDue():
            due = token.due_at is not None and now >= token.due_at
            return due and token.attempt == event.attempt
        case events.ActivityDone():
            return token.awaits is Awaits.ACTIVITY and token.attempt == event.attempt


def _not_running(state: State) -> OrderflowError:
    found = "not started" if state.status is None else state.status.value
    return Conflict("instance.not_running", f"Expected a running instance, found it {found}.", status=found)


def _can_end(wait: Wait, *, entering: bool) -> bool:
    """Whether anything may ever end this wait for no signal; a wait for the impossible would be a lost token."""
    match wait.awaits:
        case Awaits.TIMER:
            return wait.due_at is not None
        case Awaits.ACTIVITY:
            return bool(wait.work) or not entering
        case _:
            return False


def _undecided(node: PlanNode) -> Fail:
    return Fail(
        code="node.undecided",
        message=f"Expected a node of type {node.type.key!r} to wait, go on or end when entered, found nothing.",
        params={"type": node.type.key},
    )


def _endless(node: PlanNode, wait: Wait) -> Fail:
    return Fail(
        code="node.endless_wait",
        message=f"Expected a wait that something can end, found that nothing can end this one for {wait.awaits}.",
        params={"type": node.type.key, "awaits": wait.awaits.value},
    )


def _missing_edge(node: PlanNode, port: str) -> Fail:
    return Fail(
        code="edge.missing",
        message=f"Expected an edge from port {port!r}, found none.",
        params={"port": port, "ports": sorted(node.exits)},
    )


def _exhausted(way: Exit) -> Fail:
    return Fail(
        code="loop.exhausted",
        message=f"Expected at most {way.max_rounds} rounds, found one more.",
        params={"edge": way.edge, "max_rounds": way.max_rounds},
    )
