"""The main job through the HTTP contract: draw, publish, order, refund, approve, time out, force; with tokens only."""

from typing import Any

import pytest

from tests.flows.shop import (
    cny,
    decide,
    instance_of,
    nodes_of,
    paid_back,
    paid_order,
    place_order,
    refund,
    task_of,
    wait_for_status,
    wind_to,
)
from tests.house import House, eventually

pytestmark = pytest.mark.serial

MONDAY = "2026-11-30"  # a plain working day of the demo's calendar


@pytest.fixture(scope="module", autouse=True)
def _monday_morning(house: House) -> None:
    wind_to(house, MONDAY, "09:00")


@pytest.fixture(scope="module")
def own_flow(house: House) -> dict[str, Any]:
    """A designer's own flow from the template, published as v1 in place of the demo's."""
    template = next(
        one for one in house.get("/api/v1/templates", user="admin").json["results"] if one["key"] == "small_refund"
    )
    made = house.post(
        "/api/v1/definitions",
        {"key": "our_refund", "title": {"zh": "我们的退款", "en": "Our refund"}, "graph": template["graph"]},
        user="admin",
    )
    assert (made.status, made.json["draft"]["problems"]) == (201, [])
    url = f"/api/v1/definitions/{made.json['id']}"
    taken = house.post(f"{url}/publish", {"revision": 1, "note": "first"}, user="admin")
    assert (taken.status, taken.json["code"]) == (409, "trigger.taken")
    first = house.post(f"{url}/publish", {"revision": 1, "note": "first", "take_over": True}, user="admin")
    assert (first.status, first.json["version"]) == (201, 1)
    return {"url": url, "graph": template["graph"]}


def test_a_changed_condition_sends_new_refunds_another_way_and_old_ones_stay(
    house: House, own_flow: dict[str, Any]
) -> None:
    old = paid_order(house, "199.00")
    refund(house, old, "58.00")
    assert nodes_of(house, old) == ["ops"]  # 29.1 % is below 30 %

    graph = own_flow["graph"]
    next(node for node in graph["nodes"] if node["id"] == "small")["config"]["branches"][0]["when"] = (
        "${refundAmount} < ${orderTotal} * 0.2"
    )
    saved = house.call("PUT", f"{own_flow['url']}/draft", {"revision": 1, "graph": graph, "layout": {}}, user="admin")
    assert (saved.status, saved.json["revision"], saved.json["problems"]) == (200, 2, [])
    second = house.post(f"{own_flow['url']}/publish", {"revision": 2, "note": "20 %"}, user="admin")
    assert (second.json["version"], second.json["running_on_older"]) == (2, 1)

    new = paid_order(house, "199.00")
    refund(house, new, "58.00")

    assert (nodes_of(house, new), instance_of(house, new)["version"]) == (["finance"], 2)
    assert (nodes_of(house, old), instance_of(house, old)["version"]) == (["ops"], 1)
    why = next(
        fact["data"]["why"]
        for fact in house.get(f"/api/v1/instances/{instance_of(house, new)['id']}/history", user="auditor1").json[
            "results"
        ]
        if fact["node"] == "small"
    )
    assert why["conditions"][0]["because"] == "58.00 CNY < 199.00 CNY * 0.2 = 39.80 CNY → false"

    assert decide(house, "ops1", old, "approve").status == 200
    wait_for_status(house, old, "refunded")


def test_lunch_pauses_the_clock_and_silence_goes_to_the_backup_group(house: House, own_flow: dict[str, Any]) -> None:
    wind_to(house, MONDAY, "11:30")
    number = paid_order(house, "199.00")
    refund(house, number, "58.00")

    task = task_of(house, "finance1", number)
    assert task is not None
    # 30 minutes before lunch, 90 after 13:30: due at 15:00 in Shanghai.
    assert task["due_at"].startswith(f"{MONDAY}T07:00") or task["due_at"].startswith(f"{MONDAY}T15:00")
    assert task["due_does"]["do"] == "transfer"
    assert task_of(house, "backup1", number) is None

    wind_to(house, MONDAY, "12:15")
    task = task_of(house, "finance1", number)
    assert task is not None
    assert task["working_seconds_left"] == pytest.approx(90 * 60, abs=60)
    assert task["paused_until"] is not None

    wind_to(house, MONDAY, "15:01")
    eventually(lambda: task_of(house, "backup1", number))
    assert task_of(house, "finance1", number) is None

    late = house.post(f"/api/v1/tasks/{task['id']}/approve", {"revision": task["revision"]}, user="finance1")
    assert late.status in (403, 404, 409)
    assert decide(house, "backup1", number, "approve").json["instance"]["tokens"][0]["node"] == "ops"
    assert decide(house, "ops2", number, "approve").status == 200
    wait_for_status(house, number, "refunded")
    assert paid_back(house, number) == [("58.00",)]
    order = house.get(f"/api/v1/orders/{number}", user="cs1").json
    assert order["refundable"] == cny("141.00")


def test_a_rejection_ends_the_refund_and_frees_the_amount(house: House, own_flow: dict[str, Any]) -> None:
    number = paid_order(house, "100.00")
    refund(house, number, "90.00")
    silent = decide(house, "finance2", number, "reject")
    assert (silent.status, silent.json["code"]) == (422, "task.comment_required")
    assert decide(house, "finance2", number, "reject", comment="凭证不清楚").status == 200

    wait_for_status(house, number, "rejected")
    assert house.get(f"/api/v1/orders/{number}", user="cs1").json["refundable"] == cny("100.00")
    assert paid_back(house, number) == []


def test_a_second_answer_hears_who_was_first(house: House, own_flow: dict[str, Any]) -> None:
    number = paid_order(house, "100.00")
    refund(house, number, "60.00")
    task = task_of(house, "finance2", number)
    assert task is not None
    assert decide(house, "finance1", number, "approve").status == 200

    late = house.post(f"/api/v1/tasks/{task['id']}/approve", {"revision": task["revision"]}, user="finance2")

    assert (late.status, late.json["code"], late.json["outcome"]) == (409, "task.already_decided", "approved")
    assert late.json["decided_by"]


def test_a_supervisor_moves_a_stuck_refund_with_a_reason(house: House, own_flow: dict[str, Any]) -> None:
    number = paid_order(house, "100.00")
    refund(house, number, "60.00")
    run = instance_of(house, number)
    url = f"/api/v1/instances/{run['id']}/force-advance"
    assert house.post(f"{url}/preview", {"target": "ops"}, user="finance1").status == 403

    shown = house.post(f"{url}/preview", {"target": "ops"}, user="supervisor1").json
    assert ("cancels_task", "finance") in [(one["kind"], one["node"]) for one in shown["effects"]]
    refused = house.post(url, {"token": shown["token"], "reason": ""}, user="supervisor1")
    assert (refused.status, refused.json["code"]) == (422, "force.reason_required")
    assert nodes_of(house, number) == ["finance"]

    done = house.post(url, {"token": shown["token"], "reason": "大促期间加急"}, user="supervisor1")
    assert done.status == 200
    assert nodes_of(house, number) == ["ops"]
    assert task_of(house, "finance1", number) is None
    [entry] = house.get(f"/api/v1/audit?instance={run['id']}", user="auditor1").json["results"]
    assert (entry["reason"], entry["ip"], entry["before"]["nodes"], entry["after"]["nodes"]) == (
        "大促期间加急", "127.0.0.1", ["finance"], ["ops"],
    )  # fmt: skip
    assert decide(house, "ops1", number, "approve").status == 200
    wait_for_status(house, number, "refunded")
    assert paid_back(house, number) == [("60.00",)]


def test_a_cut_line_to_the_provider_pays_exactly_once(house: House, own_flow: dict[str, Any]) -> None:
    number = paid_order(house, "100.00")
    house.manage("sandbox", "be", "cut", "--order", number, "--times", "1")
    refund(house, number, "10.00")
    assert decide(house, "ops1", number, "approve").status == 200
    wait_for_status(house, number, "refunded")
    assert paid_back(house, number) == [("10.00",)]


def test_the_same_order_twice_is_one_order(house: House) -> None:
    first = place_order(house, "10.00", key="K-1", order_no="ORDTWICE1")
    again = place_order(house, "10.00", key="K-1", order_no="ORDTWICE1")
    other = place_order(house, "11.00", key="K-1", order_no="ORDTWICE1")
    missing = house.post("/api/v1/orders", {}, user="shop")

    assert (first.status, again.status, again.headers.get("Idempotent-Replayed")) == (201, 200, "true")
    assert first.json == again.json
    assert (other.status, other.json["code"]) == (422, "idempotency.key_reused")
    assert missing.status == 400


def test_more_than_refundable_is_refused_and_nothing_changes(house: House) -> None:
    number = paid_order(house, "100.00")
    refused = house.post(
        f"/api/v1/orders/{number}/refunds", {"amount": cny("100.01"), "reason": "too much"}, user="cs1"
    )
    assert (refused.status, refused.json["code"]) == (422, "refund.exceeds_refundable")
    assert house.get(f"/api/v1/orders/{number}", user="cs1").json["refunds"] == []


def test_at_the_end_of_the_day_every_invariant_holds(house: House) -> None:
    eventually(lambda: house.rows("SELECT count(*) FROM workflows_activityjob")[0][0] == 0)
    told = house.invariants()
    assert told["broken"] == {}
    assert house.manage("audit", "verify").strip().endswith(house.rows(
        "SELECT hash FROM workflows_auditentry ORDER BY seq DESC LIMIT 1"
    )[0][0])  # fmt: skip
