"""System checks of what only the running system can tell; what the settings contradict, `config.guards` refuses."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connections


def register() -> None:
    """Called once when Django starts."""
    checks.register(sign_in_is_counted_together)
    checks.register(database_knows_chinese, checks.Tags.database)


def sign_in_is_counted_together(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Without a shared cache every process counts the failed tries for itself."""
    if settings.ORDERFLOW_PROCESSES != "many" or settings.REDIS_URL:
        return []
    told = "Sign-in throttling is counted in each process alone."
    return [checks.Warning(told, hint="Set REDIS_URL.", id="orderflow.W001")]


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
