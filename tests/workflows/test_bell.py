"""The bell of the outbox: nobody who commits waits for a broker, and one that is away is left alone for a while."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from kombu.exceptions import OperationalError

from workflows import outbox

PATIENCE = 20.0


class Broker:
    """A broker that takes a bell only once `may_answer` is set; `refuses` makes it be away."""

    def __init__(self) -> None:
        self.asked, self.may_answer, self.heard = threading.Event(), threading.Event(), threading.Semaphore(0)
        self.calls, self.refuses = 0, False

    def send_task(self, name: str, **options: Any) -> None:
        assert (name, options) == (outbox.TASK, {"retry": False, "ignore_result": True})
        self.calls += 1
        self.asked.set()
        assert self.may_answer.wait(PATIENCE)
        self.heard.release()
        if self.refuses:
            raise OperationalError("nobody there")


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    away = Broker()
    monkeypatch.setattr(outbox, "current_app", away)
    monkeypatch.setattr(outbox, "_muted_until", 0.0)
    outbox.begin_to_hear()
    yield away
    outbox.end_hearing()
    away.may_answer.set()
    assert is_quiet()


def is_quiet() -> bool:
    """Whether all bells were brought, waiting for it."""
    end, pause = time.monotonic() + PATIENCE, threading.Event()
    while outbox.ringer().bells.unfinished_tasks:
        if time.monotonic() > end:
            return False
        pause.wait(0.02)
    return True


def test_who_commits_does_not_wait_for_a_broker_that_hangs(broker: Broker) -> None:
    outbox.ring()

    assert broker.asked.wait(PATIENCE)
    assert not broker.may_answer.is_set()  # here we are, and the broker still thinks

    broker.may_answer.set()
    assert broker.heard.acquire(timeout=PATIENCE)


def test_no_bell_is_rung_in_the_memory_of_a_process_without_a_worker(broker: Broker) -> None:
    outbox.end_hearing()
    outbox.ring()
    outbox.begin_to_hear()

    assert is_quiet()
    assert broker.calls == 0


def test_every_bell_is_brought_so_that_as_many_workers_look(broker: Broker) -> None:
    broker.may_answer.set()

    for _ in range(3):
        outbox.ring()

    assert all(broker.heard.acquire(timeout=PATIENCE) for _ in range(3))


def test_bells_that_pile_up_before_a_broker_that_hangs_are_dropped(broker: Broker) -> None:
    for _ in range(2 * outbox.MOST_BELLS):
        outbox.ring()
    assert broker.asked.wait(PATIENCE)

    broker.may_answer.set()

    assert is_quiet()
    assert outbox.MOST_BELLS <= broker.calls <= outbox.MOST_BELLS + 1  # those that wait and perhaps one on its way


def test_a_broker_that_is_away_is_not_asked_again_for_a_while(broker: Broker, caplog: pytest.LogCaptureFixture) -> None:
    broker.refuses = True
    broker.may_answer.set()

    for _ in range(5):
        outbox.ring()

    assert is_quiet()
    assert broker.calls == 1
    assert sum(getattr(one, "action", "") == "workflows.bell_not_heard" for one in caplog.records) == 1
