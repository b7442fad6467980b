"""Flows as JSON: what goes out comes back, and nothing else comes in."""

import json
from random import Random
from typing import Any

import pytest

from bedrock.errors import BadInput
from tests.engine.drawings import any_drawing
from tests.exchange.files import refund
from workflows.exchange.flow_document import read_flow, write_flow


def test_a_flow_comes_back_as_it_went_out() -> None:
    flow = refund()

    again = read_flow(json.loads(write_flow(flow)))

    assert again == flow
    assert again.graph.graph_hash == flow.graph.graph_hash
    assert write_flow(again) == write_flow(flow)


@pytest.mark.parametrize("seed", range(50))
def test_what_was_absent_stays_absent(seed: int) -> None:
    drawing = any_drawing(Random(seed), largest=20)

    assert json.loads(write_flow(read_flow(drawing))) == {"graph": drawing, "layout": {}}


def test_a_graph_alone_is_a_flow_without_a_name() -> None:
    graph = refund().graph.to_json()

    flow = read_flow(graph)

    assert (flow.key, flow.title.zh, flow.layout, flow.graph) == (None, "", {}, refund().graph)


@pytest.mark.parametrize(
    ("document", "code", "paths"),
    [
        ([], "flow.malformed", []),
        ("text", "flow.malformed", []),
        ({"nodes": []}, "graph.malformed", ["graph.format", "graph.edges"]),
        ({"graph": None}, "graph.malformed", ["graph"]),
        ({"graph": {"format": 2, "nodes": [], "edges": []}}, "graph.malformed", ["graph.format"]),
        ({"graph": {"format": 1, "nodes": [], "edges": []}, "key": "Not a key"}, "flow.malformed", ["key"]),
        ({"graph": {"format": 1, "nodes": [], "edges": []}, "owner": "me"}, "flow.malformed", ["owner"]),
        ({"graph": {"format": 1, "nodes": [], "edges": []}, "layout": []}, "flow.malformed", ["layout"]),
    ],
)
def test_what_is_no_flow_is_refused_with_every_place(document: Any, code: str, paths: list[str]) -> None:
    with pytest.raises(BadInput) as refused:
        read_flow(document)

    assert refused.value.code == code
    assert [one["path"] for one in refused.value.problems] == paths
