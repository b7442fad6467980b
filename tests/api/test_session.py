"""The browser's session: sign in, change, sign out."""

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.actions import create_token, ensure_user
from accounts.models import ApiToken, User

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse"


@pytest.fixture
def ann() -> User:
    return ensure_user("ann", password=PASSWORD, display_name="安娜", roles=["approver", "designer"])


def _csrf(client: Client) -> dict[str, str]:
    client.get("/api/v1/session")
    return {"X-CSRFToken": client.cookies["csrftoken"].value}


def _sign_in(client: Client, username: str, password: str) -> tuple[int, dict[str, object]]:
    answer = client.post(
        "/api/v1/session",
        {"username": username, "password": password},
        content_type="application/json",
        headers=_csrf(client),
    )
    return answer.status_code, answer.json()


def test_session_says_nobody_when_not_signed_in(client: Client) -> None:
    answer = client.get("/api/v1/session")

    body = answer.json()
    assert answer.status_code == 200
    assert body.pop("now").endswith("+00:00")
    assert body == {"user": None, "demo": None}
    assert "csrftoken" in answer.cookies


def test_session_says_who_when_password_is_right(ann: User) -> None:
    client = Client(enforce_csrf_checks=True)

    status, body = _sign_in(client, "ann", PASSWORD)

    assert status == 200
    assert body["user"] == {
        "id": ann.pk,
        "username": "ann",
        "display_name": "安娜",
        "roles": ["approver", "designer"],
        "is_superuser": False,
        "language": "zh-CN",
    }
    assert client.get("/api/v1/session").json()["user"]["username"] == "ann"


@pytest.mark.parametrize(("username", "password"), [("ann", "wrong"), ("nobody", PASSWORD), ("ANN", PASSWORD)])
def test_sign_in_is_refused_alike_when_name_or_password_is_wrong(ann: User, username: str, password: str) -> None:
    client = Client(enforce_csrf_checks=True)

    status, body = _sign_in(client, username, password)

    assert status == 401
    assert body["code"] == "session.bad_credentials"
    assert body["detail"] == "The user name or the password is wrong."
    assert client.get("/api/v1/session").json()["user"] is None


def test_sign_in_is_refused_when_user_is_disabled(ann: User) -> None:
    User.objects.filter(pk=ann.pk).update(is_active=False)

    status, body = _sign_in(Client(), "ann", PASSWORD)

    assert (status, body["code"]) == (401, "session.bad_credentials")


def test_session_ends_when_user_is_disabled(ann: User, client: Client) -> None:
    _sign_in(client, "ann", PASSWORD)

    User.objects.filter(pk=ann.pk).update(is_active=False)

    assert client.get("/api/v1/session").json()["user"] is None


def test_sign_in_is_refused_when_csrf_token_is_missing(ann: User) -> None:
    client = Client(enforce_csrf_checks=True)

    answer = client.post("/api/v1/session", {"username": "ann", "password": PASSWORD}, content_type="application/json")

    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "session.csrf_failed"


def test_sign_in_is_throttled_when_password_is_guessed(ann: User) -> None:
    client = Client()

    answers = [_sign_in(client, "ann", f"guess-{n}") for n in range(9)]

    assert [status for status, _ in answers] == [401] * 8 + [429]
    assert answers[-1][1]["code"] == "session.throttled"
    # The right password does not help while the account is slowed down.
    assert _sign_in(client, "ann", PASSWORD)[0] == 429
    cache.clear()
    assert _sign_in(client, "ann", PASSWORD)[0] == 200


def test_language_changes_when_signed_in(ann: User, client: Client) -> None:
    _sign_in(client, "ann", PASSWORD)

    answer = client.patch("/api/v1/session", {"language": "en"}, content_type="application/json")

    assert answer.status_code == 200
    assert answer.json()["user"]["language"] == "en"
    ann.refresh_from_db()
    assert ann.language == "en"


def test_language_is_refused_when_unknown(ann: User, client: Client) -> None:
    _sign_in(client, "ann", PASSWORD)

    answer = client.patch("/api/v1/session", {"language": "fr"}, content_type="application/json")

    assert answer.status_code == 422
    assert answer.json()["code"] == "input.invalid"
    assert answer.json()["errors"] == [
        {
            "path": "language",
            "code": "input.invalid_choice",
            "message": answer.json()["errors"][0]["message"],
            "params": {},
        }
    ]
    ann.refresh_from_db()
    assert ann.language == "zh-CN"


def test_language_is_refused_when_not_signed_in(client: Client) -> None:
    answer = client.patch("/api/v1/session", {"language": "en"}, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (401, "auth.required")


def test_unknown_field_is_refused(ann: User, client: Client) -> None:
    _sign_in(client, "ann", PASSWORD)

    answer = client.patch("/api/v1/session", {"language": "en", "is_superuser": True}, content_type="application/json")

    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == ["input.unknown_field"]
    ann.refresh_from_db()
    assert (ann.language, ann.is_superuser) == ("zh-CN", False)


def test_sign_out_forgets_the_session(ann: User, client: Client) -> None:
    _sign_in(client, "ann", PASSWORD)

    assert client.delete("/api/v1/session").status_code == 204

    assert client.get("/api/v1/session").json()["user"] is None


def test_demo_accounts_are_offered_only_in_demo_mode(client: Client, settings: object) -> None:
    ensure_user("cs1", password=PASSWORD, display_name="客服", roles=["requester"], is_demo=True)

    assert client.get("/api/v1/session").json()["demo"] is None
    settings.ORDERFLOW_DEMO = True  # type: ignore[attr-defined]

    assert client.get("/api/v1/session").json()["demo"] == {
        "accounts": [{"username": "cs1", "display_name": "客服", "roles": ["requester"]}]
    }


def test_token_is_stored_only_as_a_digest(ann: User) -> None:
    key = create_token(ann, name="till")

    row = ApiToken.objects.get()
    assert key.startswith("of_")
    assert key not in str(vars(row))
    assert len(row.digest) == 64
