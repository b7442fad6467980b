"""What stands against publishing a flow that calls another one: each mistake at its place, cycles with their names."""

from collections.abc import Mapping
from typing import Any

import pytest

from accounts.models import User
from bedrock.clock import now
from bedrock.errors import BadInput
from tests.calls.flows import EACH, LABEL, ONE, OWN, PACKING, begin, called_by, calling, settle
from tests.workflows.conftest import live_flow
from workflows import worlds
from workflows.actions.definitions import create_definition, publish, save_draft
from workflows.engine.flow_book import FlowBook, PublishedFlow
from workflows.engine.graph import read_graph
from workflows.engine.registry import registry
from workflows.engine.validate import validate
from workflows.engine.variables import parse_variables
from workflows.engine.world import World, world_of
from workflows.models import Definition, Incident
from workflows.testing import MONDAY_MORNING

BOOK = FlowBook(
    flows={
        "packing": PublishedFlow(version=1, variables=parse_variables(PACKING["variables"])),
        "label": PublishedFlow(version=1, variables=parse_variables(LABEL["variables"])),
    }
)


def problems(
    node_type: str, config: Mapping[str, Any], *, exits: bool = False, world: World | None = None, flow: str = "order"
) -> list[tuple[str, str | None, str]]:
    drawing = read_graph(calling(node_type, config, exits=exits))
    found = validate(drawing, registry=registry, world=world or world_of(BOOK), now=MONDAY_MORNING, flow=flow)
    return [(one.code, one.path, one.severity) for one in found]


def test_sound_drawings_have_no_problem_but_what_is_not_given() -> None:
    not_given = [("flow.variables_not_given", "given", "warning")]
    assert problems("subflow", ONE) == not_given  # number, parcel
    assert problems("for_each", EACH) == not_given  # parcel
    whole = EACH["given"] + [{"variable": "parcel", "value": "null"}]
    assert problems("for_each", EACH | {"given": whole}) == []
    stops = {"stop_when": "${completed} >= ${needed} or '零' in ${parcels}", "on_cancelled": "exit", "at_once": 3}
    assert problems("for_each", EACH | {"given": whole} | stops, exits=True) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"flow": "packed"}, [("flow.unknown", "flow")]),
        ({"given": [{"variable": "lines", "value": "${first}"}]}, [("flow.variable_unknown", "given.0.variable")]),
        ({"given": [{"variable": "shop", "value": "${needed}"}]}, [("flow.value_type", "given.0.value")]),
        ({"given": [{"variable": "shop", "value": "${nobody}"}]}, [("expression.unknown_variable", "given.0.value")]),
        ({"given": [{"variable": "shop", "value": "'a'"}, {"variable": "shop", "value": "'b'"}]},
         [("flow.variable_repeated", "given.1.variable")]),
        ({"take": [{"variable": "needed", "result": "parcel"}]}, [("flow.result_type", "take.0.result")]),
        ({"take": [{"variable": "parcel", "result": "box"}]}, [("flow.variable_unknown", "take.0.result")]),
        ({"take": [{"variable": "box", "result": "parcel"}]}, [("flow.own_variable_unknown", "take.0.variable")]),
        ({"take": [{"variable": "parcel", "result": "parcel"}, {"variable": "parcel", "result": "shop"}]},
         [("flow.variable_repeated", "take.1.variable")]),
        ({"wait": False}, [("flow.needs_wait", "take")]),
        ({"wait": False, "take": [], "on_cancelled": "exit"},
         [("flow.needs_wait", "on_cancelled"), ("port.not_connected", None)]),
    ],
)  # fmt: skip
def test_each_mistake_of_a_sub_flow_is_told_at_its_place(
    change: dict[str, Any], expected: list[tuple[str, str | None]]
) -> None:
    found = problems("subflow", ONE | change)

    assert [(code, path) for code, path, severity in found if severity == "error"] == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"list": "first"}, [("for_each.not_a_list", "list")]),
        ({"list": "parcels"}, [("for_each.item_type", "item")]),
        ({"list": "rows"}, [("flow.own_variable_unknown", "list")]),
        ({"item": "row"}, [("flow.variable_unknown", "item")]),
        ({"index": "shop", "given": []}, [("for_each.index_type", "index")]),
        ({"given": [{"variable": "line", "value": "${first}"}]}, [("flow.variable_repeated", "given.0.variable")]),
        ({"into": ""}, [("for_each.result_halved", "into")]),
        ({"collect": "number"}, [("flow.result_type", "into")]),
        ({"stop_when": "${completed} + 1"}, [("expression.not_a_condition", "stop_when")]),
        ({"stop_when": "${done} > 1"}, [("expression.unknown_variable", "stop_when")]),
        ({"wait": False, "order": "sequence", "at_once": 2},
         [("flow.needs_wait", "order"), ("flow.needs_wait", "at_once"), ("flow.needs_wait", "collect")]),
    ],
)  # fmt: skip
def test_each_mistake_of_a_for_each_is_told_at_its_place(
    change: dict[str, Any], expected: list[tuple[str, str | None]]
) -> None:
    found = problems("for_each", EACH | change)

    assert [(code, path) for code, path, severity in found if severity == "error"] == expected


def test_a_variable_that_is_called_like_a_count_would_be_hidden_by_it() -> None:
    drawing = calling("for_each", EACH | {"stop_when": "${completed} > 1"})
    drawing["variables"] = [*OWN, {"name": "total", "type": "integer"}]

    found = validate(read_graph(drawing), registry=registry, world=world_of(BOOK), now=MONDAY_MORNING, flow="order")

    assert [one.code for one in found if one.severity == "error"] == ["for_each.name_taken"]


def test_pattern_22_recursion_is_refused_with_the_whole_way() -> None:
    book = FlowBook(
        flows={
            "order": PublishedFlow(version=1), "b": PublishedFlow(version=1, calls=("c", "label")),
            "c": PublishedFlow(version=3, calls=("order",)),
        }
    )  # fmt: skip
    drawing = read_graph(calling("subflow", {"flow": "b"}))

    [found] = validate(drawing, registry=registry, world=world_of(book), now=MONDAY_MORNING, flow="order")

    assert (found.code, found.node, found.params["cycle"]) == ("flow.recursive", "call", ["order", "b", "c", "order"])
    [itself] = validate(
        read_graph(calling("subflow", {"flow": "order"})), registry=registry, world=world_of(FlowBook()),
        now=MONDAY_MORNING, flow="order",
    )  # fmt: skip
    assert itself.params["cycle"] == ["order", "order"]


def test_without_a_house_only_the_house_could_tell_what_is_wrong() -> None:
    found = problems("for_each", EACH, world=worlds.without_rows())

    assert found == [("flow.unknown", "flow", "error")]
    assert worlds.asks_the_rows("flow.unknown")


@pytest.mark.django_db
def test_a_cycle_through_what_was_published_meanwhile_is_refused_at_publish(designer: User, packing: None) -> None:
    empty = calling("subflow", ONE)
    first = create_definition(key="first", title={}, graph=empty, layout={}, actor=designer, now=now()).definition
    publish(str(first.pk), revision=1, note="", actor=designer, now=now())
    back = create_definition(
        key="second", title={}, graph=calling("subflow", {"flow": "first"}), layout={}, actor=designer, now=now()
    ).definition  # fmt: skip
    save_draft(
        str(first.pk), revision=1, graph=calling("subflow", {"flow": "second"}), layout={}, actor=designer, now=now()
    )

    publish(str(back.pk), revision=1, note="", actor=designer, now=now())
    with pytest.raises(BadInput) as refused:
        publish(str(first.pk), revision=2, note="", actor=designer, now=now())

    [told] = [one for one in refused.value.problems if one["severity"] == "error"]
    assert (told["code"], told["params"]["cycle"]) == ("flow.recursive", ["first", "second", "first"])
    live = Definition.objects.get(pk=first.pk).live_version
    assert live is not None
    assert live.number == 1


@pytest.mark.django_db
def test_a_recursion_that_got_past_publishing_ends_as_an_incident_at_the_eighth_call(
    designer: User, packing: None
) -> None:
    flow = live_flow("order", calling("subflow", {"flow": "packing"}), by=designer)
    Definition.objects.filter(key="packing").update(live_version=flow.live_version)

    run = begin()
    settle()

    depth = 0
    while children := called_by(run):
        [run] = children
        depth += 1
    assert (depth, Incident.objects.get().code, str(Incident.objects.get().instance)) == (8, "flow.too_deep", run)
