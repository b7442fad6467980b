"""`manage.py verify`: all checks and tests, one after the other, each timed; the exit code tells.

Nothing is skipped silently: what cannot run has failed.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config import bootstrap, browser
from config.local_postgres import LocalPostgres, LocalPostgresError, url
from config.progress import Finished, Progress, StepFailedError

ROOT = bootstrap.ROOT
OPENAPI = ROOT / "docs" / "openapi.json"
TAIL_LINES = 60

Action = Callable[["Run"], Finished]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One check. `is_slow` steps are left out by --fast."""

    title: str
    action: Action
    is_slow: bool = False


@dataclass(slots=True, kw_only=True)
class Run:
    """What the steps share."""

    home: Path
    progress: Progress
    environment: dict[str, str]
    npm: list[str] = field(default_factory=list)

    def python(self, title: str, *arguments: str) -> Finished:
        return self.progress.execute(title, [sys.executable, *arguments], cwd=ROOT, env=self.environment)

    def script(self, title: str, name: str) -> Finished:
        environment = self.environment | {"PATH": os.environ["PATH"]}
        command = [*self.npm, "run", "--silent", name]
        return self.progress.execute(title, command, cwd=bootstrap.FRONTEND, env=environment)


def run(*, home: Path, is_fast: bool, progress: Progress) -> int:
    """Run the steps and print the table. Returns 0 when all are well."""
    environment = dict(os.environ) | {"ORDERFLOW_HOME": str(home), "PYTHONPATH": str(ROOT)}
    this = Run(home=home, progress=progress, environment=environment)
    steps = [step for step in STEPS if not (is_fast and step.is_slow)]
    try:
        if environment.get("DATABASE_URL"):
            results = _run_all(this, steps)
        else:
            # Held for the whole run: the steps would otherwise start and stop a server each.
            with LocalPostgres(home):
                environment["DATABASE_URL"] = url(home)
                results = _run_all(this, steps)
    except LocalPostgresError as error:
        print(error, file=sys.stderr)
        return 1
    return _report(results, left_out=[step.title for step in STEPS if step not in steps])


def _run_all(this: Run, steps: list[Step]) -> dict[str, Finished]:
    results: dict[str, Finished] = {}
    for step in steps:
        this.progress.say(f"{step.title} …")
        try:
            ended = step.action(this)
        except StepFailedError as error:
            ended = Finished(code=1, seconds=0, output=str(error))
        results[step.title] = ended
        if ended.code != 0:
            print("\n".join(ended.output.splitlines()[-TAIL_LINES:]), flush=True)
        closing = _closing_line(ended.output)
        verdict = "ok" if ended.code == 0 else "FAILED"
        this.progress.say(f"{step.title}: {verdict} in {ended.seconds:.1f} s{closing and f' | {closing}'}")
    return results


def _closing_line(output: str) -> str:
    lines = [line for line in output.splitlines() if re.search(r"\d+ (passed|failed|errors?)\b.* in [\d.]+s", line)]
    return lines[-1].strip("= ") if lines else ""


def _report(results: Mapping[str, Finished], *, left_out: list[str]) -> int:
    width = max(len(title) for title in results)
    failed = [title for title, ended in results.items() if ended.code != 0]
    print("\n" + "-" * (width + 22))
    for title, ended in results.items():
        print(f"{title:<{width}}  {'ok' if ended.code == 0 else 'FAILED':<7} {ended.seconds:8.1f} s")
    print("-" * (width + 22))
    print(f"{'total':<{width}}  {'':<7} {sum(ended.seconds for ended in results.values()):8.1f} s")
    if left_out:
        print(f"Left out by --fast: {', '.join(left_out)}.")
    tests = "\n".join(_closing_line(ended.output) for ended in results.values())
    counts = {word: sum(int(n) for n in re.findall(rf"(\d+) {word}", tests)) for word in ("passed", "failed", "error")}
    print(f"{len(results) - len(failed)} of {len(results)} checks are well." + (f" FAILED: {failed}" if failed else ""))
    print(f"{counts['passed']} passed, {counts['failed'] + counts['error']} failed", flush=True)
    return 1 if failed else 0


# --- the steps -----------------------------------------------------------------------------------------------------


def _pytest(title: str, *arguments: str) -> Action:
    return lambda this: this.python(title, "-m", "pytest", "-q", *arguments)


def _tool(title: str, *command: str) -> Action:
    return lambda this: this.python(title, "-m", *command)


def _script(title: str, name: str) -> Action:
    return lambda this: this.script(title, name)


def _lint_imports(this: Run) -> Finished:
    tool = str(Path(sys.executable).with_name("lint-imports"))
    return this.progress.execute("Import contracts", [tool], cwd=ROOT, env=this.environment)


def _openapi(this: Run) -> Finished:
    fresh = this.home / "openapi.json"
    made = this.python(
        "OpenAPI document",
        *("manage.py", "spectacular", "--fail-on-warn", "--validate", "--format", "openapi-json", "--file", str(fresh)),
    )
    if made.code != 0:
        return made
    if not OPENAPI.exists() or OPENAPI.read_bytes() != fresh.read_bytes():
        advice = f"{OPENAPI.relative_to(ROOT)} is not what the code says. Run: make openapi"
        return Finished(code=1, seconds=made.seconds, output=advice)
    return made


def _frontend_packages(this: Run) -> Finished:
    this.npm = bootstrap.install_frontend(this.progress, with_tests=True)
    return Finished(code=0, seconds=0, output="")


def _build(this: Run) -> Finished:
    bootstrap.build_frontend(this.progress, with_tests=True)
    return Finished(code=0, seconds=0, output="")


def _browser_tests(this: Run) -> Finished:
    found = browser.find(this.progress, npm=this.npm, home=this.home)
    this.environment["E2E_CHROMIUM"] = str(found)
    return this.python("Browser tests", "-m", "pytest", "-q", "tests/e2e")


_REST = ("tests", "--ignore=tests/engine", "--ignore=tests/architecture", "--ignore=tests/e2e")

STEPS = [
    Step(title="Format", action=_tool("Format", "ruff", "format", "--check", ".")),
    Step(title="Lint", action=_tool("Lint", "ruff", "check", ".")),
    Step(title="Import contracts", action=_lint_imports),
    Step(title="Types", action=_tool("Types", "mypy")),
    Step(title="Engine tests", action=_pytest("Engine tests", "tests/engine")),
    Step(title="Architecture tests", action=_pytest("Architecture tests", "tests/architecture")),
    Step(
        title="Migrations complete",
        action=lambda this: this.python("Migrations complete", "manage.py", "makemigrations", "--check", "--dry-run"),
    ),
    Step(title="Tests", action=_pytest("Tests", "-n", "2", "-m", "not serial", *_REST)),
    Step(title="Serial tests", action=_pytest("Serial tests", "-m", "serial", *_REST), is_slow=True),
    Step(title="OpenAPI document", action=_openapi),
    Step(title="Frontend packages", action=_frontend_packages, is_slow=True),
    Step(title="Frontend format", action=_script("Frontend format", "format:check"), is_slow=True),
    Step(title="Frontend types", action=_script("Frontend types", "typecheck"), is_slow=True),
    Step(title="Frontend lint", action=_script("Frontend lint", "lint"), is_slow=True),
    Step(title="Frontend tests", action=_script("Frontend tests", "test"), is_slow=True),
    Step(title="Frontend build", action=_build, is_slow=True),
    Step(title="Browser tests", action=_browser_tests, is_slow=True),
]
