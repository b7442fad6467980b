"""Every reason why a graph cannot be published, each with the smallest drawing that has it, and all at once."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.engine.flows import Ask, AskConfig, Call, fork, graph, in_a_row, money, several, when
from workflows.engine import validate as module
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.calendar_document import calendar_from_document
from workflows.engine.graph import LocalText, read_graph
from workflows.engine.node_type import Port, PortRule, Problem
from workflows.engine.plan import compile_plan
from workflows.engine.registry import Registry, registry
from workflows.engine.validate import has_errors, validate
from workflows.engine.world import world_of
from workflows.testing import MONDAY_MORNING, Harness

Place = tuple[str, str | None, str | None]  # code, node, edge
LINE = {"start": "start", "end": "end"}


def problems_of(drawing: dict[str, Any], *, node_types: Registry = registry) -> tuple[Problem, ...]:
    return validate(read_graph(drawing), registry=node_types, world=world_of(CalendarBook()), now=MONDAY_MORNING)


def places(drawing: dict[str, Any]) -> list[Place]:
    return [(problem.code, problem.node, problem.edge) for problem in problems_of(drawing)]


def two_branches(*edges: str, **more: Any) -> dict[str, Any]:
    """A fork into two questions and a join, with these edges after `start>f`, `f.l>l` and `f.r>r`."""
    nodes = {"start": "start", "f": fork("l", "r"), "l": "test.ask", "r": "test.ask", "j": "parallel", "end": "end"}
    return graph(nodes | more, "start>f", "f.l>l", "f.r>r", *edges)


WELL_NESTED = ("l.yes>j", "l.no~3>l", "r.yes>j", "r.no~3>r", "j>end")

SMALLEST: dict[str, tuple[dict[str, Any], list[Place]]] = {
    "variables.malformed": (
        graph(LINE, "start>end", variables=[{"name": "a", "type": "nonsense"}]),
        [("variables.malformed", None, None)],
    ),
    "node.id_repeated": (
        graph(LINE, "start>end")
        | {"nodes": [{"id": "start", "type": "start"}, {"id": "end", "type": "end"}, {"id": "end", "type": "end"}]},
        [("node.id_repeated", "end", None)],
    ),
    "edge.id_repeated": (
        graph(LINE | {"a": "test.ask"}, edges=[
            {"id": "e", "from": "start", "to": "a"}, {"id": "yes", "from": "a", "port": "yes", "to": "end"},
            {"id": "e", "from": "a", "port": "no", "to": "end"}]),
        [("edge.id_repeated", None, "e")],
    ),
    "edge.unknown_node": (
        graph({"start": "start", "a": "test.ask", "end": "end"}, "start>a", "a.yes>end", "a.no>ghost"),
        [("edge.unknown_node", None, "e2")],
    ),
    "node.unknown_type": (
        graph({"start": "start", "a": "test.ghost", "end": "end"}, *in_a_row("start", "a", "end")),
        [("node.unknown_type", "a", None)],
    ),
    "config.malformed": (
        graph({"start": "start", "d": ("delay", {"after": "PT1H", "speed": 3}), "end": "end"},
              *in_a_row("start", "d", "end")),
        [("config.malformed", "d", None)],
    ),
    "edge.unknown_port": (
        graph({"start": "start", "a": "test.ask", "end": "end"}, "start>a", "a.yes>end", "a.no>end", "a.maybe>end"),
        [("edge.unknown_port", "a", "e3")],
    ),
    "edge.port_taken": (
        graph({"start": "start", "a": "test.call", "end": "end"}, "start>a", "a>end", "a>end"),
        [("edge.port_taken", "a", "e2")],
    ),
    "edge.max_rounds_missing": (
        graph(LINE | {"a": "test.ask"}, edges=[
            {"id": "in", "from": "start", "to": "a"}, {"id": "yes", "from": "a", "port": "yes", "to": "end"},
            {"id": "no", "from": "a", "port": "no", "to": "a", "kind": "back"}]),
        [("edge.max_rounds_missing", None, "no")],
    ),
    "port.not_connected": (
        graph({"start": "start", "a": "test.ask", "end": "end"}, "start>a", "a.yes>end"),
        [("port.not_connected", "a", None)],
    ),
    "graph.no_start": (
        graph({"a": "test.call", "end": "end"}, "a>end"),
        [("graph.no_start", None, None)],
    ),
    "graph.several_starts": (
        graph({"start": "start", "again": "start", "end": "end"}, "start>end", "again>end"),
        [("graph.several_starts", "again", None)],
    ),
    "graph.no_end": (
        graph({"start": "start", "a": "test.ask"}, "start>a", "a.yes~1>a", "a.no~1>a"),
        [("graph.no_end", None, None), ("node.no_way_to_end", "start", None), ("node.no_way_to_end", "a", None)],
    ),
    "edge.into_start": (
        graph({"start": "start", "a": "test.ask", "end": "end"}, "start>a", "a.yes>end", "a.no~3>start"),
        [("edge.into_start", None, "e2")],
    ),
    "node.unreachable": (
        graph({"start": "start", "island": "test.call", "end": "end"}, "start>end", "island>end"),
        [("node.unreachable", "island", None)],
    ),
    "node.no_way_to_end": (
        graph({"start": "start", "a": "test.ask", "trap": "test.call", "end": "end"},
              "start>a", "a.yes>end", "a.no>trap", "trap~3>trap"),
        [("node.no_way_to_end", "trap", None)],
    ),
    "graph.cycle": (
        graph({"start": "start", "a": "test.ask", "b": "test.call", "end": "end"},
              "start>a", "a.yes>end", "a.no>b", "b>a"),
        [("graph.cycle", None, "e3")],
    ),
    "graph.automatic_loop": (
        graph({"start": "start", "x": when("again", "${a} < ${b}"), "y": when("out", "${a} > ${b}"), "end": "end"},
              "start>x", "x.again>y", "x.otherwise>end", "y.out>end", "y.otherwise~9>x"),
        [("graph.automatic_loop", None, "e4")],
    ),
    "edge.back_into_join": (
        graph({"start": "start", "f": fork("l", "r"), "j": "parallel", "a": "test.ask", "end": "end"},
              "start>f", "f.l>j", "f.r>j", "j>a", "a.yes>end", "a.no~3>j"),
        [("edge.back_into_join", None, "e5")],
    ),
    "parallel.does_nothing": (
        graph({"start": "start", "p": "parallel", "end": "end"}, *in_a_row("start", "p", "end")),
        [("parallel.does_nothing", "p", None)],
    ),
    "parallel.branches_meet_without_join": (
        two_branches("l.yes>m", "l.no>m", "r.yes>m", "r.no>m", "m>j", "j>end", m="test.call"),
        [("parallel.branches_meet_without_join", "m", None), ("parallel.does_nothing", "j", None)],
    ),
    "parallel.join_never_complete": (
        graph({"start": "start", "a": "test.ask", "j": "parallel", "end": "end"},
              "start>a", "a.yes>j", "a.no>j", "j>end"),
        [("parallel.join_never_complete", "j", None)],
    ),
    "parallel.join_misses_branches": (
        graph({"start": "start", "f": fork("l", "m", "r"), "r": "test.call", "j": "parallel", "end": "end",
               "other": "end"}, "start>f", "f.l>j", "f.m>j", "f.r>r", "r>other", "j>end"),
        [("parallel.join_misses_branches", "j", None), ("parallel.branch_ends_before_join", "other", None)],
    ),
    "parallel.branch_ends_before_join": (
        two_branches("l.yes>j", "l.no>away", "r.yes>j", "r.no~3>r", "j>end", away="end"),
        [("parallel.branch_ends_before_join", "away", None)],
    ),
    "parallel.loop_leaves_branch": (
        two_branches("l.yes>j", "l.no~3>f", "r.yes>j", "r.no~3>r", "j>end"),
        [("parallel.loop_leaves_branch", "l", None)],
    ),
    "parallel.branch_ends_all_at_once": (
        graph({"start": "start", "f": fork("l", "r"), "l": "test.call", "stop": "terminate", "end": "end"},
              "start>f", "f.l>l", "l>end", "f.r>stop"),
        [("parallel.branch_ends_all_at_once", "f", None)],
    ),
    "inclusive.fork_not_closed": (
        graph({"start": "start", "f": several(a="${a} < ${b}"), "end": "end"}, "start>f", "f.a>end", "f.otherwise>end"),
        [("inclusive.fork_not_closed", "f", None)],
    ),
    "inclusive.join_not_the_only_one": (
        graph({"start": "start", "f": several(a="${a} < ${b}"), "x": "test.ask", "y": "test.ask", "j": "inclusive",
               "k": "inclusive", "end": "end"}, "start>f", "f.a>x", "f.otherwise>y", "x.yes>j", "x.no>k", "y.yes>j",
              "y.no>k", "j>end", "k>end"),
        [("inclusive.join_not_the_only_one", "k", None)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(SMALLEST))
def test_each_problem_is_found_at_its_place_when_it_is_the_only_one(code: str) -> None:
    drawing, expected = SMALLEST[code]
    assert places(drawing) == expected


def test_every_code_of_validation_has_a_smallest_drawing() -> None:
    source = Path(module.__file__).read_text()
    codes = set(re.findall(r'"((?:variables|node|edge|config|port|graph|parallel|inclusive)\.[a-z_]+)"', source))
    assert codes == set(SMALLEST)


@pytest.mark.parametrize(
    ("node", "code", "path"),
    [
        (when("small", "${a} <"), "expression.unexpected", "branches.0.when"),
        (when("small", "${ghost} < 3"), "expression.unknown_variable", "branches.0.when"),
        (when("otherwise", "${a} < ${b}"), "branches.port_repeated", "branches.0.port"),
        (fork("l", "l"), "branches.port_repeated", "branches.1.port"),
        (("delay", {"after": "soon"}), "duration.malformed", "after"),
        (("delay", {"after": "PT1H", "clock": "working", "calendar": "moon"}), "calendar.unknown", "calendar"),
    ],
)
def test_a_problem_of_a_nodes_own_settings_names_node_and_path(node: Any, code: str, path: str) -> None:
    ports = registry.get(node[0]).ports(registry.get(node[0]).Config.model_validate(node[1]))
    edges = [f"x.{port}>end" for port in dict.fromkeys(port.port for port in ports)]
    found = problems_of(graph({"start": "start", "x": node, "end": "end"}, "start>x", *edges))

    assert [(problem.node, problem.path) for problem in found if problem.code == code] == [("x", path)]


def test_each_bad_declaration_is_named_and_the_sound_ones_still_count() -> None:
    nodes = {"start": "start", "x": when("small", "${a} < ${b}"), "end": "end"}
    drawing = graph(nodes, "start>x", "x.small>end", "x.otherwise>end", variables=[
        {"name": "a", "type": "money"}, {"name": "c", "type": "nonsense"}, {"name": "b", "type": "money"},
        {"name": "a", "type": "text"}, {"name": "not a name", "type": "text"},
    ])  # fmt: skip

    assert [(problem.code, problem.path) for problem in problems_of(drawing)] == [
        ("variables.malformed", "variables[1].type"),
        ("variables.malformed", "variables[3].name"),
        ("variables.malformed", "variables[4].name"),
    ]


def test_the_refund_flow_has_no_problem() -> None:
    variables = [{"name": "refundAmount", "type": "money"}, {"name": "orderTotal", "type": "money"}]
    small = ("exclusive", {"branches": [{"port": "small", "name": {"zh": "小额直通", "en": "Small"},
                                         "when": "${refundAmount} < ${orderTotal} * 0.3"}]})  # fmt: skip
    drawing = graph(
        {"start": ("start", {"trigger": "refund.requested"}), "small": small, "finance": "test.ask", "ops": "test.ask",
         "refund": "test.call", "reject": "test.call", "end": "end"},
        "start>small", "small.small>ops", "small.otherwise>finance", "finance.yes>ops", "finance.no>reject",
        "ops.yes>refund", "ops.no>reject", "refund>end", "reject>end", variables=variables,
    )  # fmt: skip
    assert problems_of(drawing) == ()

    run = Harness(drawing)
    run.start(variables={"refundAmount": money("58.00"), "orderTotal": money("199.00")})
    run.signal("ops", "yes")
    run.complete("refund")
    assert run.passed() == ["start", "small", "ops", "refund", "end"]


def test_well_nested_branches_with_loops_inside_them_have_no_problem() -> None:
    assert places(two_branches(*WELL_NESTED)) == []


def test_branches_that_never_meet_may_end_each_for_itself() -> None:
    drawing = graph({"start": "start", "f": fork("l", "r"), "l": "test.call", "end": "end", "bye": "end"},
                    "start>f", "f.l>l", "f.r>bye", "l>end")  # fmt: skip
    assert places(drawing) == []


def test_branches_that_meet_at_an_end_each_end_for_themselves() -> None:
    drawing = graph({"start": "start", "f": fork("l", "r"), "l": "test.call", "end": "end"},
                    "start>f", "f.l>l", "f.r>end", "l>end")  # fmt: skip
    assert places(drawing) == []

    run = Harness(drawing)
    run.start()
    assert run.where() == ["l"]
    run.complete("l")
    assert run.where() == []


def test_one_join_may_close_a_fork_and_the_fork_inside_it() -> None:
    drawing = graph(
        {"start": "start", "f": fork("l", "r"), "g": fork("a", "b"), "a": "test.call", "b": "test.call",
         "r": "test.call", "j": "parallel", "z": "test.call", "end": "end"},
        "start>f", "f.l>g", "f.r>r", "g.a>a", "g.b>b", "a>j", "b>j", "r>j", "j>z", "z>end",
    )  # fmt: skip
    assert places(drawing) == []

    run = Harness(drawing)
    run.start()
    for node in ("a", "r", "b"):
        assert "z" not in run.where()
        run.complete(node)
    assert run.where() == ["z"]


def test_a_join_of_a_branch_and_only_one_branch_inside_of_another_is_refused() -> None:
    drawing = graph(
        {"start": "start", "f": fork("l", "r"), "g": fork("a", "b"), "b": "test.call", "j": "parallel", "end": "end"},
        "start>f",
        "f.l>g",
        "f.r>j",
        "g.a>j",
        "g.b>b",
        "b>end",
        "j>end",
    )
    assert places(drawing) == [("parallel.join_never_complete", "j", None)]


def test_two_joins_for_one_fork_are_refused_because_each_may_get_one_token() -> None:
    drawing = two_branches("l.yes>j", "l.no>k", "r.yes>j", "r.no>k", "j>end", "k>end", k="parallel")
    assert places(drawing) == [("parallel.join_never_complete", "k", None)]

    run = Harness(drawing)
    run.start()
    run.signal("l", "yes")
    run.signal("r", "no")
    assert run.where() == ["j!join.starved", "k!join.starved"]


def test_a_fork_that_sends_a_branch_back_is_refused_because_tokens_would_multiply() -> None:
    drawing = graph(
        {"start": "start", "o": fork("p", "q"), "a": "test.call", "f": fork("l", "r"), "q": "test.call",
         "j": "parallel", "end": "end"},
        "start>o", "o.p>a", "a>f", "f.l>j", "f.r~2>a", "o.q>q", "q>j", "j>end",
    )  # fmt: skip
    assert ("parallel.loop_leaves_branch", "f", None) in places(drawing)


def test_all_problems_come_at_once_in_the_order_of_the_drawing_errors_first() -> None:
    drawing = graph(
        {"start": "start", "nothing": "parallel", "x": when("small", "${a} <"), "ask": "test.ask",
         "d": ("delay", {"after": "soon"}), "island": "test.call", "end": "end"},
        "start>nothing", "nothing>x", "x.small>ask", "x.otherwise>d", "ask.yes>d", "d>ask", "ask.maybe>end",
        "island>end",
    )  # fmt: skip
    assert places(drawing) == [
        ("expression.unexpected", "x", None),
        ("port.not_connected", "ask", None),
        ("edge.unknown_port", "ask", "e6"),
        ("duration.malformed", "d", None),
        ("graph.cycle", None, "e5"),
        ("node.unreachable", "island", None),
        ("parallel.does_nothing", "nothing", None),
    ]


def test_an_unknown_type_and_a_broken_edge_do_not_hide_the_other_problems() -> None:
    drawing = graph(
        {"start": "start", "new": "vendor.new", "a": "test.ask", "island": "test.call", "end": "end"},
        "start>new", "new>a", "a.yes>end", "a.no>ghost", "island>end",
    )  # fmt: skip
    assert places(drawing) == [
        ("node.unknown_type", "new", None), ("edge.unknown_node", None, "e3"), ("node.unreachable", "island", None),
    ]  # fmt: skip


def test_an_island_does_not_cause_problems_in_the_branch_it_points_at() -> None:
    drawing = two_branches(*WELL_NESTED, "island>l", island="test.call")
    assert places(drawing) == [("node.unreachable", "island", None)]


def test_only_errors_forbid_publishing() -> None:
    warned = problems_of(SMALLEST["parallel.does_nothing"][0])
    refused = problems_of(SMALLEST["graph.cycle"][0])
    assert [(problem.severity, has_errors(found)) for found in (warned, refused) for problem in found] == [
        ("warning", False), ("error", True),
    ]  # fmt: skip


def test_a_port_that_is_not_required_may_stay_open() -> None:
    own = Registry()
    for node_type in (*registry, Ask(), Call(), _Patient()):
        own.add(node_type)
    drawing = graph({"start": "start", "p": "test.patient", "end": "end"}, "start>p", "p.out>end")
    assert problems_of(drawing, node_types=own) == ()


class _Patient(Ask):
    key = "test.patient"
    title = LocalText(zh="耐心", en="Patient")
    port_rule = PortRule(ports=(Port(port="out"), Port(port="timed_out", required=False)))
    Config: type[AskConfig] = AskConfig


def test_validation_and_compilation_do_not_grow_faster_than_the_drawing() -> None:
    """Nesting as deep as the drawing is long: sharing, not copying, keeps it linear in memory."""
    depth = 2_000
    nodes: dict[str, Any] = {"start": "start"}
    edges = ["start>f0"]
    for level in range(depth):
        nodes |= {f"f{level}": fork("l", "r"), f"j{level}": "parallel"}
        inner = f"f{level + 1}" if level + 1 < depth else "mid"
        outer = f"j{level - 1}" if level else "end"
        edges += [f"f{level}.l>{inner}", f"f{level}.r>j{level}", f"j{level}>{outer}"]
    nodes |= {"mid": "test.call", "end": "end"}
    edges.append(f"mid>j{depth - 1}")
    drawing = graph(nodes, *edges)

    assert places(drawing) == []
    plan = compile_plan(read_graph(drawing), registry=registry)
    inside = plan.branches.nodes["mid"]
    assert inside is not None
    assert (inside.depth, inside.fork) == (depth, f"f{depth - 1}")


def test_a_long_automatic_drawing_is_passed_within_the_step_budget() -> None:
    count = 12_000
    nodes = {"start": "start"} | {f"p{n}": "parallel" for n in range(count)} | {"end": "end"}
    run = Harness(graph(nodes, *in_a_row(*nodes)))
    run.start()
    assert run.where() == []


@pytest.mark.parametrize(
    ("after", "years"), [("P20D", []), ("P60D", [2027]), ("P320D", [2027, 2028])]
)  # fmt: skip
def test_a_wait_into_a_year_without_an_official_notice_is_warned_of(after: str, years: list[int]) -> None:
    """From Monday 2026-11-02 on: 20 working days end in that year, 60 do not."""
    nine_to_five = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    document = {"zone": "Asia/Shanghai", "week": nine_to_five, "confirmed_years": [2026]}
    world = world_of(CalendarBook(calendars={"office": calendar_from_document(document)}))
    delay = ("delay", {"after": after, "clock": "working", "calendar": "office"})
    drawing = read_graph(graph({"start": "start", "x": delay, "end": "end"}, "start>x", "x>end"))

    found = validate(drawing, registry=registry, world=world, now=datetime(2026, 11, 2, 1, tzinfo=UTC))

    assert [(one.code, one.node, one.path, one.severity) for one in found] == [
        ("calendar.year_unconfirmed", "x", "after", "warning") for _ in years[:1]
    ]
    assert [one.params["years"] for one in found] == ([years] if years else [])
