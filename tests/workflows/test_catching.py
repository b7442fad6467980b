"""Failed work on a database: the exit it leaves by, how often it is tried before, and what no exit ever takes."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from bedrock.clock import now
from tests.workflows.conftest import live_flow
from tests.workflows.nodes import Deed
from workflows import jobs
from workflows.actions.instances import start
from workflows.engine.events import SYSTEM
from workflows.engine.state import Subject
from workflows.engine.work import Done, GiveUp, JobResult, Retry
from workflows.models import ActivityJob, HistoryEvent, Incident, Instance, Timer
from workflows.replays import replay_one

pytestmark = pytest.mark.django_db(transaction=True)
DOWN = Retry(code="remote.down", message="Down.", after_seconds=60)


def flow(config: dict[str, Any], *, late: str = "delay") -> dict[str, Any]:
    """start → work → end; the work's `error` leads to another step first."""
    return {
        "format": 1,
        "variables": [],
        "nodes": [
            {"id": "start", "type": "start"},
            {"id": "work", "type": "test.deed", "config": config},
            {"id": "late", "type": late, "config": {"after": "PT1H"} if late == "delay" else {}},
            {"id": "end", "type": "end"},
        ],
        "edges": [
            {"id": "e1", "from": "start", "to": "work"},
            {"id": "e2", "from": "work", "to": "end"},
            {"id": "e3", "from": "work", "port": "error", "to": "late"},
            {"id": "e4", "from": "late", "to": "end"},
        ],
    }


ANY = {"on_error": [{"codes": ["*"], "port": "error"}]}


def begun(config: dict[str, Any], *, by: User, late: str = "delay") -> str:
    live_flow("deed", flow(config, late=late), by=by)
    with transaction.atomic():
        return start(
            "deed", subject=Subject(type="refund", id="R-1", title="R-1"), variables={}, requester=None, actor=SYSTEM,
            now=now(),
        ).instance_id  # fmt: skip


def tried(*answers: JobResult | Exception) -> list[float]:
    """Perform the work with these answers; for how many seconds it waits after each that is tried again."""
    Deed.answers += answers
    waits = []
    for _ in answers:
        ActivityJob.objects.update(available_at=now() - timedelta(seconds=1))
        assert jobs.perform_due() == 1
        waits += [(job.available_at - now()).total_seconds() for job in ActivityJob.objects.all()]
    return [round(seconds) for seconds in waits]


def test_work_that_gave_up_leaves_by_its_exit_and_leaves_no_job_and_no_incident(designer: User) -> None:
    instance_id = begun(ANY, by=designer)

    assert tried(GiveUp(code="remote.refused", message="No.", params={"why": "closed"})) == []

    moved = HistoryEvent.objects.get(instance=instance_id, kind="moved", node="work")
    assert (moved.data["port"], moved.data["to"]) == ("error", "late")
    assert moved.data["why"] == {"error": {"code": "remote.refused", "message": "No.", "params": {"why": "closed"}}}
    assert [timer.node for timer in Timer.objects.filter(instance=instance_id)] == ["late"]
    assert not Incident.objects.exists()
    assert (Instance.objects.get(pk=instance_id).status, Instance.objects.get(pk=instance_id).incidents) == (
        "running",
        0,
    )
    replayed = replay_one(instance_id)
    assert replayed is not None
    assert replayed.field is None


def test_tries_and_waits_are_those_of_the_flow_and_then_it_leaves_by_its_exit(designer: User) -> None:
    instance_id = begun(ANY | {"retry": {"tries": 4, "waits": [5, 20]}}, by=designer)

    assert tried(DOWN, RuntimeError("boom"), DOWN) == [5, 20, 20]
    assert not HistoryEvent.objects.filter(instance=instance_id, node="late").exists()
    assert tried(DOWN) == []

    assert HistoryEvent.objects.filter(instance=instance_id, kind="waited", node="late").count() == 1
    assert Deed.calls == [f"{instance_id}:work:1"] * 4


def test_a_single_try_is_a_policy_too_and_without_an_exit_the_failure_is_an_incident(designer: User) -> None:
    instance_id = begun({"retry": {"tries": 1}, "on_error": [{"codes": ["other.*"], "port": "error"}]}, by=designer)

    assert tried(DOWN) == []

    assert Incident.objects.get(instance=instance_id).code == "remote.down"


def test_nobody_comes_back_earlier_than_the_other_side_asked(designer: User) -> None:
    begun({"retry": {"tries": 3, "waits": [1]}} | ANY, by=designer)

    assert tried(Retry(code="remote.busy", message="Busy.", after_seconds=9, asked_seconds=9)) == [9]


def test_an_outcome_that_nobody_knows_is_no_failure_for_a_rule_about_any(designer: User) -> None:
    instance_id = begun(ANY | {"retry": {"tries": 2, "waits": [1]}}, by=designer)

    unknown = Retry(code="remote.cut", message="Cut.", after_seconds=1, is_outcome_unknown=True)
    assert tried(unknown, unknown) == [1]

    incident = Incident.objects.get(instance=instance_id)
    assert (incident.code, incident.node) == ("remote.cut", "work")


def test_done_work_whose_next_step_is_refused_does_not_leave_as_if_it_had_failed(designer: User) -> None:
    document = flow(ANY)
    document["nodes"].append({"id": "no", "type": "test.refusal"})
    document["edges"][1]["to"] = "no"
    document["edges"].append({"id": "e5", "from": "no", "to": "end"})
    live_flow("refused", document, by=designer)
    with transaction.atomic():
        started = start("refused", subject=Subject(type="refund", id="R-2"), variables={}, requester=None,
                        actor=SYSTEM, now=now())  # fmt: skip

    assert tried(Done()) == []

    incident = Incident.objects.get(instance=started.instance_id)
    assert (incident.code, incident.params) == ("refund.already_paid", {"after": "done"})
    assert not HistoryEvent.objects.filter(kind="moved", node="work").exists()


def test_an_exit_whose_next_step_is_refused_becomes_an_incident_and_is_not_tried_for_ever(designer: User) -> None:
    instance_id = begun(ANY, by=designer, late="test.refusal")

    assert tried(GiveUp(code="remote.refused", message="No.")) == []

    incident = Incident.objects.get(instance=instance_id)
    assert (incident.code, incident.node, incident.params) == (
        "refund.already_paid", "work", {"after": "remote.refused"},
    )  # fmt: skip
    assert not ActivityJob.objects.exists()
