"""`/definitions/{id}/migrations`: running instances go on in another version; dry run, run, report, way back."""

from typing import Any
from uuid import UUID

from django.db.models import Count
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.policy import Role
from bedrock.clock import now
from bedrock.errors import BadInput, NotFound
from web.inputs import Input, query_of, read_input
from web.middleware import client_ip
from web.paging import page
from web.permissions import reading_or, roles
from web.shapes import Shape
from workflows import queries
from workflows.actions import migration_plans as plans
from workflows.actions import migrations as actions
from workflows.actions.going_live import by
from workflows.api.definitions import user_of
from workflows.api.instances import MAX_NUMBER, PAGING
from workflows.api.run_shapes import SubjectShape
from workflows.api.versions import Because
from workflows.models import Definition, Migration, MigrationItem

MAY = (Role.DESIGNER, Role.SUPERVISOR)
VERDICTS = tuple(MigrationItem.Verdict.values)
STATUSES = tuple(MigrationItem.Status.values)


class MigrationInput(Input):
    from_version = serializers.IntegerField(min_value=1, max_value=MAX_NUMBER, help_text="The version to leave.")
    to_version = serializers.IntegerField(min_value=1, max_value=MAX_NUMBER, help_text="The version to go on in.")
    mapping = serializers.DictField(
        child=serializers.CharField(max_length=64), required=False,
        help_text="Nodes of the target for nodes of the source; others keep their id.",
    )  # fmt: skip


class CountsShape(Shape):
    quiet = serializers.IntegerField(help_text="Nobody notices.")
    disturbed = serializers.IntegerField(help_text="Something is asked or tried anew.")
    hindered = serializers.IntegerField(help_text="These stay where they are.")
    pending = serializers.IntegerField()
    migrated = serializers.IntegerField()
    stayed = serializers.IntegerField()


class MigrationShape(Shape):
    id = serializers.UUIDField()
    from_version = serializers.IntegerField()
    to_version = serializers.IntegerField()
    mapping = serializers.DictField(child=serializers.CharField())
    status = serializers.ChoiceField(choices=Migration.Status.values)
    counts = CountsShape(help_text="How many runs, by verdict and by what became of them.")
    planned_by = serializers.CharField()
    planned_at = serializers.DateTimeField()
    started_by = serializers.CharField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    undoes = serializers.UUIDField(allow_null=True, help_text="The migration whose way back this is.")
    undone_by = serializers.UUIDField(allow_null=True, help_text="Its way back, if one is planned or was taken.")


class ReasonShape(Shape):
    code = serializers.CharField()
    node = serializers.CharField(allow_null=True, help_text="The step of the old version; null: a matter of the run.")
    runs = serializers.IntegerField(help_text="How many runs it keeps where they are.")


class MigrationDetailShape(MigrationShape):
    reasons = ReasonShape(many=True, help_text="Why runs stay, the most frequent reason first; at most 50.")


class MigrationsShape(Shape):
    results = MigrationShape(many=True)
    next = serializers.CharField(allow_null=True)


class MoveShape(Shape):
    token = serializers.IntegerField()
    node = serializers.CharField()
    to = serializers.CharField()
    fate = serializers.ChoiceField(choices=["kept", "anew", "retried"])


class HindranceShape(Shape):
    code = serializers.CharField()
    node = serializers.CharField(allow_null=True)
    params = serializers.DictField()


class MigratingRunShape(Shape):
    instance = serializers.UUIDField()
    subject = SubjectShape(help_text="What the run is about.")
    status = serializers.ChoiceField(choices=STATUSES)
    verdict = serializers.ChoiceField(choices=VERDICTS)
    moves = MoveShape(many=True)
    hindrances = HindranceShape(many=True)


class MigratingRunsShape(Shape):
    results = MigratingRunShape(many=True)
    next = serializers.CharField(allow_null=True)


class MigrationsView(APIView):
    permission_classes = [reading_or(reading=(*MAY, Role.AUDITOR), writing=MAY)]

    @extend_schema(operation_id="migrations_list", parameters=[*PAGING], responses=MigrationsShape)
    def get(self, request: Request, definition_id: UUID) -> Response:
        params = query_of(request.query_params, "cursor", "limit")
        if not Definition.objects.filter(pk=definition_id).exists():
            raise NotFound("definition.unknown", f"Expected a flow, found none with id {definition_id}.")
        rows = _migrations().filter(definition=definition_id)
        found = page(rows, order_by=("-planned_at", "-id"), params=params)
        counts = _counts([row.pk for row in found.rows])
        return Response({"results": [_shape(row, counts) for row in found.rows], "next": found.next})

    @extend_schema(operation_id="migrations_plan", request=MigrationInput, responses={201: MigrationShape})
    def post(self, request: Request, definition_id: UUID) -> Response:
        given = read_input(MigrationInput, request)
        made = plans.plan(
            str(definition_id), source=given["from_version"], target=given["to_version"],
            mapping=given.get("mapping", {}), planner=user_of(request), now=now(),
        )  # fmt: skip
        return Response(_answer(made.pk), status=201)


class MigrationView(APIView):
    permission_classes = [roles(*MAY, Role.AUDITOR)]

    @extend_schema(operation_id="migrations_read", responses=MigrationDetailShape)
    def get(self, request: Request, definition_id: UUID, migration_id: UUID) -> Response:
        query_of(request.query_params)
        found = _found(definition_id, migration_id)
        return Response(_answer(found) | {"reasons": queries.reasons_to_stay(found)})


class MigratingRunsView(APIView):
    permission_classes = [roles(*MAY, Role.AUDITOR)]

    @extend_schema(
        operation_id="migrations_runs",
        parameters=[
            OpenApiParameter("verdict", str, enum=VERDICTS), OpenApiParameter("status", str, enum=STATUSES), *PAGING,
        ],
        responses=MigratingRunsShape,
    )  # fmt: skip
    def get(self, request: Request, definition_id: UUID, migration_id: UUID) -> Response:
        params = query_of(request.query_params, "verdict", "status", "cursor", "limit")
        rows = MigrationItem.objects.filter(migration=_found(definition_id, migration_id))
        for name, known in (("verdict", VERDICTS), ("status", STATUSES)):
            if name in params:
                if params[name] not in known:
                    raise BadInput("query.bad_value", f"Expected {name} to be one of {', '.join(known)}.")
                rows = rows.filter(**{name: params[name]})
        found = page(rows, order_by=("id",), params=params)
        subjects = queries.subjects_of([row.instance for row in found.rows])
        return Response(found.body(lambda row: _run(row) | {"subject": subjects[row.instance]}))


class CarryOutView(APIView):
    """Give the word for what was planned, there or back."""

    permission_classes = [roles(*MAY)]

    @extend_schema(operation_id="migrations_run", request=Because, responses={202: MigrationShape})
    def post(self, request: Request, definition_id: UUID, migration_id: UUID) -> Response:
        given, user = read_input(Because, request), user_of(request)
        migration = actions.begin(
            str(_found(definition_id, migration_id)), reason=given["reason"], starter=user,
            by=by(user, client_ip(request._request)), now=now(),
        )  # fmt: skip
        return Response(_answer(migration.pk), status=202)


class WayBackView(APIView):
    """Plan the way back of a migration that is done: a migration of its own, to be looked at and carried out."""

    permission_classes = [roles(*MAY)]

    class Given(Input):
        pass

    @extend_schema(operation_id="migrations_undo", request=Given, responses={201: MigrationShape})
    def post(self, request: Request, definition_id: UUID, migration_id: UUID) -> Response:
        read_input(self.Given, request)
        made = plans.plan_back(str(_found(definition_id, migration_id)), planner=user_of(request), now=now())
        return Response(_answer(made.pk), status=201)


def _found(definition_id: UUID, migration_id: UUID) -> UUID:
    if not Migration.objects.filter(pk=migration_id, definition=definition_id).exists():
        raise NotFound("migration.unknown", f"Expected a migration of this flow, found none with id {migration_id}.")
    return migration_id


def _migrations() -> Any:
    return Migration.objects.select_related("source", "target", "planned_by", "started_by", "undone_by")


def _answer(migration_id: UUID) -> dict[str, Any]:
    row = _migrations().get(pk=migration_id)
    return _shape(row, _counts([row.pk]))


def _counts(ids: list[UUID]) -> dict[UUID, dict[str, int]]:
    counts = {one: dict.fromkeys((*VERDICTS, *STATUSES), 0) for one in ids}
    grouped = MigrationItem.objects.filter(migration__in=ids).values_list("migration", "verdict", "status")
    for one, verdict, status, count in grouped.annotate(count=Count("id")):
        counts[one][verdict] += count
        counts[one][status] += count
    return counts


def _shape(row: Migration, counts: dict[UUID, dict[str, int]]) -> dict[str, Any]:
    return {
        "id": str(row.pk), "from_version": row.source.number, "to_version": row.target.number, "mapping": row.mapping,
        "status": row.status, "counts": counts[row.pk], "planned_by": row.planned_by.get_full_name(),
        "planned_at": row.planned_at, "started_by": row.started_by and row.started_by.get_full_name(),
        "started_at": row.started_at, "ended_at": row.ended_at, "reason": row.reason,
        "undoes": row.undoes_id and str(row.undoes_id),
        "undone_by": str(row.undone_by.pk) if hasattr(row, "undone_by") else None,
    }  # fmt: skip


def _run(row: MigrationItem) -> dict[str, Any]:
    return {
        "instance": str(row.instance), "status": row.status, "verdict": row.verdict,
        "moves": [dict(zip(("token", "node", "to", "fate"), move, strict=True)) for move in row.moves],
        "hindrances": row.hindrances,
    }  # fmt: skip
