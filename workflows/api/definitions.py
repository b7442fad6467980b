"""`/definitions`: flows and their drafts. Every write is one action."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from accounts.models import User
from accounts.policy import Role
from bedrock.clock import now
from bedrock.errors import NotFound
from web.inputs import Input, query_of, read_input
from web.paging import page
from web.permissions import reading_or, roles
from workflows import wings
from workflows.actions import definitions as actions
from workflows.actions.soundness import problem_documents, problems_of
from workflows.api import shapes
from workflows.engine.graph import read_graph
from workflows.models import Definition, Instance, PublishRequest, Standing

SEES_ALL = (Role.DESIGNER, Role.SUPERVISOR, Role.AUDITOR)
PAGING = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]


class LocalTextInput(Input):
    zh = serializers.CharField(max_length=200, allow_blank=True)
    en = serializers.CharField(max_length=200, allow_blank=True)

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["zh"].strip() and not attrs["en"].strip():
            raise serializers.ValidationError("Expected a title in at least one language, found none.")
        return attrs


class DefinitionsView(APIView):
    permission_classes = [reading_or(reading=(*SEES_ALL, Role.APPROVER), writing=(Role.DESIGNER,))]

    class Given(Input):
        key = serializers.RegexField(r"^[a-z0-9][a-z0-9_-]{0,63}$")
        title = LocalTextInput()
        graph = serializers.DictField()
        layout = serializers.DictField(required=False)

    @extend_schema(operation_id="definitions_list", parameters=PAGING, responses=shapes.DefinitionsShape)
    def get(self, request: Request) -> Response:
        params = query_of(request.query_params, "cursor", "limit")
        found = page(_rows(user_of(request)), order_by=("-draft_at", "-id"), params=params)
        return Response(found.body(definition_document))

    @extend_schema(operation_id="definitions_create", request=Given, responses={201: shapes.CreatedDefinitionShape})
    def post(self, request: Request) -> Response:
        given = read_input(self.Given, request)
        draft = actions.create_definition(
            key=given["key"], title=given["title"], graph=given["graph"],
            layout=given.get("layout"), actor=user_of(request), now=now(),
        )  # fmt: skip
        return Response(created_document(draft), status=201)


class DefinitionView(APIView):
    permission_classes = [roles(*SEES_ALL, Role.APPROVER)]

    @extend_schema(operation_id="definitions_read", responses=shapes.DefinitionShape)
    def get(self, request: Request, definition_id: UUID) -> Response:
        query_of(request.query_params)
        return Response(definition_document(visible(request, definition_id)))


class DraftView(APIView):
    permission_classes = [reading_or(reading=SEES_ALL, writing=(Role.DESIGNER,))]

    class Given(Input):
        revision = serializers.IntegerField(min_value=1)
        graph = serializers.DictField()
        layout = serializers.DictField()

    @extend_schema(operation_id="definitions_draft_read", responses=shapes.DraftShape)
    def get(self, request: Request, definition_id: UUID) -> Response:
        query_of(request.query_params)
        row = visible(request, definition_id)
        problems = problems_of(read_graph(row.draft_graph), flow=row.key, now=now())
        return Response(
            {
                "revision": row.draft_revision, "graph_hash": row.draft_hash,
                "problems": problem_documents(problems), "graph": row.draft_graph,
                "layout": row.draft_layout, "edited_by": row.draft_by.get_full_name(),
                "edited_at": row.draft_at,
            }
        )  # fmt: skip

    @extend_schema(operation_id="definitions_draft_save", request=Given, responses=shapes.SavedDraftShape)
    def put(self, request: Request, definition_id: UUID) -> Response:
        given = read_input(self.Given, request)
        draft = actions.save_draft(
            str(definition_id), revision=given["revision"], graph=given["graph"],
            layout=given["layout"], actor=user_of(request), now=now(),
        )  # fmt: skip
        return Response(_saved(draft))


def user_of(request: Request) -> User:
    """Who asks."""
    assert isinstance(request.user, User)  # noqa: S101 - the permission class saw to it
    return request.user


def _rows(user: User) -> Any:
    running = (
        Instance.objects.filter(definition=OuterRef("pk"), status="running")
        .values("definition").annotate(total=Count("pk")).values("total")
    )  # fmt: skip
    planned = Standing.objects.filter(definition=OuterRef("pk"), status=Standing.Status.PLANNED)
    asked = PublishRequest.objects.filter(definition=OuterRef("pk"), status=PublishRequest.Status.OPEN)
    rows = Definition.objects.select_related("live_version", "owner", "draft_by").annotate(
        running=Coalesce(Subquery(running), 0), planned=Subquery(planned.values("version__number")),
        planned_at=Subquery(planned.values("effective_at")), asked_to_publish=Exists(asked),
    )  # fmt: skip
    if user.has_role(*SEES_ALL):
        return rows
    return rows.filter(key__in=wings.flows_visible_to(user), live_version__isnull=False)


def visible(request: Request, definition_id: UUID) -> Definition:
    """A flow that the caller may see; NotFound otherwise."""
    found: Definition | None = _rows(user_of(request)).filter(pk=definition_id).first()
    if found is None:
        raise NotFound("definition.unknown", f"Expected a flow, found none with id {definition_id}.")
    return found


def definition_document(row: Any) -> dict[str, Any]:
    """A flow as lists show it; `row` carries the count `running`."""
    live = row.live_version
    return {
        "id": str(row.pk), "key": row.key, "title": row.title, "status": status_of(row),
        "live_version": live.number if live else None, "live_trigger": row.live_trigger,
        "draft": {
            "revision": row.draft_revision, "graph_hash": row.draft_hash,
            "problem_count": row.draft_problem_count,
        },
        "running": row.running, "owner": row.owner.get_full_name(), "updated_at": row.draft_at,
        "published_at": live.published_at if live else None, "retired_at": row.retired_at,
        "planned": None if row.planned is None else {"version": row.planned, "effective_at": row.planned_at},
        "four_eyes": row.four_eyes, "asked_to_publish": row.asked_to_publish,
    }  # fmt: skip


def status_of(row: Definition) -> str:
    """How a flow stands, as lists say it."""
    if row.retired_at is not None:
        return "retired"
    if row.live_version is None:
        return "unpublished"
    return "published" if row.live_version.graph_hash == row.draft_hash else "changed"


def _saved(draft: actions.Draft) -> dict[str, Any]:
    return {
        "revision": draft.definition.draft_revision,
        "graph_hash": draft.definition.draft_hash,
        "problems": problem_documents(draft.problems),
    }


def created_document(draft: actions.Draft) -> dict[str, Any]:
    """A new flow as its maker hears of it."""
    row = draft.definition
    return {
        "id": str(row.pk), "key": row.key, "title": row.title, "draft": _saved(draft), "live_version": None
    }  # fmt: skip
