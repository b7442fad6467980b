"""Answers, their tally, and who may give them. Numbers are those of the trap list."""

from typing import Any

import pytest

from approvals.voting import PLAIN, Cast, Mode, Rules, Tally, Verdict, Vote, tally
from bedrock.errors import BadInput, Conflict, Forbidden
from tests.approvals.office import MONDAY, actor, directory, ended, noted, opened, seats, with_group, with_person, world
from workflows.engine.events import Signalled
from workflows.testing import Harness

YES, NO = Vote.APPROVED, Vote.REJECTED
ALL3 = {"assign": [{"kind": "user", "user": name} for name in ("f1", "f2", "b1")], "mode": "all"}


def tallied(mode: Mode, *, votes: dict[str, Vote], silent: int) -> Tally:
    return tally(Rules(mode=mode), cast=[Cast(outcome=vote) for vote in votes.values()], silent=[PLAIN] * silent)


def test_any_is_decided_by_its_first_answer_when_a_pool_is_asked() -> None:
    run = opened()

    run.signal("ask", "approve", actor=actor("2"), revision=1, comment="ok")

    assert ended(run) == "yes"
    assert noted(run, "voted") == [{"outcome": "approved", "comment": "ok"}]
    assert run.inline[-1].payload["op"] == "close"
    assert run.inline[-1].payload["status"] == "approved"
    assert run.inline[-1].payload["left"] == {"g:finance": "decided"}


def test_any_is_rejected_by_its_first_answer_when_that_is_no() -> None:
    run = opened()

    run.signal("ask", "reject", actor=actor("1"), revision=1, comment="too much")

    assert ended(run) == "no"


def test_all_waits_for_everybody_when_some_are_silent() -> None:
    run = opened(ALL3)

    for voter in ("1", "3"):
        run.signal("ask", "approve", actor=actor(voter), revision=1)
        assert ended(run) is None
    run.signal("ask", "approve", actor=actor("2"), revision=1)

    assert ended(run) == "yes"


def test_all_is_rejected_at_once_when_one_says_no() -> None:
    run = opened(ALL3)
    run.signal("ask", "approve", actor=actor("1"), revision=1)

    run.signal("ask", "reject", actor=actor("2"), revision=1, comment="no")

    assert ended(run) == "no"
    assert run.inline[-1].payload["left"] == {"u:1": "decided", "u:2": "decided"}  # u:3 ends as not needed


def test_trap_19_the_tally_decides_when_the_last_voter_approves_after_a_rejection() -> None:
    assert tallied(Mode.ALL, votes={"a": NO, "b": YES}, silent=0).verdict is Verdict.REJECTED
    assert tallied(Mode.ANY, votes={"a": NO, "b": YES}, silent=0).verdict is Verdict.REJECTED


def test_trap_24_the_threshold_is_unreachable_when_one_rejected_and_nobody_is_never_a_pass() -> None:
    assert tallied(Mode.ALL, votes={"a": NO}, silent=5).verdict is Verdict.REJECTED
    assert tallied(Mode.ALL, votes={}, silent=0).verdict is Verdict.OPEN
    assert tallied(Mode.ANY, votes={}, silent=0).verdict is Verdict.OPEN


def parallel_graph() -> dict[str, Any]:
    """start → fork → left and right, both asking the same three people, → join → yes."""
    sides = ("left", "right")
    return {
        "format": 1,
        "nodes": [
            {"id": "start", "type": "start", "config": {}},
            {"id": "fork", "type": "parallel", "config": {"branches": [{"port": side} for side in sides]}},
            *({"id": side, "type": "approval", "config": ALL3} for side in sides),
            {"id": "join", "type": "parallel", "config": {"branches": []}},
            {"id": "yes", "type": "end"},
        ],
        "edges": [
            {"id": "e0", "from": "start", "to": "fork"},
            *({"id": f"f-{side}", "from": "fork", "port": side, "to": side} for side in sides),
            *({"id": f"j-{side}", "from": side, "port": "approved", "to": "join"} for side in sides),
            {"id": "e9", "from": "join", "to": "yes"},
        ],
    }


def test_trap_20_votes_stay_in_their_node_when_two_approvals_run_in_parallel() -> None:
    run = Harness(parallel_graph(), world=world(), now=MONDAY)
    run.start(requester="8")

    for voter in ("1", "2"):
        run.signal("left", "approve", actor=actor(voter), revision=1)
    run.signal("right", "approve", actor=actor("3"), revision=1)

    assert [answer["by"] for answer in run.token_at("left").data["answers"]] == ["1", "2"]
    assert [answer["by"] for answer in run.token_at("right").data["answers"]] == ["3"]
    assert run.where() == ["left", "right"]


def test_one_person_has_one_vote_when_they_answer_twice() -> None:
    run = opened(ALL3)
    run.signal("ask", "approve", actor=actor("1"), revision=1)
    before = run.state.seq

    with pytest.raises(Conflict) as caught:
        run.signal("ask", "approve", actor=actor("1"), revision=1)

    assert caught.value.code == "task.already_decided"
    assert caught.value.fields["outcome"] == "approved"
    assert run.state.seq == before


def test_trap_25_the_second_answer_finds_no_wait_when_any_is_decided() -> None:
    run = opened()
    token = run.token_at("ask")
    run.signal("ask", "approve", actor=actor("1"), revision=1)

    late = run.take(
        Signalled(token=token.id, visit=token.visit, name="approve", payload={"revision": 1}, actor=actor("2"))
    )

    assert not late.changed


def test_trap_6_the_requester_never_decides_when_they_are_in_the_pool() -> None:
    run = opened(requester="1")

    with pytest.raises(Forbidden) as caught:
        run.signal("ask", "approve", actor=actor("1"), revision=1)

    assert caught.value.code == "task.own_request"
    run.signal("ask", "approve", actor=actor("2"), revision=1)
    assert ended(run) == "yes"


def test_trap_5_a_new_member_may_act_on_an_old_task_when_the_pool_is_live() -> None:
    run = opened()
    run.world = world(with_group(directory(), "finance", members=("1", "2", "3")))

    run.signal("ask", "approve", actor=actor("3"), revision=1)

    assert ended(run) == "yes"


def test_trap_5_a_countersign_is_frozen_when_the_group_changes_later() -> None:
    run = opened(mode="all")
    run.world = world(with_group(directory(), "finance", members=("1", "2", "3")))

    with pytest.raises(Forbidden):
        run.signal("ask", "approve", actor=actor("3"), revision=1)

    assert seats(run) == ["u:1", "u:2"]


def test_trap_18_a_removed_member_loses_the_right_at_once_when_the_task_is_open() -> None:
    run = opened()
    run.world = world(with_group(directory(), "finance", members=("2",)))

    with pytest.raises(Forbidden) as caught:
        run.signal("ask", "approve", actor=actor("1"), revision=1)

    assert caught.value.code == "task.not_yours"


@pytest.mark.parametrize(
    ("signal", "payload", "code"),
    [
        ("reject", {"revision": 1}, "task.comment_required"),
        ("reject", {"revision": 1, "comment": "  "}, "task.comment_required"),
        ("approve", {"revision": 2}, "task.revision_conflict"),
        ("approve", {}, "task.revision_conflict"),
    ],
)
def test_an_answer_is_refused_and_nothing_changes(signal: str, payload: dict[str, Any], code: str) -> None:
    run = opened()
    before = run.state.seq

    with pytest.raises((BadInput, Conflict)) as caught:
        run.signal("ask", signal, actor=actor("1"), **payload)

    assert caught.value.code == code
    assert run.state.seq == before


def test_approve_needs_a_comment_when_the_node_says_always() -> None:
    run = opened(comment="always")

    with pytest.raises(BadInput):
        run.signal("ask", "approve", actor=actor("1"), revision=1)

    run.signal("ask", "approve", actor=actor("1"), revision=1, comment="seen")
    assert ended(run) == "yes"


def test_trap_1_work_goes_on_by_policy_when_its_holder_is_disabled() -> None:
    run = opened({"assign": [{"kind": "user", "user": "f1"}]})
    run.world = world(with_person(directory(), "1", active=False))

    run.signal("ask", "reassess")

    assert seats(run) == ["r:supervisor"]
    moved = noted(run, "reassigned")[0]
    assert moved["from"] == [{"kind": "user", "key": "f1", "name": {"zh": "F1", "en": "F1"}}]
    assert run.inline[-1].payload["left"] == {"u:1": "not_needed"}


def test_reassess_changes_nothing_when_everybody_is_still_there() -> None:
    run = opened()
    before = run.state.seq

    run.signal("ask", "reassess")

    assert run.state.seq == before


def test_reassess_is_ignored_when_a_person_sends_it() -> None:
    run = opened({"assign": [{"kind": "user", "user": "f1"}]})
    run.world = world(with_person(directory(), "1", active=False))
    before = run.state.seq

    run.signal("ask", "reassess", actor=actor("2"))

    assert run.state.seq == before


def test_a_comment_is_kept_and_decides_nothing_when_an_involved_person_writes() -> None:
    run = opened()

    run.signal("ask", "comment", actor=actor("8"), text="please hurry")

    assert seats(run) == ["g:finance"]
    assert noted(run, "commented") == [{"text": "please hurry"}]
    assert run.inline[-1].payload["op"] == "comment"
    with pytest.raises(Forbidden):
        run.signal("ask", "comment", actor=actor("5"), text="not my business")


def test_trap_31_old_votes_do_not_count_when_the_node_is_visited_again() -> None:
    drawing = {
        "format": 1,
        "nodes": [
            {"id": "start", "type": "start", "config": {"trigger": "test.asked"}},
            {"id": "ask", "type": "approval", "config": ALL3},
            {"id": "yes", "type": "end", "config": {}},
        ],
        "edges": [
            {"id": "e0", "from": "start", "port": "out", "to": "ask"},
            {"id": "e1", "from": "ask", "port": "approved", "to": "yes"},
            {"id": "e2", "from": "ask", "port": "rejected", "to": "ask", "kind": "back", "max_rounds": 3},
        ],
    }
    run = Harness(drawing, world=world(), now=MONDAY)
    run.start(requester="8")
    run.signal("ask", "approve", actor=actor("1"), revision=1)
    run.signal("ask", "reject", actor=actor("2"), revision=1, comment="again")

    assert run.token_at("ask").visit == 2
    assert run.token_at("ask").data["answers"] == []
    run.signal("ask", "approve", actor=actor("1"), revision=1)
    assert seats(run) == ["u:2", "u:3"]
