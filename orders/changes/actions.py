"""Asking for changes of orders, applying and closing them. Locks are taken in this order: order, change."""

import logging
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from bedrock.errors import BadInput, Conflict, NotFound
from orders.changes.models import OPEN, ChangeStatus, OrderChange
from orders.core.changeable import COLUMNS, shown_change
from orders.core.masking import phone_tail
from orders.core.models import Order, OrderStatus
from orders.core.transitions import move
from orders.subjects import CHANGE_REQUESTED, Wish, change_subject, change_variables
from workflows.actions import audit
from workflows.actions.ahead import BeforeStart, look_before_start
from workflows.actions.instances import start_for_trigger
from workflows.engine.events import Actor
from workflows.engine.work import RunContext

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

logger = logging.getLogger(__name__)


@transaction.atomic
def request_change(
    order_id: int, *, after: Mapping[str, str], reason: str, actor: Actor, now: datetime,
    given: Mapping[str, Any] | None = None,
) -> OrderChange:  # fmt: skip
    """Save what is wanted and start the flow that listens to `order.change_requested`, all or nothing.

    `after` are the new values by field; those that are so already are no change. Raises BadInput
    `change.reason_required`, `change.nothing_changes` or `variables.invalid`; Conflict `change.order_closed`,
    `change.already_open`, `flow.not_live`.
    """
    if not reason.strip():
        raise BadInput("change.reason_required", "Expected a reason.")
    order = Order.objects.select_for_update().get(pk=order_id)
    wanted = _wanted(order, after)
    wish = Wish(change_id=str(uuid.uuid4()), wanted=wanted, reason=reason.strip())
    OrderChange.objects.create(
        id=UUID(wish.change_id), order=order, wanted=wanted, reason=wish.reason, requested_by_id=int(actor.id),
        created_at=now,
    )  # fmt: skip
    started = start_for_trigger(
        CHANGE_REQUESTED, subject=change_subject(order, wish=wish), variables=change_variables(order, wish=wish),
        requester=actor.id, actor=actor, now=now, given=given,
    )  # fmt: skip
    if started is None:
        raise _nobody_listens()
    # The flow may have decided already, within its first step.
    change = OrderChange.objects.select_for_update().get(pk=wish.change_id)
    change.instance = UUID(started.instance_id)
    if change.status == ChangeStatus.REQUESTED:
        move(change, "begin_review")
    change.save(update_fields=["instance", "status"])
    logger.info("order change requested", extra={"action": "orders.change_requested", "change": str(change.pk)})
    return change


def foresee_change(
    order: Order, *, after: Mapping[str, str], reason: str, requester: str, now: datetime, given: Mapping[str, Any]
) -> BeforeStart:
    """Whom such a change would go to if it were asked for now; nothing is written.

    Raises as `request_change`, but a missing reason or choice is no refusal.
    """
    wish = Wish(change_id=str(uuid.uuid4()), wanted=_wanted(order, after), reason=reason)
    found = look_before_start(
        CHANGE_REQUESTED, subject=change_subject(order, wish=wish), variables=change_variables(order, wish=wish),
        given=given, requester=requester, now=now,
    )  # fmt: skip
    if found is None:
        raise _nobody_listens()
    return found


def _nobody_listens() -> Conflict:
    return Conflict("flow.not_live", "Expected a published flow that listens to changes of orders, found none.")


def _wanted(order: Order, after: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """By field what is there and what is wanted, without what is so already."""
    if order.status == OrderStatus.CLOSED:
        raise Conflict("change.order_closed", "Expected an order that is not closed, found it closed.")
    if OrderChange.objects.filter(order=order, status__in=OPEN).exists():
        raise Conflict("change.already_open", "Expected no other change of this order under way, found one.")
    before = {field: str(getattr(order, COLUMNS[field])) for field in after}
    wanted = {
        field: {"before": before[field], "after": value} for field, value in after.items() if value != before[field]
    }
    if not wanted:
        raise BadInput("change.nothing_changes", "Expected a value that differs from the order, found none.")
    return wanted


@transaction.atomic
def apply_change(change_id: str, *, run: RunContext) -> None:
    """The flow said yes: the order is changed, on record for good. Applying an applied change changes nothing.

    Raises Conflict `change.foreign_flow` when another run is in charge of it, `change.order_moved` when the order is
    not as it was when the change was asked for, and `orderchange.transition_refused`.
    """
    order, change = _locked(change_id)
    _require_run(change, run)
    if change.status == ChangeStatus.APPLIED:
        return
    moved = [field for field, one in change.wanted.items() if getattr(order, COLUMNS[field]) != one["before"]]
    if moved or order.status == OrderStatus.CLOSED:
        raise Conflict(
            "change.order_moved",
            f"Expected the order as it was when its change was asked for, found {', '.join(moved) or 'it closed'}.",
            fields=moved,
        )
    _close(change, "apply", now=run.now)
    for field, one in change.wanted.items():
        setattr(order, COLUMNS[field], one["after"])
    order.phone_tail = phone_tail(order.buyer_phone)
    order.save(update_fields=[*(COLUMNS[field] for field in change.wanted), "phone_tail"])
    told = shown_change(change.wanted)
    audit.record(
        "order.change", by=audit.By(actor=run.actor, ip=None), reason=change.reason, now=run.now,
        on=audit.AuditObject(type="order", id=str(order.pk), title=order.order_no),
        before={one["field"]: one["before"] for one in told}, after={one["field"]: one["after"] for one in told},
    )  # fmt: skip


@transaction.atomic
def reject_change(change_id: str, *, run: RunContext) -> None:
    """The flow said no: the order stays as it is. Raises as `apply_change`."""
    _, change = _locked(change_id)
    _require_run(change, run)
    if change.status != ChangeStatus.REJECTED:
        _close(change, "reject", now=run.now)


@transaction.atomic
def settle_after_runs(ended: Sequence[RunContext]) -> None:
    """Cancel the changes whose runs are over without having settled them."""
    runs = {context.subject.id: context for context in ended if _UUID.fullmatch(context.subject.id)}
    rows = OrderChange.objects.select_for_update().filter(pk__in=list(runs), status__in=OPEN)
    for change in rows.order_by("order_id", "pk"):
        context = runs[str(change.pk)]
        # Another run about the same change is not in charge of it; none is known yet within the very first step.
        if change.instance is None or str(change.instance) == context.instance:
            _close(change, "cancel", now=context.now)


def lock_orders(change_ids: Sequence[str]) -> None:
    """All orders of these changes, by primary key: batches that share orders wait for each other instead of dying."""
    orders = OrderChange.objects.filter(pk__in=change_ids).values("order_id")
    list(Order.objects.select_for_update().filter(pk__in=orders).order_by("pk"))


def _locked(change_id: str) -> tuple[Order, OrderChange]:
    order_id = OrderChange.objects.filter(pk=change_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFound("change.not_found", f"There is no change {change_id}.")
    order = Order.objects.select_for_update().get(pk=order_id)
    return order, OrderChange.objects.select_for_update().get(pk=change_id)


def _require_run(change: OrderChange, run: RunContext) -> None:
    """Nobody goes around the review: only the run that a change started decides on it."""
    if change.instance is not None and str(change.instance) != run.instance:
        raise Conflict(
            "change.foreign_flow",
            f"Expected the run {change.instance} that this change started, found {run.instance}.",
            expected=str(change.instance), found=run.instance,
        )  # fmt: skip


def _close(change: OrderChange, verb: str, *, now: datetime) -> None:
    move(change, verb)
    change.closed_at = now
    change.save(update_fields=["status", "closed_at"])
    logger.info("order change closed", extra={"action": f"orders.change_{change.status}", "change": str(change.pk)})
