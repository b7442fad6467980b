"""The workings of one step: a private copy of the state, the facts that changed it, and the work that is asked for."""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from typing import Any

from bedrock.errors import OrderflowError
from workflows.engine.events import Actor
from workflows.engine.facts import Fact, Failed, Noted, Withdrawn
from workflows.engine.fold import apply
from workflows.engine.node_type import Fail, Note, Scope
from workflows.engine.plan import Plan, PlanNode
from workflows.engine.state import Awaits, Json, State, Token
from workflows.engine.work import Work
from workflows.engine.world import World


class Workings:
    """What one step has recorded and asked for until now. `moving` are the tokens to bring to a stand, in order."""

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
        """The only door to the state: a fact changes it and is kept."""
        apply(self.state, fact)
        self.facts.append(fact)

    def scope(self, node: PlanNode, token: Token, visit: int, attempt: int) -> Scope[Any]:
        """What the node sees of this token."""
        return Scope(node, token, self.state, visit, attempt, self.now, self.world)

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
        """Lines for the history, each by its own actor if it has one."""
        for note in notes:
            if note.actor is not None:
                self.actors[len(self.facts)] = note.actor
            self.record(Noted(token.id, token.node, visit, note.what, note.data))

    def fail(self, token: Token, failure: Fail, *, visit: int | None = None) -> None:
        """The token stands until a person repairs it."""
        visit = visit or token.visit or self.state.visits.get(token.node, 0) + 1
        self.withdraw_work(token, visit, reason="failed", keeps_called=True)
        self.record(Failed(
            token.id, token.node, visit, token.attempt + 1, failure.code, failure.message, failure.params, self.now
        ))  # fmt: skip

    def withdraw_region(self, by: Token, nodes: Container[str]) -> None:
        """Take away every token but one that is at these nodes."""
        for token in list(self.state.tokens.values()):
            if token.node in nodes and token.id != by.id:
                self.withdraw(token, reason="region")

    def withdraw_all(self, *, reason: str) -> None:
        """Take every token away."""
        for token in list(self.state.tokens.values()):
            self.withdraw(token, reason=reason)

    def withdraw(self, token: Token, *, reason: str) -> None:
        """Take a token away. What its wait asked for in this very step was never done, and is not asked for."""
        self.deferred = [work for work in self.deferred if work.token != token.id]
        skips = None
        if token.id in self.stood:
            self.withdraw_work(token, token.visit, reason=reason)
            skips = (token.awaits in _MAY_HAVE_ACTED and self.plan.nodes[token.node].type.external_effect) or None
        else:
            self.inline = [work for work in self.inline if (work.token, work.node) != (token.id, token.node)]
        self.record(Withdrawn(token.id, token.node, token.visit, reason, skips))

    def withdraw_work(
        self, token: Token, visit: int, *, reason: str, plan: Plan | None = None, keeps_called: bool = False
    ) -> None:
        """What a wait had asked for must be told that it is over, by the plan that it belongs to. What it has called
        goes on if somebody may yet repair the wait."""
        node = (plan or self.plan).nodes[token.node]
        answers_for_runs = node.type.calls_flows and token.awaits in _MAY_HAVE_CALLED and not keeps_called
        if token.awaits is Awaits.SIGNAL or answers_for_runs:
            scope = self.scope(node, token, token.visit, token.attempt)
            self.ask(self.inline, token, (visit, token.attempt), node.type.withdrawn(scope, reason), node=node)


_MAY_HAVE_ACTED = (Awaits.ACTIVITY, Awaits.REPAIR)
_MAY_HAVE_CALLED = (Awaits.ACTIVITY, Awaits.RUNS, Awaits.REPAIR)
