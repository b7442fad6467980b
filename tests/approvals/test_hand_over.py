"""Leaving the house: one preview, one action; open work, groups, departments, delegations and drafts find new hands."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions import create_token
from accounts.models import ApiToken, User
from approvals.actions import reassess
from approvals.actions.move_queue import carry_out_moves
from approvals.actions.reassess import reassess_left_work
from approvals.models import (
    ApprovalTask,
    Decision,
    Delegation,
    Department,
    DepartmentHead,
    GroupMember,
    Notice,
    QueueMove,
)
from bedrock.clock import now
from tests.approvals.conftest import Office, open_task, publish_flow, refund_graph, signed_in, start_run
from tests.approvals.office import MONDAY
from workflows.actions.definitions import create_definition
from workflows.models import AuditEntry, Definition

pytestmark = pytest.mark.django_db

REASON = "leaves at the end of the month"
NOBODY: dict[str, str | None] = {"tasks": None, "groups": None, "heads": None, "flows": None}


@pytest.fixture(autouse=True)
def _look_again() -> None:
    reassess._seen = None


def path(office: Office, who: str = "f1") -> str:
    return f"/api/v1/people/{office[who].pk}/hand-over"


def look(office: Office, *, who: str = "f1", asker: str = "s1", **to: str | None) -> Any:
    return signed_in(office[asker]).post(f"{path(office, who)}/preview", NOBODY | to, format="json")


def hand_over(office: Office, *, who: str = "f1", asker: str = "s1", reason: str = REASON, **to: str | None) -> Any:
    seen = look(office, who=who, asker=asker, **to)
    assert seen.status_code == 200, seen.content
    return apply(office, seen.json()["token"], who=who, asker=asker, reason=reason)


def apply(office: Office, token: str, *, who: str = "f1", asker: str = "s1", reason: str = REASON) -> Any:
    return signed_in(office[asker]).post(path(office, who), {"token": token, "reason": reason}, format="json")


def tasks_of_f1(office: Office, *orders: str, requester: str = "cs", **config: Any) -> list[ApprovalTask]:
    publish_flow(office, assign=[{"kind": "user", "user": "f1"}], calendar="office", **config)
    return [open_task(start_run(office, order=order, requester=requester)) for order in orders]


def scopes(task: ApprovalTask) -> list[str]:
    return ApprovalTask.objects.get(pk=task.pk).scopes


def scope(office: Office, who: str) -> str:
    return f"u:{office[who].pk}"


def everything(office: Office) -> dict[str, Any]:
    """All that a hand-over could change."""
    return {
        "active": sorted(User.objects.filter(is_active=True).values_list("username", flat=True)),
        "passwords": sorted(User.objects.values_list("username", "password")),
        "members": sorted(GroupMember.objects.values_list("group__key", "user__username")),
        "heads": sorted(DepartmentHead.objects.values_list("department__key", "position", "user__username")),
        "delegations": sorted(Delegation.objects.values_list("pk", "ended_at")),
        "owners": sorted(Definition.objects.values_list("key", "owner__username")),
        "tasks": sorted((str(one.pk), one.scopes, one.revision) for one in ApprovalTask.objects.all()),
        "moves": QueueMove.objects.count(), "tokens": ApiToken.objects.count(),
        "audit": AuditEntry.objects.filter(action="person.hand_over").count(),
    }  # fmt: skip


def delegation(office: Office, by: str, to: str) -> Delegation:
    return Delegation.objects.create(
        person=office[by], to=office[to], start=date(2026, 1, 1), end=date(2100, 1, 1), zone="UTC", created_at=MONDAY,
        created_by="1",
    )  # fmt: skip


def test_the_preview_lists_all_that_a_person_holds_and_changes_nothing(office: Office) -> None:
    [task] = tasks_of_f1(office, "ORD1")
    DepartmentHead.objects.create(department=Department.objects.get(key="service"), user=office["f1"], position=1)
    delegation(office, "f1", "f2")
    delegation(office, "b1", "f1")
    create_definition(
        key="draft", title={"zh": "草稿", "en": "Draft"}, graph=refund_graph(), layout={}, actor=office["f1"],
        now=MONDAY,
    )  # fmt: skip
    before = everything(office)

    seen = look(office, tasks="b1").json()

    assert seen.pop("token")
    assert seen == {
        "task_count": 1, "claims": 0,
        "tasks": [{
            "id": str(task.pk), "title": {"zh": "财务复核", "en": "Finance"},
            "definition": {"zh": "退款", "en": "Refund"},
            "subject": "ORD1 · 58.00 CNY", "is_vote": False, "refusal": None,
        }],
        "groups": [{"key": "finance", "name": {"zh": "finance", "en": "finance"}, "alone": False}],
        "heads": [{"key": "service", "name": {"zh": "客服", "en": "Service"}, "alone": False}],
        "delegations": [{"by": "F1", "to": "F2"}, {"by": "B1", "to": "F1"}],
        "named": [
            {"flow": "refund", "title": {"zh": "退款", "en": "Refund"}, "step": {"zh": "财务复核", "en": "Finance"}}
        ],
        "owned": [{"key": "draft", "title": {"zh": "草稿", "en": "Draft"}}],
    }  # fmt: skip
    assert everything(office) == before


def test_one_action_hands_over_everything(office: Office) -> None:
    tasks = tasks_of_f1(office, "ORD1", "ORD2")
    DepartmentHead.objects.filter(user=office["s1"]).update(position=1)
    DepartmentHead.objects.create(department=Department.objects.get(key="service"), user=office["f1"], position=0)
    given, taken = delegation(office, "f1", "f2"), delegation(office, "b1", "f1")
    Definition.objects.update(owner=office["f1"])

    answer = hand_over(office, tasks="b1", groups="b1", heads="b2", flows="d1")

    assert (answer.status_code, answer.json()) == (
        200, {"moved": 2, "stayed": 0, "groups": 1, "heads": 1, "delegations": 2, "flows": 1},
    )  # fmt: skip
    assert [scopes(task) for task in tasks] == [[scope(office, "b1")]] * 2
    assert sorted(GroupMember.objects.filter(group__key="finance").values_list("user__username", flat=True)) == [
        "b1", "f2",
    ]  # fmt: skip
    assert list(DepartmentHead.objects.order_by("position").values_list("user__username", flat=True)) == ["b2", "s1"]
    assert Delegation.objects.filter(pk__in=[given.pk, taken.pk], ended_at=None).count() == 0
    assert Definition.objects.get().owner == office["d1"]
    entry = AuditEntry.objects.get(action="person.hand_over")
    assert (entry.actor_name, entry.reason, entry.object_title) == ("S1", REASON, "F1")
    assert entry.after is not None
    assert (entry.after["tasks"], entry.after["to"]) == (
        2, {"tasks": "b1", "groups": "b1", "heads": "b2", "flows": "d1"},
    )  # fmt: skip
    [told] = Notice.objects.filter(user=office["b1"])
    assert (told.title["zh"], told.cause) == ("F1 的 2 项待办交接给了你", "handed_over")


def test_sessions_and_tokens_end_at_once(office: Office) -> None:
    browser = signed_in(office["f1"])
    create_token(office["f1"])
    assert browser.get("/api/v1/tasks/summary").status_code == 200

    hand_over(office)

    assert browser.get("/api/v1/tasks/summary").status_code == 401
    assert not ApiToken.objects.exists()
    User.objects.filter(pk=office["f1"].pk).update(is_active=True)
    assert browser.get("/api/v1/tasks/summary").status_code == 401  # coming back needs a new password


def test_trap_06_a_successor_who_asked_for_it_gets_everything_but_their_own_request(office: Office) -> None:
    User.objects.filter(pk=office["cs"].pk).update(roles=["requester", "approver"])
    [own] = tasks_of_f1(office, "ORD1")
    other = open_task(start_run(office, order="ORD2", requester="au"))

    seen = look(office, tasks="cs").json()
    answer = apply(office, seen["token"])
    reassess_left_work(now=now())

    assert {one["id"]: one["refusal"] for one in seen["tasks"]} == {
        str(own.pk): "skipped.requester",
        str(other.pk): None,
    }
    assert (answer.json()["moved"], answer.json()["stayed"]) == (1, 1)
    assert (scopes(own), scopes(other)) == (["r:supervisor"], [scope(office, "cs")])


def test_trap_01_without_a_successor_open_work_goes_back_to_its_rules_and_a_vote_is_never_lost(office: Office) -> None:
    publish_flow(office, assign=[{"kind": "user", "user": one} for one in ("f1", "f2")], mode="all", calendar="office")
    task = open_task(start_run(office))

    answer = hand_over(office)
    reassess_left_work(now=now())

    assert answer.json()["moved"] == 0
    assert scopes(task) == [scope(office, "s1"), scope(office, "f2")]


def test_trap_12_a_successor_who_votes_already_takes_no_second_voice(office: Office) -> None:
    publish_flow(office, assign=[{"kind": "user", "user": one} for one in ("f1", "f2")], mode="all", calendar="office")
    task = open_task(start_run(office))

    answer = hand_over(office, tasks="f2")
    reassess_left_work(now=now())

    assert (answer.json()["moved"], answer.json()["stayed"]) == (0, 1)
    assert scopes(task) == [scope(office, "s1"), scope(office, "f2")]


def test_trap_01_history_keeps_who_decided_by_the_name_of_then(office: Office) -> None:
    [task] = tasks_of_f1(office, "ORD1")
    signed_in(office["f1"]).post(f"/api/v1/tasks/{task.pk}/approve", {"revision": 1}, format="json")

    hand_over(office, tasks="b1", groups="b1")

    assert Decision.objects.get(task=task).actor_name == "F1"
    assert ApprovalTask.objects.get(pk=task.pk).decided_by_name == "F1"


@pytest.mark.parametrize("change", ["task", "group", "successor"])
def test_a_preview_that_is_no_longer_true_changes_nothing(office: Office, change: str) -> None:
    tasks_of_f1(office, "ORD1")
    token = look(office, tasks="b1").json()["token"]
    match change:
        case "task":
            start_run(office, order="ORD2")
        case "group":
            GroupMember.objects.filter(user=office["f1"]).delete()
        case _:
            User.objects.filter(pk=office["b1"].pk).update(is_active=False)
    before = everything(office)

    answer = apply(office, token)

    assert (answer.status_code, answer.json()["code"]) == (
        (422, "handover.unable") if change == "successor" else (409, "handover.stale")
    )
    assert everything(office) == before


def test_a_preview_of_somebody_else_or_for_somebody_else_is_none(office: Office) -> None:
    token = look(office, tasks="b1").json()["token"]
    before = everything(office)

    assert apply(office, token, asker="root").json()["code"] == "handover.stale"
    assert apply(office, token, who="f2").json()["code"] == "handover.stale"
    assert apply(office, token + "x").json()["code"] == "handover.stale"
    assert apply(office, token, reason=" ok ").json()["code"] == "reason.too_short"
    assert everything(office) == before


@pytest.mark.parametrize(
    ("who", "asker", "to", "status", "code"),
    [
        ("f1", "f2", None, 403, "auth.forbidden"),
        ("s1", "s1", None, 403, "handover.oneself"),
        ("root", "s1", None, 403, "handover.administrator"),
        ("f1", "s1", "f1", 422, "handover.unable"),
        ("f1", "s1", "au", 422, "handover.unable"),
        ("f1", "s1", "ghost", 422, "handover.unable"),
    ],
)
def test_who_may_hand_over_whose_work_to_whom(
    office: Office, who: str, asker: str, to: str | None, status: int, code: str
) -> None:
    answer = look(office, who=who, asker=asker, tasks=to)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_what_is_busy_is_moved_by_the_sweep_before_the_rules_look_for_somebody(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    [task] = tasks_of_f1(office, "ORD1")
    monkeypatch.setattr("approvals.actions.hand_over.carry_out", lambda *_, **__: 0)

    assert hand_over(office, tasks="b1").json()["moved"] == 0
    assert scopes(task) == [scope(office, "f1")]
    carry_out_moves(now=now())
    reassess_left_work(now=now())

    assert scopes(task) == [scope(office, "b1")]


def test_a_hand_over_locks_the_people_before_it_looks(office: Office) -> None:
    tasks_of_f1(office, "ORD1")
    with CaptureQueriesContext(connection) as caught:
        hand_over(office, tasks="b1")

    said = [query["sql"] for query in caught.captured_queries]
    locks = [index for index, sql in enumerate(said) if "FOR UPDATE" in sql and "accounts_user" in sql]
    writes = [index for index, sql in enumerate(said) if sql.startswith(("UPDATE", "DELETE")) and "approvals_" in sql]
    assert locks
    assert locks[0] < writes[0]
