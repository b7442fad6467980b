"""`/instances/{id}/ahead`: who will probably be asked next, at every step still ahead."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bedrock.clock import now
from bedrock.errors import NotFound
from web.inputs import query_of
from web.shapes import LocalTextShape, Shape
from workflows import queries
from workflows.actions.ahead import BeforeStart, look_ahead
from workflows.api.definitions import user_of
from workflows.api.instances import READERS
from workflows.api.task_shapes import CandidateShape
from workflows.simulation.ahead import Ahead
from workflows.simulation.player import Ending


class StopShape(Shape):
    node = serializers.CharField()
    name = LocalTextShape()
    type = serializers.CharField(help_text="The type of the step.")
    visit = serializers.IntegerField()
    is_current = serializers.BooleanField(help_text="The run stands here now.")
    turns = serializers.ListField(
        child=CandidateShape(many=True), help_text="Who is asked: a list for each time that it changes."
    )
    is_undecided = serializers.BooleanField(help_text="A condition misses a value: the way from here is a guess.")
    until = serializers.DateTimeField(allow_null=True, help_text="When a step of time lets it go on.")
    stands = serializers.BooleanField(help_text="Nothing that is known now lets it go on from here.")
    failure = serializers.CharField(allow_null=True, help_text="The code of what fails here.")
    awaits_choice = serializers.BooleanField(help_text="Whoever starts the run still chooses who is asked.")


class AheadShape(Shape):
    ending = serializers.ChoiceField(choices=[one.value for one in Ending])
    is_cut_off = serializers.BooleanField(help_text="There is more than is told.")
    stops = StopShape(many=True)


class OfferedShape(Shape):
    username = serializers.CharField()
    display_name = serializers.CharField()


class ToChooseShape(Shape):
    node = serializers.CharField()
    name = LocalTextShape()
    variable = serializers.CharField(help_text="Where the request says who was chosen, under `variables`.")
    is_list = serializers.BooleanField(help_text="The variable takes a list of usernames, or else one.")
    most = serializers.IntegerField()
    people = OfferedShape(many=True)
    is_cut_off = serializers.BooleanField(help_text="More people may be chosen than are told.")


class StartedFlowShape(Shape):
    key = serializers.CharField()
    title = LocalTextShape()
    version = serializers.IntegerField()


class BeforeStartShape(Shape):
    flow = StartedFlowShape()
    choices = ToChooseShape(many=True)
    ahead = AheadShape()


def before_start_document(found: BeforeStart) -> dict[str, Any]:
    """What would be started as the doors answer it."""
    release = found.release
    return {
        "flow": {"key": release.key, "title": dict(release.title), "version": release.number},
        "choices": [
            {
                "node": one.node, "name": dict(one.name), "variable": one.choice.variable, "is_list": one.is_list,
                "most": one.choice.most if one.is_list else 1,
                "people": [{"username": who.username, "display_name": who.name} for who in one.choice.people],
                "is_cut_off": one.choice.is_cut_off,
            }
            for one in found.choices
        ],
        "ahead": ahead_document(found.ahead),
    }  # fmt: skip


def ahead_document(found: Ahead) -> dict[str, Any]:
    """What lies ahead as the doors answer it."""
    return {
        "ending": found.ending.value, "is_cut_off": found.is_cut_off,
        "stops": [
            {
                "node": one.node, "name": dict(one.name), "type": one.type, "visit": one.visit,
                "is_current": one.is_current, "turns": [[dict(about) for about in turn] for turn in one.turns],
                "is_undecided": one.is_undecided, "until": one.until, "stands": one.stands, "failure": one.failure,
                "awaits_choice": one.awaits_choice,
            }
            for one in found.stops
        ],
    }  # fmt: skip


class RunAheadView(APIView):
    """By the values, the organisation and the calendars of now, if everybody agrees. Nothing is written."""

    permission_classes = [READERS]

    @extend_schema(operation_id="instances_ahead", responses=AheadShape)
    def get(self, request: Request, instance_id: UUID) -> Response:
        query_of(request.query_params)
        if queries.visible_instance(str(instance_id), user=user_of(request)) is None:
            raise NotFound("instance.unknown", f"Expected an instance, found none with id {instance_id}.")
        return Response(ahead_document(look_ahead(str(instance_id), now=now())))
