"""The bench's side of the peers: starts their process, asks it for slices, and turns seconds into rates and ratios."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.conf import settings

SLICES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """The running peers by name; a peer that cannot run has the reason instead."""

    process: "subprocess.Popen[str]"
    missing: Mapping[str, str | None]

    def seconds(self, name: str, times: int) -> float:
        """How long so many full instances took there."""
        return float(_ask(self.process, f"{name} {times}"))


@contextmanager
def peers() -> Iterator[Peers]:
    """The peers' process on the server that is being measured; it drops its database when it is left alone."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.bench.peers.settings",
        "DATABASE_URL": settings.DATABASE_URL,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.peers.worker"],
        cwd=settings.BASE_DIR, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield Peers(process=process, missing=_answer(process))
    finally:
        if process.stdin is not None:
            process.stdin.close()
        process.wait(timeout=60)


def rates(ours: Mapping[str, Callable[[int], float]], beside: Peers, *, times: int) -> dict[str, float]:
    """Full instances per second by name, ours and theirs in turns, so that a loaded moment hits all alike."""
    runners: dict[str, Callable[[int], float]] = dict(ours)
    runners |= {name: partial(beside.seconds, name) for name, reason in beside.missing.items() if reason is None}
    spent = dict.fromkeys(runners, 0.0)
    for _ in range(SLICES):
        for name, run in runners.items():
            spent[name] += run(times // SLICES)
    return {name: times // SLICES * SLICES / seconds for name, seconds in spent.items()}


def figures(
    rounds: Sequence[Mapping[str, float]], missing: Mapping[str, str | None], *, ours: Iterable[str]
) -> dict[str, Any]:
    """Medians over the rounds: rates, and ours in each round divided by theirs in the same one; null has a reason."""
    names = tuple(ours)
    found: dict[str, Any] = {f"{name}_full_instances_per_s": _median(one[name] for one in rounds) for name in names}
    for name, reason in missing.items():
        is_here = reason is None
        found[f"{name}_full_instances_per_s"] = _median(one[name] for one in rounds) if is_here else None
        for mine in names:
            found[f"{mine}_to_{name}"] = _median(one[mine] / one[name] for one in rounds) if is_here else None
        if not is_here:
            found[f"{name}_missing"] = reason
    return found


def _median(values: Iterator[float]) -> float:
    return round(statistics.median(values), 2)


def _ask(process: "subprocess.Popen[str]", question: str) -> Any:
    if process.stdin is None:
        raise ChildProcessError("Expected a way to ask the peers, found none.")
    process.stdin.write(question + "\n")
    process.stdin.flush()
    return _answer(process)


def _answer(process: "subprocess.Popen[str]") -> Any:
    line = process.stdout.readline() if process.stdout is not None else ""
    if not line:
        raise ChildProcessError(
            "Expected an answer of the peers, found that their process has ended; see its error above."
        )
    return json.loads(line)
