"""The called flows, published on a real database."""

import pytest

from accounts.models import User
from tests.calls.flows import LABEL, PACKING
from tests.workflows.conftest import live_flow


@pytest.fixture
def designer(db: None) -> User:
    return User.objects.create_user("designer", "x", display_name="王芳", roles=["designer"])


@pytest.fixture
def packing(designer: User) -> None:
    """The flows `packing`, which waits, and `label`, which is over at once."""
    live_flow("packing", PACKING, by=designer)
    live_flow("label", LABEL, by=designer)
