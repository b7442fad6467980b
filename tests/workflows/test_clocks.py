"""Clocks that jump and clocks that differ: what is due happens once, and a lease is counted by the database alone."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from accounts.models import User
from bedrock.clock import now
from tests.sizes import sized
from tests.workflows.conftest import chain, live_flow
from tests.workflows.nodes import Deed
from tests.workflows.test_runtime import begin
from workflows import invariants, jobs, scheduler
from workflows.models import ActivityJob, HistoryEvent, Instance, Timer

TIMERS = sized(20, full=500)
CLAIMS = sized(10, full=200)
LATER, EARLIER = timedelta(hours=1), timedelta(hours=-1)


@pytest.mark.django_db
def test_f68_each_timer_fires_once_when_the_clock_jumps_an_hour_and_back(designer: User) -> None:
    live_flow("rest", chain(("rest", "delay", {"after": "PT30M"}), ("more", "delay", {"after": "PT30M"})), by=designer)
    noon = now()
    ids = [begin("rest", f"R-{number}") for number in range(TIMERS)]

    fired = [scheduler.fire_due(now=noon + LATER), scheduler.fire_due(now=noon), scheduler.fire_due(now=noon + EARLIER)]
    again = scheduler.fire_due(now=noon + LATER)

    assert (fired, again) == ([TIMERS, 0, 0], 0)
    assert Timer.objects.filter(instance__in=ids, node="more").count() == TIMERS
    assert HistoryEvent.objects.filter(kind="moved", node="rest").count() == TIMERS
    assert scheduler.fire_due(now=noon + LATER + timedelta(minutes=31)) == TIMERS
    assert Instance.objects.filter(pk__in=ids, status="completed").count() == TIMERS
    assert invariants.broken() == []


@pytest.mark.django_db
def test_f68_a_run_that_goes_on_after_the_clock_went_back_keeps_its_order(designer: User) -> None:
    live_flow("deed", chain(("work", "test.deed", {})), by=designer)
    instance_id = begin("deed")

    with time_machine.travel(now() + EARLIER, tick=False):
        assert jobs.perform_due() == 1

    told = list(HistoryEvent.objects.filter(instance=instance_id).order_by("seq").values_list("seq", "kind", "at"))
    assert [seq for seq, *_ in told] == list(range(1, len(told) + 1))
    assert [kind for _, kind, _ in told][-1] == "completed"
    assert told[0][2] - told[-1][2] > timedelta(minutes=59)  # what the clocks showed; the order is that of the numbers
    assert Instance.objects.get(pk=instance_id).status == "completed"
    assert invariants.broken() == []


@pytest.mark.django_db
@pytest.mark.parametrize("skew", [timedelta(seconds=90), timedelta(seconds=-90)])
def test_f69_nobody_takes_a_held_job_when_two_workers_differ_by_90_seconds(designer: User, skew: timedelta) -> None:
    """A lease of 45 s, and a second worker whose clock says that it is over, or that it has not begun."""
    live_flow("deed", chain(("work", "test.deed", {})), by=designer)
    for number in range(CLAIMS):
        begin("deed", f"D-{number}")
    held = jobs._claim(overdue_seconds=0, limit=CLAIMS)
    assert len(held) == CLAIMS

    with time_machine.travel(now() + skew):
        assert jobs.perform_due() == 0
        assert Deed.calls == []
        with connection.cursor() as cursor:  # the leases are over by the clock that counts
            cursor.execute("UPDATE workflows_activityjob SET available_at = clock_timestamp()")
        assert sum(iter(lambda: jobs.perform_due(limit=CLAIMS), 0)) == CLAIMS

    for claim in held:  # the one who slept reports, too late
        jobs.report(claim, Deed().perform(jobs._job(claim)))
    assert Instance.objects.filter(status="completed").count() == CLAIMS
    assert HistoryEvent.objects.filter(kind="moved", node="work").count() == CLAIMS
    assert not ActivityJob.objects.exists()
    assert invariants.broken() == []


@pytest.mark.django_db
def test_f69_a_job_is_due_by_the_clock_of_the_database_whatever_that_of_its_worker_says(designer: User) -> None:
    live_flow("deed", chain(("work", "test.deed", {})), by=designer)
    with time_machine.travel(now() + LATER):
        begin("deed")

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM workflows_activityjob WHERE available_at <= clock_timestamp()")
        assert cursor.fetchone() == (1,)
    assert jobs.perform_due() == 1
