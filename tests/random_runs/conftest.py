"""The kinds of nodes that are drawn."""

import pytest

from tests.engine.flows import Ask, Call, Try
from workflows.engine.registry import discover, registry


@pytest.fixture(scope="session", autouse=True)
def _node_types() -> None:
    discover("workflows.engine.nodes")
    discover("workflows.nodes")
    for kind in (Ask(), Call(), Try()):
        registry.add(kind)
