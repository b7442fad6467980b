"""What ends a wait, and what must not: only its own event, only its own siblings, and whoever asked is told."""

from typing import Any, ClassVar

import pytest
from typing_extensions import override

from tests.engine.flows import AskConfig, fork, graph
from workflows.engine import events, facts
from workflows.engine.events import Actor, Resumption, Signalled
from workflows.engine.graph import LocalText
from workflows.engine.node_type import Continue, NodeType, Note, Outcome, Scope, Wait
from workflows.engine.registry import Registry, registry
from workflows.engine.state import Awaits, Status
from workflows.testing import Harness

SUPERVISOR = Actor(id="9", name="陈静")
ASK = graph({"start": "start", "ask": "test.ask", "end": "end"}, "start>ask", "ask.yes>end", "ask.no>end")
CALL = graph({"start": "start", "call": "test.call", "end": "end"}, "start>call", "call>end")


@pytest.mark.parametrize(
    ("drawing", "event"),
    [
        (ASK, lambda wait: events.Signalled(token=wait["token"], visit=2, name="yes")),
        (CALL, lambda wait: events.ActivityDone(token=wait["token"], visit=2, attempt=1)),
        (CALL, lambda wait: events.ActivityDone(token=wait["token"], visit=1, attempt=2)),
        (CALL, lambda wait: events.ActivityFailed(**wait | {"visit": 2}, attempt=1, code="x.y", message="No.")),
        (CALL, lambda wait: events.ActivityFailed(**wait, attempt=2, code="x.y", message="No.")),
    ],
    ids=["signal of another visit", "done in another visit", "done in another attempt",
         "failed in another visit", "failed in another attempt"],
)  # fmt: skip
def test_an_event_of_another_visit_or_attempt_ends_no_wait(drawing: dict[str, Any], event: Any) -> None:
    run = Harness(drawing)
    run.start()
    before = run.state
    [token] = before.tokens.values()

    step = run.take(event({"token": token.id, "visit": token.visit}))

    assert not step.changed
    assert run.state is before


def test_a_question_that_fails_is_withdrawn_from_whoever_was_asked() -> None:
    run = Harness(ASK)
    run.start()
    [token] = run.state.tokens.values()

    step = run.take(events.ActivityFailed(token=token.id, visit=1, attempt=1, code="test.broken", message="Broken."))

    assert run.where() == ["ask!test.broken"]
    assert [(work.node, work.visit, work.attempt, work.payload) for work in step.inline] == [
        ("ask", 1, 1, {"op": "withdraw", "reason": "failed"})
    ]


def test_of_two_tokens_that_came_by_one_way_a_join_takes_the_older_and_keeps_the_other_for_the_next_round() -> None:
    run = Harness(
        graph({"start": "start", "f": fork("l", "m", "r"), "twice": "test.call", "r": "test.call", "j": "parallel",
               "z": "test.call", "end": "end"},
              "start>f", "f.l>twice", "f.m>twice", "f.r>r", "twice>j", "r>j", "j>z", "z>end")
    )  # fmt: skip
    run.start()
    for token in [token for token in run.state.tokens.values() if token.node == "twice"]:
        run.take(events.ActivityDone(token=token.id, visit=token.visit, attempt=token.attempt))
    older, younger = [token.id for token in run.state.tokens.values() if token.node == "j"]

    run.complete("r")

    assert [fact.absorbed for fact in run.facts if isinstance(fact, facts.Joined)] == [(older,)]
    assert run.state.tokens[younger].awaits is Awaits.SIBLINGS


def test_a_starved_join_opens_when_a_supervisor_sends_the_missing_branch_after_all() -> None:
    run = Harness(
        graph({"start": "start", "f": fork("l", "r"), "l": "test.ask", "r": "test.ask", "x": "end", "j": "parallel",
               "end": "end"},
              "start>f", "f.l>l", "f.r>r", "l.yes>j", "l.no>x", "r.yes>j", "r.no>x", "j>end")
    )  # fmt: skip
    run.start()
    run.signal("l", "yes")
    run.signal("r", "no")
    assert run.where() == ["j!join.starved"]

    run.force("r", actor=SUPERVISOR)
    assert run.where() == ["j!join.starved", "r"]
    run.signal("r", "yes")

    assert (run.state.status, run.state.tokens) == (Status.COMPLETED, {})


class Talk(NodeType[AskConfig]):
    """Deferred work that is asked for again whenever it was done, until somebody says bye."""

    key = "test.talk"
    title = LocalText(zh="谈", en="Talk")
    category = "data"
    icon = "bolt"
    performs = "deferred"
    waits: ClassVar[bool] = True
    Config = AskConfig

    @override
    def enter(self, scope: Scope[AskConfig]) -> Outcome:
        return Wait(awaits=Awaits.ACTIVITY, work=({"n": 1},))

    @override
    def resume(self, scope: Scope[AskConfig], event: Resumption) -> Outcome:
        if not isinstance(event, Signalled):
            again = not scope.data
            return Wait(awaits=Awaits.ACTIVITY if again else Awaits.SIGNAL, data={"again": again},
                        work=({"n": 2},) if again else ())  # fmt: skip
        if event.name == "heard":
            return Wait(awaits=Awaits.SIGNAL, data={"heard": True})
        return Continue(notes=(Note(what="said", actor=SUPERVISOR), Note(what="closed")), work=({"op": "close"},))


@pytest.fixture
def talk() -> Harness:
    """Stands in its first wait."""
    types = Registry()
    for kind in ("start", "end"):
        types.add(registry.get(kind))
    types.add(Talk())
    drawing = graph({"start": "start", "talk": "test.talk", "end": "end"}, "start>talk", "talk>end")
    run = Harness(drawing, node_types=types)
    run.start()
    return run


def test_a_wait_that_asks_for_more_deferred_work_is_armed_anew_and_one_that_only_learns_is_not(talk: Harness) -> None:
    talk.complete("talk")
    assert [(work.attempt, work.payload) for work in talk.deferred] == [(1, {"n": 1}), (2, {"n": 2})]

    talk.complete("talk")
    token = talk.token_at("talk")
    assert (token.awaits, token.attempt, token.data) == (Awaits.SIGNAL, 2, {"again": False})

    talk.signal("talk", "heard")
    token = talk.token_at("talk")
    assert (token.awaits, token.attempt, token.data) == (Awaits.SIGNAL, 2, {"heard": True})
    assert not talk.signal("talk", "heard").changed


def test_what_was_said_on_leaving_is_kept_with_who_said_it_and_the_closing_work_is_asked_for(talk: Harness) -> None:
    talk.complete("talk")
    talk.complete("talk")

    step = talk.signal("talk", "bye")

    assert [fact.what for fact in step.facts if isinstance(fact, facts.Noted)] == ["said", "closed"]
    assert step.actors == {0: SUPERVISOR}
    assert [(work.attempt, work.payload) for work in step.inline] == [(2, {"op": "close"})]


@pytest.mark.parametrize(("left", "right", "outcome"), [("a", "", "a"), ("", "b", "b"), ("a", "b", "b")])
def test_a_run_turns_out_as_the_last_end_says_that_says_anything(left: str, right: str, outcome: str) -> None:
    run = Harness(
        graph({"start": "start", "f": fork("l", "r"), "x": ("end", {"outcome": left}),
               "y": ("end", {"outcome": right})},
              "start>f", "f.l>x", "f.r>y")
    )  # fmt: skip
    run.start()

    assert [fact.outcome for fact in run.facts if isinstance(fact, facts.Completed)] == [outcome]
