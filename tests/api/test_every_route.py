"""What every route has in common, read from the API document: a new route is tried the moment it is documented."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from tests.api.actions import API, SKETCH
from tests.api.house_scene import TITLE, Scene, client_of
from tests.orders.builders import cny, paid_document

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
METHODS = ("get", "post", "put", "patch", "delete")
DOCUMENT: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
ROUTES = [(method, path) for path, methods in DOCUMENT["paths"].items() for method in METHODS if method in methods]
WITH_BODY = [route for route in ROUTES if "requestBody" in DOCUMENT["paths"][route[1]][route[0]]]
IDS = [(method, path) for method, path in ROUTES if "{" in path]

# Who signs in is nobody yet: what these answer to nobody.
PUBLIC = {("get", f"{API}/session"): 200, ("post", f"{API}/session"): 403, ("delete", f"{API}/session"): 204}
NOBODY = "018f0000-0000-7000-8000-000000000001"
TASK = {"revision": 1, "comment": "fine"}
WISH = {"revision": 1, "note": "first", "take_over": False, "effective_at": "2099-01-01T00:00:00+08:00"}
CASE = {
    "name": "new", "given": {"values": {}, "at": "2026-01-26T09:00:00+08:00"},
    "expect": {"end": "end", "asked": [{"node": "wait", "who": "nobody"}], "within": "P1D"},
}  # fmt: skip
CALENDAR = {"zone": "Asia/Shanghai", "week": {"mon": ["09:00-18:00"]}}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("post", "/definitions"): {"key": "new", "title": TITLE, "graph": SKETCH, "layout": {}},
    ("post", "/definitions/import"): {
        "format": "json", "content": json.dumps({"key": "new", "graph": SKETCH}), "key": "new", "title": TITLE,
    },
    ("put", "/definitions/{definition_id}/draft"): {"revision": 1, "graph": SKETCH, "layout": {}},
    ("post", "/definitions/{definition_id}/compare"): {"since": "draft", "graph": SKETCH},
    ("post", "/definitions/{definition_id}/publish"): WISH,
    ("post", "/definitions/{definition_id}/publish-request"): WISH,
    ("post", "/definitions/{definition_id}/publish-request/{answer}"): {
        "request": NOBODY, "comment": "fine",
    },
    ("put", "/definitions/{definition_id}/four-eyes"): {"wanted": True, "reason": "two see more"},
    ("post", "/definitions/{definition_id}/retire"): {"reason": "no longer needed"},
    ("post", "/definitions/{definition_id}/reinstate"): {"reason": "needed again"},
    ("post", "/definitions/{definition_id}/versions/{number}/withdraw"): {"reason": "a mistake"},
    ("post", "/definitions/{definition_id}/migrations"): {"from_version": 1, "to_version": 2, "mapping": {"a": "b"}},
    ("post", "/definitions/{definition_id}/migrations/{migration_id}/run"): {"reason": "the old one is wrong"},
    ("post", "/definitions/{definition_id}/simulate"): {
        "values": {}, "at": "2026-01-26T09:00:00+08:00", "requester": "requester",
        "absences": [{"user": "assigned", "start": "2026-01-26T09:00:00+08:00", "end": "2026-01-27T09:00:00+08:00"}],
        "outcomes": [{"node": "wait", "visit": 1, "do": "usual", "after": "PT1H", "clock": "wall", "output": {}}],
    },
    ("post", "/definitions/{definition_id}/forecast"): {
        "node": "wait", "at": "2026-01-26T09:00:00+08:00", "graph": SKETCH, "requester": "requester",
        "calendars": {"office": CALENDAR},
    },
    ("post", "/instances/{instance_id}/forecast"): {"calendars": {"office": CALENDAR}},
    ("post", "/definitions/{definition_id}/cases"): CASE,
    ("post", "/definitions/{definition_id}/cases/run"): {"graph": SKETCH},
    ("put", "/definitions/{definition_id}/cases/{case_id}"): CASE,
    ("put", "/calendars/{key}"): {
        "name": TITLE, "document": CALENDAR, "revision": 1, "policy": "recompute", "reason": "the office moves",
    },
    ("post", "/calendars/{key}/preview"): {"document": CALENDAR},
    ("post", "/expressions/check"): {
        "text": "${a} < 2", "variables": [{"name": "a", "type": "integer", "label": TITLE}], "condition": True,
    },
    ("post", "/instances"): {"definition": "plain", "subject": {"type": "q", "id": "1", "title": "?"}, "variables": {}},
    ("post", "/instances/{instance_id}/{kind}"): {"token": "x", "reason": "because"},
    ("post", "/instances/{instance_id}/{kind}/preview"): {
        "target": "wait", "incident": "018f0000-0000-7000-8000-000000000001",
    },
    ("post", "/notices/read-all"): {"until": 1},
    ("post", "/messages"): {
        "id": "K-1", "name": "parcel.arrived", "key": "ORD-1", "payload": {"weight": "1.20"}, "keep": "PT1H",
    },
    ("post", "/messages/{letter_id}/requeue"): {"payload": {"weight": "1.20"}, "keep": "PT1H", "reason": "because"},
    ("post", "/messages/{letter_id}/discard"): {"reason": "because"},
    ("post", "/schedules/preview"): {"cron": "0 9 * * *", "zone": "Asia/Shanghai"},
    ("post", "/orders"): paid_document(order_no="ORD-NEW"),
    ("post", "/orders/{order_no}/changes"): {"ship_to": {"city": "宁波"}, "reason": "搬家"},
    ("post", "/orders/{order_no}/changes/preview"): {"ship_to": {"city": "宁波"}, "reason": "搬家", "variables": {}},
    ("post", "/orders/{order_no}/refunds/preview"): {"amount": cny("1.00"), "reason": "破损", "variables": {}},
    ("post", "/orders/{order_no}/refunds"): {"amount": cny("1.00"), "reason": "破损"},
    ("post", "/session"): {"username": "root", "password": "wrong"},
    ("patch", "/session"): {"language": "en"},
    ("post", "/me/views"): {"name": "late", "filters": {"q": "A", "flow": "refunds", "step": "x", "due": "today"}},
    ("post", "/tasks/batch"): {"token": "x"},
    ("post", "/tasks/batch/preview"): {
        "action": "approve", "tasks": [{"id": "018f0000-0000-7000-8000-000000000001", "revision": 1}], "comment": "x",
    },
    ("post", "/tasks/{task_id}/approve"): TASK,
    ("post", "/tasks/{task_id}/abstain"): TASK,
    ("post", "/tasks/{task_id}/add-signer"): TASK | {"to": {"kind": "user", "key": "a"}, "how": "after"},
    ("post", "/tasks/{task_id}/remove-signer"): TASK | {"to": {"kind": "user", "key": "a"}},
    ("post", "/tasks/{task_id}/reject"): TASK,
    ("post", "/people/{person_id}/absences"): {
        "start": "2098-11-20T09:00:00+08:00", "end": "2098-12-01T09:00:00+08:00", "reason": "holiday",
        "present": "move", "to": "colleague",
    },
    ("post", "/people/{person_id}/hand-over/preview"): {
        "tasks": "colleague", "groups": None, "heads": None, "flows": None,
    },
    ("post", "/people/{person_id}/hand-over"): {"token": "seen", "reason": "leaves the house"},
    ("post", "/delegations"): {
        "person": "assigned", "to": "colleague", "start": "2026-11-20", "end": "2099-01-01", "flows": ["refunds"],
        "reason": "holiday", "present": "keep",
    },
    ("post", "/delegations/{delegation_id}/end"): {"reason": "back again", "present": "keep"},
    ("post", "/tasks/{task_id}/transfer"): TASK | {"to": {"kind": "group", "key": "backup"}},
    ("post", "/tasks/{task_id}/return"): TASK | {"to": "finance", "resume": "back", "token": "x"},
    ("post", "/tasks/{task_id}/claim"): TASK,
    ("post", "/tasks/{task_id}/release"): TASK,
    ("post", "/tasks/{task_id}/remind"): {"comment": "please", "urgent": True},
    ("post", "/tasks/{task_id}/resubmit"): TASK | {"variables": {"reason": "broken"}},
    ("post", "/tasks/{task_id}/cc"): {"to": [{"kind": "user", "key": "ops1"}]},
    ("post", "/tasks/{task_id}/comment"): {"text": "please"},
}  # fmt: skip
# Documents of their own: the server stores or checks them by other rules.
FREE = {"calendars", "document", "layout", "variables", "config", "payload", "values", "output"}

HOSTILE: list[Any] = [
    None, [], {}, [None], True, 0, -1, 10**40, "1e400", "", "x" * 100_000, "😀" * 50, "\u202e\u0301", "' OR 1=1 --",
    "../../etc/passwd", {"a": {"b": {"c": [[[[1]]]]}}},
]  # fmt: skip
RAW: list[bytes] = [
    b"", b"null", b"[]", b"1", b'"x"', b"{", b"\xff\xfe", b"\xef\xbb\xbf{}", b"[" * 100_000, b'{"a":' * 100_000,
    b'{"a": NaN}', b'{"a": 1e999999}', b'{"a": 1, "a": 2}', b'{"a": "\\ud800"}', b'{"a": "\\u0000"}',
    b'{"a": ' + b"9" * 5_000 + b"}", b'{"a": "' + b"x" * 3_000_000 + b'"}',
]  # fmt: skip


@pytest.fixture
def root(house: Scene) -> APIClient:
    client = client_of("root", house.people)
    client.raise_request_exception = False
    return client


def address(path: str, house: Scene, **other: Any) -> str:
    known = {
        "definition_id": house.sketch.pk, "number": 1, "instance_id": house.run, "kind": "force-advance",
        "answer": "confirm", "migration_id": NOBODY, "case_id": house.case.pk,
        "letter_id": house.letter.pk, "key": "office",
        "task_id": house.task.pk, "order_no": house.order.order_no, "notice_id": 1, "view_id": 1,
        "delegation_id": 1, "person_id": house.people["assigned"].pk, "absence_id": 1,
    }  # fmt: skip
    return path.format(**(known | other))


def body_of(method: str, path: str) -> dict[str, Any] | None:
    return deepcopy(BODIES[method, path.removeprefix(API)]) if (method, path) in WITH_BODY else None


def ask(client: APIClient, method: str, url: str, body: Any = None) -> Any:
    """One request whose changes are undone. A refusal is a problem document, and nothing is the server's fault."""
    cache.clear()  # or sign-ins would soon be refused for their number alone
    undone = transaction.atomic()
    undone._from_testcase = True  # type: ignore[attr-defined]  # doors open durable transactions
    with undone:
        if isinstance(body, bytes):
            headers = {"X-Idempotency-Key": "K-1"}
            answer = client.generic(method, url, body, "application/json", headers=headers)  # type: ignore[arg-type]
        else:
            answer = getattr(client, method)(url, body, format="json", headers={"X-Idempotency-Key": "K-1"})
        transaction.set_rollback(True)
    assert answer.status_code < 500, (method, url, str(body)[:200], answer.content[:500])
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json", (method, url, answer.content[:200])
        problem = answer.json()
        assert problem["code"], (method, url)
        assert problem["status"] == answer.status_code
    return answer


def named(routes: list[tuple[str, str]]) -> list[Any]:
    return [pytest.param(method, path, id=f"{method} {path.removeprefix(API)}") for method, path in routes]


def test_the_document_is_the_one_that_is_checked_in() -> None:
    stored = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))

    assert stored == json.loads(json.dumps(DOCUMENT, default=str)), "run `make openapi` and the frontend's generator"


def test_every_body_has_an_example() -> None:
    assert set(BODIES) == {(method, path.removeprefix(API)) for method, path in WITH_BODY}


@pytest.mark.parametrize(("method", "path"), named(ROUTES))
def test_nobody_is_let_in(house: Scene, method: str, path: str) -> None:
    answer = ask(APIClient(enforce_csrf_checks=True), method, address(path, house), body_of(method, path))

    assert answer.status_code == PUBLIC.get((method, path), 401)


@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_a_method_that_is_not_documented_is_none(root: APIClient, house: Scene, path: str) -> None:
    documented = DOCUMENT["paths"][path]

    heard = {
        method: ask(root, method, address(path, house), {}).status_code
        for method in METHODS
        if method not in documented
    }

    assert set(heard.values()) <= {405}


@pytest.mark.parametrize(("method", "path"), named(ROUTES))
def test_an_unknown_query_parameter_is_refused(root: APIClient, house: Scene, method: str, path: str) -> None:
    answer = ask(root, method, f"{address(path, house)}?is_superuser=1", body_of(method, path))

    assert (answer.status_code, answer.json()["code"]) == (422, "query.unknown_parameter")


@pytest.mark.parametrize(("method", "path"), named(WITH_BODY))
def test_an_unknown_field_is_refused_at_any_depth(root: APIClient, house: Scene, method: str, path: str) -> None:
    for place in places_of(body_of(method, path)):
        body = body_of(method, path)
        inner = at(body, place)
        if isinstance(inner, dict) and not FREE & {str(key) for key in place}:
            inner["is_superuser"] = True
            answer = ask(root, method, address(path, house), body)
            assert answer.status_code == 422, (place, answer.content)
            assert any("is_superuser" in one["path"] for one in answer.json()["errors"]), (place, answer.json())


@pytest.mark.parametrize(("method", "path"), named(WITH_BODY))
def test_no_value_of_a_wrong_type_makes_a_server_error(root: APIClient, house: Scene, method: str, path: str) -> None:
    for place in places_of(body_of(method, path)):
        for value in HOSTILE:
            body = body_of(method, path)
            if place:
                at(body, place[:-1])[place[-1]] = value
            ask(root, method, address(path, house), body if place else value)


@pytest.mark.parametrize(("method", "path"), named(WITH_BODY))
def test_no_bytes_make_a_server_error(root: APIClient, house: Scene, method: str, path: str) -> None:
    for raw in RAW:
        assert ask(root, method, address(path, house), raw).status_code in (400, 413, 422)


@pytest.mark.parametrize(("method", "path"), named(WITH_BODY))
def test_a_body_that_is_not_json_is_refused(root: APIClient, house: Scene, method: str, path: str) -> None:
    for kind in (
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
    ):
        answer = root.generic(method, address(path, house), b"a=1", content_type=kind)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["code"]) == (415, "input.unsupported_media_type")


@pytest.mark.parametrize(("method", "path"), named([route for route in ROUTES if route[0] == "get"]))
def test_no_query_makes_a_server_error(root: APIClient, house: Scene, method: str, path: str) -> None:
    known = [one["name"] for one in DOCUMENT["paths"][path]["get"].get("parameters", []) if one["in"] == "query"]
    for name in known:
        for value in (
            "",
            "%00",
            "%ED%A0%80",
            "%F0%9F%98%80",
            "-1",
            "9" * 40,
            "x" * 5_000,
            "[]",
            "null",
            "%25",
            "W10",
            "bnVsbA",
        ):
            ask(root, method, f"{address(path, house)}?{name}={value}")


@pytest.mark.parametrize(("method", "path"), named(IDS))
def test_an_id_of_another_kind_is_nothing(root: APIClient, house: Scene, method: str, path: str) -> None:
    parameters = [one["name"] for one in DOCUMENT["paths"][path][method]["parameters"] if one["in"] == "path"]
    others = [house.flow.pk, house.run, house.task.pk, house.refund.pk, "018f0000-0000-7000-8000-000000000001"]
    mine = {"definition_id": house.flow.pk, "instance_id": house.run, "task_id": house.task.pk}
    for name in parameters:
        strange = ["0", "9" * 30, "x" * 300, "%F0%9F%98%80", "%ED%A0%80", "..%2f"]
        for value in [*(one for one in others if one != mine.get(name)), *strange]:
            answer = ask(root, method, address(path, house, **{name: value}), body_of(method, path))
            assert answer.status_code == 404, (name, value, answer.content)


def places_of(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value, the whole of it first."""
    yield place
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from places_of(item, (*place, key))


def at(value: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        value = value[key]
    return value
