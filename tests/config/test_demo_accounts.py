"""The demo's accounts: one password, hashed once; a second start looks at it once and changes nothing."""

from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher

from accounts.models import User
from bedrock.clock import now
from config.demo.people import ACCOUNTS, ensure_people

pytestmark = pytest.mark.django_db


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password that was hashed, to be stored or to be compared."""
    seen: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> Any:
        seen.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return seen


def test_password_of_all_accounts_is_hashed_once(hashed: list[str]) -> None:
    ensure_people(password="first", now=now())
    assert hashed == ["first"]

    ensure_people(password="first", now=now())
    assert hashed == ["first", "first"]

    assert all(user.check_password("first") for user in User.objects.filter(username__in=ACCOUNTS))


def test_account_whose_password_was_changed_gets_that_of_the_demo_again(hashed: list[str]) -> None:
    ensure_people(password="first", now=now())
    finance1 = User.objects.get(username="finance1")
    finance1.set_password("other")
    finance1.save()

    ensure_people(password="first", now=now())

    assert User.objects.get(username="finance1").check_password("first")


def test_new_password_is_given_to_all_accounts(hashed: list[str]) -> None:
    ensure_people(password="first", now=now())

    ensure_people(password="second", now=now())

    assert hashed == ["first", "second", "second"]  # stored, compared, stored
    assert all(user.check_password("second") for user in User.objects.filter(username__in=ACCOUNTS))
