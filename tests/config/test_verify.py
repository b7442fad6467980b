"""How the full check runs its steps: two lanes side by side, waiting for each other where one needs another's work."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import verify
from config.progress import Progress
from config.verify import Lane, Step
from tests.house import eventually

ROOT = Path(__file__).resolve().parents[2]
WAIT_FOR = """
import sys, time
from pathlib import Path
for _ in range(6_000):
    if Path(sys.argv[1]).exists():
        break
    time.sleep(0.01)
else:
    raise SystemExit("nobody came")
"""


@pytest.fixture(autouse=True)
def _some_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres:///nobody-asks-it")


def check(monkeypatch: pytest.MonkeyPatch, home: Path, *steps: Step) -> int:
    monkeypatch.setattr(verify, "STEPS", list(steps))
    return verify.run(home=home, is_fast=False, progress=Progress(logs=home))


def python(title: str, *arguments: str, lane: Lane, after: str = "") -> Step:
    return Step(title=title, action=lambda this, step: this.python(step, *arguments), lane=lane, after=after)


def test_lanes_run_side_by_side_and_the_rest_gives_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "there"
    nice = "import os, sys; print(os.nice(0)); open(sys.argv[1], 'w')"

    code = check(
        monkeypatch, tmp_path,
        python("Story", "-c", WAIT_FOR, str(there), lane=Lane.STORIES),  # ends only if the other one runs meanwhile
        python("Rest", "-c", nice, str(there), lane=Lane.REST),
    )  # fmt: skip

    told = capsys.readouterr().out
    assert code == 0, told
    assert "2 of 2 checks are well." in told
    # This test may itself run in a lane that gives way; nobody gives way by more than 19.
    assert int((tmp_path / "rest.log").read_text()) == min(os.nice(0) + 10, 19)


def test_a_step_waits_for_the_one_it_needs_and_fails_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = tmp_path / "made"
    packages = "import sys, time; time.sleep(0.3); open(sys.argv[1], 'w')"
    needs = "import sys; open(sys.argv[1])"

    code = check(
        monkeypatch, tmp_path,
        python("Packages", "-c", packages, str(made), lane=Lane.STORIES),
        python("Build", "-c", "raise SystemExit('no build')", lane=Lane.STORIES),
        python("Types", "-c", needs, str(made), lane=Lane.REST, after="Packages"),
        python("Browser", "-c", "print('never')", lane=Lane.STORIES, after="Build"),
    )  # fmt: skip

    told = capsys.readouterr().out
    assert code == 1
    assert "2 of 4 checks are well. FAILED: ['Build', 'Browser']" in told
    assert "no build" in told
    assert "Browser could not run: Build has failed." in told
    assert not (tmp_path / "browser.log").exists()


@pytest.mark.serial
def test_what_runs_is_ended_and_nothing_more_is_started_when_the_check_is_told_to_end(tmp_path: Path) -> None:
    script = f"""
import signal, sys
from pathlib import Path
from config import door, verify
from config.progress import Progress
from config.verify import Lane, Step
home, sleep = Path({str(tmp_path)!r}), "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
signal.signal(signal.SIGTERM, door._end)
def step(title, lane, after=""):
    return Step(title=title, action=lambda this, step: this.python(step, "-c", sleep), lane=lane, after=after)
verify.STEPS = [step("Story", Lane.STORIES), step("Next", Lane.STORIES), step("Rest", Lane.REST, after="Story"),
                step("Other", Lane.REST)]
sys.exit(verify.run(home=home, is_fast=False, progress=Progress(logs=home)))
"""
    running = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=dict(os.environ))
    log = tmp_path / "story.log"
    pid = eventually(lambda: log.exists() and log.read_text().strip())

    running.terminate()

    assert running.wait(30) == 128 + 15
    assert not Path(f"/proc/{pid}").exists()
    assert sorted(path.name for path in tmp_path.glob("*.log")) == ["story.log"]
