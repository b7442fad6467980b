"""`/tasks/{id}/undo`: taking back an answer that is not in force yet."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from approvals.actions.hold import take_back
from approvals.api import shapes
from approvals.api.tasks import INBOX, user_of
from approvals.picture import picture
from approvals.queries import viewer_of
from bedrock.clock import now
from web.inputs import Input, read_input
from workflows.api.once import KEY, answer_request


class UndoView(APIView):
    permission_classes = [INBOX]

    @extend_schema(operation_id="tasks_undo", parameters=[KEY], request=None, responses=shapes.TaskShape)
    def post(self, request: Request, task_id: UUID) -> HttpResponse:
        read_input(Input, request)
        user, present = user_of(request), now()

        def taken_back() -> dict[str, Any]:
            return picture(take_back(task_id, user=user), viewer=viewer_of(user, now=present))

        return answer_request(request, scope=f"tasks/{task_id.hex}/undo", now=present, answer=taken_back)
