"""Votes and sequences as a run lives them: who is asked, what decides. Numbers are of patterns and of the trap list."""

import json
from typing import Any

import pytest

from approvals.approval_check import problems_of
from approvals.approval_config import ApprovalConfig
from bedrock.errors import BadInput, Conflict, Forbidden
from tests.approvals.office import (
    MONDAY,
    actor,
    at,
    directory,
    ended,
    group,
    noted,
    opened,
    seats,
    with_group,
    with_person,
    world,
)
from workflows.engine.events import Signalled
from workflows.engine.fact_document import decode, encode
from workflows.engine.facts import Moved
from workflows.engine.fold import apply
from workflows.engine.node_type import CheckContext
from workflows.engine.state import State
from workflows.testing import Harness

FIVE = [{"kind": "user", "user": name} for name in ("f1", "f2", "b1", "b2", "o1")]


FINANCE = [{"kind": "group", "group": "finance"}]


def voice(who: str, **more: Any) -> dict[str, Any]:
    return {"who": {"kind": "user", "user": who}, **more}


def vote(approve: str = "3", people: list[dict[str, Any]] = FIVE, **rules: Any) -> dict[str, Any]:
    return {"assign": people, "mode": "vote", "vote": {"approve": approve} | rules}


def in_turn(*people: str, **more: Any) -> dict[str, Any]:
    return {"assign": [{"kind": "user", "user": name} for name in people], "mode": "sequence"} | more


def say(run: Harness, who: str, what: str = "approve") -> None:
    run.signal("ask", what, actor=actor(who), revision=run.token_at("ask").data["revision"], comment="because")


# --- thresholds -------------------------------------------------------------------------------------------------------


def test_pattern_30_structured_partial_join_goes_on_when_three_of_five_agreed() -> None:
    run = opened(vote("3"))
    for voter in ("1", "2"):
        say(run, voter)
        assert ended(run) is None

    say(run, "3")

    assert ended(run) == "yes"
    [left] = [fact for fact in run.facts if isinstance(fact, Moved) and fact.node == "ask"]
    assert left.why is not None
    assert (left.why["approved"], left.why["standing"]["needed"]) == (3, 3)


def test_pattern_32_cancelling_partial_join_closes_the_seats_of_those_who_were_not_needed() -> None:
    run = opened(vote("2/5"))
    token = run.token_at("ask")
    say(run, "5")
    say(run, "4")

    closed = run.inline[-1].payload
    assert (closed["op"], closed["status"], closed["left"]) == (
        "close",
        "approved",
        {"u:5": "decided", "u:4": "decided"},
    )
    late = run.take(signalled(token, "1"))
    assert not late.changed


def test_pattern_34_static_partial_join_of_a_fixed_number_of_voices() -> None:
    run = opened(vote("2/3", [{"kind": "group", "group": "finance"}, {"kind": "group", "group": "backup"}]))
    assert seats(run) == ["u:1", "u:2", "u:3", "u:4"]  # frozen: four voices, so three of them

    run.world = world(with_group(directory(), "finance", members=("1", "2", "5")))
    with pytest.raises(Forbidden):
        say(run, "5")
    for voter in ("1", "3", "4"):
        assert ended(run) is None
        say(run, voter)

    assert ended(run) == "yes"


def test_pattern_35_cancelling_partial_join_rejects_as_soon_as_approval_is_out_of_reach() -> None:
    run = opened(vote("4"))
    say(run, "1")
    say(run, "2", "reject")
    assert ended(run) is None

    say(run, "3", "reject")

    assert ended(run) == "no"
    assert run.inline[-1].payload["left"] == {"u:1": "decided", "u:2": "decided", "u:3": "decided"}


def test_pattern_36_dynamic_partial_join_decides_by_the_weight_that_was_heard() -> None:
    weights = [
        {"who": {"kind": "user", "user": "f1"}, "weight": 3},
        {"who": {"kind": "group", "group": "finance"}, "weight": 2},
    ]
    run = opened(vote(">1/2", voices=weights))  # 3 + 2 + 1 + 1 + 1 = 8: more than four

    say(run, "3")
    say(run, "1")
    assert ended(run) is None  # four of eight is not more than half

    say(run, "2")
    assert ended(run) == "yes"
    standing = run.inline[-1].payload["sheet"]["standing"]
    assert (standing["approved"], standing["needed"], standing["total"]) == (6, 5, 8)


def signalled(token: Any, who: str) -> Any:
    return Signalled(token=token.id, visit=token.visit, name="approve", payload={"revision": 1}, actor=actor(who))


def test_trap_21_weights_are_summed_and_need_not_make_a_hundred() -> None:
    run = opened(vote("51", voices=[voice("f1", weight=50)]))

    say(run, "1")
    assert ended(run) is None
    say(run, "2")

    assert ended(run) == "yes"


def test_trap_26_a_rule_of_its_own_rejects_before_approval_is_out_of_reach() -> None:
    run = opened(vote("2", reject="2"))

    say(run, "1", "reject")
    say(run, "2", "reject")

    assert ended(run) == "no"  # three silent ones could still have approved


def test_everybody_is_heard_first_when_the_step_says_so() -> None:
    run = opened(vote("2", finish="everyone"))
    for voter in ("1", "2", "3", "4"):
        say(run, voter)
        assert ended(run) is None

    say(run, "5", "reject")

    assert ended(run) == "yes"


def test_a_mandatory_voter_is_awaited_and_their_successor_inherits_the_voice() -> None:
    run = opened(vote("2", voices=[voice("o1", must=True)]))
    say(run, "1")
    say(run, "2")
    assert ended(run) is None
    assert [one["key"] for one in run.inline[-1].payload["sheet"]["standing"]["must"]] == ["o1"]

    run.world = world(with_person(directory(), "5", active=False))
    run.signal("ask", "reassess")
    assert seats(run) == ["u:3", "u:4", "u:7"]
    say(run, "3")
    assert ended(run) is None
    say(run, "7", "reject")

    assert ended(run) == "yes"  # heard; three of two were for it


def test_a_veto_goes_over_with_its_seat_when_it_is_transferred() -> None:
    run = opened(vote("2", voices=[voice("f1", veto=True, weight=4)]))
    run.signal("ask", "transfer", actor=actor("1"), revision=1, to={"kind": "user", "user": "o2"})

    say(run, "6", "reject")

    assert ended(run) == "no"


def test_trap_27_an_abstention_leaves_the_denominator() -> None:
    run = opened(vote("2/3", FIVE[:3], abstain=True))
    say(run, "1", "abstain")
    say(run, "2", "abstain")
    assert ended(run) is None

    say(run, "3")

    assert ended(run) == "yes"
    assert [vote["outcome"] for vote in run.inline[-1].payload["sheet"]["votes"]] == [
        "abstained",
        "abstained",
        "approved",
    ]


def test_trap_27_the_empty_policy_decides_when_everybody_abstained() -> None:
    run = opened(vote("2/3", FIVE[:3], abstain=True), on_empty=[{"kind": "group", "group": "ops"}])
    for voter in ("1", "2", "3"):
        say(run, voter, "abstain")

    assert ended(run) is None
    assert seats(run) == ["u:5", "u:6"]
    assert run.inline[-1].payload["trace"][0]["lines"][0]["code"] == "assigned.fallback"
    say(run, "5")
    say(run, "6")
    assert ended(run) == "yes"


def test_abstaining_is_refused_and_changes_nothing_when_the_step_does_not_offer_it() -> None:
    for config in (vote("2"), {"mode": "any"}, in_turn("f1", "f2")):
        run = opened(config)
        before = run.state.seq

        with pytest.raises(BadInput) as caught:
            say(run, "1", "abstain")

        assert caught.value.code == "task.no_abstaining"
        assert run.state.seq == before


def test_trap_70_silence_is_each_voters_own_when_time_decides() -> None:
    run = opened(vote("3"), timeouts=[{"after": "PT1H", "clock": "wall", "do": "approve"}])
    say(run, "1", "reject")

    run.wind(hours=1)

    assert ended(run) == "yes"
    assert [vote["source"] for vote in run.inline[-1].payload["sheet"]["votes"]] == ["person", *["timer"] * 4]


# --- thresholds that cannot be reached --------------------------------------------------------------------------------


def found(config: dict[str, Any], people: Any = None) -> list[tuple[str, str, str | None]]:
    context = CheckContext(variables=(), world=world(people), now=MONDAY)
    return [
        (one.code, one.severity, one.path)
        for one in problems_of(ApprovalConfig.model_validate(config), context=context)
    ]


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        (vote("3", FIVE[:2]), ("approval.threshold_unreachable", "error", "vote.approve")),
        (vote("2", FIVE[:2], reject="3"), ("approval.threshold_unreachable", "error", "vote.reject")),
        (vote("3", FINANCE), ("approval.threshold_unreachable", "error", "vote.approve")),
        (vote("66%"), ("approval.threshold_malformed", "error", "vote.approve")),
        (vote("3/2"), ("approval.threshold_malformed", "error", "vote.approve")),
        (vote("2", reject="2"), ("approval.rules_overlap", "warning", "vote.reject")),
        (vote("2", voices=[voice("ghost")]), ("approval.unknown_user", "error", "vote.voices.0.who")),
        (vote("2", voices=[voice("o2")]), ("approval.voice_not_asked", "warning", "vote.voices.0.who")),
    ],
)  # fmt: skip
def test_trap_24_a_vote_that_cannot_be_meant_is_named_at_its_place(
    config: dict[str, Any], problem: tuple[str, str, str]
) -> None:
    assert found(config) == [problem]


@pytest.mark.parametrize(
    "config",
    [
        vote("2/3"), vote("5"), vote("3", reject="3"), vote("2", [*FIVE[:1], {"kind": "department_head"}]),
        vote("5", FIVE[:2], voices=[voice("f1", weight=4)]),
        {"assign": FIVE[:2], "mode": "all", "vote": {"approve": "9"}},
    ],
)  # fmt: skip
def test_a_vote_that_can_be_meant_has_no_problems(config: dict[str, Any]) -> None:
    assert found(config) == []


def test_trap_24_a_group_that_has_shrunk_is_said_and_neither_passed_nor_rejected() -> None:
    small = with_group(directory(), "finance", members=("1",))
    run = opened(vote("2", FINANCE), people=small)

    assert run.where() == ["ask!approval.threshold_unreachable"]
    failure = run.token_at("ask").data
    assert (failure["params"]["needed"], failure["params"]["found"]) == (2, 1)
    assert [line["code"] for line in failure["params"]["trace"]] == ["assigned.pool"]


def test_work_stays_when_those_it_would_be_handed_to_could_never_decide() -> None:
    timeouts = [{"after": "PT1H", "clock": "wall", "do": "transfer", "to": [{"kind": "user", "user": "o2"}]}]
    run = opened(vote("3", FIVE[:3]), timeouts=timeouts)

    run.wind(hours=1)

    assert seats(run) == ["u:1", "u:2", "u:3"]
    assert noted(run, "transfer_found_too_few") == [{"step": 0}]


# --- one after the other ----------------------------------------------------------------------------------------------


def test_pattern_40_interleaved_routing_asks_one_at_a_time_in_the_order_that_was_given() -> None:
    run = opened(in_turn("b1", "f1", "o1"))
    assert seats(run) == ["u:3"]
    assert [one["key"] for one in run.inline[-1].payload["sheet"]["standing"]["ahead"]] == ["f1", "o1"]
    with pytest.raises(Forbidden):
        say(run, "1")

    for voter, following in (("3", ["u:1"]), ("1", ["u:5"])):
        say(run, voter)
        assert seats(run) == following
    say(run, "5")

    assert ended(run) == "yes"
    assert [note["cause"] for note in noted(run, "reassigned")] == ["turn", "turn"]


def test_pattern_40_a_rejection_ends_the_row_and_nobody_else_is_asked() -> None:
    run = opened(in_turn("b1", "f1", "o1"))
    say(run, "3")

    say(run, "1", "reject")

    assert ended(run) == "no"


def test_trap_02_a_position_is_looked_up_when_its_turn_comes() -> None:
    run = opened(in_turn("b1", "f1"), on_empty=[{"kind": "group", "group": "ops"}])
    run.world = world(with_person(directory(), "1", active=False))

    say(run, "3")

    assert seats(run) == ["g:ops"]
    codes = [line["code"] for line in run.inline[-1].payload["trace"][-1]["lines"]]
    assert codes == ["skipped.inactive", "assigned.fallback", "assigned.pool"]


def test_trap_12_nobody_is_asked_twice_when_two_positions_mean_one_person() -> None:
    people = replace_group("both", "1", "2")
    run = opened(
        {"assign": [{"kind": "user", "user": "f1"}, {"kind": "group", "group": "both"}, {"kind": "user", "user": "f1"}],
         "mode": "sequence"}, people=people,
    )  # fmt: skip
    say(run, "1")
    assert seats(run) == ["g:both"]
    with pytest.raises(Conflict) as caught:
        say(run, "1")
    assert caught.value.code == "task.already_decided"

    say(run, "2")  # the third position has spoken already

    assert ended(run) == "yes"


def replace_group(key: str, *members: str) -> Any:
    base = directory()
    return type(base)(
        people=base.people, groups={**base.groups, key: group(key, *members)}, departments=base.departments
    )


def test_trap_12_a_pool_that_has_spoken_is_passed_over() -> None:
    run = opened(
        {"assign": [{"kind": "user", "user": "f1"}, {"kind": "group", "group": "solo"}], "mode": "sequence"},
        people=replace_group("solo", "1"),
    )

    say(run, "1")

    assert ended(run) == "yes"


def test_trap_07_the_requesters_own_position_falls_to_those_who_decide_when_nobody_is_left() -> None:
    run = opened(in_turn("f1", "b1"), requester="3")

    say(run, "1")

    assert seats(run) == ["r:supervisor"]


def test_each_position_has_its_own_time() -> None:
    timeouts = [
        {"after": "PT1H", "clock": "wall", "do": "remind"},
        {"after": "PT1H", "clock": "wall", "do": "transfer", "to": [{"kind": "user", "user": "o2"}]},
    ]
    run = opened(in_turn("b1", "f1", timeouts=timeouts))
    run.wind(minutes=90)
    assert len(noted(run, "reminded")) == 1

    say(run, "3")
    assert run.token_at("ask").due_at == at(11, 30)  # anew from the turn at 10:30
    run.wind(minutes=119)
    assert (seats(run), len(noted(run, "reminded"))) == (["u:1"], 2)
    run.wind(minutes=1)

    assert seats(run) == ["u:6"]
    say(run, "6")
    assert ended(run) == "yes"


def test_a_position_that_leaves_is_replaced_by_its_own_rule() -> None:
    heads = [{"kind": "user", "user": "b1"}, {"kind": "group", "group": "finance"}, {"kind": "user", "user": "o1"}]
    run = opened({"assign": heads, "mode": "sequence"})
    say(run, "3")
    assert seats(run) == ["g:finance"]

    run.world = world(with_group(directory(), "finance", members=()))
    run.signal("ask", "reassess")

    assert seats(run) == ["r:supervisor"]
    say(run, "7")
    assert seats(run) == ["u:5"]


def test_folding_the_facts_of_votes_and_turns_gives_the_state() -> None:
    for config, voters in ((vote("3", reject="2", abstain=True), "12"), (in_turn("b1", "f1", "o1"), "31")):
        run = opened(config)
        for voter in voters:
            say(run, voter)

        again = State()
        for fact in run.facts:
            apply(again, decode(fact.kind, json.loads(json.dumps(encode(fact)))))
        assert again == run.state
