"""Counts the time that an engine works, and not that in which its client looks for what to do next."""

import time
from dataclasses import dataclass, field
from types import TracebackType


@dataclass(slots=True)
class Stopwatch:
    """Seconds spent inside its `with` blocks, one after the other."""

    seconds: float = 0.0
    _begun: float = field(default=0.0, init=False)

    def __enter__(self) -> None:
        self._begun = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.seconds += time.perf_counter() - self._begun
