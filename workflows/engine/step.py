"""One step of a run: exactly one happening in, the new state, its facts and the work to do out."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bedrock.errors import Conflict, OrderflowError
from workflows.engine import events, facts
from workflows.engine.events import Actor, Addressed, Event, Resumption
from workflows.engine.facts import Fact
from workflows.engine.force import kept_tokens, way_past
from workflows.engine.node_type import Fail
from workflows.engine.plan import Plan
from workflows.engine.record import record
from workflows.engine.returns import taken_back
from workflows.engine.state import Awaits, State, Status, Subscription, Token
from workflows.engine.walking import Walk
from workflows.engine.work import Work
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
    run = Walk(plan, state, now, world)
    match event:
        case events.Started():
            _start(run, event)
        case events.Signalled() | events.TimerDue() | events.ActivityDone() | events.CalledEnded() | events.TurnCame():
            _wake(run, event)
        case events.MessageReceived():
            _receive(run, event)
        case events.ActivityFailed():
            _fail_activity(run, event)
        case events.Repaired():
            _repair(run, event)
        case events.Forced():
            _force(run, event)
        case events.SentBack():
            _send_back(run, event)
        case events.Skipped():
            _skip(run, event)
        case events.CancelRequested():
            _cancel(run, event)
        case events.Migrated():
            _migrate(run, event, leaving=leaving or plan)
    if run.refused is not None:
        return Step(state=state, actor=event.actor, at=now, refused=run.refused)
    if not run.facts:
        return Step(state=state, actor=event.actor, at=now)
    run.settle()
    return Step(run.state, event.actor, now, tuple(run.facts), tuple(run.inline), tuple(run.deferred), run.actors)


def _start(run: Walk, event: events.Started) -> None:
    if run.state.status is not None:
        return
    run.record(facts.Started(
        run.plan.start.id, 1, event.subject, event.variables, event.requester, event.caller
    ))  # fmt: skip
    run.moving.append(1)


def _wake(run: Walk, event: Addressed) -> None:
    token = run.state.tokens.get(event.token)
    if token is not None and token.visit == event.visit and _is_for(token, event, run.now):
        _resume(run, token, event)


def _receive(run: Walk, event: events.MessageReceived) -> None:
    wanted = Subscription(event.name, event.key)
    listening = sorted(token.id for token in run.state.tokens.values() if wanted in token.listens)
    for number in listening if event.key is None else listening[:1]:
        _resume(run, run.state.tokens[number], event)


def _resume(run: Walk, token: Token, event: Resumption) -> None:
    node = run.plan.nodes[token.node]
    scope = run.scope(node, token, token.visit, token.attempt)
    run.settle_outcome(token, node, node.type.resume(scope, event), token.visit)


def _fail_activity(run: Walk, event: events.ActivityFailed) -> None:
    token = _addressed(
        run, event, Awaits.ACTIVITY, Awaits.TIMER, Awaits.SIGNAL, Awaits.MESSAGE, Awaits.RUNS, Awaits.TURN
    )
    if token is not None:
        failure = Fail(code=event.code, message=event.message, params=event.params)
        run.catch(token, failure, token.visit, event.caught_by)


def _repair(run: Walk, event: events.Repaired) -> None:
    token = _addressed(run, event, Awaits.REPAIR)
    if token is None:
        return
    number = run.state.number_after(token)
    run.record(facts.Retried(token.id, token.node, token.visit, token.attempt + 1, event.reason))
    run.moving.append(number)


def _force(run: Walk, event: events.Forced) -> None:
    if run.state.status is not Status.RUNNING:
        run.refused = _not_running(run.state)
        return
    kept = kept_tokens(run.plan, run.state, target=event.target)
    if isinstance(kept, OrderflowError):
        run.refused = kept
        return
    left = [token for token in run.state.tokens.values() if token.id not in kept]
    _jump(run, left, to=event.target, via=None, reason=event.reason)


def _send_back(run: Walk, event: events.SentBack) -> None:
    if run.state.status is not Status.RUNNING:
        run.refused = _not_running(run.state)
        return
    left = taken_back(run.plan, run.state, event.target)
    if isinstance(left, OrderflowError):
        run.refused = left
        return
    run.send_back(left, to=event.target, by=None, resumes=None, counted=False, why={"comment": event.reason})


def _skip(run: Walk, event: events.Skipped) -> None:
    token = _addressed(run, event, Awaits.REPAIR)
    if token is None:
        return
    way = way_past(run.plan, token.node)
    if isinstance(way, OrderflowError):
        run.refused = way
        return
    _jump(run, [token], to=way.to, via=way.edge, reason=event.reason)


def _jump(run: Walk, left: Sequence[Token], *, to: str, via: str | None, reason: str) -> None:
    """Take these tokens away and put a new one at a node, where a person wants it."""
    nodes = tuple(token.node for token in left)
    for token in left:
        run.withdraw(token, reason="forced")
    new = run.state.next_token
    run.record(facts.Forced(new, to, reason, nodes, via))
    run.moving.append(new)


def _cancel(run: Walk, event: events.CancelRequested) -> None:
    if run.state.status is not Status.RUNNING:
        run.refused = _not_running(run.state)
        return
    run.withdraw_all(reason="cancelled")
    run.record(facts.Cancelled(event.reason))


def _migrate(run: Walk, event: events.Migrated, *, leaving: Plan) -> None:
    if run.state.status is not Status.RUNNING:
        run.refused = _not_running(run.state)
        return
    moves: list[tuple[int, str, str, str, int]] = []
    number = run.state.next_token
    for move in event.moves:
        token = run.state.tokens[move.token]
        if move.fate is events.Fate.KEPT:
            _tell_of_migration(run, token)
            moves.append((token.id, move.node, move.to, move.fate.value, token.id))
            continue
        if move.fate is events.Fate.ANEW:
            run.withdraw_work(token, token.visit, reason="migrated", plan=leaving)
        moves.append((token.id, move.node, move.to, move.fate.value, number))
        run.moving.append(number)
        number += 1
    run.record(facts.Migrated(event.before, event.version, event.reason, tuple(moves)))


def _tell_of_migration(run: Walk, token: Token) -> None:
    if token.awaits is Awaits.SIGNAL:
        node = run.plan.nodes[token.node]
        scope = run.scope(node, token, token.visit, token.attempt)
        run.ask(run.inline, token, (token.visit, token.attempt), node.type.migrated(scope))


def _addressed(
    run: Walk, event: events.ActivityFailed | events.Repaired | events.Skipped, *awaits: Awaits
) -> Token | None:
    token = run.state.tokens.get(event.token)
    if token is None or (token.visit, token.attempt) != (event.visit, event.attempt):
        return None
    return token if token.awaits in awaits else None


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
        case events.TurnCame():
            return token.awaits is Awaits.TURN


def _not_running(state: State) -> OrderflowError:
    found = "not started" if state.status is None else state.status.value
    return Conflict("instance.not_running", f"Expected a running instance, found it {found}.", status=found)
