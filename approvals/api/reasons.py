"""`/instances/{id}/reasons`: who was asked in a run, and why."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from approvals import queries
from approvals.api import shapes
from approvals.api.tasks import user_of
from bedrock.errors import NotFound
from web.inputs import query_of
from workflows.api.instances import READERS
from workflows.queries import visible_instance


class RunReasonsView(APIView):
    """Of each task of a run, oldest first: how those who are asked were found."""

    permission_classes = [READERS]

    @extend_schema(operation_id="instances_reasons", responses=shapes.RunReasonsShape)
    def get(self, request: Request, instance_id: UUID) -> Response:
        query_of(request.query_params)
        user = user_of(request)
        if visible_instance(str(instance_id), user=user) is None:
            raise NotFound("instance.unknown", f"Expected an instance, found none with id {instance_id}.")
        return Response({"results": queries.reasons_of(str(instance_id), user=user)})
