"""Folding facts into a state: `apply` is the only code that changes one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from workflows.engine.events import Fate
from workflows.engine.facts import (
    Cancelled,
    Changed,
    Completed,
    Ended,
    Fact,
    Failed,
    Forced,
    Forked,
    Joined,
    Migrated,
    Moved,
    Noted,
    Resumed,
    Retried,
    Returned,
    Started,
    Waited,
    Withdrawn,
)
from workflows.engine.state import Awaits, State, Status, Token


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
    if fact.remembers is not None:
        state.memory = {**state.memory, fact.node: {**fact.remembers, "seq": state.seq}}
    if fact.counted:
        _went_back(state)
    number = state.renumber(state.tokens.pop(fact.token))
    state.tokens[number] = Token(number, fact.to, fact.edge)


def _waited(state: State, fact: Waited) -> None:
    if fact.awaits is not Awaits.SIBLINGS and fact.visit > state.visits.get(fact.node, 0):
        state.visits[fact.node] = fact.visit  # a join is visited when it opens
    state.tokens[fact.token] = Token(
        fact.token, fact.node, state.tokens[fact.token].via, fact.visit, fact.awaits, fact.attempt, fact.since,
        fact.due_at, fact.data, fact.listens or (), state.tokens[fact.token].resumes,
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
            _went_back(state)
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
    state.tokens[number] = Token(
        number, failed.node, failed.via, failed.visit, attempt=fact.attempt, resumes=failed.resumes
    )


def _went_back(state: State) -> None:
    """What was left before is of an earlier round from here on."""
    if state.memory:
        state.memory = {node: {**left, "void": True} for node, left in state.memory.items()}


def _count_round(state: State, edge: str, *, renewed: tuple[str, ...] = ()) -> None:
    rounds = {other: count for other, count in state.rounds.items() if other not in renewed}
    state.rounds = rounds | {edge: rounds.get(edge, 0) + 1}


def _noted(state: State, fact: Noted) -> None:
    """A note moves nothing."""


def _forced(state: State, fact: Forced) -> None:
    state.tokens[fact.token] = Token(fact.token, fact.node, fact.via)
    state.next_token = fact.token + 1
    _went_back(state)


def _returned(state: State, fact: Returned) -> None:
    if fact.counted and fact.by is not None:
        state.returns = {**state.returns, fact.by: state.returns.get(fact.by, 0) + 1}
    if fact.output:
        state.variables = {**state.variables, **fact.output}
    state.tokens[fact.token] = Token(fact.token, fact.node, fact.via, data=fact.data, resumes=fact.resumes)
    state.next_token = fact.token + 1
    _went_back(state)


def _resumed(state: State, fact: Resumed) -> None:
    if fact.visit > state.visits.get(fact.node, 0):
        state.visits[fact.node] = fact.visit
    if fact.output:
        state.variables = {**state.variables, **fact.output}
    if fact.remembers is not None:
        state.memory = {**state.memory, fact.node: {**fact.remembers, "seq": state.seq}}
    number = state.renumber(state.tokens.pop(fact.token))
    state.tokens[number] = Token(number, fact.to)


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
    Noted: _noted, Forced: _forced, Returned: _returned, Resumed: _resumed, Migrated: _migrated,
    Completed: _completed, Cancelled: _cancelled,
}  # fmt: skip
