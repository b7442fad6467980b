"""Runs on real rows: what a step leaves in each table, and what a repeated or late happening does not."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bedrock.clock import now
from tests.workflows.conftest import chain, live_flow
from tests.workflows.nodes import Deed
from workflows import jobs, scheduler
from workflows.actions.instances import deliver, start
from workflows.codec import encode_state
from workflows.engine.events import SYSTEM, ActivityDone, Actor
from workflows.engine.replay import Recorded, replay
from workflows.engine.state import State, Subject
from workflows.engine.work import Done, GiveUp, Retry
from workflows.models import ActivityJob, DefinitionVersion, HistoryEvent, Incident, Instance, Timer

pytestmark = pytest.mark.django_db(transaction=True)
SUBJECT = Subject(type="refund", id="R-1", title="R-1")
AMOUNT = {"amount": {"amount": "58.00", "currency": "CNY"}}


def begin(key: str, title: str = "R-1") -> str:
    with transaction.atomic():
        return start(
            key, subject=Subject(type="refund", id=title, title=title), variables=AMOUNT, requester=None,
            actor=SYSTEM, now=now(),
        ).instance_id  # fmt: skip


def replayed(instance_id: str) -> State:
    rows = HistoryEvent.objects.filter(instance=instance_id).order_by("seq")
    return replay(Recorded(seq=row.seq, kind=row.kind, data=row.data) for row in rows)


def make_available() -> None:
    ActivityJob.objects.update(available_at=now() - timedelta(seconds=1))


def test_deferred_work_runs_after_the_commit_and_ends_the_run(designer: User) -> None:
    live_flow("deed", chain(("work", "test.deed", {})), by=designer)

    instance_id = begin("deed")
    assert ActivityJob.objects.get().node == "work"
    assert Deed.calls == []

    assert jobs.perform_due() == 1

    row = Instance.objects.get(pk=instance_id)
    assert (row.status, row.ended_at is not None) == ("completed", True)
    assert Deed.calls == [f"{instance_id}:work:1"]
    assert not ActivityJob.objects.exists()
    kinds = HistoryEvent.objects.filter(instance=instance_id).order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["started", "moved", "waited", "moved", "ended", "completed"]


def test_folding_the_history_gives_the_stored_state(designer: User) -> None:
    live_flow("deed", chain(("work", "test.deed", {}), ("rest", "delay", {"after": "PT1H"})), by=designer)
    instance_id = begin("deed")

    for _ in range(2):
        assert encode_state(replayed(instance_id)) == Instance.objects.get(pk=instance_id).state
        jobs.perform_due()


def test_a_report_twice_changes_nothing_the_second_time(designer: User) -> None:
    live_flow("deed", chain(("work", "test.deed", {}), ("rest", "delay", {"after": "PT1H"})), by=designer)
    instance_id = begin("deed")
    done = ActivityDone(token=1, visit=1, attempt=1)

    with transaction.atomic():
        assert deliver(instance_id, done, now=now()).changed
    before = HistoryEvent.objects.count(), Instance.objects.get(pk=instance_id).state
    with transaction.atomic():
        assert not deliver(instance_id, done, now=now()).changed

    assert (HistoryEvent.objects.count(), Instance.objects.get(pk=instance_id).state) == before


def test_work_is_tried_again_and_then_becomes_an_incident(designer: User) -> None:
    live_flow("deed", chain(("work", "test.deed", {})), by=designer)
    Deed.answers += [Retry(code="remote.down", message="down", after_seconds=60), RuntimeError("boom")]
    instance_id = begin("deed")

    assert jobs.perform_due() == 1
    assert jobs.perform_due() == 0  # not before its time
    make_available()
    assert jobs.perform_due() == 1

    incident = Incident.objects.get(instance=instance_id)
    assert (incident.code, incident.node, incident.resolved_at) == ("activity.broke", "work", None)
    assert Instance.objects.get(pk=instance_id).incidents == 1
    assert not ActivityJob.objects.exists()


def test_work_that_gives_up_is_an_incident_at_once(designer: User) -> None:
    live_flow("deed", chain(("work", "test.deed", {})), by=designer)
    Deed.answers.append(GiveUp(code="refund.refused", message="no", params={"why": "closed"}))
    instance_id = begin("deed")

    jobs.perform_due()

    incident = Incident.objects.get(instance=instance_id)
    assert (incident.code, incident.params) == ("refund.refused", {"why": "closed"})


def test_a_job_of_a_dead_worker_comes_back_after_its_lease(designer: User) -> None:
    live_flow("deed", chain(("work", "test.deed", {})), by=designer)
    begin("deed")
    assert len(jobs._claim(overdue_seconds=0, limit=5)) == 1  # a worker that dies now

    assert jobs.perform_due() == 0
    make_available()
    assert jobs.perform_due() == 1

    assert Instance.objects.get().status == "completed"


def test_due_timers_fire_once_and_only_when_due(designer: User) -> None:
    live_flow("rest", chain(("rest", "delay", {"after": "PT1H"})), by=designer)
    ids = [begin("rest", f"R-{n}") for n in range(5)]
    assert Timer.objects.count() == 5

    assert scheduler.fire_due(now=now() + timedelta(minutes=59)) == 0
    assert scheduler.fire_due(now=now() + timedelta(minutes=61), limit=2) == 5
    assert scheduler.fire_due(now=now() + timedelta(minutes=62)) == 0

    assert {str(row.pk) for row in Instance.objects.filter(status="completed")} == set(ids)
    assert not Timer.objects.exists()


def test_versions_and_history_refuse_change_in_the_database(designer: User) -> None:
    live_flow("rest", chain(("rest", "delay", {"after": "PT1H"})), by=designer)
    begin("rest")
    before = list(HistoryEvent.objects.values_list("seq", "data")), DefinitionVersion.objects.get().note

    for sql in (
        "UPDATE workflows_definitionversion SET note = 'x'",
        "DELETE FROM workflows_definitionversion",
        "UPDATE workflows_historyevent SET kind = 'x'",
        "DELETE FROM workflows_historyevent",
    ):
        with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
            cursor.execute(sql)

    assert (list(HistoryEvent.objects.values_list("seq", "data")), DefinitionVersion.objects.get().note) == before


def test_statements_of_start_and_report_are_few(designer: User) -> None:
    live_flow("deed", chain(("work", "test.deed", {})), by=designer)
    begin("deed")

    with CaptureQueriesContext(connection) as started, transaction.atomic():
        second = start(
            "deed", subject=SUBJECT, variables=AMOUNT, requester=None, actor=Actor(id="1"), now=now()
        ).instance_id
    with CaptureQueriesContext(connection) as reported, transaction.atomic():
        deliver(second, ActivityDone(token=1, visit=1, attempt=1), now=now())

    assert _statements(started) == 1
    assert _statements(reported) == 2


def _statements(captured: CaptureQueriesContext) -> int:
    words = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return sum(not query["sql"].startswith(words) for query in captured.captured_queries)


def test_done_output_becomes_variables(designer: User) -> None:
    live_flow("deed", chain(("work", "test.deed", {}), ("rest", "delay", {"after": "PT1H"})), by=designer)
    Deed.answers.append(Done(output={"receipt": "S-1"}))
    instance_id = begin("deed")

    jobs.perform_due()

    assert Instance.objects.get(pk=instance_id).state["variables"]["receipt"] == "S-1"


def test_done_work_whose_next_step_is_refused_becomes_an_incident(designer: User) -> None:
    live_flow("deed", chain(("work", "test.deed", {}), ("no", "test.refusal", {})), by=designer)
    instance_id = begin("deed")

    jobs.perform_due()

    incident = Incident.objects.get(instance=instance_id)
    assert (incident.node, incident.code, incident.params) == ("work", "refund.already_paid", {"after": "done"})
    assert not ActivityJob.objects.exists()


def test_a_timer_whose_next_step_is_refused_becomes_an_incident_and_holds_up_nobody(designer: User) -> None:
    live_flow("bad", chain(("rest", "delay", {"after": "PT1H"}), ("no", "test.refusal", {})), by=designer)
    live_flow("good", chain(("rest", "delay", {"after": "PT1H"})), by=designer)
    bad, good = begin("bad"), begin("good", "R-2")

    assert scheduler.fire_due(now=now() + timedelta(hours=2)) == 2

    assert (Incident.objects.get().node, Incident.objects.get().code) == ("rest", "refund.already_paid")
    assert str(Incident.objects.get().instance) == bad
    assert Instance.objects.get(pk=good).status == "completed"
    assert not Timer.objects.exists()
    assert encode_state(replayed(bad)) == Instance.objects.get(pk=bad).state
