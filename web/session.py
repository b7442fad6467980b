"""`/session`: who is signed in; sign in, change the language, sign out. For browsers; programs send a token."""

import logging
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actions import set_language
from accounts.models import LANGUAGES, User
from accounts.policy import Role
from accounts.throttle import WINDOW_SECONDS, Attempt
from bedrock.clock import now
from web.authentication import SessionAuthentication
from web.errors import TooManyTries, Unauthenticated
from web.inputs import Input, query_of, read_input
from web.middleware import client_ip

logger = logging.getLogger(__name__)

ROLES = [role.value for role in Role]


class UserOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    username = serializers.CharField()
    display_name = serializers.CharField()
    roles = serializers.ListField(child=serializers.ChoiceField(choices=ROLES))
    is_superuser = serializers.BooleanField()
    language = serializers.ChoiceField(choices=LANGUAGES)


class DemoAccountOutput(serializers.Serializer[Any]):
    username = serializers.CharField()
    display_name = serializers.CharField()
    roles = serializers.ListField(child=serializers.ChoiceField(choices=ROLES))


class DemoOutput(serializers.Serializer[Any]):
    accounts = DemoAccountOutput(many=True)


class SessionOutput(serializers.Serializer[Any]):
    user = UserOutput(allow_null=True)
    demo = DemoOutput(allow_null=True)
    now = serializers.DateTimeField()


class SessionView(APIView):
    permission_classes = [AllowAny]
    # A session is a browser's; with only this class a sign-in is checked for its CSRF token as well (see `post`).
    authentication_classes = [SessionAuthentication]

    class SignIn(Input):
        username = serializers.CharField(max_length=64, trim_whitespace=False)
        password = serializers.CharField(max_length=1024, trim_whitespace=False)

    class Change(Input):
        language = serializers.ChoiceField(choices=LANGUAGES)

    @extend_schema(operation_id="session_read", responses=SessionOutput)
    def get(self, request: Request) -> Response:
        query_of(request.query_params)
        get_token(request._request)
        return Response(_session(request))

    @extend_schema(operation_id="session_sign_in", request=SignIn, responses=SessionOutput)
    def post(self, request: Request) -> Response:
        # Django REST framework checks the token of signed-in sessions only; a forged sign-in is refused as well.
        SessionAuthentication().enforce_csrf(request)
        given = read_input(self.SignIn, request)
        attempt = Attempt(username=given["username"], address=client_ip(request._request) or "")
        if attempt.is_blocked():
            raise TooManyTries("session.throttled", "Too many tries. Wait a few minutes.", seconds=WINDOW_SECONDS)
        user = authenticate(request._request, username=given["username"], password=given["password"])
        if user is None:
            attempt.note_failure()
            logger.warning("sign-in refused", extra={"action": "accounts.sign_in_refused", "ip": attempt.address})
            raise Unauthenticated("session.bad_credentials", "The user name or the password is wrong.")
        attempt.note_success()
        login(request._request, user)
        request.user = user
        return Response(_session(request))

    @extend_schema(operation_id="session_change", request=Change, responses=SessionOutput)
    def patch(self, request: Request) -> Response:
        user = request.user
        if not isinstance(user, User):
            raise Unauthenticated("auth.required", "Sign in first.")
        set_language(user, language=read_input(self.Change, request)["language"])
        return Response(_session(request))

    @extend_schema(operation_id="session_sign_out", responses={204: None})
    def delete(self, request: Request) -> Response:
        query_of(request.query_params)
        logout(request._request)
        return Response(status=204)


def _session(request: Request) -> dict[str, Any]:
    user = request.user
    shown = _whole(user) if isinstance(user, User) else None
    return {"user": shown, "demo": _demo(), "now": now().isoformat()}


def _whole(user: User) -> dict[str, Any]:
    return {
        "id": user.pk,
        **_named(user),
        "is_superuser": user.is_superuser,
        "language": user.language,
    }


def _named(user: User) -> dict[str, Any]:
    return {"username": user.username, "display_name": user.get_full_name(), "roles": list(user.roles)}


def _demo() -> dict[str, Any] | None:
    if not settings.ORDERFLOW_DEMO:
        return None
    accounts = User.objects.filter(is_demo=True, is_active=True).order_by("id")
    return {"accounts": [_named(user) for user in accounts]}
