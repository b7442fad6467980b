"""The system checks refuse what is known to go wrong, and health says why it is degraded."""

import socket
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from bedrock.clock import now
from config import checks, health
from workflows.models import Heartbeat

LONGEST_ANSWER_SECONDS = 10.0


def _ids(found: list[Any]) -> list[str]:
    return [message.id for message in found]


def test_sign_in_counted_in_each_process_alone_is_told(settings: Any) -> None:
    settings.ORDERFLOW_PROCESSES, settings.REDIS_URL = "many", ""
    assert _ids(checks.sign_in_is_counted_together(None)) == ["orderflow.W001"]

    settings.REDIS_URL = "redis://localhost:6379/0"
    assert checks.sign_in_is_counted_together(None) == []

    settings.ORDERFLOW_PROCESSES, settings.REDIS_URL = "one", ""
    assert checks.sign_in_is_counted_together(None) == []


@pytest.mark.django_db
def test_database_of_the_tests_knows_chinese() -> None:
    assert checks.database_knows_chinese(None, databases=["default"]) == []


@pytest.mark.django_db(transaction=True)
def test_database_is_refused_when_its_texts_have_no_language() -> None:
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS test_orderflow_c")
        cursor.execute("CREATE DATABASE test_orderflow_c TEMPLATE template0 LC_CTYPE 'C' LC_COLLATE 'C'")
    connection.close()
    try:
        connection.settings_dict["NAME"] = "test_orderflow_c"
        assert _ids(checks.database_knows_chinese(None, databases=["default"])) == ["orderflow.E007"]
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE test_orderflow_c")


def test_healthz_needs_nothing() -> None:
    answer = Client().get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_readyz_is_ok_when_everything_runs() -> None:
    Heartbeat.objects.create(name="scheduler", at=now())

    answer = Client().get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "checks": {"database": "ok", "migrations": "ok", "broker": "ok", "scheduler": "ok"},
        "reasons": [],
    }


@pytest.mark.django_db
def test_readyz_is_degraded_when_the_scheduler_is_silent() -> None:
    assert Client().get("/readyz").json()["reasons"][0]["check"] == "scheduler"
    Heartbeat.objects.create(name="scheduler", at=now() - timedelta(seconds=95))

    answer = Client().get("/readyz")

    body = answer.json()
    assert (answer.status_code, body["status"]) == (200, "degraded")
    assert body["reasons"] == [{"check": "scheduler", "reason": "It has been silent for 95 seconds."}]


@pytest.mark.django_db
def test_readyz_is_degraded_when_the_broker_is_gone(settings: Any) -> None:
    Heartbeat.objects.create(name="scheduler", at=now())
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert [reason["check"] for reason in answer.json()["reasons"]] == ["broker"]


@pytest.mark.django_db
def test_readyz_answers_when_the_broker_takes_the_call_and_says_nothing(settings: Any) -> None:
    Heartbeat.objects.create(name="scheduler", at=now())
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        begun = time.monotonic()

        answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert [reason["check"] for reason in answer.json()["reasons"]] == ["broker"]
    assert time.monotonic() - begun < LONGEST_ANSWER_SECONDS


@pytest.mark.django_db
def test_readyz_is_unavailable_when_the_database_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> str:
        raise OperationalError("could not connect to server at 10.0.0.7")

    monkeypatch.setitem(health.CHECKS, "database", (gone, True))

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert b"10.0.0.7" not in answer.content


@pytest.mark.parametrize("address", ["/", "/orders/ORD1", "/designer/3?x=1"])
def test_application_answers_every_address_of_its_own(settings: Any, tmp_path: Path, address: str) -> None:
    (tmp_path / "index.html").write_text("<html>Orderflow</html>")
    settings.FRONTEND_DIST = tmp_path

    answer = Client().get(address)

    assert (answer.status_code, answer.content) == (200, b"<html>Orderflow</html>")
    assert "csrftoken" in answer.cookies


@pytest.mark.parametrize("address", ["/api/v2/x", "/static/none.js", "/assets/none.js"])
def test_application_does_not_answer_for_the_server(address: str) -> None:
    answer = Client().get(address)

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
