"""`manage.py scheduler`: the sweep as a process of its own, for installations of several processes; run one or more."""

import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from typing_extensions import override

from config.serve import keep_running
from workflows import scheduler


class Command(BaseCommand):
    help = "Fire due timers and pick up lost jobs until stopped. `manage.py up` has this built in."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()

        def end(number: int, frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGINT, end)
        signal.signal(signal.SIGTERM, end)
        keep_running("scheduler", scheduler.loop, stop)
