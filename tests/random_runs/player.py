"""Plays runs that call other runs and go over to other versions; the called runs are kept as the shell keeps them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from typing_extensions import override

from bedrock.errors import OrderflowError
from tests.engine.player import SUPERVISOR, Player
from workflows.engine import events
from workflows.engine.calls import encode_called
from workflows.engine.events import Called, Event
from workflows.engine.migration import judge
from workflows.engine.plan import Plan
from workflows.engine.state import Awaits, State, Status, Token
from workflows.engine.step import Step
from workflows.engine.work import Work


@dataclass(slots=True)
class CalledRun:
    """One row of those that a run has called."""

    id: str
    node: str
    visit: int
    token: int
    item: int
    waits: bool
    status: Status = Status.RUNNING

    @property
    def called(self) -> Called:
        """How it stands, as its caller is told."""
        output = {"parcel": f"P-{self.item}"} if self.status is Status.COMPLETED else {}
        return Called(run=self.id, item=self.item, status=self.status, output=output)


class RandomPlayer(Player):
    """One run; `figures` counts what came of the events, for all runs that share it."""

    def __init__(self, plan: Plan, *, variables: Mapping[str, Any], chance: Random, figures: Counter[str]) -> None:
        self.chance, self.figures = chance, figures
        self.called: list[CalledRun] = []
        self.news: set[int] = set()  # waits that were not told yet how the runs they took over stand
        self.version = 1
        super().__init__(plan, variables=variables)

    @override
    def tell(self, event: Event, *, leaving: Plan | None = None) -> Step:
        step = super().tell(event, leaving=leaving)
        self.figures["events"] += 1
        self.figures["changed" if step.changed else "unchanged"] += 1
        self.figures["refused"] += step.refused is not None
        self.figures["facts"] += len(step.facts)
        for work in step.inline:
            if "do" in work.payload:
                self.do(work)
        return step

    @override
    def asked_in(self, work: Work, before: State, after: State) -> tuple[State, Awaits]:
        match work.payload:
            case {"do": "adopt"} | {"do": "start", "waits": True}:
                return after, Awaits.RUNS
            case {"do": _}:
                return before, before.tokens[work.token].awaits
        return super().asked_in(work, before, after)

    def do(self, work: Work) -> None:
        """What the shell does at once."""
        mine = [run for run in self.called if (run.node, run.visit) == (work.node, work.visit)]
        under_way = [run for run in mine if run.waits and run.status is Status.RUNNING]
        match work.payload["do"]:
            case "start":
                self.start(work, [run.item for run in mine if run.status is not Status.CANCELLED])
            case "adopt":
                self.adopt(work, mine)
            case "recall":
                for run in under_way:
                    run.status = Status.CANCELLED
            case "release":
                for run in under_way:
                    run.waits = False

    def start(self, work: Work, there: list[int]) -> None:
        """Each item has one run at a time, and a new one only when the last was cancelled."""
        for item, _ in work.payload["items"]:
            assert item not in there, "an item was called twice"
            number, waits = len(self.called), work.payload["waits"]
            self.called.append(CalledRun(f"run-{number}", work.node, work.visit, work.token, item, waits))

    def adopt(self, work: Work, mine: list[CalledRun]) -> None:
        """What an earlier attempt has called belongs to the wait that repairs it, which learns how it stands."""
        taken = [run for run in mine if run.waits and run.id in work.payload["runs"]]
        for run in taken:
            run.token = work.token
        if any(run.status is not Status.RUNNING for run in taken):
            self.news.add(work.token)

    @override
    def answer(self, token: Token, *, kindly: bool) -> None:
        wait: dict[str, Any] = {"token": token.id, "visit": token.visit}
        kind = self.plan.nodes[token.node].type
        match token.awaits:
            case Awaits.ACTIVITY if kindly and kind.calls_flows:
                standing = [
                    run.called for run in self.called
                    if (run.node, run.visit) == (token.node, token.visit)
                    and token.attempt > 1 and (run.status is not Status.CANCELLED or not run.waits)
                ]  # fmt: skip
                done = events.ActivityDone(
                    **wait, attempt=token.attempt, output={"standing": encode_called(standing)}
                )  # fmt: skip
                assert self.tell(done).changed
            case Awaits.ACTIVITY if not kindly and kind.key == "test.try" and self.chance.random() < 0.5:
                assert self.tell(events.ActivityDone(**wait, attempt=token.attempt, output={"unfit": 1})).changed
            case Awaits.RUNS:
                self.end_one(token, Status.COMPLETED if kindly else Status.CANCELLED)
            case _:
                super().answer(token, kindly=kindly)

    def end_one(self, token: Token, status: Status) -> None:
        """One of the runs that a wait has called is over; the wait is told how all of them stand."""
        running = [run for run in self.called if run.token == token.id and run.status is Status.RUNNING]
        if running:
            self.chance.choice(running).status = status
        step = self.tell(self.report(token))
        self.news.discard(token.id)
        assert step.changed or len(running) > 1, "the runs are over and nobody goes on"

    def report(self, token: Token) -> events.CalledEnded:
        """How all runs stand that a wait has called."""
        standing = tuple(run.called for run in self.called if run.token == token.id)
        return events.CalledEnded(token=token.id, visit=token.visit, standing=standing)

    def remind(self) -> None:
        """Every wait for other runs is told again what it knows already."""
        for token in self.waiting:
            if token.awaits is Awaits.RUNS and token.id not in self.news:
                assert not self.tell(self.report(token)).changed

    def force(self, pick: int) -> None:
        """A supervisor moves the run anywhere; a refusal changes nothing, as any event that changes nothing."""
        target = list(self.plan.nodes)[pick % len(self.plan.nodes)]
        self.tell(events.Forced(target=target, actor=SUPERVISOR, reason="at random"))

    def cancel(self) -> None:
        """The run is cancelled, and hears nothing from then on."""
        step = self.tell(events.CancelRequested(actor=SUPERVISOR, reason="at random"))
        assert isinstance(step.refused, OrderflowError) or (self.state.status, self.state.tokens) == (
            Status.CANCELLED, {},
        )  # fmt: skip

    def migrate(self, plan: Plan, mapping: Mapping[str, str]) -> bool:
        """Whether the run went over to another version; what it keeps there is not touched."""
        verdict = judge(self.plan, plan, self.state, mapping=mapping)
        if not verdict.is_possible:
            self.figures["hindered"] += 1
            return False
        kept = [self.state.tokens[move.token] for move in verdict.moves if move.fate is events.Fate.KEPT]
        leaving, self.plan, self.run.plan = self.plan, plan, plan
        self.version += 1
        told = events.Migrated(
            before=self.version - 1, version=self.version, moves=verdict.moves, actor=SUPERVISOR, reason="at random"
        )
        assert self.tell(told, leaving=leaving).changed
        self.figures["migrated"] += 1
        assert all(self.state.tokens[token.id] == token for token in kept if token.awaits is not Awaits.SIBLINGS)
        return True
