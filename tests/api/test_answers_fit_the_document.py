"""Every answer is of the shape that the API document names for it: no field more, none less, none of another type.

The frontend takes its types from this document, so that what holds here holds there.
"""

import re
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # its stubs are no dependency
from rest_framework.test import APIClient

from tests.api.actions import ACTIONS, API, PREPARATIONS, places
from tests.api.house_scene import PASSWORD, Scene, client_of
from tests.api.test_authorization_matrix import MATRIX

pytestmark = pytest.mark.django_db

DOCUMENT: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
# The literal routes come first, as they do when a request is routed.
ROUTES = [
    (re.compile(re.sub(r"{\w+}", r"[^/]+", path)), path)
    for path in sorted(DOCUMENT["paths"], key=lambda path: path.count("{"))
]
ALLOWED = {
    name: [actor for actor, status in line.items() if status < 300 and actor != "anon"] for name, line in MATRIX.items()
}
SHOWN_AFTERWARDS = (
    "/session", "/definitions", "/definitions/{flow}", "/instances", "/instances/{run}", "/instances/{run}/history",
    "/instances/{run}/replay?seq=2", "/tasks", "/tasks?box=started", "/tasks?box=done", "/tasks/{task}", "/orders",
    "/orders/{order}", "/audit",
)  # fmt: skip

Heard = tuple[str, str, Any]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Heard]:
    """Method, path and answer of every request from now on."""
    kept: list[Heard] = []
    plain = APIClient.request

    def remembered(client: APIClient, **request: Any) -> Any:
        answer = plain(client, **request)
        kept.append((request["REQUEST_METHOD"].lower(), request["PATH_INFO"], answer))
        return answer

    monkeypatch.setattr(APIClient, "request", remembered)
    return kept


def strict(schema: Any) -> Any:
    """The schema with its named fields as the only ones."""
    match schema:
        case dict():
            known = {key: strict(value) for key, value in schema.items()}
            return known | {"additionalProperties": False} if "properties" in schema else known
        case list():
            return [strict(one) for one in schema]
        case _:
            return schema


COMPONENTS = {"components": strict(DOCUMENT["components"])}


def misfits(method: str, path: str, answer: Any) -> list[str]:
    """What an answer has that its document does not say, and the other way round; refusals are no shapes."""
    if answer.status_code >= 400 or answer.status_code == 204:
        return []
    route = next(template for pattern, template in ROUTES if pattern.fullmatch(path))
    documented = DOCUMENT["paths"][route][method]["responses"][str(answer.status_code)]
    schema = COMPONENTS | strict(documented["content"]["application/json"]["schema"])
    found = Draft202012Validator(schema).iter_errors(answer.json())
    return [f"{method} {route}: {error.json_path}: {error.message[:300]}" for error in found]


@pytest.mark.parametrize("name", [name for name, actors in ALLOWED.items() if actors])
def test_the_answer_to_an_action_and_what_it_left_are_documented(house: Scene, heard: list[Heard], name: str) -> None:
    actor = ALLOWED[name][0]
    if name in PREPARATIONS:
        PREPARATIONS[name](house, actor)

    ACTIONS[name](client_of(actor, house.people), house, actor)
    for other in ("root", "assigned", "requester"):
        client = client_of(other, house.people)
        for path in SHOWN_AFTERWARDS:
            client.get(API + path.format(**places(house)))
        if "run" in house.made:
            client.get(f"{API}/instances/{house.made['run']}")
            client.get(f"{API}/instances/{house.made['run']}/history")

    assert [line for one in heard for line in misfits(*one)] == []


def test_every_route_has_a_documented_answer(house: Scene, heard: list[Heard]) -> None:
    known = places(house)
    root = client_of("root", house.people)
    root.post(f"{API}/session", {"username": "root", "password": PASSWORD}, format="json")
    root.credentials(HTTP_X_CSRFTOKEN=root.cookies["csrftoken"].value)
    root.patch(f"{API}/session", {"language": "en"}, format="json")
    draft = root.get(f"{API}/definitions/{known['flow']}/draft").json()
    body = {"revision": draft["revision"], "layout": {}}
    empty = {"format": 1, "nodes": [{"id": "x", "type": "exclusive", "config": {"branches": []}}], "edges": []}
    root.put(f"{API}/definitions/{known['flow']}/draft", body | {"graph": empty}, format="json")
    for path in ("/definitions/{flow}/draft", "/definitions/{flow}/versions", "/definitions/{flow}/versions/1"):
        root.get(API + path.format(**known))
    shelves = ("people", "groups", "departments", "calendars", "connections", "triggers", "node-types", "templates")
    for path in (f"/{shelf}" for shelf in shelves):
        root.get(API + path)
    variables = [{"name": "a", "type": "integer", "label": {"zh": "", "en": ""}}]
    for text in ("${a} < 2", "${b} <"):
        root.post(f"{API}/expressions/check", {"text": text, "variables": variables}, format="json")

    assert [one[2].status_code for one in heard if one[2].status_code >= 400] == []
    assert [line for one in heard for line in misfits(*one)] == []
