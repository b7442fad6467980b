"""The demo's orders and refunds: placed and decided through the same actions as everybody's, some time ago."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction

from accounts.models import User
from approvals.actions.decide import answer
from approvals.models import ApprovalTask
from bedrock.errors import Conflict
from bedrock.fingerprints import fingerprint_of
from config.demo.goods import documents, order_no_of
from orders.core.models import Order
from orders.intake.actions import Client, place_order
from orders.intake.document import read_order
from orders.payments.sandbox.controls import tell
from orders.payments.sandbox.models import Mode
from orders.refunds.actions import request_refund
from orders.refunds.models import Refund
from orders.templates import Template
from workflows.actions.audit import By
from workflows.actions.definitions import create_definition, publish
from workflows.engine.events import Actor
from workflows.engine.values import Money

People = Mapping[str, User]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody answered, in hours after the refund was asked for."""

    who: str
    name: str  # approve | reject
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A refund of a demo order: asked for some hours ago, decided so far, and how its provider answers."""

    order: int
    amount: str
    reason: str
    hours_ago: int
    decisions: tuple[Decision, ...] = ()
    provider: Mode = Mode.OK


APPROVE: Final = "approve"
CASES: Final = (
    Case(order=4, amount="60.00", reason="少发一件赠品", hours_ago=3),
    Case(order=5, amount="200.00", reason="收到时灯罩破裂", hours_ago=2),
    Case(
        order=7,
        amount="129.00",
        reason="包装破损，坚果受潮",
        hours_ago=5,
        decisions=(Decision(who="finance1", name=APPROVE, comment="凭证齐全"),),
    ),
    Case(
        order=8,
        amount="30.00",
        reason="价保补差",
        hours_ago=8,
        decisions=(Decision(who="ops1", name=APPROVE, comment="同意"),),
    ),
    Case(
        order=9,
        amount="388.00",
        reason="七天无理由退货",
        hours_ago=9,
        decisions=(
            Decision(who="finance2", name=APPROVE, comment="已收到退货"),
            Decision(who="ops2", name=APPROVE),
        ),
    ),
    Case(
        order=10,
        amount="456.00",
        reason="不想要了",
        hours_ago=10,
        decisions=(Decision(who="finance1", name="reject", comment="已拆封，不符合退货条件"),),
    ),
    Case(
        order=14,
        amount="40.00",
        reason="尺寸与描述不符，部分退款",
        hours_ago=12,
        decisions=(Decision(who="ops1", name=APPROVE),),
        provider=Mode.REFUSE,
    ),
    # Three days without an answer: handed to the backup group as soon as the clock looks.
    Case(order=20, amount="250.00", reason="物流丢件", hours_ago=72),
)


def ensure_flow(template: Template, *, owner: User, now: datetime) -> None:
    """Install and publish a template, unless there is a flow of its key already."""
    try:
        with transaction.atomic():
            draft = create_definition(
                key=template.key,
                title=template.title.model_dump(),
                graph=template.graph,
                layout={},
                actor=owner,
                now=now,
            )
            publish(str(draft.definition.pk), revision=1, note="演示数据", actor=owner, now=now)
    except Conflict as taken:
        if taken.code != "definition.key_taken":
            raise


def ensure_orders(people: People, *, now: datetime) -> int:
    """Place the demo orders that are missing; answers how many."""
    client = Client(user_id=people["shop"].pk, may_record_payments=True)
    placed = 0
    stored = set(Order.objects.filter(placed_by=people["shop"]).values_list("order_no", flat=True))
    for document in documents(now=now):
        if document["order_no"] not in stored:
            place_order(read_order(document), fingerprint=fingerprint_of(document), client=client, now=now)
            placed += 1
    return placed


def ensure_refunds(people: People, *, now: datetime) -> int:
    """Ask for the demo refunds that are missing and decide them as far as the story goes; answers how many."""
    return sum(_play(case, people, now=now) for case in CASES)


@transaction.atomic
def _play(case: Case, people: People, *, now: datetime) -> bool:
    order = Order.objects.select_for_update().get(order_no=order_no_of(case.order), placed_by=people["shop"])
    if Refund.objects.filter(order=order).exists():
        return False
    if case.provider is not Mode.OK:
        tell(case.provider, order_no=order.order_no)
    at = now - timedelta(hours=case.hours_ago)
    refund = request_refund(
        order.pk,
        amount=Money(Decimal(case.amount), order.currency),
        reason=case.reason,
        actor=_actor(people["cs1"]),
        now=at,
    )
    for hours, decision in enumerate(case.decisions, 1):
        task = ApprovalTask.objects.get(instance=str(refund.instance), status=ApprovalTask.Status.OPEN)
        answer(
            task.pk,
            name=decision.name,
            payload={"comment": decision.comment, "revision": task.revision},
            user=people[decision.who],
            by=By(actor=_actor(people[decision.who]), ip=None),
            now=at + timedelta(hours=hours),
        )
    return True


def _actor(user: User) -> Actor:
    return Actor(id=str(user.pk), name=user.get_full_name())
