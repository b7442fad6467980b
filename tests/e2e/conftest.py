"""A browser, the built frontend, and one running house a module with its people."""

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from config import browser as browsers
from config.local_postgres import LocalPostgres, url
from config.progress import Progress
from tests.e2e.people import People
from tests.house import ROOT, House

HOME = ROOT / ".orderflow"
BUILT = ROOT / "frontend" / "dist"
RESULTS = ROOT / "test-results"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def browser_type_launch_args(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The browser that the tests were told of, or the first that is found; none is a failure, never a skip."""
    home = tmp_path_factory.mktemp("browser")
    found = browsers.find(Progress(logs=home), npm=[shutil.which("npm") or "npm"], home=home)
    return {"executable_path": str(found), "args": FLAGS}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the built frontend: a build started meanwhile takes nothing away from a running house."""
    assert (BUILT / "index.html").is_file(), "The frontend is not built. Run: cd frontend && npm run build"
    copy = tmp_path_factory.mktemp("frontend") / "dist"
    shutil.copytree(BUILT, copy)
    return copy


@pytest.fixture(scope="session")
def server() -> Iterator[None]:
    """A database server: the one in DATABASE_URL, else the private one for the whole run."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    with LocalPostgres(HOME):
        os.environ["DATABASE_URL"] = url(HOME)
        try:
            yield
        finally:
            del os.environ["DATABASE_URL"]


@pytest.fixture(scope="module")
def house(server: None, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The product with the demo's people, orders and flow."""
    with House(tmp_path_factory.mktemp("house"), environment={"ORDERFLOW_FRONTEND_DIST": str(built)}) as running:
        yield running


@pytest.fixture(scope="module")
def crowd(house: House, browser: Browser) -> People:
    """Everybody, with what their browsers remember from test to test."""
    return People(browser, house, RESULTS / "failed")


@pytest.fixture
def people(crowd: People, request: pytest.FixtureRequest) -> Iterator[People]:
    """Everybody for one test. At its end they close their browsers, and no console has complained."""
    yield crowd
    failed = request.node.stash.get(FAILED, False)
    troubles = crowd.leave(picture_of=request.node.name if failed else None)
    assert failed or troubles == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Notes a failure, so that its screens are kept."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report
