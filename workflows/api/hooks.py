"""`POST /hooks/{name}`: a sender outside starts a flow by a signed message. No account and no cookie, a signature."""

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView
from typing_extensions import override

from bedrock.clock import now
from web.errors import TooLarge, Unauthenticated
from web.inputs import query_of
from workflows.actions.hooks import NotGenuine, receive
from workflows.signatures import Signed

HEADERS = ("X-Orderflow-Timestamp", "X-Orderflow-Event", "X-Orderflow-Signature")


class HookView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @override
    def get_authenticate_header(self, request: Request) -> str:
        return "OrderflowSignature"

    @extend_schema(exclude=True)  # its contract is in bytes and headers: docs/hooks.md
    def post(self, request: Request, name: str) -> HttpResponse:
        stamp, event, signature = (request.headers.get(one, "") for one in HEADERS)
        signed = Signed(stamp=stamp, event=event, signature=signature, body=_body(request))
        query_of(request.query_params)
        try:
            answered = receive(name, signed, now=now())
        except NotGenuine:
            raise Unauthenticated(
                "hook.refused", "The message is not signed, or not by whom and when it should."
            ) from None
        return HttpResponse(
            answered.body, content_type="application/json", status=200 if answered.is_replayed else 201,
            headers={"Idempotent-Replayed": "true"} if answered.is_replayed else None,
        )  # fmt: skip


def _body(request: Request) -> bytes:
    """All bytes as they came; never more than are allowed, whatever the sender says of their number."""
    limit: int = settings.ORDERFLOW_MAX_BODY_BYTES
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if not declared.isdigit() or int(declared) > limit:
        raise TooLarge(limit)
    body = request._request.read(limit + 1)
    if len(body) > limit:
        raise TooLarge(limit)
    return body
