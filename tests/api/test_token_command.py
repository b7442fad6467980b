"""`manage.py token`: what it prints opens the API for that person, and for nobody who is not there."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from accounts.models import ApiToken, User

pytestmark = pytest.mark.django_db


def test_a_printed_token_opens_the_api_as_that_person() -> None:
    User.objects.create_user("shop", "x", roles=["integration"])
    told = StringIO()

    call_command("token", "shop", name="till 7", stdout=told)

    answer = APIClient().get("/api/v1/orders", HTTP_AUTHORIZATION=f"Token {told.getvalue().strip()}")
    assert (answer.status_code, answer.wsgi_request.user.username) == (200, "shop")
    [kept] = ApiToken.objects.all()
    assert (kept.name, told.getvalue().strip() in str(vars(kept))) == ("till 7", False)


@pytest.mark.parametrize("name", ["nobody", "gone"])
def test_there_is_no_token_for_somebody_who_is_not_there(name: str) -> None:
    User.objects.create_user("gone", "x", is_active=False)

    with pytest.raises(CommandError, match=f"There is no active user {name}"):
        call_command("token", name)

    assert not ApiToken.objects.exists()
