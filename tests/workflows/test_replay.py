"""Runs told again from their rows: the command finds what was tampered with, and the door shows any past step."""

import json
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from tests.workflows.conftest import chain, live_flow
from tests.workflows.nodes import Deed
from tests.workflows.test_runtime import AMOUNT, begin
from workflows import jobs, replays
from workflows.engine.work import Done
from workflows.models import HistoryEvent, Instance

pytestmark = pytest.mark.django_db


@pytest.fixture
def runs(designer: User) -> list[str]:
    """Three runs: one rests after its work, two still wait for theirs. By their ids, as the command goes."""
    live_flow("deed", chain(("work", "test.deed", {}), ("rest", "delay", {"after": "PT1H"})), by=designer)
    first = begin("deed")
    Deed.answers.append(Done(output={"receipt": "S-1"}))
    jobs.perform_due()
    return [first, begin("deed", "R-2"), begin("deed", "R-3")]


def tamper(sql: str, *values: Any) -> None:
    """What only somebody with all rights on the database can do: history refuses it of everybody else."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET session_replication_role = origin")


def told(*options: str) -> tuple[int, dict[str, Any]]:
    """The exit code of the command and its document."""
    out, code = StringIO(), 0
    try:
        call_command("replay", "--json", *options, stdout=out)
    except SystemExit as exit_:
        code = int(str(exit_.code))
    return code, json.loads(out.getvalue())


def rows() -> list[Any]:
    return [*HistoryEvent.objects.order_by("instance", "seq").values(), *Instance.objects.order_by("pk").values()]


def test_real_work_told_again_is_what_is_stored_and_nothing_is_written(runs: list[str]) -> None:
    before, out = rows(), StringIO()

    with CaptureQueriesContext(connection) as asked:
        assert told() == (0, {"checked": 3, "diverging": 0, "runs": []})
    call_command("replay", stdout=out)

    assert out.getvalue() == "3 runs told again, 0 differ from what is stored\n"
    assert {query["sql"].split()[0] for query in asked.captured_queries} == {"SELECT"}
    assert rows() == before


def test_all_runs_are_told_whatever_the_size_of_a_batch(runs: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "BATCH", 2)
    tamper("UPDATE workflows_instance SET state = jsonb_set(state, '{next_token}', '9') WHERE id = %s", runs[2])

    with CaptureQueriesContext(connection) as asked:
        code, document = told()

    assert (code, document["checked"], [one["id"] for one in document["runs"]]) == (1, 3, [runs[2]])
    assert len(asked) == 3  # two batches, and one that finds nothing more


@pytest.mark.parametrize(
    ("sql", "field"),
    [
        ("UPDATE workflows_historyevent SET data = jsonb_set(data, '{variables,amount,amount}', '\"9.00\"') "
         "WHERE instance = %s AND seq = 1", "state.variables.amount.amount"),
        ("UPDATE workflows_historyevent SET data = jsonb_set(data, '{to}', '\"end\"') WHERE instance = %s AND seq = 4",
         "history[5]"),
        ("UPDATE workflows_historyevent SET data = jsonb_set(data, '{token}', '7') WHERE instance = %s AND seq = 3",
         "history[3]"),
        ("UPDATE workflows_historyevent SET kind = 'dreamed' WHERE instance = %s AND seq = 2", "history[2]"),
        ("DELETE FROM workflows_historyevent WHERE instance = %s AND seq = 2", "history[2]"),
        ("DELETE FROM workflows_historyevent WHERE instance = %s AND seq = 5", "seq"),
        ("UPDATE workflows_instance SET state = jsonb_set(state, '{variables,receipt}', '\"S-2\"') WHERE id = %s",
         "state.variables.receipt"),
        ("UPDATE workflows_instance SET state = jsonb_set(state, '{variables,gift}', 'null') WHERE id = %s",
         "state.variables.gift"),
        ("UPDATE workflows_instance SET state = jsonb_set(state, '{tokens,0,visit}', '2') WHERE id = %s",
         "state.tokens[0].visit"),
        ("UPDATE workflows_instance SET seq = seq + 1 WHERE id = %s", "seq"),
        ("UPDATE workflows_instance SET status = 'cancelled', ended_at = now() WHERE id = %s", "status"),
    ],
)  # fmt: skip
def test_what_was_tampered_with_is_found_with_its_first_field(runs: list[str], sql: str, field: str) -> None:
    tamper(sql, runs[0])

    code, document = told()

    assert (code, document["checked"], document["diverging"]) == (1, 3, 1)
    assert [(one["id"], one["field"]) for one in document["runs"]] == [(runs[0], field)]
    assert told("--instance", runs[0]) == (1, document | {"checked": 1})
    assert told("--instance", runs[1])[0] == 0


def test_lines_name_the_run_and_the_field(runs: list[str]) -> None:
    tamper("UPDATE workflows_instance SET state = jsonb_set(state, '{requester}', '\"7\"') WHERE id = %s", runs[1])
    out = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("replay", stdout=out)

    assert ended.value.code == 1
    message = "Expected state.requester as the 3 facts of the history give it, found it otherwise."
    assert out.getvalue().splitlines() == [
        f"{runs[1]} state.requester: {message}", "3 runs told again, 1 differ from what is stored",
    ]  # fmt: skip


def test_a_run_that_there_is_not_is_no_success(runs: list[str]) -> None:
    with pytest.raises(CommandError, match="Expected a run, found none with id") as refused:
        call_command("replay", "--instance", str(uuid4()), stdout=StringIO())

    assert refused.value.returncode == 2


# --- over HTTP -----------------------------------------------------------------------------------------------------


@pytest.fixture
def boss(supervisor: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(supervisor)
    return client


def test_each_past_step_is_shown_with_the_fact_that_led_to_it(boss: APIClient, runs: list[str]) -> None:
    url = f"/api/v1/instances/{runs[0]}"
    history = boss.get(f"{url}/history").json()["results"]

    shown = [boss.get(f"{url}/replay?seq={seq}").json() for seq in range(1, 6)]

    assert [one["fact"] for one in shown] == history
    assert [(one["seq"], one["at"]) for one in shown] == [(one["seq"], one["at"]) for one in history]
    assert [one["state"]["status"] for one in shown] == ["running"] * 5
    assert [[(t["node"], t["awaits"], t["visit"]) for t in one["state"]["tokens"]] for one in shown] == [
        [("start", "nothing", 0)], [("work", "nothing", 0)], [("work", "activity", 1)], [("rest", "nothing", 0)],
        [("rest", "timer", 1)],
    ]  # fmt: skip
    assert [one["state"]["variables"] for one in shown] == [AMOUNT] * 3 + [AMOUNT | {"receipt": "S-1"}] * 2
    now = boss.get(url).json()
    assert (shown[-1]["state"]["tokens"], shown[-1]["state"]["variables"]) == (now["tokens"], now["variables"])


@pytest.mark.parametrize("seq", ["-1", "0", "6", "", "x", "1.0", "２", "9" * 40])
def test_a_step_that_there_was_not_is_refused_with_those_that_there_were(
    boss: APIClient, runs: list[str], seq: str
) -> None:
    refused = boss.get(f"/api/v1/instances/{runs[0]}/replay", {"seq": seq})

    assert (refused.status_code, refused.json()["code"]) == (422, "query.bad_value")
    message = f"Expected seq to be 1 to 5, found {seq!r}."
    assert refused.json()["errors"] == [
        {"path": "seq", "code": "query.bad_value", "message": message, "params": {"min": 1, "max": 5}}
    ]


def test_a_run_whose_history_is_broken_shows_what_came_before_and_refuses_what_came_after(
    boss: APIClient, runs: list[str]
) -> None:
    tamper("UPDATE workflows_historyevent SET kind = 'dreamed' WHERE instance = %s AND seq = 3", runs[0])
    url = f"/api/v1/instances/{runs[0]}/replay"

    before, after = boss.get(f"{url}?seq=2"), boss.get(f"{url}?seq=3")

    assert (before.status_code, after.status_code) == (200, 409)
    assert (after.json()["code"], after.json()["seq"]) == ("replay.not_applicable", 3)
