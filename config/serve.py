"""Everything in one process: the web server, the Celery worker and the scheduler, as threads, until told to stop."""

import logging
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from waitress.server import create_server

from config.celery import app as celery_app
from workflows import outbox, scheduler

logger = logging.getLogger(__name__)

WEB_THREADS = 8
WORKER_THREADS = 8
RESTART_SECONDS = 1.0
STOP_SECONDS = 15.0
# Above the API's own limit, so that the API answers for itself.
MAX_BODY_BYTES = 32 * 1024 * 1024


def run(listener: socket.socket, *, on_ready: Callable[[], None]) -> None:
    """Serve on `listener` until SIGINT or SIGTERM; then end the threads, the running work first."""
    stop = threading.Event()
    server = create_server(
        get_wsgi_application(),
        sockets=[listener],
        threads=WEB_THREADS,
        ident="orderflow",
        max_request_body_size=MAX_BODY_BYTES,
        clear_untrusted_proxy_headers=not settings.ORDERFLOW_TRUSTED_PROXIES,
    )
    worker = Worker() if settings.CELERY_BROKER_URL.startswith("memory:") else None
    beat = threading.Thread(target=keep_running, args=("scheduler", scheduler.loop, stop), name="scheduler")
    _stop_on_signals(stop)
    try:
        if worker:
            worker.start()
        beat.start()
        on_ready()
        server.run()
    finally:
        stop.set()
        server.close()
        if worker:
            worker.stop()
        beat.join(STOP_SECONDS)


def _stop_on_signals(stop: threading.Event) -> None:
    def end(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt  # asked twice: do not wait for the running work
        stop.set()
        raise SystemExit(0)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)


def keep_running(name: str, loop: Callable[[threading.Event], None], stop: threading.Event) -> None:
    """Run `loop` until `stop`; a crash is logged and the loop started again, since nobody else would notice."""
    while not stop.is_set():
        try:
            loop(stop)
        except Exception:
            logger.exception("%s crashed and starts again", name, extra={"action": "config.thread_crashed"})
            stop.wait(RESTART_SECONDS)


class Worker:
    """A Celery worker with a pool of threads, in a thread of this process."""

    def __init__(self) -> None:
        self._controller: Any = celery_app.WorkController(
            pool="threads", concurrency=WORKER_THREADS, hostname="orderflow@local", loglevel=logging.WARNING
        )
        self._thread = threading.Thread(target=self._controller.start, name="worker", daemon=True)

    def start(self) -> None:
        """Begin to hear the bell."""
        self._thread.start()
        outbox.begin_to_hear()

    @property
    def is_running(self) -> bool:
        """False once it has ended, asked to or not."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Hear no more; what is being done is finished first."""
        outbox.end_hearing()
        self._controller.stop(in_sighandler=False)
        self._thread.join(STOP_SECONDS)
