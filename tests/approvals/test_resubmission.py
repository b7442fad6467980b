"""A rejection that goes back to the requester: what they may revise, what is asked anew, what is never counted."""

from typing import Any

import pytest

from bedrock.errors import OrderflowError
from tests.approvals.office import MONDAY, actor, directory, with_person, world
from tests.approvals.test_rejections import found, rejects
from tests.approvals.test_returns import FIRST, fork, row
from tests.engine.flows import money
from workflows.engine.events import Signalled
from workflows.engine.facts import Moved, Resumed, Returned
from workflows.engine.graph import read_graph
from workflows.engine.registry import registry
from workflows.engine.validate import validate
from workflows.testing import Harness

TO_REQUESTER = {"to": "requester"}
BACK_AFTER = {"to": "requester", "resume": "back"}
AMOUNT = {"name": "refundAmount", "type": "money", "label": {"zh": "退款金额", "en": "Refund amount"}}
REASON = {"name": "reason", "type": "text", "label": {"zh": "原因", "en": "Reason"}}
GIVEN = {"refundAmount": money("58.00"), "reason": "破损"}


def form(drawing: dict[str, Any], **start: Any) -> dict[str, Any]:
    """The drawing with two variables that people give."""
    drawing["variables"] = [AMOUNT, REASON]
    drawing["nodes"][0]["config"] = start
    return drawing


def sized(**second: Any) -> dict[str, Any]:
    """start → first → big? → second, or straight to the end when the amount is small."""
    drawing = form(row(**second))
    choice = {"branches": [{"port": "big", "when": "${refundAmount} > 30 CNY"}]}
    drawing["nodes"].append({"id": "size", "type": "exclusive", "config": choice})
    drawing["edges"][1]["to"] = "size"
    drawing["edges"] += [
        {"id": "s1", "from": "size", "port": "big", "to": "second"},
        {"id": "s2", "from": "size", "port": "otherwise", "to": "yes"},
    ]
    return drawing


def asked(drawing: dict[str, Any], *, requester: str | None = "8", people: Any = None) -> Harness:
    """A run whose first step has approved, so that the second is asked."""
    run = Harness(drawing, world=world(people), now=MONDAY)
    run.start(requester=requester, variables=GIVEN)
    for node, who in FIRST:
        run.signal(node, "approve", actor=actor(who), revision=1)
    return run


def resubmits(run: Harness, who: str = "8", **more: Any) -> None:
    given = {"revision": 1, "comment": "已改", "variables": {}} | more
    run.signal("start", "resubmit", actor=actor(who), **given)


def code_of(run: Harness, who: str = "8", **more: Any) -> str:
    before, facts = run.state, len(run.facts)
    with pytest.raises(OrderflowError) as refused:
        resubmits(run, who, **more)
    assert (run.state, len(run.facts)) == (before, facts)
    return refused.value.code


def test_a_rejection_takes_the_run_back_to_its_requester_with_what_was_said() -> None:
    run = asked(form(row(on_reject=TO_REQUESTER)))

    rejects(run, "second", "5")

    assert (run.where(), run.token_at("start").visit) == (["start"], 2)
    opened = run.inline[-1]
    assert (opened.type, opened.payload["op"]) == ("start", "open")
    returned = opened.payload["returned"]
    assert (returned["node"], returned["outcome"]) == ("second", "rejected")
    assert [(one["by_name"], one["comment"]) for one in returned["said"]] == [("O1", "证据不足")]
    assert [(one["key"], one["type"], one["value"]) for one in opened.payload["fields"]] == [
        ("refundAmount", "money", money("58.00")), ("reason", "text", "破损"),
    ]  # fmt: skip
    assert run.inline[-2].payload["status"] == "rejected"


def test_trap_31_a_run_that_is_submitted_again_is_asked_from_the_beginning_and_old_votes_never_count() -> None:
    run = asked(form(row(on_reject=TO_REQUESTER)))
    run.signal("second", "approve", actor=actor("6"), revision=1)
    rejects(run, "second", "5")

    resubmits(run, variables={"refundAmount": money("20.00"), "reason": "破损"})

    assert (run.where(), run.token_at("first").visit, run.token_at("first").data["answers"]) == (["first"], 2, [])
    assert run.state.variables == {"refundAmount": money("20.00"), "reason": "破损"}
    fact = run.facts[-2]
    assert isinstance(fact, Moved)
    assert fact.why is not None
    assert (fact.node, fact.why["outcome"], fact.why["by"], fact.why["comment"]) == ("start", "submitted", "8", "已改")
    assert fact.why["changes"] == [
        {
            "key": "refundAmount", "type": "money", "label": AMOUNT["label"],
            "before": money("58.00"), "after": money("20.00"),
        }
    ]  # fmt: skip
    for node, who in (*FIRST, ("second", "6")):
        run.signal(node, "approve", actor=actor(who), revision=1)
    assert run.where() == ["second"]  # 6 approved the older visit, and again; 5 has not
    assert run.token_at("second").visit == 2


def test_trap_35_back_to_the_rejecter_while_the_way_still_leads_there_with_the_new_values() -> None:
    run = asked(sized(on_reject=BACK_AFTER))
    rejects(run, "second", "5")
    resubmits(run, variables={"refundAmount": money("31.00")})
    assert (run.where(), run.token_at("second").visit, run.token_at("second").data["answers"]) == (["second"], 2, [])
    assert [fact.to for fact in run.facts if isinstance(fact, Resumed)] == ["second"]

    run = asked(sized(on_reject=BACK_AFTER))
    rejects(run, "second", "5")
    resubmits(run, variables={"refundAmount": money("30.00")})  # the way leads elsewhere now: it is walked
    assert (run.where(), run.token_at("first").visit) == (["first"], 2)


def test_trap_6_separation_of_duties_holds_on_the_new_round() -> None:
    run = asked(form(row(on_reject=TO_REQUESTER)))
    rejects(run, "second", "5")
    assert code_of(run, "5") == "task.not_yours"
    assert code_of(run, "7") == "task.not_yours"
    resubmits(run)

    with pytest.raises(OrderflowError) as refused:
        run.signal("first", "approve", actor=actor("8"), revision=1)

    assert refused.value.code == "task.own_request"


def test_only_what_may_be_revised_is_changed() -> None:
    run = asked(form(row(on_reject=TO_REQUESTER), revisable=["reason"]))
    rejects(run, "second", "5")
    assert [one["key"] for one in run.inline[-1].payload["fields"]] == ["reason"]

    assert code_of(run, variables={"refundAmount": money("1.00")}) == "variables.not_revisable"

    resubmits(run, variables={"reason": "质量问题"})
    assert run.state.variables == {"refundAmount": money("58.00"), "reason": "质量问题"}


def test_what_an_event_told_is_nobodys_to_revise() -> None:
    run = asked(form(row(on_reject=TO_REQUESTER), trigger="refund.requested"))
    rejects(run, "second", "5")
    assert run.inline[-1].payload["fields"] == []
    assert code_of(run, variables={"reason": "x"}) == "variables.not_revisable"
    resubmits(run)  # with better words alone
    assert run.where() == ["first"]


def test_trap_41_a_page_that_is_open_twice_submits_once() -> None:
    run = asked(form(row(on_reject=TO_REQUESTER)))
    rejects(run, "second", "5")
    assert code_of(run, revision=2) == "task.revision_conflict"
    token = run.token_at("start")
    resubmits(run)
    late = Signalled(token=token.id, visit=token.visit, name="resubmit", actor=actor("8"), payload={"revision": 1})
    assert not run.take(late).changed


def test_trap_38_the_rounds_are_counted_and_come_to_an_end() -> None:
    run = asked(form(row(on_reject=TO_REQUESTER, return_rounds=1)))
    rejects(run, "second", "5")
    resubmits(run)
    for node, who in FIRST:
        run.signal(node, "approve", actor=actor(who), revision=1)
    rejects(run, "second", "5")

    assert run.passed()[-1] == "no"
    last = [fact for fact in run.facts if isinstance(fact, Moved) and fact.node == "second"][-1]
    assert last.why is not None
    assert last.why["not_returned"] == "return.limit"


@pytest.mark.parametrize(
    ("requester", "people", "reason"),
    [
        (None, None, "return.no_requester"),
        ("8", with_person(directory(), "8", active=False), "return.requester_left"),
    ],
)
def test_trap_1_without_a_requester_a_rejection_leaves_by_its_exit(
    requester: str | None, people: Any, reason: str
) -> None:
    run = asked(form(row(on_reject=TO_REQUESTER)), requester=requester, people=people)

    rejects(run, "second", "5")

    assert (run.where(), run.passed()[-1]) == ([], "no")
    last = [fact for fact in run.facts if isinstance(fact, Moved) and fact.node == "second"][-1]
    assert last.why is not None
    assert last.why["not_returned"] == reason


def test_trap_32_42_out_of_a_parallel_branch_the_whole_fork_goes_along_if_that_is_declared() -> None:
    assert found(fork(on_reject=TO_REQUESTER)) == [("return.outside_branch", "left", "error")]
    assert found(fork(on_reject=TO_REQUESTER, returns="anywhere")) == []
    assert found(fork(on_reject=BACK_AFTER, returns="anywhere")) == [("return.cannot_come_back", "left", "warning")]

    run = Harness(form(fork(on_reject=BACK_AFTER, returns="anywhere")), world=world(), now=MONDAY)
    run.start(requester="8", variables=GIVEN)
    run.signal("first", "approve", actor=actor("1"), revision=1)
    rejects(run, "left", "5")
    assert (run.where(), run.next_due()) == (["start"], None)  # the sibling and its clock are gone
    resubmits(run)
    assert run.where() == ["first"]  # a fork is entered whole, never by one branch


def test_a_first_step_may_return_to_the_requester_too() -> None:
    drawing = form(row())
    drawing["nodes"][1]["config"]["on_reject"] = TO_REQUESTER
    assert found(drawing) == []
    run = Harness(drawing, world=world(), now=MONDAY)
    run.start(requester="8", variables=GIVEN)
    rejects(run, "first", "1")
    assert [fact.node for fact in run.facts if isinstance(fact, Returned)] == ["start"]
    resubmits(run)
    assert run.where() == ["first"]


def test_deadlines_begin_anew_with_the_new_visit() -> None:
    late = [{"after": "PT2H", "clock": "wall", "do": "remind"}]
    drawing = form(row(on_reject=TO_REQUESTER, timeouts=late))
    run = asked(drawing)
    rejects(run, "second", "5")
    run.wind(hours=5)  # with the requester no deadline of an approver runs
    resubmits(run)
    for node, who in FIRST:
        run.signal(node, "approve", actor=actor(who), revision=1)
    due = run.token_at("second").due_at
    assert due is not None
    assert (due - run.now).total_seconds() == 7200


def test_a_variable_that_is_not_declared_cannot_be_revisable() -> None:
    drawing = form(row(), revisable=["nobody"])
    problems = validate(read_graph(drawing), registry=registry, world=world(), now=MONDAY)
    assert [(one.code, one.path) for one in problems if one.severity == "error"] == [
        ("start.unknown_variable", "revisable.0")
    ]
