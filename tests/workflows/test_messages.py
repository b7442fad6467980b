"""Messages from outside reach the runs that listen: one reader for a key, everybody for a call, nobody else."""

from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from accounts.models import User
from bedrock.clock import now
from bedrock.errors import BadInput
from tests.workflows.conftest import chain, live_flow
from workflows import invariants
from workflows.actions.instances import deliver, start
from workflows.actions.messages import send
from workflows.engine.events import SYSTEM, CancelRequested, MessageReceived
from workflows.engine.state import Subject
from workflows.models import HistoryEvent, Incident, Instance, MessageWait

pytestmark = pytest.mark.django_db
DECLARED: list[dict[str, Any]] = [{"name": "order", "type": "text"}, {"name": "weight", "type": "decimal"}]
ARRIVED = {"message": "parcel.arrived", "key": "${order}", "into": "weight"}


@pytest.fixture
def flows(designer: User) -> None:
    """`parcel` waits for the message about its order, `closing` for a call to all."""
    live_flow("parcel", chain(("parcel", "message", ARRIVED)) | {"variables": DECLARED}, by=designer)
    closing = chain(("closing", "message", {"message": "shop.closed"}))
    live_flow("closing", closing | {"variables": DECLARED}, by=designer)


def begin(flow: str, order: str = "ORD-1") -> str:
    return start(
        flow, subject=Subject(type="parcel", id=order[:9], title=order[:9]), variables={"order": order}, requester=None,
        actor=SYSTEM, now=now(),
    ).instance_id  # fmt: skip


def tell(name: str = "parcel.arrived", key: str | None = "ORD-1", payload: Any = "1.20") -> list[str]:
    return list(send(MessageReceived(name=name, key=key, payload=payload), now=now()).taken_by)


def status(run: str) -> str:
    return str(Instance.objects.get(pk=run).status)


def waits() -> list[tuple[str, str, str | None]]:
    return [(str(one.instance), one.name, one.key) for one in MessageWait.objects.order_by("id")]


def test_a_message_about_an_order_is_taken_once_by_the_run_that_has_listened_longest(flows: None) -> None:
    first, second, other = begin("parcel"), begin("parcel"), begin("parcel", "ORD-2")
    assert waits() == [(first, "parcel.arrived", "ORD-1"), (second, "parcel.arrived", "ORD-1"),
                       (other, "parcel.arrived", "ORD-2")]  # fmt: skip

    assert tell() == [first]

    assert [status(run) for run in (first, second, other)] == ["completed", "running", "running"]
    assert Instance.objects.get(pk=first).state["variables"]["weight"] == "1.20"
    assert [run for run, _, _ in waits()] == [second, other]
    assert tell() == [second]
    assert tell() == []
    assert invariants.broken() == []


def test_a_call_without_a_key_is_heard_by_everybody_who_listens_for_it(flows: None) -> None:
    one, two, parcel = begin("closing"), begin("closing"), begin("parcel")

    assert tell("shop.closed", None) == sorted([one, two])

    assert [status(run) for run in (one, two, parcel)] == ["completed", "completed", "running"]


def test_a_message_that_nobody_listens_for_changes_nothing(flows: None) -> None:
    run = begin("parcel")
    before = list(HistoryEvent.objects.values())

    assert tell(key="ORD-9") == tell("parcel.lost") == tell(key=None) == []

    assert list(HistoryEvent.objects.values()) == before
    assert status(run) == "running"


def test_what_does_not_fit_its_field_is_refused_and_the_run_goes_on_listening(flows: None) -> None:
    run = begin("parcel")

    with pytest.raises(BadInput) as refused, transaction.atomic():
        tell(payload={"kg": 1})

    assert refused.value.code == "message.payload_unfit"
    assert waits() == [(run, "parcel.arrived", "ORD-1")]
    assert tell() == [run]


def test_a_run_that_is_taken_back_listens_no_more(flows: None) -> None:
    run = begin("parcel")

    deliver(run, CancelRequested(actor=SYSTEM, reason="taken back"), now=now())

    assert (waits(), tell(), status(run)) == ([], [], "cancelled")
    assert invariants.broken() == []


def test_a_key_that_no_row_can_hold_is_an_incident(flows: None) -> None:
    run = begin("parcel", "x" * 201)

    assert (Incident.objects.get(instance=run).code, waits()) == ("message.key_too_long", [])


def test_a_program_sends_a_message_and_a_repeated_request_sends_none(flows: None) -> None:
    first, second = begin("parcel"), begin("parcel")
    client = APIClient()
    client.force_authenticate(User.objects.create_user("carrier", "x", roles=["integration"], display_name="Carrier"))
    body = {"name": "parcel.arrived", "key": "ORD-1", "payload": "1.20"}

    answers = [
        client.post("/api/v1/messages", body, format="json", headers={"Idempotency-Key": "M-1"}) for _ in range(2)
    ]

    assert [(one.status_code, one.json()) for one in answers] == [
        (200, {"taken_by": [first], "kept_until": None, "to_follow": 0})
    ] * 2
    assert [status(run) for run in (first, second)] == ["completed", "running"]
    moved = HistoryEvent.objects.get(instance=first, kind="moved", node="parcel")
    assert moved.actor_name == "Carrier"


def test_an_unfit_message_is_answered_with_the_place_of_the_trouble(flows: None) -> None:
    begin("parcel")
    client = APIClient()
    client.force_authenticate(User.objects.create_user("carrier", "x", roles=["integration"]))

    answer = client.post("/api/v1/messages", {"name": "parcel.arrived", "key": "ORD-1", "payload": [1]}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (422, "message.payload_unfit")
