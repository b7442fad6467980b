"""Every refusal leaves as application/problem+json with a stable code; no traceback ever does.

Maps the house's error families, Django REST framework's and Django's own exceptions, and the database's troubles.
"""

import logging
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions as drf
from rest_framework.response import Response

from bedrock.errors import (
    BadInput,
    Conflict,
    Forbidden,
    MalformedInput,
    NotFound,
    OrderflowError,
    Unavailable,
)

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 1

# The first family that fits decides: children stand before their parents.
STATUS_OF_FAMILY: tuple[tuple[type[OrderflowError], int], ...] = (
    (MalformedInput, 400),
    (BadInput, 422),
    (NotFound, 404),
    (Forbidden, 403),
    (Conflict, 409),
    (Unavailable, 503),
)

# SQLSTATE → status, code and sentence. https://www.postgresql.org/docs/current/errcodes-appendix.html
DATABASE_TROUBLES: Mapping[str, tuple[int, str, str]] = {
    "55P03": (
        409,
        "database.locked",
        "Somebody else is changing this right now. Nothing was changed; try again.",
    ),
    "40P01": (503, "database.conflict", "Two changes met. Nothing was changed; try again."),
    "40001": (503, "database.conflict", "Two changes met. Nothing was changed; try again."),
    "57014": (503, "database.timeout", "The database took too long. Nothing was changed; try again."),
}
UNREACHABLE = (503, "database.unavailable", "The database cannot be reached. Nothing was changed; try again.")


class Unauthenticated(drf.AuthenticationFailed):
    """401 with a code of ours: who you are could not be established."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, code)


class TooManyTries(drf.Throttled):
    """429: wait `seconds` before the next try."""

    def __init__(self, code: str, message: str, *, seconds: int) -> None:
        super().__init__(wait=seconds)
        self.detail = drf.ErrorDetail(message, code)


class TooLarge(drf.APIException):
    """413: the body is larger than the door lets in."""

    status_code = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body may hold at most {limit} bytes.", "input.too_large")


def problem(
    status: int, code: str, detail: str, *, errors: list[dict[str, Any]] | None = None, **fields: Any
) -> dict[str, Any]:
    """The body of an answer that refuses."""
    body: dict[str, Any] = dict(fields)
    body |= {"type": f"urn:orderflow:problem:{code}", "title": HTTPStatus(status).phrase, "status": status}
    return body | {"code": code, "detail": detail, "errors": errors or []}


def problem_response(status: int, code: str, detail: str, *, retry_after: int | None = None) -> JsonResponse:
    """A refusal from outside of the API's views: Django's own handlers and middleware."""
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else None
    return JsonResponse(problem(status, code, detail), status=status, content_type=MEDIA_TYPE, headers=headers)


def database_problem(error: DatabaseError | InterfaceError) -> tuple[int, str, str]:
    """Status, code and sentence for a trouble of the database."""
    sqlstate = getattr(error.__cause__, "pgcode", None) or ""
    if sqlstate in DATABASE_TROUBLES:
        return DATABASE_TROUBLES[sqlstate]
    if isinstance(error, IntegrityError):
        return 409, "database.constraint", "This contradicts what is stored. Nothing was changed."
    if isinstance(error, DataError):
        return (
            422,
            "input.out_of_range",
            "A value is out of the range that can be stored. Nothing was changed.",
        )
    # A line that breaks in the middle of an answer is at times no more than a DatabaseError without any SQLSTATE.
    if isinstance(error, OperationalError | InterfaceError) or (type(error) is DatabaseError and not sqlstate):
        return UNREACHABLE
    return 500, "server.error", "Something went wrong on our side. Nothing was changed."


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Django REST framework's EXCEPTION_HANDLER. None (an unknown error) goes on to `server_error`, logged."""
    response: Response | None
    if isinstance(error, OrderflowError):
        response = _of_family(error)
    elif isinstance(error, DatabaseError | InterfaceError):
        response = _of_database(error)
    else:
        response = _of_framework(_as_framework_error(error))
    if response is not None:
        response.content_type = MEDIA_TYPE
    return response


def _of_family(error: OrderflowError) -> Response:
    status = next((status for family, status in STATUS_OF_FAMILY if isinstance(error, family)), 500)
    reserved = {"type", "title", "status", "code", "detail", "errors"}
    fields = {key: value for key, value in error.fields.items() if key not in reserved}
    body = problem(status, error.code, error.message, errors=list(error.problems), **fields)
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return Response(body, status=status, headers=headers)


def _of_database(error: DatabaseError | InterfaceError) -> Response | None:
    status, code, detail = database_problem(error)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return None
    logger.warning("database refused", extra={"code": code, "reason": str(error).strip()})
    retry = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == 503 or code == "database.locked" else None  # noqa: PLR2004
    return Response(problem(status, code, detail), status=status, headers=retry)


def _as_framework_error(error: Exception) -> Exception:
    if isinstance(error, Http404):
        return drf.NotFound()
    if isinstance(error, PermissionDenied):
        return drf.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return TooLarge(settings.ORDERFLOW_MAX_BODY_BYTES)
    if isinstance(error, SuspiciousOperation):
        return drf.ParseError("The request cannot be read.", "input.malformed")
    return error


# Django REST framework's own codes → ours.
_CODES: Mapping[str, str] = {
    "not_authenticated": "auth.required",
    "authentication_failed": "auth.failed",
    "permission_denied": "auth.forbidden",
    "not_found": "not_found",
    "method_not_allowed": "method_not_allowed",
    "not_acceptable": "not_acceptable",
    "unsupported_media_type": "input.unsupported_media_type",
    "throttled": "throttled",
    "parse_error": "input.malformed",
}


def _of_framework(error: Exception) -> Response | None:
    if not isinstance(error, drf.APIException):
        return None
    if isinstance(error, drf.ValidationError):
        body = problem(422, "input.invalid", "The input is not valid.", errors=list(_field_errors(error.detail)))
        return Response(body, status=422)
    detail = error.detail
    code = getattr(detail, "code", None) or error.default_code
    body = problem(error.status_code, _CODES.get(code, code), str(detail))
    headers: dict[str, str] = {}
    challenge = getattr(error, "auth_header", None)
    if challenge:
        headers["WWW-Authenticate"] = challenge
    wait = getattr(error, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(int(wait))
    return Response(body, status=error.status_code, headers=headers)


def _field_errors(detail: Any, path: str = "") -> Iterator[dict[str, Any]]:
    """Flatten a serializer's nested errors to places like `lines.0.quantity`."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            inner = path if key == "non_field_errors" else f"{path}.{key}" if path else str(key)
            yield from _field_errors(value, inner)
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            nested = isinstance(value, Mapping | list)
            yield from _field_errors(value, (f"{path}.{index}" if path else str(index)) if nested else path)
    else:
        code = getattr(detail, "code", None) or "invalid"
        yield {"path": path, "code": f"input.{code}", "message": str(detail), "params": {}}


# --- Django's own handlers: what never reached a view of the API ---------------------------------------------------


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: a request that Django itself refuses."""
    if isinstance(exception, RequestDataTooBig):
        return problem_response(413, "input.too_large", "The body is too large.")
    return problem_response(400, "input.malformed", "The request cannot be read.")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403."""
    return problem_response(403, "auth.forbidden", "You may not do this.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What CsrfViewMiddleware answers (Django's admin; the API's own check is in `web.authentication`)."""
    return problem_response(403, "session.csrf_failed", "The request did not carry the token of this session.")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404."""
    return problem_response(404, "not_found", "There is nothing at this address.")


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: the error is in the log; the answer says nothing of it."""
    return problem_response(500, "server.error", "Something went wrong on our side. It has been logged.")
