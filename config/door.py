"""The doors behind `manage.py`: `up`, `verify` and Django's commands, each in the private environment.

Standard library only: the modules named here import what they need of the environment once they run in it.
"""

import argparse
import contextlib
import fcntl
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from config import command_line, up, verify
from config.bootstrap import ROOT, VENV, build_frontend, install_packages, venv_python
from config.progress import Progress, StepFailedError


def main(argv: Sequence[str]) -> int:
    """Run the command line. Returns the exit code."""
    command = argv[1] if len(argv) > 1 else ""
    # Told to end, we end as with Ctrl-C: what was started is stopped on the way out.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        match command:
            case "up":
                return _up(argv)
            case "verify":
                return _verify(argv)
            case _:
                return _django(argv)
    except StepFailedError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 128 + signal.SIGINT


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


# --- commands ------------------------------------------------------------------------------------------------------


def _up(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="manage.py up", description="Install what is missing, then run Orderflow.")
    parser.add_argument("--port", type=int, help=f"default: {up.DEFAULT_PORT}, or the next free one")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this machine only)")
    parser.add_argument("--no-demo", action="store_true", help="start empty: no demo accounts, flows or orders")
    parser.add_argument("--home", type=Path, help="where data is kept (default: .orderflow)")
    options = parser.parse_args(argv[2:])

    home = _home(options.home)
    progress = Progress(logs=home / "logs")
    with _alone(home):
        _enter_environment(argv, progress, extras=())
        build_frontend(progress, with_tests=False)
    return up.run(
        up.Options(home=home, host=options.host, port=options.port, with_demo=not options.no_demo), progress=progress
    )


def _verify(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="manage.py verify", description="Run all checks and tests.")
    parser.add_argument("--fast", action="store_true", help="without the browser, the frontend and the slow tests")
    options = parser.parse_args(argv[2:])

    home = _home(None)
    progress = Progress(logs=home / "verify")
    with _alone(home):
        _enter_environment(argv, progress, extras=("test", "dev"))
    return verify.run(home=home, is_fast=options.fast, progress=progress)


def _django(argv: Sequence[str]) -> int:
    home = _home(None)
    with _alone(home):
        _enter_environment(argv, Progress(logs=home / "logs", to=sys.stderr), extras=())
    return command_line.run(argv, home=home)


def _home(given: Path | None) -> Path:
    home = (given or Path(os.environ.get("ORDERFLOW_HOME") or ROOT / ".orderflow")).expanduser().resolve()
    home.mkdir(parents=True, exist_ok=True)
    os.environ["ORDERFLOW_HOME"] = str(home)
    return home


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One installation at a time: two commands started together wait for each other."""
    place = VENV.parent / ".orderflow"
    place.mkdir(exist_ok=True)
    with (place / "install.door").open("ab") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield


def _enter_environment(argv: Sequence[str], progress: Progress, *, extras: Sequence[str]) -> None:
    """Make `.venv` hold what is needed and go on inside of it: does not return unless already there."""
    install_packages(progress, extras=extras)
    if Path(sys.prefix).resolve() != VENV.resolve():
        os.environ["ORDERFLOW_STARTED"] = str(progress.started)
        sys.stdout.flush()
        os.execv(venv_python(), [str(venv_python()), str(ROOT / "manage.py"), *argv[1:]])  # noqa: S606 - no shell meant
