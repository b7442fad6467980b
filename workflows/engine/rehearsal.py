"""What a rehearsal may assume of a wait: who could answer it, how, and in whose time. Values only; nothing is done."""

from collections.abc import Mapping

from workflows.engine.calendars import Calendar
from workflows.engine.events import Actor
from workflows.engine.record import record
from workflows.engine.state import Json


@record
class Foreseen:
    """An answer that somebody may give to a wait.

    `seat` is what they would answer for, stable as long as it is asked; `about` is how people call it (kind, key,
    name). `calendar` is the time in which they work; None means any time. Without an `actor` nobody will ever answer.
    """

    seat: str
    about: Mapping[str, Json]
    calendar: Calendar | None
    signal: str
    payload: Mapping[str, Json]
    actor: Actor | None
