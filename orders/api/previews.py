"""`/orders/{order_no}/refunds/preview` and `/changes/preview`: whom a request would go to, before it is sent."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.policy import Role
from bedrock.clock import now
from orders import queries
from orders.api.orders import CHANNEL, user_of
from orders.changes.actions import foresee_change
from orders.intake.document import ForeseenChangeBody, ForeseenRefundBody, read_foreseen_change, read_foreseen_refund
from orders.refunds.actions import foresee_refund
from web.inputs import query_of
from web.permissions import roles
from workflows.api.ahead import BeforeStartShape, before_start_document

ASKERS: list[type[BasePermission]] = [roles(Role.INTEGRATION, Role.REQUESTER, Role.SUPERVISOR)]


class RefundPreviewView(APIView):
    """Nothing is written or reserved; the reason and what is chosen may still be missing."""

    permission_classes = ASKERS

    @extend_schema(
        operation_id="orders_preview_refund", parameters=[CHANNEL], request=ForeseenRefundBody,
        responses=BeforeStartShape,
    )  # fmt: skip
    def post(self, request: Request, order_no: str) -> Response:
        params, user = query_of(request.query_params, "channel"), user_of(request)
        given = read_foreseen_refund(request.data)
        order = queries.find_order(order_no, user=user, channel=params.get("channel"))
        found = foresee_refund(
            order, amount=given.amount.money, reason=given.reason, requester=str(user.pk), now=now(),
            given=given.variables,
        )  # fmt: skip
        return Response(before_start_document(found))


class ChangePreviewView(APIView):
    """Nothing is written; the reason and what is chosen may still be missing."""

    permission_classes = ASKERS

    @extend_schema(
        operation_id="orders_preview_change", parameters=[CHANNEL], request=ForeseenChangeBody,
        responses=BeforeStartShape,
    )  # fmt: skip
    def post(self, request: Request, order_no: str) -> Response:
        params, user = query_of(request.query_params, "channel"), user_of(request)
        given = read_foreseen_change(request.data)
        order = queries.find_order(order_no, user=user, channel=params.get("channel"))
        found = foresee_change(
            order, after=given.after, reason=given.reason, requester=str(user.pk), now=now(), given=given.variables
        )
        return Response(before_start_document(found))
