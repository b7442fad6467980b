"""`/node-types`, `/triggers`, `/calendars`, `/connections`, `/expressions/check`: what a designer draws with."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.policy import Role
from bedrock.clock import now
from bedrock.errors import BadInput
from web.inputs import Input, query_of, read_input
from web.permissions import roles
from workflows import triggers
from workflows.api import shapes
from workflows.engine.expressions.language import check
from workflows.engine.node_type import PortRule
from workflows.engine.registry import AnyNodeType, registry
from workflows.engine.schedule import Schedule, next_times, schedule_problems
from workflows.engine.values import ValueMismatch
from workflows.engine.variables import parse_variables
from workflows.models import Calendar, Connection

PREVIEWED = 5
READERS = (Role.DESIGNER, Role.SUPERVISOR, Role.AUDITOR, Role.APPROVER)
SEES_DRAWINGS = (*READERS, Role.REQUESTER, Role.INTEGRATION)  # of their own runs, whose nodes have names and icons


class NodeTypesView(APIView):
    """The palette: every node type with its config schema and ports."""

    permission_classes = [roles(*SEES_DRAWINGS)]

    @extend_schema(operation_id="node_types_list", responses=shapes.NodeTypesShape)
    def get(self, request: Request) -> Response:
        query_of(request.query_params)
        return Response({"results": [node_type_document(node_type) for node_type in registry]})


class TriggersView(APIView):
    """The events that can start a flow, with the variables that come along."""

    permission_classes = [roles(*READERS)]

    @extend_schema(operation_id="triggers_list", responses=shapes.TriggersShape)
    def get(self, request: Request) -> Response:
        query_of(request.query_params)
        return Response(
            {
                "results": [
                    {
                        "key": one.key, "title": one.title.model_dump(),
                        "variables": [v.model_dump(exclude_unset=True) for v in one.variables],
                    }
                    for one in triggers.declared()
                ]
            }
        )  # fmt: skip


class CalendarsView(APIView):
    """The working calendars."""

    permission_classes = [roles(*READERS)]

    @extend_schema(operation_id="calendars_list", responses=shapes.CalendarsShape)
    def get(self, request: Request) -> Response:
        query_of(request.query_params)
        rows = Calendar.objects.order_by("key")
        return Response({"results": [calendar_document(row) for row in rows]})


class ConnectionsView(APIView):
    """The systems outside that steps may call. Addresses and names; nothing of their secrets."""

    permission_classes = [roles(*READERS)]

    @extend_schema(operation_id="connections_list", responses=shapes.ConnectionsShape)
    def get(self, request: Request) -> Response:
        query_of(request.query_params)
        return Response({"results": list(Connection.objects.order_by("name").values("name", "kind", "base_url"))})


class ExpressionCheckView(APIView):
    """Reads and type-checks an expression with the engine's own code. With `condition` it must be true or false."""

    permission_classes = [roles(Role.DESIGNER)]

    class Given(Input):
        text = serializers.CharField(max_length=4000, allow_blank=True, trim_whitespace=False)
        variables = serializers.ListField(child=serializers.DictField(), max_length=500)
        condition = serializers.BooleanField(default=True)

    @extend_schema(operation_id="expressions_check", request=Given, responses=shapes.CheckedShape)
    def post(self, request: Request) -> Response:
        given = read_input(self.Given, request)
        try:
            variables = parse_variables(given["variables"])
        except ValueMismatch as error:
            raise BadInput("variables.malformed", str(error), problems=[
                {"path": error.path, "code": "variables.malformed", "message": str(error), "params": {}}
            ]) from None  # fmt: skip
        checked = check(given["text"], variables, condition=given["condition"])
        return Response(
            {
                "ok": checked.ok, "type": str(checked.type) if checked.type else None,
                "ast": checked.ast_json, "errors": [error.to_json() for error in checked.errors],
            }
        )  # fmt: skip


class SchedulePreviewView(APIView):
    """When a schedule would come next, by the engine's own reading of it."""

    permission_classes = [roles(Role.DESIGNER)]

    class Given(Input):
        cron = serializers.CharField(max_length=200, allow_blank=True)
        zone = serializers.CharField(max_length=64, allow_blank=True)

    @extend_schema(operation_id="schedules_preview", request=Given, responses=shapes.SchedulePreviewShape)
    def post(self, request: Request) -> Response:
        given = read_input(self.Given, request)
        present = now()
        schedule = Schedule(cron=given["cron"], zone=given["zone"])
        for problem in schedule_problems(schedule, now=present):
            raise BadInput(problem.code, problem.message, **problem.params)
        return Response({"next": next_times(schedule, after=present, count=PREVIEWED)})


def calendar_document(row: Calendar) -> dict[str, Any]:
    """A calendar as lists show it."""
    return {
        "key": row.key, "name": row.name, "zone": row.document["zone"],
        "confirmed_years": row.document.get("confirmed_years", []), "document": row.document,
    }  # fmt: skip


def node_type_document(node_type: AnyNodeType) -> dict[str, Any]:
    """A node type as the palette shows it."""
    return {
        "type": node_type.key,
        "title": node_type.title.model_dump(),
        "description": node_type.description.model_dump(),
        "category": node_type.category,
        "icon": node_type.icon,
        "config_schema": node_type.Config.model_json_schema(),
        "ports": _port_rule(node_type.port_rule),
        "default_config": dict(node_type.default_config),
        "max_incoming": 0 if node_type.is_start else None,
        "is_start": node_type.is_start,
        "is_end": node_type.is_end,
    }


def _port_rule(rule: PortRule) -> dict[str, Any]:
    match rule.kind:
        case "fixed":
            ports = [{"port": port.port, "name": port.name.model_dump()} for port in rule.ports]
            return {"kind": "fixed", "ports": ports}
        case "branches":
            return {"kind": "branches", "field": rule.field, "otherwise": rule.otherwise, "joined": rule.joined}
        case "none":
            return {"kind": "none"}
