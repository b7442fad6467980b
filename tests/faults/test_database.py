"""The database restarted and its sessions ended under load: honest answers, no restart of the product, no harm."""

import random
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.client import UNKNOWN, Load, Todo, assert_settled_once
from tests.faults.trial import Tell, Trial
from tests.flows.shop import paid_order
from tests.house import eventually
from tests.sizes import LOAD_SECONDS, sized

pytestmark = [pytest.mark.serial, pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")]

RESTARTS = (signal.SIGINT, signal.SIGQUIT, signal.SIGQUIT) * sized(1, full=7)  # fast, immediate, immediate
ORDERS = 16 * len(RESTARTS)
TERMINATED_ORDERS = sized(48, full=2_000)  # five requests each
ENDED_SESSIONS = sized(30, full=1_000)
SEED = 4001
HONEST = {200, 201, 409, 503}


def under_load(house: Trial, fault: Callable[[Load], None], *, orders: int = ORDERS) -> tuple[Load, dict[str, str]]:
    """Four clients settle refunds, two approvals each, while the fault happens."""
    todo: list[Todo] = [(paid_order(house, "100.00"), "45.00", ("finance1", "ops1")) for _ in range(orders)]
    wanted = {number: amount for number, amount, _ in todo}
    load = Load(house=house, todo=todo)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(load.run)
        try:
            fault(load)
        finally:
            running.result(LOAD_SECONDS)
    house.wait_until_idle()
    return load, wanted


def wait_for_progress(load: Load, count: int) -> None:
    eventually(lambda: len(load.done) >= count or not load.todo, seconds=LOAD_SECONDS)


def test_f19_clients_hear_503_and_nothing_is_lost_when_the_server_restarts(house: Trial, tell: Tell) -> None:
    process = house.product.pid
    recovered: list[float] = []

    def restart(load: Load) -> None:
        for turn, how in enumerate(RESTARTS):
            wait_for_progress(load, (turn + 1) * ORDERS // (len(RESTARTS) + 1))
            house.restart_database(how)
            began = time.monotonic()
            # Reads and writes come back by themselves.
            eventually(lambda: house.get("/api/v1/tasks?box=todo", user="ops1").status == 200, seconds=30)
            recovered.append(time.monotonic() - began)

    load, wanted = under_load(house, restart)

    assert load.heard.keys() <= HONEST
    assert load.heard[503] > 0, "the restarts did not meet the clients"
    assert sum(client.without_hint for client in load.made) == 0
    assert max(recovered) < 5
    assert (house.product.pid, house.product.poll()) == (process, None)
    assert eventually(lambda: house.get("/readyz").json["status"] == "ok")
    lost, doubled = assert_settled_once(house, wanted, decisions=2 * ORDERS)
    tell(
        f"F19: {len(RESTARTS)} restarts (fast, immediate, immediate, …) under {load.clients} clients, "
        f"{len(load.log)} requests: {load.heard[503]} × 503, 0 × 500, {load.heard[UNKNOWN]} cut; first success "
        f"{max(recovered):.2f} s after ready at most; {lost} lost, {doubled} doubled"
    )


def test_f21_nothing_is_half_done_when_sessions_are_ended_at_random(house: Trial, tell: Tell) -> None:
    chance, process = random.Random(SEED), house.product.pid
    ended: list[int] = []
    sessions = "SELECT pid FROM pg_stat_activity WHERE application_name = 'orderflow' AND datname = %s"

    def end_sessions(load: Load) -> None:
        over = threading.Event()
        while len(ended) < ENDED_SESSIONS and load.todo and not over.wait(0.05):
            found = sorted(pid for (pid,) in house.rows(sessions, house.database))
            if found:
                ended.append(chance.choice(found))
                house.rows("SELECT pg_terminate_backend(%s)", ended[-1])

    load, wanted = under_load(house, end_sessions, orders=TERMINATED_ORDERS)

    assert load.heard.keys() <= HONEST
    assert len(ended) > ENDED_SESSIONS / 2
    assert (house.product.pid, house.product.poll()) == (process, None)
    lost, doubled = assert_settled_once(house, wanted, decisions=2 * TERMINATED_ORDERS)
    tell(
        f"F21: {len(ended)} sessions ended at random, {len(load.log)} requests: {load.heard[503]} × 503, 0 × 500; "
        f"{lost} lost, {doubled} doubled"
    )
