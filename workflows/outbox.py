"""The bell of the outbox: rings for deferred work after the commit.

The rows are the truth; a bell that nobody hears costs time, never work.
"""

import logging
import time

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

TASK = "workflows.perform_due_jobs"
MUTE_SECONDS = 5.0  # a broker that is gone is not asked again for a while, so that commands stay quick

_logger = logging.getLogger(__name__)
_muted_until = 0.0


def ring_after_commit() -> None:
    """Ring once the transaction has committed; outside of a transaction, now."""
    transaction.on_commit(ring, robust=True)


def ring() -> None:
    """Tell a worker to look for due jobs. A broker that is gone is logged: the sweep will find the rows."""
    global _muted_until  # noqa: PLW0603 - one bell per process
    if time.monotonic() < _muted_until:
        return
    try:
        current_app.send_task(TASK, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        _muted_until = time.monotonic() + MUTE_SECONDS
        _logger.warning("bell not heard", extra={"action": "workflows.bell_not_heard", "error": str(error)})
