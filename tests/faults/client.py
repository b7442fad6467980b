"""A client that insists: the same request under the same key until it is answered, with a history of what it heard."""

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.faults.trial import Trial
from tests.flows.shop import cny
from tests.house import Answer, pause
from tests.sizes import LOAD_SECONDS

TRIES = 600
PAUSE_SECONDS = 0.2
UNKNOWN = 0
Todo = tuple[str, str, tuple[str, ...]]  # order, amount, who approves in turn


@dataclass
class Client:
    """Brings refunds to their end. `log` holds (operation, status), UNKNOWN where the line was cut; what it asks to be
    done is in the history of the house, too."""

    house: Trial
    number: int = 0
    log: list[tuple[str, int]] = field(default_factory=list)
    without_hint: int = 0  # answers 503 that did not say when to come again

    def insist(self, operation: str, about: str, path: str, body: Any, user: str) -> Answer:
        """Ask until there is an answer other than `not now`."""
        key = f"{operation} {path}"[-120:]
        ask = partial(self.house.attempt, "POST", path, body, user=user, Idempotency_Key=key)
        for _ in range(TRIES):
            answer = self.house.history.ask(operation, about, ask, client=self.number)
            if self._is_final(operation, answer):
                assert answer is not None
                return answer
            pause(PAUSE_SECONDS)
        raise AssertionError(f"{operation} was never answered")

    def read(self, path: str, user: str) -> Any:
        """Ask until there is an answer."""
        for _ in range(TRIES):
            answer = self.house.attempt("GET", path, None, user=user)
            if self._is_final("read", answer):
                assert answer is not None
                assert answer.status == 200, answer.json
                return answer.json
            pause(PAUSE_SECONDS)
        raise AssertionError(f"{path} was never answered")

    def settle(self, number: str, amount: str, *, users: Sequence[str]) -> None:
        """Ask for a refund and let each of these people approve it in turn."""
        wish = {"amount": cny(amount), "reason": "质量问题"}
        asked = self.insist("refund", number, f"/api/v1/orders/{number}/refunds", wish, "cs1")
        assert asked.status in (200, 201), asked.json
        for user in users:
            [task] = self.read(f"/api/v1/tasks?box=todo&q={number}", user)["results"]
            path = f"/api/v1/tasks/{task['id']}/approve"
            answer = self.insist("approve", task["id"], path, {"revision": task["revision"]}, user)
            assert answer.status == 200, answer.json

    def _is_final(self, operation: str, answer: Answer | None) -> bool:
        self.log.append((operation, UNKNOWN if answer is None else answer.status))
        if answer is None:
            return False
        if answer.status == 503:
            self.without_hint += "Retry-After" not in answer.headers
            return False
        return not (answer.status == 409 and answer.json["code"] == "database.locked")


@dataclass
class Load:
    """Clients that settle refunds at once. `done` grows as they come along."""

    house: Trial
    todo: list[Todo]
    clients: int = 4
    done: list[str] = field(default_factory=list)
    made: list[Client] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Settle all, or until told to stop; the first failed assertion of a client is raised."""
        self.made = [Client(self.house, number) for number in range(1, self.clients + 1)]
        lock = threading.Lock()

        def work(client: Client) -> None:
            while not self.stop.is_set():
                with lock:
                    if not self.todo:
                        return
                    number, amount, users = self.todo.pop()
                client.settle(number, amount, users=users)
                self.done.append(number)

        with ThreadPoolExecutor(self.clients) as pool:
            for future in [pool.submit(work, client) for client in self.made]:
                future.result(LOAD_SECONDS)

    @property
    def log(self) -> list[tuple[str, int]]:
        return [entry for client in self.made for entry in client.log]

    @property
    def heard(self) -> Counter[int]:
        """How often each status was heard."""
        return Counter(status for _, status in self.log)


def assert_settled_once(house: Trial, wanted: dict[str, str], *, decisions: int) -> tuple[int, int]:
    """Each order has one refund that is paid, once and in full, and each task one decision; (lost, doubled), both 0."""
    numbers = list(wanted)
    paid = house.rows(
        "SELECT order_no, amount::numeric(18,2)::text FROM orders_sandboxrefund WHERE order_no = ANY(%s)", numbers
    )
    refunds = house.rows(
        "SELECT o.order_no, r.status FROM orders_refund r JOIN orders_order o ON o.id = r.order_id "
        "WHERE o.order_no = ANY(%s)", numbers,
    )  # fmt: skip
    decided = house.rows(
        "SELECT task_id, count(*) FROM approvals_decision d JOIN approvals_approvaltask t ON t.id = d.task_id "
        "WHERE split_part(t.subject_title, ' ', 1) = ANY(%s) GROUP BY 1", numbers,
    )  # fmt: skip
    lost, doubled = len(wanted.keys() - dict(paid).keys()), len(paid) - len(dict(paid))
    assert sorted(paid) == sorted(wanted.items()), f"{lost} lost, {doubled} paid twice"
    assert sorted(refunds) == sorted((number, "refunded") for number in numbers)
    assert len(decided) == decisions
    assert {count for _, count in decided} == {1}
    return lost, doubled
