"""`/templates`: the flows that ship with the product, for the designer's gallery."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.policy import Role
from orders.api import shapes
from orders.templates import templates
from web.inputs import query_of
from web.permissions import roles


class TemplatesView(APIView):
    permission_classes: list[type[BasePermission]] = [roles(Role.DESIGNER, Role.SUPERVISOR, Role.AUDITOR)]

    @extend_schema(operation_id="templates_list", responses=shapes.TemplatesShape)
    def get(self, request: Request) -> Response:
        query_of(request.query_params)
        return Response(
            {
                "results": [
                    {
                        "key": template.key,
                        "title": template.title.model_dump(),
                        "summary": template.summary.model_dump(),
                        "graph": template.graph,
                        "sample": template.sample,
                    }
                    for template in templates()
                ]
            }
        )
