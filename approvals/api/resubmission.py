"""`/tasks/{id}/resubmit`: the requester of a run that came back submits it again."""

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from approvals.actions.resubmit import resubmit
from approvals.api import shapes
from approvals.api.tasks import INBOX, AnswerInput, answer_with
from web.inputs import read_input
from workflows.api.once import KEY


class ResubmitView(APIView):
    permission_classes = [INBOX]

    class Given(AnswerInput):
        variables = serializers.DictField(
            required=False, default=dict, help_text="The variables that are revised, each of its declared type."
        )

    @extend_schema(operation_id="tasks_resubmit", parameters=[KEY], request=Given, responses=shapes.AnsweredShape)
    def post(self, request: Request, task_id: UUID) -> HttpResponse:
        return answer_with(request, task_id, name="resubmit", payload=read_input(self.Given, request), act=resubmit)
