"""`/notices`: what a person was told in the house, how much of it is unread, and saying that it is read."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from approvals import notices
from approvals.actions.read_notices import read_all_notices, read_notice
from approvals.api import shapes
from approvals.api.conditional import unless_same
from approvals.api.people import COLLEAGUES
from bedrock.clock import now
from bedrock.errors import BadInput
from web.inputs import Input, query_of, read_input
from web.paging import page

YES_NO = {"": False, "true": True, "false": False}


class NoticesView(APIView):
    permission_classes = [COLLEAGUES]

    @extend_schema(
        operation_id="notices_list",
        parameters=[
            OpenApiParameter("unread", bool, description="true: only what is not read yet"),
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int),
        ],
        responses={200: shapes.NoticesShape, 304: None},
    )
    def get(self, request: Request) -> Response:
        params = query_of(request.query_params, "unread", "cursor", "limit")
        unread = YES_NO.get(params.get("unread", ""))
        if unread is None:
            raise BadInput("query.not_boolean", "Expected unread to be true or false.")
        user = _user(request)
        found = page(notices.notices_of(user, only_unread=unread), order_by=("-at", "-id"), params=params)
        return unless_same(request, {"results": notices.pictures(found.rows, user=user), "next": found.next})


class NoticesSummaryView(APIView):
    permission_classes = [COLLEAGUES]

    @extend_schema(operation_id="notices_summary", responses={200: shapes.NoticesSummaryShape, 304: None})
    def get(self, request: Request) -> Response:
        query_of(request.query_params)
        return unless_same(request, {"unread": notices.unread_of(_user(request))})


class NoticeReadView(APIView):
    permission_classes = [COLLEAGUES]

    @extend_schema(operation_id="notices_read", request=None, responses=shapes.NoticeShape)
    def post(self, request: Request, notice_id: int) -> Response:
        read_input(Input, request)
        user = _user(request)
        [shown] = notices.pictures([read_notice(user, notice_id, now=now())], user=user)
        return Response(shown)


class NoticesReadAllView(APIView):
    permission_classes = [COLLEAGUES]

    class Given(Input):
        until = serializers.IntegerField(
            min_value=1, max_value=2**63 - 1, help_text="The id of the newest notice that was seen."
        )

    @extend_schema(operation_id="notices_read_all", request=Given, responses=shapes.NoticesSummaryShape)
    def post(self, request: Request) -> Response:
        given = read_input(self.Given, request)
        user = _user(request)
        read_all_notices(user, until=given["until"], now=now())
        return Response({"unread": notices.unread_of(user)})


def _user(request: Request) -> User:
    if not isinstance(request.user, User):
        raise TypeError("A door without permission classes let somebody in who is not signed in.")
    return request.user
