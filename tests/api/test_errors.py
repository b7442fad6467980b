"""Refusals leave as problem+json with a stable code and status; a traceback never does."""

import json
from collections.abc import Callable
from typing import Any, NoReturn

import psycopg2
import pytest
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError, connection
from django.test import Client, RequestFactory
from django.urls import path
from rest_framework import exceptions as drf
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from accounts.models import User
from bedrock.errors import (
    BadInput,
    Conflict,
    Forbidden,
    MalformedInput,
    NotFound,
    OrderflowError,
    Unavailable,
)
from web import errors
from web.errors import database_problem, exception_handler


class _Breaks(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]

    def get(self, request: Request) -> Response:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        return Response()

    def post(self, request: Request) -> NoReturn:
        raise RuntimeError("secret of the house")


def _plain(request: object) -> NoReturn:
    raise OperationalError("server closed the connection")


urlpatterns = [path("api/v1/breaks", _Breaks.as_view()), path("plain", _plain)]
handler500 = errors.server_error
handler404 = errors.page_not_found


@pytest.mark.parametrize(
    ("family", "status"),
    [(MalformedInput, 400), (BadInput, 422), (NotFound, 404), (Forbidden, 403), (Conflict, 409), (Unavailable, 503)],
)
def test_family_decides_the_status(family: type[OrderflowError], status: int) -> None:
    places = [{"node": "small", "code": "x.y", "message": "No.", "params": {}}]

    answer = exception_handler(family("task.some_code", "One honest sentence.", problems=places, current=3), {})

    assert answer is not None
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.data == {
        "type": "urn:orderflow:problem:task.some_code",
        "title": answer.data["title"],
        "status": status,
        "code": "task.some_code",
        "detail": "One honest sentence.",
        "errors": places,
        "current": 3,
    }
    assert ("Retry-After" in answer.headers) is (status == 503)


def test_fields_of_an_error_never_replace_the_problem_itself() -> None:
    answer = exception_handler(Conflict("a.b", "No.", status="completed", detail="x", who="ann"), {})

    assert answer is not None
    assert (answer.data["status"], answer.data["detail"], answer.data["who"]) == (409, "No.", "ann")


def test_serializer_errors_name_their_places() -> None:
    detail: Any = {
        "lines": [{}, {"quantity": ["Too small."]}],
        "non_field_errors": ["Odd."],
        "buyer": {"name": ["Gone."]},
    }

    answer = exception_handler(drf.ValidationError(detail), {})

    assert answer is not None
    assert answer.status_code == 422
    assert [(error["path"], error["message"]) for error in answer.data["errors"]] == [
        ("lines.1.quantity", "Too small."),
        ("", "Odd."),
        ("buyer.name", "Gone."),
    ]


class _Caused(psycopg2.Error):
    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("from the driver")
        self._state = sqlstate

    @property
    @override
    def pgcode(self) -> str | None:  # type: ignore[override]  # the driver writes it from C only
        return self._state


@pytest.mark.parametrize(
    ("kind", "sqlstate", "status", "code"),
    [
        (OperationalError, "55P03", 409, "database.locked"),
        (OperationalError, "40P01", 503, "database.conflict"),
        (OperationalError, "40001", 503, "database.conflict"),
        (OperationalError, "57014", 503, "database.timeout"),
        (OperationalError, "57P01", 503, "database.unavailable"),
        (OperationalError, "53300", 503, "database.unavailable"),
        (OperationalError, None, 503, "database.unavailable"),
        (InterfaceError, None, 503, "database.unavailable"),
        (IntegrityError, "23505", 409, "database.constraint"),
        (DataError, "22003", 422, "input.out_of_range"),
        (DatabaseError, "42703", 500, "server.error"),
    ],
)
def test_database_trouble_has_an_honest_status(
    kind: type[DatabaseError], sqlstate: str | None, status: int, code: str
) -> None:
    error = kind("from Django")
    error.__cause__ = _Caused(sqlstate)

    assert database_problem(error)[:2] == (status, code)


@pytest.mark.django_db(transaction=True)
def test_waiting_for_a_lock_ends_in_409_with_retry_after() -> None:
    user = User.objects.create_user("ann", "pw")
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM accounts_user WHERE id = %s FOR UPDATE", [user.pk])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
            with pytest.raises(OperationalError) as met:
                cursor.execute("SELECT 1 FROM accounts_user WHERE id = %s FOR UPDATE", [user.pk])
    finally:
        other.rollback()
        other.close()
        connection.close()

    answer = exception_handler(met.value, {})
    assert answer is not None
    assert (answer.status_code, answer.data["code"], answer.headers["Retry-After"]) == (409, "database.locked", "1")


@pytest.mark.urls("tests.api.test_errors")
def test_unknown_error_shows_nothing_of_itself() -> None:
    client = Client(raise_request_exception=False)

    answer = client.post("/api/v1/breaks")

    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["code"] == "server.error"
    assert b"secret" not in answer.content


@pytest.mark.django_db
@pytest.mark.urls("tests.api.test_errors")
def test_bad_value_in_a_statement_is_the_callers_affair() -> None:
    answer = Client().get("/api/v1/breaks")

    assert (answer.status_code, answer.json()["code"]) == (422, "input.out_of_range")


@pytest.mark.urls("tests.api.test_errors")
def test_database_trouble_outside_of_the_api_is_503() -> None:
    answer = Client().get("/plain")

    assert (answer.status_code, answer.json()["code"]) == (503, "database.unavailable")
    assert answer["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("call", "status", "code"),
    [
        (lambda c: c.get("/api/v1/nothing-here"), 404, "not_found"),
        (lambda c: c.put("/api/v1/session", {}, content_type="application/json"), 405, "method_not_allowed"),
        (lambda c: c.get("/api/v1/session", headers={"Host": "evil.example"}), 400, "input.malformed"),
        (lambda c: c.get("/api/v1/session", headers={"Accept": "text/html"}), 406, "not_acceptable"),
        (lambda c: c.post("/nowhere"), 405, None),
    ],
)
@pytest.mark.django_db
def test_every_refusal_is_a_problem(call: Callable[[Client], Any], status: int, code: str | None) -> None:
    answer = call(Client())

    assert answer.status_code == status
    if code is not None:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == code


def test_csrf_failure_is_a_problem() -> None:
    answer = errors.csrf_failure(RequestFactory().post("/admin/"))

    assert answer.status_code == 403
    assert json.loads(answer.content)["code"] == "session.csrf_failed"


def test_a_broken_line_is_unavailable_when_the_driver_says_no_more_than_that() -> None:
    status, code, _ = database_problem(DatabaseError("server closed the connection unexpectedly"))
    assert (status, code) == (503, "database.unavailable")
