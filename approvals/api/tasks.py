"""`/tasks`: the inbox, its badge, one task, and what may be done with it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.policy import Role
from approvals import queries
from approvals.actions import hold, send_back
from approvals.actions.decide import Answered, answer
from approvals.api import shapes
from approvals.api.conditional import unless_same
from approvals.api.cursors import read_place, write_place
from approvals.api.filters import FILTER_PARAMETERS, FILTERS, read_filters
from approvals.directory import Directory
from approvals.filters import Filters
from approvals.models import ApprovalTask, PendingAnswer
from approvals.picture import Viewer, copies_shown, detail, own_copy, picture
from bedrock.clock import now
from bedrock.errors import BadInput, NotFound
from web.inputs import Input, query_of, read_input
from web.middleware import client_ip
from web.paging import limit_of, page
from web.permissions import roles
from workflows.actions.audit import By
from workflows.actions.returns import WayBack
from workflows.api.once import KEY, answer_request
from workflows.engine.events import Actor
from workflows.engine.graph import LocalText

INBOX = roles(Role.APPROVER, Role.SUPERVISOR, Role.AUDITOR, Role.DESIGNER, Role.REQUESTER)
BOXES = ("todo", "done", "started", "cc")


class TasksView(APIView):
    permission_classes = [INBOX]

    @extend_schema(
        operation_id="tasks_list",
        parameters=[
            OpenApiParameter("box", str, enum=BOXES, description="todo (next due first), done, started or cc"),
            *FILTER_PARAMETERS,
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int),
        ],
        responses={200: shapes.TasksShape, 304: None},
    )
    def get(self, request: Request) -> Response:
        params = query_of(request.query_params, "box", *FILTERS, "cursor", "limit")
        box, filters = params.get("box", "todo"), read_filters(params)
        if box not in BOXES:
            raise BadInput("tasks.unknown_box", f"Expected a box of {', '.join(BOXES)}, found {box!r}.")
        viewer = queries.viewer_of(user_of(request), now=now())
        return unless_same(request, _box(box, viewer=viewer, filters=filters, params=params))


class SummaryView(APIView):
    permission_classes = [INBOX]

    @extend_schema(operation_id="tasks_summary", responses={200: shapes.SummaryShape, 304: None})
    def get(self, request: Request) -> Response:
        query_of(request.query_params)
        numbers = queries.summary(queries.viewer_of(user_of(request), now=now()))
        return unless_same(request, {"todo": numbers.todo, "overdue": numbers.overdue, "cc": numbers.cc})


class TaskView(APIView):
    permission_classes = [INBOX]

    @extend_schema(operation_id="tasks_read", responses={200: shapes.TaskDetailShape, 304: None})
    def get(self, request: Request, task_id: UUID) -> Response:
        query_of(request.query_params)
        user = user_of(request)
        viewer = queries.viewer_of(user, now=now())
        task, pending = queries.find_shown(task_id, viewer=viewer)
        if task is None or not queries.may_see(task, user=user, directory=viewer.world.need(Directory)):
            raise NotFound("task.unknown", f"Expected a task of yours, found none with id {task_id}.")
        comments, form = queries.comments_of(task), queries.form_of(task)
        trace, came = queries.reasons_for(task.trace, user=user), queries.resubmission_of(task, user=user)
        receipts = user.has_role(*queries.SEES_ALL)
        shown = detail(task, comments=comments, trace=trace, form=form, viewer=viewer, pending=pending)
        shown |= copies_shown(task, queries.copies_of(task), viewer=viewer, receipts=receipts)
        return unless_same(request, shown | {"resubmission": came})


class AnswerInput(Input):
    comment = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    revision = serializers.IntegerField(min_value=1, help_text="The revision of the task that was looked at.")


class DecisionInput(AnswerInput):
    undo_seconds = serializers.IntegerField(
        required=False, min_value=0, max_value=hold.LONGEST, default=0,
        help_text="For so long the answer may be taken back (`/undo`) and nobody else sees it. Without it, and when "
        "the time of the task runs out before, it is in force at once.",
    )  # fmt: skip
    form = serializers.DictField(
        required=False,
        help_text="With an approval: values by name for the fields of `form` that may be filled in, in JSON form.",
    )


class TargetInput(Input):
    kind = serializers.ChoiceField(choices=["user", "group"])
    key = serializers.CharField(max_length=64, help_text="A username, or the key of a group.")


class TransferInput(AnswerInput):
    to = TargetInput()


class SignerInput(AnswerInput):
    class PersonInput(Input):
        kind = serializers.ChoiceField(choices=["user"])
        key = serializers.CharField(max_length=64, help_text="A username.")

    to = PersonInput()


class AddSignerInput(SignerInput):
    how = serializers.ChoiceField(
        choices=["before", "after", "parallel"],
        help_text="Before: one's own seat waits until they have answered. After: they are asked behind one.",
    )


class CommentInput(Input):
    text = serializers.CharField(max_length=2000)


class ApproveView(APIView):
    permission_classes = [INBOX]

    @extend_schema(
        operation_id="tasks_approve", parameters=[KEY], request=DecisionInput, responses=shapes.AnsweredShape
    )
    def post(self, request: Request, task_id: UUID) -> HttpResponse:
        return _decide(request, task_id, name="approve")


class RejectView(APIView):
    permission_classes = [INBOX]

    @extend_schema(operation_id="tasks_reject", parameters=[KEY], request=DecisionInput, responses=shapes.AnsweredShape)
    def post(self, request: Request, task_id: UUID) -> HttpResponse:
        return _decide(request, task_id, name="reject")


class AbstainView(APIView):
    permission_classes = [INBOX]

    @extend_schema(
        operation_id="tasks_abstain", parameters=[KEY], request=DecisionInput, responses=shapes.AnsweredShape
    )
    def post(self, request: Request, task_id: UUID) -> HttpResponse:
        return _decide(request, task_id, name="abstain")


class TransferView(APIView):
    permission_classes = [INBOX]

    @extend_schema(
        operation_id="tasks_transfer", parameters=[KEY], request=TransferInput, responses=shapes.AnsweredShape
    )
    def post(self, request: Request, task_id: UUID) -> HttpResponse:
        return answered_by_run(request, task_id, name="transfer", payload=_naming(read_input(TransferInput, request)))


class AddSignerView(APIView):
    permission_classes = [INBOX]

    @extend_schema(
        operation_id="tasks_add_signer", parameters=[KEY], request=AddSignerInput, responses=shapes.AnsweredShape
    )
    def post(self, request: Request, task_id: UUID) -> HttpResponse:
        return answered_by_run(
            request, task_id, name="add-signer", payload=_naming(read_input(AddSignerInput, request))
        )


class RemoveSignerView(APIView):
    permission_classes = [INBOX]

    @extend_schema(
        operation_id="tasks_remove_signer", parameters=[KEY], request=SignerInput, responses=shapes.AnsweredShape
    )
    def post(self, request: Request, task_id: UUID) -> HttpResponse:
        return answered_by_run(
            request, task_id, name="remove-signer", payload=_naming(read_input(SignerInput, request))
        )


class ReturnPreviewView(APIView):
    """First half of a return: where the run may go back to, and what that does."""

    permission_classes = [INBOX]

    @extend_schema(operation_id="tasks_return_preview", request=None, responses=shapes.ReturnPreviewShape)
    def post(self, request: Request, task_id: UUID) -> Response:
        read_input(Input, request)
        by = By(actor=_actor(request), ip=client_ip(request._request))
        found = send_back.preview(task_id, user=user_of(request), by=by, now=now())
        return Response({"targets": [_way(way, found.found.names) for way in found.found.ways], "token": found.token})


class ReturnView(APIView):
    """Second half: go one of the ways that were previewed."""

    permission_classes = [INBOX]

    class Given(AnswerInput):
        to = serializers.CharField(max_length=64, help_text="An earlier step of the run.")
        resume = serializers.ChoiceField(
            choices=["restart", "back"], required=False, default="restart",
            help_text="Go on from there step by step, or back to this step if the way still leads here.",
        )  # fmt: skip
        token = serializers.CharField(max_length=4000)

    @extend_schema(operation_id="tasks_return", parameters=[KEY], request=Given, responses=shapes.AnsweredShape)
    def post(self, request: Request, task_id: UUID) -> HttpResponse:
        given, user, present = read_input(self.Given, request), user_of(request), now()
        by, token = By(actor=_actor(request), ip=client_ip(request._request)), given.pop("token")

        def returned() -> dict[str, Any]:
            return _answered(
                send_back.send_back(task_id, token=token, payload=given, user=user, by=by, now=present), by=by
            )

        return answer_request(request, scope=f"tasks/{task_id.hex}/return", now=present, answer=returned)


class CommentView(APIView):
    permission_classes = [INBOX]

    @extend_schema(operation_id="tasks_comment", parameters=[KEY], request=CommentInput, responses=shapes.AnsweredShape)
    def post(self, request: Request, task_id: UUID) -> HttpResponse:
        return answered_by_run(request, task_id, name="comment", payload=read_input(CommentInput, request))


def _decide(request: Request, task_id: UUID, *, name: str) -> HttpResponse:
    payload = read_input(DecisionInput, request)
    seconds = payload.pop("undo_seconds")
    if not seconds:
        return answered_by_run(request, task_id, name=name, payload=payload)
    user, present = user_of(request), now()
    by = By(actor=_actor(request), ip=client_ip(request._request))

    def held() -> dict[str, Any]:
        done, pending = hold.hold(task_id, name=name, payload=payload, seconds=seconds, user=user, by=by, now=present)
        return _answered(done, by=by, pending=pending)

    return answer_request(request, scope=f"tasks/{task_id.hex}/{name}", now=present, answer=held)


def _naming(given: Mapping[str, Any]) -> dict[str, Any]:
    """The payload with its target as a graph would name it."""
    kind, key = given["to"]["kind"], given["to"]["key"]
    return {**given, "to": {"kind": kind, kind: key}}


def _way(way: WayBack, names: Mapping[str, LocalText]) -> dict[str, Any]:
    refused = way.refused
    return {
        "node": way.node, "is_requester": way.is_requester, "name": way.name.model_dump(), "visit": way.visit,
        "resumes": ["restart", "back"] if way.may_resume else ["restart"] if refused is None else [],
        "effects": [
            {
                "kind": one.kind, "node": one.node, "params": dict(one.params),
                "name": None if one.node is None else names[one.node].model_dump(),
            }
            for one in way.effects
        ],
        "asks": list(way.asks),
        "refused": None if refused is None else {"code": refused.code, "params": refused.fields},
    }  # fmt: skip


def answered_by_run(request: Request, task_id: UUID, *, name: str, payload: Mapping[str, Any]) -> HttpResponse:
    """Tell the run of a task what this person says (`name` in `approvals.commands`)."""
    return answer_with(request, task_id, name=name, payload=payload, act=partial(answer, name=name))


def answer_with(
    request: Request, task_id: UUID, *, name: str, payload: Mapping[str, Any], act: Callable[..., Answered]
) -> HttpResponse:
    """The same by an action that does more than tell the run."""
    user, present = user_of(request), now()
    by = By(actor=_actor(request), ip=client_ip(request._request))

    def decided() -> dict[str, Any]:
        return _answered(act(task_id, payload=payload, user=user, by=by, now=present), by=by)

    return answer_request(request, scope=f"tasks/{task_id.hex}/{name}", now=present, answer=decided)


def _answered(done: Answered, *, by: By, pending: PendingAnswer | None = None) -> dict[str, Any]:
    delivered = done.delivered
    viewer = Viewer(person=by.actor.id, now=delivered.context.now, world=delivered.world)
    tokens = [
        {
            "token": token.id, "node": token.node, "visit": token.visit, "since": token.since,
            "awaits": token.awaits.value, "due_at": token.due_at,
            "line": None,  # whoever has a task was let in
        }
        for token in delivered.state.tokens.values()
    ]  # fmt: skip
    status = None if delivered.state.status is None else delivered.state.status.value
    return {
        "task": picture(done.task(), viewer=viewer, pending=pending),
        "instance": {"id": delivered.instance_id, "status": status, "tokens": tokens},
    }


def _box(box: str, *, viewer: Viewer, filters: Filters, params: dict[str, str]) -> dict[str, Any]:
    if box == "todo":
        found = queries.todo(
            viewer, filters=filters, after=read_place(params.get("cursor")), limit=limit_of(params.get("limit"))
        )
        return _page(found.tasks, next_=write_place(found.next), viewer=viewer)
    if box == "done":
        decided = page(queries.done(viewer, filters=filters), order_by=("-at", "-id"), params=params)
        return _page([row.task for row in decided.rows], next_=decided.next, viewer=viewer)
    if box == "cc":
        sent = page(queries.copied(viewer, filters=filters), order_by=("-at", "-id"), params=params)
        return {
            "results": [picture(row.task, viewer=viewer) | {"copy": own_copy(row)} for row in sent.rows],
            "next": sent.next,
        }
    asked = page(queries.started(viewer, filters=filters), order_by=("-opened_at", "-id"), params=params)
    return _page(asked.rows, next_=asked.next, viewer=viewer)


def _page(tasks: list[ApprovalTask], *, next_: str | None, viewer: Viewer) -> dict[str, Any]:
    return {"results": [picture(task, viewer=viewer) for task in tasks], "next": next_}


def _actor(request: Request) -> Actor:
    user = user_of(request)
    return Actor(id=str(user.pk), name=user.get_full_name(), source="api" if request.auth is not None else "person")


def user_of(request: Request) -> User:
    """Who is signed in."""
    if not isinstance(request.user, User):
        raise TypeError("A door without permission classes let somebody in who is not signed in.")
    return request.user
