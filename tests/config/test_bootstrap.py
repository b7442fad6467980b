"""What the first command does before anything is installed: stamps, mirrors, progress that tells."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import django
import pytest

from config import bootstrap, door, up
from config.progress import Progress, StepFailedError

ROOT = Path(__file__).resolve().parents[2]


def test_bootstrap_needs_the_standard_library_only() -> None:
    script = (
        "import sys; import config.door; "
        "print([m for m in sys.modules if 'site-packages' in str(getattr(sys.modules[m], '__file__', ''))])"
    )

    done = subprocess.run([sys.executable, "-S", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_every_requirement_is_pinned() -> None:
    pinned = {line.partition("==")[0].lower() for line in (ROOT / "requirements.lock").read_text().splitlines()}
    extras = ["node", "prod", "test", "bench", "dev"]

    wanted = {
        name.partition(";")[0].partition("[")[0].split(">")[0].split("=")[0].split("<")[0].strip().lower()
        for name in bootstrap._requirements(extras)
    }

    assert wanted - pinned == set()


def test_digest_changes_when_a_name_or_a_content_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("x")
    two.write_text("y")

    first = bootstrap.digest_of([one, two])

    assert bootstrap.digest_of([two, one]) == first
    two.write_text("z")
    assert bootstrap.digest_of([one, two]) != first
    two.write_text("y")
    assert bootstrap.digest_of([one, two]) == first
    two.rename(tmp_path / "three")
    assert bootstrap.digest_of([one, tmp_path / "three"]) != first


def test_step_succeeds_when_its_second_way_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Progress(logs=tmp_path).run("Package lists", ["false"], ["sh", "-c", "echo fetched"])

    assert (tmp_path / "package-lists.log").read_text() == "fetched\n"
    assert "Package lists: done in" in capsys.readouterr().out


def test_step_fails_with_the_end_of_its_output_and_a_hint(tmp_path: Path) -> None:
    with pytest.raises(StepFailedError) as failed:
        Progress(logs=tmp_path).run("Node.js", ["sh", "-c", "echo no route to host; exit 3"], hint="Set a mirror.")

    text = str(failed.value)
    assert "Node.js failed. Set a mirror." in text
    assert "no route to host" in text
    assert str(tmp_path / "node-js.log") in text


def test_long_step_tells_that_it_still_works(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.progress.SAY_AGAIN_SECONDS", 0.05)

    Progress(logs=tmp_path).run("Build", ["sh", "-c", "echo half way; sleep 0.3"])

    assert "Build … still working | half way" in capsys.readouterr().out


def test_what_a_command_prints_for_programs_is_free_of_progress(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def install(progress: Progress, *, extras: Sequence[str]) -> None:
        progress.run("Python packages", ["true"])

    monkeypatch.setenv("ORDERFLOW_HOME", str(tmp_path))
    monkeypatch.setattr(door, "install_packages", install)

    assert door._django(["manage.py", "version"]) == 0

    told = capsys.readouterr()
    assert "Python packages: done in" in told.err
    assert told.out == f"{django.get_version()}\n"


def test_next_free_port_is_taken_when_none_is_asked_for(tmp_path: Path) -> None:
    options = up.Options(home=tmp_path, host="127.0.0.1", port=None, with_demo=False)
    first = up._listen(options)
    second = up._listen(options)
    assert first is not None
    assert second is not None

    with first, second:
        assert first.getsockname()[1] >= up.DEFAULT_PORT
        assert second.getsockname()[1] > first.getsockname()[1]
        taken = up.Options(home=tmp_path, host="127.0.0.1", port=first.getsockname()[1], with_demo=False)
        assert up._listen(taken) is None


def test_environment_made_by_somebody_else_is_added_to_and_never_emptied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / "venv")
    monkeypatch.setattr(bootstrap, "_installers", lambda _: [["true"]])
    progress = Progress(logs=tmp_path)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bootstrap.VENV)], check=True)
    theirs = bootstrap.VENV / "theirs"
    theirs.touch()

    bootstrap.install_packages(progress, extras=())

    assert theirs.exists()
    bootstrap.venv_python().unlink()
    bootstrap.venv_python().write_text("#!/bin/sh\necho linux-x86_64-2.7\n")
    bootstrap.venv_python().chmod(0o755)
    (bootstrap.VENV / "orderflow.json").unlink()

    bootstrap.install_packages(progress, extras=())

    assert not theirs.exists()  # of another Python: made anew


def test_mirrors_of_pip_are_told_to_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pip.conf").write_text(
        "[global]\nindex-url = https://mirror.example/simple\nextra-index-url = https://a.example https://b.example\n"
    )
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_STRATEGY", "UV_FIND_LINKS", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))

    mirrors = bootstrap._mirrors_for_uv(sys.executable)

    assert mirrors["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert mirrors["UV_INDEX"].split()[-2:] == ["https://a.example", "https://b.example"]
    assert mirrors["UV_INDEX_STRATEGY"] == "unsafe-best-match"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.example/simple")
    assert "UV_DEFAULT_INDEX" not in bootstrap._mirrors_for_uv(sys.executable)


def test_seconds_count_from_the_first_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERFLOW_STARTED", str(time.time() - 100))

    assert time.time() - Progress(logs=tmp_path).started == pytest.approx(100, abs=5)
