"""One private PostgreSQL server and one house on it for this folder: its faults may hit the server itself."""

import os
from collections.abc import Callable, Iterator

import pytest

from config.local_postgres import LocalPostgres, url
from tests.faults.trial import Trial

FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """The product on a scratch database of its own server, with the demo's people and the shipped refund flow."""
    home = tmp_path_factory.mktemp("faults")
    given = os.environ.get("DATABASE_URL")
    with LocalPostgres(home):
        os.environ["DATABASE_URL"] = url(home)
        try:
            made = Trial(home)
        finally:
            os.environ.pop("DATABASE_URL")
            if given is not None:
                os.environ["DATABASE_URL"] = given
        with made:
            made.demo = False  # from now on a start only serves
            made.token("admin")  # and those of all others: later there may be nobody to make them
            yield made


@pytest.fixture
def house(trial: Trial) -> Trial:
    """The house with its one healthy process, started again when an earlier test has ended it."""
    trial.ensure_up()
    return trial


@pytest.fixture(scope="module", autouse=True)
def _whole_afterwards(trial: Trial) -> Iterator[None]:
    """Whatever the tests of a file did to the product, its invariants hold when the work is done."""
    yield
    trial.ensure_up()
    trial.wait_until_idle()
    told = trial.invariants()
    assert told["broken"] == {}
    assert len(told["checked"]) >= 9


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Note a measured figure for the report at the end of the run."""
    return request.config.stash.setdefault(FIGURES, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The measured figures of this run."""
    figures = config.stash.get(FIGURES, [])
    if figures:
        terminalreporter.section("faults: measured figures")
        for figure in figures:
            terminalreporter.write_line(figure)
