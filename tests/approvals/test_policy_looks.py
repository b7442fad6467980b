"""Flows that were sound when they were published are looked at again, because the house changes."""

import itertools
import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from approvals.actions.policy_look import look_daily, look_over
from approvals.models import (
    Absence,
    Delegation,
    Department,
    Group,
    GroupMember,
    OfflineWindow,
    PolicyFinding,
    PolicyLook,
)
from tests.approvals.conftest import FLOW, Office, publish_flow, publish_graph, refund_graph, signed_in
from tests.approvals.office import MONDAY
from workflows.models import Definition

pytestmark = pytest.mark.django_db
TOMORROW = MONDAY + timedelta(days=1)


def found() -> list[tuple[str, str | None, dict[str, Any]]]:
    return [(one.problem.code, one.problem.node, dict(one.problem.params)) for one in look_over(now=MONDAY)]


def leave(office: Office, *names: str) -> None:
    for name in names:
        office[name].is_active = False
        office[name].save()


@pytest.fixture
def flow(office: Office) -> None:
    publish_flow(office)


def test_a_flow_that_fits_its_house_has_no_findings(flow: None) -> None:
    assert found() == []


def test_a_group_that_only_one_is_left_of_is_found_where_it_decides(flow: None, office: Office) -> None:
    leave(office, "f2")

    assert found() == [("policy.pool_of_one", "finance", {"group": "finance", "user": "f1"})]


def test_a_group_that_everybody_left_is_found(flow: None, office: Office) -> None:
    leave(office, "o1", "o2")

    assert found() == [("approval.empty_group", "ops", {"group": "ops"})]


def test_a_person_who_left_is_found_where_the_drawing_names_them(office: Office) -> None:
    publish_flow(office, assign=[{"kind": "user", "user": "f1"}, {"kind": "group", "group": "finance"}],
                 calendar="office")  # fmt: skip
    leave(office, "f1")

    assert [code for code, _, _ in found()] == ["approval.inactive_user", "policy.pool_of_one"]


def test_a_group_that_is_gone_is_an_error_as_it_would_be_at_publishing(flow: None) -> None:
    Group.objects.get(key="backup").delete()

    assert found() == [("approval.unknown_group", "finance", {"group": "backup"})]
    assert [one.problem.severity for one in look_over(now=MONDAY)] == ["error"]


def test_one_person_who_alone_decides_at_several_steps_is_found_once(flow: None, office: Office) -> None:
    GroupMember.objects.filter(group__key__in=["finance", "ops"]).delete()
    for key in ("finance", "ops"):
        GroupMember.objects.create(group=Group.objects.get(key=key), user=office["f1"])

    assert ("policy.same_person", "finance", {"user": "f1", "steps": ["finance", "ops"]}) in found()
    assert [code for code, _, _ in found()].count("policy.same_person") == 1


def test_people_who_are_never_there_are_found(flow: None, office: Office) -> None:
    OfflineWindow.objects.create(
        group=Group.objects.get(key="finance"), days=[0, 1, 2, 3, 4, 5, 6], start=540, until=1080
    )

    assert found() == [("policy.never_there", "finance", {"group": "finance"})]


def test_leave_that_ends_is_no_finding(flow: None, office: Office) -> None:
    for name in ("f1", "f2"):
        Absence.objects.create(person=office[name], start=MONDAY, end=MONDAY + timedelta(days=30))

    assert found() == []


def test_a_head_who_left_and_departments_in_a_circle_are_found(flow: None, office: Office) -> None:
    service = Department.objects.get(key="service")
    service.parent = Department.objects.create(key="shop", name={"zh": "店", "en": "Shop"}, parent=service)
    service.save()
    leave(office, "s1")

    assert sorted(found(), key=str) == [
        ("policy.department_circle", None, {"department": "service"}),
        ("policy.department_circle", None, {"department": "shop"}),
        ("policy.head_gone", None, {"department": "service", "user": "s1"}),
    ]


def test_flows_that_nobody_starts_any_more_are_not_looked_at(flow: None, office: Office) -> None:
    leave(office, "f2")
    Definition.objects.filter(key=FLOW).update(retired_at=MONDAY)

    assert found() == []


def test_the_look_of_the_day_is_made_once_and_keeps_since_when(flow: None, office: Office) -> None:
    leave(office, "f2")

    assert [look_daily(now=MONDAY), look_daily(now=MONDAY)] == [1, 0]
    assert look_daily(now=TOMORROW) == 0

    assert [one.since for one in look_over(now=TOMORROW)] == [MONDAY]
    looks = PolicyLook.objects.order_by("day").values_list("day", "findings", "news")
    assert list(looks) == [(timezone.localdate(MONDAY), 1, 1), (timezone.localdate(TOMORROW), 1, 0)]


def test_what_was_mended_is_forgotten_and_comes_as_news_again(flow: None, office: Office) -> None:
    leave(office, "f2")
    look_daily(now=MONDAY)
    office["f2"].is_active = True
    office["f2"].save()

    look_daily(now=TOMORROW)
    assert not PolicyFinding.objects.exists()
    leave(office, "f2")

    assert look_daily(now=TOMORROW + timedelta(days=1)) == 1


def test_the_door_shows_each_with_its_flow_and_step(flow: None, office: Office) -> None:
    leave(office, "f2")
    look_daily(now=MONDAY)

    answer = signed_in(office["d1"]).get("/api/v1/policy/findings")

    assert answer.status_code == 200
    [one] = answer.json()["results"]
    assert one["flow"] == {
        "id": str(Definition.objects.get(key=FLOW).pk), "key": FLOW, "title": {"zh": "退款", "en": "Refund"},
        "version": 1, "steps": [{"id": "finance", "title": {"zh": "财务复核", "en": "Finance"}}],
    }  # fmt: skip
    assert (one["problem"]["code"], one["problem"]["severity"]) == ("policy.pool_of_one", "warning")
    assert one["since"] is not None


def test_the_command_tells_and_fails_when_something_is_wrong(flow: None, office: Office) -> None:
    leave(office, "f2")
    out = StringIO()
    call_command("policy", "--json", stdout=out)
    assert [one["problem"]["code"] for one in json.loads(out.getvalue())["findings"]] == ["policy.pool_of_one"]

    Group.objects.get(key="backup").delete()
    with pytest.raises(SystemExit) as ended:
        call_command("policy", stdout=StringIO())

    assert ended.value.code == 1


def delegate(office: Office, *chain: str, days: int = 30, flows: tuple[str, ...] = ()) -> None:
    """Rows as they stand after people came back or were imported: nobody asked whether they make a circle."""
    for by, to in itertools.pairwise(chain):
        Delegation.objects.create(
            person=office[by], to=office[to], start=MONDAY.date(), end=MONDAY.date() + timedelta(days=days), zone="UTC",
            flows=list(flows), created_at=MONDAY, created_by="1",
        )  # fmt: skip


def test_trap_10_a_circle_of_delegations_is_found_once(flow: None, office: Office) -> None:
    delegate(office, "f1", "f2", "o1", "f1")

    assert found() == [("policy.delegation_circle", None, {"people": ["f1", "f2", "o1", "f1"], "most": 5})]


def test_delegations_that_are_over_or_of_different_flows_are_no_circle(flow: None, office: Office) -> None:
    delegate(office, "f1", "f2", flows=("refund",))
    delegate(office, "f2", "f1", flows=("other",))
    delegate(office, "o1", "o2", "o1", days=1)

    assert [one.problem.code for one in look_over(now=MONDAY + timedelta(days=2))] == []


def test_trap_10_a_chain_that_nobody_follows_and_one_that_ends_at_a_leaver_are_found(
    flow: None, office: Office
) -> None:
    delegate(office, "f1", "f2", "b1", "b2", "o1", "o2", "s1")
    assert [(code, params["people"]) for code, _, params in found()] == [
        ("policy.delegation_too_long", ["f1", "f2", "b1", "b2", "o1", "o2", "s1"])
    ]

    leave(office, "s1")

    assert ("policy.delegate_gone", None, {"user": "o2", "to": "s1"}) in found()


def test_a_person_who_left_is_found_where_a_message_names_them(office: Office) -> None:
    graph = refund_graph()
    told = {"to": [{"kind": "user", "user": "f1"}], "title_zh": "到账", "text_zh": "已到账", "when_unknown": "leave"}
    graph["nodes"].append({"id": "tell", "type": "notify", "config": told})
    graph["edges"] = [one for one in graph["edges"] if one["id"] != "e4"] + [
        {"id": "e4", "from": "ops", "port": "approved", "to": "tell"}, {"id": "e6", "from": "tell", "to": "paid"},
    ]  # fmt: skip
    publish_graph(office, graph, key=FLOW)
    leave(office, "f1")

    assert ("approval.inactive_user", "tell", {"user": "f1"}) in found()
