"""Two drawings beside each other: what came, went, moved and changed, by stable ids, field by field."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.engine.comparison import CODES, Change, Comparison, compare
from workflows.engine.graph import read_graph

FINANCE = {
    "assign": [{"kind": "group", "group": "finance"}],
    "mode": "any",
    "timeouts": [{"after": "PT120M", "clock": "working", "do": "remind"}],
}
SMALL = {"port": "small", "name": {"zh": "小额", "en": "Small"}, "when": "${refund} < ${total} * 0.3"}
LARGE = {"port": "large", "name": {"zh": "大额", "en": "Large"}, "when": "${refund} > ${total} * 0.9"}


def refund() -> dict[str, Any]:
    """start → split → (small: ops | large: boss | otherwise: finance → ops) → end."""
    return copy.deepcopy({
        "format": 1,
        "variables": [
            {"name": "refund", "type": "money", "label": {"zh": "退款金额", "en": "Refund"}},
            {"name": "total", "type": "money"},
        ],
        "nodes": [
            {"id": "start", "type": "start"},
            {"id": "split", "type": "exclusive", "config": {"branches": [SMALL, LARGE]}},
            {"id": "finance", "type": "approval", "name": {"zh": "财务复核", "en": "Finance"}, "config": FINANCE},
            {"id": "boss", "type": "approval", "config": {"assign": []}},
            {"id": "ops", "type": "approval", "name": {"zh": "终审", "en": "Operations"}, "config": {"assign": []}},
            {"id": "end", "type": "end"},
        ],
        "edges": [
            {"id": "e1", "from": "start", "to": "split"},
            {"id": "e2", "from": "split", "port": "small", "to": "ops"},
            {"id": "e3", "from": "split", "port": "large", "to": "boss"},
            {"id": "e4", "from": "split", "port": "otherwise", "to": "finance"},
            {"id": "e5", "from": "finance", "port": "approved", "to": "ops"},
            {"id": "e6", "from": "finance", "port": "rejected", "to": "end"},
            {"id": "e7", "from": "boss", "port": "approved", "to": "end"},
            {"id": "e8", "from": "ops", "port": "approved", "to": "end"},
        ],
    })  # fmt: skip


def node(graph: dict[str, Any], wanted: str) -> dict[str, Any]:
    [found] = [one for one in graph["nodes"] if one["id"] == wanted]
    return found  # type: ignore[no-any-return]


def edge(graph: dict[str, Any], wanted: str) -> dict[str, Any]:
    [found] = [one for one in graph["edges"] if one["id"] == wanted]
    return found  # type: ignore[no-any-return]


def compared(after: dict[str, Any], before: dict[str, Any] | None = None) -> Comparison:
    return compare(read_graph(before or refund()), read_graph(after))


def only(after: dict[str, Any]) -> Change:
    [change] = compared(after).changes
    return change


def test_nothing_is_told_of_the_same_drawing() -> None:
    found = compared(refund())

    assert found.changes == ()
    assert {found.nodes, found.edges, found.variables} == {found.nodes}
    assert (found.nodes.added, found.nodes.removed, found.nodes.changed) == ((), (), ())


def test_a_time_out_that_became_shorter_is_told_with_both_durations_and_its_place() -> None:
    graph = refund()
    node(graph, "finance")["config"]["timeouts"][0]["after"] = "PT90M"

    change = only(graph)

    assert (change.code, change.node, change.path) == ("setting.changed", "finance", ("timeouts", 0, "after"))
    assert (change.params["before"], change.params["after"]) == ("PT120M", "PT90M")
    assert change.params["step"] == {"id": "finance", "type": "approval", "name": {"zh": "财务复核", "en": "Finance"}}
    assert compared(graph).nodes.changed == ("finance",)


def test_settings_that_were_made_and_cleared_are_told_apart_from_changed_ones() -> None:
    graph = refund()
    del node(graph, "finance")["config"]["mode"]
    node(graph, "finance")["config"]["offline"] = "pause"

    told = {(one.code, one.path): dict(one.params) for one in compared(graph).changes}

    assert told.keys() == {("setting.set", ("offline",)), ("setting.cleared", ("mode",))}
    assert told["setting.set", ("offline",)]["after"] == "pause"
    assert told["setting.cleared", ("mode",)]["before"] == "any"


def test_items_that_came_and_went_are_told_one_by_one() -> None:
    graph = refund()
    more = {"after": "PT240M", "clock": "working", "do": "notify"}
    node(graph, "finance")["config"]["timeouts"].append(more)

    change = only(graph)

    assert (change.code, change.path, change.params["after"]) == ("item.added", ("timeouts", 1), more)
    [back] = compared(refund(), graph).changes
    assert (back.code, back.path, back.params["before"]) == ("item.removed", ("timeouts", 1), more)


def test_a_condition_a_name_and_the_order_of_branches_are_told_by_the_port() -> None:
    graph = refund()
    branches = node(graph, "split")["config"]["branches"]
    branches[0]["when"] = "${refund} < ${total} * 0.2"
    branches[1]["name"] = {"zh": "全额", "en": "Full"}
    branches.reverse()

    told = {one.code: one for one in compared(graph).changes}

    assert told.keys() == {"branch.condition", "branch.renamed", "branch.reordered"}
    condition = told["branch.condition"].params
    assert condition["branch"] == {"port": "small", "name": {"zh": "小额", "en": "Small"}}
    assert (condition["before"], condition["after"]) == ("${refund} < ${total} * 0.3", "${refund} < ${total} * 0.2")
    assert told["branch.renamed"].params["before"]["name"]["zh"] == "大额"
    order = told["branch.reordered"].params
    assert [one["port"] for one in order["before"]] == ["small", "large"]
    assert [one["port"] for one in order["after"]] == ["large", "small"]


def test_a_branch_that_came_is_told_although_the_list_grew() -> None:
    graph = refund()
    node(graph, "split")["config"]["branches"].insert(0, {"port": "tiny", "when": "${refund} < 1 CNY"})
    graph["edges"].append({"id": "e9", "from": "split", "port": "tiny", "to": "end"})

    told = [(one.code, one.path, one.edge) for one in compared(graph).changes]

    assert told == [("branch.added", ("branches", 0), None), ("edge.added", (), "e9")]


def test_a_step_put_on_a_line_is_one_sentence() -> None:
    graph = refund()
    graph["nodes"].append({"id": "boss2", "type": "approval", "name": {"zh": "主管", "en": "Head"}})
    edge(graph, "e5")["to"] = "boss2"
    graph["edges"].append({"id": "e9", "from": "boss2", "port": "approved", "to": "ops"})

    found = compared(graph)

    [change] = found.changes
    assert (change.code, change.node) == ("node.added", "boss2")
    assert (change.params["previous"]["id"], change.params["next"]["id"]) == ("finance", "ops")
    assert (found.nodes.added, found.edges.added, found.edges.changed) == (("boss2",), ("e9",), ("e5",))

    [back] = compared(refund(), graph).changes
    assert (back.code, back.node, back.params["step"]["name"]["en"]) == ("node.removed", "boss2", "Head")


def test_a_line_that_leads_elsewhere_is_told_even_when_it_leads_to_a_new_step() -> None:
    elsewhere = refund()
    edge(elsewhere, "e6")["to"] = "boss"
    change = only(elsewhere)
    assert (change.code, change.node, change.edge, change.params["port"]) == (
        "edge.rerouted", "finance", "e6", "rejected",
    )  # fmt: skip
    assert (change.params["before"]["id"], change.params["after"]["id"]) == ("end", "boss")

    new = refund()
    new["nodes"].append({"id": "archive", "type": "end"})
    edge(new, "e8")["to"] = "archive"
    assert [one.code for one in compared(new).changes] == ["node.added", "edge.rerouted"]


def test_a_line_to_nowhere_is_told_by_the_id_of_what_is_not_there() -> None:
    graph = refund()
    edge(graph, "e6")["to"] = "gone"

    assert only(graph).params["after"] == {"id": "gone", "type": "nothing", "name": {"zh": "", "en": ""}}


def test_a_loop_of_more_rounds_is_told() -> None:
    looped, longer = refund(), refund()
    for graph, rounds in ((looped, 2), (longer, 5)):
        edge(graph, "e6").update({"to": "split", "kind": "back", "max_rounds": rounds})

    [change] = compared(longer, looped).changes

    assert (change.code, change.edge, change.params["before"], change.params["after"]) == ("edge.rounds", "e6", 2, 5)


def test_a_renamed_step_is_the_same_step_and_a_new_id_is_another_one() -> None:
    renamed, replaced = refund(), refund()
    node(renamed, "ops")["name"] = {"zh": "运营终审", "en": "Final"}
    node(replaced, "ops")["id"] = "ops2"
    for one in replaced["edges"]:
        one["to"] = "ops2" if one["to"] == "ops" else one["to"]
        one["from"] = "ops2" if one["from"] == "ops" else one["from"]

    assert only(renamed).code == "node.renamed"
    assert compared(renamed).nodes.changed == ("ops",)
    found = compared(replaced)
    assert (found.nodes.added, found.nodes.removed) == (("ops2",), ("ops",))
    assert {one.code for one in found.changes} == {"node.added", "node.removed", "edge.rerouted"}


def test_variables_are_told_by_what_of_them_changed() -> None:
    graph = refund()
    graph["variables"] = [
        {"name": "refund", "type": "decimal", "label": {"zh": "退款额", "en": "Refund"}},
        {"name": "reason", "type": "text"},
    ]

    found = compared(graph)

    assert [(one.code, one.variable) for one in found.changes] == [
        ("variable.renamed", "refund"), ("variable.retyped", "refund"), ("variable.added", "reason"),
        ("variable.removed", "total"),
    ]  # fmt: skip
    assert (found.variables.added, found.variables.removed, found.variables.changed) == (
        ("reason",), ("total",), ("refund",),
    )  # fmt: skip


def test_what_is_only_written_otherwise_is_told_as_that() -> None:
    graph = refund()
    graph["nodes"].reverse()

    assert only(graph).code == "graph.rewritten"


values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "PT1H"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(["a", "b", "c", "d"])


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    """Drawings of a few steps with any settings and any lines; they need make no sense."""
    ids = draw(st.lists(names, unique=True, min_size=1))
    kinds = st.sampled_from(["delay", "approval"])
    nodes = [
        {"id": one, "type": draw(kinds), "config": draw(st.dictionaries(st.sampled_from("xyz"), values, max_size=2))}
        for one in ids
    ]
    ends = draw(st.lists(st.tuples(st.sampled_from(ids), st.sampled_from("pq"), st.sampled_from(ids)), max_size=6))
    edges = [
        {"id": f"e{n}", "from": source, "port": port, "to": target} for n, (source, port, target) in enumerate(ends)
    ]
    return {"format": 1, "nodes": nodes, "edges": edges}


@given(graphs(), graphs())
def test_a_change_is_told_exactly_when_the_hash_is_another_one(before: dict[str, Any], after: dict[str, Any]) -> None:
    old, new = read_graph(before), read_graph(after)

    assert (compare(old, new).changes == ()) == (old.graph_hash == new.graph_hash)


@given(graphs(), graphs())
def test_what_came_one_way_went_the_other(before: dict[str, Any], after: dict[str, Any]) -> None:
    there, back = compared(after, before), compared(before, after)

    for one, other in ((there.nodes, back.nodes), (there.edges, back.edges), (there.variables, back.variables)):
        assert set(one.added) == set(other.removed)
        assert set(one.changed) == set(other.changed)
    told = {one.node for one in there.changes if one.code in ("node.added", "node.removed")}
    assert told == {*there.nodes.added, *there.nodes.removed}
    inside = ("node.", "setting.", "item.", "branch.")
    assert {one.node for one in there.changes if one.code.startswith(inside)} == told | {*there.nodes.changed}


@pytest.mark.parametrize("size", [4_000])
def test_large_drawings_are_compared_in_a_walk_not_in_a_square(size: int) -> None:
    """Each line of the old drawing got a step of its own: 4,000 insertions."""
    before: dict[str, Any] = {"format": 1, "nodes": [], "edges": []}
    after: dict[str, Any] = {"format": 1, "nodes": [], "edges": []}
    for n in range(size):
        before["nodes"].append({"id": f"n{n}", "type": "delay"})
        before["edges"].append({"id": f"e{n}", "from": f"n{n}", "to": f"n{(n + 1) % size}"})
        after["nodes"] += [{"id": f"n{n}", "type": "delay"}, {"id": f"m{n}", "type": "delay"}]
        after["edges"] += [
            {"id": f"e{n}", "from": f"n{n}", "to": f"m{n}"},
            {"id": f"f{n}", "from": f"m{n}", "to": f"n{(n + 1) % size}"},
        ]

    found = compared(after, before)

    assert [one.code for one in found.changes] == ["node.added"] * size


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_change_has_its_sentence_in_both_languages(language: str) -> None:
    catalogue = Path(__file__).resolve().parents[2] / "frontend/src/i18n" / language / "designer.json"
    told = json.loads(catalogue.read_text(encoding="utf-8"))["change"]

    missing = [code for code in CODES if not isinstance(told.get(code.split(".")[0], {}).get(code.split(".")[1]), str)]

    assert missing == []


@given(graphs(), graphs())
def test_no_change_has_a_code_that_is_not_declared(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert {one.code for one in compared(after, before).changes} <= CODES
