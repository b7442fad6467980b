"""A decision table: which rules count under each hit policy, what they set, why, and what is said before it runs."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.engine.flows import graph, money
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.facts import Failed, Moved
from workflows.engine.graph import read_graph
from workflows.engine.node_type import Problem
from workflows.engine.registry import registry
from workflows.engine.validate import validate
from workflows.engine.world import world_of
from workflows.testing import MONDAY_MORNING, Harness

VARIABLES = [
    {"name": "refund", "type": "money"},
    {"name": "total", "type": "money"},
    {"name": "tier", "type": "text"},
    {"name": "age", "type": "integer"},
    {"name": "route", "type": "text"},
    {"name": "fee", "type": "money"},
    {"name": "points", "type": "integer"},
    {"name": "within", "type": "duration"},
    {"name": "reasons", "type": "list<text>"},
    {"name": "share", "type": "decimal"},
]
INPUTS = ("${refund}", "${tier}")
Rows = Sequence[tuple[Sequence[str], Sequence[str]]]
ROUTES: Rows = [
    (["< 30.00 CNY", "-"], ["'auto'"]),
    (["[30.00 CNY..500.00 CNY)", "'gold', 'vip'"], ["'fast'"]),
    (["[30.00 CNY..500.00 CNY)", "not('gold', 'vip')"], ["'normal'"]),
    ([">= 500.00 CNY", "-"], ["'finance'"]),
]


def table(
    rules: Rows,
    *,
    hit: str = "unique",
    inputs: Sequence[str] = INPUTS,
    outputs: Sequence[str] = ("route",),
    otherwise: Sequence[str] | None = None,
) -> dict[str, Any]:
    """A config; an output is a variable, with an aggregation behind a colon where it is collected."""
    columns = [one.partition(":") for one in outputs]
    return {
        "table": {
            "hit_policy": hit,
            "inputs": [{"value": value} for value in inputs],
            "outputs": [{"variable": name, "aggregation": kind or "list"} for name, _, kind in columns],
            "rules": [{"when": list(when), "then": list(then)} for when, then in rules],
            "otherwise": None if otherwise is None else list(otherwise),
        }
    }


def flow(config: dict[str, Any]) -> dict[str, Any]:
    nodes = {"start": "start", "decide": ("decision_table", config), "ask": "test.ask", "end": "end"}
    return graph(nodes, "start>decide", "decide>ask", "ask.yes>end", "ask.no~2>decide", variables=VARIABLES)


def started(config: dict[str, Any], **variables: Any) -> Harness:
    run = Harness(flow(config))
    run.start(variables=variables)
    return run


def why(run: Harness) -> Any:
    return next(fact for fact in run.facts if isinstance(fact, Moved) and fact.node == "decide").why


def incident(run: Harness) -> Any:
    return next(fact for fact in run.facts if isinstance(fact, Failed)).params


def problems(config: dict[str, Any]) -> tuple[Problem, ...]:
    drawing = read_graph(flow(config))
    return tuple(validate(drawing, registry=registry, world=world_of(CalendarBook()), now=MONDAY_MORNING))


def places(config: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(one.code, one.path) for one in problems(config)]


@pytest.mark.parametrize(
    ("refund", "tier", "route"),
    [("29.99", "vip", "auto"), ("30.00", "vip", "fast"), ("30.00", "new", "normal"), ("500.00", "vip", "finance")],
)
def test_the_one_rule_that_holds_sets_the_variables(refund: str, tier: str, route: str) -> None:
    run = started(table(ROUTES), refund=money(refund), tier=tier)

    assert run.where() == ["ask"]
    assert run.state.variables == {"refund": money(refund), "tier": tier, "route": route}


def test_the_history_names_the_rule_and_says_with_its_values_why_it_held_and_what_it_set() -> None:
    rules: Rows = [*ROUTES[:1], (["[30.00 CNY..500.00 CNY)", "'vip'"], ["'fast'", "${refund} * 0.1"])]
    rules = [(rules[0][0], ["'auto'", "0.00 CNY"]), rules[1]]

    run = started(table(rules, outputs=("route", "fee")), refund=money("58.00"), tier="vip")

    assert why(run) == {
        "rules": [
            {
                "rule": 2,
                "because": "((58.00 CNY >= 30.00 CNY → true) and (58.00 CNY < 500.00 CNY → true) → true) "
                "and ('vip' == 'vip' → true) → true",
            }
        ],
        "assigned": [
            {"variable": "route", "because": "'fast' → 'fast'"},
            {"variable": "fee", "because": "58.00 CNY * 0.1 = 5.80 CNY → 5.80 CNY"},
        ],
    }


def test_no_rule_is_an_incident_and_sets_nothing() -> None:
    run = started(table(ROUTES), tier="vip")

    assert run.where() == ["decide!decision_table.no_rule"]
    assert run.state.variables == {"tier": "vip"}


def test_otherwise_says_what_the_variables_become_when_no_rule_holds() -> None:
    run = started(table(ROUTES, otherwise=["'by hand'"]), tier="vip")

    assert run.where() == ["ask"]
    assert run.state.variables == {"tier": "vip", "route": "by hand"}
    assert why(run) == {"rules": [], "assigned": [{"variable": "route", "because": "'by hand' → 'by hand'"}]}


OVERLAPPING: Rows = [(["< 50.00 CNY", "-"], ["'small'"]), (["-", "'vip'"], ["'vip'"]), (["-", "-"], ["'rest'"])]


def test_two_rules_of_a_unique_table_are_an_incident_that_names_them() -> None:
    run = started(table(OVERLAPPING[:2]), refund=money("1.00"), tier="vip", route="old")

    assert run.where() == ["decide!decision_table.several_rules"]
    assert run.state.variables == {"refund": money("1.00"), "tier": "vip", "route": "old"}
    assert incident(run) == {"rules": [1, 2]}


@pytest.mark.parametrize(
    ("refund", "tier", "route"), [("1.00", "vip", "small"), ("99.00", "vip", "vip"), ("99.00", "new", "rest")]
)
def test_of_several_rules_the_first_counts(refund: str, tier: str, route: str) -> None:
    run = started(table(OVERLAPPING, hit="first"), refund=money(refund), tier=tier)

    assert run.state.variables["route"] == route
    assert len(why(run)["rules"]) == 1


def test_a_rule_after_the_first_one_that_holds_is_not_even_asked() -> None:
    rules: Rows = [(["< 50.00 CNY"], ["'small'"]), (["> 1.00 USD"], ["'dollars'"])]

    run = started(table(rules, hit="first", inputs=["${refund}"]), refund=money("1.00"))
    other = started(table(rules, hit="unique", inputs=["${refund}"]), refund=money("1.00"))

    assert run.where() == ["ask"]
    assert other.where() == ["decide!expression.currency_mix"]


def test_any_of_several_rules_counts_while_all_say_the_same() -> None:
    rules: Rows = [
        (["< 50.00 CNY", "-"], ["0.50", "duration'P1D'"]),
        (["-", "'vip'"], ["50%", "duration'PT24H'"]),
        (["-", "'new'"], ["0.1", "duration'P1D'"]),
    ]
    config = table(rules, hit="any", outputs=("share", "within"))

    same = started(config, refund=money("1.00"), tier="vip")
    different = started(config, refund=money("1.00"), tier="new")

    assert same.where() == ["ask"]
    assert (same.state.variables["share"], same.state.variables["within"]) == ("0.50", "P1D")
    assert [hit["rule"] for hit in why(same)["rules"]] == [1, 2]
    assert different.where() == ["decide!decision_table.rules_disagree"]
    assert incident(different) == {"variable": "share", "rules": [1, 3]}
    assert different.state.variables == {"refund": money("1.00"), "tier": "new"}


SURCHARGES: Rows = [
    (["> 10.00 CNY", "-"], ["'amount'", "2.00 CNY", "5", "duration'PT2H'", "'a'"]),
    (["-", "'new'"], ["'new customer'", "3.50 CNY", "7", "duration'P1D'", "null"]),
    (["-", "-"], ["null", "null", "1", "null", "'c'"]),
]
COLLECTED = ("reasons:list", "fee:sum", "age:max", "within:min", "points:count")


def test_collected_results_become_a_list_a_sum_the_smallest_the_largest_and_a_number() -> None:
    run = started(table(SURCHARGES, hit="collect", outputs=COLLECTED), refund=money("20.00"), tier="new")

    assert run.state.variables == {
        "refund": money("20.00"), "tier": "new", "reasons": ["amount", "new customer"], "fee": money("5.50"),
        "age": 7, "within": "PT2H", "points": 2,
    }  # fmt: skip
    assert [hit["rule"] for hit in why(run)["rules"]] == [1, 2, 3]
    assert [one["because"] for one in why(run)["assigned"]] == [
        "list('amount', 'new customer') → ['amount', 'new customer']", "sum(2.00 CNY, 3.50 CNY) → 5.50 CNY",
        "max(5, 7, 1) → 7", "min(PT2H, P1D) → PT2H", "count('a', 'c') → 2",
    ]  # fmt: skip


def test_a_result_that_is_null_adds_nothing_and_of_nothing_there_is_no_sum() -> None:
    run = started(table(SURCHARGES, hit="collect", outputs=COLLECTED), refund=money("1.00"), tier="old")

    assert run.state.variables == {
        "refund": money("1.00"), "tier": "old", "reasons": [], "fee": None, "age": 1, "within": None, "points": 1,
    }  # fmt: skip


def test_collected_by_nobody_is_an_incident_unless_otherwise_says_what_the_whole_is() -> None:
    config = table(SURCHARGES[:1], hit="collect", outputs=COLLECTED)
    whole = ["[]", "0.00 CNY", "0", "null", "0"]
    gentle = table(SURCHARGES[:1], hit="collect", outputs=COLLECTED, otherwise=whole)

    assert started(config, refund=money("1.00")).where() == ["decide!decision_table.no_rule"]
    variables = started(gentle, refund=money("1.00")).state.variables
    assert (variables["reasons"], variables["fee"], variables["points"]) == ([], money("0.00"), 0)


@pytest.mark.parametrize("how", ["sum", "max"])
def test_two_currencies_are_neither_added_nor_compared(how: str) -> None:
    rules: Rows = [(["-", "-"], ["1.00 CNY"]), (["-", "-"], ["1.00 USD"])]

    run = started(table(rules, hit="collect", outputs=(f"fee:{how}",)), refund=money("1.00"))

    assert run.where() == ["decide!expression.currency_mix"]
    assert run.state.variables == {"refund": money("1.00")}


def test_a_result_that_its_variable_cannot_hold_is_an_incident_and_nothing_is_half_set() -> None:
    rules: Rows = [(["-", "-"], ["'x'", "${refund} * ${age}"])]

    run = started(table(rules, outputs=("route", "fee")), refund=money("200.00"), age="9" * 40)

    assert run.where() == ["decide!decision_table.result_unfit"]
    assert run.state.variables == {"refund": money("200.00"), "age": "9" * 40}


def test_every_wrong_cell_is_told_at_its_place() -> None:
    rules: Rows = [(["< 30", "vip"], ["3"]), (["-", "'a',"], ["${gone}"])]

    assert [(one.code, one.path, one.span) for one in problems(table(rules, otherwise=["true"]))] == [
        ("expression.type", "table.rules.0.when.0", (2, 4)),
        ("expression.bare_name", "table.rules.0.when.1", (0, 3)),
        ("decision_table.type", "table.rules.0.then.0", (0, 1)),
        ("expression.unexpected", "table.rules.1.when.1", (4, 4)),
        ("expression.unknown_variable", "table.rules.1.then.0", (0, 7)),
        ("decision_table.type", "table.otherwise.0", (0, 4)),
    ]


def test_a_wrong_column_is_told_once_and_not_again_at_each_of_its_cells() -> None:
    config = table(ROUTES, inputs=["${refun}", "${tier}"], outputs=["rout"])

    assert places(config) == [
        ("expression.unknown_variable", "table.inputs.0.value"),
        ("decision_table.unknown_variable", "table.outputs.0.variable"),
    ]
    repeated = table([(["-", "-"], ["'a'", "'b'"])], outputs=["route", "route"])
    assert places(repeated) == [("decision_table.variable_repeated", "table.outputs.1.variable")]


def test_a_row_has_a_cell_for_each_column() -> None:
    assert places(table([(["-"], ["'a'", "'b'"])], otherwise=[])) == [
        ("decision_table.cells", "table.rules.0.when"),
        ("decision_table.cells", "table.rules.0.then"),
        ("decision_table.cells", "table.otherwise"),
    ]


def test_a_rule_of_too_many_parts_is_told_at_its_row() -> None:
    long = ", ".join(str(number) for number in range(80))
    config = table([([long, long], ["'a'"])], inputs=["${age}", "${age} + 1"])

    assert places(config) == [("expression.too_many_nodes", "table.rules.0")]


@pytest.mark.parametrize(
    ("output", "fits"),
    [
        ("reasons:list", True), ("route:list", False), ("fee:sum", True), ("route:sum", False), ("within:max", True),
        ("reasons:min", False), ("points:count", True), ("share:count", True), ("fee:count", False),
    ],
)  # fmt: skip
def test_what_is_collected_must_fit_its_variable(output: str, fits: bool) -> None:
    config = table([(["-", "-"], ["null"])], hit="collect", outputs=(output,))

    assert places(config) == ([] if fits else [("decision_table.aggregation", "table.outputs.0.aggregation")])


def test_an_item_of_the_list_is_what_a_rule_gives_and_a_list_is_what_otherwise_gives() -> None:
    config = table([(["-", "-"], ["['a']"])], hit="collect", outputs=("reasons:list",), otherwise=["'a'"])

    assert [(one.path, one.params["expected"]) for one in problems(config)] == [
        ("table.rules.0.then.0", "text"),
        ("table.otherwise.0", "list<text>"),
    ]


def test_a_unique_table_is_not_published_while_two_rules_hold_for_one_value() -> None:
    rules: Rows = [(["<= 30.00 CNY", "-"], ["'small'"]), ([">= 30.00 CNY", "-"], ["'large'"])]

    (overlap,) = problems(table(rules, otherwise=["'by hand'"]))

    assert (overlap.code, overlap.severity, overlap.node) == ("decision_table.overlap", "error", "decide")
    assert overlap.path == "table.rules.1"
    assert overlap.params == {
        "rule": 2, "other": 1, "witness": {"refund": money("30.00")}, "example": "refund = 30.00 CNY",
    }  # fmt: skip


def test_rules_of_which_any_counts_must_agree_where_they_meet() -> None:
    config = table(OVERLAPPING, hit="any")
    same = [(when, ["'same'"]) for when, _ in OVERLAPPING]

    assert [(one.code, one.severity, one.params["rule"], one.params["other"]) for one in problems(config)] == [
        ("decision_table.disagreement", "error", 2, 1),
        ("decision_table.disagreement", "error", 3, 2),
    ]
    assert problems(table(same, hit="any")) == ()


def test_a_value_that_no_rule_is_for_is_shown() -> None:
    (gap,) = problems(table([*ROUTES[:2], *ROUTES[3:]]))

    assert (gap.code, gap.severity, gap.path) == ("decision_table.gap", "warning", "table.rules")
    assert gap.params["example"] == "refund = 100.00 CNY, tier = 'other'"
    assert problems(table([*ROUTES[:2], *ROUTES[3:]], otherwise=["'by hand'"])) == ()


def test_lists_of_constants_that_cross_leave_a_gap_where_only_one_of_them_is_met() -> None:
    rules: Rows = [
        (["'a', 'b'", "> 5"], ["'x'"]),
        (["'b', 'c'", "-"], ["'x'"]),
        (["not('a', 'b', 'c')", "-"], ["'x'"]),
        (["null", "-"], ["'x'"]),
    ]

    (gap,) = problems(table(rules, hit="any", inputs=["${tier}", "${age}"]))

    assert (gap.code, gap.params["example"]) == ("decision_table.gap", "tier = 'a', age = 1")


def test_a_table_for_every_value_is_told_that_a_missing_one_stops_the_run() -> None:
    (gap,) = problems(table(ROUTES))

    assert (gap.code, gap.severity) == ("decision_table.gap_if_missing", "warning")
    assert gap.params == {"witness": {"refund": None, "tier": None}, "example": "refund = null, tier = null"}
    missing: Rows = [*ROUTES, (["null", "-"], ["'by hand'"]), (["[30.00 CNY..500.00 CNY)", "null"], ["'by hand'"])]
    assert problems(table(missing)) == ()


def test_a_value_right_between_two_rules_is_not_what_otherwise_is_for() -> None:
    rules: Rows = [(["< 30.00 CNY", "-"], ["'small'"]), (["> 30.00 CNY", "-"], ["'large'"])]

    (gap,) = problems(table(rules, otherwise=["'by hand'"]))

    assert (gap.code, gap.params["example"]) == ("decision_table.gap_at_boundary", "refund = 30.00 CNY")


def test_rules_and_an_otherwise_that_nothing_comes_to_are_named() -> None:
    rules: Rows = [
        (["< 30.00 CNY", "-"], ["'a'"]),
        (["< 20.00 CNY", "'vip'"], ["'b'"]),
        (["(5.00 CNY..5.00 CNY)", "-"], ["'c'"]),
        (["-", "-"], ["'d'"]),
    ]

    found = problems(table(rules, hit="first", otherwise=["'e'"]))

    assert [(one.code, one.path) for one in found] == [
        ("decision_table.never_first", "table.rules.1"),
        ("decision_table.never_holds", "table.rules.2"),
        ("decision_table.otherwise_unreachable", "table.otherwise"),
    ]
    assert {one.severity for one in found} == {"warning"}
    assert (found[0].params["rule"], found[0].params["other"]) == (2, 1)


def test_the_same_texts_over_other_types_are_looked_at_anew() -> None:
    rules: Rows = [(["<= 5"], ["'a'"]), ([">= 6"], ["'b'"])]
    whole = table(rules, inputs=["${age}"], otherwise=["'c'"])
    exact = table(rules, inputs=["${share}"], otherwise=["'c'"])

    assert problems(whole) == ()
    assert problems(exact) == ()
    assert [one.params["example"] for one in problems(table(rules, inputs=["${share}"]))] == ["share = 5.1"]


def test_a_table_of_two_hundred_keys_is_decided() -> None:
    rules: Rows = [([f"'{number}'"], [f"'{number % 7}'"]) for number in range(200)]

    assert problems(table(rules, inputs=["${tier}"], otherwise=["'?'"])) == ()


def test_an_empty_table_is_refused_part_by_part() -> None:
    config: dict[str, Any] = {"table": {"inputs": [], "outputs": [], "rules": []}}

    assert places(config) == [
        ("config.malformed", "table.inputs"),
        ("config.malformed", "table.outputs"),
        ("config.malformed", "table.rules"),
    ]
    assert places({}) == [("config.malformed", "table")]
