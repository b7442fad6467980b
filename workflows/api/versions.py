"""`/definitions/{id}/…`: publishing, with a second person where one is wanted, and what becomes of versions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.policy import Role
from bedrock.clock import now
from web.inputs import Input, query_of, read_input
from web.middleware import client_ip
from web.permissions import reading_or, roles
from workflows import queries
from workflows.actions import definitions as drafts
from workflows.actions import publish_requests
from workflows.actions import versions as actions
from workflows.actions.going_live import Terms
from workflows.api import version_shapes as shapes
from workflows.api.definitions import SEES_ALL, status_of, user_of, visible
from workflows.api.instances import MAX_NUMBER
from workflows.models import Definition, DefinitionVersion, PublishRequest, Standing

ANSWERS = ("confirm", "decline", "take-back")


class Wish(Input):
    """What is to be published, and how it is to become live."""

    revision = serializers.IntegerField(min_value=1, max_value=MAX_NUMBER)
    note = serializers.CharField(max_length=2000, allow_blank=False)
    take_over = serializers.BooleanField(
        default=False, help_text="Replace another live flow that answers the same event."
    )
    effective_at = serializers.DateTimeField(
        allow_null=True, default=None, help_text="When new runs begin to use it; at once when left out."
    )
    despite_cases = serializers.CharField(
        required=False, max_length=2000, allow_blank=True,
        help_text="Why it is published although test cases fail; goes on record.",
    )  # fmt: skip


class Because(Input):
    reason = serializers.CharField(max_length=2000, allow_blank=True)


class PublishView(APIView):
    permission_classes = [roles(Role.DESIGNER)]

    @extend_schema(operation_id="definitions_publish", request=Wish, responses={201: shapes.PublishedShape})
    def post(self, request: Request, definition_id: UUID) -> Response:
        given = read_input(Wish, request)
        published = drafts.publish(
            str(definition_id), revision=given["revision"], note=given["note"], terms=_terms(given),
            actor=user_of(request), ip=client_ip(request._request), now=now(),
        )  # fmt: skip
        return Response(_published(published), status=201)


class PublishRequestView(APIView):
    permission_classes = [reading_or(reading=SEES_ALL, writing=(Role.DESIGNER,))]

    @extend_schema(operation_id="definitions_publish_request_read", responses=shapes.LastPublishRequestShape)
    def get(self, request: Request, definition_id: UUID) -> Response:
        query_of(request.query_params)
        row = visible(request, definition_id)
        last = queries.last_publish_request(row)
        return Response({"request": None if last is None else _request(last, row, user_of(request))})

    @extend_schema(
        operation_id="definitions_publish_request", request=Wish, responses={201: shapes.PublishRequestShape}
    )
    def post(self, request: Request, definition_id: UUID) -> Response:
        given = read_input(Wish, request)
        asked = publish_requests.ask(
            str(definition_id), revision=given["revision"], note=given["note"], terms=_terms(given),
            actor=user_of(request), ip=client_ip(request._request), now=now(),
        )  # fmt: skip
        return Response(_request(asked, asked.definition, user_of(request)), status=201)


class PublishAnswerView(APIView):
    permission_classes = [roles(Role.DESIGNER)]

    class Given(Input):
        request = serializers.UUIDField(help_text="The request that was read.")
        comment = serializers.CharField(max_length=2000, allow_blank=True, default="")

    @extend_schema(operation_id="definitions_publish_answer", request=Given, responses=shapes.PublishRequestShape)
    def post(self, request: Request, definition_id: UUID, answer: str) -> Response:
        given, user, ip = read_input(self.Given, request), user_of(request), client_ip(request._request)
        flow, wanted, at = str(definition_id), str(given["request"]), now()
        match answer:
            case "confirm":
                publish_requests.confirm(flow, wanted, actor=user, ip=ip, now=at)
            case "decline":
                publish_requests.decline(flow, wanted, comment=given["comment"], actor=user, ip=ip, now=at)
            case _:
                publish_requests.take_back(flow, wanted, actor=user, ip=ip, now=at)
        row = visible(request, definition_id)
        return Response(_request(queries.publish_requests(row).get(pk=wanted), row, user))


class FourEyesView(APIView):
    permission_classes = [roles(Role.DESIGNER)]

    class Given(Input):
        wanted = serializers.BooleanField()
        reason = serializers.CharField(max_length=2000, allow_blank=True)

    @extend_schema(operation_id="definitions_four_eyes", request=Given, responses=shapes.FourEyesShape)
    def put(self, request: Request, definition_id: UUID) -> Response:
        given = read_input(self.Given, request)
        row = publish_requests.set_four_eyes(
            str(definition_id), wanted=given["wanted"], reason=given["reason"], actor=user_of(request),
            ip=client_ip(request._request), now=now(),
        )  # fmt: skip
        return Response({"four_eyes": row.four_eyes})


class VersionsView(APIView):
    permission_classes = [roles(*SEES_ALL, Role.APPROVER)]

    @extend_schema(operation_id="definitions_versions_list", responses=shapes.VersionsShape)
    def get(self, request: Request, definition_id: UUID) -> Response:
        query_of(request.query_params)
        row = visible(request, definition_id)
        running, at = queries.running_by_version(row), now()
        return Response({"results": [_version(one, running, now=at) for one in queries.versions(row)]})


class VersionView(APIView):
    permission_classes = [roles(*SEES_ALL, Role.APPROVER)]

    @extend_schema(operation_id="definitions_versions_read", responses=shapes.VersionGraphShape)
    def get(self, request: Request, definition_id: UUID, number: int) -> Response:
        query_of(request.query_params)
        row = visible(request, definition_id)
        version = queries.version_of(row, number)
        shown = _version(version, queries.running_by_version(row), now=now())
        return Response(shown | {"graph": version.graph, "layout": version.layout})


class WithdrawView(APIView):
    permission_classes = [roles(Role.DESIGNER)]

    @extend_schema(operation_id="definitions_versions_withdraw", request=Because, responses=shapes.WithdrawnShape)
    def post(self, request: Request, definition_id: UUID, number: int) -> Response:
        given = read_input(Because, request)
        live = actions.withdraw(
            str(definition_id), number, reason=given["reason"], actor=user_of(request),
            ip=client_ip(request._request), now=now(),
        )  # fmt: skip
        return Response({"live_version": live.number if live else None})


class RetireView(APIView):
    permission_classes = [roles(Role.DESIGNER)]

    @extend_schema(operation_id="definitions_retire", request=Because, responses=shapes.InUseShape)
    def post(self, request: Request, definition_id: UUID) -> Response:
        given = read_input(Because, request)
        row = actions.retire(
            str(definition_id), reason=given["reason"], actor=user_of(request), ip=client_ip(request._request),
            now=now(),
        )  # fmt: skip
        return Response(_in_use(row))


class ReinstateView(APIView):
    permission_classes = [roles(Role.DESIGNER)]

    @extend_schema(operation_id="definitions_reinstate", request=Because, responses=shapes.InUseShape)
    def post(self, request: Request, definition_id: UUID) -> Response:
        given = read_input(Because, request)
        row = actions.reinstate(
            str(definition_id), reason=given["reason"], actor=user_of(request), ip=client_ip(request._request),
            now=now(),
        )  # fmt: skip
        return Response(_in_use(row))


def _terms(given: dict[str, Any]) -> Terms:
    return Terms(
        effective_at=given["effective_at"], take_over=given["take_over"], despite_cases=given.get("despite_cases")
    )


def _published(published: drafts.Published) -> dict[str, Any]:
    version = published.version
    running = queries.running_by_version(version.definition)
    return {
        "version": version.number, "graph_hash": version.graph_hash,
        "running_on_older": sum(count for number, count in running.items() if number < version.number),
        "effective_at": version.standing.effective_at, "live": version.standing.status == Standing.Status.LIVE,
        "superseded": published.superseded,
    }  # fmt: skip


def _version(row: DefinitionVersion, running: dict[int, int], *, now: datetime) -> dict[str, Any]:
    standing = row.standing
    return {
        "version": row.number, "status": standing.status, "published_at": row.published_at,
        "published_by": row.published_by.get_full_name(), "confirmed_by": _name(standing.confirmed_by),
        "note": row.note, "graph_hash": row.graph_hash, "running": running.get(row.number, 0),
        "effective_at": standing.effective_at, "live_at": standing.live_at, "ended_at": standing.ended_at,
        "withdraw_until": actions.withdraw_until(standing, now=now), "trouble": _trouble(standing),
    }  # fmt: skip


def _trouble(standing: Standing) -> dict[str, Any] | None:
    told = standing.trouble
    return None if told is None else {"code": told["code"], "message": told["message"]}


def _in_use(row: Definition) -> dict[str, Any]:
    return {"status": status_of(row), "retired_at": row.retired_at, "live_trigger": row.live_trigger}


def _request(row: PublishRequest, definition: Definition, user: User) -> dict[str, Any]:
    is_open = row.status == PublishRequest.Status.OPEN
    return {
        "id": str(row.pk), "status": row.status, "graph_hash": row.graph_hash, "note": row.note,
        "effective_at": row.effective_at, "despite_cases": row.despite_cases, "take_over": row.take_over,
        "asked_by": row.asked_by.get_full_name(),
        "asked_at": row.asked_at, "answered_by": _name(row.answered_by), "answered_at": row.answered_at,
        "comment": row.comment, "version": None if row.version is None else row.version.number,
        "mine": row.asked_by == user,
        "may_answer": is_open and row.asked_by != user and publish_requests.may_answer(definition, user),
    }  # fmt: skip


def _name(user: User | None) -> str | None:
    return None if user is None else user.get_full_name()
