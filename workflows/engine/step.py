"""One step of a run: exactly one happening in, the new state, its facts and the work to do out."""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from itertools import islice

from bedrock.errors import Conflict, OrderflowError
from workflows.engine import events, facts
from workflows.engine.events import Actor, Addressed, CaughtBy, Event, Resumption
from workflows.engine.facts import Fact, apply
from workflows.engine.force import kept_tokens
from workflows.engine.incidents import (
    endless_passing,
    endless_wait,
    exhausted_loop,
    missing_edge,
    starved_join,
    undecided,
)
from workflows.engine.loops import renewed_loops
from workflows.engine.merges import merging_tokens
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
from workflows.engine.plan import Plan, PlanNode
from workflows.engine.record import record
from workflows.engine.state import Awaits, Json, State, Status, Subscription, Token
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


def advance(  # noqa: C901 - one case per kind of happening
    plan: Plan, state: State, event: Event, *, now: datetime, world: World, leaving: Plan | None = None
) -> Step:
    """Take one happening. The given state is left as it is; late, doubled and foreign events change nothing.

    `leaving` is the plan that a migrated run was in: what it asked for is withdrawn by it.
    """
    run = _Run(plan, state, now, world)
    match event:
        case events.Started():
            run.start(event)
        case events.Signalled() | events.TimerDue() | events.ActivityDone() | events.CalledEnded():
            run.wake(event)
        case events.MessageReceived():
            run.receive(event)
        case events.ActivityFailed():
            run.fail_activity(event)
        case events.Repaired():
            run.repair(event)
        case events.Forced():
            run.force(event)
        case events.CancelRequested():
            run.cancel(event)
        case events.Migrated():
            run.migrate(event, leaving=leaving or plan)
    if run.refused is not None:
        return Step(state=state, actor=event.actor, at=now, refused=run.refused)
    if not run.facts:
        return Step(state=state, actor=event.actor, at=now)
    run.settle()
    return Step(run.state, event.actor, now, tuple(run.facts), tuple(run.inline), tuple(run.deferred), run.actors)


class _Run:
    """The workings of one step: a private copy of the state that facts change as they are recorded."""

    refused: OrderflowError | None = None
    outcome: str = ""

    def __init__(self, plan: Plan, state: State, now: datetime, world: World) -> None:
        self.plan, self.state, self.now, self.world = plan, state.copy(), now, world
        self.stood = state.tokens
        self.facts: list[Fact] = []
        self.actors: dict[int, Actor] = {}
        self.inline: list[Work] = []
        self.deferred: list[Work] = []
        self.moving: list[int] = []

    def record(self, fact: Fact) -> None:
        apply(self.state, fact)
        self.facts.append(fact)

    # The happenings.

    def start(self, event: events.Started) -> None:
        if self.state.status is not None:
            return
        self.record(facts.Started(
            self.plan.start.id, 1, event.subject, event.variables, event.requester, event.caller
        ))  # fmt: skip
        self.moving.append(1)

    def wake(self, event: Addressed) -> None:
        token = self.state.tokens.get(event.token)
        if token is not None and token.visit == event.visit and _is_for(token, event, self.now):
            self.resume(token, event)

    def receive(self, event: events.MessageReceived) -> None:
        wanted = Subscription(event.name, event.key)
        listening = sorted(token.id for token in self.state.tokens.values() if wanted in token.listens)
        for number in listening if event.key is None else listening[:1]:
            self.resume(self.state.tokens[number], event)

    def resume(self, token: Token, event: Resumption) -> None:
        node = self.plan.nodes[token.node]
        scope = Scope(node, token, self.state, token.visit, token.attempt, self.now, self.world)
        self.settle_outcome(token, node, node.type.resume(scope, event), token.visit)

    def fail_activity(self, event: events.ActivityFailed) -> None:
        token = self.addressed(event, Awaits.ACTIVITY, Awaits.TIMER, Awaits.SIGNAL, Awaits.MESSAGE, Awaits.RUNS)
        if token is not None:
            failure = Fail(code=event.code, message=event.message, params=event.params)
            self.catch(token, failure, token.visit, event.caught_by)

    def repair(self, event: events.Repaired) -> None:
        token = self.addressed(event, Awaits.REPAIR)
        if token is None:
            return
        number = self.state.number_after(token)
        self.record(facts.Retried(token.id, token.node, token.visit, token.attempt + 1, event.reason))
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
        self.record(facts.Forced(new, event.target, event.reason, nodes))
        self.moving.append(new)

    def cancel(self, event: events.CancelRequested) -> None:
        if self.state.status is not Status.RUNNING:
            self.refused = _not_running(self.state)
            return
        self.withdraw_all(reason="cancelled")
        self.record(facts.Cancelled(event.reason))

    def migrate(self, event: events.Migrated, *, leaving: Plan) -> None:
        if self.state.status is not Status.RUNNING:
            self.refused = _not_running(self.state)
            return
        moves: list[tuple[int, str, str, str, int]] = []
        number = self.state.next_token
        for move in event.moves:
            token = self.state.tokens[move.token]
            if move.fate is events.Fate.KEPT:
                self.tell_of_migration(token)
                moves.append((token.id, move.node, move.to, move.fate.value, token.id))
                continue
            if move.fate is events.Fate.ANEW:
                self.withdraw_work(token, token.visit, reason="migrated", plan=leaving)
            moves.append((token.id, move.node, move.to, move.fate.value, number))
            self.moving.append(number)
            number += 1
        self.record(facts.Migrated(event.before, event.version, event.reason, tuple(moves)))

    def tell_of_migration(self, token: Token) -> None:
        if token.awaits is Awaits.SIGNAL:
            node = self.plan.nodes[token.node]
            scope = Scope(node, token, self.state, token.visit, token.attempt, self.now, self.world)
            self.ask(self.inline, token, (token.visit, token.attempt), node.type.migrated(scope))

    # Letting tokens move until every one stands.

    def settle(self) -> None:
        """Merges look around whenever all tokens stand."""
        self.walk(self.moving)
        while self.plan.merges and (merged := merging_tokens(self.plan, self.state)):
            walked = len(self.moving)
            for first, *others in merged:
                self.record(facts.Joined(first.id, first.node, first.visit, tuple(token.id for token in others)))
                self.moving.append(first.id)
            self.walk(islice(self.moving, walked, None), before=walked)
        if self.state.status is not Status.RUNNING:
            return
        if not self.state.tokens:
            self.record(facts.Completed(self.outcome))
        else:
            self.report_starved_joins()

    def walk(self, moving: Iterable[int], before: int = 0) -> None:
        """Bring to a stand these tokens, which grow in number meanwhile, after so many others."""
        tokens, budget = self.state.tokens, self.plan.step_budget
        for passed, number in enumerate(moving, before):
            token = tokens.get(number)
            if token is None:  # withdrawn on its way
                continue
            if passed >= budget:
                self.fail(token, endless_passing(budget))
            else:
                self.enter(token)

    def report_starved_joins(self) -> None:
        for token in self.state.tokens.values():
            if token.awaits is not Awaits.SIBLINGS:
                return
        for token in list(self.state.tokens.values()):
            self.fail(token, starved_join())

    def enter(self, token: Token) -> None:
        node = self.plan.nodes[token.node]
        # The n-th time a token enters this node; one that was repaired enters its own visit again.
        visit = token.visit or self.state.visits.get(node.id, 0) + 1
        if token.via in node.joins:
            if not self.join(token, node, visit):
                return
            token = self.state.tokens[token.id]
        scope = Scope(node, token, self.state, visit, token.attempt or 1, self.now, self.world)
        self.settle_outcome(token, node, node.type.enter(scope), visit)

    def join(self, token: Token, node: PlanNode, visit: int) -> bool:
        """Whether the token goes on: every other edge has a token waiting here, the oldest of each is taken.

        A second token of one edge queues for the next round. Where branches merge each waits in any case, until all
        tokens of this step stand. A token that was forced here came by no edge of the join and is not asked: the force
        ended its branches.
        """
        here: dict[str | None, int] = {}
        for other in self.state.tokens.values():
            if other.node == node.id and other.via in node.joins and other.awaits in _AT_JOIN:
                here.setdefault(other.via, other.id)
        if node.merges or len(here.keys() | {token.via}) < len(node.joins):
            attempt = token.attempt or 1
            self.record(facts.Waited(token.id, node.id, visit, attempt, Awaits.SIBLINGS, None, self.now, None))
            return False
        absorbed = tuple(sorted(other for via, other in here.items() if via != token.via))
        self.record(facts.Joined(token.id, node.id, visit, absorbed))
        return True

    # What a node answered.

    def settle_outcome(self, token: Token, node: PlanNode, outcome: Outcome, visit: int) -> None:
        match outcome:
            case Continue():
                self.leave(token, node, visit, outcome)
            case Wait():
                self.stand(token, node, visit, outcome)
            case Fork():
                self.fork(token, node, visit, outcome)
            case End():
                self.outcome = outcome.outcome or self.outcome
                self.record(facts.Ended(token.id, node.id, visit, outcome.outcome))
                if outcome.whole_run:
                    self.withdraw_all(reason="terminated")
            case Fail():
                self.catch(token, outcome, visit)
            case Refuse() if token.awaits is not _MOVING:
                self.refused = outcome.error
            case Refuse() | Ignore() if token.awaits is _MOVING:
                self.fail(token, undecided(node), visit=visit)
            case _:  # ignored: this event means nothing to the wait
                pass

    def leave(self, token: Token, node: PlanNode, visit: int, outcome: Continue) -> None:
        if outcome.notes:
            self.note(token, visit, outcome.notes)
        if outcome.work:
            self.ask(self.inline, token, (visit, token.attempt or 1), outcome.work)
        way = node.exits.get(outcome.port)
        if way is None:
            self.fail(token, missing_edge(node, outcome.port), visit=visit)
        elif way.max_rounds is not None and self.state.rounds.get(way.edge, 0) >= way.max_rounds:
            self.fail(token, exhausted_loop(way), visit=visit)
        else:
            if outcome.withdraws:
                self.withdraw_region(token, outcome.withdraws)
            self.moving.append(self.state.number_after(token))
            waited = token.awaits is not _MOVING
            renewed = (renewed_loops(self.plan, way, self.state.rounds) or None) if way.counted else None
            self.record(facts.Moved(
                token.id, node.id, visit, outcome.port, way.edge, way.to, way.counted, waited, outcome.output,
                outcome.why, renewed,
            ))  # fmt: skip

    def fork(self, token: Token, node: PlanNode, visit: int, outcome: Fork) -> None:
        branches: list[facts.Branch] = []
        for child, port in enumerate(outcome.ports, start=self.state.next_token):
            way = node.exits.get(port)
            if way is None:
                self.fail(token, missing_edge(node, port), visit=visit)
                return
            branches.append(facts.Branch(child, port, way.edge, way.to, way.counted))
        self.record(facts.Forked(token.id, node.id, visit, tuple(branches), outcome.why))
        self.moving.extend(branch.token for branch in branches)

    def stand(self, token: Token, node: PlanNode, visit: int, wait: Wait) -> None:
        deferred = node.type.performs == "deferred"
        if wait.notes:
            self.note(token, visit, wait.notes)
        if wait.awaits is not Awaits.SIGNAL and not _can_end(wait, token):
            self.fail(token, endless_wait(node, wait), visit=visit)
            return
        if token.awaits is _MOVING:
            attempt = token.attempt or 1
            self.record(facts.Waited(
                token.id, node.id, visit, attempt, wait.awaits, wait.data, self.now, wait.due_at, wait.listens or None
            ))  # fmt: skip
        else:
            rearmed = wait.due_at != token.due_at or (deferred and wait.work)
            attempt = token.attempt + 1 if rearmed else token.attempt
            was, now = (token.data, token.awaits, token.listens), (wait.data, wait.awaits, wait.listens)
            if rearmed or wait.work or wait.at_once or was != now:
                kept = wait.data is not None and wait.data == token.data
                self.record(facts.Changed(
                    token.id, node.id, visit, attempt, wait.awaits, None if kept else wait.data, wait.due_at,
                    wait.listens or None, kept or None,
                ))  # fmt: skip
        if wait.at_once:
            self.ask(self.inline, token, (visit, attempt), wait.at_once)
        if wait.work:
            self.ask(self.deferred if deferred else self.inline, token, (visit, attempt), wait.work)

    def catch(self, token: Token, failure: Fail, visit: int, caught_by: CaughtBy = "any") -> None:
        """What a node itself could not do leaves by the exit that takes it. What the engine refuses never does."""
        node = self.plan.nodes[token.node]
        way = node.catches.exit_for(failure, caught_by)
        if way is None:
            self.fail(token, failure, visit=visit)
        else:
            self.withdraw_work(token, visit, reason="failed")
            self.leave(token, node, visit, way)

    def fail(self, token: Token, failure: Fail, *, visit: int | None = None) -> None:
        visit = visit or token.visit or self.state.visits.get(token.node, 0) + 1
        self.withdraw_work(token, visit, reason="failed", keeps_called=True)
        self.record(facts.Failed(
            token.id, token.node, visit, token.attempt + 1, failure.code, failure.message, failure.params, self.now
        ))  # fmt: skip

    def withdraw_region(self, by: Token, nodes: Container[str]) -> None:
        for token in list(self.state.tokens.values()):
            if token.node in nodes and token.id != by.id:
                self.withdraw(token, reason="region")

    def withdraw_all(self, *, reason: str) -> None:
        for token in list(self.state.tokens.values()):
            self.withdraw(token, reason=reason)

    def withdraw(self, token: Token, *, reason: str) -> None:
        """Take a token away. What its wait asked for in this very step was never done, and is not asked for."""
        self.deferred = [work for work in self.deferred if work.token != token.id]
        if token.id in self.stood:
            self.withdraw_work(token, token.visit, reason=reason)
        else:
            self.inline = [work for work in self.inline if (work.token, work.node) != (token.id, token.node)]
        self.record(facts.Withdrawn(token.id, token.node, token.visit, reason))

    def withdraw_work(
        self, token: Token, visit: int, *, reason: str, plan: Plan | None = None, keeps_called: bool = False
    ) -> None:
        """What a wait had asked for must be told that it is over, by the plan that it belongs to. What it has called
        goes on if somebody may yet repair the wait."""
        node = (plan or self.plan).nodes[token.node]
        answers_for_runs = node.type.calls_flows and token.awaits in _MAY_HAVE_CALLED and not keeps_called
        if token.awaits is Awaits.SIGNAL or answers_for_runs:
            scope = Scope(node, token, self.state, token.visit, token.attempt, self.now, self.world)
            self.ask(self.inline, token, (visit, token.attempt), node.type.withdrawn(scope, reason), node=node)

    def ask(
        self, into: list[Work], token: Token, wait: tuple[int, int], payloads: Iterable[Mapping[str, Json]], *,
        node: PlanNode | None = None,
    ) -> None:  # fmt: skip
        """Ask for the work of one wait, named by its visit and attempt; `node` if it is not one of this plan."""
        performer = (node or self.plan.nodes[token.node]).type.key
        visit, attempt = wait
        for payload in payloads:
            into.append(Work(performer, token.node, token.id, visit, attempt, payload))  # noqa: PERF401

    def note(self, token: Token, visit: int, notes: Iterable[Note]) -> None:
        for note in notes:
            if note.actor is not None:
                self.actors[len(self.facts)] = note.actor
            self.record(facts.Noted(token.id, token.node, visit, note.what, note.data))

    def addressed(self, event: events.ActivityFailed | events.Repaired, *awaits: Awaits) -> Token | None:
        token = self.state.tokens.get(event.token)
        if token is None or (token.visit, token.attempt) != (event.visit, event.attempt):
            return None
        return token if token.awaits in awaits else None


_MOVING = Awaits.NOTHING  # on its way into its node, not woken in it
_AT_JOIN = (Awaits.SIBLINGS, Awaits.REPAIR)
_MAY_HAVE_CALLED = (Awaits.ACTIVITY, Awaits.RUNS, Awaits.REPAIR)


def _is_for(token: Token, event: Addressed, now: datetime) -> bool:
    match event:
        case events.Signalled():
            return token.awaits is Awaits.SIGNAL
        case events.TimerDue():
            due = token.due_at is not None and now >= token.due_at
            return due and token.attempt == event.attempt
        case events.ActivityDone():
            return token.awaits is Awaits.ACTIVITY and token.attempt == event.attempt
        case events.CalledEnded():
            return token.awaits in (Awaits.ACTIVITY, Awaits.RUNS)


def _not_running(state: State) -> OrderflowError:
    found = "not started" if state.status is None else state.status.value
    return Conflict("instance.not_running", f"Expected a running instance, found it {found}.", status=found)


def _can_end(wait: Wait, token: Token) -> bool:
    """Whether anything may ever end this wait for no signal; a wait for the impossible would be a lost token."""
    match wait.awaits:
        case Awaits.TIMER:
            return wait.due_at is not None
        case Awaits.MESSAGE:
            return bool(wait.listens)
        case Awaits.ACTIVITY:
            return bool(wait.work) or token.awaits is not _MOVING
        case Awaits.RUNS:
            return bool(wait.at_once) or token.awaits is Awaits.RUNS
        case _:
            return False
