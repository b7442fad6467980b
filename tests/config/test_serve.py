"""The threads of the one process: the worker hears the bell and ends when told; a crashed loop starts again."""

import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from config import serve
from config.celery import app
from config.serve import Worker, keep_running

pytestmark = pytest.mark.serial

HEARD_SECONDS = 10.0


@pytest.fixture
def bell() -> Iterator[tuple[Any, threading.Semaphore]]:
    heard = threading.Semaphore(0)

    @app.task(name="tests.ring")
    def ring() -> None:
        heard.release()

    yield ring, heard
    app.tasks.pop("tests.ring")


def test_worker_hears_the_bell_and_ends_when_told(bell: tuple[Any, threading.Semaphore]) -> None:
    ring, heard = bell
    worker = Worker()
    worker.start()
    try:
        begun = time.monotonic()
        for _ in range(200):
            ring.delay()
        assert all(heard.acquire(timeout=HEARD_SECONDS) for _ in range(200))
        assert time.monotonic() - begun < HEARD_SECONDS
    finally:
        worker.stop()

    assert "worker" not in {thread.name for thread in threading.enumerate()}


def test_crashed_loop_is_logged_and_started_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "RESTART_SECONDS", 0.01)
    stop = threading.Event()
    turns: list[int] = []

    def loop(stop: threading.Event) -> None:
        turns.append(1)
        if len(turns) < 3:
            raise RuntimeError("broken")
        stop.set()

    with caplog.at_level(logging.ERROR):
        keep_running("scheduler", loop, stop)

    assert len(turns) == 3
    assert [record.getMessage() for record in caplog.records] == ["scheduler crashed and starts again"] * 2
