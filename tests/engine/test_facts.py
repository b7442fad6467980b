"""Facts are the memory of a run: they fold to its state, survive JSON, and number every wait once and for ever."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, get_args

import pytest
from typing_extensions import override

from bedrock.errors import Conflict
from tests.engine.flows import Ask, AskConfig, Call, fork, graph, in_a_row, money, when
from tests.engine.player import recorded
from workflows.codec import decode_state, encode_state
from workflows.engine import events, facts
from workflows.engine.events import Actor
from workflows.engine.fact_document import decode, encode
from workflows.engine.facts import Fact
from workflows.engine.graph import LocalText
from workflows.engine.node_type import Continue, Ignore, NodeType, Outcome, Refuse, Scope, Wait
from workflows.engine.nodes.parallel import Parallel, ParallelConfig
from workflows.engine.registry import Registry, registry
from workflows.engine.replay import replay
from workflows.engine.state import Awaits, Json, Status, Subject
from workflows.testing import Harness

SUPERVISOR = Actor(id="9", name="陈静")
EVERYTHING = graph(
    {"start": "start", "f": fork("l", "r"), "l": "test.ask", "r": ("delay", {"after": "PT1H"}), "j": "parallel",
     "call": "test.call", "last": "test.ask", "end": ("end", {"outcome": "done"})},
    "start>f", "f.l>l", "f.r>r", "l.yes>j", "l.no~1>l", "r>j", "j>call", "call>last", "last.yes>end", "last.no~2>last",
)  # fmt: skip
TWO_ASKS = graph(
    {"start": "start", "one": "test.ask", "two": "test.ask", "end": "end"},
    "start>one", "one.yes>two", "one.no>end", "two.yes>end", "two.no>end",
)  # fmt: skip
TWO_CALLS = graph({"start": "start", "one": "test.call", "two": "test.call", "end": "end"},
                  *in_a_row("start", "one", "two", "end"))  # fmt: skip


def _everything() -> Harness:
    """A run that leaves every kind of fact."""
    run = Harness(EVERYTHING)
    run.start(subject=Subject(type="order", id="O-1", title="订单", facts=({"key": "total", "value": "1.00"},)),
              variables={"reason": "尺码", "n": None}, requester="7")  # fmt: skip
    run.signal("l", "remark", text="快一点")
    run.signal("l", "no")
    run.signal("l", "yes")
    run.wind(hours=1)
    run.break_down("call")
    _repair(run, "call")
    run.complete("call", receipt="S-1")
    run.force("j", actor=SUPERVISOR)
    run.complete("call", receipt="S-2")
    run.signal("last", "yes")
    return run


def _repair(run: Harness, node: str) -> events.Repaired:
    token = run.token_at(node)
    event = events.Repaired(token=token.id, visit=token.visit, attempt=token.attempt, actor=SUPERVISOR)
    run.take(event)
    return event


def test_a_run_can_leave_every_kind_of_fact() -> None:
    cancelled = Harness(TWO_ASKS)
    cancelled.start()
    cancelled.take(events.CancelRequested(actor=SUPERVISOR, reason="buyer"))
    rearmed = Harness(graph({"start": "start", "pester": "test.pester", "end": "end"},
                            *in_a_row("start", "pester", "end")), node_types=_with(Pester()))  # fmt: skip
    rearmed.start()
    rearmed.signal("pester", "again")

    migrated = Harness(TWO_ASKS)
    migrated.start()
    migrated.migrate(TWO_ASKS, actor=SUPERVISOR)

    returned = Harness(TWO_ASKS)
    returned.start()
    returned.signal("one", "yes")
    returned.signal("two", "return", to="one", how={"resumes": True})
    returned.signal("one", "yes")

    kinds = {type(fact) for run in (_everything(), cancelled, rearmed, migrated, returned) for fact in run.facts}

    assert kinds == set(get_args(Fact))


def test_folding_the_facts_gives_the_state_at_every_step() -> None:
    run = _everything()
    assert run.state.status is Status.COMPLETED
    assert replay(recorded(run.facts)) == run.state
    assert run.state.seq == len(run.facts)


def test_a_fact_survives_json() -> None:
    for fact in _everything().facts:
        stored = json.loads(json.dumps(encode(fact)))
        assert decode(fact.kind, stored) == fact


def test_the_reasons_of_a_gateway_are_those_of_its_moment_however_late_they_are_read() -> None:
    run = Harness(
        graph({"start": "start", "x": when("small", "${a} < ${b}"), "ask": "test.call", "end": "end"},
              "start>x", "x.small>ask", "x.otherwise>ask", "ask>end")
    )  # fmt: skip
    run.start(variables={"a": money("1.00"), "b": money("2.00")})
    run.complete("ask", a=money("3.00"))
    moved = next(fact for fact in run.facts if isinstance(fact, facts.Moved) and fact.node == "x")

    stored = json.loads(json.dumps(encode(moved)))

    assert stored["why"] == {"conditions": [{"port": "small", "because": "1.00 CNY < 2.00 CNY → true"}]}
    assert decode("moved", stored) == moved


def test_a_state_survives_json_with_the_order_of_its_tokens() -> None:
    run = Harness(EVERYTHING)
    run.start(variables={"reason": "尺码"})
    run.signal("l", "no")

    again = decode_state(json.dumps(encode_state(run.state)))

    assert again == run.state
    assert list(again.tokens) == list(run.state.tokens)


def test_an_unknown_kind_of_fact_is_refused() -> None:
    with pytest.raises(KeyError):
        decode("dreamed", {})


def test_a_second_yes_to_the_first_question_does_not_answer_the_next() -> None:
    run = Harness(TWO_ASKS)
    run.start()
    first = run.token_at("one")
    yes = events.Signalled(token=first.id, visit=first.visit, name="yes")
    assert run.take(yes).changed

    assert not run.take(yes).changed
    assert run.where() == ["two"]


def test_a_second_report_of_the_first_job_does_not_complete_the_next() -> None:
    run = Harness(TWO_CALLS)
    run.start()
    first = run.token_at("one")
    done = events.ActivityDone(token=first.id, visit=first.visit, attempt=first.attempt)
    failed = events.ActivityFailed(
        token=first.id, visit=first.visit, attempt=first.attempt, code="test.broken", message=""
    )
    assert run.take(done).changed

    assert not run.take(done).changed
    assert not run.take(failed).changed
    assert run.where() == ["two"]


def test_a_second_repair_of_the_first_incident_does_not_touch_the_next() -> None:
    run = Harness(TWO_CALLS)
    run.start()
    run.break_down("one")
    first = _repair(run, "one")
    run.complete("one")
    run.break_down("two")

    assert not run.take(first).changed
    assert run.where() == ["two!test.broken"]


def test_an_answer_from_before_a_repair_does_not_answer_the_question_asked_again() -> None:
    run = Harness(EVERYTHING)
    run.start()
    run.signal("l", "no")
    asked = run.token_at("l")
    no = events.Signalled(token=asked.id, visit=asked.visit, name="no")
    run.take(no)
    assert run.where() == ["l!loop.exhausted", "r"]
    _repair(run, "l")
    assert (run.where(), run.token_at("l").visit) == (["l", "r"], asked.visit)

    assert not run.take(no).changed


def test_no_two_incidents_of_a_run_have_the_same_number_and_attempt() -> None:
    run = Harness(TWO_CALLS)
    run.start()
    for node in ("one", "one", "two", "two"):
        run.break_down(node)
        _repair(run, node)
        if len([fact for fact in run.facts if isinstance(fact, facts.Failed)]) == 2:
            run.complete("one")

    incidents = [(fact.token, fact.attempt) for fact in run.facts if isinstance(fact, facts.Failed)]

    assert len(incidents) == 4
    assert len(set(incidents)) == 4


def test_a_gateway_that_joined_and_then_failed_goes_on_when_it_is_retried() -> None:
    run = Harness(
        graph({"start": "start", "a": "test.ask", "f": fork("l", "r"), "j": "parallel", "x": "end"},
              "start>a", "a.yes>f", "a.no>x", "f.l>j", "f.r>j", "j~1>a")
    )  # fmt: skip
    run.start()
    run.signal("a", "yes")
    run.signal("a", "yes")
    assert run.where() == ["j!loop.exhausted"]

    _repair(run, "j")

    assert run.where() == ["j!loop.exhausted"]  # not waiting for branches that it has already joined


def test_a_second_token_of_one_way_into_a_join_does_not_open_it() -> None:
    run = Harness(
        graph({"start": "start", "f": fork("l", "m", "r"), "twice": "test.call", "r": "test.call", "j": "parallel",
               "z": "test.call", "end": "end"},
              "start>f", "f.l>twice", "f.m>twice", "f.r>r", "twice>j", "r>j", "j>z", "z>end")
    )  # fmt: skip
    run.start()
    for token in [token for token in run.state.tokens.values() if token.node == "twice"]:
        run.take(events.ActivityDone(token=token.id, visit=token.visit, attempt=token.attempt))
    assert run.where() == ["j", "j", "r"]

    run.complete("r")

    assert run.where() == ["j", "z"]
    run.complete("z")
    assert run.where() == ["j!join.starved"]


def test_a_starved_join_can_be_retried_only_once_per_incident() -> None:
    run = Harness(
        graph({"start": "start", "f": fork("l", "r"), "l": "test.ask", "x": "end", "j": "parallel", "end": "end"},
              "start>f", "f.l>l", "f.r>x", "l.yes>j", "l.no>j", "j>end")
    )  # fmt: skip
    run.start()
    run.signal("l", "yes")
    assert run.where() == ["j!join.starved"]

    repaired = _repair(run, "j")

    assert run.where() == ["j!join.starved"]
    assert not run.take(repaired).changed


class Sulk(NodeType[AskConfig]):
    """Answers nothing useful when entered, in the way its node's id says."""

    key = "test.sulk"
    title = LocalText(zh="闹", en="Sulk")
    category = "data"
    icon = "bolt"
    waits: ClassVar[bool] = True
    Config = AskConfig

    answers: ClassVar[Mapping[str, Outcome]] = {
        "ignores": Ignore(),
        "refuses": Refuse(error=Conflict("test.no", "No.")),
        "waits_for_nothing": Wait(awaits=Awaits.NOTHING),
        "waits_for_no_time": Wait(awaits=Awaits.TIMER),
        "waits_for_no_job": Wait(awaits=Awaits.ACTIVITY),
        "waits_for_siblings": Wait(awaits=Awaits.SIBLINGS),
    }

    @override
    def enter(self, scope: Scope[AskConfig]) -> Outcome:
        return self.answers[scope.node]


class Pester(NodeType[AskConfig]):
    """Asks for work again without any other change, or, told `later`, to be woken in an hour."""

    key = "test.pester"
    title = LocalText(zh="催", en="Pester")
    category = "data"
    icon = "bolt"
    performs = "inline"
    waits: ClassVar[bool] = True
    Config = AskConfig

    @override
    def enter(self, scope: Scope[AskConfig]) -> Outcome:
        return Wait(awaits=Awaits.SIGNAL)

    @override
    def resume(self, scope: Scope[AskConfig], event: events.Resumption) -> Outcome:
        work: tuple[Mapping[str, Json], ...] = ({"op": "nudge"},)
        match event:
            case events.Signalled(name="later"):
                return Wait(awaits=Awaits.SIGNAL, due_at=scope.now + timedelta(hours=1))
            case events.Signalled():
                return Wait(awaits=Awaits.SIGNAL, work=work)
            case _:
                return Continue()


class EagerJoin(Parallel):
    """Would go on for any event, if the engine let one through."""

    key = "test.eager_join"

    @override
    def resume(self, scope: Scope[ParallelConfig], event: events.Resumption) -> Outcome:
        return Continue()


def _with(*more: NodeType[Any]) -> Registry:
    own = Registry()
    for node_type in (*registry, Ask(), Call(), *more):
        own.add(node_type)
    return own


@pytest.mark.parametrize("node", sorted(Sulk.answers))
def test_a_node_that_leaves_its_token_nowhere_is_an_incident_not_silence(node: str) -> None:
    run = Harness(graph({"start": "start", node: "test.sulk", "end": "end"}, *in_a_row("start", node, "end")),
                  node_types=_with(Sulk()))  # fmt: skip

    run.start()

    code = "node.undecided" if node in ("ignores", "refuses") else "node.endless_wait"
    assert run.where() == [f"{node}!{code}"]
    assert replay(recorded(run.facts)) == run.state


def test_work_asked_for_while_nothing_else_changes_is_not_lost() -> None:
    run = Harness(graph({"start": "start", "pester": "test.pester", "end": "end"}, *in_a_row("start", "pester", "end")),
                  node_types=_with(Pester()))  # fmt: skip
    run.start()

    step = run.signal("pester", "again")

    assert (step.changed, [work.payload for work in step.inline]) == (True, [{"op": "nudge"}])


def test_the_timer_of_an_earlier_arming_finds_nobody_when_the_later_one_is_due() -> None:
    run = Harness(graph({"start": "start", "pester": "test.pester", "end": "end"}, *in_a_row("start", "pester", "end")),
                  node_types=_with(Pester()))  # fmt: skip
    run.start()
    run.signal("pester", "later")
    old = run.token_at("pester")
    run.now += timedelta(minutes=30)
    run.signal("pester", "later")
    assert run.token_at("pester").attempt == old.attempt + 1
    run.now += timedelta(hours=2)

    assert not run.take(events.TimerDue(token=old.id, visit=old.visit, attempt=old.attempt)).changed
    assert len(run.wind(minutes=1)) == 1
    assert run.state.status is Status.COMPLETED


def test_no_event_reaches_a_token_that_waits_for_its_siblings() -> None:
    run = Harness(
        graph({"start": "start", "f": fork("l", "r"), "r": "test.call", "j": "test.eager_join", "end": "end"},
              "start>f", "f.l>j", "f.r>r", "r>j", "j>end"), node_types=_with(EagerJoin()),
    )  # fmt: skip
    run.start()
    token = run.token_at("j")

    for event in (
        events.Signalled(token=token.id, visit=token.visit, name="go"),
        events.TimerDue(token=token.id, visit=token.visit, attempt=token.attempt),
        events.ActivityDone(token=token.id, visit=token.visit, attempt=token.attempt),
    ):
        assert not run.take(event).changed
    assert run.where() == ["j", "r"]
