"""`/people/{id}/hand-over`: somebody leaves the house, and what they hold goes to somebody else."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.policy import Role
from approvals.actions import hand_over as actions
from approvals.actions.belongings import Belongings, Place
from approvals.actions.hand_over import PARTS, Preview, Successors
from approvals.api.delegations import by_of
from approvals.api.tasks import user_of
from bedrock.clock import now
from web.inputs import Input, read_input
from web.permissions import roles
from web.shapes import LocalTextShape, Shape

SUPERVISING = roles(Role.SUPERVISOR)
NOBODY = "a username; null: nobody, then the rules find somebody for tasks, and the rest is given up"


class HeldTaskShape(Shape):
    id = serializers.UUIDField()
    title = LocalTextShape()
    definition = LocalTextShape()
    subject = serializers.CharField()
    is_vote = serializers.BooleanField(help_text="Others are asked beside them, and every voice counts.")
    refusal = serializers.CharField(
        allow_null=True,
        help_text="Why the successor may not take it, such as skipped.requester; the rules find somebody.",
    )


class HeldPlaceShape(Shape):
    key = serializers.CharField()
    name = LocalTextShape()
    alone = serializers.BooleanField(help_text="Without them nobody active is left there.")


class HeldDelegationShape(Shape):
    by = serializers.CharField()
    to = serializers.CharField()


class NamedInShape(Shape):
    flow = serializers.CharField()
    title = LocalTextShape()
    step = LocalTextShape()


class OwnedFlowShape(Shape):
    key = serializers.CharField()
    title = LocalTextShape()


class HandOverPreviewShape(Shape):
    task_count = serializers.IntegerField(help_text="All open tasks; at most 200 are listed.")
    tasks = HeldTaskShape(many=True)
    claims = serializers.IntegerField(help_text="Tasks of a group that they work on; they are the group's again.")
    groups = HeldPlaceShape(many=True)
    heads = HeldPlaceShape(many=True)
    delegations = HeldDelegationShape(many=True, help_text="They end.")
    named = NamedInShape(
        many=True, help_text="Steps of live flows that name the person; only a new version changes it."
    )
    owned = OwnedFlowShape(many=True)
    token = serializers.CharField()


class HandedOverShape(Shape):
    moved = serializers.IntegerField()
    stayed = serializers.IntegerField(help_text="Tasks that the successor may not take; the rules find somebody.")
    groups = serializers.IntegerField()
    heads = serializers.IntegerField()
    delegations = serializers.IntegerField()
    flows = serializers.IntegerField()


class HandOverPreviewView(APIView):
    permission_classes = [SUPERVISING]

    class Wanted(Input):
        tasks = serializers.CharField(max_length=64, allow_null=True, help_text=NOBODY)
        groups = serializers.CharField(max_length=64, allow_null=True, help_text=NOBODY)
        heads = serializers.CharField(max_length=64, allow_null=True, help_text=NOBODY)
        flows = serializers.CharField(max_length=64, allow_null=True, help_text=NOBODY)

    @extend_schema(operation_id="hand_over_preview", request=Wanted, responses=HandOverPreviewShape)
    def post(self, request: Request, person_id: int) -> Response:
        given, user = read_input(self.Wanted, request), user_of(request)
        successors: Successors = {part: given[part] for part in PARTS}
        found = actions.preview_hand_over(person_id, successors, user=user, by=by_of(request, user), now=now())
        return Response(_picture(found))


class HandOverView(APIView):
    permission_classes = [SUPERVISING]

    class Previewed(Input):
        token = serializers.CharField(max_length=200_000)
        reason = serializers.CharField(max_length=200, allow_blank=True)

    @extend_schema(operation_id="hand_over", request=Previewed, responses=HandedOverShape)
    def post(self, request: Request, person_id: int) -> Response:
        given, user = read_input(self.Previewed, request), user_of(request)
        done = actions.hand_over(
            person_id, given["token"], reason=given["reason"], user=user, by=by_of(request, user), now=now()
        )
        return Response({
            "moved": done.moved, "stayed": done.stayed, "groups": done.groups, "heads": done.heads,
            "delegations": done.delegations, "flows": done.flows,
        })  # fmt: skip


def _picture(preview: Preview) -> dict[str, Any]:
    found: Belongings = preview.belongings
    refusals = {one.task: one.code for one in preview.refusals}
    return {
        "task_count": found.task_count,
        "tasks": [
            {
                "id": one.id, "title": one.title, "definition": one.definition, "subject": one.subject,
                "is_vote": one.is_vote, "refusal": refusals.get(one.id),
            }
            for one in found.tasks
        ],
        "claims": found.claims,
        "groups": [_place(one) for one in found.groups],
        "heads": [_place(one) for one in found.heads],
        "delegations": [{"by": one.by, "to": one.to} for one in found.delegations],
        "named": [{"flow": one.flow, "title": one.title, "step": one.step} for one in found.named],
        "owned": [{"key": one.key, "title": one.title} for one in found.owned],
        "token": preview.token,
    }  # fmt: skip


def _place(place: Place) -> dict[str, Any]:
    return {"key": place.key, "name": place.name, "alone": place.alone}
