"""Another system that is slow, or kill -9 while it is asked: what may be repeated is, under one key; what may not goes
out once; and nobody else waits."""

import socket
import time
from threading import Event
from typing import Any

import pytest

from tests.faults.trial import Tell, Trial, approve, make_administrator, published, waiting_task
from tests.flows.shop import refund_status
from tests.house import eventually
from tests.outbound.receiver import Receiver, answer
from tests.sizes import sized

pytestmark = pytest.mark.serial

BACKLOG = sized(240, full=27_000)
REFUNDS = sized(10, full=100)
SLOW_SECONDS = 1.0
LONGEST_CALL = 2  # seconds; after this and the time for a connection nobody waits for a dead worker any more


def live(house: Trial, key: str, *, port: int, key_header: str) -> None:
    """A published flow of one call to the receiver."""
    make_administrator(house)
    house.manage(
        "connection", "declare", "erp", "--as", "root", "--base-url", f"http://127.0.0.1:{port}",
        "--allow-network", "127.0.0.1/32",
    )  # fmt: skip
    call = {
        "connection": "erp", "method": "POST", "path": "/parcels", "timeout_seconds": LONGEST_CALL,
        "key_header": key_header,
    }  # fmt: skip
    published(house, key, {"id": "call", "type": "http_request", "config": call})


def killed_at(house: Trial, point: str, flow: str) -> str:
    """A run of the flow whose only worker died at this point."""
    house.down()
    with house.neighbour(failpoint=f"{point}:kill9") as victim:
        body = {"definition": flow, "subject": {"type": "parcel", "id": flow}}
        started = victim.post("/api/v1/instances", body, user="supervisor1")
        assert started.status == 201, started.json
        assert victim.died()
    house.ensure_up()
    return str(started.json["id"])


def codes(house: Trial, run: str) -> list[tuple[Any, ...]]:
    return house.rows("SELECT code FROM workflows_incident WHERE instance = %s", run)


@pytest.mark.parametrize(("point", "requests"), [("effect.let_out", 0), ("call.answered", 1)])
def test_f65_a_call_that_nobody_may_repeat_is_left_to_a_person(house: Trial, point: str, requests: int) -> None:
    flow = point.replace(".", "-")
    with Receiver(answer("201 Created")) as receiver:
        live(house, flow, port=receiver.port, key_header="")
        run = killed_at(house, point, flow)

        eventually(lambda: codes(house, run))
        house.wait_until_idle()

    assert codes(house, run) == [("http.outcome_unknown",)]
    assert len(receiver.heard) == requests


def test_f65_a_call_with_a_key_is_asked_again_under_the_same_key(house: Trial) -> None:
    with Receiver(answer("201 Created")) as receiver:
        live(house, "keyed-call", port=receiver.port, key_header="Idempotency-Key")
        run = killed_at(house, "call.answered", "keyed-call")

        eventually(lambda: house.rows("SELECT 1 FROM workflows_instance WHERE id = %s AND status = 'completed'", run))

    assert [heard.headers["idempotency-key"] for heard in receiver.heard] == [f"{run}:call:1"] * 2
    assert codes(house, run) == []


def test_f17_a_backlog_for_one_slow_receiver_holds_up_no_refund(house: Trial, tell: Tell) -> None:
    is_quick = Event()

    def slow(line: socket.socket, closing: Event) -> None:
        is_quick.wait(SLOW_SECONDS)
        answer("201 Created")(line, closing)

    tasks = [waiting_task(house) for _ in range(REFUNDS)]
    with Receiver(slow) as receiver:
        live(house, "slow-call", port=receiver.port, key_header="Idempotency-Key")
        for number in range(BACKLOG):
            body = {"definition": "slow-call", "subject": {"type": "parcel", "id": str(number)}}
            assert house.post("/api/v1/instances", body, user="supervisor1").status == 201
        taken = [_paid_after(house, number, task) for number, task in tasks]
        left = house.count("workflows_activityjob", "target = %s", "http_request:erp")
        is_quick.set()
        house.wait_until_idle(seconds=600)

    assert left > BACKLOG / 2
    tell(f"F17: {BACKLOG} calls of {SLOW_SECONDS} s waiting, {left} left when the last of {REFUNDS} refunds was paid: "
         f"p50 {sorted(taken)[len(taken) // 2]:.2f} s, p95 {sorted(taken)[int(len(taken) * 0.95)]:.2f} s")  # fmt: skip


def _paid_after(house: Trial, number: str, task: dict[str, Any]) -> float:
    """How long it takes from the approval of a refund until it is paid."""
    begun = time.monotonic()
    assert approve(house, task) is not None
    eventually(lambda: refund_status(house, number) == "refunded")
    return time.monotonic() - begun
