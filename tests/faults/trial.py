"""A house whose processes can be broken: victims with failpoints, several processes with a broker, threads at once."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from itertools import pairwise
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from typing import Any

from typing_extensions import override

from config.local_postgres import LocalPostgres
from tests.faults.history import History, Verdict, check
from tests.flows.shop import paid_order, refund, task_of
from tests.house import Answer, House, eventually, free_port

LEASE_SECONDS = 4
SIGKILLED = -9
DOOR_SECRET = "trial-" + "x" * 40
Tell = Callable[[str], None]


class Trial(House):
    """A house in which work of the dead comes back after LEASE_SECONDS."""

    def __init__(self, home: Path) -> None:
        super().__init__(
            home,
            environment={
                "ORDERFLOW_LEASE_SECONDS": str(LEASE_SECONDS),
                "ORDERFLOW_CONNECTION_SECRET_TRIAL": DOOR_SECRET,
            },
        )
        self.history = History(home / "history.jsonl")

    def judge_history(self) -> Verdict | None:
        """What the rows say of all that clients have heard; None when nobody has asked for anything."""
        return check(self.history.path, self.database_url) if self.history.path.exists() else None

    def ensure_up(self) -> None:
        """Start the product when it does not run."""
        if not any(process.poll() is None for process in self.processes):
            self.processes.clear()
            self.up()

    @property
    def product(self) -> "Popen[bytes]":
        """The process that runs."""
        return next(process for process in self.processes if process.poll() is None)

    def wait_until_idle(self, *, seconds: float = 60) -> None:
        """Wait until no work that may be done is left lying."""
        eventually(lambda: self.count("workflows_activityjob") == 0, seconds=seconds)

    def count(self, table: str, where: str = "true", *parameters: Any) -> int:
        """How many rows there are."""
        number: int = self.rows(f"SELECT count(*) FROM {table} WHERE {where}", *parameters)[0][0]  # noqa: S608
        return number

    @contextlib.contextmanager
    def neighbour(self, *, failpoint: str = "", **environment: str) -> Iterator["Neighbour"]:
        """A second process of the product on the same rows."""
        with Neighbour(self, environment) as running:
            running.up(failpoint=failpoint)
            yield running

    def attempt(self, method: str, path: str, body: Any, *, user: str | None, **headers: str) -> Answer | None:
        """A request whose outcome may stay unknown: None when the line was cut or nobody listens."""
        try:
            return self.call(method, path, body, user=user, **headers)
        except (OSError, HTTPException):
            return None

    # Several processes with a broker between them.

    @contextlib.contextmanager
    def several(self, broker: str) -> Iterator["Popen[bytes]"]:
        """Web, worker and scheduler as processes of their own, in place of the one; gives the worker."""
        self.down()
        alone = self.environment
        self.environment = alone | {
            "REDIS_URL": broker, "ORDERFLOW_PROCESSES": "many", "ORDERFLOW_LOG_LEVEL": "INFO",
        }  # fmt: skip
        try:
            self.up()
            self.start("manage.py", "scheduler")
            yield self.start("manage.py", "worker")
        finally:
            self.down()
            self.environment = alone

    # The database server.

    def restart_database(self, how: signal.Signals) -> None:
        """End the server of this home, SIGINT for fast, SIGQUIT for immediate and SIGKILL for a failing power, and
        start it again."""
        pid = int((self.home / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, how)
        eventually(lambda: not _is_alive(pid))
        with LocalPostgres(self.home):  # starts it; whoever else holds it keeps it running
            pass


class Neighbour(Trial):
    """Another process of the same house, on a port of its own."""

    def __init__(self, house: Trial, environment: Mapping[str, str] | None = None) -> None:
        self.database, self.database_url, self.clock = house.database, house.database_url, house.clock
        self.tokens, self.demo, self.history = house.tokens, False, house.history
        self.environment = {**house.environment, **(environment or {})}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.home = house.home / f"neighbour-{self.port}"
        self.processes = []

    @override
    def __enter__(self) -> "Neighbour":
        self.home.mkdir()
        return self

    @override
    def __exit__(self, *error: object) -> None:
        self.down()

    @property
    def victim(self) -> "Popen[bytes]":
        return self.processes[0]

    def died(self, *, seconds: float = 30) -> bool:
        """Whether kill -9 has met the process, waiting for it a while."""
        try:
            return self.victim.wait(seconds) == SIGKILLED
        except TimeoutExpired:
            return False


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each call gave when all were let go at the same moment; an exception of any is raised."""
    barrier = threading.Barrier(len(calls))

    def go(call: Callable[[], Any]) -> Any:
        barrier.wait(30)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(60) for future in [pool.submit(go, call) for call in calls]]


def waiting_task(house: House, user: str = "ops1", amount: str = "10.00") -> tuple[str, dict[str, Any]]:
    """An order of 100.00 whose refund waits for this person; above 30.00 that is finance, else operations."""
    number = paid_order(house, "100.00")
    refund(house, number, amount)
    task = task_of(house, user, number)
    assert task is not None
    return number, task


def approve(
    house: Trial, task: dict[str, Any], user: str = "ops1", *, verb: str = "approve", key: str | None = None
) -> Answer | None:
    """Answer a task, on record; None when the outcome is unknown."""
    body = {"revision": task["revision"]} | ({"comment": "凭证不清楚"} if verb == "reject" else {})
    headers = {} if key is None else {"Idempotency_Key": key}
    path = f"/api/v1/tasks/{task['id']}/{verb}"
    return house.history.ask(
        "vote", f"{task['id']}/{user}", lambda: house.attempt("POST", path, body, user=user, **headers)
    )


def make_administrator(house: House) -> None:
    """`root`, who may declare doors and connections, if there is none yet."""
    make = "from accounts.models import User; User.objects.filter(username='root') or "
    house.manage("shell", "--verbosity", "0", "-c", f"{make}User.objects.create_superuser('root')")


def published(house: House, key: str, *nodes: dict[str, Any]) -> None:
    """A live flow of these nodes in a row, each with `type` and `config`, between a start and an end."""
    row = [
        {"id": "start", "type": "start"},
        *({"id": f"step{number}", **node} for number, node in enumerate(nodes, start=1)),
        {"id": "end", "type": "end"},
    ]
    edges = [
        {"id": f"e{number}", "from": one["id"], "to": other["id"]}
        for number, (one, other) in enumerate(pairwise(row), start=1)
    ]
    graph = {"format": 1, "nodes": row, "edges": edges}
    body = {"key": key, "title": {"zh": key, "en": key}, "graph": graph}
    made = house.post("/api/v1/definitions", body, user="admin")
    assert made.status == 201, made.json
    path = f"/api/v1/definitions/{made.json['id']}/publish"
    live = house.post(path, {"revision": 1, "note": "trial"}, user="admin")
    assert live.status == 201, live.json
