"""/healthz: the process answers. /readyz: what it needs is there, and if not, what is missing."""

from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from kombu import Connection
from kombu.exceptions import OperationalError as BrokerError

from bedrock.clock import now
from workflows.models import Heartbeat

LONGEST_SILENCE_SECONDS = 30
PATIENCE = {"socket_connect_timeout": 1, "socket_timeout": 1}


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as this process can answer at all."""
    return JsonResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 `ok` or `degraded` (work is only later), 503 `unavailable` (requests would fail), each with its reasons."""
    results = {name: _result(check) for name, check in CHECKS.items()}
    reasons = [{"check": name, "reason": reason} for name, (reason, _) in results.items() if reason]
    fatal = any(reason and is_fatal for reason, is_fatal in results.values())
    status = "unavailable" if fatal else "degraded" if reasons else "ok"
    body = {
        "status": status,
        "checks": {name: "failed" if reason else "ok" for name, (reason, _) in results.items()},
        "reasons": reasons,
    }
    return JsonResponse(body, status=503 if fatal else 200, headers={"Cache-Control": "no-store"})


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(missing)} migrations are not applied; run manage.py migrate." if missing else ""


def _broker() -> str:
    url: str = settings.CELERY_BROKER_URL
    if url.startswith("memory:"):
        return ""
    # The time limits of a socket: a broker that takes the call and says nothing must not hold the answer.
    with Connection(url, connect_timeout=1, transport_options=PATIENCE) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=2)
    return ""


def _scheduler() -> str:
    beat = Heartbeat.objects.filter(name="scheduler").values_list("at", flat=True).first()
    if beat is None:
        return "It has never run: timers do not fire and lost jobs are not picked up."
    silent = (now() - beat).total_seconds()
    return f"It has been silent for {silent:.0f} seconds." if silent > LONGEST_SILENCE_SECONDS else ""


# Name → the check (its reason, empty when well) and whether requests fail without it.
CHECKS: dict[str, tuple[Callable[[], str], bool]] = {
    "database": (_database, True),
    "migrations": (_migrations, True),
    "broker": (_broker, False),
    "scheduler": (_scheduler, False),
}


def _result(check: tuple[Callable[[], str], bool]) -> tuple[str, bool]:
    ask, is_fatal = check
    try:
        return ask(), is_fatal
    except (DatabaseError, InterfaceError, BrokerError, OSError) as error:
        # The class tells an operator enough; the text may hold addresses.
        return f"{type(error).__name__}: it cannot be reached.", is_fatal
