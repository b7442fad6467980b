"""System checks that refuse configurations known to lose work, to leak, or to answer wrongly."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connections

LONG_ENOUGH = 50


def register() -> None:
    """Called once when Django starts."""
    checks.register(broker_fits_processes)
    checks.register(production_is_closed)
    checks.register(database_knows_chinese, checks.Tags.database)


def broker_fits_processes(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """A broker in memory rings in one process only."""
    found: list[checks.CheckMessage] = []
    if settings.ORDERFLOW_PROCESSES not in {"one", "many"}:
        found.append(checks.Error("ORDERFLOW_PROCESSES must be 'one' or 'many'.", id="orderflow.E001"))
    if settings.ORDERFLOW_PROCESSES == "many" and settings.CELERY_BROKER_URL.startswith("memory:"):
        found.append(
            checks.Error(
                "Several processes cannot share a broker in memory.",
                hint="Set REDIS_URL or CELERY_BROKER_URL, or run one process (ORDERFLOW_PROCESSES=one).",
                id="orderflow.E002",
            )
        )
    if settings.ORDERFLOW_PROCESSES == "many" and not settings.REDIS_URL:
        found.append(
            checks.Warning(
                "Sign-in throttling is counted in each process alone.",
                hint="Set REDIS_URL.",
                id="orderflow.W001",
            )
        )
    return found


def production_is_closed(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Production has a secret of its own and none of the tools for trials."""
    if not settings.ORDERFLOW_PRODUCTION:
        return []
    found: list[checks.CheckMessage] = []
    found.extend(
        checks.Error(f"{name} is a tool for trials and must not be set in production.", id="orderflow.E003")
        for name in ("ORDERFLOW_CLOCK", "ORDERFLOW_FAILPOINT", "ORDERFLOW_DEMO")
        if getattr(settings, name)
    )
    if len(settings.SECRET_KEY) < LONG_ENOUGH:
        found.append(
            checks.Error(f"ORDERFLOW_SECRET_KEY must have {LONG_ENOUGH} characters or more.", id="orderflow.E004")
        )
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        found.append(checks.Error("ORDERFLOW_ALLOWED_HOSTS must name the hosts.", id="orderflow.E005"))
    return found


def database_knows_chinese(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """With LC_CTYPE=C the trigrams of a Chinese text are empty, and searches find nothing without saying so."""
    found: list[checks.CheckMessage] = []
    for alias in databases or ():
        try:
            with connections[alias].cursor() as cursor:
                cursor.execute("SELECT datctype FROM pg_database WHERE datname = current_database()")
                row = cursor.fetchone()
        except DatabaseError as error:
            found.append(checks.Error(f"The database cannot be reached: {error}".strip(), id="orderflow.E006"))
            continue
        if row and row[0] in {"C", "POSIX"}:
            found.append(
                checks.Error(
                    f"The database has LC_CTYPE {row[0]}: searching Chinese text would find nothing.",
                    hint="Create it with LOCALE 'C.UTF-8' (TEMPLATE template0).",
                    id="orderflow.E007",
                )
            )
    return found
