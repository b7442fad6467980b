"""`/people/{id}/absences`: when somebody is away, and what becomes of the work that waits already."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from approvals.actions import absences as actions
from approvals.actions.absences import Leave
from approvals.api.delegations import DECIDING, PRESENT, PRESENT_HELP, PresentWorkShape, by_of, present_work
from approvals.api.tasks import user_of
from approvals.models import Absence
from bedrock.clock import now
from web.inputs import Input, query_of, read_input
from web.shapes import Shape


class AbsenceShape(Shape):
    id = serializers.IntegerField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField(help_text="The first instant of being there again.")
    reason = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(choices=["planned", "away", "over"])


class AbsencesShape(Shape):
    results = AbsenceShape(many=True, help_text="The latest first, at most 100.")


class AbsenceTakenShape(Shape):
    absence = AbsenceShape()
    present = PresentWorkShape()


SHOWN = 100


class AbsencesView(APIView):
    permission_classes = [DECIDING]

    class Given(Input):
        start = serializers.DateTimeField()
        end = serializers.DateTimeField(help_text="The first instant of being there again.")
        reason = serializers.CharField(required=False, allow_blank=True, max_length=200)
        present = serializers.ChoiceField(choices=PRESENT, required=False, help_text=PRESENT_HELP)
        to = serializers.CharField(
            required=False, max_length=64, help_text="A username: who gets open tasks when they move."
        )

    @extend_schema(operation_id="absences_list", responses=AbsencesShape)
    def get(self, request: Request, person_id: int) -> Response:
        query_of(request.query_params)
        person, present = actions.person_of(person_id, user_of(request), is_reading=True), now()
        rows = Absence.objects.filter(person=person).order_by("-start")[:SHOWN]
        return Response({"results": [_picture(row, at=present) for row in rows]})

    @extend_schema(operation_id="absences_create", request=Given, responses={201: AbsenceTakenShape})
    def post(self, request: Request, person_id: int) -> Response:
        given, user, present = read_input(self.Given, request), user_of(request), now()
        taken = actions.take_leave(person_id, Leave(**given), user=user, by=by_of(request, user), now=present)
        return Response(
            {
                "absence": _picture(taken.absence, at=present),
                "present": present_work(taken.move, waiting=taken.waiting),
            },
            status=201,
        )


class AbsenceView(APIView):
    permission_classes = [DECIDING]

    @extend_schema(
        operation_id="absences_end",
        parameters=[OpenApiParameter("reason", str, description="of a supervisor, for somebody else")],
        responses={204: None},
    )
    def delete(self, request: Request, person_id: int, absence_id: int) -> Response:
        reason, user = query_of(request.query_params, "reason").get("reason", ""), user_of(request)
        actions.end_leave(
            person_id, absence_id, reason=reason[:200], user=user, by=by_of(request, user), now=now()
        )  # fmt: skip
        return Response(status=204)


def _picture(row: Absence, *, at: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "start": row.start, "end": row.end, "reason": row.reason,
        "status": "over" if row.end <= at else "away" if row.start <= at else "planned",
    }  # fmt: skip
