"""Messages that may be repeated and kept, and what supervisors do with those that died, over HTTP."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bedrock.clock import now
from tests.workflows.conftest import chain, live_flow
from workflows.actions.instances import start
from workflows.engine.events import SYSTEM
from workflows.engine.state import Subject
from workflows.models import AuditEntry, Instance, Letter

pytestmark = pytest.mark.django_db
WAIT = ("parcel", "message", {"message": "parcel.arrived", "key": "${order}", "into": "weight"})
MESSAGE = {"id": "M-1", "name": "parcel.arrived", "key": "ORD-1", "payload": "1.20", "keep": "P1D"}
REASON = "the scale wrote words"


@pytest.fixture
def flow(designer: User) -> None:
    declared = [{"name": "order", "type": "text"}, {"name": "weight", "type": "decimal"}]
    live_flow("parcel", chain(WAIT) | {"variables": declared}, by=designer)
    live_flow("called", chain(("called", "message", {"message": "shop.closed", "into": "weight"}))
              | {"variables": declared}, by=designer)  # fmt: skip


@pytest.fixture
def program() -> APIClient:
    return signed_in(User.objects.create_user("carrier", "x", roles=["integration"], display_name="Carrier"))


@pytest.fixture
def boss(supervisor: User) -> APIClient:
    return signed_in(supervisor)


def signed_in(person: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


def begin(flow: str = "parcel", order: str = "ORD-1") -> str:
    return start(
        flow, subject=Subject(type="parcel", id="P"), variables={"order": order}, requester=None, actor=SYSTEM,
        now=now(),
    ).instance_id  # fmt: skip


def send(client: APIClient, headers: dict[str, str] | None = None, **change: Any) -> tuple[int, Any]:
    body = {name: value for name, value in (MESSAGE | change).items() if value is not None}
    answer = client.post("/api/v1/messages", body, format="json", headers=headers or {})
    return answer.status_code, answer.json()


def dead_letter(program: APIClient) -> tuple[str, int]:
    """A run that waits, and the letter that it could not take."""
    assert send(program, id=None, payload="heavy")[0] == 200
    run = begin()
    return run, Letter.objects.get(instance=run).pk


def status(run: str) -> str:
    return str(Instance.objects.get(pk=run).status)


def test_the_same_id_again_gives_the_same_answer_and_nothing_happens_twice(flow: None, program: APIClient) -> None:
    code, first = send(program)
    assert (code, first["taken_by"], first["to_follow"]) == (200, [], 0)
    assert first["kept_until"] is not None

    assert [send(program) for _ in range(2)] == [(200, first)] * 2
    assert Letter.objects.count() == 1

    run = begin()
    assert (status(run), send(program), Letter.objects.count()) == ("completed", (200, first), 0)


@pytest.mark.parametrize(
    "change", [{"payload": "1.21"}, {"key": "ORD-2"}, {"name": "lost"}, {"keep": "PT2H"}, {"keep": None}]
)
def test_another_content_under_the_same_id_is_refused(flow: None, program: APIClient, change: dict[str, Any]) -> None:
    send(program)

    code, problem = send(program, **change)

    assert (code, problem["code"]) == (422, "idempotency.key_reused")
    assert list(Letter.objects.values_list("name", "key", "payload")) == [("parcel.arrived", "ORD-1", "1.20")]


def test_an_id_counts_for_its_sender_alone(flow: None, program: APIClient, boss: APIClient) -> None:
    send(program)
    send(boss)

    assert Letter.objects.count() == 2


def test_the_header_says_the_same_as_the_id_and_must_not_say_another(flow: None, program: APIClient) -> None:
    assert send(program, {"Idempotency-Key": "M-1"})[0] == 200
    assert send(program)[0] == 200
    assert Letter.objects.count() == 1

    code, problem = send(program, {"Idempotency-Key": "M-2"}, id="M-3")

    assert (code, problem["code"]) == (400, "idempotency.two_keys")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"keep": "soon"}, "duration.malformed"), ({"keep": "P8D"}, "message.keep_out_of_range"),
        ({"keep": "PT0S"}, "message.keep_out_of_range"), ({"id": "é"}, "input.invalid"),
        ({"id": "x" * 201}, "input.invalid"), ({"payload": "x" * 100_000}, "message.payload_too_large"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_and_its_id_stays_free(
    flow: None, program: APIClient, change: dict[str, Any], code: str
) -> None:
    status_code, problem = send(program, **change)

    assert (status_code, problem["code"], Letter.objects.count()) == (422, code, 0)
    assert send(program)[0] == 200


def test_supervisors_see_what_is_kept_and_what_died_and_why(flow: None, program: APIClient, boss: APIClient) -> None:
    run, dead = dead_letter(program)
    send(program, key="ORD-2")

    found = boss.get("/api/v1/messages?status=dead").json()["results"]

    assert [(one["id"], one["instance"], one["code"], one["payload"]) for one in found] == [
        (dead, run, "message.payload_unfit", "heavy")
    ]
    assert found[0]["sent_by"]["name"] == "Carrier"
    assert found[0]["reason"].startswith("Expected a message with ")
    for query, count in (("", 2), ("?status=kept", 1), ("?name=parcel.arrived", 2), ("?name=lost", 0), ("?limit=1", 1)):
        assert len(boss.get(f"/api/v1/messages{query}").json()["results"]) == count
    assert boss.get("/api/v1/messages?status=lost").status_code == 422


def test_a_dead_letter_is_corrected_and_taken_by_the_run_that_could_not(
    flow: None, program: APIClient, boss: APIClient
) -> None:
    run, dead = dead_letter(program)

    again = boss.post(f"/api/v1/messages/{dead}/requeue", {"reason": REASON}, format="json")
    assert (again.status_code, again.json()["code"], Letter.objects.count()) == (422, "message.payload_unfit", 1)
    answer = boss.post(f"/api/v1/messages/{dead}/requeue", {"payload": "1.20", "reason": REASON}, format="json")

    assert (answer.status_code, answer.json()["taken_by"], status(run)) == (200, [run], "completed")
    assert Letter.objects.count() == 0
    entry = AuditEntry.objects.get(object_type="message")
    assert (entry.action, entry.object_id, entry.actor_name, entry.reason) == (
        "message.requeue", str(dead), "陈静", REASON,
    )  # fmt: skip
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["payload"], entry.after["payload"], entry.after["taken_by"]) == ("heavy", "1.20", [run])


def test_a_dead_letter_whose_run_has_gone_on_is_kept_only_when_told_so(
    flow: None, program: APIClient, boss: APIClient
) -> None:
    run, dead = dead_letter(program)
    send(program, id=None)
    assert status(run) == "completed"
    body = {"payload": "2", "reason": REASON}

    nobody = boss.post(f"/api/v1/messages/{dead}/requeue", body, format="json")
    assert (nobody.status_code, nobody.json()["code"], Letter.objects.count()) == (409, "message.nobody_listens", 1)
    kept = boss.post(f"/api/v1/messages/{dead}/requeue", body | {"keep": "PT1H"}, format="json")

    assert kept.json()["kept_until"] is not None
    assert status(begin()) == "completed"
    gone = boss.post(f"/api/v1/messages/{dead}/requeue", body, format="json")
    assert (gone.status_code, gone.json()["code"]) == (404, "message.unknown")


def test_a_dead_call_goes_to_its_own_run_alone(flow: None, program: APIClient, boss: APIClient) -> None:
    assert send(program, id=None, name="shop.closed", key=None, payload="heavy")[0] == 200
    run, other = begin("called"), begin("called")
    dead = Letter.objects.get(instance=run).pk

    boss.post(f"/api/v1/messages/{dead}/requeue", {"payload": "1", "reason": REASON}, format="json")

    assert (status(run), status(other)) == ("completed", "running")


def test_a_letter_of_no_use_is_thrown_away_with_a_reason(flow: None, program: APIClient, boss: APIClient) -> None:
    _, dead = dead_letter(program)
    send(program, key="ORD-2")
    kept = Letter.objects.get(key="ORD-2").pk

    hasty = boss.post(f"/api/v1/messages/{dead}/discard", {"reason": " no "}, format="json")
    assert (hasty.status_code, hasty.json()["code"], Letter.objects.count()) == (422, "message.reason_required", 2)
    alive = boss.post(f"/api/v1/messages/{kept}/requeue", {"reason": REASON}, format="json")
    assert (alive.status_code, alive.json()["code"]) == (409, "message.not_dead")
    for letter in (dead, kept):
        assert boss.post(f"/api/v1/messages/{letter}/discard", {"reason": REASON}, format="json").status_code == 204

    assert Letter.objects.count() == 0
    assert [entry.action for entry in AuditEntry.objects.filter(object_type="message")] == ["message.discard"] * 2
