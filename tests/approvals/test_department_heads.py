"""Departments with several heads: whose word counts, on which level, and what of it is declared by the step."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from approvals.directory import Department, Directory
from tests.approvals.office import (
    MONDAY,
    actor,
    away,
    directory,
    ended,
    opened,
    seats,
    with_person,
    world,
)
from workflows.engine.graph import LocalText
from workflows.engine.node_type import CheckContext
from workflows.engine.registry import registry
from workflows.testing import Harness


def led(low: tuple[str, ...], top: tuple[str, ...] = ("9",), *, base: Directory | None = None, **of: str) -> Directory:
    """`low` under `top`, with these heads; cs is in `low` unless somebody else is placed there: id and department."""
    from_rows = {
        "low": Department(key="low", name=LocalText(), parent="top", heads=low),
        "top": Department(key="top", name=LocalText(), heads=top),
    }
    people = with_person(base or directory(), "8", department="low")
    for who, key in of.items():
        people = with_person(people, who.removeprefix("p"), department=key)
    return replace(people, departments=from_rows)


def heads(**config: Any) -> dict[str, Any]:
    return {"kind": "department_head"} | config


def asked(people: Directory, target: dict[str, Any], *, mode: str = "all", requester: str = "8") -> Harness:
    return opened({"assign": [target]}, people=people, mode=mode, requester=requester)


def on_leave(base: Directory, who: str) -> Directory:
    return with_person(base, who, absences=(away(MONDAY, MONDAY + timedelta(days=1)),))


@pytest.mark.parametrize(("rule", "found"), [("first", ["u:1"]), ("present", ["u:1"]), ("all", ["u:1", "u:2"])])
def test_trap_09_of_several_heads_those_count_whom_the_step_declares(rule: str, found: list[str]) -> None:
    assert seats(asked(led(("1", "2")), heads(heads=rule))) == found
    assert seats(asked(led(("1", "2")), heads(heads=rule), mode="any")) == found


@pytest.mark.parametrize(("rule", "found"), [("first", "u:1"), ("present", "u:2"), ("all", "u:1")])
def test_a_head_on_leave_is_passed_over_only_where_the_step_says_present(rule: str, found: str) -> None:
    people = on_leave(led(("1", "2")), "1")

    assert seats(asked(people, heads(heads=rule)))[0] == found


def test_when_all_heads_are_on_leave_the_first_keeps_the_work_and_nobody_above_gets_it() -> None:
    people = on_leave(on_leave(led(("1", "2")), "1"), "2")

    assert seats(asked(people, heads(heads="present"))) == ["u:1"]


@pytest.mark.parametrize("rule", ["first", "present", "all"])
def test_trap_01_a_head_who_left_gives_way_to_the_next_of_the_same_department(rule: str) -> None:
    people = with_person(led(("1", "2")), "1", active=False)

    assert seats(asked(people, heads(heads=rule))) == ["u:2"]


@pytest.mark.parametrize("rule", ["first", "present", "all"])
def test_trap_06_a_head_who_asks_is_decided_about_by_those_before_them_and_never_by_those_behind(rule: str) -> None:
    people = led(("1", "2", "3"), p1="low", p2="low")

    assert seats(asked(people, heads(heads=rule), requester="2")) == ["u:1"]
    assert seats(asked(people, heads(heads=rule), requester="1")) == ["u:9"]


def test_trap_09_nobody_is_asked_on_two_levels_and_a_level_with_nobody_new_is_none() -> None:
    both = led(("1", "2"), ("1", "5"))

    assert seats(asked(both, heads(levels=2, heads="all"))) == ["u:1", "u:2", "u:5"]
    assert seats(asked(both, heads(levels=2))) == ["u:1", "u:5"]
    assert seats(asked(led(("1",), ("1",)), heads(levels=2))) == ["u:1"]


def test_all_heads_of_all_levels_are_asked_one_after_the_other_each_looked_for_when_the_turn_comes() -> None:
    """Trap 2: the second head leaves while the first still thinks, and a new one has come."""
    people = led(("1", "2"), ("5",))
    run = asked(people, heads(levels=2, heads="all"), mode="sequence")
    assert seats(run) == ["u:1"]

    low = replace(people.departments["low"], heads=("1", "3"))
    run.world = world(replace(people, departments={**people.departments, "low": low}))
    run.signal("ask", "approve", actor=actor("1"), revision=1)
    assert seats(run) == ["u:3"]
    run.signal("ask", "approve", actor=actor("3"), revision=1)
    assert seats(run) == ["u:5"]
    run.signal("ask", "approve", actor=actor("5"), revision=1)
    assert ended(run) == "yes"


def test_trap_02_a_position_whose_head_is_gone_falls_away_when_the_others_of_the_level_have_decided() -> None:
    people = led(("1", "2"), ("5",))
    run = asked(people, heads(levels=2, heads="all"), mode="sequence")

    low = replace(people.departments["low"], heads=("1",))
    run.world = world(replace(people, departments={**people.departments, "low": low}))
    run.signal("ask", "approve", actor=actor("1"), revision=1)

    assert seats(run) == ["u:5"]


def test_a_vote_may_need_more_voices_than_levels_where_all_heads_count() -> None:
    node_type = registry.get("approval")

    def problems(**target: Any) -> list[str]:
        vote = {"assign": [heads(**target)], "mode": "vote", "vote": {"approve": "3"}, "calendar": "office"}
        context = CheckContext(variables=(), world=world(led(("1", "2", "3"))), now=MONDAY)
        return [one.code for one in node_type.check(node_type.Config.model_validate(vote), context)]

    assert "approval.threshold_unreachable" in problems()
    assert "approval.threshold_unreachable" not in problems(heads="all")
