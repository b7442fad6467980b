"""Called runs that end in the same moment, callers told by several at once, and processes killed in the midst of it."""

import os
import signal
from functools import partial

import pytest
from django.conf import settings
from django.db import connections

from accounts.models import User
from bedrock.clock import now
from tests.calls.flows import EACH, LINES, begin, called_by, calling, packed, settle, statuses, variable, where
from tests.racing import at_once
from tests.workflows.conftest import live_flow
from workflows import invariants
from workflows.actions.calls import attend_due
from workflows.models import ActivityJob, CalledRun, HistoryEvent

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 6


def pack(run: str) -> str:
    packed(run)
    return str(attend_due(now=now()))


def test_runs_that_end_in_the_same_moment_let_the_caller_go_on_once(designer: User, packing: None) -> None:
    live_flow("order", calling("for_each", EACH), by=designer)
    run = begin(lines=[{"sku": f"S{n}", "quantity": n} for n in range(MANY)])
    settle()

    at_once(*(partial(pack, child) for child in called_by(run)))
    settle()

    assert where(run) == [("after", "message")]
    assert variable(run, "parcels") == [f"P-S{n}" for n in range(MANY)]
    assert HistoryEvent.objects.filter(instance=run, kind="moved", node="call").count() == 1
    assert invariants.broken() == []


def killed_at(point: str) -> int:
    """Attend to what is due in a process of its own, which kill -9 meets at this point; the signal that ended it."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        settings.ORDERFLOW_FAILPOINT = f"{point}:kill9"
        try:
            settle()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("point", ["called.started", "called.told", "start.after_commit", "deliver.before_commit"])
def test_a_kill_in_the_midst_of_a_call_loses_and_doubles_nothing(designer: User, packing: None, point: str) -> None:
    live_flow("order", calling("for_each", EACH | {"order": "sequence"}), by=designer)
    run = begin()

    deaths = int(killed_at(point) == -signal.SIGKILL)
    settings.ORDERFLOW_LEASE_SECONDS, lease = 0, settings.ORDERFLOW_LEASE_SECONDS
    try:
        for _ in LINES:
            ActivityJob.objects.update(available_at=now())
            settle()
            packed(called_by(run)[-1])
            deaths += killed_at(point) == -signal.SIGKILL
            settle()
    finally:
        settings.ORDERFLOW_LEASE_SECONDS = lease

    assert where(run) == [("after", "message")]
    assert variable(run, "parcels") == [f"P-{line['sku']}" for line in LINES]
    assert (CalledRun.objects.count(), statuses(*called_by(run))) == (len(LINES), ["completed"] * len(LINES))
    assert deaths > 0 or point == "start.after_commit"  # which a call, being part of a step, never passes alone
    assert invariants.broken() == []
