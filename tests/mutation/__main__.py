"""`python -m tests.mutation workflows/engine/walking.py … --most 40 --seed 1`: how many mistakes the tests notice.

Every mistake is put into the running function of a process of its own, which then plays those tests that pass through
this function, the quickest first, until one fails. A mistake that makes them run for too long is noticed, too. Of a
file with more than `--most` mistakes so many are drawn by the seed.
"""

import argparse
import os
import resource
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from random import Random
from time import perf_counter
from types import CodeType, FrameType, FunctionType
from typing import Any, Final

import pytest

from tests.mutation.mutants import Mutant, mistakes, mutant

TESTS: Final = "tests/engine"
# These play thousands of drawings, minutes or words at random; what only they notice has no test of its own.
SLOW: Final = ("random", "soundness", "against_minutes", "hostile", "ways")
CPU_SECONDS: Final = 60
_KILLED, _SURVIVED = 1, 0


class Mutating:
    """Takes the place of pytest's loop: first one round that tells which test passes where, then the mistakes."""

    def __init__(self, files: Sequence[str], *, most: int, seed: int) -> None:
        self.files, self.most, self.seed = files, most, seed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """All of it."""
        passing = _passing(session)
        for file in self.files:
            path = Path(file)
            source, name = path.read_text(), str(path.resolve())
            every = mistakes(source)
            chosen = Random(self.seed).sample(every, min(self.most, len(every)))
            killed = 0
            for one in sorted((mutant(source, name, each) for each in chosen), key=lambda one: one.line):
                items = passing.get((name, one.function), [])
                if items and _killed(session, items, one, path):
                    killed += 1
                else:
                    place = f"{file}:{one.line} {one.function}"
                    sys.stderr.write(f"  {place}: {one.says}{'' if items else ' (no test)'}\n")
            sys.stderr.write(f"{file}: {len(every)} mistakes, {len(chosen)} tried, {killed} noticed, "
                             f"{len(chosen) - killed} survived\n")  # fmt: skip
        return True


def _passing(session: pytest.Session) -> dict[tuple[str, str], list[pytest.Item]]:
    """The tests that pass through each function of the engine, the quickest first."""
    seen: dict[tuple[str, str], list[tuple[float, pytest.Item]]] = defaultdict(list)
    for item in session.items:
        here: set[CodeType] = set()

        def note(frame: FrameType, event: str, _argument: Any, here: set[CodeType] = here) -> None:
            if event == "call":
                here.add(frame.f_code)

        started = perf_counter()
        sys.setprofile(note)
        try:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        finally:
            sys.setprofile(None)
        taken = perf_counter() - started
        for where in {(code.co_filename, code.co_qualname.split(".<")[0]) for code in here}:
            seen[where].append((taken, item))
    if session.testsfailed:
        raise pytest.UsageError(f"Expected tests that pass without a mistake, found {session.testsfailed} that fail.")
    return {where: [item for _, item in sorted(found, key=lambda one: one[0])] for where, found in seen.items()}


def _killed(session: pytest.Session, items: Sequence[pytest.Item], mutant: Mutant, path: Path) -> bool:
    """Whether a test fails, the process dies or takes too long with this mistake."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != _SURVIVED
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    code = _KILLED
    session.config.pluginmanager.unregister(name="terminalreporter")
    try:
        _live(path, mutant.function).__code__ = mutant.code
        for item in items:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if session.testsfailed:
                break
        else:
            code = _SURVIVED
    finally:
        os._exit(code)


def _live(path: Path, function: str) -> FunctionType:
    """The function itself, without what its decorators put around it."""
    found: Any = import_module(".".join(path.with_suffix("").parts))
    for name in function.split("."):
        found = vars(found)[name]
    while not isinstance(found, FunctionType):
        found = next(_within(found))
    return found


def _within(found: Any) -> Iterator[Any]:
    for name in ("__func__", "__wrapped__", "fget", "func"):
        if getattr(found, name, None) is not None:
            yield getattr(found, name)


def main() -> int:
    """The exit code of the tests."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("files", nargs="+", help="modules of the engine")
    parser.add_argument("--most", type=int, default=1_000_000, help="at most so many mistakes of each file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", nargs="+", default=[TESTS], help=f"where tests are looked for ({TESTS})")
    chosen = parser.parse_args()
    slow = " or ".join(SLOW)
    options = ["-q", "-p", "no:warnings", "--no-header", "-k", f"not ({slow})", *chosen.tests]
    return int(pytest.main(options, plugins=[Mutating(chosen.files, most=chosen.most, seed=chosen.seed)]))


if __name__ == "__main__":
    sys.exit(main())
