"""`/instances` and `/audit`: runs, their history, and the interventions of supervisors."""

from typing import Any, get_args
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.policy import Role
from bedrock.clock import now
from bedrock.errors import BadInput, Forbidden, NotFound
from web.inputs import Input, query_of, read_input
from web.middleware import client_ip
from web.paging import page
from web.permissions import roles
from workflows import queries
from workflows.actions import instances as actions
from workflows.actions import interventions
from workflows.actions.audit import By
from workflows.actions.interventions import Intervention, Kind
from workflows.api import run_shapes as shapes
from workflows.api.once import KEY, answer_request
from workflows.engine.events import Actor
from workflows.engine.state import Subject
from workflows.models import AuditEntry, Incident, Instance
from workflows.redaction import Redaction

PAGING = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]
READERS = roles(Role.SUPERVISOR, Role.AUDITOR, Role.REQUESTER, Role.INTEGRATION, Role.APPROVER)
# Supervisors intervene; who asked, a person or a program, may only take the request back, and who draws flows may take
# a run over into another version.
INTERVENERS = roles(Role.SUPERVISOR, Role.REQUESTER, Role.INTEGRATION, Role.DESIGNER)
INTERVENTIONS = get_args(Kind)
MAX_NUMBER = 2_147_483_647  # of a version
MOST_MAPPED = 50  # nodes of one run; its signed preview carries them
MOST_DIGITS = 10  # of a number of a fact; more are no number that was ever given
KIND = OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=INTERVENTIONS)


def actor_of(request: Request) -> Actor:
    """The signed-in person or program as an actor of facts."""
    user = _user(request)
    source = "api" if request.auth is not None else "person"
    return Actor(id=str(user.pk), name=user.get_full_name(), source=source)


class InstancesView(APIView):
    permission_classes = [IsAuthenticated]

    class Given(Input):
        class SubjectInput(Input):
            type = serializers.CharField(max_length=40)
            id = serializers.CharField(max_length=64)
            title = serializers.CharField(max_length=200, required=False, allow_blank=True)

        definition = serializers.CharField(max_length=64)
        subject = SubjectInput()
        variables = serializers.DictField(required=False)

    @extend_schema(
        operation_id="instances_list",
        parameters=[
            OpenApiParameter("status", str, enum=["running", "completed", "cancelled"]),
            OpenApiParameter("definition", str, description="key of a flow"),
            OpenApiParameter("subject", str, description="id of a subject, or an order number"),
            OpenApiParameter("stuck", bool),
            *PAGING,
        ],
        responses=shapes.InstancesShape,
    )
    def get(self, request: Request) -> Response:
        _require(request, Role.SUPERVISOR, Role.AUDITOR, Role.REQUESTER, Role.INTEGRATION, Role.APPROVER)
        params = query_of(request.query_params, "status", "definition", "subject", "stuck", "cursor", "limit")
        filters = queries.Filters(
            status=_choice(params, "status", ("running", "completed", "cancelled")),
            definition=params.get("definition"), subject=params.get("subject"),
            stuck=_choice(params, "stuck", ("true", "false")) == "true",
        )  # fmt: skip
        present = now()
        rows = queries.instances(filters, user=_user(request), now=present)
        found = page(rows, order_by=("-started_at", "-id"), params=params)
        return Response({"results": queries.pictures(found.rows, user=_user(request), now=present), "next": found.next})

    @extend_schema(
        operation_id="instances_start", parameters=[KEY], request=Given,
        responses={201: shapes.InstanceShape, 200: shapes.InstanceShape},
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        _require(request, Role.SUPERVISOR, Role.REQUESTER, Role.INTEGRATION)
        given, present = read_input(self.Given, request), now()
        subject = given["subject"]

        def started() -> dict[str, Any]:
            run = actions.start_by_hand(
                given["definition"],
                subject=Subject(
                    type=subject["type"], id=subject["id"], title=subject.get("title") or subject["id"]
                ),
                variables=given.get("variables", {}), requester=str(_user(request).pk),
                actor=actor_of(request), now=present,
            )  # fmt: skip
            return _one(run.instance_id, user=_user(request))

        return answer_request(request, scope="instances", now=present, answer=started, status=201)


class InstanceView(APIView):
    permission_classes = [READERS]

    @extend_schema(operation_id="instances_read", responses=shapes.InstanceDetailShape)
    def get(self, request: Request, instance_id: UUID) -> Response:
        query_of(request.query_params)
        row = _visible(request, instance_id)
        facts = list(queries.history(str(instance_id)))
        [picture] = queries.pictures([row], user=_user(request), now=now())
        return Response(
            picture
            | {
                "graph": row.version.graph, "layout": row.version.layout,
                "path": queries.path(row, facts), "edges": queries.taken_edges(facts),
                "jumps": queries.jumps(facts), "can": _can(request, row),
                "caller": queries.caller_of(row), "called": queries.called_by(row),
            }
        )  # fmt: skip


class HistoryView(APIView):
    permission_classes = [READERS]

    @extend_schema(operation_id="instances_history", responses=shapes.HistoryShape)
    def get(self, request: Request, instance_id: UUID) -> Response:
        query_of(request.query_params)
        row = _visible(request, instance_id)
        facts, shown = queries.history(str(instance_id)), _shown(request, row)
        return Response({"results": [queries.fact(one, shown) for one in facts]})


class ReplayView(APIView):
    """A run as it stood right after one of its facts, told again from its history."""

    permission_classes = [READERS]

    @extend_schema(
        operation_id="instances_replay",
        parameters=[OpenApiParameter("seq", int, required=True, description="number of a fact of the history")],
        responses=shapes.ReplayShape,
    )
    def get(self, request: Request, instance_id: UUID) -> Response:
        params = query_of(request.query_params, "seq")
        row = _visible(request, instance_id)
        return Response(queries.past_step(row, _seq(params, last=row.seq), _shown(request, row)))


class PreviewView(APIView):
    """First half of an intervention: what would happen."""

    permission_classes = [INTERVENERS]

    class Given(Input):
        target = serializers.CharField(max_length=64, required=False, help_text="To force to, or to return to: a node.")
        incident = serializers.UUIDField(required=False, help_text="To retry or to skip.")
        version = serializers.IntegerField(
            min_value=1, max_value=MAX_NUMBER, required=False, help_text="To migrate to."
        )
        mapping = serializers.DictField(
            child=serializers.CharField(max_length=64), required=False,
            help_text="To migrate: nodes of that version for nodes of this one; others keep their id. At most 50.",
        )  # fmt: skip

    @extend_schema(
        operation_id="instances_intervention_preview", parameters=[KIND], request=Given, responses=shapes.PreviewShape
    )
    def post(self, request: Request, instance_id: UUID, kind: str) -> Response:
        given = read_input(self.Given, request)
        _require_right(request, instance_id, kind)
        found = interventions.preview(
            str(instance_id), _wanted(kind, str(instance_id), given), actor=actor_of(request), now=now()
        )
        return Response(
            {
                "effects": [
                    {"kind": effect.kind, "node": effect.node, "params": dict(effect.params)}
                    for effect in found.effects
                ],
                "token": found.token, "from": list(found.came_from), "target": found.target,
            }
        )  # fmt: skip


class ApplyView(APIView):
    """Second half: do what was previewed, with a reason, on record for good."""

    permission_classes = [INTERVENERS]

    class Given(Input):
        token = serializers.CharField(max_length=4000)
        reason = serializers.CharField(max_length=2000, allow_blank=True, required=False, default="")

    @extend_schema(
        operation_id="instances_intervention_apply", parameters=[KIND], request=Given, responses=shapes.IntervenedShape
    )
    def post(self, request: Request, instance_id: UUID, kind: Kind) -> Response:
        given = read_input(self.Given, request)
        _require_right(request, instance_id, kind)
        by = By(actor=actor_of(request), ip=client_ip(request._request))
        interventions.apply(str(instance_id), given["token"], kind=kind, reason=given["reason"], by=by, now=now())
        shown = _one(str(instance_id), user=_user(request))
        if queries.visible_instance(str(instance_id), user=_user(request)) is None:
            shown |= {"variables": {}, "tasks": []}  # who only draws flows reads nothing of the request
        return Response({"instance": shown})


class AuditView(APIView):
    """What was done by hand; an approver reads it for one run of theirs at a time (`?instance=`)."""

    permission_classes = [roles(Role.AUDITOR, Role.SUPERVISOR, Role.APPROVER)]

    @extend_schema(
        operation_id="audit_list",
        parameters=[
            OpenApiParameter("instance", str, description="id of a run: what was done to it and to its tasks"),
            OpenApiParameter("actor", str),
            OpenApiParameter("action", str), *PAGING,
        ],
        responses=shapes.AuditShape,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        params = query_of(request.query_params, "instance", "actor", "action", "cursor", "limit")
        if not _user(request).has_role(Role.AUDITOR, Role.SUPERVISOR):
            _require_own_run(request, params.get("instance", ""))
        rows = queries.audit_entries(params.get("instance"))
        for name in ("actor", "action"):
            if name in params:
                rows = rows.filter(**{name: params[name]})
        found = page(rows, order_by=("-seq",), params=params)
        runs = queries.runs_acted_on(found.rows)
        return Response(found.body(lambda row: _audit(row) | {"run": runs.get(row.object_id)}))


def _user(request: Request) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - the permission class saw to it
    return request.user


def _require(request: Request, *wanted: Role) -> None:
    if not _user(request).has_role(*wanted):
        raise Forbidden("role.missing", f"Expected one of the roles {', '.join(wanted)}.", roles=list(wanted))


def _choice(params: dict[str, str], name: str, allowed: tuple[str, ...]) -> str | None:
    value = params.get(name)
    if value is not None and value not in allowed:
        message = f"Expected {name} to be one of {', '.join(allowed)}, found {value!r}."
        raise _bad_value(name, message, allowed=list(allowed))
    return value


def _seq(params: dict[str, str], *, last: int) -> int:
    value = params.get("seq", "")
    is_number = value.isascii() and value.isdigit() and len(value) < MOST_DIGITS
    if not (is_number and 1 <= int(value) <= last):
        raise _bad_value("seq", f"Expected seq to be 1 to {last}, found {value!r}.", min=1, max=last)
    return int(value)


def _bad_value(name: str, message: str, **params: Any) -> BadInput:
    place = {"path": name, "code": "query.bad_value", "message": message, "params": params}
    return BadInput("query.bad_value", message, problems=[place])


def _visible(request: Request, instance_id: UUID) -> Instance:
    row = queries.visible_instance(str(instance_id), user=_user(request))
    if row is None:
        raise NotFound("instance.unknown", f"Expected an instance, found none with id {instance_id}.")
    return row


def _require_right(request: Request, instance_id: UUID, kind: str) -> None:
    user = _user(request)
    if user.has_role(Role.SUPERVISOR):
        _visible(request, instance_id)
        return
    if kind == "migrate":
        _require(request, Role.SUPERVISOR, Role.DESIGNER)
        return
    if kind != "cancel":
        _require(request, Role.SUPERVISOR)
    _require(request, Role.REQUESTER, Role.INTEGRATION)
    problem = queries.why_not_withdrawn(_visible(request, instance_id), user=user)
    if problem is not None:
        raise problem


def _require_own_run(request: Request, instance: str) -> None:
    try:
        row = queries.visible_instance(str(UUID(instance)), user=_user(request))
    except ValueError:
        row = None
    if row is None:
        _require(request, Role.AUDITOR, Role.SUPERVISOR)


def _shown(request: Request, row: Instance) -> Redaction:
    return queries.redactions([row], user=_user(request))[str(row.pk)]


def _one(instance_id: str, *, user: User) -> dict[str, Any]:
    row = Instance.objects.select_related("version__definition").get(pk=instance_id)
    return queries.pictures([row], user=user, now=now())[0]


def _can(request: Request, row: Instance) -> list[str]:
    user = _user(request)
    if row.status != Instance.Status.RUNNING:
        return []
    if not user.has_role(Role.SUPERVISOR):
        return ["cancel"] if queries.why_not_withdrawn(row, user=user) is None else []
    if row.requester == str(user.pk):
        return ["cancel"]
    return list(interventions.offered(row))


def _wanted(kind: str, instance_id: str, given: dict[str, Any]) -> Intervention:
    if kind == "force-advance":
        if "target" not in given:
            raise BadInput("force.target_required", "Expected a target node, found none.")
        return Intervention(kind="force-advance", target=given["target"])
    if kind == "return":
        if "target" not in given:
            raise BadInput("return.target_required", "Expected a step to go back to, found none.")
        return Intervention(kind="return", target=given["target"])
    if kind == "migrate":
        if "version" not in given:
            raise BadInput("migration.version_required", "Expected a version to go on in, found none.")
        if len(given.get("mapping", {})) > MOST_MAPPED:
            raise BadInput("migration.mapping_too_large", f"Expected at most {MOST_MAPPED} mapped nodes.")
        return Intervention(kind="migrate", version=given["version"], mapping=given.get("mapping", {}))
    if kind in ("retry", "skip"):
        incident = Incident.objects.filter(pk=str(given.get("incident", UUID(int=0))), instance=instance_id).first()
        if incident is None:
            raise NotFound("incident.unknown", "Expected an incident of this run, found none.")
        return Intervention(kind="retry" if kind == "retry" else "skip", token=incident.token)
    return Intervention(kind="cancel")


def _audit(row: AuditEntry) -> dict[str, Any]:
    return {
        "seq": row.seq, "at": row.at, "actor": {"id": row.actor, "name": row.actor_name}, "ip": row.ip,
        "action": row.action,
        "object": {"type": row.object_type, "id": row.object_id, "title": row.object_title},
        "before": row.before, "after": row.after, "reason": row.reason, "hash": row.hash,
    }  # fmt: skip
