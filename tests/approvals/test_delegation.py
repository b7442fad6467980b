"""Acting for somebody: who takes whose seat, when, and what history says of it. Numbers are those of the trap list."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from approvals.delegation import MAX_CHAIN, circle, overlapping
from approvals.directory import Delegation, Directory
from bedrock.errors import Conflict
from tests.approvals.office import (
    MONDAY,
    actor,
    away,
    directory,
    ended,
    graph,
    noted,
    opened,
    seats,
    with_person,
    world,
)
from workflows.testing import Harness

WEEK = timedelta(days=7)


def lets(by: str, to: str, *flows: str, start: datetime = MONDAY, end: datetime | None = None) -> Delegation:
    return Delegation(by=by, to=to, start=start, end=end or start + WEEK, flows=frozenset(flows))


def delegating(*given: Delegation, base: Directory | None = None) -> Directory:
    by: dict[str, tuple[Delegation, ...]] = {}
    for one in given:
        by[one.by] = (*by.get(one.by, ()), one)
    return replace(base or directory(), delegations=by)


def users(*names: str) -> list[dict[str, str]]:
    return [{"kind": "user", "user": name} for name in names]


def asking(*names: str, people: Directory, mode: str = "any", flow: str = "", **more: Any) -> Harness:
    run = Harness(graph({"assign": users(*names), "mode": mode}, **more), world=world(people), now=MONDAY, flow=flow)
    run.start(requester="8")
    return run


def trace(run: Harness) -> list[str]:
    [paper] = [work for work in run.inline if work.payload["op"] == "open"]
    return [line["code"] for line in paper.payload["trace"][0]["lines"]]


def reason(run: Harness) -> list[str]:
    [paper] = [work for work in run.inline if work.payload["op"] == "open"]
    return [
        line["params"]["reason"] for line in paper.payload["trace"][0]["lines"] if line["code"] == "skipped.delegate"
    ]


def test_who_delegated_is_not_asked_but_whoever_acts_for_them() -> None:
    run = asking("f1", people=delegating(lets("1", "3")))

    assert seats(run) == ["u:3"]
    assert trace(run) == ["assigned.user", "assigned.delegate"]
    [paper] = run.inline
    assert paper.payload["sheet"]["candidates"] == [
        {"kind": "user", "key": "b1", "name": {"zh": "B1", "en": "B1"}, "on_behalf_of": {"key": "f1", "name": "F1"}}
    ]


def test_the_answer_of_a_delegate_says_for_whom_by_the_name_of_then() -> None:
    run = asking("f1", people=delegating(lets("1", "3")))
    run.world = world(with_person(delegating(lets("1", "3")), "1", name="Somebody Else"))

    run.signal("ask", "approve", actor=actor("3"), revision=1)

    assert ended(run) == "yes"
    assert [(note["outcome"], note["on_behalf_of"]) for note in noted(run, "voted")] == [
        ("approved", {"id": "1", "name": "F1"})
    ]
    close = run.inline[-1].payload
    assert [vote["on_behalf_of"] for vote in close["sheet"]["votes"]] == [{"key": "f1", "name": "F1"}]


def test_a_pool_stays_what_it_is_when_one_of_its_people_has_delegated() -> None:
    run = opened(people=delegating(lets("1", "3")))

    assert seats(run) == ["g:finance"]


def test_a_delegation_holds_in_the_flows_that_it_names_and_goes_before_one_for_all() -> None:
    people = delegating(lets("1", "3", "refund"), lets("1", "4"))

    assert seats(asking("f1", people=people, flow="refund")) == ["u:3"]
    assert seats(asking("f1", people=people, flow="purchase")) == ["u:4"]
    assert seats(asking("f1", people=delegating(lets("1", "3", "refund")), flow="purchase")) == ["u:1"]


def test_trap_6_a_delegate_who_asked_for_it_does_not_decide() -> None:
    base = with_person(directory(), "8", roles=("approver", "requester"))

    run = asking("f1", people=delegating(lets("1", "8"), base=base))

    assert (seats(run), reason(run)) == (["u:1"], ["requester"])


def test_trap_10_a_circle_is_found_at_use_and_the_owner_keeps_the_task() -> None:
    run = asking("f1", people=delegating(lets("1", "3"), lets("3", "1")))

    assert (seats(run), reason(run)) == (["u:1"], ["cycle"])


def test_trap_10_a_chain_is_followed_to_its_end_and_no_further_than_its_bound() -> None:
    ids = ("1", "2", "3", "4", "5", "6", "10")
    assert len(ids) == MAX_CHAIN + 2
    chain = [lets(by, to) for by, to in pairwise(ids)]

    assert seats(asking("f1", people=delegating(*chain[:-1]))) == ["u:6"]
    too_long = asking("f1", people=delegating(*chain))
    assert (seats(too_long), reason(too_long)) == (["u:1"], ["too_long"])


@pytest.mark.parametrize(
    ("last", "why"),
    [
        ({"absences": (away(MONDAY, MONDAY + WEEK),)}, "away"), ({"active": False}, "unable"),
        ({"roles": ("auditor",)}, "unable"),
    ],
)  # fmt: skip
def test_trap_10_a_chain_to_somebody_who_is_away_falls_back_to_the_owner(last: dict[str, Any], why: str) -> None:
    base = with_person(directory(), "4", **last)

    run = asking("f1", people=delegating(lets("1", "3"), lets("3", "4"), base=base))

    assert (seats(run), reason(run)) == (["u:1"], [why])


def test_trap_10_a_circle_is_seen_before_it_is_stored_if_all_of_it_holds_together() -> None:
    known = [lets("3", "4", "refund"), lets("4", "1", start=MONDAY + timedelta(days=5))]

    assert circle(lets("1", "3"), known) == ("1", "3", "4", "1")
    assert circle(lets("1", "3", "purchase"), known) is None  # another flow
    assert circle(lets("1", "3", end=MONDAY + timedelta(days=5)), known) is None  # over before the circle closes
    assert circle(lets("1", "1"), []) == ("1", "1")


def test_a_second_delegation_of_the_same_flow_at_the_same_time_is_seen() -> None:
    known = [lets("1", "3", "refund", "purchase")]

    assert overlapping(lets("1", "4", "refund"), known) == known[0]
    assert overlapping(lets("1", "4"), known) is None  # for all flows: the one that names the flow goes before
    assert overlapping(lets("1", "4", "refund", start=MONDAY + WEEK), known) is None
    assert overlapping(lets("2", "4", "refund"), known) is None


def test_trap_11_a_delegation_begins_with_its_first_instant_and_is_over_at_its_end() -> None:
    tick = timedelta(microseconds=1)

    assert seats(asking("f1", people=delegating(lets("1", "3", start=MONDAY)))) == ["u:3"]
    assert seats(asking("f1", people=delegating(lets("1", "3", start=MONDAY + tick)))) == ["u:1"]
    assert seats(asking("f1", people=delegating(lets("1", "3", start=MONDAY - WEEK, end=MONDAY)))) == ["u:1"]
    assert seats(asking("f1", people=delegating(lets("1", "3", start=MONDAY - WEEK, end=MONDAY + tick)))) == ["u:3"]


def test_trap_12_a_delegate_who_votes_anyway_has_one_vote_of_a_countersign() -> None:
    run = asking("f1", "b1", mode="all", people=delegating(lets("1", "3")))

    assert (seats(run), reason(run)) == (["u:1", "u:3"], ["seated"])
    run.signal("ask", "approve", actor=actor("3"), revision=1)
    with pytest.raises(Conflict) as caught:
        run.signal("ask", "approve", actor=actor("3"), revision=1)
    assert caught.value.code == "task.already_decided"
    assert ended(run) is None


def test_trap_12_two_who_delegate_to_one_person_are_two_voices() -> None:
    run = asking("f1", "f2", mode="all", people=delegating(lets("1", "3"), lets("2", "3")))

    assert (seats(run), reason(run)) == (["u:3", "u:2"], ["seated"])


def test_trap_12_a_delegate_who_may_decide_anyway_does_so_in_their_own_name() -> None:
    run = asking("f1", "b1", people=delegating(lets("1", "3")))

    assert seats(run) == ["u:3"]
    run.signal("ask", "approve", actor=actor("3"), revision=1)
    assert "on_behalf_of" not in noted(run, "voted")[0]


def test_trap_12_who_answered_for_somebody_is_not_heard_twice_when_their_own_turn_comes() -> None:
    run = asking("f1", "b1", mode="sequence", people=delegating(lets("1", "3")))
    assert seats(run) == ["u:3"]

    run.signal("ask", "approve", actor=actor("3"), revision=1)

    assert (seats(run), ended(run)) == (["r:supervisor"], None)  # two people decide, as the flow says
    run.signal("ask", "approve", actor=actor("7"), revision=1)
    assert ended(run) == "yes"


def test_trap_12_a_transfer_reaches_who_acts_for_the_other_and_never_a_voter() -> None:
    run = asking("f1", "b1", mode="all", people=delegating(lets("2", "4"), lets("5", "3")))

    run.signal("ask", "transfer", actor=actor("1"), revision=1, to={"kind": "user", "user": "f2"})
    assert seats(run) == ["u:3", "u:4"]

    run.signal("ask", "transfer", actor=actor("4"), revision=2, to={"kind": "user", "user": "o1"})
    assert seats(run) == ["u:3", "u:5"]  # b1 votes already, so o1 is asked in person


def test_a_transfer_to_somebody_who_delegated_back_to_the_giver_stays_with_them() -> None:
    run = asking("f1", people=delegating(lets("2", "1")))

    run.signal("ask", "transfer", actor=actor("1"), revision=1, to={"kind": "user", "user": "f2"})

    assert seats(run) == ["u:2"]


def test_the_substitute_of_somebody_away_may_have_a_delegate_too() -> None:
    base = with_person(directory(), "1", absences=(away(MONDAY, MONDAY + WEEK),))

    run = asking("f1", people=delegating(lets("2", "4"), base=base), offline="transfer", offline_to=users("f2"))

    assert seats(run) == ["u:4"]


def test_whoever_acts_for_somebody_and_leaves_is_replaced_by_them() -> None:
    people = delegating(lets("1", "3"))
    run = asking("f1", people=people)

    run.world = world(with_person(people, "3", active=False))
    run.signal("ask", "reassess")

    assert seats(run) == ["u:1"]
