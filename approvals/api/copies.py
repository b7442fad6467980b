"""`/tasks/{id}/cc` and `/tasks/{id}/read`: sending copies of a case, and saying that one has read one's own."""

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from approvals.actions.read_copy import read_copy
from approvals.api import shapes
from approvals.api.tasks import INBOX, TargetInput, answered_by_run, user_of
from approvals.picture import own_copy
from bedrock.clock import now
from web.inputs import Input, read_input
from workflows.api.once import KEY


class CopiesInput(Input):
    to = serializers.ListField(child=TargetInput(), min_length=1, max_length=50)
    comment = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class CopiesView(APIView):
    """Lets others read the run; each gets it once, however often it is sent."""

    permission_classes = [INBOX]

    @extend_schema(operation_id="tasks_cc", parameters=[KEY], request=CopiesInput, responses=shapes.AnsweredShape)
    def post(self, request: Request, task_id: UUID) -> HttpResponse:
        given = read_input(CopiesInput, request)
        named = [{"kind": one["kind"], one["kind"]: one["key"]} for one in given["to"]]
        return answered_by_run(request, task_id, name="cc", payload=given | {"to": named})


class CopyReadView(APIView):
    permission_classes = [INBOX]

    @extend_schema(operation_id="tasks_read_copy", request=None, responses=shapes.OwnCopyShape)
    def post(self, request: Request, task_id: UUID) -> Response:
        read_input(Input, request)
        return Response(own_copy(read_copy(task_id, user=user_of(request), now=now())))
