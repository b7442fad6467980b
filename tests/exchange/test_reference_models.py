"""The reference models of the BPMN interchange working group: all come in, and nothing of them is lost silently."""

import os
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from tests.house import ROOT
from workflows.exchange.bpmn_export import write_bpmn
from workflows.exchange.bpmn_import import read_bpmn
from workflows.exchange.bpmn_words import BPMN

MODELS = {
    # Elements with an id that became nodes and edges of ours, and those that are only listed.
    "A.1.0": (5, 4, 0), "A.2.0": (7, 8, 2), "A.3.0": (10, 8, 0), "A.4.0": (7, 6, 27),
}  # fmt: skip


@pytest.fixture(params=MODELS)
def model(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    shared = Path(os.environ.get("ORDERFLOW_SHARED_DATA") or ROOT.parent / "shared" / "data")
    file = shared / "bpmn-miwg" / f"{request.param}.bpmn"
    if not file.is_file():
        pytest.skip(f"the reference model is not at {file}; set ORDERFLOW_SHARED_DATA to the folder that holds it")
    return request.param, file.read_bytes()


def test_a_reference_model_comes_in_and_every_part_is_drawn_or_listed(model: tuple[str, bytes]) -> None:
    name, document = model

    imported = read_bpmn(document)

    graph = imported.document.graph
    drawn = {node.id for node in graph.nodes} | {edge.id for edge in graph.edges}
    listed = {one.element for one in imported.findings}
    parts = [one for one in fromstring(document).iter() if one.tag.startswith(BPMN) and one.get("id")]  # noqa: S314
    own = {one.get("id") for one in parts if one.tag == f"{BPMN}definitions"}
    chosen = {one.get("id") for one in parts if one.tag == f"{BPMN}process"} - listed
    assert {one.get("id") for one in parts} - own - chosen - drawn - listed == set()
    assert (len(graph.nodes), len(graph.edges), len(listed - drawn)) == MODELS[name]
    assert len(chosen) == 1
    assert all(one.reason for one in imported.findings)
    assert set(imported.document.layout["positions"]) == {node.id for node in graph.nodes}


def test_a_reference_model_survives_the_way_out_and_back(model: tuple[str, bytes]) -> None:
    imported = read_bpmn(model[1])

    again = read_bpmn(write_bpmn(imported.document))

    assert again.document == imported.document
    assert again.findings == ()
