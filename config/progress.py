"""Says what is going on while it goes on: one line a step, with seconds; the full output is kept in a log.

Standard library only.
"""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

SAY_AGAIN_SECONDS = 5.0
TAIL_LINES = 40

# Some tools colour their output whoever reads it.
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class StepFailedError(RuntimeError):
    """A step failed; the text is for the person at the terminal and names the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """How a command ended: its exit code, its seconds, and all that it printed."""

    code: int
    seconds: float
    output: str


class Progress:
    """Runs commands and tells about them; threads may run theirs side by side until `stop()`.

    It tells on standard output, or on `to`: a command whose output is for programs keeps that free of it.
    """

    def __init__(self, *, logs: Path, to: TextIO | None = None) -> None:
        self._to = to
        self.started = float(os.environ.get("ORDERFLOW_STARTED") or time.time())
        self.is_stopped = False
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._logs = logs
        self._logs.mkdir(parents=True, exist_ok=True)

    @property
    def seconds(self) -> float:
        """How long ago it started."""
        return time.time() - self.started

    def say(self, text: str) -> None:
        """One line, with the seconds since the start in front."""
        with self._lock:
            print(f"[{self.seconds:5.1f} s] {text}", file=self._to, flush=True)

    def stop(self) -> None:
        """End the commands that run, and start no others."""
        with self._lock:
            self.is_stopped = True
            for process in self._running:
                process.terminate()

    def run(self, title: str, *ways: Sequence[str], cwd: Path | None = None, hint: str = "") -> None:
        """Run the first of `ways` that succeeds. Raises StepFailedError with the end of the output when none does."""
        self.say(f"{title} …")
        ended = Finished(code=1, seconds=0, output="")
        for way in ways:
            ended = self.execute(title, way, cwd=cwd)
            if ended.code == 0:
                self.say(f"{title}: done in {ended.seconds:.1f} s")
                return
        tail = "\n".join(ended.output.splitlines()[-TAIL_LINES:])
        raise StepFailedError(f"{title} failed. {hint}\nThe end of {self.log_of(title)}:\n{tail}")

    def execute(
        self, title: str, command: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> Finished:
        """Run one command, telling every few seconds that it still runs. Its output goes to the log of `title`."""
        begun = time.monotonic()
        log = self.log_of(title)
        with log.open("w", encoding="utf-8", errors="replace") as output:
            with self._lock:
                if self.is_stopped:
                    raise StepFailedError(f"{title} was not started: stopped.")
                process = subprocess.Popen(
                    command,
                    cwd=cwd,
                    env={**(os.environ if env is None else env), "NO_COLOR": "1", "FORCE_COLOR": "0"},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                )
                self._running.add(process)
            done = threading.Event()
            teller = threading.Thread(target=self._tell, args=(title, log, done), daemon=True)
            teller.start()
            try:
                code = process.wait()
            except BaseException:
                process.terminate()
                process.wait()
                raise
            finally:
                self._running.discard(process)
                done.set()
                teller.join()
        text = _COLOURS.sub("", log.read_text(encoding="utf-8", errors="replace"))
        return Finished(code=code, seconds=time.monotonic() - begun, output=text)

    def log_of(self, title: str) -> Path:
        """Where the output of a step is kept."""
        return self._logs / (re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") + ".log")

    def _tell(self, title: str, log: Path, done: threading.Event) -> None:
        while not done.wait(SAY_AGAIN_SECONDS):
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-1:]
            latest = f" | {lines[0].strip()[:100]}" if lines and lines[0].strip() else ""
            self.say(f"{title} … still working{latest}")


def is_terminal() -> bool:
    """Whether a person is looking."""
    return sys.stdout.isatty()
