"""Flows as files over HTTP: out and in again without a difference; a hostile file makes nothing."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.api.actions import API
from tests.api.house_scene import Scene, all_rows, client_of
from tests.exchange.files import bpmn, chain, refund
from tests.exchange.test_xml_gate import HOSTILE
from workflows.exchange.bpmn_export import write_bpmn
from workflows.exchange.flow_document import write_flow
from workflows.models import Definition

pytestmark = pytest.mark.django_db


@pytest.fixture
def designer(house: Scene) -> APIClient:
    return client_of("designer", house.people)


def take_in(client: APIClient, content: str, **more: Any) -> Any:
    return client.post(f"{API}/definitions/import", {"content": content, "format": "json"} | more, format="json")


@pytest.mark.parametrize(("kind", "media"), [("json", "application/json"), ("bpmn", "application/xml")])
def test_a_flow_goes_out_and_comes_in_as_another_with_the_same_graph(
    designer: APIClient, house: Scene, kind: str, media: str
) -> None:
    row = Definition.objects.get(pk=house.flow.pk)

    out = designer.get(f"{API}/definitions/{row.pk}/export?format={kind}")
    told = take_in(designer, out.content.decode(), format=kind, key="copy")

    assert (out.status_code, out["Content-Type"]) == (200, media)
    assert out["Content-Disposition"] == f'attachment; filename="refunds.{kind}"'
    assert told.status_code == 201, told.content
    copy = Definition.objects.get(key="copy")
    assert (copy.draft_hash, copy.draft_graph, copy.title) == (row.draft_hash, row.draft_graph, row.title)
    assert told.json() == {
        "id": str(copy.pk), "key": "copy", "title": row.title, "live_version": None, "findings": [],
        "draft": {"revision": 1, "graph_hash": row.draft_hash, "problems": []},
    }  # fmt: skip


def test_a_version_goes_out_as_it_was_published(designer: APIClient, house: Scene) -> None:
    url = f"{API}/definitions/{house.flow.pk}"
    changed = designer.get(f"{url}/draft").json()["graph"]
    changed["nodes"][2]["config"]["after"] = "PT9H"
    saved = designer.put(f"{url}/draft", {"revision": 1, "graph": changed, "layout": {}}, format="json")
    assert saved.status_code == 200

    draft, version = designer.get(f"{url}/export").json(), designer.get(f"{url}/export?version=1").json()

    assert [one["graph"]["nodes"][2]["config"] for one in (draft, version)] == [{"after": "PT9H"}, {"after": "PT1H"}]
    assert {key: draft[key] for key in ("key", "title", "layout")} == {
        "key": "refunds", "title": {"zh": "退款", "en": "Refund"}, "layout": {},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("format=svg", 422, "export.format_unknown"), ("format=", 422, "export.format_unknown"),
        ("version=2", 404, "version.unknown"), ("version=one", 422, "export.version_malformed"),
        ("version=-1", 422, "export.version_malformed"), ("version=" + "9" * 40, 422, "export.version_malformed"),
    ],
)  # fmt: skip
def test_an_export_of_nothing_is_refused(designer: APIClient, house: Scene, query: str, status: int, code: str) -> None:
    answer = designer.get(f"{API}/definitions/{house.flow.pk}/export?{query}")

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_the_name_and_the_key_of_the_file_are_taken_when_none_are_given(designer: APIClient) -> None:
    by_file = take_in(designer, write_flow(refund().model_copy(update={"key": "from-file"})))
    by_hand = take_in(designer, write_bpmn(refund()), format="bpmn", key="given", title={"zh": "别名", "en": ""})
    nameless = take_in(designer, json.dumps(refund().graph.to_json()), key="nameless")

    assert [(one.json()["key"], one.json()["title"]) for one in (by_file, by_hand, nameless)] == [
        ("from-file", {"zh": "退款", "en": "Refund"}), ("given", {"zh": "别名", "en": ""}),
        ("nameless", {"zh": "nameless", "en": "nameless"}),
    ]  # fmt: skip


def test_what_could_not_be_taken_is_told_and_cannot_be_published(designer: APIClient) -> None:
    told = take_in(designer, bpmn(chain('<task id="t" name="Ask"/>', "t")), format="bpmn", key="foreign").json()

    assert told["findings"] == [
        {"code": "bpmn.not_mapped", "kind": "task", "element": "t", "name": "Ask", "severity": "error",
         "reason": "It does not say who or what does it; choose a step."}
    ]  # fmt: skip
    assert [(one["code"], one["node"]) for one in told["draft"]["problems"]] == [("node.unknown_type", "t")]
    published = designer.post(f"{API}/definitions/{told['id']}/publish", {"revision": 1, "note": "x"}, format="json")
    assert (published.status_code, published.json()["code"]) == (422, "definition.has_problems")


@pytest.mark.parametrize(
    ("content", "more", "status", "code"),
    [
        ("{", {"key": "new"}, 400, "json.syntax"),
        ('{"format": 1, "format": 1}', {"key": "new"}, 400, "json.duplicate_key"),
        ("[" * 1000, {"key": "new"}, 400, "json.too_deep"),
        ("{}", {"key": "new"}, 422, "graph.malformed"),
        ('{"format": 1, "nodes": [], "edges": []}', {}, 422, "import.key_missing"),
        ('{"format": 1, "nodes": [], "edges": []}', {"key": "refunds"}, 409, "definition.key_taken"),
        ('{"format": 1, "nodes": [], "edges": []}', {"key": "new", "format": "yaml"}, 422, "input.invalid"),
        ("<html/>", {"key": "new", "format": "bpmn"}, 422, "bpmn.not_bpmn"),
        ("<html/>", {"key": "new"}, 400, "json.syntax"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_flow_makes_nothing(
    designer: APIClient, content: str, more: dict[str, Any], status: int, code: str
) -> None:
    before = all_rows()

    told = take_in(designer, content, **more)

    assert (told.status_code, told.json()["code"]) == (status, code)
    assert all_rows() == before


def test_no_hostile_file_makes_anything_or_breaks_anything(designer: APIClient) -> None:
    before = all_rows()
    for name, (document, code) in HOSTILE.items():
        if isinstance(document, str) and "\ud800" not in document:
            told = take_in(designer, document, format="bpmn", key="new")

            heard = told.json()["code"]
            # What the body's own rules refuse never reaches the reader of XML.
            assert heard in {code, "input.too_large", "input.invalid", "json.bad_text"}, name
            assert told.status_code in (400, 413, 422), name
    assert all_rows() == before
