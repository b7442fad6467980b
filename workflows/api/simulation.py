"""`/definitions/{id}/simulate` and `/definitions/{id}/cases`: rehearsals and test cases. A rehearsal writes nothing."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from accounts.models import User
from accounts.policy import Role
from bedrock.clock import now
from web.inputs import Input, query_of, read_input
from web.permissions import reading_or, roles
from workflows.actions import cases as actions
from workflows.actions.simulate import MOST_NAMED, Wanted, simulate
from workflows.api import simulation_shapes as shapes
from workflows.api.definitions import SEES_ALL, user_of, visible
from workflows.case_runs import CaseResult, unknown_person
from workflows.models import DefinitionCase
from workflows.simulation.cases import MOST_LINES, Away
from workflows.simulation.documents import result_document
from workflows.simulation.script import Assumption


class AwayInput(Input):
    user = serializers.CharField(max_length=64)
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["end"] <= attrs["start"]:
            raise serializers.ValidationError("Expected an end after the start, found it before.")
        return attrs


class AssumptionInput(Input):
    """See `workflows.simulation.script.Assumption`."""

    node = serializers.CharField(max_length=64)
    visit = serializers.IntegerField(min_value=1, max_value=1000, required=False)
    do = serializers.CharField(max_length=40, required=False)
    after = serializers.CharField(max_length=40, required=False)
    clock = serializers.ChoiceField(choices=["working", "wall"], required=False)
    by = serializers.CharField(max_length=64, required=False)
    code = serializers.CharField(max_length=100, required=False)
    message = serializers.CharField(max_length=100, required=False)
    output = serializers.DictField(required=False)


class SimulateView(APIView):
    permission_classes = [roles(Role.DESIGNER)]

    class Given(Input):
        version = serializers.IntegerField(min_value=1, required=False)
        graph = serializers.DictField(required=False)
        values = serializers.DictField(required=False)
        subjects = serializers.ListField(
            child=serializers.CharField(max_length=64), required=False, max_length=MOST_NAMED, min_length=1,
            help_text="Order numbers or ids of what past runs were about.",
        )  # fmt: skip
        since = serializers.DateTimeField(required=False)
        at = serializers.DateTimeField(required=False)
        requester = serializers.CharField(max_length=64, required=False, help_text="A username; only with values.")
        absences = serializers.ListField(child=AwayInput(), required=False, max_length=MOST_LINES)
        outcomes = serializers.ListField(child=AssumptionInput(), required=False, max_length=MOST_LINES)

    @extend_schema(operation_id="definitions_simulate", request=Given, responses=shapes.SimulatedShape)
    def post(self, request: Request, definition_id: UUID) -> Response:
        given = read_input(self.Given, request)
        row = visible(request, definition_id)
        wanted = Wanted(
            graph=given.get("graph"), version=given.get("version"), values=given.get("values"),
            requester=id_of(given.get("requester")), subjects=tuple(given.get("subjects", ())),
            since=given.get("since"), at=given.get("at"),
            absences=[Away(**one) for one in given.get("absences", ())],
            outcomes=[Assumption(**one) for one in given.get("outcomes", ())],
        )  # fmt: skip
        return Response(simulate(row, wanted, now=now()))


class CasesView(APIView):
    permission_classes = [reading_or(reading=SEES_ALL, writing=(Role.DESIGNER,))]

    class Given(Input):
        name = serializers.CharField(max_length=100)
        given = serializers.DictField()
        expect = serializers.DictField()
        subject = serializers.CharField(
            max_length=64, required=False, help_text="Start from what the newest run about this started from."
        )

    @extend_schema(operation_id="definitions_cases_list", responses=shapes.CasesShape)
    def get(self, request: Request, definition_id: UUID) -> Response:
        query_of(request.query_params)
        rows = actions.cases_of(visible(request, definition_id))
        return Response({"results": [case_document(row) for row in rows]})

    @extend_schema(operation_id="definitions_cases_add", request=Given, responses={201: shapes.CaseShape})
    def post(self, request: Request, definition_id: UUID) -> Response:
        given = read_input(self.Given, request)
        row = actions.add_case(
            visible(request, definition_id), name=given["name"], given=given["given"], expect=given["expect"],
            subject=given.get("subject"), actor=user_of(request), now=now(),
        )  # fmt: skip
        return Response(case_document(row), status=201)


class CaseView(APIView):
    permission_classes = [roles(Role.DESIGNER)]

    class Given(Input):
        name = serializers.CharField(max_length=100)
        given = serializers.DictField()
        expect = serializers.DictField()

    @extend_schema(operation_id="definitions_cases_change", request=Given, responses=shapes.CaseShape)
    def put(self, request: Request, definition_id: UUID, case_id: UUID) -> Response:
        given = read_input(self.Given, request)
        row = actions.change_case(
            visible(request, definition_id), str(case_id), name=given["name"], given=given["given"],
            expect=given["expect"], actor=user_of(request), now=now(),
        )  # fmt: skip
        return Response(case_document(row))

    @extend_schema(operation_id="definitions_cases_remove", request=None, responses={204: None})
    def delete(self, request: Request, definition_id: UUID, case_id: UUID) -> Response:
        query_of(request.query_params)
        actions.remove_case(visible(request, definition_id), str(case_id))
        return Response(status=204)


class RunCasesView(APIView):
    permission_classes = [roles(Role.DESIGNER)]

    class Given(Input):
        graph = serializers.DictField(allow_null=True, help_text="Null runs them on the draft.")

    @extend_schema(operation_id="definitions_cases_run", request=Given, responses=shapes.CaseResultsShape)
    def post(self, request: Request, definition_id: UUID) -> Response:
        given = read_input(self.Given, request)
        results = actions.run_cases(visible(request, definition_id), graph=given.get("graph"), now=now())
        return Response(results_document(results))


def results_document(results: list[CaseResult]) -> dict[str, Any]:
    """How the cases went."""
    passed = sum(one.is_passed for one in results)
    return {
        "passed": passed, "failed": len(results) - passed,
        "results": [
            {"id": one.id, "name": one.name, **result_document(one.played, one.misses)} for one in results
        ],
    }  # fmt: skip


def case_document(row: DefinitionCase) -> dict[str, Any]:
    """A case as lists show it."""
    return {
        "id": str(row.pk), "name": row.name, "given": row.given, "expect": row.expect,
        "edited_by": row.edited_by.get_full_name(), "edited_at": row.edited_at,
    }  # fmt: skip


def id_of(username: str | None) -> str | None:
    """The id of the person with this username. Raises BadInput `simulation.unknown_person`."""
    if username is None:
        return None
    found = User.objects.filter(username=username).values_list("pk", flat=True).first()
    if found is None:
        raise unknown_person(username, path="requester")
    return str(found)
