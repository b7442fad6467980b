"""`/me/views`: the filters of one's inbox that one keeps under a name."""

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from approvals import queries
from approvals.actions.saved_views import drop_view, save_view
from approvals.api.filters import MAX_LENGTH
from approvals.api.tasks import INBOX, user_of
from approvals.models import SavedView
from bedrock.clock import now
from web.inputs import Input, query_of, read_input
from web.shapes import Shape

DUE = ("overdue", "today")


class ViewFiltersShape(Shape):
    q = serializers.CharField(required=False)
    flow = serializers.CharField(required=False)
    step = serializers.CharField(required=False)
    due = serializers.ChoiceField(choices=DUE, required=False)


class SavedViewShape(Shape):
    id = serializers.IntegerField()
    name = serializers.CharField()
    filters = ViewFiltersShape()


class SavedViewsShape(Shape):
    results = SavedViewShape(many=True)


class SavedViewsView(APIView):
    permission_classes = [INBOX]

    class Given(Input):
        class FiltersInput(Input):
            q = serializers.CharField(required=False, max_length=MAX_LENGTH)
            flow = serializers.CharField(required=False, max_length=MAX_LENGTH)
            step = serializers.CharField(required=False, max_length=MAX_LENGTH)
            due = serializers.ChoiceField(
                choices=DUE, required=False, help_text="today: due before the end of the day where one is."
            )

        name = serializers.CharField(max_length=40)
        filters = FiltersInput()

    @extend_schema(operation_id="views_list", responses=SavedViewsShape)
    def get(self, request: Request) -> Response:
        query_of(request.query_params)
        return Response({"results": [_shown(view) for view in queries.views_of(user_of(request))]})

    @extend_schema(operation_id="views_save", request=Given, responses={201: SavedViewShape})
    def post(self, request: Request) -> Response:
        given = read_input(self.Given, request)
        with transaction.atomic():
            view = save_view(user_of(request), name=given["name"], filters=given["filters"], now=now())
        return Response(_shown(view), status=201)


class SavedViewView(APIView):
    permission_classes = [INBOX]

    @extend_schema(operation_id="views_drop", responses={204: None})
    def delete(self, request: Request, view_id: int) -> Response:
        query_of(request.query_params)
        drop_view(user_of(request), view_id)
        return Response(status=204)


def _shown(view: SavedView) -> dict[str, Any]:
    return {"id": view.pk, "name": view.name, "filters": view.filters}
