"""`POST /definitions/{id}/simulate`: values or past refunds by a draft, beside the live version; nothing happens."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.core.models import Order
from orders.refunds.models import Refund, RefundEffect
from tests.orders.builders import NOW
from tests.simulation.conftest import Shop
from tests.simulation.flows import cny, refund_graph
from workflows.engine.node_type import NodeType
from workflows.engine.registry import registry
from workflows.models import ActivityJob, HistoryEvent, Instance, Timer

VALUES = {"refundAmount": cny("58.00"), "orderTotal": cny("199.00")}
MONDAY = "2026-01-26T09:00:00+08:00"


def rows() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (
        Instance, HistoryEvent, Timer, ActivityJob, Refund, RefundEffect, Order
    )]  # fmt: skip


def test_given_values_tell_the_way_the_numbers_the_people_and_the_effect(shop: Shop) -> None:
    answer = shop.post("/simulate", {"values": VALUES, "at": MONDAY})

    body = answer.json()
    assert (answer.status_code, body["version"], body["live_version"], body["amount"]) == (200, None, 1, "refundAmount")
    [run] = body["runs"]
    assert (run["ending"], run["path"]) == ("completed", ["start", "small", "ops", "refund", "end"])
    assert run["steps"][1]["because"]["conditions"] == [
        {"port": "small", "because": "58.00 CNY < 199.00 CNY * 0.3 = 59.70 CNY → true"}
    ]
    assert [(one["node"], one["key"]) for one in run["asked"]] == [("ops", "ops")]
    assert run["steps"][2]["asked"][0]["trace"][0]["lines"][0]["params"]["members"] == ["o1", "o2"]
    [effect] = run["effects"]
    assert (effect["type"], effect["amount"], effect["key"]) == ("orders.refund", cny("58.00"), "rehearsal:refund:1")
    assert run["changes"] == []


def test_a_drawing_is_compared_with_the_live_version(shop: Shop) -> None:
    values = {"refundAmount": cny("80.00"), "orderTotal": cny("199.00")}

    body = shop.post("/simulate", {"graph": refund_graph("0.5"), "values": values, "at": MONDAY}).json()

    [run] = body["runs"]
    assert [(one["kind"], one["before"]["key"]) for one in run["changes"]] == [("no_longer_asked", "finance")]
    assert (run["live"]["path"][2], run["path"][2]) == ("finance", "ops")


def test_past_refunds_of_a_draft_are_grouped_with_their_money(shop: Shop) -> None:
    for hours, amount in enumerate(("58.00", "80.00", "99.00", "150.00")):
        shop.refund(amount, hours=hours)

    answer = shop.post("/simulate", {"since": NOW.isoformat(), "graph": refund_graph("0.5")})

    body = answer.json()
    assert answer.status_code == 200
    difference = body["difference"]
    assert (difference["compared"], difference["changed"]) == (4, 2)
    assert difference["totals"] == [cny("179.00")]
    [group] = difference["groups"]
    assert (group["kind"], group["before"]["key"], group["count"], group["totals"]) == (
        "no_longer_asked", "finance", 2, [cny("179.00")],
    )  # fmt: skip
    assert [title.split(" · ")[1] for title in group["samples"]] == ["80.00 CNY", "99.00 CNY"]
    assert [run["amount"] for run in body["runs"]] == [cny("80.00"), cny("99.00")]


def test_only_what_was_asked_since_then_is_played(shop: Shop) -> None:
    shop.refund("80.00")
    shop.refund("90.00", hours=2)

    since = (NOW + timedelta(hours=1)).isoformat()
    body = shop.post("/simulate", {"since": since, "graph": refund_graph("0.5")}).json()

    assert (body["difference"]["compared"], body["difference"]["totals"]) == (1, [cny("90.00")])


def test_a_past_order_is_found_by_its_number_and_begins_when_it_did(shop: Shop) -> None:
    refund = shop.refund("58.00", hours=3)

    by_number = shop.post("/simulate", {"subjects": [refund.order.order_no]}).json()["runs"]
    by_id = shop.post("/simulate", {"subjects": [str(refund.pk)]}).json()["runs"]

    assert by_number == by_id
    assert by_number[0]["subject"]["id"] == str(refund.pk)
    assert by_number[0]["started_at"] == (NOW + timedelta(hours=3)).isoformat()
    assert by_number[0]["requester"] == str(refund.requested_by_id)


def test_what_is_shown_of_a_buyer_is_no_more_than_the_number_of_the_order(shop: Shop) -> None:
    """A designer sees no orders: neither name nor phone nor address of a buyer may come along."""
    refund = shop.refund("58.00")

    text = shop.post("/simulate", {"subjects": [refund.order.order_no]}).content.decode()

    assert refund.order.order_no in text
    for secret in ("张三", "13800138000", "138****8000", "文三路", "杭州"):
        assert secret not in text


def test_absences_and_outcomes_are_assumed(shop: Shop) -> None:
    away = {"user": "o1", "start": MONDAY, "end": "2026-01-28T09:00:00+08:00"}

    body = {"values": VALUES, "at": MONDAY, "absences": [away], "outcomes": [{"node": "ops", "do": "reject"}]}
    [run] = shop.post("/simulate", body).json()["runs"]

    assert run["path"] == ["start", "small", "ops", "reject", "end"]
    assert [note["by"]["name"] for note in run["steps"][2]["notes"]] == ["o2"]
    assert [one["type"] for one in run["effects"]] == ["orders.reject_refund"]


def test_who_asks_is_never_asked(shop: Shop) -> None:
    [run] = shop.post("/simulate", {"values": VALUES, "at": MONDAY, "requester": "o1"}).json()["runs"]

    assert [note["by"]["name"] for note in run["steps"][2]["notes"]] == ["o2"]
    assert [line["code"] for line in run["steps"][2]["asked"][0]["trace"][0]["lines"]] == [
        "assigned.pool", "skipped.requester",
    ]  # fmt: skip


def test_a_version_is_played_by_its_number(shop: Shop) -> None:
    body = shop.post("/simulate", {"version": 1, "values": VALUES}).json()

    assert (body["version"], body["difference"]["changed"]) == (1, 0)


def refused(shop: Shop, body: dict[str, Any]) -> tuple[int, str, list[str]]:
    answer = shop.post("/simulate", body)
    problem = answer.json()
    return (
        answer.status_code,
        problem["code"],
        [one.get("path") or one.get("node") for one in problem.get("errors", [])],
    )


@pytest.mark.parametrize(
    ("body", "code", "places"),
    [
        ({}, "simulation.one_source", []),
        ({"values": VALUES, "since": MONDAY}, "simulation.one_source", []),
        ({"values": {"refundAmount": cny("1.00")}}, "variables.invalid", ["/variables/orderTotal"]),
        ({"values": VALUES, "outcomes": [{"node": "gone"}]}, "simulation.script_invalid", ["outcomes.0.node"]),
        (
            {"values": VALUES, "outcomes": [{"node": "ops", "do": "dance"}]},
            "simulation.script_invalid", ["outcomes.0.do"],
        ),
        ({"values": VALUES, "requester": "nobody"}, "simulation.unknown_person", ["requester"]),
        (
            {"values": VALUES, "absences": [{"user": "x", "start": MONDAY, "end": "2026-01-27T09:00:00+08:00"}]},
            "simulation.unknown_person", ["absences.0.user"],
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_played_is_refused_with_its_place(
    shop: Shop, body: dict[str, Any], code: str, places: list[str]
) -> None:
    assert refused(shop, body) == (422, code, places)


def test_an_unknown_order_and_an_unknown_version_are_not_found(shop: Shop) -> None:
    assert refused(shop, {"subjects": ["ORD-NONE"]})[:2] == (404, "simulation.subject_unknown")
    assert refused(shop, {"version": 7, "values": VALUES})[:2] == (404, "version.unknown")


def test_a_drawing_with_errors_is_refused_with_all_of_them(shop: Shop) -> None:
    graph = refund_graph()
    graph["edges"] = [edge for edge in graph["edges"] if edge["from"] != "refund"]

    assert refused(shop, {"graph": graph, "values": VALUES})[:2] == (422, "definition.has_problems")


def test_playing_reads_a_few_rows_writes_none_and_calls_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for hours in range(5):
        shop.refund("80.00", hours=hours)
    before = rows()
    for kind in registry:
        for name in ("perform", "perform_inline"):
            monkeypatch.setattr(type(kind), name, forbidden)

    with CaptureQueriesContext(connection) as few:
        shop.post("/simulate", {"subjects": [Refund.objects.all()[0].order.order_no]})
    with CaptureQueriesContext(connection) as many:
        answer = shop.post("/simulate", {"since": NOW.isoformat(), "graph": refund_graph("0.5")})

    assert answer.json()["difference"]["compared"] == 5
    assert rows() == before
    words = {query["sql"].split()[0].upper() for query in (*few, *many)}
    assert words <= {"SELECT"}
    monkeypatch.undo()
    for hours in range(5):
        shop.refund("90.00", hours=hours)
    with CaptureQueriesContext(connection) as more:
        shop.post("/simulate", {"since": NOW.isoformat(), "graph": refund_graph("0.5")})
    assert len(more) == len(many)


def forbidden(kind: NodeType[Any], *args: Any) -> None:
    raise AssertionError(f"{kind.key} acted")
