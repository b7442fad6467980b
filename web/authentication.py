"""Who asks: a browser with a session and its CSRF token, or a program with `Authorization: Token …`."""

from django.http import HttpRequest
from django.utils import timezone
from rest_framework import authentication
from rest_framework.request import Request
from typing_extensions import override

from accounts.actions import note_token_use
from accounts.models import ApiToken, User, digest_of
from bedrock.errors import Forbidden
from web.errors import Unauthenticated

SCHEME = "Token"


class TokenAuthentication(authentication.BaseAuthentication):
    """Programs: a token of `manage.py token USER`. Needs no CSRF token, since no browser sends it by itself."""

    @override
    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        token = ApiToken.objects.select_related("user").filter(digest=digest_of(key.strip())).first()
        now = timezone.now()
        if token is None or not token.user.is_active or not token.is_valid_at(now):
            raise Unauthenticated("auth.bad_token", "This token is not valid.")
        note_token_use(token, now=now)
        return token.user, token

    @override
    def authenticate_header(self, request: Request) -> str:
        return SCHEME


class SessionAuthentication(authentication.SessionAuthentication):
    """Browsers: Django's session; a refused CSRF token has a code of its own."""

    @override
    def enforce_csrf(self, request: Request | HttpRequest) -> None:
        check = authentication.CSRFCheck(lambda _: None)  # type: ignore[arg-type]
        check.process_request(request)
        reason = check.process_view(request, None, (), {})  # type: ignore[arg-type]
        if reason is not None:
            raise Forbidden("session.csrf_failed", "The request did not carry the token of this session.")

    @override
    def authenticate_header(self, request: Request) -> str:
        # Without a challenge the framework would answer 403 where 401 is meant; browsers show no dialog for this one.
        return "Session"
