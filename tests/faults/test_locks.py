"""Somebody holds a row in a database client: that one run answers soon and honestly, all others as ever."""

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import psycopg2
import pytest

from tests.faults.trial import Tell, Trial, approve, at_once, waiting_task
from tests.flows.shop import paid_back, wait_for_status
from tests.house import eventually
from tests.sizes import sized

pytestmark = pytest.mark.serial

OTHERS = sized(10, full=200)
PATIENCE_SECONDS = 3.5  # two lock timeouts of 1.4 s, for the row and for the queue before it, and the way back


@contextlib.contextmanager
def held(house: Trial, task: dict[str, Any]) -> Iterator[None]:
    """The row lock of a run, as a person in psql holds it over lunch."""
    with contextlib.closing(psycopg2.connect(house.database_url)) as holder:
        holder.cursor().execute("SELECT 1 FROM workflows_instance WHERE id = %s FOR UPDATE", [task["instance"]])
        yield


def timed(house: Trial, task: dict[str, Any]) -> tuple[int, str, float]:
    began = time.monotonic()
    answer = approve(house, task)
    assert answer is not None
    code = answer.json.get("code", "")
    return answer.status, code, time.monotonic() - began


def test_f25_one_run_answers_409_and_others_go_on_when_its_row_is_held(house: Trial, tell: Tell) -> None:
    number, task = waiting_task(house)
    others = [waiting_task(house) for _ in range(OTHERS)]

    with held(house, task), ThreadPoolExecutor(3) as pool:
        stuck = [pool.submit(timed, house, task) for _ in range(3)]
        went_on = [timed(house, other) for _, other in others]
        for other, _ in others:
            wait_for_status(house, other, "refunded")
        refused = [future.result(30) for future in stuck]

    assert [(status, code) for status, code, _ in refused] == [(409, "database.locked")] * 3
    assert max(seconds for *_, seconds in refused) < PATIENCE_SECONDS
    assert [status for status, *_ in went_on] == [200] * OTHERS
    assert max(seconds for *_, seconds in went_on) < 2
    assert timed(house, task)[0] == 200
    wait_for_status(house, number, "refunded")
    assert paid_back(house, number) == [("10.00",)]
    tell(
        f"F25: a run's row held: its 3 approvals answered 409 within {max(seconds for *_, seconds in refused):.2f} s; "
        f"{OTHERS} others took {max(seconds for *_, seconds in went_on):.2f} s at most"
    )


def test_f25_timers_of_others_fire_when_the_row_of_one_is_held(house: Trial) -> None:
    runs = [waiting_task(house, "finance1", "60.00") for _ in range(3)]
    timers = partial(house.count, "workflows_timer", "instance = ANY(%s::uuid[])")
    with held(house, runs[0][1]):
        house.wind(days=10)
        eventually(lambda: timers([task["instance"] for _, task in runs[1:]]) == 0)
        assert timers([runs[0][1]["instance"]]) == 1
    eventually(lambda: timers([runs[0][1]["instance"]]) == 0)


def test_f25_a_paid_refund_is_told_to_its_run_later_when_the_row_is_held_meanwhile(house: Trial) -> None:
    number, task = waiting_task(house)
    other, other_task = waiting_task(house)
    house.manage("sandbox", "be", "slow", "--order", number, "--seconds", "1", "--times", "1")
    assert timed(house, task)[0] == 200
    with held(house, task):
        eventually(lambda: paid_back(house, number) == [("10.00",)])
        assert at_once(partial(timed, house, other_task))[0][0] == 200
        wait_for_status(house, other, "refunded")
        # The run did not take the report: its job lies there again, for later.
        again = "instance = %s AND claimed IS NULL AND tries > 0"
        eventually(lambda: house.count("workflows_activityjob", again, task["instance"]) == 1)
        assert house.count("workflows_instance", "id = %s AND status = 'running'", task["instance"]) == 1
    eventually(lambda: house.count("workflows_instance", "id = %s AND status = 'completed'", task["instance"]) == 1)
    assert paid_back(house, number) == [("10.00",)]
