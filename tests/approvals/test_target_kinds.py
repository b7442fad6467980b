"""Every kind of target, resolved by the one pipeline: whom it means, why, and what is refused at publish."""

from dataclasses import replace
from typing import Any

import pytest

from approvals.directory import Department, Directory
from tests.approvals.office import (
    MONDAY,
    actor,
    approver,
    directory,
    ended,
    graph,
    people_of,
    seats,
    with_person,
    world,
)
from workflows.engine.graph import LocalText
from workflows.engine.node_type import CheckContext
from workflows.engine.registry import registry
from workflows.engine.variables import parse_variables
from workflows.testing import Harness

VARIABLES = [
    {"name": "keeper", "type": "text"},
    {"name": "keepers", "type": "list<text>"},
    {"name": "amount", "type": "money"},
    {"name": "urgent", "type": "boolean"},
]
CHEAP = "${amount} < {money}".replace("{money}", "100 CNY")
FINANCE = {"kind": "group", "group": "finance"}
CHOICE = {"kind": "requester_choice", "variable": "keepers", "pool": [FINANCE], "most": 2}


def cny(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


def asked(
    *targets: dict[str, Any], variables: dict[str, Any] | None = None, people: Directory | None = None,
    requester: str | None = "8", **config: Any,
) -> Harness:  # fmt: skip
    """A run that stands at an approval by these targets."""
    drawing = graph({"assign": list(targets)}, **config) | {"variables": VARIABLES}
    run = Harness(drawing, world=world(people), now=MONDAY)
    run.start(requester=requester, variables=variables)
    return run


def trace(run: Harness) -> list[str]:
    """The codes of the trace with which the task was opened."""
    [opening] = [work.payload for work in run.inline if work.payload["op"] == "open"]
    return [line["code"] for line in opening["trace"][0]["lines"]]


def tall(*heads: str) -> Directory:
    """Departments on top of each other, the lowest first, with these heads; cs is in the lowest."""
    keys = [f"d{number}" for number in range(len(heads))]
    departments = {
        key: Department(key=key, name=LocalText(), heads=(head,), parent=parent, calendar="office")
        for key, head, parent in zip(keys, heads, [*keys[1:], None], strict=True)
    }
    return replace(with_person(directory(), "8", department="d0"), departments=departments)


def test_a_role_is_a_live_pool_of_those_who_hold_it_and_may_decide() -> None:
    run = asked({"kind": "role", "role": "approver"})
    assert (seats(run), trace(run)) == (["r:approver"], ["assigned.pool"])

    run.signal("ask", "approve", actor=actor("6"), revision=1)

    assert ended(run) == "yes"


def test_a_role_is_frozen_into_its_people_where_all_must_approve_and_nobody_holds_others() -> None:
    people = replace(directory(), people=people_of(approver("1", "f1"), approver("2", "f2"), directory().people["8"]))

    assert seats(asked({"kind": "role", "role": "approver"}, people=people, mode="all")) == ["u:1", "u:2"]
    nobody = asked({"kind": "role", "role": "auditor"})
    assert (seats(nobody), trace(nobody)[0]) == (["r:supervisor"], "skipped.empty")


@pytest.mark.parametrize(
    ("variables", "expected", "codes"),
    [
        ({"keeper": "f1"}, ["u:1"], ["assigned.user"]),
        ({"keeper": " f1 "}, ["u:1"], ["assigned.user"]),
        ({"keeper": None}, ["r:supervisor"], ["skipped.field_empty", "assigned.owner", "assigned.pool"]),
        ({"keeper": "gone"}, ["r:supervisor"], ["skipped.unknown", "assigned.owner", "assigned.pool"]),
        ({"keeper": "cs"}, ["r:supervisor"], ["assigned.user", "skipped.requester", "assigned.owner", "assigned.pool"]),
    ],
)
def test_a_field_names_a_person_and_never_the_requester(
    variables: dict[str, Any], expected: list[str], codes: list[str]
) -> None:
    run = asked({"kind": "field", "variable": "keeper"}, variables=variables)

    assert (seats(run), trace(run)) == (expected, codes)


def test_a_list_in_a_field_is_everybody_at_once_or_one_after_the_other() -> None:
    field, given = {"kind": "field", "variable": "keepers"}, {"keepers": ["f2", "b1", "f2"]}
    assert seats(asked(field, variables=given, mode="all")) == ["u:2", "u:3"]

    run = asked(field, variables=given, mode="sequence")
    assert seats(run) == ["u:2"]
    run.signal("ask", "approve", actor=actor("2"), revision=1)
    assert seats(run) == ["u:3"]
    run.signal("ask", "approve", actor=actor("3"), revision=1)
    assert ended(run) == "yes"


RULED = {
    "kind": "expression",
    "rules": [{"when": CHEAP, "to": [{"kind": "user", "user": "o1"}]}, {"when": "${urgent}", "to": [FINANCE]}],
    "otherwise": [{"kind": "department_head"}],
}


@pytest.mark.parametrize(
    ("variables", "expected", "code", "params"),
    [
        ({"amount": cny("99.99"), "urgent": True}, ["u:5"], "chosen.rule", {"rule": 1, "when": CHEAP}),
        ({"amount": cny("100.00"), "urgent": True}, ["g:finance"], "chosen.rule", {"rule": 2, "when": "${urgent}"}),
        ({"amount": cny("100.00"), "urgent": False}, ["u:10"], "chosen.otherwise", {"rules": 2}),
        ({"amount": None, "urgent": None}, ["u:10"], "chosen.otherwise", {"rules": 2}),
    ],
)
def test_a_condition_names_those_of_its_first_rule_that_holds(
    variables: dict[str, Any], expected: list[str], code: str, params: dict[str, Any]
) -> None:
    run = asked(RULED, variables=variables)

    [opening] = [work.payload for work in run.inline if work.payload["op"] == "open"]
    line = opening["trace"][0]["lines"][0]
    assert (seats(run), line["code"], line["params"]) == (expected, code, params)


def test_a_condition_that_cannot_be_evaluated_is_an_incident_and_asks_nobody() -> None:
    run = asked(RULED, variables={"amount": {"amount": "1.00", "currency": "USD"}, "urgent": False})

    assert run.where() == ["ask!expression.currency_mix"]
    assert run.inline == []


def test_whom_the_requester_chose_is_asked_if_they_were_to_be_chosen_from() -> None:
    run = asked(CHOICE, variables={"keepers": ["f2", "b1", "f1"]}, mode="all")
    assert seats(run) == ["u:2", "u:1"]
    assert trace(run) == ["skipped.outside_pool", "assigned.user", "assigned.user"]


def test_nobody_chosen_goes_to_the_owners_and_the_requester_cannot_choose_themselves() -> None:
    assert (seats(asked(CHOICE, variables={})), trace(asked(CHOICE, variables={}))[0]) == (
        ["r:supervisor"],
        "skipped.not_chosen",
    )
    own = asked(CHOICE, variables={"keepers": ["f1"]}, requester="1")
    assert (seats(own), trace(own)[:2]) == (["r:supervisor"], ["assigned.user", "skipped.requester"])


def test_the_requester_is_replaced_by_their_head_and_never_decides() -> None:
    run = asked({"kind": "requester"}, on_requester="department_head")

    assert (seats(run), trace(run)) == (["u:10"], ["assigned.user", "skipped.requester", "assigned.head"])


def test_several_levels_of_heads_are_asked_in_their_order_each_when_the_turn_comes() -> None:
    """Trap 2: who becomes the head while a lower one still thinks is asked, not who was the head at the opening."""
    people = tall("1", "3", "5")
    run = asked({"kind": "department_head", "levels": 3}, people=people, mode="sequence")
    assert seats(run) == ["u:1"]

    run.world = world(
        replace(people, departments={**people.departments, "d1": replace(people.departments["d1"], heads=("4",))})
    )
    run.signal("ask", "approve", actor=actor("1"), revision=1)
    assert seats(run) == ["u:4"]
    run.signal("ask", "approve", actor=actor("4"), revision=1)
    assert seats(run) == ["u:5"]
    run.signal("ask", "approve", actor=actor("5"), revision=1)
    assert ended(run) == "yes"


def test_trap_08_a_chain_ends_cleanly_at_the_top() -> None:
    """The requester leads the top department: no level asks them, and no level is asked twice."""
    people = tall("1", "8")
    heads = {"kind": "department_head", "levels": 5}

    assert seats(asked(heads, people=people, mode="all")) == ["u:1"]
    run = asked(heads, people=people, mode="sequence")
    run.signal("ask", "approve", actor=actor("1"), revision=1)
    assert ended(run) == "yes"

    alone = asked(heads, people=tall("8"), mode="sequence")
    assert seats(alone) == ["r:supervisor"]


def test_trap_09_a_circle_of_departments_is_walked_once_and_the_chosen_department_is_kept() -> None:
    people = tall("1", "3")
    circle = {**people.departments, "d1": replace(people.departments["d1"], parent="d0")}
    run = asked({"kind": "department_head", "levels": 10}, people=replace(people, departments=circle), mode="all")

    assert seats(run) == ["u:1", "u:3"]
    [opening] = [work.payload for work in run.inline if work.payload["op"] == "open"]
    assert [(line["code"], line["params"]) for line in opening["trace"][0]["lines"]] == [
        ("assigned.head", {"department": "d0", "level": 1}),
        ("assigned.head", {"department": "d0", "level": 2}),
        ("skipped.no_head", {"level": 3}),
    ]


def test_trap_01_a_head_who_left_is_passed_over_on_the_way_up() -> None:
    people = with_person(tall("1", "3", "5"), "3", active=False)

    assert seats(asked({"kind": "department_head", "levels": 2}, people=people, mode="all")) == ["u:1", "u:5"]


def problems(*targets: dict[str, Any], **config: Any) -> list[tuple[str, str, str | None]]:
    node_type = registry.get("approval")
    parsed = node_type.Config.model_validate({"assign": list(targets)} | config)
    context = CheckContext(variables=parse_variables(VARIABLES), world=world(), now=MONDAY)
    return [(one.code, one.severity, one.path) for one in node_type.check(parsed, context)]


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ({"kind": "role", "role": "boss"}, ("approval.unknown_role", "error", "assign.0")),
        ({"kind": "role", "role": "superuser"}, ("approval.unknown_role", "error", "assign.0")),
        ({"kind": "role", "role": "auditor"}, ("approval.empty_role", "warning", "assign.0")),
        ({"kind": "field", "variable": "owner"}, ("approval.unknown_variable", "error", "assign.0.variable")),
        ({"kind": "field", "variable": "amount"}, ("approval.variable_no_names", "error", "assign.0.variable")),
        (CHOICE | {"variable": "urgent"}, ("approval.variable_no_names", "error", "assign.0.variable")),
        (
            CHOICE | {"pool": [{"kind": "group", "group": "x"}]},
            ("approval.unknown_group", "error", "assign.0.pool.0"),
        ),
        (
            {"kind": "expression", "rules": [{"when": "${amount}", "to": [FINANCE]}]},
            ("expression.not_a_condition", "error", "assign.0.rules.0.when"),
        ),
        (
            {"kind": "expression", "rules": [{"when": "${urgent}", "to": [{"kind": "user", "user": "x"}]}]},
            ("approval.unknown_user", "error", "assign.0.rules.0.to.0"),
        ),
        ({"kind": "requester"}, ("approval.requester_never_decides", "error", "assign.0")),
    ],
)
def test_trap_04_what_cannot_be_asked_is_found_at_publish(target: dict[str, Any], found: tuple[str, str, str]) -> None:
    assert problems(target) == [found]


def test_the_requester_may_be_named_where_somebody_decides_instead() -> None:
    assert problems({"kind": "requester"}, on_requester="department_head") == []


def test_a_working_clock_needs_a_calendar_for_people_whom_only_the_run_knows() -> None:
    timeouts = [{"after": "PT1H", "do": "remind"}]
    missing = ("approval.no_calendar", "error", "calendar")

    assert problems({"kind": "field", "variable": "keeper"}, timeouts=timeouts) == [missing]
    assert problems({"kind": "field", "variable": "keeper"}, timeouts=timeouts, calendar="office") == []
    assert problems(CHOICE, timeouts=timeouts) == []
    assert problems(RULED, timeouts=timeouts) == [missing]


def test_a_message_names_people_groups_and_heads_only() -> None:
    config = registry.get("notify").Config
    with pytest.raises(ValueError, match="union_tag_invalid"):
        config.model_validate({"to": [{"kind": "field", "variable": "keeper"}], "text_zh": "x"})
