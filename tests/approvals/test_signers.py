"""Added signers before, after and beside somebody, and taken out again. Numbers: patterns and the trap list."""

import json
from typing import Any

import pytest

from bedrock.errors import BadInput, Conflict, Forbidden, OrderflowError
from tests.approvals.office import actor, approver, at, directory, ended, noted, opened, seats, with_person, world
from workflows.engine.fact_document import decode, encode
from workflows.engine.fold import apply
from workflows.engine.state import State
from workflows.testing import Harness

ALL2 = {"assign": [{"kind": "user", "user": name} for name in ("f1", "f2")], "mode": "all"}
LATE = [{"after": "PT2H", "clock": "wall", "do": "reject"}]


def revision(run: Harness) -> int:
    return int(run.token_at("ask").data["revision"])


def say(run: Harness, who: str, what: str = "approve") -> None:
    run.signal("ask", what, actor=actor(who), revision=revision(run), comment="because")


def add(run: Harness, who: str, whom: str, how: str) -> None:
    run.signal(
        "ask", "add-signer", actor=actor(who), revision=revision(run), to={"kind": "user", "user": whom}, how=how
    )


def remove(run: Harness, who: str, whom: str, comment: str = "") -> None:
    run.signal(
        "ask", "remove-signer", actor=actor(who), revision=revision(run), to={"kind": "user", "user": whom},
        comment=comment,
    )  # fmt: skip


def ahead(run: Harness) -> list[str]:
    return [one["key"] for one in run.inline[-1].payload["sheet"]["standing"]["ahead"]]


def test_pattern_15_voices_are_added_while_the_step_runs_and_each_of_them_counts() -> None:
    run = opened(ALL2)
    say(run, "1")

    add(run, "2", "b1", "parallel")
    assert seats(run) == ["u:2", "u:3"]
    say(run, "2")
    assert ended(run) is None
    say(run, "3")

    assert ended(run) == "yes"
    assert [note["cause"] for note in noted(run, "reassigned")] == ["added_parallel"]


def test_pattern_15_a_rejection_of_an_added_voice_counts_as_any_other() -> None:
    run = opened(ALL2)
    add(run, "1", "b1", "parallel")

    say(run, "3", "reject")

    assert ended(run) == "no"


@pytest.mark.parametrize("mode", ["any", "all", "sequence", "vote"])
def test_before_somebody_comes_back_to_them_and_after_them_waits_for_them(mode: str) -> None:
    config = {"assign": [{"kind": "user", "user": "f1"}], "mode": mode}
    run = opened(config)
    add(run, "1", "b1", "before")
    assert (seats(run), ahead(run)) == (["u:3"], ["f1"])
    with pytest.raises(Forbidden):
        say(run, "1")

    say(run, "3")
    if mode != "vote":  # of two votes one is not more than half; of the others nothing is settled either
        assert (ended(run), seats(run)) == (None, ["u:1"])
    add(run, "1", "o1", "after")
    assert (seats(run), ahead(run)) == (["u:1"], ["o1"])
    say(run, "1")
    if mode == "vote":
        assert ended(run) == "yes"  # two of three are more than half: the third is not needed
        return
    assert (ended(run), seats(run)) == (None, ["u:5"])
    say(run, "5")

    assert ended(run) == "yes"


def test_trap_29_the_time_of_who_is_paused_stands_still_and_goes_on_where_it_was() -> None:
    run = opened({"assign": [{"kind": "user", "user": "f1"}], "mode": "any", "timeouts": LATE})
    run.wind(minutes=90)
    add(run, "1", "b1", "before")
    assert run.token_at("ask").due_at == at(12, 30)  # the added one has the whole time
    run.wind(minutes=60)

    say(run, "3")

    assert seats(run) == ["u:1"]
    assert run.token_at("ask").due_at == at(12)  # 11:30 and the thirty minutes that were left


def test_trap_29_a_rejection_before_ends_it_and_nesting_is_capped() -> None:
    run = opened({"assign": [{"kind": "user", "user": "f1"}], "mode": "any"})
    add(run, "1", "b1", "before")
    add(run, "3", "b2", "before")
    assert (seats(run), ahead(run)) == (["u:4"], ["b1", "f1"])
    say(run, "4")
    assert seats(run) == ["u:3"]

    say(run, "3", "reject")

    assert ended(run) == "no"


def test_trap_29_no_more_than_ten_signers_are_added() -> None:
    crowd = directory()
    for number in range(20, 32):
        crowd = type(crowd)(
            people={**crowd.people, str(number): approver(str(number), f"p{number}")}, groups=crowd.groups,
            departments=crowd.departments,
        )  # fmt: skip
    run = opened(ALL2, people=crowd)
    for number in range(20, 30):
        add(run, "1", f"p{number}", "parallel")
    before = run.state.seq

    with pytest.raises(Conflict) as caught:
        add(run, "1", "p30", "parallel")

    assert caught.value.code == "task.signer_limit"
    assert run.state.seq == before


@pytest.mark.parametrize(
    ("who", "whom", "how", "code"),
    [
        ("1", "cs", "parallel", "task.signer_refused"),  # trap 6: the requester, on this path as well
        ("1", "f1", "after", "task.already_asked"),
        ("1", "f2", "parallel", "task.already_asked"),  # trap 13
        ("1", "f2", "before", "task.already_asked"),
        ("1", "ghost", "parallel", "task.unknown_target"),
        ("1", "b1", "above", "task.unknown_place"),
        ("3", "b2", "parallel", "task.not_yours"),
        ("8", "b2", "parallel", "task.own_request"),
        ("7", "b2", "parallel", "task.not_yours"),
    ],
)
def test_an_added_signer_is_refused_and_nothing_changes(who: str, whom: str, how: str, code: str) -> None:
    run = opened(ALL2)
    before = run.state.seq

    with pytest.raises(OrderflowError) as caught:
        add(run, who, whom, how)

    assert caught.value.code == code
    assert run.state.seq == before


def test_trap_13_who_has_voted_is_not_asked_again() -> None:
    run = opened({"assign": [{"kind": "user", "user": name} for name in ("f1", "f2", "b1")], "mode": "all"})
    say(run, "1")

    with pytest.raises(BadInput) as caught:
        add(run, "2", "f1", "parallel")

    assert caught.value.code == "task.signer_refused"
    assert caught.value.fields["reasons"] == ["assigned.user", "skipped.already_voted"]


def test_the_same_pipeline_finds_an_added_signer_and_leaves_its_trace() -> None:
    run = opened(ALL2)

    add(run, "1", "b1", "after")

    [trace] = run.inline[-1].payload["trace"]
    assert (trace["cause"], [line["code"] for line in trace["lines"]]) == ("added", ["assigned.user"])


def test_a_member_of_the_pool_is_not_added_beside_it_but_may_speak_before() -> None:
    run = opened()
    with pytest.raises(BadInput) as caught:
        add(run, "1", "f2", "parallel")
    assert caught.value.code == "task.already_asked"

    add(run, "1", "f2", "before")
    assert seats(run) == ["u:2"]
    say(run, "2")
    assert seats(run) == ["g:finance"]
    say(run, "1")

    assert ended(run) == "yes"


def test_trap_23_added_voices_enter_the_total_that_is_asked_now_and_removed_ones_leave_it() -> None:
    people = [{"kind": "user", "user": name} for name in ("f1", "f2", "b1")]
    run = opened({"assign": people, "mode": "vote", "vote": {"approve": "2/3"}})
    add(run, "1", "b2", "parallel")
    add(run, "1", "o1", "parallel")
    say(run, "1")
    say(run, "2")
    say(run, "3")
    assert ended(run) is None  # three of five are less than two thirds

    remove(run, "1", "b2")

    assert ended(run) == "yes"  # three of four: the removal completes it
    assert run.inline[-1].payload["left"] == {"u:1": "decided", "u:2": "decided", "u:3": "decided"}


def test_trap_23_added_voices_advise_where_the_total_was_fixed_at_the_opening() -> None:
    people = [{"kind": "user", "user": name} for name in ("f1", "f2", "b1")]
    run = opened({"assign": people, "mode": "vote", "vote": {"approve": "2/3", "of": "opened"}})
    add(run, "1", "b2", "parallel")
    add(run, "1", "o1", "parallel")
    for voter in ("4", "5", "1"):
        say(run, voter)
        assert ended(run) is None

    say(run, "2")

    assert ended(run) == "yes"


def test_a_removal_gives_the_word_back_and_is_on_record() -> None:
    run = opened({"assign": [{"kind": "user", "user": "f1"}], "mode": "any"})
    add(run, "1", "b1", "before")

    remove(run, "1", "b1")

    assert seats(run) == ["u:1"]
    assert run.inline[-1].payload["left"] == {"u:3": "removed"}
    assert [note["cause"] for note in noted(run, "reassigned")] == ["added_before", "removed", "turn"]


def test_a_removal_lets_the_answer_decide_that_had_given_the_word_on() -> None:
    run = opened({"assign": [{"kind": "user", "user": name} for name in ("f1", "f2")], "mode": "any"})
    add(run, "1", "b1", "after")
    say(run, "1")
    assert seats(run) == ["u:2", "u:3"]

    remove(run, "1", "b1")

    assert ended(run) == "yes"


@pytest.mark.parametrize(
    ("who", "whom", "comment", "code"),
    [
        ("2", "b1", "", "task.not_yours"),
        ("7", "b1", "", "task.comment_required"),
        ("1", "f2", "", "task.not_yours"),  # whom the step asks stays, whoever wants them out
        ("7", "f2", "a fuller vote is in the way", "task.not_added"),
        ("8", "b1", "", "task.own_request"),
    ],
)
def test_a_removal_is_refused_and_nothing_changes(who: str, whom: str, comment: str, code: str) -> None:
    run = opened(ALL2)
    add(run, "1", "b1", "parallel")
    before = run.state.seq

    with pytest.raises(OrderflowError) as caught:
        remove(run, who, whom, comment)

    assert caught.value.code == code
    assert run.state.seq == before


def test_a_supervisor_removes_an_added_signer_with_a_reason() -> None:
    run = opened(ALL2)
    add(run, "1", "b1", "parallel")

    remove(run, "7", "b1", "not in charge of this")

    assert seats(run) == ["u:1", "u:2"]


def test_an_added_signer_who_leaves_is_replaced_and_who_waits_behind_waits_on() -> None:
    run = opened({"assign": [{"kind": "user", "user": "f1"}], "mode": "all"})
    add(run, "1", "b1", "before")
    run.world = world(with_person(directory(), "3", active=False))

    run.signal("ask", "reassess")

    assert seats(run) == ["r:supervisor"] or seats(run) == ["u:7"]
    say(run, "7")
    assert seats(run) == ["u:1"]


def test_a_transfer_of_the_added_seat_keeps_its_place() -> None:
    run = opened({"assign": [{"kind": "user", "user": "f1"}], "mode": "any"})
    add(run, "1", "b1", "before")
    run.signal("ask", "transfer", actor=actor("3"), revision=revision(run), to={"kind": "user", "user": "o1"})

    say(run, "5")

    assert seats(run) == ["u:1"]


def test_folding_the_facts_of_added_signers_gives_the_state() -> None:
    run = opened(ALL2)
    add(run, "1", "b1", "before")
    add(run, "2", "o1", "after")
    say(run, "3")
    remove(run, "2", "o1")

    again: Any = State()
    for fact in run.facts:
        apply(again, decode(fact.kind, json.loads(json.dumps(encode(fact)))))
    assert again == run.state
