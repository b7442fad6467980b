"""A region that is withdrawn on a database: timers, jobs, messages, incidents and tasks go in one statement with it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from approvals.models import ApprovalTask
from bedrock.clock import now
from tests.workflows.conftest import live_flow
from tests.workflows.nodes import Deed
from workflows import invariants, jobs, scheduler
from workflows.actions.instances import start
from workflows.actions.messages import send
from workflows.engine.events import SYSTEM, MessageReceived
from workflows.engine.state import Subject
from workflows.engine.work import GiveUp
from workflows.models import ActivityJob, HistoryEvent, Incident, Instance, MessageWait, Timer
from workflows.replays import replay_one

pytestmark = pytest.mark.django_db(transaction=True)
BRANCHES = ("stop", "wait", "work", "broken", "mail", "ask")


def flow(approver: str) -> dict[str, Any]:
    """Six branches side by side: a message in `stop` withdraws the five others and their join, and goes on alone."""
    kinds: dict[str, Any] = {
        "stop": ("message", {"message": "stop"}), "wait": ("delay", {"after": "PT1H"}), "work": ("test.deed", {}),
        "broken": ("test.deed", {}), "mail": ("message", {"message": "mail", "key": "\"x\""}),
        "ask": ("approval", {"assign": [{"kind": "user", "user": approver}]}),
        "drop": ("cancel_region", {"nodes": ["wait", "work", "broken", "mail", "ask", "either", "join"]}),
        "either": ("mapping", {"assign": [{"variable": "n", "value": "1"}]}), "join": ("parallel", {}),
        "after": ("delay", {"after": "PT1M"}), "start": ("start", {}), "end": ("end", {}),
        "fork": ("parallel", {"branches": [{"port": one} for one in BRANCHES]}),
        "on": ("exclusive", {"branches": [{"port": "go", "when": "${n} == 1"}]}),
    }  # fmt: skip
    ways = [("start", "out", "fork"), *(("fork", one, one) for one in BRANCHES)]
    ways += [("stop", "out", "on"), ("on", "go", "join"), ("on", "otherwise", "drop"), ("drop", "out", "after")]
    ways += [(one, "out", "join") for one in ("wait", "work", "broken", "mail")]
    ways += [("ask", "approved", "either"), ("ask", "rejected", "either"), ("either", "out", "join")]
    ways += [("after", "out", "end"), ("join", "out", "end")]
    return {
        "format": 1,
        "variables": [{"name": "n", "type": "integer"}],
        "nodes": [{"id": node, "type": kind, "config": config} for node, (kind, config) in kinds.items()],
        "edges": [
            {"id": f"e{number}", "from": source, "port": port, "to": target}
            for number, (source, port, target) in enumerate(ways)
        ],
    }


def test_all_that_stands_in_the_region_is_closed_with_the_step_itself(designer: User) -> None:
    approver = User.objects.create_user("f1", "x", display_name="李娜", roles=["approver"])
    live_flow("region", flow(approver.username), by=designer)
    run = start("region", subject=Subject(type="parcel", id="P", title="P"), variables={}, requester=None,
                actor=SYSTEM, now=now()).instance_id  # fmt: skip
    Deed.answers.append(GiveUp(code="remote.refused", message="No."))
    assert jobs.perform_due(limit=1) == 1
    [before] = [ApprovalTask.objects.get(instance=run)]
    assert before.status == "open"
    assert [timer.node for timer in Timer.objects.filter(instance=run)] == ["wait"]
    assert ActivityJob.objects.filter(instance=run).count() == 1
    assert Incident.objects.filter(instance=run, resolved_at=None).count() == 1
    assert sorted(MessageWait.objects.filter(instance=run).values_list("name", flat=True)) == ["mail", "stop"]

    with CaptureQueriesContext(connection) as caught:
        assert send(MessageReceived(name="stop"), now=now()).taken_by == (run,)

    written = [query["sql"] for query in caught if "withdrawn" in query["sql"]]
    assert len(written) == 1
    assert ApprovalTask.objects.get(pk=before.pk).status == "cancelled"
    assert [timer.node for timer in Timer.objects.filter(instance=run)] == ["after"]
    assert not ActivityJob.objects.filter(instance=run).exists()
    assert not Incident.objects.filter(instance=run, resolved_at=None).exists()
    assert not MessageWait.objects.filter(instance=run).exists()
    gone = HistoryEvent.objects.filter(instance=run, kind="withdrawn").order_by("seq")
    assert sorted((row.node, row.data["reason"]) for row in gone) == sorted(
        (node, "region") for node in BRANCHES if node != "stop"
    )
    assert invariants.broken() == []
    replayed = replay_one(run)
    assert replayed is not None
    assert replayed.field is None

    assert scheduler.fire_due(now=now() + timedelta(minutes=2)) == 1
    assert Instance.objects.get(pk=run).status == "completed"
