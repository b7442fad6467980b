"""Reading orders: who may see which, how they are found, how the contract shows them. Personal data leaves masked."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from accounts.policy import Role
from bedrock.errors import Conflict, NotFound
from orders.changes.models import OrderChange
from orders.core.changeable import shown_change
from orders.core.masking import digits, mask_address, mask_phone
from orders.core.models import Order, OrderLine
from orders.money import money_json
from orders.payments.models import Payment
from orders.refunds.models import OPEN, Refund
from orders.subjects import REFUND
from workflows import wings
from workflows.queries import instances_of, visible_runs

SEES_ALL: Final = (Role.SUPERVISOR, Role.AUDITOR, Role.REQUESTER)
TAIL: Final = 4


def visible_orders(user: User) -> QuerySet[Order]:
    """Supervisors, auditors and requesters see every order, a program its own, an approver those of own tasks."""
    if user.has_role(*SEES_ALL):
        return Order.objects.all()
    seen = Q(pk__in=[])
    if user.has_role(Role.INTEGRATION):
        seen |= Q(placed_by=user)
    if user.has_role(Role.APPROVER):
        for runs in wings.runs_visible_to(user):
            seen |= Q(pk__in=Refund.objects.filter(instance__in=runs).values("order"))
            seen |= Q(pk__in=OrderChange.objects.filter(instance__in=runs).values("order"))
    return Order.objects.filter(seen)


def find_order(order_no: str, *, user: User, channel: str | None = None) -> Order:
    """The order of this number that the user may see.

    Raises NotFound `order.not_found`, and Conflict `order.ambiguous_number` when several channels use the number and
    `channel` does not say which.
    """
    rows = Order.objects.filter(order_no=order_no)
    if channel is not None:
        rows = rows.filter(channel=channel)
    found = [row for row in rows[:5] if _may_see(user, row)]
    if not found:
        raise NotFound("order.not_found", f"There is no order {order_no}.", order_no=order_no)
    if len(found) > 1:
        channels = sorted(row.channel for row in found)
        raise Conflict(
            "order.ambiguous_number",
            f"Expected one order {order_no}, found it in {', '.join(channels)}: say which with ?channel=.",
            channels=channels,
        )
    return found[0]


def runs_of_own_orders(user: User, instance_ids: Collection[str]) -> set[str]:
    """Of these runs the ones about refunds and changes of orders that this program placed; one statement."""
    if Role.INTEGRATION not in user.roles:
        return set()
    asked: tuple[QuerySet[Refund] | QuerySet[OrderChange], ...] = (Refund.objects.all(), OrderChange.objects.all())
    found = [rows.filter(instance__in=list(instance_ids), order__placed_by=user).values("instance") for rows in asked]
    return {str(one["instance"]) for one in found[0].union(found[1])}


def runs_of_refunds(*, since: datetime | None, names: Collection[str], limit: int) -> list[str]:
    """The runs about refunds, newest first: asked for since an instant, or of these order numbers or refund ids."""
    rows = Refund.objects.exclude(instance=None)
    if since is not None:
        rows = rows.filter(created_at__gte=since)
    else:
        rows = rows.filter(Q(order__order_no__in=names) | Q(pk__in=filter(None, map(_uuid, names))))
    newest = rows.order_by("-created_at", "-pk").values_list("instance", flat=True)
    return _texts(list(newest[:limit]))


def runs_of_changes(*, since: datetime | None, names: Collection[str], limit: int) -> list[str]:
    """The runs about changes, newest first: asked for since an instant, or of these order numbers or change ids."""
    rows = OrderChange.objects.exclude(instance=None)
    if since is not None:
        rows = rows.filter(created_at__gte=since)
    else:
        rows = rows.filter(Q(order__order_no__in=names) | Q(pk__in=filter(None, map(_uuid, names))))
    return _texts(list(rows.order_by("-created_at", "-pk").values_list("instance", flat=True)[:limit]))


def changes_of_order_no(order_no: str) -> list[str]:
    """The changes of the orders with exactly this number, in all channels."""
    rows = OrderChange.objects.filter(order__order_no=order_no).order_by("created_at", "pk")
    return [str(one) for one in rows.values_list("pk", flat=True)]


def refunds_of_order_no(order_no: str) -> list[str]:
    """The refunds of the orders with exactly this number, in all channels."""
    rows = Refund.objects.filter(order__order_no=order_no).order_by("created_at", "pk")
    return [str(one) for one in rows.values_list("pk", flat=True)]


def matching(orders: QuerySet[Order], text: str) -> QuerySet[Order]:
    """Orders whose number begins with the text, whose buyer's name contains it, or whose phone is it or ends in it."""
    found = Q(order_no__startswith=text) | Q(buyer_name__icontains=text)
    number = digits(text)
    if number and number == text:
        found |= Q(phone_tail=number) if len(number) == TAIL else Q(buyer_phone=text)
    return orders.filter(found)


def open_refunds(orders: Collection[Order]) -> Mapping[int, int]:
    """How many refunds of each order are not settled yet, by order; orders without one are left out."""
    rows = Refund.objects.filter(order__in=orders, status__in=OPEN)
    return dict(rows.values_list("order_id").annotate(Count("pk")).order_by())


def summary(order: Order, *, refunds_open: int) -> dict[str, Any]:
    """An order as lists show it."""
    return {
        "order_no": order.order_no,
        "channel": order.channel,
        "status": order.status,
        "total": money_json(order.total, order.currency),
        "paid": money_json(order.paid, order.currency),
        "refundable": money_json(order.refundable, order.currency),
        "buyer": {"name": order.buyer_name, "phone": mask_phone(order.buyer_phone)},
        "placed_at": order.placed_at.isoformat(),
        "estimated_ship_time": order.estimated_ship_time.isoformat(),
        "refunds_open": refunds_open,
    }


def whole(order: Order, *, user: User) -> dict[str, Any]:
    """An order with its lines, payments, refunds and the runs about them that this user may see.

    A fixed number of statements.
    """
    refunds = list(order.refunds.select_related("requested_by", "effect").order_by("created_at", "id"))
    changes = list(OrderChange.objects.filter(order=order).select_related("requested_by"))
    runs = instances_of(REFUND, [str(refund.pk) for refund in refunds])
    named = {str(refund.instance) for refund in refunds if refund.instance}
    named |= {str(change.instance) for change in changes if change.instance}
    seen = visible_runs(named | {run["id"] for of_refund in runs.values() for run in of_refund}, user=user)
    shown = summary(order, refunds_open=sum(refund.status in OPEN for refund in refunds))
    shown["buyer"] |= {"customer_id": order.customer_id}
    return shown | {
        "goods_total": money_json(order.goods_total, order.currency),
        "discount_total": money_json(order.discount_total, order.currency),
        "freight": money_json(order.freight, order.currency),
        "refunded": money_json(order.refunded, order.currency),
        "promotion_id": order.promotion_id,
        "ship_to": {
            "region": order.ship_region,
            "city": order.ship_city,
            "address": mask_address(order.ship_address),
            "postal_code": order.ship_postal_code,
        },
        "lines": [_line(line, order.currency) for line in order.lines.all()],
        "payments": [_payment(payment) for payment in order.payments.order_by("id")],
        "refunds": [refund_shape(refund, shows_run=str(refund.instance) in seen) for refund in refunds],
        "changes": [change_shape(change, shows_run=str(change.instance) in seen) for change in changes],
        "instances": [run for refund in refunds for run in runs[str(refund.pk)] if run["id"] in seen],
    }


def refund_shape(refund: Refund, *, shows_run: bool) -> dict[str, Any]:
    """A refund as the contract shows it; its run only to those who may open that."""
    effect = getattr(refund, "effect", None)
    return {
        "id": str(refund.pk),
        "amount": money_json(refund.amount, refund.currency),
        "reason": refund.reason,
        "status": refund.status,
        "instance": str(refund.instance) if refund.instance and shows_run else None,
        "requested_by": _person(refund.requested_by),
        "requested_at": refund.created_at.isoformat(),
        "closed_at": refund.closed_at.isoformat() if refund.closed_at else None,
        "provider_refund_id": effect.provider_refund_id or None if effect else None,
    }


def change_shape(change: OrderChange, *, shows_run: bool) -> dict[str, Any]:
    """A wished change as the contract shows it; its run only to those who may open that."""
    return {
        "id": str(change.pk),
        "wanted": shown_change(change.wanted),
        "reason": change.reason,
        "status": change.status,
        "instance": str(change.instance) if change.instance and shows_run else None,
        "requested_by": _person(change.requested_by),
        "requested_at": change.created_at.isoformat(),
        "closed_at": change.closed_at.isoformat() if change.closed_at else None,
    }


def _person(user: User) -> dict[str, str]:
    return {"username": user.username, "display_name": user.get_full_name()}


def _line(line: OrderLine, currency: str) -> dict[str, Any]:
    return {
        "sku": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "unit_price": money_json(line.unit_price, currency),
        "discount": money_json(line.discount, currency),
        "total": money_json(line.total, currency),
    }


def _payment(payment: Payment) -> dict[str, Any]:
    return {
        "provider": payment.provider,
        "transaction_id": payment.transaction_id,
        "amount": money_json(payment.amount, payment.currency),
        "refunded": money_json(payment.refunded, payment.currency),
        "status": payment.status,
        "paid_at": payment.paid_at.isoformat(),
    }


def _may_see(user: User, order: Order) -> bool:
    if user.has_role(*SEES_ALL) or (user.has_role(Role.INTEGRATION) and order.placed_by_id == user.pk):
        return True
    if not user.has_role(Role.APPROVER):
        return False
    runs = Refund.objects.filter(order=order).exclude(instance=None).values_list("instance", flat=True)
    others = OrderChange.objects.filter(order=order).exclude(instance=None).values_list("instance", flat=True)
    return bool(wings.visible_to(user, _texts(list(runs.union(others)))))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _texts(ids: Sequence[UUID | None]) -> list[str]:
    return [str(one) for one in ids]
