"""Due times with a million pending: the idle sweep, fifty thousand due in one second while people approve, and waits
armed anew after an edit of a calendar.

Rates stand beside what the connection commits per second, and beside seconds of processor: a busy machine slows all of
them alike. Waiting runs are copies of real ones (`timer_rows`), with their history, tasks and seats.
"""

import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from accounts.models import User
from approvals.actions.decide import answer
from approvals.models import ApprovalTask
from bedrock.clock import now
from config.demo.people import CALENDAR, ensure_people
from tests.bench import timer_rows
from tests.bench.database import own_database
from tests.bench.timer_rows import ASK, FAR, REST
from workflows import scheduler
from workflows.actions.audit import By
from workflows.actions.calendars import carry_out_edits, edit_calendar, save_calendar
from workflows.engine.events import SYSTEM, Actor
from workflows.models import Calendar, CalendarEdit, Timer

PENDING: Final = int(os.environ.get("ORDERFLOW_BENCH_PENDING", "1000000"))
DUE: Final = int(os.environ.get("ORDERFLOW_BENCH_DUE", "50000"))
REARMED: Final = int(os.environ.get("ORDERFLOW_BENCH_REARMED", "50000"))
ASKED: Final = 2000  # who may be approved beside a drain
SWEEPS: Final = 200
PROBES: Final = 300
AGE: Final = timedelta(days=20)  # old enough for 120 working minutes to have passed


def bench() -> dict[str, Any]:
    """Figures by name; makes and drops a database of its own on the configured server."""
    with own_database():
        people = ensure_people(password="bench-only", now=now())
        company = Calendar.objects.get(pk=CALENDAR)
        save_calendar(timer_rows.CALENDAR, name=company.name, document=company.document, now=now())
        for key in (FAR, REST, ASK):
            timer_rows.publish_flow(key, by=people["admin"])
        first = timer_rows.begin(FAR, by=people["cs1"], at=now())
        timer_rows.multiply(first, count=PENDING - 1, due=Timer.objects.get().due_at)
        timer_rows.settle()
        figures: dict[str, Any] = {"pending": PENDING, "due_at_once": DUE, "insert_commits_per_s": _commits()}
        figures |= {"idle_sweep_ms": _idle()}
        figures |= _rearmed(REST, people, "delays", calendar=timer_rows.CALENDAR)
        figures |= _rearmed(ASK, people, "approvals", calendar=CALENDAR)
        figures |= _drained(REST, people, "ended")
        figures |= _drained(ASK, people, "transferred")
    return figures


def _commits() -> float:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_probe (n int)")
        return _rate(PROBES, lambda: cursor.execute("INSERT INTO bench_probe VALUES (1)"))


def _idle() -> float:
    return round(statistics.median(_seconds(scheduler.sweep_timers) for _ in range(SWEEPS)) * 1000, 2)


def _drained(key: str, people: dict[str, User], done: str) -> dict[str, Any]:
    """So many due at one instant are swept, while somebody approves one task after the other on another connection."""
    due = now() - timedelta(seconds=1)
    timer_rows.multiply(timer_rows.begin(key, by=people["cs1"], at=now() - AGE), count=DUE - 1, due=due)
    asked = timer_rows.begin(ASK, by=people["cs1"], at=now())
    timer_rows.multiply(asked, count=ASKED, due=Timer.objects.get(instance=asked).due_at)
    timer_rows.settle()
    open_tasks = ApprovalTask.objects.filter(status="open", scopes=["g:finance"], due_at__gt=now())
    tasks = list(open_tasks.order_by("-instance").values_list("pk", flat=True)[:ASKED])
    with _approving(tasks, people["finance1"]) as taken:
        cpu = _processor()
        begun = time.perf_counter()
        fired = 0
        while moved := scheduler.fire_due(now=now()):
            fired += moved
        seconds, processor = time.perf_counter() - begun, _processor() - cpu
    return {
        f"{done}_per_s": round(fired / seconds), f"{done}_per_s_of_processor": round(fired / processor),
        f"{done}_last_after_s": round(seconds + 1, 1), f"approvals_beside_{done}": len(taken),
        f"approvals_beside_{done}_p50_ms": _quantile(taken, 0.5),
        f"approvals_beside_{done}_p99_ms": _quantile(taken, 0.99),
    }  # fmt: skip


@contextmanager
def _approving(tasks: Sequence[UUID], user: User) -> Iterator[list[float]]:
    """One approval after the other, by another thread; how long each took."""
    taken: list[float] = []
    over = threading.Event()
    by = By(actor=Actor(id=str(user.pk), name=user.get_full_name()), ip=None)

    def approve() -> None:
        for task in tasks:
            if over.is_set():
                break
            taken.append(
                _seconds(lambda one=task: answer(  # type: ignore[misc]
                    one, name="approve", payload={"revision": 1}, user=user, by=by, now=now()
                ))
            )  # fmt: skip
        connection.close()

    thread = threading.Thread(target=approve)
    thread.start()
    try:
        yield taken
    finally:
        over.set()
        thread.join()


def _rearmed(key: str, people: dict[str, User], what: str, *, calendar: str) -> dict[str, Any]:
    """A day off is entered on which so many waits are due, and these waits are armed anew."""
    run = timer_rows.begin(key, by=people["cs1"], at=now())
    due: datetime = Timer.objects.get(instance=run).due_at
    timer_rows.multiply(run, count=REARMED - 1, due=due)
    timer_rows.settle()
    row = Calendar.objects.get(pk=calendar)
    days = {**row.document["days"], due.astimezone().date().isoformat(): []}
    edit_calendar(
        calendar, name=row.name, document={**row.document, "days": days}, revision=row.revision, policy="recompute",
        reason="a day off", by=By(actor=SYSTEM, ip=None), now=now(),
    )  # fmt: skip
    cpu, begun = _processor(), time.perf_counter()
    while carry_out_edits(now=now()):
        pass
    seconds, processor = time.perf_counter() - begun, _processor() - cpu
    edit = CalendarEdit.objects.latest("at")
    moved = edit.moved_later + edit.moved_earlier
    return {
        f"{what}_rearmed": moved, f"{what}_rearmed_per_s": round(moved / seconds),
        f"{what}_rearmed_per_s_of_processor": round(moved / processor), f"{what}_looked_at": edit.looked_at,
        f"{what}_looked_at_per_s": round(edit.looked_at / seconds),
    }  # fmt: skip


def _processor() -> float:
    """Seconds of processor that this process and its connection's have used; of this process alone where the server is
    elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            used = sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13]))
    except OSError:
        used = 0
    return time.process_time() + used / os.sysconf("SC_CLK_TCK")


def _seconds(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


def _rate(times: int, do: Callable[[], object]) -> float:
    return round(times / _seconds(lambda: [do() for _ in range(times)]), 1)


def _quantile(taken: Sequence[float], part: float) -> float | None:
    return round(sorted(taken)[int(len(taken) * part)] * 1000, 1) if taken else None
