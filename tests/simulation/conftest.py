"""A shop whose refund flow is live, with people who decide and refunds that were asked for."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from approvals.models import Group, GroupMember
from orders.refunds.actions import request_refund
from orders.refunds.models import Refund
from tests.approvals.office import OFFICE
from tests.orders.builders import NOW, actor_of, paid_order, user, yuan
from tests.simulation.flows import refund_graph
from workflows.actions.calendars import save_calendar
from workflows.actions.definitions import create_definition, publish
from workflows.engine.calendar_document import calendar_to_document
from workflows.models import Definition


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The flow `refunds`, live in version 1, and the designer who is signed in."""

    flow: Definition
    designer: User
    client: APIClient

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self.client.post(f"/api/v1/definitions/{self.flow.pk}{path}", body, format="json")

    def refund(self, amount: str, *, hours: int = 0) -> Refund:
        """A refund of an order of 199.00 CNY, asked for so many hours after NOW."""
        asker = user("cs", "requester")
        return request_refund(
            paid_order().pk, amount=yuan(amount), reason="七天无理由", actor=actor_of(asker),
            now=NOW + timedelta(hours=hours),
        )  # fmt: skip


@pytest.fixture
def shop(db: None) -> Shop:
    save_calendar("office", name={"zh": "公司", "en": "Office"}, document=calendar_to_document(OFFICE), now=NOW)
    for key, names in {"finance": ("f1", "f2"), "backup": ("b1",), "ops": ("o1", "o2")}.items():
        group = Group.objects.create(key=key, name={"zh": key, "en": key}, calendar="office")
        for name in names:
            GroupMember.objects.create(group=group, user=user(name, "approver"))
    designer = user("lin", "designer")
    drawn = create_definition(
        key="refunds", title={"zh": "退款", "en": "Refunds"}, graph=refund_graph(), layout=None, actor=designer, now=NOW
    ).definition
    publish(str(drawn.pk), revision=1, note="first", actor=designer, now=NOW)
    client = APIClient()
    client.force_authenticate(designer)
    return Shop(flow=Definition.objects.get(pk=drawn.pk), designer=designer, client=client)
