"""Named points at which a trial can break the process: ORDERFLOW_FAILPOINT=name:kill9|sleep|raise."""

import os
import signal
import threading
from typing import Final

from django.conf import settings

POINTS: Final = frozenset(
    {
        "start.before_commit", "start.after_commit", "deliver.before_commit", "deliver.after_commit",
        "job.claimed", "job.performed", "job.before_done", "timer.claimed", "publish.mid", "publish.day_mid",
        "audit.append", "migrate.before_commit", "migrate.after_commit",
        "refund.before_call", "refund.let_out", "refund.after_call", "effect.let_out", "call.answered",
        "notice.noted", "notice.told", "answer.held",
        "called.started", "called.told", "turn.came", "sweep.begun",
    }
)  # fmt: skip
ACTIONS: Final = frozenset({"kill9", "sleep", "raise"})
SLEEP_SECONDS = 5.0


class Broken(Exception):  # noqa: N818 - what the failpoint makes of the process
    """Raised by a failpoint set to `raise`."""


def hit(name: str) -> None:
    """Pass a point; breaks the process when the trial asked for it here."""
    wanted, _, action = settings.ORDERFLOW_FAILPOINT.partition(":")
    if wanted != name:
        return
    match action:
        case "kill9":
            os.kill(os.getpid(), signal.SIGKILL)
        case "sleep":
            threading.Event().wait(SLEEP_SECONDS)
        case "raise":
            raise Broken(name)
