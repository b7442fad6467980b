"""`…/forecast`: when would it fire? Of a step in the designer from a given instant, and of a run's waits."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.policy import Role
from bedrock.clock import now
from bedrock.errors import NotFound
from web.inputs import Input, read_input
from web.permissions import roles
from web.shapes import LocalTextShape, Shape
from workflows import queries
from workflows.actions.forecasts import forecast_run, forecast_step
from workflows.api.definitions import user_of, visible
from workflows.api.instances import READERS
from workflows.api.simulation import id_of
from workflows.engine.forecast import Forecast
from workflows.engine.graph import read_graph

MOST_CALENDARS = 10


class AskedShape(Shape):
    kind = serializers.CharField()
    key = serializers.CharField()
    name = LocalTextShape()


class FiringShape(Shape):
    at = serializers.DateTimeField()
    then = serializers.ChoiceField(choices=["waits", "leaves", "fails"])
    what = serializers.CharField(help_text="The note of a wait that goes on, the port, or the code of the failure.")
    asked = AskedShape(many=True, help_text="Who is asked from then on.")


class StepForecastShape(Shape):
    code = serializers.CharField(help_text="Why the step cannot even begin; empty if it can.")
    firings = FiringShape(many=True)


class WaitForecastShape(Shape):
    token = serializers.IntegerField()
    node = serializers.CharField()
    due_at = serializers.DateTimeField(help_text="As it stands.")
    reckoned_at = serializers.DateTimeField(
        allow_null=True, help_text="By these calendars; null if it goes by none, or they never open."
    )
    firings = FiringShape(many=True)


class RunForecastShape(Shape):
    results = WaitForecastShape(many=True)


class WhatIf(Input):
    calendars = serializers.DictField(
        child=serializers.DictField(), required=False, help_text="Documents by key: as if these were stored."
    )

    def validate_calendars(self, value: dict[str, Any]) -> dict[str, Any]:
        """Not more than anybody would compare."""
        if len(value) > MOST_CALENDARS:
            raise serializers.ValidationError(f"Expected at most {MOST_CALENDARS} calendars, found {len(value)}.")
        return value


class StepForecastView(APIView):
    permission_classes = [roles(Role.DESIGNER)]

    class Given(WhatIf):
        node = serializers.CharField(max_length=64)
        at = serializers.DateTimeField(help_text="When a token would enter the step.")
        graph = serializers.DictField(required=False, help_text="A drawing; else the draft.")
        requester = serializers.CharField(max_length=64, required=False, help_text="A username.")

    @extend_schema(operation_id="definitions_forecast", request=Given, responses=StepForecastShape)
    def post(self, request: Request, definition_id: UUID) -> Response:
        given = read_input(self.Given, request)
        row = visible(request, definition_id)
        found = forecast_step(
            read_graph(given.get("graph", row.draft_graph)), given["node"], at=given["at"],
            requester=id_of(given.get("requester")), calendars=given.get("calendars", {}), now=now(),
        )  # fmt: skip
        return Response({"code": found.code, "firings": _firings(found)})


class RunForecastView(APIView):
    permission_classes = [READERS]

    class Given(WhatIf):
        calendars = serializers.DictField(
            child=serializers.DictField(), help_text="Documents by key: as if these were stored; none for as it is."
        )

    @extend_schema(operation_id="instances_forecast", request=Given, responses=RunForecastShape)
    def post(self, request: Request, instance_id: UUID) -> Response:
        given = read_input(self.Given, request)
        if queries.visible_instance(str(instance_id), user=user_of(request)) is None:
            raise NotFound("instance.unknown", f"Expected an instance, found none with id {instance_id}.")
        found = forecast_run(str(instance_id), calendars=given["calendars"], now=now())
        return Response(
            {
                "results": [
                    {
                        "token": token.id, "node": token.node, "due_at": token.due_at, "reckoned_at": due,
                        "firings": _firings(forecast),
                    }
                    for token, due, forecast in found
                ]
            }
        )  # fmt: skip


def _firings(forecast: Forecast) -> list[dict[str, Any]]:
    return [{"at": one.at, "then": one.then, "what": one.what, "asked": list(one.asked)} for one in forecast.firings]
