"""The deciding half alone, in memory: ends that come in any order, together, twice or late, each counted once."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.calls.flows import EACH, LINES, ONE, SUPERVISOR, VALUES, calling
from workflows.codec import decode_state, encode_state
from workflows.engine import fact_document, facts
from workflows.engine.calls import encode_called
from workflows.engine.events import ActivityDone, Called, CalledEnded, Started
from workflows.engine.facts import Changed
from workflows.engine.fold import apply
from workflows.engine.state import Awaits, Caller, State, Status, Subject
from workflows.engine.step import Step
from workflows.engine.work import Work
from workflows.testing import Harness

CALLER = Caller(
    instance="0190c8f0-0000-7000-8000-000000000001", token=3, node="call", visit=2, item=5, waits=True,
    wants=("parcel",), depth=2,
)  # fmt: skip


class House:
    """A harness with the runs that its flow calls, kept as the shell would keep them."""

    def __init__(self, node_type: str, config: dict[str, Any], **variables: Any) -> None:
        self.harness = Harness(calling(node_type, config))
        self.runs: dict[str, Called] = {}
        self.recalled = 0
        self.note(self.harness.start(variables=VALUES | variables))

    def note(self, step: Step) -> None:
        """Do the inline work of a step."""
        for work in step.inline:
            self.do(work)

    def do(self, work: Work) -> None:
        match work.payload["do"]:
            case "start":
                for item, _ in work.payload["items"]:
                    assert item not in {one.item for one in self.runs.values()}, "an item was called twice"
                    self.runs[f"run-{item}"] = Called(run=f"run-{item}", item=item, status=Status.RUNNING)
            case "recall":
                self.recalled += 1

    def job(self) -> None:
        """The job of the step is done."""
        kept = [one for one in self.runs.values() if one.status is not Status.CANCELLED]
        self.note(self.harness.complete("call", standing=encode_called(kept)))

    def end(self, item: int, status: Status = Status.COMPLETED) -> None:
        """A called run is over; nobody is told yet."""
        run = self.runs[f"run-{item}"]
        self.runs[run.run] = replace(run, status=status, output={"parcel": f"P-{item}"})

    def tell(self, *, token: int = 1) -> Step:
        """The caller is told how all stand."""
        step = self.harness.take(CalledEnded(token=token, visit=1, standing=tuple(self.runs.values())))
        self.note(step)
        return step

    def running(self) -> list[int]:
        return [one.item for one in self.runs.values() if one.status is Status.RUNNING]


def test_an_end_that_is_told_twice_or_late_changes_nothing() -> None:
    house = House("subflow", ONE)
    house.job()
    assert not house.tell().changed
    house.end(0)
    assert house.tell().changed
    assert (house.harness.where(), house.harness.state.variables["parcel"]) == (["after"], "P-0")

    assert not house.tell().changed
    assert house.harness.where() == ["after"]


def test_a_report_of_a_job_that_comes_twice_calls_nothing_again() -> None:
    house = House("subflow", ONE)
    job = house.harness.token_at("call")
    house.job()

    late = Harness(house.harness.plan)
    late.state = house.harness.state
    step = late.take(ActivityDone(token=job.id, visit=job.visit, attempt=job.attempt, output={"standing": []}))
    assert (step.changed, list(house.runs)) == (False, ["run-0"])


def test_an_end_that_is_told_while_more_are_being_started_is_not_lost() -> None:
    house = House("for_each", EACH | {"most": 150}, lines=[LINES[0]] * 150)
    house.job()
    assert (len(house.runs), house.harness.token_at("call").awaits) == (100, Awaits.ACTIVITY)
    for item in range(100):
        house.end(item)
    assert not house.tell().changed

    house.job()
    assert (len(house.runs), house.harness.token_at("call").awaits) == (150, Awaits.RUNS)
    for item in range(100, 150):
        house.end(item)
    house.tell()
    assert house.harness.state.variables["parcels"] == [f"P-{item}" for item in range(150)]


def test_what_a_call_has_in_hand_is_recalled_once_when_its_token_is_taken_away() -> None:
    house = House("for_each", EACH)
    house.job()

    house.note(house.harness.force("after", actor=SUPERVISOR))

    assert (house.recalled, house.harness.where()) == (1, ["after"])
    house.end(0)
    assert not house.tell().changed


def test_a_call_that_failed_answers_for_its_runs_until_it_is_left() -> None:
    house = House("for_each", EACH)
    house.job()
    house.harness.break_down("call")
    assert (house.recalled, house.harness.where()) == (0, ["call!test.broken"])

    house.note(house.harness.force("after", actor=SUPERVISOR))

    assert house.recalled == 1


def test_a_call_that_fails_and_is_left_by_an_exit_for_that_recalls_what_is_under_way() -> None:
    caught = {"on_error": [{"codes": ["test.*"], "port": "error"}]}
    drawing = calling("for_each", EACH | caught)
    drawing["edges"].append({"id": "e9", "from": "call", "port": "error", "to": "after"})
    house = House("for_each", EACH)
    house.harness = Harness(drawing)
    house.note(house.harness.start(variables=VALUES))
    house.job()

    house.note(house.harness.break_down("call"))

    assert (house.recalled, house.harness.where()) == (1, ["after"])


@given(
    total=st.integers(1, 7),
    width=st.one_of(st.none(), st.integers(1, 3)),
    order=st.sampled_from(["parallel", "sequence"]),
    choices=st.lists(st.tuples(st.integers(0, 50), st.booleans()), min_size=8, max_size=20),
)
def test_whatever_the_order_of_ends_and_tellings_the_step_is_left_once_with_all_results(
    total: int, width: int | None, order: str, choices: list[tuple[int, bool]]
) -> None:
    settings = {"order": order} | ({"at_once": width} if width is not None else {})
    house = House("for_each", EACH | settings, lines=LINES[:1] * total)
    house.job()
    most = 1 if order == "sequence" else width or total

    left = 0
    for which, is_told in [*choices, *[(0, True)] * (2 * total)]:
        if running := house.running():
            assert len(running) <= most
            house.end(running[which % len(running)])
        if is_told:
            left += any(isinstance(fact, facts.Moved) for fact in house.tell().facts)

    assert left == 1
    assert house.harness.state.variables["parcels"] == [f"P-{item}" for item in range(total)]
    again = State()
    for fact in house.harness.facts:
        apply(again, fact_document.decode(fact.kind, fact_document.encode(fact)))
    assert encode_state(again) == encode_state(house.harness.state)


def test_a_run_knows_its_caller_from_its_first_fact_on() -> None:
    harness = Harness(calling("subflow", ONE))
    harness.take(Started(subject=Subject(type="order", id="1"), variables=VALUES, caller=CALLER))

    assert harness.state.caller == CALLER
    document = encode_state(harness.state)
    assert decode_state(json.dumps(document)).caller == CALLER
    first = harness.facts[0]
    assert fact_document.decode("started", json.loads(json.dumps(fact_document.encode(first)))) == first


def test_data_that_a_change_keeps_is_not_written_again() -> None:
    house = House("for_each", EACH | {"order": "sequence"})
    house.job()
    changed = house.harness.facts[-1]
    assert isinstance(changed, Changed)
    assert (changed.kept, changed.data, house.harness.token_at("call").data["items"]) == (True, None, LINES)
