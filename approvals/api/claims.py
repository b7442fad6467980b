"""`/tasks/{id}/claim`, `/release` and `/remind`: what is done about a task without answering it."""

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from approvals.actions.remind import remind
from approvals.api import shapes
from approvals.api.tasks import INBOX, AnswerInput, answer_with, answered_by_run
from web.inputs import Input, read_input
from workflows.api.once import KEY


class RemindInput(Input):
    comment = serializers.CharField(required=False, allow_blank=True, max_length=200)
    urgent = serializers.BooleanField(help_text="Also while nobody who is asked is at work.")


class ClaimView(APIView):
    permission_classes = [INBOX]

    @extend_schema(operation_id="tasks_claim", parameters=[KEY], request=AnswerInput, responses=shapes.AnsweredShape)
    def post(self, request: Request, task_id: UUID) -> HttpResponse:
        return answered_by_run(request, task_id, name="claim", payload=read_input(AnswerInput, request))


class ReleaseView(APIView):
    permission_classes = [INBOX]

    @extend_schema(operation_id="tasks_release", parameters=[KEY], request=AnswerInput, responses=shapes.AnsweredShape)
    def post(self, request: Request, task_id: UUID) -> HttpResponse:
        return answered_by_run(request, task_id, name="release", payload=read_input(AnswerInput, request))


class RemindView(APIView):
    permission_classes = [INBOX]

    @extend_schema(operation_id="tasks_remind", parameters=[KEY], request=RemindInput, responses=shapes.AnsweredShape)
    def post(self, request: Request, task_id: UUID) -> HttpResponse:
        return answer_with(request, task_id, name="remind", payload=read_input(RemindInput, request), act=remind)
