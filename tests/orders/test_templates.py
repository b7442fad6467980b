"""The flows that ship: readable, complete, and with samples that their conditions understand."""

import pytest

from orders.subjects import TRIGGERS
from orders.templates import Template, template, templates
from workflows.engine.graph import read_graph
from workflows.engine.json_values import decode
from workflows.engine.registry import registry
from workflows.engine.variables import parse_variables


def test_the_shipped_refund_flow_skips_finance_below_thirty_percent() -> None:
    graph = read_graph(template("small_refund").graph)

    nodes = {node.id: node for node in graph.nodes}
    assert [branch["when"] for branch in nodes["small"].config["branches"]] == ["${refundAmount} < ${orderTotal} * 0.3"]
    assert {(edge.source, edge.port, edge.target) for edge in graph.edges} == {
        ("start", "out", "small"),
        ("small", "small", "ops"),
        ("small", "otherwise", "finance"),
        ("finance", "approved", "ops"),
        ("finance", "rejected", "reject"),
        ("ops", "approved", "refund"),
        ("ops", "rejected", "reject"),
        ("refund", "out", "end"),
        ("reject", "out", "end"),
    }
    assert nodes["finance"].config["timeouts"] == [
        {
            "after": "PT120M",
            "clock": "working",
            "do": "transfer",
            "to": [{"kind": "group", "group": "finance-backup"}],
        }
    ]


@pytest.mark.parametrize("one", templates(), ids=lambda one: one.key)
def test_a_template_names_only_known_types_and_speaks_both_languages(one: Template) -> None:
    graph = read_graph(one.graph)

    assert [node.type for node in graph.nodes if registry.find(node.type) is None] == []
    assert all(text.zh and text.en for text in (one.title, one.summary))


@pytest.mark.parametrize("one", templates(), ids=lambda one: one.key)
def test_a_sample_has_every_variable_of_the_trigger_with_its_type(one: Template) -> None:
    trigger = next(node.config["trigger"] for node in read_graph(one.graph).nodes if node.type == "start")
    declared = parse_variables([variable.model_dump(exclude_unset=True) for variable in TRIGGERS[trigger]])

    assert sorted(one.sample) == sorted(variable.name for variable in declared)
    assert all(decode(variable.type, one.sample[variable.name]) is not None for variable in declared)
