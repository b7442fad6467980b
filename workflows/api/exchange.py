"""`/definitions/import` and `/definitions/{id}/export`: flows as files, JSON or BPMN 2.0."""

from dataclasses import asdict
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.policy import Role
from bedrock.clock import now
from bedrock.errors import BadInput
from web.inputs import Input, query_of, read_input
from web.permissions import roles
from workflows.actions import exchange
from workflows.api import definitions, shapes
from workflows.engine.graph import LocalText

MEDIA_TYPES: dict[exchange.Format, str] = {"json": "application/json", "bpmn": "application/xml"}
MAX_VERSION_DIGITS = 9


class ImportView(APIView):
    permission_classes = [roles(Role.DESIGNER)]

    class Given(Input):
        format = serializers.ChoiceField(choices=["json", "bpmn"])
        content = serializers.CharField(trim_whitespace=False, help_text="The text of the file.")
        key = serializers.RegexField(
            r"^[a-z0-9][a-z0-9_-]{0,63}$", required=False, help_text="The file's own when left out."
        )
        title = definitions.LocalTextInput(required=False)

    @extend_schema(operation_id="definitions_import", request=Given, responses={201: shapes.ImportedShape})
    def post(self, request: Request) -> Response:
        given = read_input(self.Given, request)
        title = LocalText(**given["title"]) if "title" in given else None
        imported = exchange.read_file(given["content"], kind=given["format"])
        taken = exchange.take_in(
            imported, key=given.get("key"), title=title, actor=definitions.user_of(request), now=now()
        )
        findings = [asdict(finding) for finding in taken.findings]
        return Response(definitions.created_document(taken.draft) | {"findings": findings}, status=201)


class ExportView(APIView):
    permission_classes = [roles(*definitions.SEES_ALL)]

    @extend_schema(
        operation_id="definitions_export",
        parameters=[
            OpenApiParameter("format", str, enum=["json", "bpmn"], description="JSON when left out."),
            OpenApiParameter("version", int, description="The draft when left out."),
        ],
        responses={(200, "application/json"): shapes.FlowShape, (200, "application/xml"): OpenApiTypes.STR},
    )
    def get(self, request: Request, definition_id: UUID) -> HttpResponse:
        params = query_of(request.query_params, "format", "version")
        kind = _format(params.get("format", "json"))
        row = definitions.visible(request, definition_id)
        text = exchange.write_file(exchange.flow_of(row, number=_number(params.get("version"))), kind=kind)
        answer = HttpResponse(text.encode(), content_type=MEDIA_TYPES[kind])
        answer["Content-Disposition"] = f'attachment; filename="{row.key}.{kind}"'
        return answer


def _format(text: str) -> exchange.Format:
    if text not in MEDIA_TYPES:
        raise BadInput("export.format_unknown", "Expected json or bpmn as format, found something else.")
    return text


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_VERSION_DIGITS):
        raise BadInput("export.version_malformed", "Expected the number of a version, found something else.")
    return int(text)
