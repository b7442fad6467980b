"""Engine tests need no database and no Django: the node types are discovered here."""

import pytest

from tests.engine.flows import Ask, Call, Try
from workflows.engine.registry import Registry, discover, registry


@pytest.fixture(scope="session", autouse=True)
def _node_types() -> None:
    discover("workflows.engine.nodes")
    registry.add(Ask())
    registry.add(Call())
    registry.add(Try())


@pytest.fixture(scope="session")
def node_types() -> Registry:
    return registry
