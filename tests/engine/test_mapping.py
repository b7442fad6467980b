"""Map data: results of expressions become variables, in order, of their declared types, all of them or none."""

from typing import Any

import pytest

from tests.engine.flows import graph, money
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.facts import Moved
from workflows.engine.graph import read_graph
from workflows.engine.registry import registry
from workflows.engine.validate import validate
from workflows.engine.world import world_of
from workflows.testing import MONDAY_MORNING, Harness

VARIABLES = [
    {"name": "total", "type": "money"},
    {"name": "fee", "type": "money"},
    {"name": "net", "type": "money"},
    {"name": "count", "type": "integer"},
    {"name": "share", "type": "decimal"},
    {"name": "paid_on", "type": "date"},
    {"name": "due_on", "type": "date"},
    {"name": "is_big", "type": "boolean"},
    {"name": "tags", "type": "list<text>"},
    {"name": "shares", "type": "list<decimal>"},
    {"name": "buyer", "type": "record", "fields": [{"name": "tier", "type": "text"}]},
    {"name": "guest", "type": "record",
     "fields": [{"name": "tier", "type": "text"}, {"name": "age", "type": "integer"}]},
    {"name": "reason", "type": "text"},
]  # fmt: skip


def flow(*assign: tuple[str, str]) -> dict[str, Any]:
    config = {"assign": [{"variable": variable, "value": value} for variable, value in assign]}
    nodes = {"start": "start", "map": ("mapping", config), "ask": "test.ask", "end": "end"}
    return graph(nodes, "start>map", "map>ask", "ask.yes>end", "ask.no~2>map", variables=VARIABLES)


def started(*assign: tuple[str, str], **variables: Any) -> Harness:
    run = Harness(flow(*assign))
    run.start(variables=variables)
    return run


def problems(*assign: tuple[str, str]) -> list[tuple[str, str | None, tuple[int, int] | None]]:
    drawing = read_graph(flow(*assign))
    found = validate(drawing, registry=registry, world=world_of(CalendarBook()), now=MONDAY_MORNING)
    return [(one.code, one.path, one.span) for one in found]


def test_a_later_assignment_reads_what_an_earlier_one_has_set() -> None:
    run = started(("fee", "${total} * 0.3"), ("net", "${total} - ${fee}"), total=money("200.00"), fee=money("9.00"))

    assert run.where() == ["ask"]
    assert run.state.variables == {"total": money("200.00"), "fee": money("60.00"), "net": money("140.00")}


def test_the_history_says_how_each_value_came_about() -> None:
    run = started(("fee", "${total} * 0.3"), ("is_big", "${fee} > 50.00 CNY"), total=money("200.00"))

    moved = next(fact for fact in run.facts if isinstance(fact, Moved) and fact.node == "map")
    assert moved.why == {
        "assigned": [
            {"variable": "fee", "because": "200.00 CNY * 0.3 = 60.00 CNY → 60.00 CNY"},
            {"variable": "is_big", "because": "60.00 CNY > 50.00 CNY → true"},
        ]
    }


@pytest.mark.parametrize(
    ("variable", "value", "kept"),
    [
        ("count", "2 + 3", 5),
        ("share", "2 + 3", "5"),
        ("share", "1 / 8", "0.125"),
        ("share", "1 / 3", "0." + "3" * 40),
        ("share", "200 / 3", "66." + "6" * 39 + "7"),
        ("fee", "59.705 CNY * 1", money("59.71")),
        ("fee", "100.00 CNY / 3", money("33.33")),
        ("fee", "null", None),
        ("fee", "${net} * 2", None),
        ("due_on", "${paid_on} + duration'P7D'", "2026-02-07"),
        ("is_big", "${total} > 100.00 CNY", True),
        ("is_big", "${net} > 100.00 CNY", None),
        ("tags", "['a', 'b']", ["a", "b"]),
        ("tags", "[]", []),
        ("shares", "[1, 0.5]", ["1", "0.5"]),
        ("buyer", "${guest}", {"tier": "vip"}),
        ("reason", "${guest.tier}", "vip"),
    ],
)  # fmt: skip
def test_a_result_is_kept_as_its_variable_keeps_values(variable: str, value: str, kept: Any) -> None:
    given = {"total": money("200.00"), "paid_on": "2026-01-31", "guest": {"tier": "vip", "age": 7}}

    run = started((variable, value), **given)

    assert run.where() == ["ask"]
    assert run.state.variables[variable] == kept


@pytest.mark.parametrize(
    ("value", "given", "code"),
    [
        ("${total} / ${count}", {"count": 0}, "expression.division_by_zero"),
        ("${total} + ${fee}", {"fee": {"amount": "1.00", "currency": "USD"}}, "expression.currency_mix"),
        ("${total} * ${count}", {"count": "9" * 40}, "mapping.result_unfit"),
        ("${total} * ${count}", {"count": "many"}, "expression.bad_value"),
    ],
)
def test_a_value_that_cannot_be_had_is_an_incident_and_nothing_is_half_set(
    value: str, given: dict[str, Any], code: str
) -> None:
    before = {"total": money("200.00"), **given}

    run = started(("is_big", "true"), ("net", value), **before)

    assert run.where() == [f"map!{code}"]
    assert run.state.variables == before


def test_only_declared_variables_each_once_can_be_set() -> None:
    assert problems(("gone", "1"), ("fee", "1.00 CNY"), ("fee", "2.00 CNY")) == [
        ("mapping.unknown_variable", "assign.0.variable", None),
        ("mapping.variable_repeated", "assign.2.variable", None),
    ]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("count", "0.5"),
        ("count", "${share}"),
        ("fee", "3"),
        ("is_big", "'true'"),
        ("tags", "[1]"),
        ("tags", "'a'"),
        ("guest", "${buyer}"),
        ("due_on", "${paid_on} - ${due_on}"),
    ],
)
def test_a_value_of_another_type_is_refused_where_it_stands(variable: str, value: str) -> None:
    assert problems((variable, value)) == [("mapping.type", "assign.0.value", (0, len(value)))]


def test_what_is_wrong_inside_an_expression_is_said_at_its_characters_also_for_an_unknown_variable() -> None:
    assert problems(("fee", "${total} +"), ("gone", "${totl} * 2")) == [
        ("expression.unexpected", "assign.0.value", (10, 10)),
        ("mapping.unknown_variable", "assign.1.variable", None),
        ("expression.unknown_variable", "assign.1.value", (0, 7)),
    ]


def test_a_sound_mapping_has_no_problems_and_an_empty_one_is_refused() -> None:
    assert problems(("fee", "${total} * 0.3"), ("shares", "[1, 2]"), ("buyer", "${guest}"), ("tags", "null")) == []
    assert problems() == [("config.malformed", "assign", None)]
