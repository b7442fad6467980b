"""Fixtures for all tests. Without DATABASE_URL the private PostgreSQL server is started for the run."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import settings

from config.local_postgres import LocalPostgres, url
from workflows import plans, worlds

# A machine that is busy with something else makes no test fail.
settings.register_profile("orderflow", deadline=None)
settings.load_profile("orderflow")

HOME = Path(os.environ.get("ORDERFLOW_HOME") or Path(__file__).resolve().parent.parent / ".orderflow")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """Start the server before the test database is made; only tests that use the database come here."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    with LocalPostgres(HOME):
        # Processes that tests start find the same server.
        os.environ["DATABASE_URL"] = url(HOME)
        yield
        del os.environ["DATABASE_URL"]


@pytest.fixture(scope="session", autouse=True)
def _broom_for_append_only_rows() -> Iterator[None]:
    """Tests with real transactions empty all tables at their end; history and audit refuse that of everybody else."""
    plain = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown(self: TransactionTestCase) -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
        try:
            plain(self)
        finally:
            with connections["default"].cursor() as cursor:
                cursor.execute("SET session_replication_role = origin")

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]
    yield
    TransactionTestCase._fixture_teardown = plain  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    """Nothing that one test's rows left in memory meets the rows of the next."""
    cache.clear()
    yield
    plans.forget()
    worlds.forget()
