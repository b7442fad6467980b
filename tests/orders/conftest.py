"""Fixtures of the orders wing."""

from collections.abc import Iterator

import pytest

from workflows import plans, worlds


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    yield
    plans.forget()
    worlds.forget()


@pytest.fixture
def committed(transactional_db: None) -> None:
    """A test whose transactions really commit: other connections see them. The tables are emptied afterwards."""
