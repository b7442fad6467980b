"""kill -9 at the worst moments, and at random ones under load: nothing is lost, nothing happens twice."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from signal import SIGCONT, SIGKILL, SIGSTOP
from typing import Any

import pytest

from tests.faults.client import UNKNOWN, Load, Todo, assert_settled_once
from tests.faults.trial import LEASE_SECONDS, SIGKILLED, Neighbour, Tell, Trial, approve, waiting_task
from tests.flows.shop import cny, paid_back, paid_order, task_of, wait_for_status
from tests.house import Answer, eventually, pause
from tests.sizes import LOAD_SECONDS, sized

pytestmark = pytest.mark.serial

KILLS = sized(10, full=200)
ORDERS = sized(100, full=6_667)  # three approvals for two of them
DEATHS = sized(1, full=50)
REPLAYS = sized(3, full=10)
ROUNDS = sized(1, full=10)
TIMERS = sized(10, full=1_000)
IN_FLIGHT = sized(24, full=5_000)
POWER_SECONDS = 0.15  # until the power fails in the midst of approvals
SWEEPS_KILLED = sized(1, full=5)
SEED = 20260121
TRIES = 5
WORKER_POINTS = ("job.claimed", "refund.before_call", "refund.after_call", "job.performed", "job.before_done")
ONCE = [("10.00",)]


def refunds_of(house: Trial, number: str) -> int:
    return house.count("orders_refund r JOIN orders_order o ON o.id = r.order_id", "o.order_no = %s", number)


def runs_of(house: Trial, number: str) -> int:
    return house.count("workflows_instance", "subject_title LIKE %s", f"{number}%")


def decisions_of(house: Trial, task: dict[str, Any]) -> int:
    return house.count("approvals_decision", "task_id = %s", task["id"])


def ask(house: Trial, number: str, key: str) -> Answer | None:
    body, path = {"amount": cny("10.00"), "reason": "七天无理由退货"}, f"/api/v1/orders/{number}/refunds"
    return house.history.ask(
        "refund", number, lambda: house.attempt("POST", path, body, user="cs1", Idempotency_Key=key)
    )


def test_f01_a_request_is_made_once_when_the_process_dies_before_the_commit(house: Trial) -> None:
    number = paid_order(house, "100.00")
    with house.neighbour(failpoint="start.before_commit:kill9") as victim:
        assert ask(victim, number, "K-before") is None
        assert victim.died()

    assert (refunds_of(house, number), runs_of(house, number)) == (0, 0)
    assert house.get(f"/api/v1/orders/{number}", user="cs1").json["refundable"] == cny("100.00")

    again = ask(house, number, "K-before")
    assert again is not None
    assert again.status == 201
    assert (refunds_of(house, number), runs_of(house, number)) == (1, 1)


def test_f02_the_answer_is_given_again_when_the_process_dies_after_the_commit_of_a_request(house: Trial) -> None:
    number = paid_order(house, "100.00")
    with house.neighbour(failpoint="start.after_commit:kill9") as victim:
        assert ask(victim, number, "K-after") is None
        assert victim.died()

    again = ask(house, number, "K-after")
    assert again is not None
    assert (again.status, again.headers.get("Idempotent-Replayed")) == (200, "true")
    made = "SELECT r.id::text FROM orders_refund r JOIN orders_order o ON o.id = r.order_id WHERE o.order_no = %s"
    assert house.rows(made, number) == [(again.json.get("id"),)]
    assert (refunds_of(house, number), runs_of(house, number)) == (1, 1)


def test_f01_a_task_is_decided_once_when_the_process_dies_before_the_commit(house: Trial) -> None:
    number, task = waiting_task(house)
    with house.neighbour(failpoint="deliver.before_commit:kill9") as victim:
        assert approve(victim, task, key="A-before") is None
        assert victim.died()
    assert decisions_of(house, task) == 0
    still = task_of(house, "ops1", number)
    assert still is not None
    assert (still["id"], still["revision"], still["status"]) == (task["id"], task["revision"], "open")

    again = approve(house, task, key="A-before")
    assert again is not None
    assert (again.status, again.headers.get("Idempotent-Replayed")) == (200, None)
    wait_for_status(house, number, "refunded")
    assert (decisions_of(house, task), paid_back(house, number)) == (1, ONCE)


def test_f02_the_answer_is_given_again_when_the_process_dies_after_the_commit_of_a_decision(
    house: Trial, tell: Tell
) -> None:
    for _ in range(DEATHS):
        number, task = waiting_task(house)
        key = f"A-after-{number}"
        with house.neighbour(failpoint="deliver.after_commit:kill9") as victim:
            assert approve(victim, task, key=key) is None
            assert victim.died()
        assert decisions_of(house, task) == 1

        answers = [approve(house, task, key=key) for _ in range(REPLAYS)]
        heard = [(one.status, one.headers.get("Idempotent-Replayed")) for one in answers if one]
        assert heard == [(200, "true")] * REPLAYS
        assert all(one is not None and answers[0] is not None and one.json == answers[0].json for one in answers)
        wait_for_status(house, number, "refunded")
        assert (decisions_of(house, task), paid_back(house, number)) == (1, ONCE)
    tell(f"F02: {DEATHS} kills after the commit of a decision, {DEATHS * REPLAYS} repeats, each answered identically")


def test_f03_each_refund_is_paid_once_when_its_worker_dies(house: Trial, tell: Tell) -> None:
    tasks: list[tuple[str, dict[str, Any]]] = []
    recovered: list[float] = []
    for _ in range(ROUNDS):
        asked = approved_by_workers_that_die(house)
        died = time.monotonic()
        for number, task in asked:
            again = approve(house, task, key=number)
            assert again is not None
            assert again.status == 200
            wait_for_status(house, number, "refunded")
        house.wait_until_idle()
        recovered.append(time.monotonic() - died)
        tasks += asked

    for number, task in tasks:
        assert (decisions_of(house, task), paid_back(house, number)) == (1, ONCE)
        assert house.rows("SELECT calls FROM orders_sandboxrefund WHERE order_no = %s", number) == [(1,)]
        assert house.count("workflows_instance", "id = %s AND status = 'completed'", task["instance"]) == 1
    assert max(recovered) < LEASE_SECONDS + 20
    tell(
        f"F03: {ROUNDS * len(WORKER_POINTS)} workers killed at {len(WORKER_POINTS)} points around the refund: "
        f"{len(tasks)} refunds paid once, one call each, the last {max(recovered):.1f} s after the kill with a lease "
        f"of {LEASE_SECONDS} s"
    )


def approved_by_workers_that_die(house: Trial) -> list[tuple[str, dict[str, Any]]]:
    """Tasks that were approved through processes of which each has died at its point of the work that followed."""
    tasks: list[tuple[str, dict[str, Any]]] = []
    with ExitStack() as stack, ThreadPoolExecutor(len(WORKER_POINTS)) as pool:
        victims = {point: stack.enter_context(Neighbour(house)) for point in WORKER_POINTS}
        list(pool.map(lambda point: victims[point].up(failpoint=f"{point}:kill9"), WORKER_POINTS))
        for victim in victims.values():
            for _ in range(TRIES):
                number, task = waiting_task(house)
                tasks.append((number, task))
                approve(victim, task, key=number)  # the worker may die before the web server has answered
                if victim.died(seconds=5):  # else the sweep of another process was quicker to find the work
                    break
        assert [victim.died(seconds=0) for victim in victims.values()] == [True] * len(WORKER_POINTS)
    return tasks


def test_f04_timers_fire_once_when_sweeps_die_in_their_midst_and_two_go_on(house: Trial, tell: Tell) -> None:
    runs = [waiting_task(house, "finance1", "60.00") for _ in range(TIMERS)]
    instances = [task["instance"] for _, task in runs]
    timers = partial(house.count, "workflows_timer", "instance = ANY(%s::uuid[]) AND node = 'finance'", instances)
    house.product.send_signal(SIGSTOP)  # so that the victims are the ones who find them
    try:
        for kill in range(SWEEPS_KILLED):
            with house.neighbour(failpoint="timer.claimed:kill9") as victim:
                if kill == 0:
                    house.wind(days=10)
                assert victim.died()
                assert timers() == TIMERS
    finally:
        house.product.send_signal(SIGCONT)
    with house.neighbour():  # a second scheduler beside the one that wakes up
        began = time.monotonic()
        eventually(lambda: timers() == 0)
        took = time.monotonic() - began

    fired = (
        "SELECT instance::text, count(*) FROM workflows_historyevent WHERE instance = ANY(%s::uuid[]) "
        "AND node = 'finance' AND data->>'what' = 'reassigned' GROUP BY 1"
    )
    assert sorted(house.rows(fired, instances)) == sorted((instance, 1) for instance in instances)
    assert task_of(house, "backup1", runs[0][0]) is not None
    assert task_of(house, "finance1", runs[0][0]) is None
    tell(
        f"F04: {TIMERS} due timers, {SWEEPS_KILLED} sweeps killed in their midst, two schedulers after them: each "
        f"fired once, the last {took:.1f} s after the second was up"
    )


def kill_at_random(house: Trial, load: Load, *, over: threading.Event) -> int:
    """Kill the product whenever the clients have come to the next random moment, and start it again; the kills."""
    chance = random.Random(SEED)
    kills = 0
    for moment in sorted(chance.sample(range(2, ORDERS - 4), KILLS)):
        while len(load.done) < moment and not over.is_set():
            pause(0.002)
        pause(chance.uniform(0.0, 0.08))
        product = house.product
        house.kill(product)
        kills += product.returncode == SIGKILLED
        house.up()
    return kills


def test_f09_nothing_is_lost_or_doubled_when_the_product_is_killed_at_random(house: Trial, tell: Tell) -> None:
    numbers = [paid_order(house, "100.00") for _ in range(ORDERS)]
    todo: list[Todo] = [(number, "12.00", ("ops1",)) for number in numbers[::2]]
    todo += [(number, "45.00", ("finance1", "ops2")) for number in numbers[1::2]]
    random.Random(SEED).shuffle(todo)
    wanted = {number: amount for number, amount, _ in todo}
    load, over = Load(house=house, todo=todo), threading.Event()

    with ThreadPoolExecutor(1) as pool:
        killer = pool.submit(kill_at_random, house, load, over=over)
        try:
            load.run()
        finally:
            over.set()
            kills = killer.result(LOAD_SECONDS)
    house.wait_until_idle()

    assert kills == KILLS
    assert load.heard[UNKNOWN] >= KILLS, "the kills did not meet the clients"
    assert set(load.heard) <= {UNKNOWN, 200, 201}
    lost, doubled = assert_settled_once(house, wanted, decisions=ORDERS + ORDERS // 2)
    tell(
        f"F01-F03, F09: {ORDERS} refunds by {load.clients} clients, {kills} kills, {len(load.log)} requests, "
        f"{load.heard[UNKNOWN]} with unknown outcome: {lost} lost, {doubled} doubled"
    )


def test_f09_every_run_goes_on_when_the_power_fails(house: Trial, tell: Tell) -> None:
    numbers = [paid_order(house, "100.00") for _ in range(IN_FLIGHT)]
    for number in numbers:
        assert ask(house, number, f"F09-{number}") is not None
    tasks = house.rows(
        "SELECT split_part(subject_title, ' ', 1), id::text, revision, instance::text FROM approvals_approvaltask "
        "WHERE split_part(subject_title, ' ', 1) = ANY(%s) AND status = 'open'", numbers,
    )  # fmt: skip
    wait = [{"id": task, "revision": revision, "instance": instance} for _, task, revision, instance in tasks]
    assert sorted(number for number, *_ in tasks) == sorted(numbers)

    with ThreadPoolExecutor(4) as pool:
        heard = pool.map(lambda task: approve(house, task, key=task["id"]), wait[: IN_FLIGHT // 2])
        pause(POWER_SECONDS)
        product = house.product
        product.send_signal(SIGKILL)
        house.restart_database(SIGKILL)
        product.wait()
        cut = sum(answer is None or answer.status >= 500 for answer in heard)
        began = time.monotonic()
        house.up()
        ready = time.monotonic() - began
        again = list(pool.map(lambda task: approve(house, task, key=task["id"]), wait))

    assert [answer.status for answer in again if answer is not None] == [200] * IN_FLIGHT
    house.wait_until_idle(seconds=LOAD_SECONDS)
    assert_settled_once(house, dict.fromkeys(numbers, "10.00"), decisions=IN_FLIGHT)
    ended = "id = ANY(%s::uuid[]) AND status = 'completed'"
    assert house.count("workflows_instance", ended, [task["instance"] for task in wait]) == IN_FLIGHT
    tell(
        f"F09: product and database killed with {IN_FLIGHT} runs on their way, {cut} requests cut: all ended, each "
        f"paid once; the product was ready {ready:.1f} s after its start"
    )
