"""Runs that call: through the outbox, to their next step or to an incident; and what of a secret is seen: nothing."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from rest_framework.test import APIClient

from accounts.models import User
from bedrock.clock import now
from tests.outbound.conftest import SECRET, begin, connect, job
from tests.outbound.receiver import Receiver, answer
from workflows import jobs
from workflows.engine.work import Done, JobResult, Retry
from workflows.models import ActivityJob, Incident, Instance
from workflows.outbound.carry import carry_out

pytestmark = pytest.mark.django_db(transaction=True)

ASKS: dict[str, Any] = {
    "method": "POST", "path": "/orders/${orderNo}/parcels", "key_header": "Idempotency-Key",
    "body": [{"place": "/no", "value": "${orderNo}"}],
    "response": [{"place": "/parcel/no", "variable": "parcelNo"}, {"place": "/parcel/fee", "variable": "fee"}],
}  # fmt: skip
FEE = {"amount": "12.00", "currency": "CNY"}


def parcel(fee: Any) -> bytes:
    return json.dumps({"parcel": {"no": "SF1", "fee": fee}}).encode()


def performed(times: int = 1) -> None:
    for _ in range(times):
        ActivityJob.objects.update(available_at=now())
        jobs.perform_due()


def stored_rows() -> str:
    """Every row of every table as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')  # noqa: S608 - names from the catalogue
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def test_a_call_that_fails_and_then_succeeds_is_one_effect_and_the_run_goes_on(designer: User) -> None:
    with Receiver(answer("500 Oops"), answer("201 Created", body=parcel(FEE))) as receiver:
        connect(receiver.port)
        run = begin(designer, ASKS, orderNo="A1")
        performed(2)

    row = Instance.objects.get(pk=run)
    assert row.status == "completed"
    assert row.state["variables"] == {"orderNo": "A1", "parcelNo": "SF1", "fee": FEE}
    assert [heard.first_line for heard in receiver.heard] == ["POST /api/orders/A1/parcels HTTP/1.1"] * 2
    assert {heard.headers["idempotency-key"] for heard in receiver.heard} == {f"{run}:call:1"}


def test_after_four_tries_the_run_waits_for_a_person(designer: User) -> None:
    with Receiver(answer("503 Busy")) as receiver:
        connect(receiver.port)
        run = begin(designer, ASKS, orderNo="A1")
        performed(5)

    assert len(receiver.heard) == 4
    incident = Incident.objects.get(instance=run)
    assert (incident.node, incident.code, ActivityJob.objects.count()) == ("call", "http.refused", 0)


def test_an_answer_of_another_type_is_an_incident_and_changes_no_variable(designer: User) -> None:
    with Receiver(answer(body=parcel("12.00"))) as receiver:
        connect(receiver.port)
        run = begin(designer, ASKS, orderNo="A1")
        performed()

    incident = Incident.objects.get(instance=run)
    assert (incident.code, incident.params) == (
        "http.answer_mismatch",
        {"variable": "fee", "expected": 'money {"amount", "currency"}', "found": "text"},
    )
    assert Instance.objects.get(pk=run).state["variables"] == {"orderNo": "A1"}


def test_of_many_workers_that_come_for_one_call_at_once_one_asks() -> None:
    rounds, workers = 20, 8
    gate = Barrier(workers)

    def worker(attempt: int) -> JobResult:
        try:
            gate.wait()
            return carry_out(job({"method": "POST", "timeout_seconds": 30}, attempt=attempt))
        finally:
            connections.close_all()

    with Receiver(answer("201 Created")) as receiver, ThreadPoolExecutor(workers) as pool:
        connect(receiver.port)
        told = [list(pool.map(worker, [attempt] * workers)) for attempt in range(1, rounds + 1)]

    assert len(receiver.heard) == rounds
    assert [sum(isinstance(one, Done) for one in results) for results in told] == [1] * rounds
    others = {(type(one), one.code) for results in told for one in results if not isinstance(one, Done)}
    assert others == {(Retry, "http.outcome_unknown")}


def test_a_secret_is_in_no_row_no_log_and_no_answer(designer: User, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = json.dumps({"parcel": {"no": SECRET, "fee": FEE}}).encode()
    with Receiver(answer("500 Oops", body=echo), answer(body=echo)) as receiver:
        connect(receiver.port)
        run = begin(designer, ASKS, orderNo="A1")
        performed(2)
    assert [heard.headers["authorization"] for heard in receiver.heard] == [f"Bearer {SECRET}"] * 2
    assert Incident.objects.get(instance=run).code == "http.secret_echoed"

    client = APIClient()
    client.force_authenticate(User.objects.create_superuser("admin", password="x"))
    pages = ["node-types", "connections", "audit", f"instances/{run}", f"instances/{run}/history"]
    answers = [client.get(f"/api/v1/{page}") for page in pages]

    assert [one.status_code for one in answers] == [200] * len(pages)
    assert [page for page, one in zip(pages, answers, strict=True) if SECRET in one.content.decode()] == []
    assert SECRET not in stored_rows()
    assert SECRET not in "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "erp" in stored_rows()
