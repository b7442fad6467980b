"""Withdrawing one's own request: as long as the start of the flow says, and never after something has been done."""

from typing import Any

import pytest

from approvals.models import ApprovalTask
from tests.approvals.conftest import Office, publish_graph, signed_in
from tests.approvals.office import MONDAY, actor, world
from tests.approvals.test_rejections import rejects
from tests.approvals.test_resubmission import GIVEN, TO_REQUESTER, form
from tests.approvals.test_returns import FIRST, row
from workflows import invariants
from workflows.engine.graph import read_graph
from workflows.engine.registry import registry
from workflows.engine.validate import validate
from workflows.engine.withdrawing import withdrawal_problem
from workflows.models import HistoryEvent, Instance
from workflows.testing import Harness

STAGES = ("asked", "half answered", "at the second step", "back with the requester")
MAY: dict[str, list[str | None]] = {
    "never": ["withdraw.not_allowed"] * 4,
    "undecided": [None, "withdraw.decided", "withdraw.decided", None],
    "before": [None, None, "withdraw.passed", None],
    "always": [None] * 4,
}


def policy(rule: str) -> dict[str, Any]:
    return {"withdraw": rule, **({"withdraw_before": ["second"]} if rule == "before" else {})}


def at(stage: str, **start: Any) -> Harness:
    run = Harness(form(row(on_reject=TO_REQUESTER), **start), world=world(), now=MONDAY)
    run.start(requester="8", variables=GIVEN)
    for node, who in FIRST[: {"asked": 0, "half answered": 1}.get(stage, 2)]:
        run.signal(node, "approve", actor=actor(who), revision=1)
    if stage == STAGES[3]:
        rejects(run, "second", "5")
    return run


@pytest.mark.parametrize("rule", MAY)
@pytest.mark.parametrize("stage", STAGES)
def test_the_start_says_until_when(rule: str, stage: str) -> None:
    run = at(stage, **policy(rule))
    problem = withdrawal_problem(run.plan, run.state)
    assert (problem and problem.code) == MAY[rule][STAGES.index(stage)]


@pytest.mark.parametrize(
    ("start", "problem"),
    [
        ({"withdraw": "before"}, ("start.no_step", "withdraw_before")),
        ({"withdraw": "before", "withdraw_before": ["gone"]}, ("start.unknown_step", "withdraw_before.0")),
    ],
)
def test_a_step_that_is_not_there_is_not_published(start: dict[str, Any], problem: tuple[str, str]) -> None:
    problems = validate(read_graph(form(row(), **start)), registry=registry, world=world(), now=MONDAY)
    assert [(one.code, one.path) for one in problems if one.severity == "error"] == [problem]


# On rows, over HTTP.


def post(office: Office, who: str, path: str, **body: Any) -> Any:
    return signed_in(office[who]).post(f"/api/v1{path}", body, format="json")


def started(office: Office, **start: Any) -> str:
    publish_graph(office, form(row(on_reject=TO_REQUESTER), **start), key="asked")
    subject = {"type": "question", "id": "q-1"}
    return str(post(office, "cs", "/instances", definition="asked", subject=subject, variables=GIVEN).json()["id"])


def answered(office: Office, run: str, *answers: tuple[str, str]) -> None:
    for who, verb in answers:
        task = ApprovalTask.objects.get(instance=run, status="open")
        assert post(office, who, f"/tasks/{task.pk}/{verb}", revision=1, comment="金额不对").status_code == 200


def can(office: Office, run: str) -> list[str]:
    found: list[str] = signed_in(office["cs"]).get(f"/api/v1/instances/{run}").json()["can"]
    return found


@pytest.mark.django_db(transaction=True)
def test_trap_40_a_request_that_came_back_is_withdrawn_and_leaves_nothing_behind(office: Office) -> None:
    run = started(office)
    answered(office, run, ("f1", "approve"), ("f2", "approve"), ("o1", "reject"))
    assert can(office, run) == ["cancel"]
    shown = post(office, "cs", f"/instances/{run}/cancel/preview")
    assert shown.status_code == 200, shown.content
    assert [(one["kind"], one["node"]) for one in shown.json()["effects"]][:1] == [("cancels_task", "start")]

    done = post(office, "cs", f"/instances/{run}/cancel", token=shown.json()["token"], reason="no longer needed")

    assert done.status_code == 200, done.content
    assert Instance.objects.get(pk=run).status == "cancelled"
    assert not ApprovalTask.objects.filter(instance=run, status="open").exists()
    assert signed_in(office["cs"]).get("/api/v1/tasks/summary").json()["todo"] == 0
    assert invariants.broken() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("rule", "code"), [("never", "withdraw.not_allowed"), ("undecided", "withdraw.decided"), ("always", None)]
)
def test_trap_39_the_policy_is_kept_at_the_door(office: Office, rule: str, code: str | None) -> None:
    run = started(office, **policy(rule))
    answered(office, run, ("f1", "approve"))
    before = HistoryEvent.objects.count()

    shown = post(office, "cs", f"/instances/{run}/cancel/preview")

    assert can(office, run) == ([] if code else ["cancel"])
    assert (shown.status_code, shown.json().get("code")) == ((403, code) if code else (200, None))
    stranger = post(office, "f1", f"/instances/{run}/cancel/preview")
    assert stranger.status_code == 403
    assert HistoryEvent.objects.count() == before
