"""One private PostgreSQL server and one house on it for this folder: its faults may hit the server itself."""

import os
from collections.abc import Callable, Iterator

import pytest

from config.local_postgres import LocalPostgres, url
from tests.faults.trial import Trial

FIGURES = pytest.StashKey[list[str]]()
TRIAL = pytest.StashKey[Trial]()


@pytest.fixture(scope="session")
def trial(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Trial]:
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
            pytestconfig.stash[TRIAL] = made
            yield made


@pytest.fixture
def house(trial: Trial) -> Trial:
    """The house with its one healthy process, started again when an earlier test has ended it."""
    trial.ensure_up()
    return trial


@pytest.fixture(scope="module", autouse=True)
def _whole_afterwards(pytestconfig: pytest.Config) -> Iterator[None]:
    """Whatever the tests of a file did to the product: when the work is done its invariants hold, the history of every
    run gives its state again (F84), and what the clients heard is what the rows say."""
    yield
    trial = pytestconfig.stash.get(TRIAL, None)
    if trial is None:  # nothing here has asked for it
        return
    trial.ensure_up()
    trial.wait_until_idle()
    told = trial.invariants()
    assert told["broken"] == {}
    assert len(told["checked"]) >= 9
    assert "instance.replay_gives_state" in told["checked"]
    runs = trial.count("workflows_instance")
    pytestconfig.stash.setdefault(FIGURES, []).append(f"F84: {runs} runs told again from their history: 0 differ")
    verdict = trial.judge_history()
    if verdict is not None:
        assert verdict.broken == ()
        pytestconfig.stash[FIGURES].append(f"History of the clients: {verdict}")


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
