"""Work by whom it asks: who is slow or broken there holds up nobody else, and is left alone for a while."""

from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from bedrock.clock import now
from tests.workflows.conftest import chain, live_flow
from tests.workflows.nodes import Deed
from workflows import breakers, jobs
from workflows.actions.instances import start
from workflows.engine.events import SYSTEM
from workflows.engine.state import Subject
from workflows.engine.work import Done, GiveUp, JobResult, Retry
from workflows.models import ActivityJob, Breaker, Definition, Instance

pytestmark = pytest.mark.django_db(transaction=True)
DOWN = Retry(code="remote.down", message="Expected an answer, found none.", after_seconds=0)
UNHEARD = GiveUp(code="remote.unheard", message="Expected an answer, found none.", is_outcome_unknown=True)
REFUSED = GiveUp(code="remote.refused", message="Expected a request that they take, found another.")


def ask(whom: str, times: int = 1, *, by: User) -> None:
    """So many runs wait for an answer."""
    if not Definition.objects.filter(key=whom).exists():
        live_flow(whom, chain(("work", "test.deed", {"asks": whom, "retry": {"tries": 9, "waits": [0]}})), by=by)
    for number in range(times):
        start(
            whom, subject=Subject(type=whom, id=str(number), title=""), variables={}, requester=None, actor=SYSTEM,
            now=now(),
        )  # fmt: skip


def claimed(limit: int = 5) -> list[str]:
    """Whom a worker asks that takes a batch, and keeps it."""
    return [claim.health.target for claim in jobs._claim(overdue_seconds=0, limit=limit)]


def answered(*answers: JobResult) -> int:
    """One worker asks for as long as it finds something, and is answered so; how many times it asked."""
    Deed.calls.clear()
    Deed.answers[:] = answers
    while jobs.perform_due():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE workflows_activityjob SET available_at = clock_timestamp() WHERE claimed IS NULL")
    return len(Deed.calls)


def rest_is_over() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE workflows_breaker SET until = clock_timestamp()")


def test_a_batch_asks_one_and_the_next_worker_goes_where_nobody_is(designer: User) -> None:
    ask("crm", 3, by=designer)
    ask("erp", 3, by=designer)

    batches = sorted([claimed(), claimed()])

    assert batches == [["crm"] * 3, ["erp"] * 3]
    assert claimed() == []


def test_f17_no_more_than_so_many_workers_wait_for_one_that_is_slow(designer: User, settings: Any) -> None:
    settings.ORDERFLOW_WORKERS_PER_TARGET = 2
    ask("slow", 12, by=designer)

    assert [claimed(), claimed(), claimed()] == [["slow"] * 5, ["slow"] * 5, []]
    ask("quick", by=designer)

    assert claimed() == ["quick"]


def test_a_worker_alone_gives_a_backlog_its_share_and_no_more(designer: User) -> None:
    ask("backlog", 200, by=designer)
    ask("quick", by=designer)

    looks = 0
    while Instance.objects.filter(subject_type="quick", status="running").exists():
        jobs.perform_due(limit=1)
        looks += 1

    assert looks <= 60  # one of two each time, by lot: more than sixty come once in 10^18


def test_what_a_slow_batch_did_not_begin_is_given_back_as_if_nobody_had_taken_it(designer: User, settings: Any) -> None:
    ask("slow", 3, by=designer)
    settings.ORDERFLOW_LEASE_SECONDS = 0  # so any call is a slow one

    assert jobs.perform_due() == 1

    assert len(Deed.calls) == 1
    assert list(ActivityJob.objects.values_list("tries", "claimed")) == [(0, None), (0, None)]
    assert claimed() == ["slow", "slow"]


def test_f17_whoever_fails_five_times_in_a_row_rests_and_is_then_asked_by_one(designer: User) -> None:
    ask("crm", 8, by=designer)

    assert answered(*[DOWN] * 8) == breakers.FAILURES
    assert Breaker.objects.get().failures == breakers.FAILURES
    assert Instance.objects.filter(status="running", incidents=0).count() == 8

    rest_is_over()
    assert claimed() == ["crm"]  # one job by one worker
    assert claimed() == []


def test_one_that_fails_again_after_its_rest_rests_again(designer: User) -> None:
    ask("crm", 8, by=designer)
    answered(*[DOWN] * 8)
    rest_is_over()

    assert answered(*[DOWN] * 8) == 1

    assert Breaker.objects.get().failures == breakers.FAILURES + 1


@pytest.mark.parametrize("answer", [Done(), REFUSED])
def test_one_that_answers_is_asked_as_ever(designer: User, answer: JobResult) -> None:
    ask("crm", 8, by=designer)
    answered(*[DOWN] * 8)
    rest_is_over()

    assert answered(answer) == 8

    assert not Breaker.objects.exists()
    assert Instance.objects.filter(status="completed").count() + Instance.objects.filter(incidents=1).count() == 8


def test_failures_with_answers_between_them_are_no_reason_to_rest(designer: User) -> None:
    ask("crm", 8, by=designer)

    assert answered(DOWN, DOWN, DOWN, DOWN, Done(), DOWN, DOWN, DOWN, DOWN) == 16

    assert not Breaker.objects.exists()


def test_calls_of_which_nobody_knows_whether_they_came_count_as_failures(designer: User) -> None:
    ask("crm", 8, by=designer)

    assert answered(*[UNHEARD] * 8) == breakers.FAILURES


def test_who_rests_keeps_nobody_from_another(designer: User) -> None:
    ask("crm", 8, by=designer)
    answered(*[DOWN] * 8)
    ask("erp", 2, by=designer)

    assert answered() == 2

    assert Instance.objects.filter(subject_type="erp", status="completed").count() == 2


def test_trouble_of_our_own_is_no_reason_to_leave_them_alone(designer: User) -> None:
    ask("crm", by=designer)
    Deed.answers[:] = [RuntimeError("ours")]

    jobs.perform_due()

    assert not Breaker.objects.exists()


def test_trouble_with_one_message_of_many_is_none_with_all(designer: User) -> None:
    ask("crm", by=designer)

    answered(Retry(code="notify.robot_down", message="", after_seconds=0, ails=False))

    assert not Breaker.objects.exists()
