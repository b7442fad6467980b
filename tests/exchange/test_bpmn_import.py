"""Files of other tools: each construct of the standard becomes a step of ours, or is listed by element and reason."""

from typing import Any

import pytest

from bedrock.errors import BadInput
from tests.exchange.files import bpmn, chain, condition, flow
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.registry import discover, registry
from workflows.engine.validate import has_errors, validate
from workflows.engine.world import world_of
from workflows.exchange.bpmn_export import write_bpmn
from workflows.exchange.bpmn_import import read_bpmn
from workflows.exchange.imported import Finding, Imported
from workflows.testing import MONDAY_MORNING

TIMER = "<timerEventDefinition><timeDuration>PT2H</timeDuration></timerEventDefinition>"


def types(imported: Imported) -> dict[str, str]:
    return {node.id: node.type for node in imported.document.graph.nodes}


def lines(imported: Imported) -> list[tuple[str, str, str]]:
    return [(edge.source, edge.port, edge.target) for edge in imported.document.graph.edges]


def told(imported: Imported) -> list[tuple[str, str, str, str]]:
    return [(one.code, one.kind, one.element, one.severity) for one in imported.findings]


def node(imported: Imported, identity: str) -> Any:
    return next(one for one in imported.document.graph.nodes if one.id == identity)


def test_what_both_know_is_taken_without_a_word() -> None:
    imported = read_bpmn(bpmn(
        '<startEvent id="s" name="Start"/><intermediateCatchEvent id="w" name="等两小时">' + TIMER +
        '</intermediateCatchEvent><parallelGateway id="fork"/><intermediateCatchEvent id="a">' + TIMER +
        '</intermediateCatchEvent><intermediateCatchEvent id="b">' + TIMER + '</intermediateCatchEvent>'
        '<parallelGateway id="join"/><endEvent id="e"/>' + flow("f1", "s", "w") + flow("f2", "w", "fork") +
        flow("f3", "fork", "a", name="left") + flow("f4", "fork", "b") + flow("f5", "a", "join") +
        flow("f6", "b", "join") + flow("f7", "join", "e")
    ))  # fmt: skip

    assert imported.findings == ()
    assert types(imported) == {
        "s": "start", "w": "delay", "fork": "parallel", "a": "delay", "b": "delay", "join": "parallel", "e": "end"
    }  # fmt: skip
    assert node(imported, "w").config == {"after": "PT2H"}
    assert (node(imported, "w").name.zh, node(imported, "s").name.en) == ("等两小时", "Start")
    assert node(imported, "fork").config == {"branches": [{"port": "f3", "name": {"en": "left"}}, {"port": "f4"}]}
    assert lines(imported) == [
        ("s", "out", "w"), ("w", "out", "fork"), ("fork", "f3", "a"), ("fork", "f4", "b"), ("a", "out", "join"),
        ("b", "out", "join"), ("join", "out", "e"),
    ]  # fmt: skip
    assert imported.document.title.en == "Leave"
    discover("workflows.engine.nodes")
    world = world_of(CalendarBook())
    assert validate(imported.document.graph, registry=registry, world=world, now=MONDAY_MORNING) == ()


def test_a_choice_keeps_its_order_its_default_and_its_conditions() -> None:
    imported = read_bpmn(bpmn(
        '<startEvent id="s"/><exclusiveGateway id="g" default="no"><outgoing>big</outgoing><outgoing>small</outgoing>'
        '<outgoing>no</outgoing></exclusiveGateway><endEvent id="a"/><endEvent id="b"/><endEvent id="c"/>'
        + flow("f1", "s", "g")
        + flow("no", "g", "c") + flow("small", "g", "b", condition("${amount &gt; 10}"), name="小")
        + flow("big", "g", "a", condition("amount &gt; 100", "http://www.omg.org/spec/FEEL/20140401"))
    ))  # fmt: skip

    assert node(imported, "g").config == {
        "branches": [
            {"port": "big", "when": "${amount} > 100"},
            {"port": "small", "name": {"zh": "小"}, "when": "${amount} > 10"},
        ]
    }
    assert lines(imported)[1:] == [("g", "otherwise", "c"), ("g", "small", "b"), ("g", "big", "a")]
    assert told(imported) == [
        ("bpmn.condition_rewritten", "sequenceFlow", "big", "info"),
        ("bpmn.condition_rewritten", "sequenceFlow", "small", "info"),
    ]
    assert imported.findings[1].reason == "Its condition was rewritten: ${amount > 10} is now ${amount} > 10"


def test_an_inclusive_gateway_and_its_join_are_taken_with_their_conditions() -> None:
    imported = read_bpmn(bpmn(
        '<startEvent id="s"/><inclusiveGateway id="g" default="no"/><inclusiveGateway id="j"/><endEvent id="e"/>'
        + flow("f1", "s", "g") + flow("big", "g", "j", condition("${amount &gt; 100}"))
        + flow("small", "g", "j", condition("${amount &gt; 10}")) + flow("no", "g", "j") + flow("f2", "j", "e")
    ))  # fmt: skip

    assert types(imported) == {"s": "start", "g": "inclusive", "j": "inclusive", "e": "end"}
    assert node(imported, "g").config == {
        "branches": [{"port": "big", "when": "${amount} > 100"}, {"port": "small", "when": "${amount} > 10"}]
    }
    assert node(imported, "j").config == {}
    assert lines(imported)[1:] == [
        ("g", "big", "j"), ("g", "small", "j"), ("g", "otherwise", "j"), ("j", "out", "e"),
    ]  # fmt: skip


def test_a_condition_that_cannot_be_said_exactly_is_kept_unreadable_and_listed() -> None:
    imported = read_bpmn(bpmn(
        '<startEvent id="s"/><exclusiveGateway id="g" default="no"/><endEvent id="a"/><endEvent id="b"/>'
        + flow("f1", "s", "g") + flow("yes", "g", "a", condition("amount in [1..5]", "feel")) + flow("no", "g", "b")
        + '<endEvent id="c"/>' + flow("bare", "g", "c")
    ))  # fmt: skip

    assert [branch["when"] for branch in node(imported, "g").config["branches"]] == ["? amount in [1..5]", ""]
    assert told(imported) == [
        ("bpmn.condition_foreign", "sequenceFlow", "yes", "error"),
        ("bpmn.condition_missing", "sequenceFlow", "bare", "error"),
    ]
    assert "amount in [1..5]" in imported.findings[0].reason
    discover("workflows.engine.nodes")
    world = world_of(CalendarBook())
    problems = validate(imported.document.graph, registry=registry, world=world, now=MONDAY_MORNING)
    assert [(one.code, one.path) for one in problems if one.path] == [
        ("expression.unexpected_character", "branches.0.when"), ("expression.empty", "branches.1.when"),
    ]  # fmt: skip


def test_work_for_people_is_an_approval_that_somebody_must_finish() -> None:
    imported = read_bpmn(bpmn(chain('<userTask id="u" name="Check" camunda:assignee="john"/>', "u")))

    assert types(imported)["u"] == "approval"
    assert node(imported, "u").config == {}
    assert lines(imported) == [("s", "out", "u"), ("u", "approved", "e")]
    assert told(imported) == [
        ("bpmn.attribute", "userTask", "u", "warning"),
        ("bpmn.no_assignees", "userTask", "u", "error"),
        ("bpmn.no_rejection", "userTask", "u", "error"),
    ]
    assert imported.findings[0].reason == "We have nothing for assignee='john'."


def test_a_decision_is_a_table_whose_rules_are_to_be_written() -> None:
    imported = read_bpmn(bpmn(chain('<businessRuleTask id="d" name="Score" camunda:decisionRef="score"/>', "d")))

    assert (types(imported)["d"], node(imported, "d").config) == ("decision_table", {})
    assert lines(imported) == [("s", "out", "d"), ("d", "out", "e")]
    assert told(imported) == [
        ("bpmn.attribute", "businessRuleTask", "d", "warning"),
        ("bpmn.no_rules", "businessRuleTask", "d", "error"),
    ]


def test_a_call_of_another_process_becomes_a_sub_flow_that_must_be_told_which() -> None:
    imported = read_bpmn(bpmn(chain('<callActivity id="c" name="Pack" calledElement="Packing"/>', "c")))

    assert (types(imported)["c"], node(imported, "c").config) == ("subflow", {})
    assert told(imported) == [
        ("bpmn.attribute", "callActivity", "c", "warning"), ("bpmn.no_flow", "callActivity", "c", "error"),
    ]  # fmt: skip


STRANGERS = [
    ('<serviceTask id="x" name="Pay"/>', "bpmn.serviceTask", "Which of our steps does it, the file does not say."),
    ('<task id="x" name="Pay"/>', "bpmn.task", "It does not say who or what does it; choose a step."),
    ('<scriptTask id="x" name="Pay"/>', "bpmn.scriptTask", "No step of ours means the same."),
    ('<eventBasedGateway id="x" name="Pay"/>', "bpmn.eventBasedGateway",
     "Each way out of ours waits for one message, or for a time such as PT2H."),
    ('<subProcess id="x" name="Pay"/>', "bpmn.subProcess",
     "A flow has no sub-processes; what is inside is listed too."),
    ('<intermediateCatchEvent id="x" name="Pay"><timerEventDefinition><timeDate>2026-01-01T00:00:00Z</timeDate>'
     "</timerEventDefinition></intermediateCatchEvent>", "bpmn.intermediateCatchEvent",
     "A delay of ours needs a duration such as PT2H, found another kind of timer."),
    ('<intermediateCatchEvent id="x" name="Pay"><timerEventDefinition><timeDuration>${wait}</timeDuration>'
     "</timerEventDefinition></intermediateCatchEvent>", "bpmn.intermediateCatchEvent",
     "A delay of ours needs a duration such as PT2H, found another kind of timer."),
]  # fmt: skip


@pytest.mark.parametrize(("element", "kind", "reason"), STRANGERS)
def test_an_element_without_a_step_keeps_its_place_and_stops_the_publishing(
    element: str, kind: str, reason: str
) -> None:
    imported = read_bpmn(bpmn(chain(element, "x")))

    assert types(imported) == {"s": "start", "x": kind, "e": "end"}
    assert lines(imported) == [("s", "out", "x"), ("x", "out", "e")]
    assert imported.findings == (
        Finding(code="bpmn.not_mapped", kind=kind.removeprefix("bpmn."), element="x", name="Pay", reason=reason,
                severity="error"),
    )  # fmt: skip
    discover("workflows.engine.nodes")
    world = world_of(CalendarBook())
    problems = validate(imported.document.graph, registry=registry, world=world, now=MONDAY_MORNING)
    assert has_errors(problems)
    assert [one.code for one in problems] == ["node.unknown_type"]


def test_an_end_that_ends_all_others_is_taken_as_one() -> None:
    imported = read_bpmn(bpmn(
        f'<startEvent id="s"/><endEvent id="t" name="Stop"><terminateEventDefinition/></endEvent>{flow("f", "s", "t")}'
    ))  # fmt: skip

    assert types(imported) == {"s": "start", "t": "terminate"}
    assert imported.findings == ()


def test_a_wait_for_a_message_is_one_that_somebody_must_finish() -> None:
    imported = read_bpmn(bpmn(
        chain('<intermediateCatchEvent id="m" name="Shipped"><messageEventDefinition/></intermediateCatchEvent>', "m")
    ))  # fmt: skip

    assert types(imported) == {"s": "start", "m": "message", "e": "end"}
    assert told(imported) == [("bpmn.no_message", "intermediateCatchEvent", "m", "error")]


def test_a_start_by_an_event_is_a_start_whose_event_must_be_chosen() -> None:
    start = '<startEvent id="s"><messageEventDefinition/></startEvent><endEvent id="e"/>'
    imported = read_bpmn(bpmn(start + flow("f", "s", "e")))

    assert types(imported) == {"s": "start", "e": "end"}
    assert told(imported) == [("bpmn.event_definition", "startEvent", "s", "warning")]


def test_all_that_has_no_place_is_listed_with_what_is_inside() -> None:
    imported = read_bpmn(bpmn(
        '<laneSet id="ls"><lane id="l1" name="Finance"><flowNodeRef>s</flowNodeRef></lane></laneSet>'
        '<documentation id="doc">how</documentation><dataObject id="do" name="Form"/><textAnnotation id="ta"/>'
        '<association id="as" sourceRef="ta" targetRef="s"/><group id="gr"/>'
        '<subProcess id="sub" name="Inner"><startEvent id="is"/><task id="it" name="Deep"/>'
        '<sequenceFlow id="if" sourceRef="is" targetRef="it"/></subProcess>'
        '<boundaryEvent id="be" attachedToRef="sub"><timerEventDefinition id="td"/></boundaryEvent>'
        '<startEvent id="s"><extensionElements><camunda:form key="x"/></extensionElements></startEvent>',
        around='<message id="m"/><collaboration id="c"><participant id="pa" name="Shop"/>'
        '<messageFlow id="mf" sourceRef="a" targetRef="b"/></collaboration>'
        '<process id="p2"><task id="other"/></process>',
    ))  # fmt: skip

    assert [(one.kind, one.element, one.name, one.severity) for one in imported.findings] == [
        ("message", "m", "", "warning"), ("collaboration", "c", "", "warning"),
        ("participant", "pa", "Shop", "warning"), ("messageFlow", "mf", "", "warning"),
        ("process", "p2", "", "error"), ("task", "other", "", "error"),
        ("laneSet", "ls", "", "warning"), ("lane", "l1", "Finance", "warning"), ("documentation", "doc", "", "info"),
        ("dataObject", "do", "Form", "info"), ("textAnnotation", "ta", "", "info"), ("association", "as", "", "info"),
        ("group", "gr", "", "info"), ("startEvent", "is", "", "error"), ("task", "it", "Deep", "error"),
        ("sequenceFlow", "if", "", "error"), ("{http://camunda.org/schema/1.0/bpmn}form", "", "", "warning"),
        ("subProcess", "sub", "Inner", "error"), ("boundaryEvent", "be", "", "error"),
    ]  # fmt: skip
    assert all(one.reason and one.code for one in imported.findings)


def test_a_gateway_that_only_lets_ways_meet_is_not_needed() -> None:
    imported = read_bpmn(bpmn(
        '<startEvent id="s"/><exclusiveGateway id="g" default="f2"/><exclusiveGateway id="m1"/>'
        '<exclusiveGateway id="m2" name="Meet"/><endEvent id="e"/>' + flow("f1", "s", "g") + flow("f2", "g", "m1")
        + flow("f3", "g", "m1", condition("${a}")) + flow("f4", "m1", "m2") + flow("f5", "m2", "e")
    ))  # fmt: skip

    assert types(imported) == {"s": "start", "g": "exclusive", "e": "end"}
    assert lines(imported) == [("s", "out", "g"), ("g", "otherwise", "e"), ("g", "f3", "e")]
    assert told(imported) == [
        ("bpmn.merge_dissolved", "exclusiveGateway", "m1", "info"),
        ("bpmn.merge_dissolved", "exclusiveGateway", "m2", "info"),
        ("bpmn.merge_dissolved", "sequenceFlow", "f4", "info"),
        ("bpmn.merge_dissolved", "sequenceFlow", "f5", "info"),
    ]


def test_a_gateway_before_a_join_stays_because_the_join_counts_its_ways() -> None:
    imported = read_bpmn(bpmn(
        '<startEvent id="s"/><exclusiveGateway id="m"/><parallelGateway id="j"/><endEvent id="e"/>'
        + flow("f1", "s", "m") + flow("f2", "m", "j") + flow("f3", "j", "e")
    ))  # fmt: skip

    assert types(imported) == {"s": "start", "m": "exclusive", "j": "parallel", "e": "end"}
    assert told(imported) == [("bpmn.condition_missing", "sequenceFlow", "f2", "error")]


def test_gateways_that_lead_in_a_circle_end_the_search_for_where_they_lead() -> None:
    imported = read_bpmn(bpmn(
        '<startEvent id="s"/>' + "".join(f'<exclusiveGateway id="g{n}"/>' for n in range(3)) + flow("f", "s", "g0")
        + flow("a", "g0", "g1") + flow("b", "g1", "g2") + flow("c", "g2", "g0") + flow("d", "s", "s")
    ))  # fmt: skip

    assert set(types(imported)) == {"s", "g0", "g1", "g2"}
    assert [edge.kind for edge in imported.document.graph.edges] == ["normal", "normal", "normal", "back", "back"]


def test_a_line_that_closes_a_loop_is_bounded() -> None:
    imported = read_bpmn(bpmn(
        '<startEvent id="s"/><userTask id="u"/><exclusiveGateway id="g" default="ok"/><endEvent id="e"/>'
        + flow("again", "g", "u", condition("${wrong}")) + flow("f1", "s", "u") + flow("f2", "u", "g")
        + flow("ok", "g", "e")
    ))  # fmt: skip

    edges = {edge.id: (edge.kind, edge.max_rounds) for edge in imported.document.graph.edges}
    assert edges == {"again": ("back", 10), "f1": ("normal", None), "f2": ("normal", None), "ok": ("normal", None)}
    assert ("bpmn.loop_bounded", "sequenceFlow", "again", "warning") in told(imported)


def test_several_lines_out_of_a_step_are_listed() -> None:
    imported = read_bpmn(bpmn(chain('<userTask id="u"/>', "u") + flow("f3", "u", "e", condition("${x}"))))

    assert ("bpmn.implicit_split", "userTask", "u", "error") in told(imported)
    assert ("bpmn.conditional_flow", "sequenceFlow", "f3", "error") in told(imported)


def test_lines_to_nowhere_and_steps_without_an_id_are_listed() -> None:
    imported = read_bpmn(bpmn(
        '<startEvent id="s"/><endEvent/>' + flow("f1", "s", "gone") + flow("f2", "", "s") + '<sequenceFlow id="f3"/>'
    ))  # fmt: skip

    assert (types(imported), lines(imported)) == ({"s": "start"}, [])
    assert told(imported) == [("bpmn.no_id", "endEvent", "", "error")] + [
        ("bpmn.broken_reference", "sequenceFlow", flow_id, "error") for flow_id in ("f1", "f2", "f3")
    ]


def test_ids_of_other_scripts_and_lengths_are_made_to_fit() -> None:
    long = "x" * 100
    imported = read_bpmn(bpmn(
        f'<startEvent id="开始"/><endEvent id="结束"/><endEvent id="{long}1"/><endEvent id="{long}2"/>'
        + flow("线", "开始", "结束")
    ))  # fmt: skip

    assert list(types(imported)) == ["__", "___2", "x" * 64, "x" * 62 + "_2"]
    assert lines(imported) == [("__", "out", "___2")]


def test_a_long_name_is_shortened_and_listed() -> None:
    imported = read_bpmn(bpmn(f'<startEvent id="s" name="{"n" * 300}"/>'))

    assert node(imported, "s").name.en == "n" * 200
    assert told(imported) == [("bpmn.name_shortened", "startEvent", "s", "info")]


SHAPE = (
    '<bpmndi:BPMNDiagram id="di"><bpmndi:BPMNPlane id="pl" bpmnElement="p1">'
    '<bpmndi:BPMNShape id="sh" bpmnElement="s"><dc:Bounds x="{x}" y="{y}" width="36" height="36"/></bpmndi:BPMNShape>'
    "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
)


def test_places_come_from_the_diagram_and_stay_outside_of_the_hash() -> None:
    process = f'<startEvent id="s"/><endEvent id="e"/>{flow("f", "s", "e")}'

    placed = read_bpmn(bpmn(process, diagram=SHAPE.format(x="120.4", y="-33.6")))
    bare = read_bpmn(bpmn(process))

    assert placed.document.layout == {"positions": {"s": {"x": 120, "y": -34}, "e": {"x": 272, "y": 82}}}
    assert bare.document.layout == {}
    assert placed.document.graph.graph_hash == bare.document.graph.graph_hash
    assert read_bpmn(write_bpmn(placed.document)).document == placed.document


@pytest.mark.parametrize("place", ["", "NaN", "inf", "1e400", "left", "99999999999"])
def test_a_place_that_is_no_number_is_none(place: str) -> None:
    imported = read_bpmn(bpmn('<startEvent id="s"/>', diagram=SHAPE.format(x=place, y="1")))

    assert imported.document.layout == {}


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("<html/>", "bpmn.not_bpmn"),
        ('<definitions xmlns="http://example.org"/>', "bpmn.not_bpmn"),
        ('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "bpmn.no_process"),
        (bpmn('<startEvent id="a"/><endEvent id="a"/>'), "bpmn.duplicate_id"),
        (bpmn('<startEvent id="p1"/>'), "bpmn.duplicate_id"),
    ],
)
def test_what_is_no_process_is_refused(document: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_bpmn(document)

    assert refused.value.code == code
