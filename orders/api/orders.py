"""`/orders`: taking orders in, finding them, reading one, and asking for refunds."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.policy import Role
from bedrock.clock import now
from bedrock.errors import BadInput
from bedrock.fingerprints import fingerprint_of
from orders import queries
from orders.api import shapes
from orders.core.channels import Channel
from orders.core.models import OrderStatus
from orders.intake.actions import Client, place_order
from orders.intake.document import OrderBody, RefundBody, read_order, read_refund
from orders.refunds.actions import request_refund
from web.inputs import query_of
from web.paging import page
from web.permissions import reading_or, roles
from workflows.api.once import KEY, answer_request
from workflows.engine.events import Actor

READERS = (Role.REQUESTER, Role.SUPERVISOR, Role.AUDITOR, Role.APPROVER, Role.INTEGRATION)
REQUIRED_KEY = OpenApiParameter("X-Idempotency-Key", str, OpenApiParameter.HEADER, required=True)
CHANNEL = OpenApiParameter("channel", str, enum=[channel.value for channel in Channel])


class OrdersView(APIView):
    permission_classes: list[type[BasePermission]] = [
        reading_or(reading=READERS, writing=(Role.INTEGRATION, Role.REQUESTER))
    ]

    @extend_schema(
        operation_id="orders_list",
        parameters=[
            OpenApiParameter("q", str, description="order number, buyer's name, phone or its last four digits"),
            OpenApiParameter("status", str, enum=[status.value for status in OrderStatus]),
            CHANNEL,
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int),
        ],
        responses=shapes.OrdersShape,
    )
    def get(self, request: Request) -> Response:
        params = query_of(request.query_params, "q", "status", "channel", "cursor", "limit")
        orders = queries.visible_orders(user_of(request))
        if status := _choice(params, "status", [status.value for status in OrderStatus]):
            orders = orders.filter(status=status)
        if channel := _choice(params, "channel", [channel.value for channel in Channel]):
            orders = orders.filter(channel=channel)
        if text := params.get("q", "").strip():
            orders = queries.matching(orders, text)
        found = page(orders, order_by=("-placed_at", "-id"), params=params)
        refunds = queries.open_refunds(found.rows)
        return Response(found.body(lambda order: queries.summary(order, refunds_open=refunds.get(order.pk, 0))))

    @extend_schema(
        operation_id="orders_place",
        parameters=[REQUIRED_KEY],
        request=OrderBody,
        responses={201: shapes.OrderSummaryShape, 200: shapes.OrderSummaryShape},
    )
    def post(self, request: Request) -> HttpResponse:
        query_of(request.query_params)
        user, present = user_of(request), now()
        client = Client(user_id=user.pk, may_record_payments=user.has_role(Role.INTEGRATION))

        def answer() -> dict[str, Any]:
            order = place_order(
                read_order(request.data), fingerprint=fingerprint_of(request.data), client=client, now=present
            )
            return queries.summary(order, refunds_open=0)

        return answer_request(request, scope="orders", now=present, answer=answer, status=201, needs_key=True)


class OrderView(APIView):
    permission_classes: list[type[BasePermission]] = [roles(*READERS)]

    @extend_schema(operation_id="orders_read", parameters=[CHANNEL], responses=shapes.OrderShape)
    def get(self, request: Request, order_no: str) -> Response:
        params = query_of(request.query_params, "channel")
        user = user_of(request)
        order = queries.find_order(order_no, user=user, channel=params.get("channel"))
        return Response(queries.whole(order, user=user))


class RefundsView(APIView):
    permission_classes: list[type[BasePermission]] = [roles(Role.INTEGRATION, Role.REQUESTER, Role.SUPERVISOR)]

    @extend_schema(
        operation_id="orders_request_refund",
        parameters=[CHANNEL, KEY],
        request=RefundBody,
        responses={201: shapes.AskedRefundShape, 200: shapes.AskedRefundShape},
    )
    def post(self, request: Request, order_no: str) -> HttpResponse:
        params = query_of(request.query_params, "channel")
        user, present = user_of(request), now()
        given = read_refund(request.data)
        order = queries.find_order(order_no, user=user, channel=params.get("channel"))

        def answer() -> dict[str, Any]:
            refund = request_refund(
                order.pk, amount=given.amount.money, reason=given.reason, actor=actor_of(request), now=present,
                given=given.variables,
            )  # fmt: skip
            return queries.refund_shape(refund, shows_run=True) | {"order_no": order.order_no}

        scope = f"orders/{order.pk}/refunds"
        return answer_request(request, scope=scope, now=present, answer=answer, status=201)


def _choice(params: dict[str, str], name: str, known: list[str]) -> str | None:
    value = params.get(name)
    if value and value not in known:
        raise BadInput(
            "query.bad_choice", f"Expected {name} to be one of {', '.join(known)}, found {value!r}.", parameter=name
        )
    return value or None


def actor_of(request: Request) -> Actor:
    """Who asks, as runs remember them."""
    user = user_of(request)
    return Actor(id=str(user.pk), name=user.get_full_name(), source="api" if request.auth is not None else "person")


def user_of(request: Request) -> User:
    """The account that asks."""
    if not isinstance(request.user, User):
        raise TypeError("the permission class lets only users in")
    return request.user
