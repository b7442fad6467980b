"""Drawing over HTTP: drafts with all their problems, revisions, and versions that never change."""

import json
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.workflows.conftest import chain
from workflows.models import Definition, DefinitionVersion

pytestmark = pytest.mark.django_db

GRAPH = chain(("rest", "delay", {"after": "PT1H"}))
BROKEN = GRAPH | {"nodes": [*GRAPH["nodes"], {"id": "lost", "type": "delay", "config": {"after": "soon"}}]}


def client_of(*roles: str, username: str = "wang") -> APIClient:
    user = User.objects.create_user(username, "x", display_name="王芳", roles=list(roles))
    client = APIClient()
    client.force_authenticate(user)
    return client


def created(client: APIClient, graph: dict[str, Any] = GRAPH, key: str = "rest") -> dict[str, Any]:
    title = {"zh": "等待", "en": "Rest"}
    answer = client.post("/api/v1/definitions", {"key": key, "title": title, "graph": graph}, format="json")
    assert answer.status_code == 201, answer.content
    body: dict[str, Any] = answer.json()
    return body


def test_a_flow_is_drawn_saved_and_published() -> None:
    client = client_of("designer")
    flow = created(client)
    assert (flow["draft"]["revision"], flow["draft"]["problems"], flow["live_version"]) == (1, [], None)
    assert len(flow["draft"]["graph_hash"]) == 64

    first = client.post(f"/api/v1/definitions/{flow['id']}/publish", {"revision": 1, "note": "first"}, format="json")
    assert (first.status_code, first.json()["version"], first.json()["running_on_older"]) == (201, 1, 0)

    graph = chain(("rest", "delay", {"after": "PT2H"}))
    saved = client.put(
        f"/api/v1/definitions/{flow['id']}/draft", {"revision": 1, "graph": graph, "layout": {}}, format="json"
    )
    assert (saved.status_code, saved.json()["revision"]) == (200, 2)
    listed = client.get("/api/v1/definitions").json()["results"][0]
    assert (listed["status"], listed["live_version"], listed["draft"]["revision"]) == ("changed", 1, 2)
    client.post(f"/api/v1/definitions/{flow['id']}/publish", {"revision": 2, "note": "slower"}, format="json")

    versions = client.get(f"/api/v1/definitions/{flow['id']}/versions").json()["results"]
    assert [(one["version"], one["note"]) for one in versions] == [(2, "slower"), (1, "first")]
    old = client.get(f"/api/v1/definitions/{flow['id']}/versions/1").json()
    assert old["graph"] == GRAPH


def test_a_draft_with_problems_is_stored_and_cannot_be_published() -> None:
    client = client_of("designer")
    flow = created(client, BROKEN)
    codes = [(one["code"], one["node"]) for one in flow["draft"]["problems"]]
    assert codes == [
        ("duration.malformed", "lost"), ("port.not_connected", "lost"), ("node.unreachable", "lost"),
    ]  # fmt: skip

    refused = client.post(f"/api/v1/definitions/{flow['id']}/publish", {"revision": 1, "note": "x"}, format="json")

    assert (refused.status_code, refused.json()["code"]) == (422, "definition.has_problems")
    assert [one["code"] for one in refused.json()["errors"]] == [code for code, _ in codes]
    assert not DefinitionVersion.objects.exists()


def test_a_stale_revision_is_refused_and_names_who_saved() -> None:
    client = client_of("designer")
    flow = created(client)
    url = f"/api/v1/definitions/{flow['id']}/draft"
    other = client_of("designer", username="li")
    assert other.put(url, {"revision": 1, "graph": GRAPH, "layout": {"a": 1}}, format="json").status_code == 200

    refused = client.put(url, {"revision": 1, "graph": BROKEN, "layout": {}}, format="json")

    body = refused.json()
    assert (refused.status_code, body["code"]) == (409, "definition.revision_conflict")
    assert (body["current_revision"], body["edited_by"]) == (2, "王芳")
    assert Definition.objects.get().draft_graph == GRAPH


def test_layout_is_outside_of_the_hash() -> None:
    client = client_of("designer")
    flow = created(client)
    saved = client.put(
        f"/api/v1/definitions/{flow['id']}/draft",
        {"revision": 1, "graph": GRAPH, "layout": {"offsets": {"rest": {"dx": 4, "dy": 0}}}},
        format="json",
    )
    assert saved.json()["graph_hash"] == flow["draft"]["graph_hash"]


def with_layout(number: str) -> str:
    """The body of a draft whose layout holds a number as it is written."""
    body = {"revision": 1, "graph": GRAPH, "layout": {"offsets": {"rest": {"dx": "NUMBER"}}}}
    return json.dumps(body).replace('"NUMBER"', number)


@pytest.mark.parametrize("number", ["4.5", "-0.125", "1e3", "0.1", "9007199254740993"])
def test_a_layout_with_fractions_comes_back_as_it_was_given(number: str) -> None:
    client = client_of("designer")
    url = f"/api/v1/definitions/{created(client)['id']}/draft"

    saved = client.put(url, with_layout(number), content_type="application/json")

    assert saved.status_code == 200, saved.content
    shown = json.loads(client.get(url).content, parse_float=Decimal)
    assert shown["layout"]["offsets"]["rest"]["dx"] == Decimal(number)


def test_a_new_flow_may_have_fractions_in_its_layout() -> None:
    client = client_of("designer")
    body = {"key": "x", "title": {"zh": "x", "en": "x"}, "graph": GRAPH, "layout": {"zoom": 1.5}}

    assert client.post("/api/v1/definitions", body, format="json").status_code == 201
    assert Definition.objects.get().draft_layout == {"zoom": 1.5}


def test_a_layout_with_more_digits_than_can_be_kept_is_refused_with_its_place() -> None:
    client = client_of("designer")
    url = f"/api/v1/definitions/{created(client)['id']}/draft"

    refused = client.put(url, with_layout("0.1000000000000000055511151231257827"), content_type="application/json")

    assert (refused.status_code, refused.json()["code"]) == (422, "layout.not_exact")
    assert [one["path"] for one in refused.json()["errors"]] == ["layout.offsets.rest.dx"]
    assert (Definition.objects.get().draft_revision, Definition.objects.get().draft_layout) == (1, {})


def test_publishing_the_same_graph_again_is_refused() -> None:
    client = client_of("designer")
    flow = created(client)
    client.post(f"/api/v1/definitions/{flow['id']}/publish", {"revision": 1, "note": "x"}, format="json")
    again = client.post(f"/api/v1/definitions/{flow['id']}/publish", {"revision": 1, "note": "x"}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "definition.unchanged")


def test_one_event_starts_one_flow_and_taking_over_must_be_asked_for() -> None:
    client = client_of("designer")
    graph = chain(("rest", "delay", {"after": "PT1H"}), trigger="refund.requested")
    first, second = created(client, graph, "one"), created(client, graph, "two")
    client.post(f"/api/v1/definitions/{first['id']}/publish", {"revision": 1, "note": "x"}, format="json")
    url = f"/api/v1/definitions/{second['id']}/publish"

    refused = client.post(url, {"revision": 1, "note": "x"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "trigger.taken")
    assert refused.json()["holder"]["key"] == "one"
    assert Definition.objects.get(key="one").live_trigger == "refund.requested"

    taken = client.post(url, {"revision": 1, "note": "x", "take_over": True}, format="json")
    assert taken.status_code == 201
    listed = client.get("/api/v1/definitions").json()["results"]
    assert {row["key"]: (row["live_version"], row["live_trigger"]) for row in listed} == {
        "one": (1, None), "two": (1, "refund.requested"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("graph", "path"),
    [
        ({"format": 2, "nodes": [], "edges": []}, "graph.format"),
        ({"format": 1, "nodes": [{"id": "a b", "type": "start"}], "edges": []}, "graph.nodes.0.id"),
        ({"format": 1, "nodes": [], "edges": [], "extra": 1}, "graph.extra"),
        ({"format": 1, "nodes": [{"id": "a", "type": "x", "config": {"ratio": 0.3}}], "edges": []},
         "graph.nodes.0.config.ratio"),
    ],
)  # fmt: skip
def test_an_unreadable_graph_is_refused_with_its_place(graph: dict[str, Any], path: str) -> None:
    client = client_of("designer")
    refused = client.post(
        "/api/v1/definitions", {"key": "x", "title": {"zh": "x", "en": "x"}, "graph": graph}, format="json"
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "graph.malformed")
    assert path in [one["path"] for one in refused.json()["errors"]]
    assert not Definition.objects.exists()


def test_an_expression_is_checked_with_the_place_of_its_error() -> None:
    client = client_of("designer")
    variables = [{"name": "total", "type": "money"}, {"name": "no", "type": "text"}]

    good = client.post(
        "/api/v1/expressions/check", {"text": "${total} * 0.3 > 1.00 CNY", "variables": variables}, format="json"
    ).json()
    bad = client.post(
        "/api/v1/expressions/check", {"text": "${total} < ${no}", "variables": variables}, format="json"
    ).json()

    assert (good["ok"], good["type"], good["errors"]) == (True, "boolean", [])
    assert (bad["ok"], bad["errors"][0]["from"], bad["errors"][0]["to"]) == (False, 11, 16)


def test_the_palette_says_what_each_node_needs() -> None:
    types = {one["type"]: one for one in client_of("designer").get("/api/v1/node-types").json()["results"]}
    assert types["start"]["is_start"]
    assert types["exclusive"]["ports"] == {"kind": "branches", "field": "branches", "otherwise": True, "joined": False}
    assert types["inclusive"]["ports"]["joined"] is True
    assert types["end"]["ports"] == {"kind": "none"}
    assert types["delay"]["config_schema"]["properties"]["after"]["ui"]["widget"] == "duration"


def test_two_versions_a_draft_and_a_drawing_of_nobody_yet_are_compared() -> None:
    client = client_of("designer")
    flow = created(client)
    url = f"/api/v1/definitions/{flow['id']}"
    client.post(f"{url}/publish", {"revision": 1, "note": "first"}, format="json")
    slower = chain(("rest", "delay", {"after": "PT2H"}))
    client.put(f"{url}/draft", {"revision": 1, "graph": slower, "layout": {}}, format="json")

    drafted = client.get(f"{url}/compare?from=live&to=draft").json()

    [change] = drafted["changes"]
    assert (change["code"], change["node"], change["path"]) == ("setting.changed", "rest", ["after"])
    assert (change["params"]["before"], change["params"]["after"]) == ("PT1H", "PT2H")
    assert drafted["nodes"] == {"added": [], "removed": [], "changed": ["rest"]}
    assert client.get(f"{url}/compare?from=1&to=draft").json() == drafted
    back = client.post(f"{url}/compare", {"since": "draft", "graph": GRAPH}, format="json").json()
    assert [(one["params"]["before"], one["params"]["after"]) for one in back["changes"]] == [("PT2H", "PT1H")]
    whole = client.get(f"{url}/compare?from=nothing&to=1").json()
    assert whole["nodes"]["added"] == ["start", "rest", "end"]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("from=1&to=7", 404, "version.unknown"), ("from=1", 422, "compare.unknown_side"),
        ("from=1&to=-1", 422, "compare.unknown_side"), ("from=1&to=%D9%A1", 422, "compare.unknown_side"),
    ],
)  # fmt: skip
def test_a_comparison_with_what_does_not_exist_is_refused(query: str, status: int, code: str) -> None:
    client = client_of("designer")
    flow = created(client)
    client.post(f"/api/v1/definitions/{flow['id']}/publish", {"revision": 1, "note": "first"}, format="json")

    refused = client.get(f"/api/v1/definitions/{flow['id']}/compare?{query}")

    assert (refused.status_code, refused.json()["code"]) == (status, code)
