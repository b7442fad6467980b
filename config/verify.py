"""`manage.py verify`: all checks and tests, each timed; the exit code tells.

Nothing is skipped silently: what cannot run has failed. Two lanes run side by side: tests that talk to processes of
their own wait most of the time, and what only needs a processor fills their pauses.
"""

import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from threading import Event

from config import bootstrap, browser
from config.local_postgres import LocalPostgres, LocalPostgresError, url
from config.progress import Finished, Progress, StepFailedError

ROOT = bootstrap.ROOT
OPENAPI = ROOT / "docs" / "openapi.json"
TAIL_LINES = 60

Action = Callable[["Run", "Step"], Finished]


class Lane(StrEnum):
    """The steps of a lane run one after the other."""

    STORIES = "stories"  # talk to running processes, never two at once and never held up
    REST = "rest"  # gives way to the stories


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One check. It waits for the step `after`. `is_slow` steps are left out by --fast."""

    title: str
    action: Action
    lane: Lane = Lane.REST
    after: str = ""
    is_slow: bool = False


@dataclass(slots=True, kw_only=True)
class Run:
    """What the steps share."""

    home: Path
    progress: Progress
    environment: dict[str, str]
    npm: list[str] = field(default_factory=list)
    results: dict[str, Finished] = field(default_factory=dict)

    def python(self, step: Step, *arguments: str) -> Finished:
        return self.execute(step, [sys.executable, *arguments], cwd=ROOT)

    def execute(self, step: Step, command: list[str], *, cwd: Path) -> Finished:
        gives_way = ["nice", "-n", "10"] if step.lane is Lane.REST else []
        environment = self.environment | {"PATH": os.environ["PATH"]}
        return self.progress.execute(step.title, [*gives_way, *command], cwd=cwd, env=environment)


def run(*, home: Path, is_fast: bool, progress: Progress) -> int:
    """Run the steps and print the table. Returns 0 when all are well."""
    environment = dict(os.environ) | {"ORDERFLOW_HOME": str(home), "PYTHONPATH": str(ROOT)}
    this = Run(home=home, progress=progress, environment=environment)
    steps = [step for step in STEPS if not (is_fast and step.is_slow)]
    try:
        if environment.get("DATABASE_URL"):
            _run_all(this, steps)
        else:
            # Held for the whole run: the steps would otherwise start and stop a server each.
            with LocalPostgres(home):
                environment["DATABASE_URL"] = url(home)
                _run_all(this, steps)
    except LocalPostgresError as error:
        print(error, file=sys.stderr)
        return 1
    results = {step.title: this.results[step.title] for step in steps}
    return _report(results, seconds=progress.seconds, left_out=[step.title for step in STEPS if step not in steps])


def _run_all(this: Run, steps: list[Step]) -> None:
    ended = {step.title: Event() for step in steps}
    with ThreadPoolExecutor(len(Lane)) as pool:
        lanes = [
            pool.submit(_run_lane, this, [step for step in steps if step.lane is lane], ended=ended) for lane in Lane
        ]
        try:
            for lane in lanes:
                lane.result()
        except BaseException:
            this.progress.stop()
            for event in ended.values():
                event.set()
            raise


def _run_lane(this: Run, steps: list[Step], *, ended: Mapping[str, Event]) -> None:
    for step in steps:
        if step.after:
            ended[step.after].wait()
        if this.progress.is_stopped:
            return
        this.progress.say(f"{step.title} …")
        result = _run_step(this, step)
        if this.progress.is_stopped:
            return
        this.results[step.title] = result
        ended[step.title].set()
        closing = _closing_line(result.output)
        verdict = "ok" if result.code == 0 else "FAILED"
        tail = [] if result.code == 0 else result.output.splitlines()[-TAIL_LINES:]
        told = f"{step.title}: {verdict} in {result.seconds:.1f} s{closing and f' | {closing}'}"
        this.progress.say("\n".join([told, *tail]))


def _run_step(this: Run, step: Step) -> Finished:
    if step.after and this.results[step.after].code != 0:
        return Finished(code=1, seconds=0, output=f"{step.title} could not run: {step.after} has failed.")
    begun = time.monotonic()
    try:
        ended = step.action(this, step)
    except StepFailedError as error:
        ended = Finished(code=1, seconds=0, output=str(error))
    return replace(ended, seconds=time.monotonic() - begun)


def _closing_line(output: str) -> str:
    lines = [line for line in output.splitlines() if re.search(r"\d+ (passed|failed|errors?)\b.* in [\d.]+s", line)]
    return lines[-1].strip("= ") if lines else ""


def _report(results: Mapping[str, Finished], *, seconds: float, left_out: list[str]) -> int:
    width = max(len(title) for title in results)
    failed = [title for title, ended in results.items() if ended.code != 0]
    print("\n" + "-" * (width + 22))
    for title, ended in results.items():
        print(f"{title:<{width}}  {'ok' if ended.code == 0 else 'FAILED':<7} {ended.seconds:8.1f} s")
    print("-" * (width + 22))
    print(f"{'all, side by side':<{width}}  {'':<7} {seconds:8.1f} s")
    if left_out:
        print(f"Left out by --fast: {', '.join(left_out)}.")
    tests = "\n".join(_closing_line(ended.output) for ended in results.values())
    counts = {word: sum(int(n) for n in re.findall(rf"(\d+) {word}", tests)) for word in ("passed", "failed", "error")}
    print(f"{len(results) - len(failed)} of {len(results)} checks are well." + (f" FAILED: {failed}" if failed else ""))
    print(f"{counts['passed']} passed, {counts['failed'] + counts['error']} failed", flush=True)
    return 1 if failed else 0


# --- the steps -----------------------------------------------------------------------------------------------------


def _python(*arguments: str) -> Action:
    return lambda this, step: this.python(step, *arguments)


def _pytest(*arguments: str) -> Action:
    return _python("-m", "pytest", "-q", *arguments)


def _script(name: str) -> Action:
    return lambda this, step: this.execute(step, [*this.npm, "run", "--silent", name], cwd=bootstrap.FRONTEND)


def _lint_imports(this: Run, step: Step) -> Finished:
    return this.execute(step, [str(Path(sys.executable).with_name("lint-imports"))], cwd=ROOT)


def _openapi(this: Run, step: Step) -> Finished:
    fresh = this.home / "openapi.json"
    made = this.python(
        step,
        *("manage.py", "spectacular", "--fail-on-warn", "--validate", "--format", "openapi-json", "--file", str(fresh)),
    )
    if made.code != 0:
        return made
    if not OPENAPI.exists() or OPENAPI.read_bytes() != fresh.read_bytes():
        advice = f"{OPENAPI.relative_to(ROOT)} is not what the code says. Run: make openapi"
        return Finished(code=1, seconds=made.seconds, output=advice)
    return made


def _frontend_packages(this: Run, step: Step) -> Finished:
    this.npm = bootstrap.install_frontend(this.progress, with_tests=True)
    return Finished(code=0, seconds=0, output="")


def _build(this: Run, step: Step) -> Finished:
    bootstrap.build_frontend(this.progress, with_tests=True)
    return Finished(code=0, seconds=0, output="")


def _browser_tests(this: Run, step: Step) -> Finished:
    found = browser.find(this.progress, npm=this.npm, home=this.home)
    this.environment["E2E_CHROMIUM"] = str(found)
    return this.python(step, "-m", "pytest", "-q", "tests/e2e")


_REST = ("tests", "--ignore=tests/engine", "--ignore=tests/architecture", "--ignore=tests/e2e")

STEPS = [
    Step(title="Format", action=_python("-m", "ruff", "format", "--check", ".")),
    Step(title="Lint", action=_python("-m", "ruff", "check", ".")),
    Step(title="Import contracts", action=_lint_imports),
    Step(title="Types", action=_python("-m", "mypy")),
    Step(title="Engine tests", action=_pytest("tests/engine")),
    Step(title="Architecture tests", action=_pytest("tests/architecture")),
    Step(title="Migrations complete", action=_python("manage.py", "makemigrations", "--check", "--dry-run")),
    Step(title="Tests", action=_pytest("-n", "2", "-m", "not serial", *_REST)),
    Step(title="OpenAPI document", action=_openapi),
    Step(title="Frontend packages", action=_frontend_packages, lane=Lane.STORIES, is_slow=True),
    Step(title="Frontend build", action=_build, lane=Lane.STORIES, after="Frontend packages", is_slow=True),
    Step(title="Frontend format", action=_script("format:check"), after="Frontend packages", is_slow=True),
    Step(title="Frontend types", action=_script("typecheck"), after="Frontend packages", is_slow=True),
    Step(title="Frontend lint", action=_script("lint"), after="Frontend packages", is_slow=True),
    Step(title="Frontend tests", action=_script("test"), after="Frontend packages", is_slow=True),
    Step(title="Serial tests", action=_pytest("-m", "serial", *_REST), lane=Lane.STORIES, is_slow=True),
    Step(title="Browser tests", action=_browser_tests, lane=Lane.STORIES, after="Frontend build", is_slow=True),
]
