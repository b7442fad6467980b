"""A shop with the shipped refund flow under way, for counting what its hot paths cost."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from approvals.actions.decide import answer
from approvals.models import ApprovalTask, Group, GroupMember
from orders.refunds.actions import request_refund
from orders.subjects import Asked, refund_subject, refund_variables
from orders.templates import templates
from tests.approvals.office import OFFICE
from tests.orders.builders import actor_of, paid_document, place, yuan
from workflows import jobs
from workflows.actions.audit import By
from workflows.actions.definitions import create_definition, publish
from workflows.actions.instances import start
from workflows.engine.calendar_document import calendar_to_document
from workflows.models import Calendar

NOW = datetime(2026, 1, 26, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai
FLOW = "hot-refunds"
CONTROL = re.compile(r"(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)", re.IGNORECASE)


class Shop:
    """The shipped refund flow, the people in it, and orders to ask for."""

    def __init__(self) -> None:
        person = User.objects.create_user
        self.asker = person("cs", "x", display_name="CS", roles=["requester"])
        self.finance = person("f1", "x", display_name="F1", roles=["approver"])
        self.operations = person("o1", "x", display_name="O1", roles=["approver"])
        self.boss = person("s1", "x", display_name="S1", roles=["supervisor"])
        self.program = person("shop", "x", display_name="Shop", roles=["integration"])
        Calendar.objects.create(key="office", name={}, document=calendar_to_document(OFFICE), updated_at=NOW)
        for key, member in (("finance", "f1"), ("finance-backup", "s1"), ("operations", "o1")):
            group = Group.objects.create(key=key, name={"zh": key, "en": key}, calendar="office")
            GroupMember.objects.create(group=group, user=User.objects.get(username=member))
        graph = next(one.graph for one in templates() if one.key == "small_refund")
        draft = create_definition(
            key=FLOW, title={"zh": "退款", "en": "Refunds"}, graph=graph, layout={}, actor=self.boss, now=NOW
        )
        publish(str(draft.definition.pk), revision=1, note="x", actor=self.boss, now=NOW)
        self.order = place(paid_document("100000.00"), owner=self.program)
        # Plans, the world and prepared statements are made once in a process.
        run = self.ask()
        self.answer(run, "transfer", to={"kind": "group", "group": "finance-backup"}, comment="warm")
        self.approve_through(run)
        self.reject(self.ask())
        jobs.perform_due()

    def ask(self, amount: str = "200.00") -> str:
        """A run at the finance review: the refund is a large part of a small order."""
        order = place(paid_document("200.00"), owner=self.program)
        refund = request_refund(order.pk, amount=yuan(amount), reason="破损", actor=actor_of(self.asker), now=NOW)
        return str(refund.instance)

    def start(self, number: int) -> str:
        """A run begun by the action alone, about a refund that nobody stored."""
        asked = Asked(
            refund_id=f"none-{number}", amount=yuan("90000.00").amount, before=yuan("0.00").amount, reason="x"
        )
        return start(
            FLOW, subject=refund_subject(self.order, asked=asked),
            variables=refund_variables(self.order, asked=asked), requester=str(self.asker.pk),
            actor=actor_of(self.asker), now=NOW,
        ).instance_id  # fmt: skip

    def answer(self, run: str, name: str, *, revision: int = 1, **payload: Any) -> None:
        task = ApprovalTask.objects.get(instance=run, status="open")
        self.answer_task(task, name, revision=revision, **payload)

    def answer_task(self, task: ApprovalTask, name: str, *, revision: int = 1, **payload: Any) -> None:
        seated = {"g:operations": self.operations, "g:finance-backup": self.boss}
        person = seated.get(task.scopes[0], self.finance)
        by = By(actor=actor_of(person), ip=None)
        answer(task.pk, name=name, payload={"revision": revision, **payload}, user=person, by=by, now=NOW)

    def approve_through(self, run: str) -> None:
        for _ in range(2):
            task = ApprovalTask.objects.get(instance=run, status="open")
            self.answer_task(task, "approve", revision=task.revision)

    def reject(self, run: str) -> None:
        self.answer(run, "reject", comment="no")


def statements(do: Callable[[], Any]) -> list[str]:
    """What `do` asks of the database, without transaction control."""
    with CaptureQueriesContext(connection) as caught:
        do()
    return [one["sql"] for one in caught.captured_queries if not CONTROL.match(one["sql"])]


def shown(sql: list[str]) -> list[str]:
    return [one[:90] for one in sql]


def open_task(run: str) -> ApprovalTask:
    return ApprovalTask.objects.get(instance=run, status="open")


def browser(person: User) -> APIClient:
    client = APIClient()
    client.force_login(person)
    return client
