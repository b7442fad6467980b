"""Tokens, roles, headers and addresses: what every route has in common."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.actions import create_token, ensure_user
from accounts.models import ApiToken, User, digest_of
from accounts.policy import Role, holds_any, unknown_roles
from bedrock.errors import BadInput
from web.inputs import query_of
from web.middleware import client_ip
from web.permissions import reading_or, roles
from workflows.actions.audit import AuditObject, By, record
from workflows.engine.events import Actor
from workflows.models import AuditEntry


@pytest.fixture
def shop(db: None) -> User:
    return ensure_user("shop", password="pw", roles=["integration"])


def _me(**headers: str) -> tuple[int, str]:
    answer = Client().get("/api/v1/definitions", headers=headers)
    return answer.status_code, answer.json().get("code", "")


def test_token_is_accepted_when_it_is_valid(shop: User) -> None:
    key = create_token(shop)

    status, code = _me(authorization=f"Token {key}")

    assert (status, code) == (403, "auth.forbidden")  # known, but a shop reads no definitions
    assert ApiToken.objects.get().last_used_at is not None


@pytest.mark.parametrize("key", ["", "of_wrong", "of_" + "x" * 5000, "ключ"])
def test_token_is_refused_when_unknown(shop: User, key: str) -> None:
    create_token(shop)

    assert _me(authorization=f"Token {key}") == (401, "auth.bad_token")


def test_token_is_refused_when_expired_or_its_user_disabled(shop: User) -> None:
    key = create_token(shop, expires_at=timezone.now() - timedelta(seconds=1))
    assert _me(authorization=f"Token {key}") == (401, "auth.bad_token")

    key = create_token(shop)
    User.objects.update(is_active=False)
    assert _me(authorization=f"Token {key}") == (401, "auth.bad_token")


def test_request_is_refused_with_a_challenge_when_nobody_is_signed_in(db: None) -> None:
    answer = Client().get("/api/v1/definitions")

    assert (answer.status_code, answer.json()["code"]) == (401, "auth.required")
    assert answer["WWW-Authenticate"] == "Token"


def test_token_use_is_written_once_an_hour(shop: User) -> None:
    key = create_token(shop)
    _me(authorization=f"Token {key}")
    first = ApiToken.objects.get(digest=digest_of(key)).last_used_at

    _me(authorization=f"Token {key}")

    assert ApiToken.objects.get().last_used_at == first


def _asks(user: object, method: str = "get") -> Request:
    request = Request(getattr(RequestFactory(), method)("/"))
    request.user = user  # type: ignore[assignment]
    return request


@pytest.mark.parametrize(
    ("held", "is_superuser", "allowed"),
    [(["designer"], False, True), (["auditor"], False, False), ([], False, False), ([], True, True)],
)
def test_role_opens_its_door_only(held: list[str], is_superuser: bool, allowed: bool) -> None:
    user = User(username="x", roles=held, is_superuser=is_superuser)

    assert roles(Role.DESIGNER, Role.SUPERVISOR)().has_permission(_asks(user), APIView()) is allowed


def test_nobody_enters_when_not_signed_in() -> None:
    assert not roles(*Role)().has_permission(_asks(AnonymousUser()), APIView())


@pytest.mark.parametrize(
    ("held", "method", "allowed"),
    [("auditor", "get", True), ("auditor", "post", False), ("designer", "post", True), ("designer", "get", False)],
)
def test_reading_and_writing_have_doors_of_their_own(held: str, method: str, allowed: bool) -> None:
    door = reading_or(reading=(Role.AUDITOR,), writing=(Role.DESIGNER,))()

    assert door.has_permission(_asks(User(username="x", roles=[held]), method), APIView()) is allowed


def test_unknown_roles_are_named() -> None:
    assert unknown_roles(["designer", "king", "auditor"]) == ("king",)
    assert holds_any([], [Role.AUDITOR], is_superuser=True)


@pytest.mark.django_db
def test_user_is_not_made_when_a_role_is_unknown() -> None:
    with pytest.raises(BadInput) as refused:
        ensure_user("eve", password="pw", roles=["designer", "king"])

    assert (refused.value.code, refused.value.fields) == ("user.unknown_roles", {"roles": ["king"]})
    assert not User.objects.exists()


@pytest.mark.django_db
def test_user_is_corrected_when_made_again() -> None:
    first = ensure_user("ann", password="one", roles=["designer"])

    second = ensure_user("ann", password="two", display_name="安娜", roles=["auditor"], is_superuser=True)

    assert (second.pk, second.roles, second.display_name) == (first.pk, ["auditor"], "安娜")
    assert second.check_password("two")
    assert second.is_staff


@pytest.mark.parametrize(
    ("query", "code", "path"),
    [
        ("q=x&boss=1", "query.unknown_parameter", "boss"),
        ("limit=5&q=x&limit=5", "query.repeated_parameter", "limit"),
    ],
)
def test_a_query_parameter_is_refused_that_is_unknown_or_repeated(query: str, code: str, path: str) -> None:
    assert query_of(QueryDict("q=x"), "q", "limit") == {"q": "x"}

    with pytest.raises(BadInput) as refused:
        query_of(QueryDict(query), "q", "limit")

    assert refused.value.code == code
    assert [problem["path"] for problem in refused.value.problems] == [path]


@pytest.mark.parametrize(
    ("trusted", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        # An empty place is a place: the entry before it is not what our proxy saw.
        (1, "6.6.6.6, ", "127.0.0.1"),
        (2, "6.6.6.6, , 10.0.0.1", "127.0.0.1"),
    ],
)
def test_address_of_the_client_cannot_be_forged(settings: Any, trusted: int, forwarded: str, expected: str) -> None:
    settings.ORDERFLOW_TRUSTED_PROXIES = trusted

    assert client_ip(RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})) == expected


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ("203.0.113.9:51234", "203.0.113.9"),
        ("2001:db8::17", "2001:db8::17"),
        ("2001:0DB8:0:0::0017", "2001:db8::17"),
        ("[2001:db8::17]", "2001:db8::17"),
        ("[2001:db8::17]:51234", "2001:db8::17"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("unknown", "127.0.0.1"),
        ("_hidden:80", "127.0.0.1"),
        ("203.0.113.9:", "127.0.0.1"),
        ("203.0.113.9:http", "127.0.0.1"),
        ("203.0.113.9/24", "127.0.0.1"),
        ("203.0.113.009", "127.0.0.1"),
        ("1.2.3", "127.0.0.1"),
        ("16909060", "127.0.0.1"),
        ("[2001:db8::17", "127.0.0.1"),
        ("[203.0.113.9]:80", "127.0.0.1"),
        ("2001:db8::17:99999", "127.0.0.1"),
        ("'; DROP TABLE x; --", "127.0.0.1"),
        ("１.２.３.４", "127.0.0.1"),
        ("9" * 5000, "127.0.0.1"),
    ],
)
def test_address_of_the_client_is_read_or_that_of_the_peer_is_taken(
    settings: Any, forwarded: str, expected: str
) -> None:
    settings.ORDERFLOW_TRUSTED_PROXIES = 1

    assert client_ip(RequestFactory(HTTP_X_FORWARDED_FOR=forwarded).get("/")) == expected


@pytest.mark.parametrize(("peer", "expected"), [("", None), ("unix:", None), ("fe80::1%2", "fe80::1")])
def test_peer_without_an_address_has_none(peer: str, expected: str | None) -> None:
    assert client_ip(RequestFactory(REMOTE_ADDR=peer).get("/")) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("forwarded", "stored"), [("203.0.113.9:51234", "203.0.113.9"), ("fe80::1%eth0", "fe80::1"), ("junk", "127.0.0.1")]
)
def test_sign_in_and_audit_live_with_any_forwarded_address(settings: Any, forwarded: str, stored: str) -> None:
    settings.ORDERFLOW_TRUSTED_PROXIES = 1
    boss = ensure_user("boss", password="pw", roles=["supervisor"])
    actor = Actor(id=str(boss.pk), name="boss")
    asked = RequestFactory(HTTP_X_FORWARDED_FOR=forwarded).get("/")

    answer = Client(HTTP_X_FORWARDED_FOR=forwarded).post(
        "/api/v1/session", {"username": "boss", "password": "pw"}, content_type="application/json"
    )
    record(
        "trial.done", by=By(actor=actor, ip=client_ip(asked)), on=AuditObject(type="trial", id="1"), reason="",
        now=timezone.now(),
    )  # fmt: skip

    assert answer.status_code == 200
    assert AuditEntry.objects.get().ip == stored


@pytest.mark.django_db
def test_every_answer_carries_the_strict_headers() -> None:
    answer = Client().get("/api/v1/session", headers={"X-Request-ID": "trace-12345678"})

    policy = answer["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Request-ID"] == "trace-12345678"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Cache-Control"] == "private, no-cache"


@pytest.mark.django_db
def test_request_gets_an_id_of_ours_when_the_given_one_is_odd() -> None:
    answer = Client().get("/api/v1/session", headers={"X-Request-ID": "<script>alert(1)</script>"})

    assert len(answer["X-Request-ID"]) == 32


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/api/v1/session?q=%00", "/api/v1/se%00ssion"])
def test_address_with_nul_is_refused(address: str) -> None:
    answer = Client().get(address)

    assert (answer.status_code, answer.json()["code"]) == (400, "input.malformed")
