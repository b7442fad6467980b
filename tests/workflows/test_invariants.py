"""The invariants hold after real work, and each notices its own breach."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from bedrock.clock import now
from tests.workflows.conftest import chain, live_flow
from tests.workflows.nodes import Deed
from workflows import invariants, jobs
from workflows.actions.instances import start
from workflows.engine.events import SYSTEM
from workflows.engine.state import Subject
from workflows.engine.work import GiveUp

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _runs(designer: User) -> None:
    live_flow("flow", chain(("work", "test.deed", {}), ("rest", "delay", {"after": "PT1H"})), by=designer)
    Deed.answers.append(GiveUp(code="remote.down", message="down"))
    for n in range(4):
        start(
            "flow", subject=Subject(type="refund", id=f"R-{n}"), variables={}, requester=None, actor=SYSTEM, now=now()
        )
        if n < 2:
            jobs.perform_due()


def test_real_work_breaks_none() -> None:
    out = StringIO()
    call_command("invariants", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["broken"] == {}
    assert len(told["checked"]) >= 9


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("timer.is_that_of_a_token", "DELETE FROM workflows_timer"),
        ("timer.is_that_of_a_token", "UPDATE workflows_timer SET due_at = due_at + interval '1 second'"),
        ("job.is_that_of_a_token", "DELETE FROM workflows_activityjob"),
        ("incident.is_that_of_a_token", "UPDATE workflows_incident SET resolved_at = now()"),
        ("instance.status_is_that_of_state",
         "UPDATE workflows_instance SET status = 'cancelled', ended_at = now()"),
        ("instance.live_has_tokens",
         "UPDATE workflows_instance SET state = jsonb_set(state, '{tokens}', '[]')"),
        ("instance.replay_gives_state",
         "UPDATE workflows_instance SET state = jsonb_set(state, '{variables}', '{\"x\": 1}')"),
        ("instance.has_its_version", "UPDATE workflows_instance SET version_id = gen_random_uuid()"),
        ("instance.seq_is_that_of_history", "UPDATE workflows_instance SET seq = seq + 1"),
        ("instance.moves_or_waits",
         "UPDATE workflows_instance SET state = jsonb_set(state, '{tokens,0,awaits}', '\"siblings\"')"),
    ],
)  # fmt: skip
def test_a_breach_is_named(name: str, sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
    assert name in [one.name for one in invariants.broken()]
    with pytest.raises(SystemExit):
        call_command("invariants", stdout=StringIO())
