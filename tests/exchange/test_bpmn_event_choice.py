"""A choice by events is drawn as BPMN draws it, a gateway with an event on each way out, and comes back as one step."""

from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from tests.exchange.files import bpmn, condition, flow
from tests.exchange.test_bpmn_import import lines, types
from tests.exchange.test_bpmn_round_trip import assert_comes_back, graph
from workflows.exchange.bpmn_export import write_bpmn
from workflows.exchange.bpmn_import import read_bpmn
from workflows.exchange.bpmn_words import BPMN
from workflows.exchange.flow_document import read_flow
from workflows.exchange.imported import Imported

BRANCHES: list[dict[str, Any]] = [
    {"port": "came", "name": {"zh": "到货", "en": "Came"}, "on": "message", "message": "parcel.arrived",
     "key": "${order}", "into": "weight"},
    {"port": "late", "name": {"zh": "超时"}, "on": "time", "after": "PT2H"},
]  # fmt: skip
NODES: list[dict[str, Any]] = [
    {"id": "s", "type": "start"}, {"id": "c", "type": "event_choice", "config": {"branches": BRANCHES}},
    {"id": "e", "type": "end"}, {"id": "t", "type": "terminate"},
]  # fmt: skip
EDGES = [
    {"id": "e1", "from": "s", "to": "c"}, {"id": "e2", "from": "c", "port": "came", "to": "e"},
    {"id": "e3", "from": "c", "port": "late", "to": "t"},
]  # fmt: skip
OURS = graph(NODES, EDGES)
WRITTEN = write_bpmn(read_flow(OURS))


def branches_of(imported: Imported, node: str = "c") -> Any:
    [found] = [one for one in imported.document.graph.nodes if one.id == node]
    return found.config["branches"]


def test_it_is_a_gateway_with_an_event_on_each_way_out_and_comes_back_as_one_step() -> None:
    assert_comes_back(OURS)
    process = fromstring(WRITTEN)[0]  # noqa: S314 - our own text

    kinds = [(one.tag.removeprefix(BPMN), one.get("id"), one.get("name")) for one in process if one.get("id")]
    assert kinds[:6] == [
        ("startEvent", "s", None), ("eventBasedGateway", "c", None), ("intermediateCatchEvent", "c_came", "到货"),
        ("sequenceFlow", "to_c_came", None), ("intermediateCatchEvent", "c_late", "超时"),
        ("sequenceFlow", "to_c_late", None),
    ]  # fmt: skip
    events = process.findall(f"{BPMN}intermediateCatchEvent")
    assert events[0].find(f"{BPMN}messageEventDefinition") is not None
    assert events[1].findtext(f".//{BPMN}timeDuration") == "PT2H"
    ends = {one.get("id"): (one.get("sourceRef"), one.get("targetRef")) for one in process.iter(f"{BPMN}sequenceFlow")}
    assert ends == {
        "e1": ("s", "c"), "to_c_came": ("c", "c_came"), "e2": ("c_came", "e"),
        "to_c_late": ("c", "c_late"), "e3": ("c_late", "t"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "document",
    [
        graph(NODES, EDGES[:2]),  # a way out that leads nowhere yet
        graph(NODES, [*EDGES, {"id": "e4", "from": "c", "port": "came", "to": "t"}]),  # and one that leads twice
        graph(NODES, [*EDGES, {"id": "e4", "from": "c", "port": "gone", "to": "c", "kind": "back", "max_rounds": 2}]),
        graph([*NODES, {"id": "c_came", "type": "delay", "config": {"after": "PT1H"}},
               {"id": "to_c_came", "type": "message"}],
              [*EDGES, {"id": "e4", "from": "c", "port": "out", "to": "c_came"}]),
        graph([{"id": "c", "type": "event_choice", "config": {"branches": [
            1, {"port": 2}, {"port": "a"}, {"port": "a", "on": "time", "after": "PT1H"}, {"port": "b", "on": 7},
            {"port": "d", "on": "time", "after": " soon\r"}, {"port": "e", "on": "time"},
            {"port": "f", "name": {"en": " \x01 "}, "on": "time", "after": 7}]}}],
              [{"id": port, "from": "c", "to": "c", "port": port} for port in "abdef"]),
        graph([{"id": "c", "type": "event_choice", "config": {"branches": "none"}}],
              [{"id": "x", "from": "c", "to": "c"}]),
    ],
)  # fmt: skip
def test_odd_drafts_come_back_too(document: dict[str, Any]) -> None:
    assert_comes_back(document)


def test_what_somebody_changed_in_the_file_is_taken_over_and_the_rest_stays() -> None:
    changed = WRITTEN.replace("PT2H", "PT3H").replace('name="到货"', 'name="Arrived"')

    imported = read_bpmn(changed)

    assert imported.findings == ()
    assert branches_of(imported) == [
        {**BRANCHES[0], "name": {"en": "Arrived"}}, {**BRANCHES[1], "after": "PT3H"},
    ]  # fmt: skip


def test_an_event_that_became_another_is_one_and_must_be_told_its_message() -> None:
    [before, after] = WRITTEN.split('<bpmn:intermediateCatchEvent id="c_late"')
    timer = after[after.index("<bpmn:timerEventDefinition") : after.index("</bpmn:intermediateCatchEvent>")]

    imported = read_bpmn(WRITTEN.replace(timer, "<bpmn:messageEventDefinition/>"))

    assert branches_of(imported)[1] == {**BRANCHES[1], "on": "message"}
    assert [(one.code, one.element, one.severity) for one in imported.findings] == [
        ("bpmn.no_message", "c_late", "error")
    ]
    assert before


def choice(*ways: str, gateway: str = '<eventBasedGateway id="c" name="Which first?"/>') -> Imported:
    """start → gateway → each of these events (the first word is its id) → end, as another tool draws it."""
    drawn = []
    for event in ways:
        name = event.split('id="')[1].split('"')[0]
        drawn += [event, flow(f"to_{name}", "c", name), flow(f"from_{name}", name, "e")]
    return read_bpmn(bpmn(f'<startEvent id="s"/>{gateway}<endEvent id="e"/>{flow("f1", "s", "c")}{"".join(drawn)}'))


MESSAGE = '<intermediateCatchEvent id="m" name="Paid"><messageEventDefinition/></intermediateCatchEvent>'
TIMER = """<intermediateCatchEvent id="t" name="Too late"><timerEventDefinition>
    <timeDuration>PT4H</timeDuration></timerEventDefinition></intermediateCatchEvent>"""


def test_the_gateway_of_another_tool_with_its_events_becomes_one_step() -> None:
    imported = choice(MESSAGE, TIMER, '<receiveTask id="r" name="Cancelled"/>')

    assert types(imported) == {"s": "start", "c": "event_choice", "e": "end"}
    assert lines(imported) == [("s", "out", "c"), *(("c", f"from_{one}", "e") for one in "mtr")]
    assert branches_of(imported) == [
        {"port": "from_m", "name": {"en": "Paid"}, "on": "message"},
        {"port": "from_t", "name": {"en": "Too late"}, "on": "time", "after": "PT4H"},
        {"port": "from_r", "name": {"en": "Cancelled"}, "on": "message"},
    ]
    assert [(one.code, one.element) for one in imported.findings] == [
        ("bpmn.no_message", "m"), ("bpmn.no_message", "r"),
    ]  # fmt: skip
    assert imported.document.graph.nodes[1].name.en == "Which first?"


def test_an_event_is_named_by_the_line_to_it_when_it_has_no_name_itself() -> None:
    imported = read_bpmn(bpmn(
        f'<startEvent id="s"/><eventBasedGateway id="c"/><endEvent id="e"/>{flow("f1", "s", "c")}'
        f'<intermediateCatchEvent id="m"><messageEventDefinition/></intermediateCatchEvent>'
        f'{flow("f2", "c", "m", name="Paid")}{flow("f3", "m", "e")}'
    ))  # fmt: skip

    assert branches_of(imported) == [{"port": "f3", "name": {"en": "Paid"}, "on": "message"}]


STRANGE = [
    '<intermediateCatchEvent id="x"><signalEventDefinition/></intermediateCatchEvent>',
    '<intermediateCatchEvent id="x"><timerEventDefinition><timeDate>2026-01-01T00:00:00Z</timeDate>'
    "</timerEventDefinition></intermediateCatchEvent>",
    '<intermediateCatchEvent id="x"><conditionalEventDefinition/></intermediateCatchEvent>',
    '<userTask id="x"/>',
]


@pytest.mark.parametrize("strange", STRANGE)
def test_with_an_event_that_no_branch_of_ours_can_be_nothing_is_folded(strange: str) -> None:
    imported = choice(MESSAGE, strange)

    assert types(imported)["c"] == "bpmn.eventBasedGateway"
    assert types(imported)["m"] == "message"
    told = {one.element: one.code for one in imported.findings}
    assert told["c"] == "bpmn.not_mapped"


@pytest.mark.parametrize(
    "more",
    [
        flow("f9", "s", "m"),  # another way leads to the event
        flow("f9", "m", "e"),  # several lead on from it at once
    ],
)
def test_an_event_that_stands_for_itself_stays_one(more: str) -> None:
    imported = read_bpmn(bpmn(
        f'<startEvent id="s"/><eventBasedGateway id="c"/><endEvent id="e"/>{flow("f1", "s", "c")}{MESSAGE}'
        f'{flow("f2", "c", "m")}{flow("f3", "m", "e")}{more}'
    ))  # fmt: skip

    assert types(imported)["c"] == "bpmn.eventBasedGateway"
    assert types(imported)["m"] == "message"


def test_a_condition_behind_an_event_is_not_lost() -> None:
    imported = read_bpmn(bpmn(
        f'<startEvent id="s"/><eventBasedGateway id="c"/><endEvent id="e"/>{flow("f1", "s", "c")}{MESSAGE}'
        f'{flow("f2", "c", "m", condition("${a} &lt; 1"))}{flow("f3", "m", "e")}'
    ))  # fmt: skip

    assert [one.code for one in imported.findings if one.element == "f2"] == ["bpmn.conditional_flow"]


def test_a_gateway_for_all_of_its_events_is_not_ours() -> None:
    imported = choice(MESSAGE, gateway='<eventBasedGateway id="c" eventGatewayType="Parallel"/>')

    assert [one.code for one in imported.findings if one.element == "c"] == ["bpmn.attribute"]
