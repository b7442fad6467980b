"""Work of people who leave: every lost voice is given to somebody else, and none is ever counted or dropped."""

from dataclasses import replace
from typing import Any

import pytest

from approvals.directory import Directory
from tests.approvals.office import (
    actor,
    at,
    directory,
    ended,
    noted,
    opened,
    people_of,
    person,
    seats,
    with_group,
    with_person,
    world,
)
from workflows.engine.events import Repaired
from workflows.engine.state import Awaits
from workflows.testing import Harness


def users(*names: str) -> list[dict[str, str]]:
    return [{"kind": "user", "user": name} for name in names]


def group(key: str) -> list[dict[str, str]]:
    return [{"kind": "group", "group": key}]


ALL3 = {"assign": users("f1", "f2", "b1"), "mode": "all"}


def without(*ids: str, base: Directory | None = None) -> Directory:
    """The organisation after these people were disabled."""
    left = base or directory()
    for who in ids:
        left = with_person(left, who, active=False)
    return left


def after_leaving(run: Harness, *ids: str, base: Directory | None = None) -> None:
    run.world = world(without(*ids, base=base))
    run.signal("ask", "reassess")


def answers(run: Harness) -> list[str]:
    return [answer["by"] for answer in run.token_at("ask").data["answers"]]


def test_a_lost_voice_goes_to_the_owner_when_all_others_of_a_countersign_approved() -> None:
    run = opened(ALL3)
    run.signal("ask", "approve", actor=actor("1"), revision=1)
    run.signal("ask", "approve", actor=actor("2"), revision=1)

    after_leaving(run, "3")

    assert ended(run) is None
    assert (seats(run), answers(run), run.token_at("ask").data["revision"]) == (["u:7"], ["1", "2"], 2)
    assert [one["code"] for one in run.inline[-1].payload["trace"][0]["lines"]][-2:] == [
        "assigned.owner", "assigned.pool",
    ]  # fmt: skip
    assert run.inline[-1].payload["left"] == {"u:3": "not_needed"}
    assert run.inline[-1].payload["decisions"] == []
    run.signal("ask", "approve", actor=actor("7"), revision=2)
    assert ended(run) == "yes"
    assert [vote["user"]["id"] for vote in run.inline[-1].payload["sheet"]["votes"]] == ["1", "2", "7"]


def test_the_replacement_of_a_lost_voice_may_still_reject() -> None:
    run = opened(ALL3)
    run.signal("ask", "approve", actor=actor("1"), revision=1)
    run.signal("ask", "approve", actor=actor("2"), revision=1)
    after_leaving(run, "3")

    run.signal("ask", "reject", actor=actor("7"), revision=2, comment="no")

    assert ended(run) == "no"


def test_a_lost_voice_is_replaced_at_once_though_others_are_still_asked() -> None:
    run = opened(ALL3)

    after_leaving(run, "2")

    assert seats(run) == ["u:1", "u:7", "u:3"]


def test_each_of_several_lost_voices_is_replaced_by_another_person() -> None:
    run = opened(ALL3, on_empty=group("ops"))
    run.signal("ask", "approve", actor=actor("1"), revision=1)

    after_leaving(run, "2", "3")

    assert (seats(run), answers(run)) == (["u:5", "u:6"], ["1"])
    for voter in ("5", "6"):
        assert ended(run) is None
        run.signal("ask", "approve", actor=actor(voter), revision=2)
    assert ended(run) == "yes"


def test_the_owner_then_an_administrator_replace_two_lost_voices_and_never_one_person_both() -> None:
    run = opened(ALL3)

    after_leaving(run, "2", "3")

    assert seats(run) == ["u:1", "u:7", "u:9"]


def test_somebody_who_voted_or_holds_a_seat_is_no_replacement() -> None:
    run = opened({"assign": users("f1", "f2", "b1", "b2"), "mode": "all"}, on_empty=users("f1", "f2", "o1"))
    run.signal("ask", "approve", actor=actor("1"), revision=1)

    after_leaving(run, "3")

    assert (seats(run), answers(run)) == (["u:2", "u:5", "u:4"], ["1"])
    codes = [line["code"] for line in run.inline[-1].payload["trace"][0]["lines"]]
    assert "skipped.already_voted" in codes
    assert "skipped.same_holder" in codes


def test_an_incident_is_raised_when_nobody_is_left_for_a_lost_voice() -> None:
    run = opened(ALL3)
    run.signal("ask", "approve", actor=actor("1"), revision=1)
    run.signal("ask", "approve", actor=actor("2"), revision=1)

    after_leaving(run, "3", "7", "9")

    assert run.where() == ["ask!approval.nobody"]
    assert ended(run) is None
    assert (run.inline[-1].payload["op"], run.inline[-1].payload["status"]) == ("close", "cancelled")
    assert run.inline[-1].payload["decisions"] == []


def test_an_incident_is_raised_when_a_pool_of_any_lost_its_last_member_and_nobody_is_left() -> None:
    run = opened()

    after_leaving(run, "1", "2", "7", "9")

    assert run.where() == ["ask!approval.nobody"]
    before = run.state.seq
    run.signal("ask", "reassess")
    assert (run.state.seq, run.token_at("ask").awaits) == (before, Awaits.REPAIR)


def test_everybody_is_asked_anew_when_the_incident_is_repaired() -> None:
    run = opened(ALL3)
    run.signal("ask", "approve", actor=actor("1"), revision=1)
    after_leaving(run, "2", "3", "7", "9")
    run.world = world(without("2", "3"))

    token = run.token_at("ask")
    run.take(Repaired(token=token.id, visit=token.visit, attempt=token.attempt, actor=actor("9")))

    assert (seats(run), answers(run)) == (["u:1"], [])


def test_any_keeps_its_remaining_seats_and_asks_nobody_else() -> None:
    run = opened({"assign": users("f1", "f2")})

    after_leaving(run, "1")

    assert (seats(run), ended(run)) == (["u:2"], None)
    assert run.inline[-1].payload["trace"] == []
    run.signal("ask", "approve", actor=actor("2"), revision=2)
    assert ended(run) == "yes"


def test_any_goes_by_the_empty_policy_when_its_pool_lost_everybody() -> None:
    run = opened(on_empty=group("ops"))

    after_leaving(run, "1", "2")

    assert seats(run) == ["g:ops"]


def test_a_frozen_group_takes_its_present_member_for_the_one_who_left() -> None:
    run = opened(mode="all")
    joined = with_group(directory(), "finance", members=("1", "2", "5", "6"))

    after_leaving(run, "1", base=joined)

    assert seats(run) == ["u:5", "u:2"]  # one for one, in the order of the group
    assert run.inline[-1].payload["trace"][0]["lines"][-1]["code"] == "skipped.enough"


def test_the_requester_is_no_replacement_and_their_head_is_when_the_policy_says_so() -> None:
    skipped = opened(ALL3, requester="5", on_empty=users("o1"))
    after_leaving(skipped, "3")
    assert seats(skipped) == ["u:1", "u:2", "u:7"]

    service = with_person(directory(), "5", department="service")
    asked = opened(ALL3, requester="5", on_empty=users("o1"), on_requester="department_head", people=service)
    after_leaving(asked, "3", base=service)
    assert seats(asked) == ["u:1", "u:2", "u:10"]


def test_the_requester_as_the_only_owner_replaces_nobody() -> None:
    run = opened(ALL3, requester="7")

    after_leaving(run, "3")

    assert seats(run) == ["u:1", "u:2", "u:9"]


def test_the_next_head_up_is_asked_when_the_department_head_left() -> None:
    run = opened({"assign": [{"kind": "department_head"}], "mode": "all"})
    assert seats(run) == ["u:10"]

    after_leaving(run, "10")

    assert seats(run) == ["u:9"]


def test_nothing_more_happens_when_the_leavers_are_looked_for_twice() -> None:
    run = opened(ALL3)
    after_leaving(run, "3")
    before = (run.state.seq, len(run.inline))

    run.signal("ask", "reassess")

    assert (run.state.seq, len(run.inline)) == before
    assert len(noted(run, "reassigned")) == 1


def test_work_goes_back_to_the_rules_that_assigned_it_when_its_backup_left() -> None:
    """Those who let the time pass are not asked again: the transfer's targets are the rules in force."""
    transfer = {"timeouts": [{"after": "PT60M", "do": "transfer", "to": group("backup")}]}
    run = opened(transfer, on_empty=group("ops"))
    run.wind(hours=1)
    assert seats(run) == ["g:backup"]

    after_leaving(run, "3", "4")

    assert seats(run) == ["g:ops"]


def test_trap_70_the_silence_of_somebody_who_left_is_no_answer() -> None:
    run = opened(ALL3, calendar="office", timeouts=[{"after": "PT60M", "do": "approve"}])
    run.world = world(without("3"))

    run.wind(hours=1)

    assert ended(run) is None
    assert (seats(run), answers(run)) == (["u:3"], ["1", "2"])
    run.signal("ask", "reassess")
    assert seats(run) == ["u:7"]
    run.signal("ask", "approve", actor=actor("7"), revision=2)
    assert ended(run) == "yes"


def test_the_silence_of_an_empty_pool_is_no_answer() -> None:
    run = opened(timeouts=[{"after": "PT60M", "do": "approve"}])
    run.world = world(without("1", "2"))

    run.wind(hours=1)

    assert (ended(run), seats(run), answers(run)) == (None, ["g:finance"], [])


def test_a_person_who_lost_the_role_has_left_too() -> None:
    run = opened(ALL3)
    run.world = world(with_person(directory(), "3", roles=("auditor",)))

    run.signal("ask", "reassess")

    assert seats(run) == ["u:1", "u:2", "u:7"]


def test_trap_1_history_keeps_the_names_of_then_when_somebody_left_and_was_renamed() -> None:
    run = opened(ALL3)
    run.signal("ask", "approve", actor=actor("1"), revision=1)
    run.world = world(with_person(without("1", "3"), "1", name="Somebody Else"))

    run.signal("ask", "reassess")

    [voted] = run.inline[-1].payload["sheet"]["votes"]
    assert (voted["user"]["display_name"], voted["outcome"]) == ("F1", "approved")
    moved = noted(run, "reassigned")[0]
    assert [one["name"]["en"] for one in moved["from"]] == ["F2", "B1"]
    assert [one["name"]["en"] for one in moved["to"]] == ["F2", "S1"]


def test_trap_13_a_group_that_lost_its_members_is_left_as_one_seat_beside_the_people_who_are_named() -> None:
    """Of two seats of any, only the empty one goes; nobody is asked twice."""
    run = opened({"assign": [*group("finance"), *users("b1")]})

    after_leaving(run, "1", "2")

    assert (seats(run), run.inline[-1].payload["left"]) == (["u:3"], {"g:finance": "not_needed"})


def test_the_time_goes_on_when_a_lost_voice_is_replaced() -> None:
    run = opened(ALL3, calendar="office", timeouts=[{"after": "PT120M", "do": "remind"}])
    assert run.token_at("ask").due_at == at(11)
    run.now = at(10)

    after_leaving(run, "3")

    assert run.token_at("ask").due_at == at(11)


@pytest.mark.parametrize("order", [("1", "2"), ("2", "1")])
def test_a_countersign_needs_as_many_voices_as_it_began_with_whoever_leaves(order: tuple[str, str]) -> None:
    """Whatever leaves in whichever order: the number of people asked and heard stays three."""
    staff = replace(
        directory(),
        people={**directory().people, **people_of(*(person(f"2{n}", f"s2{n}", roles=("supervisor",)) for n in "123"))},
    )
    run = opened(ALL3, people=staff)
    gone: tuple[Any, ...] = ()
    for who in order:
        gone = (*gone, who)
        after_leaving(run, *gone, base=staff)
        assert len(seats(run)) + len(answers(run)) == 3
    voters = sorted(seat.removeprefix("u:") for seat in seats(run))
    assert voters == ["21", "3", "7"]
    for voter in voters[:-1]:
        run.signal("ask", "approve", actor=actor(voter), revision=3)
        assert ended(run) is None
    run.signal("ask", "approve", actor=actor(voters[-1]), revision=3)
    assert ended(run) == "yes"
