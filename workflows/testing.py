"""Run a graph in memory and wind the clock: the same engine as the shell runs, without any row.

For tests of node types and flows, for dry runs and for simulation. Inline and deferred work is not performed but
collected; the test answers deferred work with `complete` or `break_down`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from workflows.engine import events
from workflows.engine.events import Actor, Event
from workflows.engine.facts import Fact
from workflows.engine.graph import Graph, read_graph
from workflows.engine.migration import Verdict, judge
from workflows.engine.plan import Plan, compile_plan
from workflows.engine.registry import Registry, registry
from workflows.engine.state import Awaits, Json, State, Subject, Token
from workflows.engine.step import Step, advance
from workflows.engine.work import Work
from workflows.engine.world import World

MONDAY_MORNING = datetime(2026, 1, 26, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


class Harness:
    """One run of one graph. `now` only moves when the test winds it."""

    def __init__(
        self,
        graph: Graph | Plan | Mapping[str, Any],
        *,
        world: World | None = None,
        now: datetime = MONDAY_MORNING,
        node_types: Registry = registry,
        flow: str = "",
    ) -> None:
        if isinstance(graph, Plan):
            self.plan = graph
        else:
            drawing = graph if isinstance(graph, Graph) else read_graph(graph)
            self.plan = compile_plan(drawing, registry=node_types, flow=flow)
        self.world = world or World()
        self.now = now
        self.state = State()
        self.facts: list[Fact] = []
        self.inline: list[Work] = []
        self.deferred: list[Work] = []

    def start(
        self,
        *,
        variables: Mapping[str, Json] | None = None,
        subject: Subject | None = None,
        requester: str | None = None,
    ) -> Step:
        """Begin the run."""
        return self.take(
            events.Started(
                subject=subject or Subject(type="test", id="1"), variables=variables or {},
                requester=requester,
            )
        )  # fmt: skip

    def signal(self, node: str, name: str, *, actor: Actor = events.SYSTEM, **payload: Json) -> Step:
        """Signal the token that stands at `node`; raises the error if the node refuses it."""
        token = self.token_at(node)
        return self.take(events.Signalled(token=token.id, visit=token.visit, name=name, payload=payload, actor=actor))

    def receive(self, name: str, *, key: str | None = None, actor: Actor = events.SYSTEM, **payload: Json) -> Step:
        """A message came; raises the error if the node that listens refuses it."""
        return self.take(events.MessageReceived(name=name, key=key, payload=payload, actor=actor))

    def let_in(self) -> Step:
        """Nobody else is in the line of the run."""
        [token] = [token for token in self.state.tokens.values() if token.awaits is Awaits.TURN]
        return self.take(events.TurnCame(token=token.id, visit=token.visit))

    def complete(self, node: str, **output: Json) -> Step:
        """The deferred work of the token at `node` succeeded."""
        token = self.token_at(node)
        return self.take(events.ActivityDone(token=token.id, visit=token.visit, attempt=token.attempt, output=output))

    def break_down(self, node: str, *, code: str = "test.broken", message: str = "Broken.") -> Step:
        """The deferred work of the token at `node` failed for good."""
        token = self.token_at(node)
        return self.take(
            events.ActivityFailed(token=token.id, visit=token.visit, attempt=token.attempt, code=code, message=message)
        )

    def force(self, target: str, *, actor: Actor, reason: str = "because the test says so") -> Step:
        """A supervisor moves the run to `target`."""
        return self.take(events.Forced(target=target, actor=actor, reason=reason))

    def send_back(self, target: str, *, actor: Actor, reason: str = "because the test says so") -> Step:
        """A supervisor sends the run back to `target`."""
        return self.take(events.SentBack(target=target, actor=actor, reason=reason))

    def migrate(
        self, graph: Graph | Mapping[str, Any], *, actor: Actor, mapping: Mapping[str, str] | None = None,
        node_types: Registry = registry,
    ) -> Verdict:  # fmt: skip
        """Let the run go on in another drawing, if nothing hinders it; the verdict."""
        drawing = graph if isinstance(graph, Graph) else read_graph(graph)
        leaving, arriving = self.plan, compile_plan(drawing, registry=node_types)
        verdict = judge(leaving, arriving, self.state, mapping=mapping or {})
        if verdict.is_possible:
            self.plan = arriving
            self.take(
                events.Migrated(before=1, version=2, moves=verdict.moves, actor=actor, reason="the test says so"),
                leaving=leaving,
            )
        return verdict

    def take(self, event: Event, *, leaving: Plan | None = None) -> Step:
        """One happening at the present time; raises the error of a refused one."""
        step = advance(self.plan, self.state, event, now=self.now, world=self.world, leaving=leaving)
        if step.refused is not None:
            raise step.refused
        self.state = step.state
        self.facts.extend(step.facts)
        self.inline.extend(step.inline)
        self.deferred.extend(step.deferred)
        return step

    def wind(self, *, minutes: float = 0, hours: float = 0, days: float = 0, to: datetime | None = None) -> list[Step]:
        """Let time pass: every timer that comes due fires at its own time, in order."""
        until = to or self.now + timedelta(minutes=minutes, hours=hours, days=days)
        steps: list[Step] = []
        while (due := self.next_due()) is not None and due[0] <= until:
            self.now = max(self.now, due[0])
            token = self.state.tokens[due[1]]
            steps.append(self.take(events.TimerDue(token=token.id, visit=token.visit, attempt=token.attempt)))
        self.now = max(self.now, until)
        return steps

    def next_due(self) -> tuple[datetime, int] | None:
        """The nearest due time and its token, or None."""
        timers = [(t.due_at, t.id) for t in self.state.tokens.values() if t.due_at is not None]
        return min(timers, default=None)

    def token_at(self, node: str) -> Token:
        """The one token that stands at a node; AssertionError when there is none or several."""
        tokens = [token for token in self.state.tokens.values() if token.node == node]
        assert len(tokens) == 1, f"Expected one token at {node}, found {len(tokens)}: {self.where()}"  # noqa: S101
        return tokens[0]

    def where(self) -> list[str]:
        """The nodes where tokens stand, sorted; a failed one with its code."""
        return sorted(
            f"{token.node}!{token.data['code']}" if token.awaits is Awaits.REPAIR else token.node
            for token in self.state.tokens.values()
        )

    def passed(self) -> list[str]:
        """The nodes that tokens left, in order."""
        return [fact.node for fact in self.facts if fact.kind in ("moved", "forked", "ended")]  # type: ignore[union-attr]
