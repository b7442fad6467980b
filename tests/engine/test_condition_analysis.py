"""What is said about the branches of a gateway, each time with values that show it."""

import time
from typing import Any

import pytest

from workflows.engine.expressions.analysis import findings
from workflows.engine.expressions.analysis.findings import Finding, FindingKind, analyse
from workflows.engine.expressions.analysis.problems import branch_findings
from workflows.engine.expressions.language import compile_condition
from workflows.engine.node_type import Problem
from workflows.engine.variables import Variable, parse_variables

VARIABLES = parse_variables(
    [
        {"name": "refund", "type": "money"},
        {"name": "total", "type": "money"},
        {"name": "n", "type": "integer"},
        {"name": "m", "type": "integer"},
        {"name": "d", "type": "decimal"},
        {"name": "t", "type": "text"},
        {"name": "u", "type": "text"},
        {"name": "f", "type": "boolean"},
        {"name": "tags", "type": "list<text>"},
        {"name": "paidOn", "type": "date"},
        {"name": "askedOn", "type": "date"},
        {"name": "at", "type": "datetime"},
        {"name": "waited", "type": "duration"},
        {"name": "buyer", "type": "record", "fields": [{"name": "tier", "type": "text"}]},
    ]
)
K = FindingKind


@pytest.fixture(autouse=True)
def _by_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else is asked; what a solver adds is told in its own tests."""
    monkeypatch.setattr(findings, "installed_solver", lambda: None)


def warnings(*texts: str, variables: tuple[Variable, ...] = VARIABLES) -> tuple[Problem, ...]:
    """What the person who draws these branches is told."""
    return branch_findings([compile_condition(text, variables) for text in texts])


def found(*texts: str, otherwise: bool = True) -> list[Finding]:
    """The findings about these conditions."""
    return list(analyse([compile_condition(text, VARIABLES) for text in texts], has_otherwise=otherwise))


def kinds(*texts: str, otherwise: bool = True) -> list[tuple[FindingKind, int | None]]:
    """What was found, and about which branch."""
    return [(each.kind, each.branch) for each in found(*texts, otherwise=otherwise)]


def cny(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


def test_a_refund_below_a_share_of_the_order_gives_nothing_to_say() -> None:
    assert found("${refund} < ${total} * 0.3") == []


def test_exactly_thirty_percent_falls_between_two_branches() -> None:
    (gap,) = found("${refund} < ${total} * 30%", "${refund} > ${total} * 0.3")

    assert gap.kind is K.GAP_AT_BOUNDARY
    assert gap.witness == {"refund": cny("30.00"), "total": cny("100.00")}


def test_without_another_way_what_no_branch_takes_is_a_gap() -> None:
    (gap,) = found("${refund} < 100 CNY", "${refund} >= 200 CNY", otherwise=False)

    assert gap.kind is K.GAP
    assert gap.witness == {"refund": cny("100.00")}


def test_without_another_way_a_missing_value_is_a_gap_when_nothing_else_is() -> None:
    (gap,) = found("${refund} < 100 CNY", "${refund} >= 100 CNY", otherwise=False)

    assert gap == Finding(kind=K.GAP_IF_MISSING, witness={})
    assert kinds("${f}", "not ${f}", "${f} is empty", otherwise=False) == []


def test_otherwise_for_missing_values_is_told_apart_from_otherwise_for_nothing() -> None:
    assert kinds("${f}", "not ${f}") == [(K.OTHERWISE_ONLY_MISSING, None)]
    assert kinds("${f}", "not ${f}", "${f} is empty") == [(K.OTHERWISE_UNREACHABLE, None)]


def test_a_branch_behind_a_wider_one_is_dead_and_the_witness_takes_the_wider_one() -> None:
    dead, _ = found("${refund} < 100 CNY", "${refund} < 50 CNY", "${refund} >= 100 CNY")

    assert (dead.kind, dead.branch, dead.other) == (K.DEAD_BRANCH, 1, 0)
    assert dead.witness == {"refund": cny("1.00")}


def test_a_branch_is_dead_behind_several_that_cover_it_together() -> None:
    assert (K.DEAD_BRANCH, 2) in kinds(
        "${refund} < ${total}", "${refund} >= ${total}", "${total} > 5 CNY and ${refund} > 0 CNY"
    )


def test_a_branch_in_another_currency_is_dead_because_the_one_before_fails() -> None:
    dead, _ = found("${refund} < 10 CNY", "${refund} < 10 USD")

    assert (dead.kind, dead.branch, dead.other) == (K.DEAD_BRANCH, 1, None)
    assert dead.witness == {"refund": {"amount": "1.00", "currency": "USD"}}


@pytest.mark.parametrize(
    "text",
    [
        "${n} > 5 and ${n} < 6",  # no whole number lies between
        "${n} * 2 == 2 * ${m} + 1",
        "${d} > 5 and ${d} < 5",
        "${t} == 'a' and ${t} in ['b', 'c']",
        "${t} starts with 'ab' and not (${t} contains 'b')",
        "${t} == ${u} and ${t} == 'a' and ${u} == 'b'",
        "${f} and not ${f}",
        "${f} != ${f}",
        "${tags} contains 'a' and ${tags} not contains 'a'",
        "${paidOn} + duration'P7D' > ${askedOn} and ${askedOn} - ${paidOn} >= duration'P7D'",
        "${paidOn} < date'0001-01-01'",
        "${waited} > duration'P1D' and ${waited} <= duration'PT24H'",
        "${at} > datetime'2026-01-31T09:30:00+08:00' and ${at} < datetime'2026-01-31T01:30:00Z'",
        "${buyer} is empty and ${buyer.tier} == 'gold'",
        "${n} == ${m} and ${n} is empty",
        "${d} in []",
    ],
)
def test_what_no_value_can_meet_is_never_true(text: str) -> None:
    assert kinds(text) == [(K.ALWAYS_FALSE, 0)]


@pytest.mark.parametrize(
    ("text", "witness"),
    [
        ("${d} > 5 and ${d} < 6", {"d": "5.1"}),
        ("${refund} > 2.00 CNY and ${refund} < 2.02 CNY", {"refund": cny("2.01")}),
        ("${refund} > 2 JPY and ${refund} < 4 JPY", {"refund": {"amount": "3", "currency": "JPY"}}),
        ("${n} in [7, 9] and ${n} != 7", {"n": 9}),
        ("${t} starts with 'ab' and ${t} ends with 'c' and ${t} contains 'x'", {"t": "abxc"}),
        ("${t} in ['a', 'b'] and ${t} != 'a'", {"t": "b"}),
        ("${t} != ${u} and ${u} == 'other'", {"t": "other 2", "u": "other"}),
        ("${tags} contains 'a' and ${tags} not contains 'b'", {"tags": ["a"]}),
        ("${askedOn} - ${paidOn} == duration'P7D' and ${paidOn} == date'2026-01-28'",
         {"askedOn": "2026-02-04", "paidOn": "2026-01-28"}),
        ("${waited} == duration'PT36H'", {"waited": "PT36H"}),
        ("${buyer.tier} == 'gold'", {"buyer": {"tier": "gold"}}),
        ("${refund} / ${total} == 0.3", {"refund": cny("30.00"), "total": cny("100.00")}),
        ("${n} is empty and ${m} > 3", {"m": 100}),
        ("${d} <= ${n} + ${m} and ${n} <= 2 and ${m} <= 3 and ${d} >= 5", {"d": "5", "n": 2, "m": 3}),
    ],
)  # fmt: skip
def test_a_witness_is_something_a_person_can_read(text: str, witness: dict[str, Any]) -> None:
    dead, *_ = found(text, text)

    assert (dead.kind, dead.branch) == (K.DEAD_BRANCH, 1)
    assert dead.witness == witness


def test_nothing_is_claimed_between_two_amounts_of_one_minor_unit() -> None:
    (doubt,) = found("${refund} > 2.00 CNY and ${refund} < 2.01 CNY")

    assert (doubt.kind, doubt.branch, doubt.question) == (K.UNKNOWN, 0, K.ALWAYS_FALSE)


def test_what_cannot_be_proven_is_called_unknown() -> None:
    # A square is never negative; products of two variables are not looked into.
    assert [(each.kind, each.question) for each in found("${d} * ${d} < 0")] == [(K.UNKNOWN, K.ALWAYS_FALSE)]


def test_always_true_is_told_apart_from_true_unless_a_value_is_missing() -> None:
    assert kinds("1 < 2") == [(K.ALWAYS_TRUE, 0), (K.OTHERWISE_UNREACHABLE, None)]
    assert (K.TRUE_UNLESS_MISSING, 0) in kinds("${n} < 5 or ${n} >= 5")
    assert (K.ALWAYS_TRUE, 0) in kinds("${n} < 5 or ${n} >= 5 or ${n} is empty")


def test_asking_whether_a_value_is_there_is_not_called_true_for_all_values() -> None:
    assert kinds("${n} is not empty") == [(K.OTHERWISE_ONLY_MISSING, None)]


def test_a_special_case_before_the_general_one_is_an_overlap_that_lies_inside() -> None:
    (nested,) = found("${refund} < 100 CNY", "${refund} < 500 CNY")

    assert (nested.kind, nested.branch, nested.other, nested.is_nested) == (K.OVERLAP, 1, 0, True)
    assert nested.witness == {"refund": cny("1.00")}


def test_branches_that_cross_overlap_with_an_input_that_meets_both() -> None:
    (crossing,) = found("${t} == 'vip'", "${refund} < 50 CNY")

    assert (crossing.kind, crossing.branch, crossing.other, crossing.is_nested) == (K.OVERLAP, 1, 0, False)
    assert crossing.witness == {"t": "vip", "refund": cny("10.00")}


def test_ratios_of_amounts_in_two_currencies_can_be_compared() -> None:
    # Each ratio needs one currency; the two need not share it, so nothing is dead here.
    text = "${refund} == 1 CNY and ${total} == 1 USD and ${refund} / ${refund} <= ${total} / ${total}"

    assert (K.ALWAYS_FALSE, 0) not in kinds(text)


def test_the_warnings_of_a_gateway_name_the_place_and_an_example() -> None:
    dead, gap = warnings(
        "${refund} < ${total} * 0.3", "${refund} < ${total} * 0.2 and ${total} > 0 CNY", "${refund} > ${total} * 0.3"
    )

    assert (dead.code, dead.severity, dead.path) == ("condition.dead_branch", "warning", "branches.1.when")
    assert (dead.params["branch"], dead.params["other"]) == (2, 1)
    assert (gap.code, gap.severity, gap.path) == ("condition.gap", "warning", "branches")
    assert gap.params == {
        "witness": {"refund": cny("30.00"), "total": cny("100.00")},
        "example": "refund = 30.00 CNY, total = 100.00 CNY",
    }


@pytest.mark.parametrize("text", ["${refund} < 0 CNY or ${refund} >= 0 CNY", "${n} < 0 and ${n} > 5", "${t} != ${t}"])
def test_a_condition_alone_that_goes_one_way_only_is_not_passed_over_at_the_first_glance(text: str) -> None:
    assert len(warnings(text)) == 1


def test_what_is_left_to_otherwise_and_what_is_unknown_is_said_once() -> None:
    assert [each.code for each in warnings("true")] == ["condition.always_true"]
    assert [each.code for each in warnings("${d} * ${d} < 0", "${n} * ${n} < 0")] == ["condition.unknown"]


def test_ordinary_gateways_are_not_warned_about() -> None:
    assert warnings("${refund} < 100 CNY", "${refund} < 500 CNY") == ()
    assert warnings("${t} == 'a'", "${t} in ['b', 'c']") == ()
    assert warnings("${f}", "not ${f}") == ()
    assert warnings("${refund} < ${total} * 0.3") == ()


def test_the_same_conditions_over_other_types_are_looked_at_anew() -> None:
    whole, exact = (parse_variables([{"name": "x", "type": kind}]) for kind in ("integer", "decimal"))
    text = "${x} > 5 and ${x} < 6"

    assert [each.code for each in warnings(text, variables=whole)] == ["condition.always_false"]
    assert warnings(text, variables=exact) == ()


@pytest.mark.parametrize(
    "branch",
    [
        "${{refund}} < {0}0 CNY",
        "${{refund}} >= {0}0 CNY and ${{refund}} < {0}9 CNY",
        "${{refund}} < ${{total}} * 0.{0} and ${{n}} > {0}",
        "${{t}} == 'x{0}' and ${{refund}} > ${{total}} or ${{n}} == {0}",
        "${{n}} * ${{m}} > {0} or ${{d}} / ${{n}} < {0} or ${{d}} * ${{d}} != {0}",
        "(${{n}} != {0} or ${{f}}) and (${{m}} != {0} or ${{t}} == 'x{0}') and (${{d}} > {0} or ${{n}} < ${{m}})",
    ],
)
def test_a_hundred_branches_are_bounded_work(branch: str) -> None:
    conditions = [compile_condition(branch.format(number), VARIABLES) for number in range(10, 110)]
    began = time.process_time()

    analyse(conditions, has_otherwise=True)

    assert time.process_time() - began < 5  # far above what it takes; unbounded work would never end
