"""`/orders/{order_no}/changes`: asking for a change of an order."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.policy import Role
from bedrock.clock import now
from orders import queries
from orders.api import shapes
from orders.api.orders import CHANNEL, actor_of, user_of
from orders.changes.actions import request_change
from orders.intake.document import ChangeBody, read_change
from web.inputs import query_of
from web.permissions import roles
from workflows.api.once import KEY, answer_request


class ChangesView(APIView):
    permission_classes: list[type[BasePermission]] = [roles(Role.INTEGRATION, Role.REQUESTER, Role.SUPERVISOR)]

    @extend_schema(
        operation_id="orders_request_change",
        parameters=[CHANNEL, KEY],
        request=ChangeBody,
        responses={201: shapes.AskedChangeShape, 200: shapes.AskedChangeShape},
    )
    def post(self, request: Request, order_no: str) -> HttpResponse:
        params = query_of(request.query_params, "channel")
        present = now()
        given = read_change(request.data)
        order = queries.find_order(order_no, user=user_of(request), channel=params.get("channel"))

        def answer() -> dict[str, Any]:
            change = request_change(
                order.pk, after=given.after, reason=given.reason, actor=actor_of(request), now=present,
                given=given.variables,
            )  # fmt: skip
            return queries.change_shape(change, shows_run=True) | {"order_no": order.order_no}

        return answer_request(request, scope=f"orders/{order.pk}/changes", now=present, answer=answer, status=201)
