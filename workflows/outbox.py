"""The bell of the outbox: rings for deferred work after the commit.

The rows are the truth; a bell that nobody hears costs time, never work. So it is brought by a thread of its own:
whoever commits waits for no broker, and bells that pile up before one that hangs are dropped.
"""

import logging
import os
import time
from queue import Full, Queue
from threading import Thread

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

TASK = "workflows.perform_due_jobs"
MUTE_SECONDS = 5.0  # a broker that is gone is not asked again for a while
MOST_BELLS = 100  # more than workers that could hear them

_logger = logging.getLogger(__name__)
_muted_until = 0.0
_workers_here = 0  # the only ones who hear a broker in the memory of this process


def begin_to_hear() -> None:
    """A worker runs in this process from now on."""
    global _workers_here  # noqa: PLW0603
    _workers_here += 1


def end_hearing() -> None:
    """It has ended."""
    global _workers_here  # noqa: PLW0603
    _workers_here -= 1


class Ringer:
    """Brings the bells of this process to the broker, one after the other."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.bells: Queue[None] = Queue(MOST_BELLS)
        Thread(target=self._bring, name="bell", daemon=True).start()

    def _bring(self) -> None:
        while True:
            self.bells.get()
            try:
                _send()
            except Exception:  # the next bell may be heard
                _logger.exception("bell broke", extra={"action": "workflows.bell_broke"})
            finally:
                self.bells.task_done()


_ringer: Ringer | None = None


def ring_after_commit() -> None:
    """Ring once the transaction has committed; outside of a transaction, now."""
    transaction.on_commit(ring, robust=True)


def ring() -> None:
    """Have a worker told to look for due jobs, without waiting for that; nothing where nobody could hear it."""
    if not _workers_here and settings.CELERY_BROKER_URL.startswith("memory:"):
        return
    try:
        ringer().bells.put_nowait(None)
    except Full:
        _logger.warning("bell dropped", extra={"action": "workflows.bell_dropped"})


def ringer() -> Ringer:
    """The one of this process; a process that was forked has none of its parent's threads."""
    global _ringer  # noqa: PLW0603 - one bell per process
    found = _ringer
    if found is None or found.process != os.getpid():
        found = _ringer = Ringer()
    return found


def _send() -> None:
    """Tell a worker. A broker that is gone is logged: the sweep will find the rows."""
    global _muted_until  # noqa: PLW0603
    if time.monotonic() < _muted_until:
        return
    try:
        current_app.send_task(TASK, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        _muted_until = time.monotonic() + MUTE_SECONDS
        _logger.warning("bell not heard", extra={"action": "workflows.bell_not_heard", "error": str(error)})
