"""Control-flow patterns that are not for us: the drawing that asks for one is refused, with a reason, and never run."""

from typing import Any

from tests.engine.flows import fork, graph, several
from tests.exchange.files import bpmn, flow
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.graph import read_graph
from workflows.engine.node_type import Problem
from workflows.engine.registry import registry
from workflows.engine.validate import validate
from workflows.engine.world import world_of
from workflows.exchange.bpmn_import import read_bpmn
from workflows.testing import MONDAY_MORNING


def errors_of(drawing: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(one.code, one.node or one.edge) for one in found(drawing)]


def found(drawing: dict[str, Any]) -> list[Problem]:
    problems = validate(read_graph(drawing), registry=registry, world=world_of(CalendarBook()), now=MONDAY_MORNING)
    return [one for one in problems if one.severity == "error"]


def test_pattern_08_multi_merge_into_a_step_is_refused() -> None:
    """Each token would go through the step by itself; at an end they may."""
    assert errors_of(graph(
        {"start": "start", "f": fork("l", "r"), "a": "test.call", "b": "test.call", "x": "test.call", "end": "end"},
        "start>f", "f.l>a", "f.r>b", "a>x", "b>x", "x>end",
    )) == [("parallel.branches_meet_without_join", "x")]  # fmt: skip


def test_pattern_17_interleaved_parallel_routing_is_listed_by_reason_and_cannot_be_published() -> None:
    """Steps in any order, one at a time, some before others: BPMN says it with an ad-hoc sub-process. No drawing of
    ours can: the branches of a fork run side by side, and a line says what comes next."""
    imported = read_bpmn(bpmn(
        '<startEvent id="s"/><adHocSubProcess id="x" name="Checks"><userTask id="a"/>'
        '<userTask id="b"/></adHocSubProcess><endEvent id="e"/>' + flow("f1", "s", "x") + flow("f2", "x", "e")
    ))  # fmt: skip

    assert [(one.kind, one.element, one.severity) for one in imported.findings] == [
        ("userTask", "a", "error"), ("userTask", "b", "error"), ("adHocSubProcess", "x", "error"),
    ]  # fmt: skip
    assert imported.findings[-1].reason.startswith("Steps in any order, one at a time, are not for us")
    drawing = imported.document.graph
    problems = validate(drawing, registry=registry, world=world_of(CalendarBook()), now=MONDAY_MORNING)
    assert [(one.code, one.node) for one in problems if one.severity == "error"] == [("node.unknown_type", "x")]


def test_pattern_28_blocking_discriminator_is_refused() -> None:
    """The first of two goes on and round again, the other is to be awaited before the next round."""
    assert errors_of(graph(
        {"start": "start", "again": "test.call", "f": fork("l", "r"), "a": "test.call", "b": "test.call",
         "x": "test.ask", "end": "end"},
        "start>again", "again>f", "f.l>a", "f.r>b", "a>x", "b>x", "x.yes>end", "x.no~3>again",
    )) == [
        ("parallel.branches_meet_without_join", "x"), ("parallel.loop_leaves_branch", "x"),
    ]  # fmt: skip


def test_pattern_31_blocking_partial_join_is_refused() -> None:
    """A join of two of three branches, the third awaited before the next round."""
    assert errors_of(graph(
        {"start": "start", "f": fork("l", "m", "r"), "a": "test.call", "b": "test.call", "c": "test.call",
         "j": "parallel", "end": "end"},
        "start>f", "f.l>a", "f.m>b", "f.r>c", "a>j", "b>j", "c>end", "j>end",
    )) == [("parallel.join_misses_branches", "j"), ("parallel.branch_ends_before_join", "end")]  # fmt: skip


def test_pattern_38_general_synchronizing_merge_is_refused_with_the_way_past_it() -> None:
    """Whether anybody may still come would have to be searched in all that could happen."""
    [one] = found(graph(
        {"start": "start", "g": several(l="true", r="true"), "a": "test.ask", "b": "test.call", "m": "inclusive",
         "n": "inclusive", "end": "end"},
        "start>g", "g.l>a", "g.r>b", "g.otherwise>m", "a.yes>m", "a.no>n", "b>m", "m>n", "n>end",
    ))  # fmt: skip
    assert (one.code, one.node, one.params) == ("inclusive.join_not_the_only_one", "n", {
        "nodes": ["g", "a", "n"], "edges": ["e1", "e5"],
    })  # fmt: skip


def test_pattern_41_thread_merge_is_refused() -> None:
    """Several tokens of one thread cannot be awaited: there is one, and the other way in never brings any."""
    problems = errors_of(graph(
        {"start": "start", "a": "test.ask", "j": "parallel", "end": "end"},
        "start>a", "a.yes>j", "a.no>j", "j>end",
    ))  # fmt: skip
    assert problems == [("parallel.join_never_complete", "j")]


def test_pattern_42_thread_split_is_refused() -> None:
    """A port has one line: nobody can leave by it twice."""
    problems = errors_of(graph(
        {"start": "start", "a": "test.call", "b": "test.call", "end": "end"},
        "start>a", "a>b", "a>end", "b>end",
    ))  # fmt: skip
    assert problems == [("edge.port_taken", "a")]
