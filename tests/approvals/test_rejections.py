"""What a rejection leads to: an exit, or an earlier step as often as the step says; what is refused at publish."""

from typing import Any

import pytest

from tests.approvals.conftest import TASK_PATH, Office, open_task, publish_graph, signed_in, start_run, state_of_rows
from tests.approvals.office import MONDAY, actor, world
from tests.approvals.test_returns import FIRST, fork, played, row
from workflows.engine.facts import Moved, Returned, Withdrawn
from workflows.engine.graph import read_graph
from workflows.engine.registry import registry
from workflows.engine.validate import validate
from workflows.models import Timer
from workflows.testing import Harness

BACK_TO_FIRST = {"to": "first"}


def rejects(run: Harness, node: str, who: str) -> None:
    run.signal(node, "reject", actor=actor(who), revision=1, comment="证据不足")


def found(drawing: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    problems = validate(read_graph(drawing), registry=registry, world=world(), now=MONDAY)
    return [(one.code, one.node, one.severity) for one in problems if one.code.startswith("return.")]


def test_without_a_rule_a_rejection_leaves_by_its_exit() -> None:
    run = played(row(), *FIRST)

    rejects(run, "second", "5")

    assert run.passed()[-1] == "no"
    assert not [fact for fact in run.facts if isinstance(fact, Returned)]


@pytest.mark.parametrize("to", ["first", "previous"])
def test_a_rejection_returns_the_run_and_the_task_is_a_rejected_one(to: str) -> None:
    run = played(row(on_reject={"to": to}), *FIRST)

    rejects(run, "second", "5")

    assert (run.where(), run.token_at("first").visit) == (["first"], 2)
    closing = run.inline[-2].payload
    assert (closing["status"], [one["outcome"] for one in closing["decisions"]]) == ("rejected", ["rejected"])
    [fact] = [fact for fact in run.facts if isinstance(fact, Returned)]
    assert (fact.by, fact.why["outcome"], fact.why["by"]) == ("second", "rejected", "5")


def test_trap_31_after_a_rejection_only_votes_of_the_new_visit_count() -> None:
    run = played(row(on_reject=BACK_TO_FIRST), *FIRST, ("second", "5"))
    rejects(run, "second", "6")
    for who in ("1", "2"):
        run.signal("first", "approve", actor=actor(who), revision=1)

    run.signal("second", "approve", actor=actor("6"), revision=1)
    assert run.where() == ["second"]  # 5 approved the older visit, which counts no more

    run.signal("second", "approve", actor=actor("5"), revision=1)
    assert run.passed()[-1] == "yes"


def test_trap_35_back_to_the_rejecter_skips_what_lies_between() -> None:
    drawing = row(on_reject={"to": "first", "resume": "back"})
    middle = {"id": "middle", "type": "approval", "config": {"assign": [{"kind": "user", "user": "b1"}]}}
    drawing["nodes"].append(middle)
    drawing["edges"][1]["to"] = "middle"
    drawing["edges"] += [
        {"id": "m1", "from": "middle", "port": "approved", "to": "second"},
        {"id": "m2", "from": "middle", "port": "rejected", "to": "no"},
    ]
    run = played(drawing, *FIRST, ("middle", "3"))
    rejects(run, "second", "5")

    for who in ("1", "2"):
        run.signal("first", "approve", actor=actor(who), revision=1)

    assert (run.where(), run.token_at("second").visit) == (["second"], 2)


def test_trap_37_38_clocks_that_reject_and_approve_each_other_come_to_an_end() -> None:
    drawing = row(
        on_reject=BACK_TO_FIRST, return_rounds=3, timeouts=[{"after": "PT1H", "clock": "wall", "do": "reject"}]
    )
    drawing["nodes"][1]["config"]["timeouts"] = [{"after": "PT1H", "clock": "wall", "do": "approve"}]
    run = Harness(drawing, world=world(), now=MONDAY)
    run.start(requester="8")

    run.wind(days=30)

    assert run.passed()[-1] == "no"
    assert len([fact for fact in run.facts if isinstance(fact, Returned)]) == 3
    last = [fact for fact in run.facts if isinstance(fact, Moved) and fact.node == "second"][-1]
    assert last.why is not None
    assert (last.port, last.why["not_returned"]) == ("rejected", "return.limit")


def test_trap_42_a_rejection_in_one_branch_takes_the_whole_fork_or_leaves_by_its_exit() -> None:
    run = played(fork(on_reject=BACK_TO_FIRST, returns="anywhere"), ("first", "1"))
    rejects(run, "left", "5")
    assert run.where() == ["first"]
    withdrawn = [(fact.node, fact.reason) for fact in run.facts if isinstance(fact, Withdrawn)]
    assert sorted(withdrawn) == [("left", "returned"), ("right", "returned")]
    for node, who in (("first", "1"), ("left", "5"), ("right", "3")):
        run.signal(node, "approve", actor=actor(who), revision=1)
    assert run.passed()[-1] == "yes"

    run = played(fork(on_reject=BACK_TO_FIRST), ("first", "1"))  # never published: the branch may not be left
    rejects(run, "left", "5")
    assert run.passed()[-1] == "stop"
    assert run.where() == []


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"to": "nobody"}, ("return.unknown_step", "second", "error")),
        ({"to": "start"}, ("return.asks_nobody", "second", "error")),
        ({"to": "second"}, ("return.not_before", "second", "error")),
    ],
)
def test_what_cannot_be_returned_to_is_not_published(config: dict[str, Any], problem: tuple[str, str, str]) -> None:
    assert found(row(on_reject=config)) == [problem]


def test_a_first_step_has_no_previous_one() -> None:
    drawing = row()
    drawing["nodes"][1]["config"]["on_reject"] = {"to": "previous"}
    assert found(drawing) == [("return.no_step_before", "first", "error")]


def test_trap_33_a_step_on_one_of_two_ways_is_not_before() -> None:
    drawing = row(on_reject=BACK_TO_FIRST)
    choice = {"branches": [{"port": "big", "when": "1 < 2"}]}
    drawing["nodes"].append({"id": "x", "type": "exclusive", "config": choice})
    drawing["edges"][0]["to"] = "x"
    drawing["edges"] += [
        {"id": "x1", "from": "x", "port": "big", "to": "first"},
        {"id": "x2", "from": "x", "port": "otherwise", "to": "second"},
    ]
    assert found(drawing) == [("return.not_before", "second", "error")]


def test_trap_32_leaving_the_fork_has_to_be_declared() -> None:
    assert found(fork(on_reject=BACK_TO_FIRST)) == [("return.outside_branch", "left", "error")]
    assert found(fork(on_reject=BACK_TO_FIRST, returns="anywhere")) == []
    assert found(fork(on_reject={"to": "first", "resume": "back"}, returns="anywhere")) == [
        ("return.cannot_come_back", "left", "warning")
    ]


@pytest.mark.django_db(transaction=True)
def test_trap_42_rows_of_the_other_branch_are_over_in_the_same_commit(office: Office) -> None:
    publish_graph(office, fork(on_reject=BACK_TO_FIRST, returns="anywhere"), key="fork")
    delivered = start_run(office, key="fork")
    first = open_task(delivered, node="first")
    signed_in(office["f1"]).post(f"{TASK_PATH}/{first.pk}/approve", {"revision": 1}, format="json")
    task, beside = open_task(delivered, node="left"), open_task(delivered, node="right")

    answer = signed_in(office["o1"]).post(
        f"{TASK_PATH}/{task.pk}/reject", {"revision": 1, "comment": "证据不足"}, format="json"
    )

    assert answer.status_code == 200, answer.content
    assert (answer.json()["task"]["status"], answer.json()["task"]["actions"]) == ("rejected", [])
    assert [one["node"] for one in answer.json()["instance"]["tokens"]] == ["first"]
    assert state_of_rows(beside)["task"][0] == "cancelled"
    assert state_of_rows(beside)["seats"] == [(f"u:{office['b1'].pk}", "not_needed")]
    assert not Timer.objects.filter(instance=delivered.instance_id).exists()
    assert open_task(delivered, node="first").visit == 2
