"""`manage.py worker`: performs deferred work when the bell rings, for installations of several processes."""

import logging
import os
import signal
import sys
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from typing_extensions import override

from config.serve import RESTART_SECONDS, Worker

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Perform deferred work when the bell rings, until stopped. `manage.py up` has this built in."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()

        def end(number: int, frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGINT, end)
        signal.signal(signal.SIGTERM, end)
        worker = Worker()
        worker.start()
        while not stop.wait(RESTART_SECONDS):
            if not worker.is_running:
                # Celery ends for good when the line to its broker breaks at the wrong moment; its remains in this
                # process are not to be trusted, so the process begins anew.
                logger.error("worker ended and starts again", extra={"action": "config.worker_restarted"})
                os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - the very command that was given
        worker.stop()
