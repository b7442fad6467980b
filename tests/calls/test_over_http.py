"""The whole story by HTTP: a flow that calls another is drawn, published, started, watched and taken back."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.calls.flows import EACH, VALUES, calling, settle
from workflows import invariants

pytestmark = pytest.mark.django_db


def client_of(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_the_lines_of_an_order_are_packed_each_by_a_run_that_its_caller_shows(designer: User, packing: None) -> None:
    drawer = client_of(designer)
    supervisor = client_of(User.objects.create_user("sup", "x", display_name="陈静", roles=["supervisor"]))
    carrier = client_of(User.objects.create_user("wms", "x", display_name="WMS", roles=["integration"]))

    drawing = {"key": "order", "title": {"zh": "订单", "en": "Order"}, "graph": calling("for_each", EACH)}
    made = drawer.post("/api/v1/definitions", drawing, format="json")
    assert made.status_code == 201, made.json()
    assert [one["code"] for one in made.json()["draft"]["problems"]] == ["flow.variables_not_given"]
    flow = made.json()["id"]
    published = drawer.post(f"/api/v1/definitions/{flow}/publish", {"revision": 1, "note": "first"}, format="json")
    assert (published.status_code, published.json()["version"]) == (201, 1)
    body = {"definition": "order", "subject": {"type": "demo", "id": "ORD-9"}, "variables": VALUES}
    run = carrier.post("/api/v1/instances", body, format="json").json()["id"]
    settle()

    shown = supervisor.get(f"/api/v1/instances/{run}").json()
    assert (shown["caller"], shown["tokens"][0]["awaits"]) == (None, "runs")
    assert [(one["node"], one["item"], one["status"], one["waits"], one["incidents"]) for one in shown["called"]] == [
        ("call", item, "running", True, 0) for item in range(4)
    ]
    child: dict[str, Any] = supervisor.get(f"/api/v1/instances/{shown['called'][2]['instance']}").json()
    assert child["caller"] == {
        "instance": run, "definition": shown["definition"], "version": 1, "node": "call", "visit": 1, "item": 2,
        "waits": True,
    }  # fmt: skip
    assert (child["definition"]["key"], child["subject"]["id"]) == ("packing", "ORD-9")

    told = carrier.post(
        "/api/v1/messages", {"name": "packed", "key": "SKU-2", "payload": "SF-2"}, format="json"
    )  # fmt: skip
    assert told.json()["taken_by"] == [child["id"]]
    settle()
    preview = supervisor.post(f"/api/v1/instances/{run}/cancel/preview", {}, format="json").json()
    assert ("cancels_runs", "call") in [(one["kind"], one["node"]) for one in preview["effects"]]
    done = supervisor.post(
        f"/api/v1/instances/{run}/cancel", {"token": preview["token"], "reason": "顾客取消了订单"}, format="json"
    )
    assert done.status_code == 200, done.json()
    settle()

    shown = supervisor.get(f"/api/v1/instances/{run}").json()
    assert [one["status"] for one in shown["called"]] == ["cancelled", "cancelled", "completed", "cancelled"]
    assert invariants.broken() == []
