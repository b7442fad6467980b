"""A house with one refund under way, and clients who signed in for real: what the matrix of rights is tried on."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from rest_framework.test import APIClient

from accounts.actions import create_token
from accounts.models import User
from approvals.models import ApprovalTask, Group, GroupMember
from orders.core.models import Order
from orders.refunds.actions import request_refund
from orders.refunds.models import Refund
from tests.orders.builders import actor_of, paid_document, place, yuan
from workflows.actions.calendars import save_calendar
from workflows.actions.cases import add_case
from workflows.actions.definitions import create_definition, publish
from workflows.actions.instances import start
from workflows.engine.state import Subject
from workflows.models import Definition, DefinitionCase, Letter

ACTORS = ("anon", "designer", "assigned", "other", "supervisor", "auditor", "program", "requester", "root")
ROLES = {
    "designer": "designer", "assigned": "approver", "other": "approver", "supervisor": "supervisor",
    "auditor": "auditor", "program": "integration", "requester": "requester",
}  # fmt: skip
PASSWORD = "not-a-secret"
NOW = datetime(2026, 1, 26, 9, 0, tzinfo=UTC)
TITLE = {"zh": "退款", "en": "Refund"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who is there, and what there is to act on. `foreign` is of another program and another requester."""

    people: dict[str, User]
    flow: Definition
    sketch: Definition
    case: DefinitionCase
    order: Order
    refund: Refund
    foreign: Refund
    untouched: Order
    made: dict[str, str] = field(default_factory=dict)  # ids of what an action's preparation made

    @property
    def letter(self) -> Letter:
        """A message that a run could not take."""
        found = Letter.objects.filter(died_at__isnull=False).first()
        return found or Letter.objects.create(
            name="parcel.arrived", key="ORD-9", payload="heavy", actor="7", actor_name="Carrier", source="api",
            sent_at=NOW, until=NOW, died_at=NOW, instance=self.run, code="message.payload_unfit",
            reason="Expected a message with a decimal, found a text.",
        )  # fmt: skip

    @property
    def run(self) -> str:
        return str(self.refund.instance)

    @property
    def task(self) -> ApprovalTask:
        return ApprovalTask.objects.filter(instance=self.run, node="finance").latest("id")

    def run_of(self, actor: str) -> str:
        """A new run that this actor asked for."""
        person = self.people.get(actor, self.people["requester"])
        subject = Subject(type="question", id=f"q-{actor}", title=f"Question of {actor}")
        return start(
            "plain", subject=subject, variables={}, requester=str(person.pk), actor=actor_of(person), now=NOW
        ).instance_id

    def broken_run(self) -> str:
        """A run whose refund node failed: nothing was asked for that it could pay."""
        publish_flow(chain(("refund", "orders.refund", {})), key="broken", by=self.people["designer"])
        subject, asker = Subject(type="question", id="q-1", title="Question"), self.people["requester"]
        return start(
            "broken", subject=subject, variables={}, requester=None, actor=actor_of(asker), now=NOW
        ).instance_id


def scene() -> Scene:
    """Everything of it, freshly stored."""
    people = {
        name: User.objects.create_user(name, PASSWORD, display_name=name.title(), roles=[role])
        for name, role in ROLES.items()
    }
    people["root"] = User.objects.create_superuser("root", PASSWORD)
    for name, role in (("stranger", "requester"), ("market", "integration"), ("colleague", "approver")):
        people[name] = User.objects.create_user(name, PASSWORD, roles=[role])
    for key, member in (("finance", "assigned"), ("backup", "colleague")):
        group = Group.objects.create(key=key, name={"zh": key, "en": key})
        GroupMember.objects.create(group=group, user=people[member])
    hours = {"zone": "Asia/Shanghai", "week": {"mon": ["09:00-18:00"]}}
    save_calendar("office", name=TITLE, document=hours, now=NOW)
    designer = people["designer"]
    flow = publish_flow(refund_graph("refund.requested"), key="refunds", by=designer)
    publish_flow(refund_graph(None), key="plain", by=designer)
    sketch = create_definition(
        key="sketch", title=TITLE, graph=chain(("wait", "delay", {"after": "PT1H"})), layout={}, actor=designer, now=NOW
    ).definition
    case = add_case(
        sketch, name="an hour", given={"at": NOW.isoformat()}, expect={"within": "PT1H"}, subject=None, actor=designer,
        now=NOW,
    )  # fmt: skip
    order, foreign_order, untouched = (
        place(paid_document(), owner=people[owner]) for owner in ("program", "market", "market")
    )
    return Scene(
        people=people, flow=flow, sketch=sketch, case=case, order=order, untouched=untouched,
        refund=_asked(order, people["requester"]), foreign=_asked(foreign_order, people["stranger"]),
    )  # fmt: skip


def _asked(order: Order, person: User) -> Refund:
    return request_refund(order.pk, amount=yuan("58.00"), reason="七天无理由", actor=actor_of(person), now=NOW)


def refund_graph(trigger: str | None) -> dict[str, Any]:
    """start → finance (approval) → wait → end, and back to the end when rejected."""
    return {
        "format": 1,
        "nodes": [
            {"id": "start", "type": "start", "config": {"trigger": trigger} if trigger else {}},
            {"id": "finance", "type": "approval", "config": {"assign": [{"kind": "group", "group": "finance"}]}},
            {"id": "wait", "type": "delay", "config": {"after": "PT1H"}},
            {"id": "end", "type": "end"},
        ],
        "edges": [
            {"id": "e1", "from": "start", "to": "finance"},
            {"id": "e2", "from": "finance", "port": "approved", "to": "wait"},
            {"id": "e3", "from": "finance", "port": "rejected", "to": "end"},
            {"id": "e4", "from": "wait", "to": "end"},
        ],
    }


def chain(node: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    """start → one node → end."""
    name, kind, config = node
    return {
        "format": 1,
        "nodes": [
            {"id": "start", "type": "start"},
            {"id": name, "type": kind, "config": config},
            {"id": "end", "type": "end"},
        ],
        "edges": [{"id": "e1", "from": "start", "to": name}, {"id": "e2", "from": name, "to": "end"}],
    }


def listening(trigger: str) -> dict[str, Any]:
    """start → end, for an event."""
    return {
        "format": 1,
        "nodes": [{"id": "start", "type": "start", "config": {"trigger": trigger}}, {"id": "end", "type": "end"}],
        "edges": [{"id": "e1", "from": "start", "to": "end"}],
    }


def publish_flow(graph: dict[str, Any], *, key: str, by: User) -> Definition:
    definition = create_definition(key=key, title=TITLE, graph=graph, layout={}, actor=by, now=NOW).definition
    publish(str(definition.pk), revision=1, note="first", actor=by, now=NOW)
    return definition


def client_of(actor: str, people: dict[str, User]) -> APIClient:
    """People sign in with their password and send the token of their session; the program sends its key."""
    client = APIClient(enforce_csrf_checks=True)
    if actor == "program":
        client.credentials(HTTP_AUTHORIZATION=f"Token {create_token(people[actor])}")
    elif actor != "anon":
        sign_in(client, actor)
    return client


def sign_in(client: APIClient, username: str) -> None:
    client.get("/api/v1/session")
    told = client.post(
        "/api/v1/session", {"username": username, "password": PASSWORD}, format="json",
        headers={"X-CSRFToken": client.cookies["csrftoken"].value},
    )  # fmt: skip
    assert told.status_code == 200, told.content
    client.credentials(HTTP_X_CSRFTOKEN=client.cookies["csrftoken"].value)


def all_rows() -> dict[str, str | None]:
    """A fingerprint of every table that answers could change; sessions and the last use of keys are none of them."""
    tables = [
        name
        for name in connection.introspection.table_names()
        if name.startswith(("accounts_user", "approvals_", "orders_", "workflows_"))
    ]
    parts = [
        f"SELECT '{name}', (SELECT md5(string_agg(r::text, '|' ORDER BY r::text)) FROM {name} r)"  # noqa: S608 - own names
        for name in tables
        if name != "accounts_user"
    ]
    parts.append(
        "SELECT 'accounts_user', "
        "(SELECT md5(string_agg((to_jsonb(u) - 'last_login')::text, '|' ORDER BY id)) FROM accounts_user u)"
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())
