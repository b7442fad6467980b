"""The only clock of the rooms. In trials a file holds an offset, so that running processes can be wound."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone


def now() -> datetime:
    """The present instant in UTC.

    With the setting ORDERFLOW_CLOCK (a file path; refused in production) the offset in that file, seconds as text,
    is added.
    """
    present = timezone.now().astimezone(UTC)
    return present + _offset(Path(settings.ORDERFLOW_CLOCK)) if settings.ORDERFLOW_CLOCK else present


def database_now() -> datetime:
    """The present instant by the clock of the database, which all processes share; wound like `now`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        present: datetime = cursor.fetchone()[0].astimezone(UTC)
    return present + _offset(Path(settings.ORDERFLOW_CLOCK)) if settings.ORDERFLOW_CLOCK else present


def wind(path: Path, *, by: timedelta) -> None:
    """Move the hands of a trial's clock."""
    path.write_text(str((_offset(path) + by).total_seconds()))


def _offset(path: Path) -> timedelta:
    try:
        return timedelta(seconds=float(path.read_text() or 0))
    except FileNotFoundError:
        return timedelta()
