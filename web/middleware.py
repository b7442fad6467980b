"""What every request gets: a number to find it by, strict headers, and an honest answer when the database is gone."""

import ipaddress
import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse

from web.errors import RETRY_AFTER_SECONDS, database_problem, problem_response

Handler = Callable[[HttpRequest], HttpResponse]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

# Ant Design writes its styles into the page, hence the one 'unsafe-inline'; scripts come from files of ours only.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS_POLICY = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"


class RequestIdMiddleware:
    """`request.id`: the caller's X-Request-ID when it is a sane one, else a new one; sent back in the answer."""

    def __init__(self, get_response: Handler) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex  # type: ignore[attr-defined]
        response = self._next(request)
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        return response


class RefuseNulMiddleware:
    """400 for an address with a NUL in it: PostgreSQL stores none, so no text that we know can hold one."""

    def __init__(self, get_response: Handler) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "\x00" in request.path or "%00" in query or "\x00" in query:
            return problem_response(400, "input.malformed", "The address holds a NUL.")
        return self._next(request)


class SecurityHeadersMiddleware:
    """Content security policy and its kin on every answer, static files included; API answers are never cached."""

    def __init__(self, get_response: Handler) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._next(request)
        response.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.path.startswith("/api/v1/"):
            response.setdefault("Cache-Control", "private, no-cache")
        return response


class DatabaseTroubleMiddleware:
    """503 or 409 with Retry-After, not 500, when the database fails outside of the API's own error mapping."""

    def __init__(self, get_response: Handler) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._next(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Called by Django for errors of views; None leaves other errors to the handlers."""
        if not isinstance(error, DatabaseError | InterfaceError):
            return None
        status, code, detail = database_problem(error)
        if status == 500:  # noqa: PLR2004
            return None
        return problem_response(status, code, detail, retry_after=RETRY_AFTER_SECONDS)


def client_ip(request: HttpRequest) -> str | None:
    """The client's address: what the outermost proxy of ours saw (ORDERFLOW_TRUSTED_PROXIES), else that of the peer.

    None for a peer without one, as behind a Unix socket. Always in its one usual form: what the audit hashes is what
    the database gives back.
    """
    trusted: int = settings.ORDERFLOW_TRUSTED_PROXIES
    seen = request.headers.get("X-Forwarded-For", "").split(",")
    forwarded = read_address(seen[-trusted]) if 0 < trusted <= len(seen) else None
    return forwarded or read_address(str(request.META.get("REMOTE_ADDR", "")))


_WITH_PORT = re.compile(r"\[(?P<six>[^\[\]]+)\](?::[0-9]{1,5})?|(?P<four>[^:\[\]]+):[0-9]{1,5}")


def read_address(text: str) -> str | None:
    """The IP address in `text`, which proxies write with or without a port; None when there is none."""
    text = text.strip()
    match = _WITH_PORT.fullmatch(text)
    try:
        if match is None:
            address = ipaddress.ip_address(text)
        elif match["six"]:
            address = ipaddress.IPv6Address(match["six"])
        else:
            address = ipaddress.IPv4Address(match["four"])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        # Without the zone (`%eth0`), which means something on one machine only and which no database stores.
        address = address.ipv4_mapped or ipaddress.IPv6Address(int(address))
    return str(address)
