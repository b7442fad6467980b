"""A house of its own for each test of this folder that asks for one."""

import pytest

from tests.api.house_scene import Scene, scene


@pytest.fixture
def house(db: None) -> Scene:
    return scene()
