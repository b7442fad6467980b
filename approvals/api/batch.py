"""`/tasks/batch`: many tasks answered at once, seen before it is done."""

import hashlib
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from approvals.actions import batch
from approvals.api.tasks import INBOX, user_of
from bedrock.clock import now
from bedrock.errors import OrderflowError
from web.inputs import Input, read_input
from web.middleware import client_ip
from web.shapes import MoneyShape, Shape
from workflows.actions.audit import By
from workflows.api.once import answer_request
from workflows.engine.events import Actor


class ProblemOfTaskShape(Shape):
    code = serializers.CharField(help_text="As the answer of this one task would say.")
    detail = serializers.CharField()
    params = serializers.DictField(help_text="Who decided and when, the present revision, and so on.")


class ExcludedShape(Shape):
    id = serializers.UUIDField()
    problem = ProblemOfTaskShape()


class BatchPreviewShape(Shape):
    included = serializers.ListField(child=serializers.UUIDField())
    excluded = ExcludedShape(many=True)
    sums = MoneyShape(many=True, help_text="The money that is decided about, one sum for each currency.")
    token = serializers.CharField(allow_null=True, help_text="Good for five minutes; null when nothing is included.")


class BatchResultShape(Shape):
    id = serializers.UUIDField()
    done = serializers.BooleanField()
    problem = ProblemOfTaskShape(allow_null=True)


class BatchShape(Shape):
    results = BatchResultShape(many=True)


class BatchPreviewView(APIView):
    permission_classes = [INBOX]

    class Given(Input):
        class LookedInput(Input):
            id = serializers.UUIDField()
            revision = serializers.IntegerField(min_value=1)

        action = serializers.ChoiceField(choices=["approve", "reject"])
        tasks = serializers.ListField(child=LookedInput(), min_length=1, max_length=batch.MOST)
        comment = serializers.CharField(
            required=False, allow_blank=True, default="", max_length=2000, help_text="Said about every one of them."
        )

    @extend_schema(operation_id="tasks_batch_preview", request=Given, responses=BatchPreviewShape)
    def post(self, request: Request) -> Response:
        given, user = read_input(self.Given, request), user_of(request)
        shown = batch.preview(
            [batch.Looked(id=one["id"], revision=one["revision"]) for one in given["tasks"]],
            batch.Said(action=given["action"], comment=given["comment"], user=user, actor=_actor(request)),
            now=now(),
        )
        return Response(
            {
                "included": [str(one) for one in shown.included],
                "excluded": [{"id": str(one.id), "problem": _problem(one.problem)} for one in shown.excluded],
                "sums": [
                    {"amount": str(amount), "currency": currency} for currency, amount in sorted(shown.sums.items())
                ],
                "token": shown.token,
            }
        )


class BatchView(APIView):
    permission_classes = [INBOX]

    class Given(Input):
        token = serializers.CharField(max_length=20_000)

    @extend_schema(
        operation_id="tasks_batch", request=Given, responses=BatchShape,
        description="The token is its own idempotency key: sent again it gives the stored answer.",
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        token = read_input(self.Given, request)["token"]
        user, present = user_of(request), now()
        by = By(actor=_actor(request), ip=client_ip(request._request))

        def applied() -> dict[str, Any]:
            fates = batch.apply(token, user=user, by=by, now=present)
            return {"results": [_result(one.id, one.problem) for one in fates]}

        key = hashlib.sha256(token.encode()).hexdigest()
        return answer_request(request, scope="tasks/batch", now=present, answer=applied, key=key)


def _result(task: UUID, problem: OrderflowError | None) -> dict[str, Any]:
    return {"id": str(task), "done": problem is None, "problem": None if problem is None else _problem(problem)}


def _problem(error: OrderflowError | None) -> dict[str, Any] | None:
    return None if error is None else {"code": error.code, "detail": error.message, "params": error.fields}


def _actor(request: Request) -> Actor:
    user = user_of(request)
    return Actor(id=str(user.pk), name=user.get_full_name(), source="api" if request.auth is not None else "person")
