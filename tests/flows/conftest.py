"""One running house for the stories of this folder, with the demo's people and the shipped template."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.local_postgres import LocalPostgres, url
from tests.house import House

HOME = Path(__file__).resolve().parents[2] / ".orderflow"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    import os

    home = tmp_path_factory.mktemp("house")
    if os.environ.get("DATABASE_URL"):
        with House(home) as running:
            yield running
        return
    with LocalPostgres(HOME):
        os.environ["DATABASE_URL"] = url(HOME)
        try:
            with House(home) as running:
                yield running
        finally:
            del os.environ["DATABASE_URL"]
