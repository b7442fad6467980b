"""How long 10,000 past refunds take by a draft and by the live version, and how many runs a second that is."""

import random
import statistics
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from tests.approvals.office import MONDAY, world
from tests.simulation.flows import beginning, plan_of, refund_graph
from workflows.engine.plan import Plan
from workflows.simulation.difference import Difference, amount_of, gist_of
from workflows.simulation.player import Beginning, play
from workflows.simulation.script import Assumption, read_script

ORDERS: Final = 10_000
SEED: Final = 20260126
EXPECTED: Final = read_script([Assumption(node="finance", after="PT1H"), Assumption(node="ops", after="PT30M")])


def bench() -> dict[str, Any]:
    """Figures by name, the median of three rounds.

    Each run asks people in working time with a time-out armed, as on real rows. `times_one_version` says how much
    longer both versions with their comparison take than one version alone, which cancels out the machine.
    """
    before, after = plan_of(refund_graph("0.3")), plan_of(refund_graph("0.5"))
    starts = beginnings(ORDERS)
    alone: list[float] = []
    both: list[float] = []
    work: list[float] = []
    difference = Difference()
    for _ in range(3):
        alone.append(_seconds(before, starts))
        started, worked = time.perf_counter(), time.process_time()
        difference = compared(before, after, starts)
        both.append(time.perf_counter() - started)
        work.append(time.process_time() - worked)
    seconds = statistics.median(both)
    return {
        "orders": ORDERS,
        "seconds_both_versions": round(seconds, 2),
        "seconds_of_processor": round(statistics.median(work), 2),
        "runs_per_second": round(2 * ORDERS / seconds),
        "times_one_version": round(seconds / statistics.median(alone), 2),
        "changed": difference.changed,
        "changed_totals": " ".join(
            f"{one['amount']} {one['currency']}" for one in difference.changed_amounts.total_documents()
        ),
    }


def beginnings(count: int) -> list[Beginning]:
    """Refunds of a month, around the clock, small and large; always the same ones."""
    dice = random.Random(SEED)
    found = []
    for number in range(count):
        total = dice.randint(1_000, 90_000)
        start = beginning(
            _yuan(dice.randint(1, total)), _yuan(total), at=MONDAY + timedelta(minutes=dice.randrange(43_200))
        )
        found.append(replace(start, subject=replace(start.subject, id=str(number))))
    return found


def compared(before: Plan, after: Plan, starts: list[Beginning]) -> Difference:
    """All of them by both versions."""
    house, difference = world(), Difference()
    for start in starts:
        old, new = (gist_of(play(plan, start, world=house, script=EXPECTED)) for plan in (before, after))
        difference.add(old, new, amount=amount_of(start.variables, "refundAmount"))
    return difference


def _seconds(plan: Plan, starts: list[Beginning]) -> float:
    house, started = world(), time.perf_counter()
    for start in starts:
        play(plan, start, world=house, script=EXPECTED)
    return time.perf_counter() - started


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"
