"""`/calendars/…`: one calendar is read, edited with a word on waits under way, and tried out before."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.policy import Role
from bedrock.clock import now
from bedrock.errors import NotFound
from web.inputs import Input, query_of, read_input
from web.middleware import client_ip
from web.permissions import reading_or, roles
from web.shapes import Shape
from workflows.actions import calendars as actions
from workflows.actions.audit import By
from workflows.api.definitions import LocalTextInput, user_of
from workflows.api.palette import READERS, calendar_document
from workflows.api.shapes import CalendarShape
from workflows.engine.events import Actor
from workflows.models import Calendar, CalendarEdit, Instance

SHOWN = 20  # edits of a calendar, and moves of a preview


class CalendarEditShape(Shape):
    revision = serializers.IntegerField()
    policy = serializers.ChoiceField(choices=CalendarEdit.Policy.choices)
    status = serializers.ChoiceField(choices=CalendarEdit.Status.choices)
    reason = serializers.CharField()
    by = serializers.CharField(help_text="The name of whoever edited it.")
    at = serializers.DateTimeField()
    looked_at = serializers.IntegerField(help_text="Waits with a due time that were looked at so far.")
    moved_later = serializers.IntegerField()
    moved_earlier = serializers.IntegerField()
    left_alone = serializers.IntegerField(help_text="Waits that could not be reckoned: it never opens.")


class CalendarDetailShape(CalendarShape):
    revision = serializers.IntegerField()
    edits = CalendarEditShape(many=True, help_text="The newest first.")


class CalendarMoveShape(Shape):
    instance = serializers.UUIDField()
    title = serializers.CharField()
    node = serializers.CharField()
    before = serializers.DateTimeField()
    after = serializers.DateTimeField()


class CalendarPreviewShape(Shape):
    looked_at = serializers.IntegerField(help_text="Waits that were looked at, those that are due next.")
    is_whole = serializers.BooleanField(help_text="Those were all.")
    later = serializers.IntegerField()
    earlier = serializers.IntegerField()
    at_once = serializers.IntegerField(help_text="Of those that move: they would be due already.")
    left_alone = serializers.IntegerField(help_text="Waits that could not be reckoned: it never opens.")
    unconfirmed_years = serializers.ListField(
        child=serializers.IntegerField(), help_text="Years that due times reach and that have no official notice."
    )
    moves = CalendarMoveShape(many=True, help_text="Some of those that move.")


class CalendarView(APIView):
    permission_classes = [reading_or(reading=READERS, writing=(Role.DESIGNER,))]

    class Given(Input):
        name = LocalTextInput()
        document = serializers.DictField()
        revision = serializers.IntegerField(min_value=0, max_value=2_147_483_647, help_text="As read; 0 for a new one.")
        policy = serializers.ChoiceField(
            choices=CalendarEdit.Policy.choices, help_text="Whether waits under way keep their due times."
        )
        reason = serializers.CharField(max_length=2000, allow_blank=True)

    @extend_schema(operation_id="calendars_read", responses=CalendarDetailShape)
    def get(self, request: Request, key: str) -> Response:
        query_of(request.query_params)
        return Response(_detail(key))

    @extend_schema(operation_id="calendars_edit", request=Given, responses=CalendarDetailShape)
    def put(self, request: Request, key: str) -> Response:
        given, user = read_input(self.Given, request), user_of(request)
        by = By(actor=Actor(id=str(user.pk), name=user.get_full_name()), ip=client_ip(request._request))
        actions.edit_calendar(
            key, name=given["name"], document=given["document"], revision=given["revision"], policy=given["policy"],
            reason=given["reason"], by=by, now=now(),
        )  # fmt: skip
        return Response(_detail(key))


class CalendarPreviewView(APIView):
    """What an edit would do to waits under way, if they were reckoned anew."""

    permission_classes = [roles(Role.DESIGNER)]

    class Given(Input):
        document = serializers.DictField()

    @extend_schema(operation_id="calendars_preview", request=Given, responses=CalendarPreviewShape)
    def post(self, request: Request, key: str) -> Response:
        given = read_input(self.Given, request)
        found = actions.preview_edit(key, document=given["document"], now=now())
        shown = found.moves[:SHOWN]
        runs = Instance.objects.filter(pk__in=[one.instance for one in shown])
        titles = {str(run): title for run, title in runs.values_list("pk", "subject_title")}
        return Response(
            {
                "looked_at": found.looked.looked_at, "is_whole": found.is_whole, "later": found.looked.later,
                "earlier": found.looked.earlier, "at_once": found.looked.at_once,
                "left_alone": found.looked.left_alone, "unconfirmed_years": list(found.unconfirmed_years),
                "moves": [
                    {
                        "instance": one.instance, "title": titles.get(one.instance, ""), "node": one.node,
                        "before": one.before, "after": one.after,
                    }
                    for one in shown
                ],
            }
        )  # fmt: skip


def _detail(key: str) -> dict[str, Any]:
    row = Calendar.objects.filter(key=key).first()
    if row is None:
        raise NotFound("calendar.unknown", f"Expected a calendar, found none with key {key}.", calendar=key)
    edits = CalendarEdit.objects.filter(calendar=key).order_by("-revision")[:SHOWN]
    return calendar_document(row) | {"revision": row.revision, "edits": [_edit(one) for one in edits]}


def _edit(edit: CalendarEdit) -> dict[str, Any]:
    return {
        "revision": edit.revision, "policy": edit.policy, "status": edit.status, "reason": edit.reason,
        "by": edit.actor_name or edit.actor, "at": edit.at, "looked_at": edit.looked_at,
        "moved_later": edit.moved_later, "moved_earlier": edit.moved_earlier, "left_alone": edit.left_alone,
    }  # fmt: skip
