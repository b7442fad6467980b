"""Letting tokens move until every one stands: what a node answers brings its token on, to a stand or to an end."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice

from workflows.engine.events import CaughtBy
from workflows.engine.facts import (
    Branch,
    Changed,
    Completed,
    Ended,
    Forked,
    Joined,
    Moved,
    Resumed,
    Returned,
    Waited,
    Withdrawn,
)
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
from workflows.engine.node_type import Continue, End, Fail, Fork, Ignore, Outcome, Refuse, Return, Wait
from workflows.engine.plan import Exit, PlanNode
from workflows.engine.returns import Route, route_back, still_leads
from workflows.engine.state import Awaits, Json, Status, Token
from workflows.engine.workings import Workings

_MOVING = Awaits.NOTHING  # on its way into its node, not woken in it
_AT_JOIN = (Awaits.SIBLINGS, Awaits.REPAIR)
_SAID = ("outcome", "by", "by_name", "comment", "said")  # of why a run went back, what its requester is told


class Walk(Workings):
    """One step under way: its tokens move by what their nodes answer, until all of them stand."""

    def settle(self) -> None:
        """Bring every token to a stand, and the run to its end if none is left.

        Merges look around whenever all tokens stand.
        """
        self._walk(self.moving)
        while self.plan.merges and (merged := merging_tokens(self.plan, self.state)):
            walked = len(self.moving)
            for first, *others in merged:
                self.record(Joined(first.id, first.node, first.visit, tuple(token.id for token in others)))
                self.moving.append(first.id)
            self._walk(islice(self.moving, walked, None), before=walked)
        if self.state.status is not Status.RUNNING:
            return
        if not self.state.tokens:
            self.record(Completed(self.outcome))
        else:
            self._report_starved_joins()

    def _walk(self, moving: Iterable[int], before: int = 0) -> None:
        """Bring to a stand these tokens, which grow in number meanwhile, after so many others."""
        tokens, budget = self.state.tokens, self.plan.step_budget
        for passed, number in enumerate(moving, before):
            token = tokens.get(number)
            if token is None:  # withdrawn on its way
                continue
            if passed >= budget:
                self.fail(token, endless_passing(budget))
            else:
                self._enter(token)

    def _report_starved_joins(self) -> None:
        for token in self.state.tokens.values():
            if token.awaits is not Awaits.SIBLINGS:
                return
        for token in list(self.state.tokens.values()):
            self.fail(token, starved_join())

    def _enter(self, token: Token) -> None:
        node = self.plan.nodes[token.node]
        # The n-th time a token enters this node; one that was repaired enters its own visit again.
        visit = token.visit or self.state.visits.get(node.id, 0) + 1
        if token.via in node.joins:
            if not self._join(token, node, visit):
                return
            token = self.state.tokens[token.id]
        scope = self.scope(node, token, visit, token.attempt or 1)
        self.settle_outcome(token, node, node.type.enter(scope), visit)

    def _join(self, token: Token, node: PlanNode, visit: int) -> bool:
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
            self.record(Waited(token.id, node.id, visit, attempt, Awaits.SIBLINGS, None, self.now, None))
            return False
        absorbed = tuple(sorted(other for via, other in here.items() if via != token.via))
        self.record(Joined(token.id, node.id, visit, absorbed))
        return True

    def settle_outcome(self, token: Token, node: PlanNode, outcome: Outcome, visit: int) -> None:
        """Do what the node answered for a token that enters or was woken in it."""
        match outcome:
            case Continue():
                self._leave(token, node, visit, outcome)
            case Wait():
                self._stand(token, node, visit, outcome)
            case Return() if token.awaits is not _MOVING:
                self._return(token, node, visit, outcome)
            case Fork():
                self._fork(token, node, visit, outcome)
            case End():
                self.outcome = outcome.outcome or self.outcome
                self.record(Ended(token.id, node.id, visit, outcome.outcome))
                if outcome.whole_run:
                    self.withdraw_all(reason="terminated")
            case Fail():
                self.catch(token, outcome, visit)
            case Refuse() if token.awaits is not _MOVING:
                self.refused = outcome.error
            case Refuse() | Ignore() | Return() if token.awaits is _MOVING:
                self.fail(token, undecided(node), visit=visit)
            case _:  # ignored: this event means nothing to the wait
                pass

    def _leave(self, token: Token, node: PlanNode, visit: int, outcome: Continue) -> None:
        if outcome.notes:
            self.note(token, visit, outcome.notes)
        if outcome.work:
            self.ask(self.inline, token, (visit, token.attempt or 1), outcome.work)
        way = node.exits.get(outcome.port)
        if way is None:
            self.fail(token, missing_edge(node, outcome.port), visit=visit)
        elif way.max_rounds is not None and self.state.rounds.get(way.edge, 0) >= way.max_rounds:
            self.fail(token, exhausted_loop(way), visit=visit)
        elif (output := self._way_to_resume(token, way, outcome.output)) is not None:
            self._resume(token, visit, outcome, output)
        else:
            if outcome.withdraws:
                self.withdraw_region(token, outcome.withdraws)
            self.moving.append(self.state.number_after(token))
            waited = token.awaits is not _MOVING
            renewed = (renewed_loops(self.plan, way, self.state.rounds) or None) if way.counted else None
            self.record(Moved(
                token.id, node.id, visit, outcome.port, way.edge, way.to, way.counted, waited, outcome.output,
                outcome.why, renewed, outcome.remembers,
            ))  # fmt: skip

    def _way_to_resume(self, token: Token, way: Exit, output: Mapping[str, Json]) -> Mapping[str, Json] | None:
        """What is set on the way to the step that returned the run to this one, if one did and is still ahead."""
        if token.resumes is None or token.resumes not in self.plan.nodes or way.counted:
            return None
        return still_leads(self, way, token.resumes, output)

    def _resume(self, token: Token, visit: int, outcome: Continue, output: Mapping[str, Json]) -> None:
        self.moving.append(self.state.number_after(token))
        self.record(Resumed(
            token.id, token.node, visit, outcome.port, token.resumes or "", output, outcome.why, outcome.remembers,
        ))  # fmt: skip

    def _return(self, token: Token, node: PlanNode, visit: int, outcome: Return) -> None:
        route = route_back(self.plan, self.state, token, outcome)
        if isinstance(route, Route):
            if outcome.notes:
                self.note(token, visit, outcome.notes)
            self.ask(self.inline, token, (visit, token.attempt), outcome.work)
            resumes = node.id if outcome.resumes and route.may_resume else None
            self.send_back(
                route.left, to=route.to, by=token, resumes=resumes, counted=outcome.limit is not None, why=outcome.why
            )
        elif outcome.otherwise is None:
            self.refused = route
        else:
            why = {**(outcome.otherwise.why or {}), "not_returned": route.code}
            self._leave(token, node, visit, replace(outcome.otherwise, why=why))

    def send_back(
        self, left: Iterable[Token], *, to: str, by: Token | None, resumes: str | None, counted: bool,
        why: Mapping[str, Json],
    ) -> None:  # fmt: skip
        """Take these tokens away, that of the returning step by its own work, and put a new one at an earlier step."""
        nodes: list[str] = []
        for one in left:
            nodes.append(one.node)
            if by is not None and one.id == by.id:
                self.record(Withdrawn(one.id, one.node, one.visit, "returned"))
            else:
                self.withdraw(one, reason="returned")
        new, data = self.state.next_token, None
        if to == self.plan.start.id:
            step = {} if by is None else {"node": by.node, "node_name": self.plan.nodes[by.node].name.model_dump()}
            data = {**{key: why[key] for key in _SAID if key in why}, **step, "at": self.now.isoformat()}
        self.record(Returned(
            new, to, None if by is None else by.node, None if by is None else by.visit, tuple(nodes), resumes, counted,
            why, data=data,
        ))  # fmt: skip
        self.moving.append(new)

    def _fork(self, token: Token, node: PlanNode, visit: int, outcome: Fork) -> None:
        branches: list[Branch] = []
        for child, port in enumerate(outcome.ports, start=self.state.next_token):
            way = node.exits.get(port)
            if way is None:
                self.fail(token, missing_edge(node, port), visit=visit)
                return
            branches.append(Branch(child, port, way.edge, way.to, way.counted))
        self.record(Forked(token.id, node.id, visit, tuple(branches), outcome.why))
        self.moving.extend(branch.token for branch in branches)

    def _stand(self, token: Token, node: PlanNode, visit: int, wait: Wait) -> None:
        deferred = node.type.performs == "deferred"
        if wait.notes:
            self.note(token, visit, wait.notes)
        if wait.awaits is not Awaits.SIGNAL and not _can_end(wait, token):
            self.fail(token, endless_wait(node, wait), visit=visit)
            return
        if token.awaits is _MOVING:
            attempt = token.attempt or 1
            self.record(Waited(
                token.id, node.id, visit, attempt, wait.awaits, wait.data, self.now, wait.due_at, wait.listens or None
            ))  # fmt: skip
        else:
            rearmed = wait.due_at != token.due_at or (deferred and wait.work)
            attempt = token.attempt + 1 if rearmed else token.attempt
            was, now = (token.data, token.awaits, token.listens), (wait.data, wait.awaits, wait.listens)
            if rearmed or wait.work or wait.at_once or was != now:
                kept = wait.data is not None and wait.data == token.data
                self.record(Changed(
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
            self._leave(token, node, visit, way)


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
            return wait.awaits is Awaits.TURN
