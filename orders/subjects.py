"""What a flow may know of an order or a refund: the typed variables of each trigger, and what people see of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from orders.core.changeable import LABELS, Wanted, shown_change
from orders.core.masking import mask_phone
from orders.core.models import Order
from orders.money import money_json
from workflows.engine.graph import LocalText, VariableDeclaration
from workflows.engine.node_type import Fail
from workflows.engine.state import Subject

REFUND_REQUESTED: Final = "refund.requested"
REFUND: Final = "refund"
CHANGE_REQUESTED: Final = "order.change_requested"
CHANGE: Final = "order_change"


def _variable(name: str, kind: str, zh: str, en: str) -> VariableDeclaration:
    return VariableDeclaration(name=name, type=kind, label=LocalText(zh=zh, en=en))


# The triggers of this wing; their variables may be read by every flow that listens to them.
TITLES: Final[Mapping[str, LocalText]] = {
    REFUND_REQUESTED: LocalText(zh="退款申请", en="Refund requested"),
    CHANGE_REQUESTED: LocalText(zh="改单申请", en="Order change requested"),
}
# What the runs of a trigger are about: the type of their subject, and the variable with the money.
SUBJECTS: Final[Mapping[str, str]] = {REFUND_REQUESTED: REFUND, CHANGE_REQUESTED: CHANGE}
AMOUNTS: Final[Mapping[str, str]] = {REFUND_REQUESTED: "refundAmount", CHANGE_REQUESTED: "orderTotal"}
TRIGGERS: Final[Mapping[str, tuple[VariableDeclaration, ...]]] = {
    REFUND_REQUESTED: (
        _variable("refundAmount", "money", "退款金额", "Refund amount"),
        _variable("orderTotal", "money", "订单金额", "Order total"),
        _variable("orderPaid", "money", "实付金额", "Amount paid"),
        _variable("refundedBefore", "money", "此前已退或在退金额", "Refunded or asked for before"),
        _variable("refundReason", "text", "退款原因", "Reason"),
        _variable("orderNo", "text", "订单号", "Order number"),
        _variable("channel", "text", "渠道", "Channel"),
        _variable("orderStatus", "text", "订单状态", "Order status"),
        _variable("customerId", "text", "客户编号", "Customer"),
        _variable("promotionId", "text", "活动编号", "Promotion"),
        _variable("shipRegion", "text", "收货省份", "Region"),
        _variable("placedAt", "datetime", "下单时间", "Placed at"),
    ),
    CHANGE_REQUESTED: (
        _variable("changedFields", "list<text>", "修改的字段", "Fields that change"),
        _variable("changeReason", "text", "改单原因", "Reason"),
        _variable("orderTotal", "money", "订单金额", "Order total"),
        _variable("orderNo", "text", "订单号", "Order number"),
        _variable("orderCreator", "text", "下单人", "Who placed it"),
        _variable("channel", "text", "渠道", "Channel"),
        _variable("orderStatus", "text", "订单状态", "Order status"),
        _variable("customerId", "text", "客户编号", "Customer"),
        _variable("shipRegion", "text", "原收货省份", "Region until now"),
        _variable("placedAt", "datetime", "下单时间", "Placed at"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A refund that is being asked for; the amount is in the order's currency, `before` what was reserved until now."""

    refund_id: str
    amount: Decimal
    before: Decimal
    reason: str


def refund_variables(order: Order, *, asked: Asked) -> dict[str, Any]:
    """The values of TRIGGERS["refund.requested"] in their JSON form."""
    currency = order.currency
    return {
        "refundAmount": money_json(asked.amount, currency),
        "orderTotal": money_json(order.total, currency),
        "orderPaid": money_json(order.paid, currency),
        "refundedBefore": money_json(asked.before, currency),
        "refundReason": asked.reason,
        "orderNo": order.order_no,
        "channel": order.channel,
        "orderStatus": str(order.status),
        "customerId": order.customer_id,
        "promotionId": order.promotion_id,
        "shipRegion": order.ship_region,
        "placedAt": order.placed_at.isoformat(),
    }


def refund_subject(order: Order, *, asked: Asked) -> Subject:
    """The refund as an inbox shows it. The title starts with the order number, by which people search."""
    amount = money_json(asked.amount, order.currency)
    return Subject(
        type=REFUND,
        id=asked.refund_id,
        title=f"{order.order_no} · {amount['amount']} {amount['currency']}",
        facts=(
            _fact("orderNo", "订单号", "Order", order.order_no),
            _fact("refundAmount", "退款金额", "Refund amount", amount),
            _fact("orderTotal", "订单金额", "Order total", money_json(order.total, order.currency)),
            _fact("refundRatio", "退款占比", "Share of the order", percent(asked.amount, order.total)),
            _fact("refundReason", "退款原因", "Reason", asked.reason),
            _fact("buyer", "买家", "Buyer", f"{order.buyer_name} {mask_phone(order.buyer_phone)}".strip()),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A change that is being asked for: by field, what is there and what is wanted."""

    change_id: str
    wanted: Wanted
    reason: str


def change_variables(order: Order, *, wish: Wish) -> dict[str, Any]:
    """The values of TRIGGERS["order.change_requested"] in their JSON form."""
    return {
        "changedFields": list(wish.wanted),
        "changeReason": wish.reason,
        "orderTotal": money_json(order.total, order.currency),
        "orderNo": order.order_no,
        "orderCreator": order.placed_by.username,
        "channel": order.channel,
        "orderStatus": str(order.status),
        "customerId": order.customer_id,
        "shipRegion": order.ship_region,
        "placedAt": order.placed_at.isoformat(),
    }


def change_subject(order: Order, *, wish: Wish) -> Subject:
    """The change as an inbox shows it: every field with what it is and what it would be."""
    return Subject(
        type=CHANGE,
        id=wish.change_id,
        title=f"{order.order_no} · {len(wish.wanted)}",
        facts=(
            _fact("orderNo", "订单号", "Order", order.order_no),
            *(
                _fact(
                    one["field"],
                    LABELS[one["field"]].zh,
                    LABELS[one["field"]].en,
                    f"{one['before'] or '—'} → {one['after'] or '—'}",
                )
                for one in shown_change(wish.wanted)
            ),
            _fact("changeReason", "改单原因", "Reason", wish.reason),
            _fact("orderTotal", "订单金额", "Order total", money_json(order.total, order.currency)),
            _fact("buyer", "买家", "Buyer", f"{order.buyer_name} {mask_phone(order.buyer_phone)}".strip()),
        ),
    )


def require_change(subject: Subject) -> Fail | None:
    """The refusal of a step that settles a change in a flow about something else."""
    if subject.type == CHANGE:
        return None
    return Fail(
        code="change.subject_needed",
        message=f"Expected a flow about a change of an order, found one about {subject.type or 'nothing'}.",
        params={"found": subject.type},
    )


def percent(part: Decimal, whole: Decimal) -> str:
    """`29.1%`: the part of the whole in percent with one decimal, half up; empty when the whole is zero."""
    if whole == 0:
        return ""
    return f"{(part * 100 / whole).quantize(Decimal('0.1'), rounding=ROUND_HALF_UP)}%"


def _fact(key: str, zh: str, en: str, value: Any) -> dict[str, Any]:
    return {"key": key, "label": {"zh": zh, "en": en}, "value": value}
