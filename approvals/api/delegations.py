"""`/delegations`: who acts for whom, from which day to which, and what becomes of the work that waits already."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.policy import Role
from approvals.actions import delegations as actions
from approvals.actions.delegations import Settled, Wanted
from approvals.api import shapes
from approvals.api.people import STAFF
from approvals.api.tasks import user_of
from approvals.directory_rows import bounds_of
from approvals.models import Delegation, QueueMove
from bedrock.clock import now
from bedrock.errors import BadInput, Forbidden
from web.inputs import Input, query_of, read_input
from web.middleware import client_ip
from web.paging import page
from web.permissions import reading_or
from web.shapes import Shape
from workflows.actions.audit import By
from workflows.engine.events import Actor

DECIDING = reading_or(reading=STAFF, writing=(Role.APPROVER, Role.SUPERVISOR))
WHOSE = ("mine", "all")
PRESENT = ("keep", "move")
PRESENT_HELP = "What becomes of tasks that are open already: has to be said as soon as there are any."


class DelegationShape(Shape):
    id = serializers.IntegerField()
    person = shapes.MemberShape()
    to = shapes.MemberShape()
    start = serializers.DateField(help_text="The first day, in `zone`.")
    end = serializers.DateField(help_text="The first day that it no longer holds.")
    zone = serializers.CharField()
    flows = serializers.ListField(child=serializers.CharField(), help_text="Keys of flows; none: all flows.")
    reason = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(choices=["planned", "active", "over"])
    ended_at = serializers.DateTimeField(allow_null=True, help_text="When it was ended before its time.")


class DelegationsShape(Shape):
    results = DelegationShape(many=True)
    next = serializers.CharField(allow_null=True)


class PresentWorkShape(Shape):
    waiting = serializers.IntegerField(help_text="Tasks that were open.")
    moved = serializers.IntegerField()
    stayed = serializers.IntegerField(help_text="Nobody else may take these.")
    pending = serializers.BooleanField(help_text="More will move: it has not begun, or there are many.")


class DelegationSettledShape(Shape):
    delegation = DelegationShape()
    present = PresentWorkShape()


class DelegationsView(APIView):
    permission_classes = [DECIDING]

    class Given(Input):
        person = serializers.CharField(
            required=False, max_length=64, help_text="Whose work; left out: one's own. Only a supervisor names another."
        )
        to = serializers.CharField(max_length=64, help_text="A username.")
        start = serializers.DateField()
        end = serializers.DateField(help_text="The first day that it no longer holds.")
        flows = serializers.ListField(child=serializers.CharField(max_length=64), required=False, max_length=100)
        reason = serializers.CharField(required=False, allow_blank=True, max_length=200)
        present = serializers.ChoiceField(choices=PRESENT, required=False, help_text=PRESENT_HELP)

    @extend_schema(
        operation_id="delegations_list",
        parameters=[
            OpenApiParameter("whose", str, enum=WHOSE, description="mine (by me or to me), or all"),
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int),
        ],
        responses=DelegationsShape,
    )
    def get(self, request: Request) -> Response:
        params = query_of(request.query_params, "whose", "cursor", "limit")
        whose, user, present = params.get("whose", "mine"), user_of(request), now()
        if whose not in WHOSE:
            raise BadInput("delegation.unknown_list", f"Expected one of {', '.join(WHOSE)}, found {whose!r}.")
        rows = Delegation.objects.select_related("person", "to")
        if whose == "mine":
            rows = rows.filter(Q(person=user) | Q(to=user))
        elif not user.has_role(Role.SUPERVISOR, Role.AUDITOR):
            raise Forbidden("delegation.not_yours", "Expected your own, or the right of a supervisor.")
        found = page(rows, order_by=("-id",), params=params)
        return Response({"results": [picture(row, at=present) for row in found.rows], "next": found.next})

    @extend_schema(operation_id="delegations_create", request=Given, responses={201: DelegationSettledShape})
    def post(self, request: Request) -> Response:
        given, user = read_input(self.Given, request), user_of(request)
        wanted = Wanted(
            person=given.get("person", user.username), to=given["to"], start=given["start"], end=given["end"],
            flows=tuple(given.get("flows", ())), reason=given.get("reason", ""), present=given.get("present"),
        )  # fmt: skip
        present = now()
        settled = actions.delegate(wanted, user=user, by=by_of(request, user), now=present)
        return Response(_settled(settled, at=present), status=201)


class DelegationEndView(APIView):
    permission_classes = [DECIDING]

    class Given(Input):
        reason = serializers.CharField(
            allow_blank=True, max_length=200, help_text="Of a supervisor at least five characters."
        )
        present = serializers.ChoiceField(choices=PRESENT, required=False, help_text=PRESENT_HELP)

    @extend_schema(operation_id="delegations_end", request=Given, responses=DelegationSettledShape)
    def post(self, request: Request, delegation_id: int) -> Response:
        given, user, present = read_input(self.Given, request), user_of(request), now()
        settled = actions.end_delegation(
            delegation_id, present=given.get("present"), reason=given["reason"], user=user,
            by=by_of(request, user), now=present,
        )  # fmt: skip
        return Response(_settled(settled, at=present))


def picture(row: Delegation, *, at: datetime) -> dict[str, Any]:
    """A delegation as people and programs see it at this instant."""
    start, end = bounds_of(row)
    return {
        "id": row.pk, "person": member(row.person), "to": member(row.to), "start": row.start, "end": row.end,
        "zone": row.zone, "flows": row.flows, "reason": row.reason,
        "status": "over" if end <= at else "active" if start <= at else "planned", "ended_at": row.ended_at,
    }  # fmt: skip


def member(user: User) -> dict[str, str]:
    """Somebody as lists name them."""
    return {"username": user.username, "display_name": user.get_full_name()}


def present_work(move: QueueMove | None, *, waiting: int) -> dict[str, Any]:
    """What became of open tasks until now."""
    return {
        "waiting": waiting, "moved": 0 if move is None else move.moved, "stayed": 0 if move is None else move.stayed,
        "pending": move is not None and move.done_at is None,
    }  # fmt: skip


def by_of(request: Request, user: User) -> By:
    """Who acts, and from where."""
    source = "api" if request.auth is not None else "person"
    return By(actor=Actor(id=str(user.pk), name=user.get_full_name(), source=source), ip=client_ip(request._request))


def _settled(settled: Settled, *, at: datetime) -> dict[str, Any]:
    return {
        "delegation": picture(settled.delegation, at=at),
        "present": present_work(settled.move, waiting=settled.waiting),
    }
