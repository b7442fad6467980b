"""`/definitions/{id}/compare`: two drawings beside each other; the interface makes sentences of the changes."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.policy import Role
from bedrock.errors import BadInput
from web.inputs import Input, query_of, read_input
from web.permissions import reading_or
from workflows.api.definitions import SEES_ALL, visible
from workflows.api.version_shapes import ComparisonShape
from workflows.engine.comparison import Change, compare
from workflows.engine.graph import Graph, read_graph
from workflows.models import Definition
from workflows.queries import version_of

MAX_VERSION_DIGITS = 9
WHICH = "A version's number, `live`, `draft`, or `nothing` for an empty drawing."
EMPTY = Graph(format=1, nodes=(), edges=())


class CompareView(APIView):
    permission_classes = [reading_or(reading=SEES_ALL, writing=(Role.DESIGNER,))]

    class Given(Input):
        since = serializers.CharField(max_length=MAX_VERSION_DIGITS, help_text=WHICH)
        graph = serializers.DictField(help_text="What is compared with it: a drawing that is stored nowhere yet.")

    @extend_schema(
        operation_id="definitions_compare",
        parameters=[
            OpenApiParameter("from", str, required=True, description=WHICH),
            OpenApiParameter("to", str, required=True, description=WHICH),
        ],
        responses=ComparisonShape,
    )
    def get(self, request: Request, definition_id: UUID) -> Response:
        params = query_of(request.query_params, "from", "to")
        row = visible(request, definition_id)
        before, after = (_drawing(row, params.get(side, ""), path=side) for side in ("from", "to"))
        return Response(_document(before, after))

    @extend_schema(operation_id="definitions_compare_drawing", request=Given, responses=ComparisonShape)
    def post(self, request: Request, definition_id: UUID) -> Response:
        given = read_input(self.Given, request)
        row = visible(request, definition_id)
        return Response(_document(_drawing(row, given["since"], path="since"), read_graph(given["graph"])))


def _drawing(row: Definition, which: str, *, path: str) -> Graph:
    if which == "nothing":
        return EMPTY
    if which == "draft":
        return read_graph(row.draft_graph)
    if which == "live":
        return EMPTY if row.live_version is None else read_graph(row.live_version.graph)
    if not (which.isascii() and which.isdigit() and len(which) <= MAX_VERSION_DIGITS):
        message = "Expected the number of a version, live, draft or nothing, found something else."
        raise BadInput(
            "compare.unknown_side", message,
            problems=[{"path": path, "code": "compare.unknown_side", "message": message, "params": {}}],
        )  # fmt: skip
    return read_graph(version_of(row, int(which)).graph)


def _document(before: Graph, after: Graph) -> dict[str, Any]:
    found = compare(before, after)
    return {
        "from_hash": before.graph_hash, "to_hash": after.graph_hash,
        "changes": [_change(one) for one in found.changes],
        "nodes": asdict(found.nodes), "edges": asdict(found.edges), "variables": asdict(found.variables),
    }  # fmt: skip


def _change(one: Change) -> dict[str, Any]:
    places = {"node": one.node, "edge": one.edge, "variable": one.variable}
    told = {name: value for name, value in places.items() if value is not None}
    return {"code": one.code, **told, "path": list(one.path), "params": dict(one.params)}
