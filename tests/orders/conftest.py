"""Fixtures of the orders wing."""

import pytest


@pytest.fixture
def committed(transactional_db: None) -> None:
    """A test whose transactions really commit: other connections see them. The tables are emptied afterwards."""
