"""A step that calls another flow: what it gives and takes, and what becomes of both when either ends too early."""

from typing import Any

import pytest

from accounts.models import User
from bedrock.clock import now
from tests.calls.flows import (
    ONE,
    PACKING,
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
from workflows import invariants, jobs, runtime
from workflows.actions.calls import attend_due
from workflows.actions.definitions import publish, save_draft
from workflows.actions.instances import deliver
from workflows.actions.interventions import Intervention
from workflows.engine.events import SYSTEM, CancelRequested
from workflows.models import ActivityJob, CalledRun, Definition, HistoryEvent, Incident, Instance

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _whole(packing: None) -> Any:
    yield
    assert invariants.broken() == []


def order(designer: User, *, exits: bool = False, **config: Any) -> str:
    """A run that has called for the packing of one line, and the called run."""
    live_flow("order", calling("subflow", ONE | config, exits=exits), by=designer)
    run = begin()
    settle()
    return run


def test_a_called_run_begins_with_what_it_is_given_and_is_about_the_same_subject(designer: User) -> None:
    live_flow("order", calling("subflow", ONE), by=designer)
    run = begin()
    assert (where(run), CalledRun.objects.count()) == ([("call", "activity")], 0)

    assert jobs.perform_due() == 1

    [child] = called_by(run)
    row = Instance.objects.get(pk=child)
    assert (row.status, row.subject_id, row.requester) == ("running", "ORD-1", "3")
    assert row.state["variables"] == {
        "line": {"sku": "SKU-0", "quantity": 1}, "number": None, "shop": "旗舰店", "parcel": None,
    }  # fmt: skip
    assert row.state["caller"] == {
        "instance": run, "token": 1, "node": "call", "visit": 1, "item": 0, "waits": True, "wants": ["parcel"],
        "depth": 1,
    }  # fmt: skip
    assert (where(run), ActivityJob.objects.count()) == ([("call", "runs")], 0)


def test_the_caller_goes_on_with_what_it_takes_back_when_the_called_run_is_over(designer: User) -> None:
    run = order(designer)
    [child] = called_by(run)
    assert (attend_due(now=now()), where(run)) == (0, [("call", "runs")])

    packed(child)
    assert (statuses(child), where(run)) == (["completed"], [("call", "runs")])
    settle()

    assert (where(run), variable(run, "parcel")) == ([("after", "message")], "P-SKU-0")
    moved = HistoryEvent.objects.get(instance=run, kind="moved", node="call")
    assert moved.data["why"] == {"flow": "packing", "runs": [child]}
    assert attend_due(now=now()) == 0


def test_a_called_run_that_is_over_at_once_is_told_like_any_other(designer: User) -> None:
    config = {
        "flow": "label", "given": [{"variable": "sku", "value": "${first.sku}"}],
        "take": [{"variable": "parcel", "result": "label"}],
    }  # fmt: skip
    live_flow("order", calling("subflow", config), by=designer)
    run = begin()

    settle()

    assert (where(run), variable(run, "parcel")) == ([("after", "message")], "SKU-0")


def test_a_step_that_does_not_wait_goes_on_at_once_and_the_called_run_lives_alone(designer: User) -> None:
    run = order(designer, wait=False, take=[])
    [child] = called_by(run)
    assert (where(run), statuses(child)) == ([("after", "message")], ["running"])

    intervene(run, Intervention(kind="cancel"))
    settle()

    assert statuses(run, child) == ["cancelled", "running"]
    packed(child)
    settle()
    assert statuses(run, child) == ["cancelled", "completed"]


def test_each_call_runs_the_version_that_is_live_when_it_begins(designer: User) -> None:
    run = order(designer)
    packing = Definition.objects.get(key="packing")
    renamed = PACKING | {"nodes": [*PACKING["nodes"][:1], PACKING["nodes"][1] | {"name": {"en": "Pack"}},
                                   PACKING["nodes"][2]]}  # fmt: skip
    save_draft(str(packing.pk), revision=1, graph=renamed, layout={}, actor=designer, now=now())
    publish(str(packing.pk), revision=2, note="second", actor=designer, now=now())
    later = begin()
    settle()

    [old], [new] = called_by(run), called_by(later)
    assert [Instance.objects.get(pk=one).version.number for one in (old, new)] == [1, 2]
    for child in (old, new):
        packed(child)
    settle()
    assert where(run) == where(later) == [("after", "message")]


@pytest.mark.parametrize("kind", ["cancel", "force-advance"])
def test_a_caller_that_leaves_takes_its_called_runs_with_it(designer: User, kind: Any) -> None:
    run = order(designer)
    [child] = called_by(run)

    intervene(run, Intervention(kind=kind, target="after" if kind == "force-advance" else None))
    assert statuses(child) == ["running"]
    settle()

    assert statuses(child) == ["cancelled"]
    last = HistoryEvent.objects.get(instance=child, kind="cancelled")
    said = "caller.cancelled" if kind == "cancel" else "caller.forced"
    assert (last.actor_name, last.source, last.data["reason"]) == ("陈静", "person", said)
    assert statuses(run) == ["cancelled" if kind == "cancel" else "running"]


def test_a_caller_that_leaves_before_its_job_is_done_never_calls(designer: User) -> None:
    live_flow("order", calling("subflow", ONE), by=designer)
    run = begin()

    intervene(run, Intervention(kind="cancel"))
    settle()

    assert (called_by(run), ActivityJob.objects.count()) == ([], 0)


def cancel(run: str) -> None:
    deliver(run, CancelRequested(actor=SYSTEM, reason="不再需要"), now=now())
    settle()


def test_a_called_run_that_somebody_cancels_is_an_incident_of_the_caller_and_a_repair_calls_again(
    designer: User,
) -> None:
    run = order(designer)
    [child] = called_by(run)

    cancel(child)

    incident = Incident.objects.get(instance=run)
    assert (incident.code, incident.params["runs"]) == ("flow.cancelled", [child])
    intervene(run, Intervention(kind="retry", token=incident.token))
    settle()
    [again] = set(called_by(run)) - {child}
    packed(again)
    settle()
    assert (where(run), variable(run, "parcel")) == ([("after", "message")], "P-SKU-0")


def test_a_cancelled_called_run_leads_out_by_an_exit_if_there_is_one(designer: User) -> None:
    run = order(designer, exits=True, on_cancelled="exit")
    [child] = called_by(run)

    cancel(child)

    assert (statuses(run), Incident.objects.count()) == (["completed"], 0)


def test_a_result_that_does_not_fit_is_an_incident_and_its_repair_does_not_run_the_flow_again(designer: User) -> None:
    run = order(designer)
    [child] = called_by(run)
    packed(child)
    CalledRun.objects.filter(pk=child).update(output={"parcel": 7})
    settle()
    incident = Incident.objects.get(instance=run)
    assert (incident.code, incident.params["variable"]) == ("flow.result_unfit", "parcel")

    CalledRun.objects.filter(pk=child).update(output={"parcel": "P-SKU-0"})
    intervene(run, Intervention(kind="retry", token=incident.token))
    settle()

    assert (called_by(run), variable(run, "parcel")) == ([child], "P-SKU-0")


def test_a_supervisor_who_jumps_past_a_failed_call_takes_what_it_has_called_along(designer: User) -> None:
    run = order(designer)
    [child] = called_by(run)
    assert runtime.give_up(run, ValueError("x"), waits=lambda state: list(state.tokens.values()), now=now())
    settle()
    assert (where(run), statuses(child)) == ([("call", "repair")], ["running"])

    intervene(run, Intervention(kind="force-advance", target="after"))
    settle()

    assert statuses(child) == ["cancelled"]


@pytest.mark.parametrize("breaks", ["retired", "variables"])
def test_a_flow_that_can_no_longer_be_called_is_an_incident(designer: User, breaks: str) -> None:
    live_flow("order", calling("subflow", ONE), by=designer)
    if breaks == "retired":
        Definition.objects.filter(key="packing").update(retired_at=now())
    else:
        packing = Definition.objects.get(key="packing")
        kept = [one for one in PACKING["variables"] if one["name"] != "shop"]
        save_draft(
            str(packing.pk), revision=1, graph=PACKING | {"variables": kept}, layout={}, actor=designer, now=now()
        )
        publish(str(packing.pk), revision=2, note="second", actor=designer, now=now())

    run = begin()
    settle()

    code = "flow.not_live" if breaks == "retired" else "flow.variables_unfit"
    assert (Incident.objects.get(instance=run).code, called_by(run)) == (code, [])
