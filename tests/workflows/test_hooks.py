"""Signed doors: what is genuine starts a flow once; what is not changes nothing and learns nothing."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from threading import Barrier
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections
from django.test import Client

from accounts.models import User
from bedrock.clock import now
from tests.outbound.conftest import BY
from tests.workflows.conftest import chain, live_flow
from workflows.actions.hooks import declare_hook
from workflows.actions.soundness import problems_of
from workflows.engine.graph import read_graph
from workflows.models import AuditEntry, Hook, Instance, StoredAnswer
from workflows.signatures import Signed, is_genuine, signature_of

pytestmark = pytest.mark.django_db

SECRET = "s3cret"
PATH = "/api/v1/hooks/shop"
BODY = json.dumps({"order": {"no": "A1", "paid": {"amount": "58.00", "currency": "CNY"}}, "more": [1]}).encode()
FIELDS = [{"place": "/order/no", "variable": "orderNo"}, {"place": "/order/paid", "variable": "amount"}]


def drawing(fields: Any = FIELDS, **start: Any) -> dict[str, Any]:
    graph = chain()
    graph["variables"] = [
        {"name": "orderNo", "type": "text"}, {"name": "amount", "type": "money"}, {"name": "note", "type": "text"},
    ]  # fmt: skip
    graph["nodes"][0]["config"] = {"hook": fields, **start}
    return graph


@pytest.fixture
def shop(designer: User, settings: Any) -> User:
    settings.ORDERFLOW_CONNECTION_SECRETS = {"SHOP": "s3cret", "OLD": "0ld", "EMPTY": ""}
    live_flow("shop-order", drawing(), by=designer)
    declare_hook("shop", definition_key="shop-order", secret="SHOP", by=BY, now=now())
    return designer


def send(
    body: bytes = BODY, *, event: str = "E-1", secret: str = SECRET, age: float = 0, path: str = PATH, **headers: str
) -> Any:
    stamp = str(int((now() - timedelta(seconds=age)).timestamp()))
    signed = {
        "X-Orderflow-Timestamp": stamp, "X-Orderflow-Event": event,
        "X-Orderflow-Signature": signature_of(secret, stamp=stamp, event=event, body=body),
    }  # fmt: skip
    given = {name: value for name, value in (signed | headers).items() if value != "-"}
    return Client().post(path, data=body, content_type="application/json", headers=given)


def nothing_changed() -> bool:
    return (Instance.objects.count(), StoredAnswer.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_what_is_signed_starts_the_flow_with_typed_fields_and_again_gets_the_same_answer(shop: User) -> None:
    first, again = send(), send(age=2)

    run = Instance.objects.get()
    assert (first.status_code, first.json()) == (201, {"instance": str(run.pk)})
    assert (again.status_code, again.content, again.headers["Idempotent-Replayed"]) == (200, first.content, "true")
    assert (run.subject_type, run.subject_id, run.requester) == ("hook", "E-1", None)
    assert run.state["variables"] == {"orderNo": "A1", "amount": {"amount": "58.00", "currency": "CNY"}, "note": None}
    other = send(BODY + b" ")
    assert (other.status_code, other.json()["code"], Instance.objects.count()) == (422, "idempotency.key_reused", 1)


FORGED: dict[str, dict[str, Any]] = {
    "unsigned": {"X-Orderflow-Signature": "-"}, "no time": {"X-Orderflow-Timestamp": "-"},
    "no event": {"X-Orderflow-Event": "-"}, "by another": {"secret": "guess"}, "by nothing": {"secret": ""},
    "another event": {"X-Orderflow-Event": "E-2"}, "another time": {"X-Orderflow-Timestamp": "1"},
    "old": {"age": 301}, "of tomorrow": {"age": -301}, "no hex": {"X-Orderflow-Signature": "v1=" + "é" * 64},
    "another version": {"X-Orderflow-Signature": "v2=" + "0" * 64}, "odd time": {"X-Orderflow-Timestamp": "١٢"},
    "long event": {"event": "x" * 201}, "no such door": {"path": "/api/v1/hooks/other"},
}  # fmt: skip


@pytest.mark.parametrize("how", FORGED)
def test_what_is_not_genuine_is_refused_alike_and_changes_nothing(shop: User, how: str) -> None:
    told, plain = send(**FORGED[how]), send(secret="guess")

    assert (told.status_code, told.json()["code"]) == (401, "hook.refused")
    assert told.headers["Content-Type"] == "application/problem+json"
    assert told.json() == plain.json()
    assert nothing_changed()


def test_a_changed_byte_is_not_genuine() -> None:
    mac = signature_of("s3cret", stamp="1769389200", event="E-1", body=BODY)
    at = now().fromtimestamp(1769389200, tz=now().tzinfo)

    def genuine(body: bytes = BODY, *secrets: str) -> bool:
        signed = Signed(stamp="1769389200", event="E-1", signature=mac, body=body)
        return is_genuine(signed, secrets or ("s3cret",), now=at)

    assert genuine()
    assert not any(genuine(BODY[:n] + bytes([BODY[n] ^ 1]) + BODY[n + 1 :]) for n in range(len(BODY)))
    assert (genuine(BODY, "", "s3cret"), genuine(BODY, "", "")) == (True, False)


def test_without_a_secret_in_the_environment_nobody_comes_in(shop: User, settings: Any) -> None:
    for secrets in ({}, {"SHOP": ""}):
        settings.ORDERFLOW_CONNECTION_SECRETS = secrets
        assert (send(secret="").status_code, send().status_code) == (401, 401)
    assert nothing_changed()


@pytest.mark.django_db(transaction=True)
def test_while_a_secret_is_changed_both_count_and_then_only_the_new_one(shop: User) -> None:
    declare_hook("shop", definition_key="shop-order", secret="SHOP", previous_secret="OLD", by=BY, now=now())
    assert (send(event="a").status_code, send(event="b", secret="0ld").status_code) == (201, 201)

    declare_hook("shop", definition_key="shop-order", secret="SHOP", by=BY, now=now())
    assert (send(event="c").status_code, send(event="d", secret="0ld").status_code) == (201, 401)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "json.syntax"),
        (b'{"order": 1, "order": 2}', 400, "json.duplicate_key"),
        (b"[" * 100_000, 400, "json.too_deep"),
        (b'{"order": {}}', 422, "hook.place_missing"),
        (b'{"order": {"no": 7, "paid": null}}', 422, "variables.invalid"),
        (b"x" * 2_200_000, 413, "input.too_large"),
    ],
)
def test_what_cannot_be_read_or_does_not_fit_starts_nothing_and_may_be_sent_again(
    shop: User, body: bytes, status: int, code: str
) -> None:
    told = send(body)

    assert (told.status_code, told.json()["code"]) == (status, code)
    assert nothing_changed()
    assert send().status_code == 201


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_are_one_run(shop: User) -> None:
    gate = Barrier(8)

    def worker(_: int) -> int:
        try:
            gate.wait()
            return int(send(event="same").status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(worker, range(8)))

    assert (min(told), set(told) <= {200, 201, 409, 503}, Instance.objects.count()) == (200, True, 1)
    assert told.count(201) == 1


@pytest.mark.django_db(transaction=True)
def test_a_flow_that_an_event_starts_is_not_started_by_a_hook(shop: User) -> None:
    live_flow("listens", drawing([], trigger="order.placed"), by=shop)
    declare_hook("shop", definition_key="listens", secret="SHOP", by=BY, now=now())

    told = send()

    assert (told.status_code, told.json()["code"]) == (409, "definition.started_by_event")
    assert nothing_changed()


def test_a_door_is_declared_and_retired_by_an_administrator_on_record(shop: User) -> None:
    User.objects.create_superuser("admin", password="x")
    out = StringIO()
    call_command("hook", "declare", "erp", "--flow", "shop-order", "--secret", "SHOP", "--as", "admin", stdout=out)
    call_command("hook", "retire", "shop", "--as", "admin", stdout=out)
    call_command("hook", "list", stdout=out)

    line = "erp: POST /api/v1/hooks/erp starts shop-order, signed by SHOP"
    assert out.getvalue().splitlines() == [line, "shop: retired", line]
    assert "s3cret" not in str(list(AuditEntry.objects.values_list("before", "after")))
    assert send().status_code == 401
    for words in (["Erp", "--flow", "shop-order", "--secret", "SHOP"], ["x", "--flow", "no", "--secret", "SHOP"],
                  ["x", "--flow", "shop-order", "--secret", "ABSENT"]):  # fmt: skip
        with pytest.raises(CommandError):
            call_command("hook", "declare", *words, "--as", "admin")
    with pytest.raises(CommandError):
        call_command("hook", "retire", "erp", "--as", "designer")
    assert list(Hook.objects.values_list("name", flat=True)) == ["erp"]


def test_a_drawing_says_which_places_and_fields_are_wrong(db: None) -> None:
    fields = [
        {"place": "no", "variable": "orderNo"},
        {"place": "/a", "variable": "nope"},
        {"place": "/b", "variable": "orderNo"},
    ]

    found = problems_of(read_graph(drawing(fields)), flow="", now=now())

    assert [(one.code, one.path) for one in found] == [
        ("hook.place_malformed", "hook.0.place"), ("hook.unknown_variable", "hook.1.variable"),
        ("hook.variable_repeated", "hook.2.variable"),
    ]  # fmt: skip
