# ruff: noqa: S608 - queries are put together from constants only
"""What must always be true of orders, payments and refunds. Read-only; each query names the offenders exactly."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from django.db.models import Q, QuerySet

from orders.refunds.models import OPEN, EffectStatus, Refund
from orders.subjects import REFUND
from workflows.invariants import by_sql
from workflows.queries import instances_of

CHUNK: Final = 500

_ORDER = "o.channel || '/' || o.order_no"
_PAYMENT = "p.provider || ':' || p.transaction_id"
_OPEN = ", ".join(f"'{status}'" for status in OPEN)
# A refund that is paid but has no place in the sums of its order yet.
_UNBOOKED = "SELECT 1 FROM orders_unbookedreceipt u WHERE u.refund_id = r.id AND u.booked_at IS NULL"
_BOOKED = f"r.status = 'refunded' AND NOT EXISTS ({_UNBOOKED})"


def _sum(of: str, where: str) -> str:
    return f"COALESCE((SELECT sum(r.amount) FROM orders_refund r WHERE r.{of} AND {where}), 0)"


QUERIES: Final[Mapping[str, str]] = {
    "order.paid_is_that_of_payments": f"""SELECT {_ORDER} FROM orders_order o WHERE o.paid <> COALESCE(
        (SELECT sum(p.amount) FROM orders_payment p WHERE p.order_id = o.id AND p.status <> 'created'), 0)""",
    "order.refunded_is_that_of_refunds": f"""SELECT {_ORDER} FROM orders_order o
        WHERE o.refunded <> {_sum("order_id = o.id", _BOOKED)}""",
    "order.reserved_is_that_of_refunds": f"""SELECT {_ORDER} FROM orders_order o
        WHERE o.refund_reserved <> {_sum("order_id = o.id", f"(r.status IN ({_OPEN}) OR {_BOOKED})")}""",
    "order.unbooked_is_that_of_receipts": f"""SELECT {_ORDER} FROM orders_order o WHERE o.unbooked <> COALESCE(
        (SELECT sum(u.amount) FROM orders_unbookedreceipt u JOIN orders_refund r ON r.id = u.refund_id
            WHERE r.order_id = o.id AND u.booked_at IS NULL AND u.currency = o.currency), 0)""",
    "order.lines_add_up": f"""SELECT {_ORDER} FROM orders_order o WHERE o.goods_total - o.discount_total <> COALESCE(
        (SELECT sum(l.total) FROM orders_orderline l WHERE l.order_id = o.id), 0)""",
    "payment.refunded_is_that_of_refunds": f"""SELECT {_PAYMENT} FROM orders_payment p
        WHERE p.refunded <> {_sum("payment_id = p.id", _BOOKED)}""",
    "payment.status_is_that_of_sums": f"""SELECT {_PAYMENT} FROM orders_payment p
        WHERE p.status <> CASE WHEN p.refunded = p.amount THEN 'refunded' WHEN p.refunded > 0 THEN 'partly_refunded'
            WHEN p.status = 'created' THEN 'created' ELSE 'captured' END""",
    "refund.is_paid_when_confirmed": """SELECT r.id FROM orders_refund r
        LEFT JOIN orders_refundeffect e ON e.refund_id = r.id
        WHERE (r.status = 'refunded') <> COALESCE(e.status = 'confirmed', false)""",
    "refund.is_that_of_its_order": """SELECT r.id FROM orders_refund r JOIN orders_payment p ON p.id = r.payment_id
        JOIN orders_order o ON o.id = r.order_id WHERE p.order_id <> o.id OR r.currency <> o.currency""",
    "refund.receipt_is_booked": "SELECT refund_id FROM orders_unbookedreceipt WHERE booked_at IS NULL",
}


def left_behind() -> Sequence[str]:
    """Refunds that wait although no run of theirs is under way, and that the sweep will not settle either."""
    waiting = _waiting()
    suspects = dict(waiting.values_list("pk", "instance"))
    ids = list(suspects)
    found: list[str] = []
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        runs = instances_of(REFUND, [str(one) for one in chunk])
        running = {run["id"] for of_refund in runs.values() for run in of_refund if run["status"] == "running"}
        found += [str(one) for one in chunk if str(suspects[one]) not in running]
    # A run that ended between the two looks has settled its refund: look again.
    still = {str(one) for one in waiting.filter(pk__in=found).values_list("pk", flat=True)}
    return [one for one in found if one in still]


def _waiting() -> QuerySet[Refund]:
    orphaned = Q(effect__status=EffectStatus.CLAIMED.value, effect__orphaned_at__isnull=False)
    return Refund.objects.filter(status__in=OPEN).exclude(orphaned).order_by("created_at", "pk")


INVARIANTS: Final[Mapping[str, Callable[[], Sequence[str]]]] = {
    "refund.open_has_a_run": left_behind,
} | {name: by_sql(query) for name, query in QUERIES.items()}
