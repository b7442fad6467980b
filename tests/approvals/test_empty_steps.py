"""Nobody is left to ask: every mode, by every rule. Numbers are those of the trap list."""

import json
from typing import Any

import pytest

from approvals.directory import Directory
from tests.approvals.office import (
    MONDAY,
    actor,
    directory,
    ended,
    graph,
    noted,
    opened,
    seats,
    with_person,
    world,
)
from workflows.engine.facts import Moved
from workflows.engine.node_type import CheckContext
from workflows.engine.registry import registry
from workflows.engine.variables import parse_variables
from workflows.testing import Harness

NOBODY, BACKUP = {"kind": "group", "group": "nobody"}, {"kind": "group", "group": "backup"}
ONLY_ASKER = {"kind": "user", "user": "cs"}
CEILING = "${amount} <= 30 CNY"
MONEY = [{"name": "amount", "type": "money"}]


def stands(run: Harness) -> str:
    """Where the run came to: an end, an incident, or the seats that are asked."""
    reached = ended(run)
    if reached is not None:
        return reached
    [where] = run.where()
    return where if "!" in where else ",".join(seats(run))


ASKED = {"any": "g:backup", "all": "u:3,u:4", "sequence": "g:backup", "vote": "u:3,u:4"}
OWNED = {"any": "r:supervisor", "all": "u:7", "sequence": "r:supervisor", "vote": "u:7"}
CASES = [
    # when_empty, on_empty, on_requester; a group without anybody; the requester alone
    ("ask", [BACKUP], "skip", ASKED, ASKED),
    ("ask", [], "skip", OWNED, OWNED),
    ("ask", [NOBODY], "skip", OWNED, OWNED),
    ("ask", [BACKUP], "department_head", ASKED, dict.fromkeys(ASKED, "u:10")),
    ("ask", [BACKUP], "supervisors", ASKED, OWNED),
    ("reject", [BACKUP], "skip", dict.fromkeys(ASKED, "no"), dict.fromkeys(ASKED, "no")),
    ("reject", [], "department_head", dict.fromkeys(ASKED, "no"), dict.fromkeys(ASKED, "u:10")),
    ("pass", [], "skip", dict.fromkeys(ASKED, "yes"), dict.fromkeys(ASKED, "yes")),
    ("pass", [], "supervisors", dict.fromkeys(ASKED, "yes"), OWNED),
    (
        "stop",
        [BACKUP],
        "skip",
        dict.fromkeys(ASKED, "ask!approval.nobody"),
        dict.fromkeys(ASKED, "ask!approval.nobody"),
    ),
]


@pytest.mark.parametrize("mode", ["any", "all", "sequence", "vote"])
@pytest.mark.parametrize(("when_empty", "on_empty", "on_requester", "without", "own"), CASES)
def test_traps_03_and_07_each_rule_holds_in_each_mode_also_where_only_the_requester_was_named(
    mode: str, when_empty: str, on_empty: list[Any], on_requester: str, without: dict[str, str], own: dict[str, str]
) -> None:
    rules: dict[str, Any] = {
        "mode": mode, "when_empty": when_empty, "on_empty": on_empty, "on_requester": on_requester,
        "vote": {"approve": ">1/2"},
    }  # fmt: skip
    people = with_person(directory(), "8", roles=("requester", "approver"))

    assert stands(opened({"assign": [NOBODY]}, people=people, **rules)) == without[mode]
    assert stands(opened({"assign": [ONLY_ASKER]}, people=people, **rules)) == own[mode]


def test_what_is_decided_without_anybody_is_on_record_as_such_and_counts_for_nobodys_vote() -> None:
    run = opened({"assign": [NOBODY]}, when_empty="reject")

    [opening, closing] = [work.payload for work in run.inline]
    assert [one["code"] for one in opening["trace"][0]["lines"]] == ["skipped.empty"]
    assert (closing["op"], closing["status"], closing["by"], closing["decisions"]) == (
        "close",
        "rejected",
        "system",
        [],
    )
    assert noted(run, "nobody_left") == [{"outcome": "rejected"}]
    [why] = [fact.why for fact in run.facts if isinstance(fact, Moved) and fact.node == "ask"]
    assert why is not None
    assert why["auto"] == "empty"
    json.dumps([work.payload for work in run.inline])


@pytest.mark.parametrize(("amount", "reached"), [("30.00", "yes"), ("30.01", "r:supervisor"), (None, "r:supervisor")])
def test_trap_03_money_passes_by_itself_only_under_its_ceiling(amount: str | None, reached: str) -> None:
    drawing = graph({"assign": [NOBODY]}, when_empty="pass", pass_when=CEILING) | {"variables": MONEY}
    run = Harness(drawing, world=world(), now=MONDAY)
    run.start(variables={"amount": amount and {"amount": amount, "currency": "CNY"}}, requester="8")

    assert stands(run) == reached


def test_in_a_sequence_the_rule_holds_for_each_position() -> None:
    people = [{"kind": "user", "user": "f1"}, NOBODY, {"kind": "user", "user": "f2"}]

    passes = opened({"assign": people}, mode="sequence", when_empty="pass")
    passes.signal("ask", "approve", actor=actor("1"), revision=1)
    assert seats(passes) == ["u:2"]

    rejects = opened({"assign": people}, mode="sequence", when_empty="reject")
    rejects.signal("ask", "approve", actor=actor("1"), revision=1)
    assert (ended(rejects), noted(rejects, "nobody_left")) == ("no", [{"outcome": "rejected"}])

    stops = opened({"assign": people}, mode="sequence", when_empty="stop")
    stops.signal("ask", "approve", actor=actor("1"), revision=1)
    assert stops.where() == ["ask!approval.nobody"]


def test_a_voice_that_is_lost_later_is_replaced_and_never_passes() -> None:
    run = opened({"assign": [{"kind": "user", "user": "f1"}]}, when_empty="pass")
    run.world = world(with_person(directory(), "1", active=False))
    run.signal("ask", "reassess")

    assert seats(run) == ["r:supervisor"]


def test_trap_06_the_supervisors_are_asked_instead_of_a_requester_who_is_not_one_of_them() -> None:
    own = opened({"assign": [{"kind": "user", "user": "s1"}]}, requester="7", on_requester="supervisors")
    assert seats(own) == ["r:superuser"]  # the only supervisor asked for it


def problems(config: dict[str, Any], *, variables: list[Any], people: Directory | None = None) -> list[tuple[str, ...]]:
    node_type = registry.get("approval")
    parsed = node_type.Config.model_validate({"assign": [BACKUP], "when_empty": "pass"} | config)
    context = CheckContext(variables=parse_variables(variables), world=world(people), now=MONDAY)
    return [(one.code, one.severity, one.path or "") for one in node_type.check(parsed, context)]


@pytest.mark.parametrize(
    ("config", "variables", "found"),
    [
        ({}, MONEY, ("approval.pass_needs_ceiling", "error", "pass_when")),
        ({"pass_when": "true"}, MONEY, ("approval.pass_needs_ceiling", "error", "pass_when")),
        ({"pass_when": CEILING}, MONEY, ("approval.empty_passes", "warning", "when_empty")),
        ({"pass_when": "${amount}"}, MONEY, ("expression.not_a_condition", "error", "pass_when")),
        ({}, [], ("approval.empty_passes", "warning", "when_empty")),
    ],
)
def test_trap_03_a_flow_with_money_is_not_published_without_a_ceiling(
    config: dict[str, Any], variables: list[Any], found: tuple[str, ...]
) -> None:
    assert problems(config, variables=variables) == [found]
