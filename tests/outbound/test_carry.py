"""What a call means for its run: taken, tried again, given up, or left to a person because nobody knows."""

import json
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from bedrock.clock import now
from tests.outbound.conftest import SECRET, connect, job
from tests.outbound.receiver import Receiver, Says, answer, drip
from workflows.effects import forget_let_out, let_out, wish_of
from workflows.engine.work import Done, GiveUp, JobResult, Retry
from workflows.models import Connection, Effect
from workflows.outbound.carry import carry_out

pytestmark = pytest.mark.django_db

WANTS = {"wanted": {"parcelNo": "/data/no"}}
KEYED = {"method": "POST", "key_header": "Idempotency-Key"}
CUT = answer(body=b'{"data": {"no": "SF', content_length="99")


def carried(says: Says, request: dict[str, Any], *, tries: int = 1) -> JobResult:
    with Receiver(says) as receiver:
        connect(receiver.port)
        return carry_out(job(request, tries=tries))


def told(result: JobResult) -> tuple[str, str]:
    assert isinstance(result, GiveUp | Retry)
    return type(result).__name__, result.code


def test_the_request_carries_secret_key_and_body_below_the_connections_address() -> None:
    asks = {
        **KEYED, **WANTS, "address": "/orders/A%2F1?x=y", "body": {"no": "退1"}, "headers": {"X-Shop": "h5"},
    }  # fmt: skip
    with Receiver(answer("201 Created", body=b'{"data": {"no": "SF1", "n": 1.50}}')) as receiver:
        connect(receiver.port, path="/api/v2/")
        result = carry_out(job(asks))

    assert result == Done(output={"status": 201, "taken": {"parcelNo": "SF1"}})
    heard = receiver.heard[0]
    assert heard.first_line == "POST /api/v2/orders/A%2F1?x=y HTTP/1.1"
    assert json.loads(heard.body) == {"no": "退1"}
    assert {name: heard.headers[name] for name in ("authorization", "idempotency-key", "content-type", "x-shop")} == {
        "authorization": f"Bearer {SECRET}",
        "idempotency-key": "0190f5fe-7c00-7000-8000-000000000001:call:1",
        "content-type": "application/json",
        "x-shop": "h5",
    }


def test_a_flow_cannot_speak_for_the_connection() -> None:
    with Receiver(answer()) as receiver:
        connect(receiver.port)
        Connection.objects.update(secret_header="X-Key", secret_scheme="")
        carry_out(job({"headers": {"x-key": "mine", "X-Shop": "h5"}}))

    assert (receiver.heard[0].headers["x-key"], receiver.heard[0].headers["x-shop"]) == (SECRET, "h5")


@pytest.mark.parametrize("request_", [{}, {"method": "PUT"}, {"method": "DELETE"}, KEYED, {**KEYED, "method": "PATCH"}])
@pytest.mark.parametrize(
    ("says", "code"),
    [(answer("500 Oops"), "http.refused"), (answer("408 Slow"), "http.refused"), (CUT, "http.line_cut")],
)
def test_what_may_be_repeated_is_tried_again_after_1_3_and_10_seconds(
    request_: dict[str, Any], says: Says, code: str
) -> None:
    with Receiver(says) as receiver:
        connect(receiver.port)
        results = [carry_out(job({**request_, **WANTS}, tries=tries)) for tries in (1, 2, 3)]

    assert [(told(result), getattr(result, "after_seconds", None)) for result in results] == [
        (("Retry", code), 1.0), (("Retry", code), 3.0), (("Retry", code), 10.0),
    ]  # fmt: skip
    keys = {heard.headers.get("idempotency-key") for heard in receiver.heard}
    assert keys == {"0190f5fe-7c00-7000-8000-000000000001:call:1" if "key_header" in request_ else None}


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize(
    "says", [answer("500 Oops"), answer("503 Busy", retry_after="1"), answer(content_length="9"), CUT]
)
def test_what_may_not_be_repeated_goes_out_once_and_a_person_hears_that_nobody_knows(method: str, says: Says) -> None:
    with Receiver(says) as receiver:
        connect(receiver.port)
        first = carry_out(job({"method": method, **WANTS}))
        again = carry_out(job({"method": method, **WANTS}, tries=2))

    assert told(first) == ("GiveUp", "http.outcome_unknown")
    assert told(again)[1] == "http.outcome_unknown"
    assert len(receiver.heard) == 1


def test_a_worker_that_died_while_it_asked_is_not_followed_by_another_that_asks() -> None:
    with Receiver(answer()) as receiver:
        connect(receiver.port)
        asks = job({"method": "POST", "timeout_seconds": 10})
        let_out(wish_of(asks), once=True)  # and here the first worker dies

        waiting = carry_out(job({"method": "POST"}, tries=2))
        Effect.objects.update(let_out_at=now() - timedelta(seconds=14))
        late = carry_out(job({"method": "POST"}, tries=2))
        other = carry_out(job({"method": "POST"}, attempt=2))

    assert isinstance(waiting, Retry)
    assert 0 < waiting.after_seconds <= 13
    assert told(late) == ("GiveUp", "http.outcome_unknown")
    assert other == Done(output={"status": 200, "taken": {}})  # a person has decided to ask again
    assert len(receiver.heard) == 1


def test_while_nothing_has_left_the_house_also_a_post_is_tried_again() -> None:
    with Receiver(answer()) as receiver:
        connect(receiver.port)
    refused = carry_out(job({"method": "POST"}))

    assert (told(refused), Effect.objects.count()) == (("Retry", "http.unreachable"), 0)


def test_the_memory_of_sent_calls_outlasts_their_jobs_by_a_day() -> None:
    let_out(wish_of(job({"method": "POST"})))

    assert forget_let_out(now=now() + timedelta(hours=23)) == 0
    assert forget_let_out(now=now() + timedelta(hours=25)) == 1
    assert Effect.objects.count() == 0


@pytest.mark.parametrize(
    ("status", "said", "seconds"),
    [
        ("429 Slow down", "7", 7.0), ("503 Busy", "7", 7.0), ("429 Slow down", "86400", 60.0), ("503 Busy", "0", 1.0),
        ("429 Slow down", "soon", 1.0), ("429 Slow down", "-5", 1.0), ("429 Slow down", "", 1.0),
        ("500 Oops", "7", 1.0),
        ("503 Busy", "Wed, 21 Oct 2015 07:28:00 GMT", 1.0), ("503 Busy", "Tue, 21 Oct 2098 07:28:00 GMT", 60.0),
        ("503 Busy", "9" * 40, 60.0), ("503 Busy", "Wed, 21 Oct 2015 07:28:00", 1.0),
    ],
)  # fmt: skip
def test_a_busy_receiver_is_left_alone_as_long_as_it_asks_within_a_minute(
    status: str, said: str, seconds: float
) -> None:
    result = carried(answer(status, retry_after=said), {})

    assert isinstance(result, Retry)
    assert (result.code, result.after_seconds) == ("http.refused", seconds)


def test_a_busy_receiver_may_name_a_time() -> None:
    result = carried(answer("503 Busy", retry_after=format_datetime(now() + timedelta(seconds=40), usegmt=True)), {})

    assert isinstance(result, Retry)
    assert 30 < result.after_seconds <= 40


@pytest.mark.parametrize(
    ("says", "request_", "code", "params"),
    [
        (answer("404 Gone"), {}, "http.refused", {"status": 404}),
        (answer("422 No"), KEYED, "http.refused", {"status": 422}),
        (answer("429 Slow down"), {"method": "POST"}, "http.refused", {"status": 429}),
        (answer("202 Later"), {"success": "200"}, "http.refused", {"status": 202}),
        (answer("302 Found", location="/x"), {}, "http.redirected", {"status": 302}),
        (answer("307 Found", location="http://169.254.169.254/"), {"method": "POST"}, "http.redirected",
         {"status": 307}),
        (answer(body=b"<html>", content_type="text/html; charset=utf-8"), WANTS, "http.wrong_type",
         {"found": "text/html"}),
        (answer(body=b"{}", content_type=f"{SECRET} {SECRET}"), WANTS, "http.wrong_type", {"found": ""}),
        (answer(body=b"{}", content_type=""), WANTS, "http.wrong_type", {"found": ""}),
        (answer(body=b"{"), WANTS, "http.answer_unreadable", {"reason": "json.syntax"}),
        (answer("204 Empty"), WANTS, "http.answer_unreadable", {"reason": "json.syntax"}),
        (answer(body=b"[" * 900), WANTS, "http.answer_unreadable", {"reason": "json.too_deep"}),
        (answer(body=b'{"a": 1, "a": 2}'), WANTS, "http.answer_unreadable", {"reason": "json.duplicate_key"}),
        (answer(body=b'{"data": NaN}'), WANTS, "http.answer_unreadable", {"reason": "json.not_finite"}),
        (answer(body=b'{"data": {}}'), WANTS, "http.place_missing", {"place": "/data/no"}),
        (answer(body=f'{{"data": {{"no": "token {SECRET}"}}}}'.encode()), WANTS, "http.secret_echoed", {}),
        (drip(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
              b"10000\r\n" + b"1" * 65_536 + b"\r\n"), WANTS, "http.answer_too_large", {"limit": 1_000_000}),
    ],
)  # fmt: skip
def test_what_would_be_the_same_again_is_given_up_by_its_name(
    says: Says, request_: dict[str, Any], code: str, params: dict[str, Any]
) -> None:
    result = carried(says, request_)

    assert told(result) == ("GiveUp", code)
    assert isinstance(result, GiveUp)
    assert result.params == params


@pytest.mark.parametrize("kind", ["application/json", "application/problem+json; charset=utf-8", "APPLICATION/JSON"])
def test_every_name_of_json_is_json(kind: str) -> None:
    said = answer("404 Gone", body=b'{"data": {"no": null}}', content_type=kind)

    assert carried(said, {**WANTS, "success": "2xx, 404"}) == Done(output={"status": 404, "taken": {"parcelNo": None}})


def test_an_answer_that_nobody_takes_from_may_be_anything() -> None:
    assert carried(answer(body=b"<html>", content_type="text/html"), {}) == Done(output={"status": 200, "taken": {}})


def test_without_its_connection_its_secret_or_its_network_nothing_goes_out(settings: Any) -> None:
    with Receiver(answer()) as receiver:
        missing = carry_out(job({}))
        connect(receiver.port)
        settings.ORDERFLOW_CONNECTION_SECRETS = {}
        unset = carry_out(job({}))
        settings.ORDERFLOW_CONNECTION_SECRETS = {"ERP": "two\r\nlines"}
        unfit = carry_out(job({}))
        settings.ORDERFLOW_CONNECTION_SECRETS = {"ERP": SECRET}
        Connection.objects.update(networks=["10.2.0.0/24"])
        elsewhere = carry_out(job({}))

    assert told(missing) == ("GiveUp", "connection.unknown")
    assert told(unset) == told(unfit) == ("GiveUp", "connection.secret_missing")
    assert told(elsewhere) == ("GiveUp", "http.address_refused")
    assert receiver.connections == 0
