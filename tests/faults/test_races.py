"""Two at the same moment, over HTTP and on real rows: exactly one of them counts, and the other hears the truth."""

import random
import uuid
from functools import partial
from typing import Any

import pytest

from tests.faults.trial import Tell, Trial, approve, at_once, waiting_task
from tests.flows.shop import cny, instance_of, nodes_of, paid_order, place_order, task_of
from tests.house import Answer, eventually, pause
from tests.sizes import sized

pytestmark = pytest.mark.serial

ROUNDS = sized(20, full=5_000)  # F46, F50
FEWER = sized(20, full=2_000)  # F47, F48
FEW = sized(20, full=1_000)  # F49, F51
SEED = 50
TOGETHER = {
    "format": 1,
    "nodes": [
        {"id": "start", "type": "start", "config": {}},
        {
            "id": "both", "type": "approval", "name": {"zh": "会签", "en": "Both"},
            "config": {"assign": [{"kind": "group", "group": "operations"}], "mode": "all"},
        },
        {
            "id": "next", "type": "approval", "name": {"zh": "复核", "en": "Next"},
            "config": {"assign": [{"kind": "group", "group": "finance"}], "mode": "any"},
        },
        {"id": "end", "type": "end", "config": {}},
    ],
    "edges": [
        {"id": "e1", "from": "start", "port": "out", "to": "both"},
        {"id": "e2", "from": "both", "port": "approved", "to": "next"},
        {"id": "e3", "from": "both", "port": "rejected", "to": "end"},
        {"id": "e4", "from": "next", "port": "approved", "to": "end"},
        {"id": "e5", "from": "next", "port": "rejected", "to": "end"},
    ],
}  # fmt: skip


def statuses(answers: list[Answer | None]) -> list[int]:
    return sorted(0 if answer is None else answer.status for answer in answers)


def moves(house: Trial, task: dict[str, Any]) -> int:
    where = "instance = %s AND node = %s AND kind = 'moved'"
    return house.count("workflows_historyevent", where, task["instance"], task["node"])


def votes(house: Trial, task: dict[str, Any]) -> int:
    return house.count("approvals_decision", "task_id = %s", task["id"])


def approve_after(seconds: float, house: Trial, task: dict[str, Any]) -> Answer | None:
    pause(seconds)
    return approve(house, task, "finance1")


def test_f46_one_approval_counts_when_two_approve_at_once(house: Trial, tell: Tell) -> None:
    for _ in range(ROUNDS):
        number, task = waiting_task(house, "finance1", "60.00")

        answers = at_once(partial(approve, house, task, "finance1"), partial(approve, house, task, "finance2"))

        assert statuses(answers) == [200, 409]
        [late] = [answer.json for answer in answers if answer.status == 409]
        winner = "王财务" if answers[0].status == 200 else "李财务"
        assert (late["code"], late["outcome"], late["decided_by"]) == ("task.already_decided", "approved", winner)
        [(closed_at,)] = house.rows(
            "SELECT closed_at FROM approvals_approvaltask WHERE id = %s", task["id"]
        )  # fmt: skip
        assert late["decided_at"] == closed_at.isoformat()
        assert (votes(house, task), moves(house, task), nodes_of(house, number)) == (1, 1, ["ops"])
    tell(f"F46: {ROUNDS} tasks × 2 approvals at once: {ROUNDS} decisions, {ROUNDS} × 409 with who and when")


def test_f48_one_outcome_counts_when_one_approves_and_one_rejects_at_once(house: Trial, tell: Tell) -> None:
    outcomes = []
    for _ in range(FEWER):
        _, task = waiting_task(house, "finance1", "60.00")

        answers = at_once(
            partial(approve, house, task, "finance1"), partial(approve, house, task, "finance2", verb="reject")
        )

        assert statuses(answers) == [200, 409]
        said = "approved" if answers[0].status == 200 else "rejected"
        [late] = [answer.json for answer in answers if answer.status == 409]
        assert (late["code"], late["outcome"]) == ("task.already_decided", said)
        rows = house.rows("SELECT status FROM approvals_approvaltask WHERE id = %s", task["id"])
        assert (rows, votes(house, task), moves(house, task)) == ([(said,)], 1, 1)
        outcomes.append(said)
    tell(f"F48: {FEWER} × approve against reject: {FEWER} outcomes ({outcomes.count('approved')} approved)")


def test_f47_the_run_goes_on_once_when_the_last_two_votes_come_at_once(house: Trial, tell: Tell) -> None:
    key = f"together-{uuid.uuid4().hex[:8]}"
    made = house.post(
        "/api/v1/definitions", {"key": key, "title": {"zh": "会签", "en": "Both"}, "graph": TOGETHER}, user="admin"
    )
    assert made.status == 201, made.json
    published = house.post(
        f"/api/v1/definitions/{made.json['id']}/publish", {"revision": 1, "note": "first"}, user="admin"
    )
    assert published.status == 201, published.json
    for index in range(FEWER):
        subject = {"type": "ticket", "id": f"{key}-{index}", "title": f"{key}-{index}"}
        started = house.post("/api/v1/instances", {"definition": key, "subject": subject}, user="cs1")
        assert started.status == 201, started.json
        task = task_of(house, "ops1", f"{key}-{index}")
        assert task is not None

        answers = at_once(partial(approve, house, task, "ops1"), partial(approve, house, task, "ops2"))

        assert statuses(answers) == [200, 200]
        assert (votes(house, task), moves(house, task)) == (2, 1)
        open_ = "instance = %s AND node = 'next' AND status = 'open'"
        assert house.count("approvals_approvaltask", open_, task["instance"]) == 1
    tell(f"F47: {FEWER} × the last two votes at once: {FEWER} continuations")


def test_f50_either_the_approval_or_the_timeout_counts_when_both_come_at_once(house: Trial, tell: Tell) -> None:
    chance, approved = random.Random(SEED), 0
    for _ in range(ROUNDS):
        number, task = waiting_task(house, "finance1", "60.00")
        delay = chance.uniform(0, 0.6)  # the sweep comes round every half second

        _, answer = at_once(partial(house.wind, days=10), partial(approve_after, delay, house, task))

        timers = partial(house.count, "workflows_timer", "instance = %s", task["instance"])
        eventually(lambda timers=timers: timers() == 0)
        assert answer is not None
        if answer.status == 200:
            assert (votes(house, task), nodes_of(house, number)) == (1, ["ops"])
            assert task_of(house, "backup1", number) is None
            approved += 1
        else:
            assert (answer.status, answer.json["code"]) in [(403, "task.not_yours"), (409, "task.revision_conflict")]
            assert (votes(house, task), nodes_of(house, number)) == (0, ["finance"])
            assert task_of(house, "backup1", number) is not None
    tell(f"F50: {ROUNDS} × approval against timeout: {ROUNDS} single outcomes ({approved} approved)")


def test_f51_the_run_moves_once_when_it_is_forced_and_approved_at_once(house: Trial, tell: Tell) -> None:
    forced = 0
    for _ in range(FEW):
        number, task = waiting_task(house, "finance1", "60.00")
        path = f"/api/v1/instances/{instance_of(house, number)['id']}/force-advance"
        shown = house.post(f"{path}/preview", {"target": "ops"}, user="supervisor1").json
        order = {"token": shown["token"], "reason": "大促期间加急"}

        force, answer = at_once(
            partial(house.attempt, "POST", path, order, user="supervisor1"),
            partial(approve, house, task, "finance1"),
        )

        assert statuses([force, answer]) == [200, 409], (force.json, answer.json)
        assert nodes_of(house, number) == ["ops"]
        assert house.count(
            "approvals_approvaltask", "instance = %s AND status = 'open'", task["instance"]
        ) == 1  # fmt: skip
        audited = house.get(f"/api/v1/audit?instance={task['instance']}", user="auditor1").json["results"]
        if force.status == 200:
            assert (votes(house, task), len(audited), audited[0]["reason"]) == (0, 1, "大促期间加急")
            forced += 1
        else:
            assert (votes(house, task), audited, force.json["code"]) == (1, [], "force.stale_token")
    tell(f"F51: {FEW} × force-advance against approval: each run moved once ({forced} forced, each audited)")


def test_f49_one_order_is_made_when_it_is_sent_four_times_at_once(house: Trial, tell: Tell) -> None:
    for _ in range(FEW):
        number, key = f"ORD{uuid.uuid4().hex[:12].upper()}", uuid.uuid4().hex

        place = partial(place_order, house, "10.00", key=key, order_no=number)
        answers = at_once(*[partial(house.history.ask, "order", number, place, client=one) for one in range(4)])

        assert statuses(answers) == [200, 200, 200, 201]
        assert all(answer.json == answers[0].json for answer in answers)
        assert house.count("orders_order", "order_no = %s", number) == 1
        other = place_order(house, "11.00", key=key, order_no=number)
        assert (other.status, other.json["code"]) == (422, "idempotency.key_reused")
    tell(f"F49: {FEW} orders × 4 posts at once under one key: {FEW} orders, {3 * FEW} replays")


def test_f49_one_refund_is_made_when_it_is_sent_four_times_at_once(house: Trial, tell: Tell) -> None:
    for _ in range(FEW):
        number, body = paid_order(house, "100.00"), {"amount": cny("60.00"), "reason": "七天无理由退货"}
        path, key = f"/api/v1/orders/{number}/refunds", uuid.uuid4().hex

        ask = partial(house.post, path, body, user="cs1", Idempotency_Key=key)
        keyed = at_once(*[partial(house.history.ask, "refund", number, ask, client=one) for one in range(4)])
        keyless = at_once(*[partial(house.post, path, body, user="cs1")] * 2)

        assert statuses(keyed) == [200, 200, 200, 201]
        assert statuses(keyless) == [422, 422]
        assert {answer.json["code"] for answer in keyless} == {"refund.exceeds_refundable"}
        reserved = "SELECT refund_reserved::numeric(18,2)::text FROM orders_order WHERE order_no = %s"
        assert house.rows(reserved, number) == [("60.00",)]
        assert house.count("workflows_instance", "subject_title LIKE %s", f"{number}%") == 1
    tell(f"F49: {FEW} refunds × 4 posts at once under one key: {FEW} refunds; more than was paid is refused")
