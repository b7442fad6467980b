"""`POST /instances`: what a person or a program says is checked, and nobody can say what only a wing may say."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bedrock.clock import now
from orders.refunds.actions import request_refund
from tests.orders.builders import actor_of, paid_document, place, yuan
from tests.workflows.conftest import chain, live_flow
from workflows import wings
from workflows.models import HistoryEvent, Instance
from workflows.queries import instances_of

pytestmark = pytest.mark.django_db
REST = ("rest", "delay", {"after": "PT1H"})
DECLARED: list[dict[str, Any]] = [
    {"name": "amount", "type": "money"},
    {"name": "ratio", "type": "decimal"},
    {"name": "count", "type": "integer"},
    {"name": "note", "type": "text"},
    {"name": "lines", "type": "list<record>", "fields": [{"name": "sku", "type": "text"}]},
]
GIVEN = {
    "amount": {"amount": "58.00", "currency": "CNY"}, "ratio": "0.30", "count": 2, "note": "fragile",
    "lines": [{"sku": "S-1"}],
}  # fmt: skip


@pytest.fixture
def program(designer: User) -> APIClient:
    """A program, and a live flow `claim` with variables of several types."""
    live_flow("claim", chain(REST) | {"variables": DECLARED}, by=designer)
    client = APIClient()
    client.force_authenticate(User.objects.create_user("shop", "x", roles=["integration"]))
    return client


def start(
    client: APIClient, variables: dict[str, Any] | None = None, *, flow: str = "claim", kind: str = "claim"
) -> Any:
    body: dict[str, Any] = {"definition": flow, "subject": {"type": kind, "id": "C-1"}}
    return client.post(
        "/api/v1/instances", body | ({} if variables is None else {"variables": variables}), format="json"
    )


def nothing_started() -> bool:
    return not Instance.objects.exists() and not HistoryEvent.objects.exists()


def test_a_program_starts_a_flow_with_the_variables_that_it_declares(program: APIClient) -> None:
    started = start(program, GIVEN)

    assert started.status_code == 201, started.content
    assert started.json()["variables"] == GIVEN
    assert Instance.objects.get().state["variables"] == GIVEN


def test_fractions_are_kept_exactly(program: APIClient) -> None:
    text = json.dumps(
        {"definition": "claim", "subject": {"type": "claim", "id": "C-1"}, "variables": GIVEN | {"ratio": "RATIO"}}
    )
    body = text.replace('"RATIO"', "0.1000000000000000055511151231257827")

    started = program.post("/api/v1/instances", body, content_type="application/json")

    assert started.status_code == 201, started.content
    assert Instance.objects.get().state["variables"]["ratio"] == "0.1000000000000000055511151231257827"


def test_a_value_that_is_not_there_is_said_by_null(program: APIClient) -> None:
    assert start(program, GIVEN | {"note": None}).status_code == 201
    assert Instance.objects.get().state["variables"]["note"] is None


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in GIVEN.items() if key != name}


@pytest.mark.parametrize(
    ("variables", "code", "path"),
    [
        (GIVEN | {"amuont": 1}, "variable.unknown", "/variables/amuont"),
        (GIVEN | {"a/b~c": 1}, "variable.unknown", "/variables/a~1b~0c"),
        (without("amount"), "variable.missing", "/variables/amount"),
        (GIVEN | {"amount": "58.00"}, "variable.mismatch", "/variables/amount"),
        (GIVEN | {"amount": {"amount": "x", "currency": "CNY"}}, "variable.mismatch", "/variables/amount/amount"),
        (GIVEN | {"count": 1.5}, "variable.mismatch", "/variables/count"),
        (GIVEN | {"note": 0.3}, "variable.mismatch", "/variables/note"),
        (GIVEN | {"lines": [{"sku": "S-1"}, {"sku": 2}]}, "variable.mismatch", "/variables/lines/1/sku"),
        (GIVEN | {"lines": [{"sku": "S-1", "price": 1}]}, "variable.unknown", "/variables/lines/0/price"),
    ],
)
def test_variables_that_the_flow_does_not_declare_so_are_refused_with_their_place(
    program: APIClient, variables: dict[str, Any], code: str, path: str
) -> None:
    refused = start(program, variables)

    assert (refused.status_code, refused.json()["code"]) == (422, "variables.invalid")
    assert [(one["code"], one["path"]) for one in refused.json()["errors"]] == [(code, path)]
    assert nothing_started()


def test_all_problems_are_told_at_once(program: APIClient) -> None:
    refused = start(program)

    assert [one["path"] for one in refused.json()["errors"]] == [f"/variables/{one['name']}" for one in DECLARED]
    assert nothing_started()


def test_variables_of_more_than_a_megabyte_are_refused(program: APIClient) -> None:
    refused = start(program, GIVEN | {"note": "长" * 400_000})

    assert (refused.status_code, refused.json()["code"]) == (422, "variables.too_large")
    assert refused.json()["errors"][0]["path"] == "/variables"
    assert nothing_started()


@pytest.mark.parametrize("role", ["integration", "requester", "supervisor"])
def test_nobody_starts_a_flow_by_hand_that_an_event_starts(designer: User, role: str) -> None:
    live_flow("refunds", chain(REST, trigger="refund.requested") | {"variables": []}, by=designer)
    client = APIClient()
    client.force_authenticate(User.objects.create_user("x", "x", roles=[role]))

    refused = start(client, flow="refunds")

    assert (refused.status_code, refused.json()["code"]) == (409, "definition.started_by_event")
    assert refused.json()["trigger"] == "refund.requested"
    assert nothing_started()


def test_nobody_but_the_wing_starts_a_run_about_its_subjects(program: APIClient) -> None:
    refused = start(program, GIVEN, kind="refund")

    assert (refused.status_code, refused.json()["code"]) == (422, "subject.reserved")
    assert [one["path"] for one in refused.json()["errors"]] == ["subject.type"]
    assert nothing_started()
    assert wings.owns_subjects("refund")


def test_a_run_that_borrows_the_id_of_a_refund_is_not_shown_with_its_order(program: APIClient, designer: User) -> None:
    live_flow("refunds", chain(REST, trigger="refund.requested") | {"variables": []}, by=designer)
    asker = User.objects.create_user("cs", "x", roles=["requester"])
    order = place(paid_document(), owner=asker)
    refund = request_refund(order.pk, amount=yuan("58.00"), reason="破损", actor=actor_of(asker), now=now())
    body = {"definition": "claim", "subject": {"type": "claim", "id": str(refund.pk)}, "variables": GIVEN}
    assert program.post("/api/v1/instances", body, format="json").status_code == 201

    shown = instances_of("refund", [str(refund.pk)])
    assert [run["id"] for run in shown[str(refund.pk)]] == [str(refund.instance)]
