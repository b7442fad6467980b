"""When a flow starts by itself: a schedule in the config of its start, and which times still count. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from pydantic import Field

from workflows.engine.cron import Cron, CronMalformed, parse_cron, parse_zone
from workflows.engine.graph import Document, LocalText
from workflows.engine.node_type import Problem

GRACE: Final = timedelta(minutes=5)  # what comes no later than this is on time, and not missed
MOST: Final = 100
CatchUp = Literal["skip", "once", "all"]


class Schedule(Document):
    """At these times on the clocks of this zone. `catch_up` says what becomes of times at which nobody was there."""

    cron: str = Field(max_length=200)
    zone: str = Field(default="Asia/Shanghai", max_length=64)
    catch_up: CatchUp = "once"
    most: int = Field(default=10, ge=1, le=MOST)  # of the missed times with `all`; the newest are kept
    title: LocalText = LocalText()  # what a run is called, before its time
    into: str = Field(default="", max_length=64)  # the variable that takes the time

    def compiled(self) -> Cron:
        """The times. Raises CronMalformed, also for a zone that is not known (then `field` is -1)."""
        zone = parse_zone(self.zone)
        if zone is None:
            raise CronMalformed(f"Expected an IANA time zone such as Asia/Shanghai, found {self.zone!r}.", field=-1)
        return parse_cron(self.cron, zone)


def schedule_problems(schedule: Schedule, *, now: datetime) -> Sequence[Problem]:
    """Why a schedule cannot be published."""
    try:
        cron = schedule.compiled()
    except CronMalformed as error:
        is_zone = error.field == -1
        return [
            Problem(
                code="schedule.zone_unknown" if is_zone else "schedule.malformed", message=error.message,
                path="schedule.zone" if is_zone else "schedule.cron",
                params={"zone": schedule.zone} if is_zone else {"cron": schedule.cron, "field": error.field},
            )
        ]  # fmt: skip
    if cron.after(now) is None:
        message = f"Expected a time that comes, found that {schedule.cron!r} never does."
        return [Problem(code="schedule.never", path="schedule.cron", params={"cron": schedule.cron}, message=message)]
    return ()


def due_times(schedule: Schedule, cron: Cron, *, since: datetime, now: datetime) -> list[datetime]:
    """The times from `since` (the first that has not been seen to) up to now that still count, oldest first."""
    most = schedule.most if schedule.catch_up == "all" else 1
    found: list[datetime] = []
    at = cron.until(now)
    while at is not None and at >= since and len(found) < most:
        found.insert(0, at)
        at = cron.until(at - timedelta(microseconds=1))
    if schedule.catch_up == "skip" and found and now - found[0] > GRACE:
        return []
    return found


def next_times(schedule: Schedule, *, after: datetime, count: int) -> list[datetime]:
    """The next times of a schedule that can be published, soonest first, on the clocks of its zone."""
    cron, found, at = schedule.compiled(), list[datetime](), after
    while len(found) < count and (following := cron.after(at)) is not None:
        found.append(following.astimezone(cron.zone))
        at = following
    return found
