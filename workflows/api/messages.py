"""`/messages`: what happened outside, told to the runs that wait for it."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.policy import Role
from bedrock.clock import now
from web.inputs import Input, read_input
from web.permissions import roles
from web.shapes import Shape
from workflows.actions.messages import send
from workflows.api.instances import actor_of
from workflows.api.once import KEY, answer_request
from workflows.engine.correlation import LONGEST_KEY
from workflows.engine.events import MessageReceived


class TakenShape(Shape):
    taken_by = serializers.ListField(child=serializers.UUIDField())


class MessagesView(APIView):
    permission_classes = [roles(Role.INTEGRATION, Role.SUPERVISOR)]

    class Given(Input):
        name = serializers.CharField(max_length=100)
        key = serializers.CharField(max_length=LONGEST_KEY, required=False)
        payload = serializers.JSONField(required=False)

    @extend_schema(operation_id="messages_send", parameters=[KEY], request=Given, responses=TakenShape)
    def post(self, request: Request) -> HttpResponse:
        given, present = read_input(self.Given, request), now()
        message = MessageReceived(
            name=given["name"], key=given.get("key"), payload=given.get("payload", {}), actor=actor_of(request)
        )

        def sent() -> dict[str, Any]:
            return {"taken_by": send(message, now=present)}

        return answer_request(request, scope="messages", now=present, answer=sent)
