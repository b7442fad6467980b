"""A run for every order line: all at once, some at once, one after the other; and what ends the step early."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import User
from bedrock.clock import now
from tests.calls.flows import (
    EACH,
    LINES,
    begin,
    called_by,
    calling,
    intervene,
    packed,
    settle,
    statuses,
    variable,
    where,
)
from tests.workflows.conftest import live_flow
from workflows import invariants
from workflows.actions.instances import deliver
from workflows.actions.interventions import Intervention
from workflows.engine.events import SYSTEM, CancelRequested
from workflows.models import ActivityJob, CalledRun, HistoryEvent, Incident, Instance

pytestmark = pytest.mark.django_db
PARCELS = [f"P-{line['sku']}" for line in LINES]


@pytest.fixture(autouse=True)
def _whole(packing: None) -> Iterator[None]:
    yield
    assert invariants.broken() == []


def order(designer: User, *, exits: bool = False, **config: Any) -> str:
    """A run that has called for the packing of its lines."""
    live_flow("order", calling("for_each", EACH | config, exits=exits), by=designer)
    run = begin()
    settle()
    return run


def cancel(run: str) -> None:
    deliver(run, CancelRequested(actor=SYSTEM, reason="不再需要"), now=now())
    settle()


def test_pattern_14_every_line_of_the_order_has_a_run_and_the_results_come_in_the_order_of_the_lines(
    designer: User,
) -> None:
    run = order(designer)
    children = called_by(run)
    given = [Instance.objects.get(pk=child).state["variables"] for child in children]
    assert [(one["line"], one["number"], one["shop"]) for one in given] == [
        (line, number, "旗舰店") for number, line in enumerate(LINES, start=1)
    ]

    for child in reversed(children):
        assert where(run) == [("call", "runs")]
        packed(child)
        settle()

    assert (where(run), variable(run, "parcels")) == ([("after", "message")], PARCELS)
    [moved] = HistoryEvent.objects.filter(instance=run, kind="moved", node="call")
    assert moved.data["why"] == {"flow": "packing", "completed": 4, "cancelled": 0, "total": 4, "stopped": False}


def test_an_empty_list_passes_straight_through(designer: User) -> None:
    live_flow("order", calling("for_each", EACH), by=designer)

    run = begin(lines=[])

    assert (where(run), variable(run, "parcels")) == ([("after", "message")], [])
    assert (ActivityJob.objects.count(), CalledRun.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("lines", "most", "code"),
    [(None, 4, "for_each.list_missing"), (LINES, 3, "for_each.too_many")],
)
def test_no_list_and_too_long_a_list_are_incidents_and_nothing_is_called(
    designer: User, lines: Any, most: int, code: str
) -> None:
    live_flow("order", calling("for_each", EACH | {"most": most}), by=designer)

    run = begin(lines=lines)
    settle()

    assert (Incident.objects.get(instance=run).code, CalledRun.objects.count()) == (code, 0)


def test_one_after_the_other_begins_each_line_when_the_one_before_is_packed(designer: User) -> None:
    run = order(designer, order="sequence")

    for number in range(4):
        children = called_by(run)
        assert len(children) == number + 1
        packed(children[-1])
        settle()

    assert (where(run), variable(run, "parcels")) == ([("after", "message")], PARCELS)


def test_no_more_than_the_given_number_are_under_way_at_once(designer: User) -> None:
    run = order(designer, at_once=2)
    most = 0

    while running := [one for one in called_by(run) if statuses(one) == ["running"]]:
        most = max(most, len(running))
        packed(running[0])
        settle()

    assert (most, variable(run, "parcels")) == (2, PARCELS)


def test_pattern_35_cancelling_partial_join_stops_when_enough_are_packed_and_cancels_the_rest(designer: User) -> None:
    run = order(designer, stop_when="${completed} >= ${needed}")
    children = called_by(run)

    packed(children[3])
    settle()
    assert where(run) == [("call", "runs")]
    packed(children[1])
    settle()

    assert (where(run), variable(run, "parcels")) == ([("after", "message")], [PARCELS[1], PARCELS[3]])
    assert statuses(*children) == ["cancelled", "completed", "cancelled", "completed"]
    said = HistoryEvent.objects.filter(kind="cancelled").values_list("data__reason", flat=True)
    assert list(said) == ["caller.stopped", "caller.stopped"]


def test_pattern_34_static_partial_join_leaves_the_rest_to_run_and_nobody_waits_for_it(designer: User) -> None:
    run = order(designer, stop_when="${completed} * 2 > ${total} - 2", rest="let_run")
    first, second, *rest = called_by(run)

    for child in (first, second):
        packed(child)
        settle()
    assert (where(run), statuses(*rest)) == ([("after", "message")], ["running", "running"])

    intervene(run, Intervention(kind="cancel"))
    settle()
    assert statuses(*rest) == ["running", "running"]
    for child in rest:
        packed(child)
    settle()
    assert (statuses(run), variable(run, "parcels")) == (["cancelled"], PARCELS[:2])


def test_pattern_36_dynamic_partial_join_lets_a_condition_over_the_results_decide(designer: User) -> None:
    run = order(designer, stop_when="'P-SKU-2' in ${parcels}")
    children = called_by(run)

    packed(children[0])
    settle()
    assert where(run) == [("call", "runs")]
    packed(children[2])
    settle()

    assert variable(run, "parcels") == [PARCELS[0], PARCELS[2]]


def test_pattern_12_instances_without_synchronization_all_begin_and_the_caller_goes_on(designer: User) -> None:
    run = order(designer, wait=False, collect="", into="")

    assert (where(run), len(called_by(run))) == ([("after", "message")], 4)
    intervene(run, Intervention(kind="cancel"))
    settle()
    assert statuses(*called_by(run)) == ["running"] * 4


@pytest.mark.parametrize("kind", ["cancel", "force-advance"])
def test_a_caller_that_leaves_takes_all_of_its_lines_with_it(designer: User, kind: Any) -> None:
    run = order(designer)
    children = called_by(run)
    packed(children[0])

    intervene(run, Intervention(kind=kind, target="after" if kind == "force-advance" else None))
    settle()

    assert statuses(*children) == ["completed", "cancelled", "cancelled", "cancelled"]


def test_a_cancelled_line_is_an_incident_after_those_under_way_and_a_repair_repeats_only_that_line(
    designer: User,
) -> None:
    run = order(designer, at_once=2)
    first, second = called_by(run)
    cancel(first)
    assert (where(run), len(called_by(run))) == ([("call", "runs")], 2)

    packed(second)
    settle()
    incident = Incident.objects.get(instance=run)
    assert (incident.code, incident.params["items"], len(called_by(run))) == ("flow.cancelled", [0], 2)

    intervene(run, Intervention(kind="retry", token=incident.token))
    settle()
    assert statuses(first, second) == ["cancelled", "completed"]
    while running := [one for one in called_by(run) if statuses(one) == ["running"]]:
        packed(running[0], "Q")
        settle()
    assert variable(run, "parcels") == ["Q-SKU-0", "P-SKU-1", "Q-SKU-2", "Q-SKU-3"]
    assert CalledRun.objects.filter(caller=run).count() == 5


def test_a_cancelled_line_may_lead_out_or_be_left_out(designer: User) -> None:
    run = order(designer, exits=True, on_cancelled="exit")
    left, *others = called_by(run)
    cancel(left)
    for child in others:
        packed(child)
    settle()
    assert (statuses(run), variable(run, "parcels")) == (["completed"], PARCELS[1:])
    assert HistoryEvent.objects.get(instance=run, kind="moved", node="call").data["port"] == "cancelled"

    live_flow("lenient", calling("for_each", EACH | {"on_cancelled": "skip"}), by=designer)
    run = begin("lenient")
    settle()
    left, *others = called_by(run)
    cancel(left)
    for child in others:
        packed(child)
    settle()
    assert (where(run), variable(run, "parcels")) == ([("after", "message")], PARCELS[1:])


def test_a_long_list_is_started_in_several_transactions_and_each_item_once(designer: User) -> None:
    config = {"list": "parcels", "flow": "label", "item": "sku", "collect": "label", "into": "parcels", "most": 250}
    live_flow("order", calling("for_each", config), by=designer)
    names = [f"S{n}" for n in range(230)]

    run = begin(parcels=names)
    settle()

    assert (where(run), variable(run, "parcels")) == ([("after", "message")], names)
    assert CalledRun.objects.filter(caller=run, status="completed").count() == 230
    changed = HistoryEvent.objects.filter(instance=run, kind="changed").order_by("seq").values_list("data", flat=True)
    assert [(one["awaits"], one.get("kept"), "data" in one) for one in changed] == [
        ("activity", True, False), ("activity", True, False), ("runs", True, False),
    ]  # fmt: skip
