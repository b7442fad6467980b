"""`/messages`: what happened outside, told to the runs that wait for it or kept for them, and letters that died."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.policy import Role
from bedrock.clock import now
from bedrock.errors import BadInput, Forbidden
from web.inputs import Input, query_of, read_input
from web.middleware import client_ip
from web.paging import page
from web.permissions import roles
from web.shapes import Shape
from workflows import mailbox
from workflows.actions import letters
from workflows.actions.audit import By
from workflows.actions.messages import Sent, send
from workflows.api.instances import PAGING, actor_of
from workflows.api.once import KEY, answer_request
from workflows.api.run_shapes import ActorShape
from workflows.engine.correlation import LONGEST_KEY, LONGEST_NAME
from workflows.engine.due import parse_duration
from workflows.engine.events import MessageReceived
from workflows.models import Letter

SENDERS = (Role.INTEGRATION, Role.SUPERVISOR)
READERS = (Role.SUPERVISOR, Role.AUDITOR)


class SentShape(Shape):
    taken_by = serializers.ListField(child=serializers.UUIDField(), help_text="runs that took it at once")
    kept_until = serializers.DateTimeField(allow_null=True, help_text="nobody took it; kept for who waits next")
    to_follow = serializers.IntegerField(help_text="runs that listen too and are told in a moment")


class LetterShape(Shape):
    id = serializers.IntegerField()
    status = serializers.ChoiceField(choices=["kept", "dead"])
    name = serializers.CharField()
    key = serializers.CharField(allow_null=True)
    payload = serializers.JSONField()
    sent_by = ActorShape()
    sent_at = serializers.DateTimeField()
    until = serializers.DateTimeField()
    died_at = serializers.DateTimeField(allow_null=True)
    instance = serializers.UUIDField(allow_null=True, help_text="the run that could not take it")
    code = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


class LettersShape(Shape):
    results = LetterShape(many=True)
    next = serializers.CharField(allow_null=True)


class Keep(Input):
    keep = serializers.CharField(
        max_length=40, required=False, help_text="a duration such as PT12H or P1D, at most P7D"
    )


class MessagesView(APIView):
    permission_classes = [IsAuthenticated]

    class Given(Keep):
        id = serializers.RegexField(
            r"^[\x20-\x7e]{1,200}\Z", required=False,
            help_text="the sender's own id: the same message again is answered alike and happens once",
        )  # fmt: skip
        name = serializers.CharField(max_length=LONGEST_NAME)
        key = serializers.CharField(max_length=LONGEST_KEY, required=False)
        payload = serializers.JSONField(required=False)

    @extend_schema(
        operation_id="messages_list",
        parameters=[
            OpenApiParameter("status", str, enum=["kept", "dead"], description="of both kinds when not given"),
            OpenApiParameter("name", str), *PAGING,
        ],
        responses=LettersShape,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        _require(request, *READERS)
        params = query_of(request.query_params, "status", "name", "cursor", "limit")
        status = params.get("status")
        if status not in (None, "kept", "dead"):
            message = f"Expected status to be kept or dead, found {status!r}."
            problem = {"path": "status", "code": "query.bad_value", "message": message, "params": {}}
            raise BadInput("query.bad_value", message, problems=[problem])
        found = page(mailbox.letters(status=status, name=params.get("name")), order_by=("-id",), params=params)
        return Response(found.body(_letter))

    @extend_schema(operation_id="messages_send", parameters=[KEY], request=Given, responses=SentShape)
    def post(self, request: Request) -> HttpResponse:
        _require(request, *SENDERS)
        given, present = read_input(self.Given, request), now()
        message = MessageReceived(
            name=given["name"], key=given.get("key"), payload=given.get("payload", {}), actor=actor_of(request)
        )
        keep_until = _keep_until(given, now=present)

        def sent() -> dict[str, Any]:
            return _sent(send(message, now=present, keep_until=keep_until))

        return answer_request(request, scope="messages", now=present, answer=sent, key=given.get("id"))


class RequeueView(APIView):
    """A dead letter is sent again, perhaps with a corrected payload."""

    permission_classes = [roles(Role.SUPERVISOR)]

    class Given(Keep):
        payload = serializers.JSONField(required=False)
        reason = serializers.CharField(max_length=2000, allow_blank=True, required=False, default="")

    @extend_schema(operation_id="messages_requeue", request=Given, responses=SentShape)
    def post(self, request: Request, letter_id: int) -> Response:
        given, present = read_input(self.Given, request), now()
        done = letters.requeue(
            letter_id, payload=given.get("payload", letters.AS_IT_IS), keep_until=_keep_until(given, now=present),
            reason=given["reason"], by=_by(request), now=present,
        )  # fmt: skip
        return Response(_sent(done))


class DiscardView(APIView):
    """A letter is thrown away."""

    permission_classes = [roles(Role.SUPERVISOR)]

    class Given(Input):
        reason = serializers.CharField(max_length=2000, allow_blank=True, required=False, default="")

    @extend_schema(operation_id="messages_discard", request=Given, responses={204: None})
    def post(self, request: Request, letter_id: int) -> Response:
        given = read_input(self.Given, request)
        letters.discard(letter_id, reason=given["reason"], by=_by(request), now=now())
        return Response(status=204)


def _keep_until(given: dict[str, Any], *, now: datetime) -> datetime | None:
    if "keep" not in given:
        return None
    duration = parse_duration(given["keep"])
    if duration is None:
        message = f"Expected a duration such as PT12H or P1D, found {given['keep']!r}."
        problem = {"path": "keep", "code": "duration.malformed", "message": message, "params": {}}
        raise BadInput("duration.malformed", message, problems=[problem])
    return now + duration.total()


def _sent(sent: Sent) -> dict[str, Any]:
    return {"taken_by": list(sent.taken_by), "kept_until": sent.kept_until, "to_follow": sent.to_follow}


def _letter(row: Letter) -> dict[str, Any]:
    return {
        "id": row.pk, "status": "kept" if row.died_at is None else "dead", "name": row.name, "key": row.key,
        "payload": row.payload, "sent_by": {"id": row.actor, "name": row.actor_name}, "sent_at": row.sent_at,
        "until": row.until, "died_at": row.died_at, "instance": row.instance, "code": row.code, "reason": row.reason,
    }  # fmt: skip


def _by(request: Request) -> By:
    return By(actor=actor_of(request), ip=client_ip(request._request))


def _require(request: Request, *wanted: Role) -> None:
    assert isinstance(request.user, User)  # noqa: S101 - the permission class saw to it
    if not request.user.has_role(*wanted):
        raise Forbidden("role.missing", f"Expected one of the roles {', '.join(wanted)}.", roles=list(wanted))
