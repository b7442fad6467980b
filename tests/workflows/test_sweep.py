"""The sweep: what breaks in it is told, and holds up nothing else; slow work never holds up a due time."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.db import close_old_connections, connection, transaction

from accounts.models import User
from bedrock.clock import now
from bedrock.errors import Conflict
from tests.workflows.conftest import chain, live_flow
from tests.workflows.nodes import Deed
from tests.workflows.test_runtime import begin, make_available
from workflows import jobs, scheduler, store, wings
from workflows.engine.work import Done, Job, JobResult
from workflows.models import ActivityJob, Heartbeat, HistoryEvent, Incident, Instance, Timer

pytestmark = pytest.mark.django_db(transaction=True)
REST = chain(("rest", "delay", {"after": "PT1H"}))
DEED = chain(("work", "test.deed", {}))
PATIENCE = 20.0


@pytest.fixture
def janitors(monkeypatch: pytest.MonkeyPatch) -> list[wings.Janitor]:
    """The janitors of this test alone."""
    declared: list[wings.Janitor] = []
    monkeypatch.setattr(wings, "_janitors", declared)
    return declared


@pytest.fixture(autouse=True)
def _nobody_rests() -> Iterator[None]:
    yield
    scheduler.forget()


def told(caplog: pytest.LogCaptureFixture, action: str) -> int:
    return sum(getattr(record, "action", "") == action for record in caplog.records)


def unreadable(instance_id: str) -> None:
    """A state that nothing can read any more, as after a bad restore."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE workflows_instance SET state = state - 'tokens' WHERE id = %s", [instance_id])


@pytest.mark.parametrize("error", [Conflict("refund.closed", "Expected an open refund."), RuntimeError("boom")])
def test_a_janitor_that_breaks_is_told_and_the_others_work(
    janitors: list[wings.Janitor], caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def breaks(*, now: datetime) -> int:
        raise error

    def moves(*, now: datetime) -> int:
        return 3

    janitors += [breaks, moves]

    assert scheduler.sweep_chores() == 3
    assert told(caplog, "workflows.chore_broke") == 1


def test_a_run_that_nobody_can_read_holds_up_no_due_time_and_no_heartbeat(
    designer: User, caplog: pytest.LogCaptureFixture
) -> None:
    live_flow("rest", REST, by=designer)
    bad, good = begin("rest"), begin("rest", "R-2")
    Timer.objects.update(due_at=now() - timedelta(minutes=1))
    for row in Instance.objects.all():
        row.state["tokens"][0]["due_at"] = "2026-01-01T00:00:00+00:00"
        row.save(update_fields=["state"])
    unreadable(bad)
    history = HistoryEvent.objects.filter(instance=bad).count()

    assert scheduler.sweep_timers() == 1
    assert Instance.objects.get(pk=good).status == "completed"
    assert Heartbeat.objects.get(name="scheduler").at > now() - timedelta(minutes=1)
    assert (Instance.objects.get(pk=bad).status, HistoryEvent.objects.filter(instance=bad).count()) == (
        "running", history,
    )  # fmt: skip

    assert scheduler.sweep_timers() == 0  # it rests
    assert told(caplog, "workflows.timer_broke") == 1
    scheduler.fire_due(now=now() + timedelta(seconds=2 * scheduler.REST_SECONDS))  # and is tried again
    assert told(caplog, "workflows.timer_broke") == 2


def test_sweeps_share_what_is_due_and_each_passes_over_what_another_has_claimed(designer: User) -> None:
    live_flow("rest", REST, by=designer)
    runs = [begin("rest", f"R-{number}") for number in range(60)]
    later, fired = now() + timedelta(hours=2), list[int]()

    def other() -> None:
        fired.append(scheduler.fire_due(now=later, limit=10))
        close_old_connections()
        connection.close()

    with transaction.atomic():
        claimed = store.claim_due(now=later, limit=10, besides=())
        beside = threading.Thread(target=other)
        beside.start()
        beside.join(PATIENCE)

        assert fired == [50]
    assert scheduler.fire_due(now=later, limit=10) == len(claimed) == 10

    assert Instance.objects.filter(pk__in=runs, status="completed").count() == 60
    assert HistoryEvent.objects.filter(kind="completed").count() == 60
    assert not Timer.objects.exists()


def test_a_job_whose_run_nobody_can_read_waits_and_the_others_are_done(designer: User) -> None:
    live_flow("deed", DEED, by=designer)
    bad, good = begin("deed"), begin("deed", "R-2")
    whole = Instance.objects.get(pk=bad).state
    unreadable(bad)

    assert jobs.perform_due() == 2

    assert Instance.objects.get(pk=good).status == "completed"
    assert Deed.calls == [f"{good}:work:1"]
    job = ActivityJob.objects.get()
    assert (str(job.instance), job.tries, job.claimed) == (bad, 1, None)
    Instance.objects.filter(pk=bad).update(state=whole)
    make_available()
    assert jobs.perform_due() == 1
    assert Instance.objects.get(pk=bad).status == "completed"


def test_a_job_of_a_type_that_is_gone_becomes_an_incident_and_the_others_are_done(designer: User) -> None:
    live_flow("deed", DEED, by=designer)
    bad, good = begin("deed"), begin("deed", "R-2")
    ActivityJob.objects.filter(instance=bad).update(type="test.gone", tries=4)

    assert jobs.perform_due() == 2

    assert Instance.objects.get(pk=good).status == "completed"
    incident = Incident.objects.get()
    assert (str(incident.instance), incident.code, incident.message) == (
        bad, "activity.broke", "Expected an answer, found KeyError.",
    )  # fmt: skip
    assert not ActivityJob.objects.exists()


def test_done_work_whose_next_step_breaks_becomes_an_incident_and_is_not_done_again(
    designer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_flow("deed", chain(("work", "test.deed", {}), ("no", "test.refusal", {})), by=designer)
    monkeypatch.setattr("tests.workflows.nodes.Conflict", RuntimeError)
    begin("deed")

    jobs.perform_due()

    incident = Incident.objects.get()
    assert (incident.code, incident.params) == ("step.broke", {"after": "done"})
    assert (len(Deed.calls), ActivityJob.objects.count()) == (1, 0)


def test_a_due_time_is_kept_while_left_work_is_slow(
    designer: User, janitors: list[wings.Janitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    live_flow("deed", DEED, by=designer)
    live_flow("rest", chain(("rest", "delay", {"after": "PT1S"})), by=designer)
    at_work, may_end, stop = threading.Event(), threading.Event(), threading.Event()

    def slow(self: Deed, job: Job) -> JobResult:
        at_work.set()
        may_end.wait(PATIENCE)
        return Done()

    def slow_chore(*, now: datetime) -> int:
        return int(not may_end.wait(PATIENCE))

    janitors.append(slow_chore)
    monkeypatch.setattr(Deed, "perform", slow)
    monkeypatch.setattr(scheduler, "BELL_PATIENCE_SECONDS", 0.0)
    begin("deed")
    make_available()
    sweeping = threading.Thread(target=scheduler.loop, args=(stop,))
    sweeping.start()
    try:
        assert at_work.wait(PATIENCE)
        waiting = begin("rest", "R-2")
        assert eventually(lambda: Instance.objects.get(pk=waiting).status == "completed")
        assert ActivityJob.objects.count() == 1  # still at it
        may_end.set()
        assert eventually(lambda: not ActivityJob.objects.exists())
    finally:
        may_end.set()
        stop.set()
        sweeping.join(PATIENCE)
        close_old_connections()
    assert not sweeping.is_alive()


def eventually(holds: Callable[[], bool]) -> bool:
    end, pause = now() + timedelta(seconds=PATIENCE), threading.Event()
    while not holds():
        if now() > end:
            return False
        pause.wait(0.05)
    return True
