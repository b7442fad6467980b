"""What did happen to an instance. `apply` is the only code that changes a state; `replay` folds all of its facts."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, ClassVar

from workflows.engine.events import Fate
from workflows.engine.record import record
from workflows.engine.state import (
    Awaits,
    Caller,
    Json,
    State,
    Status,
    Subject,
    Subscription,
    Token,
    decode_caller,
    decode_subject,
    decode_subscriptions,
    encode_caller,
    encode_subject,
    encode_subscriptions,
)


@record
class Started:
    """The run began with one token at its start node."""

    kind: ClassVar[str] = "started"
    node: str
    token: int
    subject: Subject
    variables: Mapping[str, Json]
    requester: str | None
    caller: Caller | None = None


@record
class Moved:
    """A token left a node by a port and is on its way to `to`, under a new number if it had stood.

    `waited` tells whether an event woke it, or it only passed. `renewed` are back edges whose passes are counted
    anew from here, because their loops lie inside the one that goes into its next round.
    """

    kind: ClassVar[str] = "moved"
    token: int
    node: str
    visit: int
    port: str
    edge: str
    to: str
    counted: bool  # passes of this edge are counted, because it closes a loop
    waited: bool
    output: Mapping[str, Json]
    why: Mapping[str, Json] | None
    renewed: tuple[str, ...] | None = None


@record
class Waited:
    """A token came to a stand and awaits something."""

    kind: ClassVar[str] = "waited"
    token: int
    node: str
    visit: int
    attempt: int
    awaits: Awaits
    data: Json
    since: datetime
    due_at: datetime | None
    listens: tuple[Subscription, ...] | None = None


@record
class Changed:
    """A waiting token's own data, due time or attempt changed while it stands. `kept` says that its data did not."""

    kind: ClassVar[str] = "changed"
    token: int
    node: str
    visit: int
    attempt: int
    awaits: Awaits
    data: Json
    due_at: datetime | None
    listens: tuple[Subscription, ...] | None = None
    kept: bool | None = None


@record
class Branch:
    """One child of a fork."""

    token: int
    port: str
    edge: str
    to: str
    counted: bool


@record
class Forked:
    """A token became one token per branch; `why` tells the choice of those that were taken."""

    kind: ClassVar[str] = "forked"
    token: int
    node: str
    visit: int
    branches: tuple[Branch, ...]
    why: Mapping[str, Json] | None = None


@record
class Joined:
    """All branches of this visit that were under way arrived: `token` goes on, the others are absorbed."""

    kind: ClassVar[str] = "joined"
    token: int
    node: str
    visit: int
    absorbed: tuple[int, ...]


@record
class Ended:
    """A token reached an end node and is gone."""

    kind: ClassVar[str] = "ended"
    token: int
    node: str
    visit: int
    outcome: str


@record
class Withdrawn:
    """A token was taken away, because of a force-advance, a cancellation or an end of the whole run."""

    kind: ClassVar[str] = "withdrawn"
    token: int
    node: str
    visit: int
    reason: str


@record
class Failed:
    """A token cannot go on: an incident that a person repairs."""

    kind: ClassVar[str] = "failed"
    token: int
    node: str
    visit: int
    attempt: int
    code: str
    message: str
    params: Mapping[str, Json]
    since: datetime


@record
class Retried:
    """A person asked to enter a failed node again, under a new number; the visit stays the same."""

    kind: ClassVar[str] = "retried"
    token: int
    node: str
    visit: int
    attempt: int
    reason: str


@record
class Noted:
    """A line for the history that moves nothing: a vote, a transfer, a comment."""

    kind: ClassVar[str] = "noted"
    token: int
    node: str
    visit: int
    what: str
    data: Mapping[str, Json]


@record
class Forced:
    """A supervisor put a new token at `node`; `left` are the nodes whose tokens were withdrawn for it."""

    kind: ClassVar[str] = "forced"
    token: int
    node: str
    reason: str
    left: tuple[str, ...]


@record
class Migrated:
    """The run goes on in another version. `moves` tell of each token its node, where it goes on, how (`events.Fate`)
    and under which number.
    """

    kind: ClassVar[str] = "migrated"
    before: int
    version: int
    reason: str
    moves: tuple[tuple[int, str, str, str, int], ...]


@record
class Completed:
    """No token is left: the run is over."""

    kind: ClassVar[str] = "completed"
    outcome: str


@record
class Cancelled:
    """The run was ended by a person's or its subject's wish."""

    kind: ClassVar[str] = "cancelled"
    reason: str


Fact = (
    Started
    | Moved
    | Waited
    | Changed
    | Forked
    | Joined
    | Ended
    | Withdrawn
    | Failed
    | Retried
    | Noted
    | Forced
    | Migrated
    | Completed
    | Cancelled
)


def apply(state: State, fact: Fact) -> None:
    """Change `state` by one fact. Facts of one instance must be applied in their order."""
    _APPLIERS[type(fact)](state, fact)
    state.seq += 1


def _started(state: State, fact: Started) -> None:
    state.subject, state.requester, state.caller = fact.subject, fact.requester, fact.caller
    state.variables = dict(fact.variables)
    state.status = Status.RUNNING
    state.tokens[fact.token] = Token(fact.token, fact.node)
    state.next_token = fact.token + 1


def _moved(state: State, fact: Moved) -> None:
    if fact.visit > state.visits.get(fact.node, 0):
        state.visits[fact.node] = fact.visit
    if fact.counted:
        _count_round(state, fact.edge, renewed=fact.renewed or ())
    if fact.output:
        state.variables = {**state.variables, **fact.output}
    number = state.renumber(state.tokens.pop(fact.token))
    state.tokens[number] = Token(number, fact.to, fact.edge)


def _waited(state: State, fact: Waited) -> None:
    if fact.awaits is not Awaits.SIBLINGS and fact.visit > state.visits.get(fact.node, 0):
        state.visits[fact.node] = fact.visit  # a join is visited when it opens
    state.tokens[fact.token] = Token(
        fact.token, fact.node, state.tokens[fact.token].via, fact.visit, fact.awaits, fact.attempt, fact.since,
        fact.due_at, fact.data, fact.listens or (),
    )  # fmt: skip


def _changed(state: State, fact: Changed) -> None:
    token = state.tokens[fact.token]
    state.tokens[fact.token] = replace(
        token, attempt=fact.attempt, awaits=fact.awaits, data=token.data if fact.kept else fact.data,
        due_at=fact.due_at, listens=fact.listens or (),
    )  # fmt: skip


def _forked(state: State, fact: Forked) -> None:
    if fact.visit > state.visits.get(fact.node, 0):
        state.visits[fact.node] = fact.visit
    del state.tokens[fact.token]
    for branch in fact.branches:
        if branch.counted:
            _count_round(state, branch.edge)
        state.tokens[branch.token] = Token(branch.token, branch.to, branch.edge)
        state.next_token = max(state.next_token, branch.token + 1)


def _joined(state: State, fact: Joined) -> None:
    if fact.visit > state.visits.get(fact.node, 0):
        state.visits[fact.node] = fact.visit
    for absorbed in fact.absorbed:
        del state.tokens[absorbed]
    # It came by all edges now: entered again, it must not join again.
    state.tokens[fact.token] = replace(
        state.tokens[fact.token], visit=fact.visit, via=None, awaits=Awaits.NOTHING, since=None
    )


def _ended(state: State, fact: Ended) -> None:
    if fact.visit > state.visits.get(fact.node, 0):
        state.visits[fact.node] = fact.visit
    del state.tokens[fact.token]


def _withdrawn(state: State, fact: Withdrawn) -> None:
    del state.tokens[fact.token]


def _failed(state: State, fact: Failed) -> None:
    if fact.visit > state.visits.get(fact.node, 0):
        state.visits[fact.node] = fact.visit
    state.tokens[fact.token] = replace(
        state.tokens[fact.token], visit=fact.visit, attempt=fact.attempt, awaits=Awaits.REPAIR, since=fact.since,
        due_at=None, listens=(), data={"code": fact.code, "message": fact.message, "params": dict(fact.params)},
    )  # fmt: skip


def _retried(state: State, fact: Retried) -> None:
    failed = state.tokens.pop(fact.token)
    number = state.renumber(failed)
    state.tokens[number] = Token(number, failed.node, failed.via, failed.visit, attempt=fact.attempt)


def _count_round(state: State, edge: str, *, renewed: tuple[str, ...] = ()) -> None:
    rounds = {other: count for other, count in state.rounds.items() if other not in renewed}
    state.rounds = rounds | {edge: rounds.get(edge, 0) + 1}


def _noted(state: State, fact: Noted) -> None:
    """A note moves nothing."""


def _forced(state: State, fact: Forced) -> None:
    state.tokens[fact.token] = Token(fact.token, fact.node)
    state.next_token = fact.token + 1


def _migrated(state: State, fact: Migrated) -> None:
    for token, _, to, fate, number in fact.moves:
        if fate == Fate.KEPT:
            continue
        old = state.tokens.pop(token)
        if fate == Fate.RETRIED:
            state.tokens[number] = Token(number, to, old.via, old.visit, attempt=old.attempt + 1)
        else:
            state.tokens[number] = Token(number, to)
        state.next_token = max(state.next_token, number + 1)


def _completed(state: State, _fact: Completed) -> None:
    state.status = Status.COMPLETED


def _cancelled(state: State, _fact: Cancelled) -> None:
    state.status = Status.CANCELLED


_APPLIERS: dict[type, Callable[[State, Any], None]] = {
    Started: _started, Moved: _moved, Waited: _waited, Changed: _changed, Forked: _forked,
    Joined: _joined, Ended: _ended, Withdrawn: _withdrawn, Failed: _failed, Retried: _retried,
    Noted: _noted, Forced: _forced, Migrated: _migrated, Completed: _completed, Cancelled: _cancelled,
}  # fmt: skip

FACTS: dict[str, type] = {fact.kind: fact for fact in _APPLIERS}  # type: ignore[attr-defined]
_FIELDS = {fact: tuple(field.name for field in fields(fact)) for fact in _APPLIERS}
_TIMES = ("since", "due_at")


def encode(fact: Fact) -> dict[str, Json]:
    """The JSON of a fact without its kind; `decode(kind, encode(fact)) == fact`."""
    document: dict[str, Json] = {}
    for name in _FIELDS[type(fact)]:
        value = getattr(fact, name)
        if isinstance(value, datetime):
            value = value.isoformat()
        elif isinstance(value, Subject | Caller):
            value = encode_subject(value) if isinstance(value, Subject) else encode_caller(value)
        elif name == "why" and value is not None:
            value = dict(value)  # a gateway words its reasons only when somebody wants to read them
        elif name == "branches":
            value = [[b.token, b.port, b.edge, b.to, b.counted] for b in value]
        elif name == "moves":
            value = [list(move) for move in value]
        elif name == "listens":
            value = encode_subscriptions(value)
        elif isinstance(value, tuple):
            value = list(value)
        if value is not None:
            document[name] = value
    return document


def decode(kind: str, document: Mapping[str, Json]) -> Fact:
    """The fact of a history row; KeyError for a kind that this build does not know."""
    fact = FACTS[kind]
    values: dict[str, Any] = dict.fromkeys(_FIELDS[fact]) | dict(document)
    for name in _TIMES:
        if values.get(name) is not None:
            values[name] = datetime.fromisoformat(values[name])
    if "awaits" in values:
        values["awaits"] = Awaits(values["awaits"])
    if "subject" in values:
        values["subject"] = decode_subject(values["subject"])
        values["caller"] = decode_caller(values["caller"])
    if "branches" in values:
        values["branches"] = tuple(
            Branch(token=t, port=port, edge=edge, to=to, counted=counted)
            for t, port, edge, to, counted in values["branches"]
        )
    if "moves" in values:
        values["moves"] = tuple(tuple(move) for move in values["moves"])
    if values.get("listens") is not None:
        values["listens"] = decode_subscriptions(values["listens"])
    for name in ("absorbed", "left", "renewed"):
        if values.get(name) is not None:
            values[name] = tuple(values[name])
    return fact(**values)  # type: ignore[no-any-return]
