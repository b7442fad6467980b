"""Four eyes: who has changed the drawing asks, somebody who has not publishes; each step is on record."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bedrock.clock import now
from tests.api.test_definitions import GRAPH, client_of, created
from tests.workflows.conftest import chain
from workflows.models import AuditEntry, Definition, DefinitionVersion, PublishRequest, Standing

pytestmark = pytest.mark.django_db
WISH = {"revision": 1, "note": "first"}
SOON = (now() + timedelta(days=2)).isoformat()


@pytest.fixture
def drawer(db: None) -> APIClient:
    return client_of("designer", username="wang")


@pytest.fixture
def other(db: None) -> APIClient:
    return client_of("designer", username="chen")


@pytest.fixture
def url(drawer: APIClient) -> str:
    """A flow by the first designer that wants four eyes."""
    flow = f"/api/v1/definitions/{created(drawer)['id']}"
    told = drawer.put(f"{flow}/four-eyes", {"wanted": True, "reason": "money flows here"}, format="json")
    assert told.json() == {"four_eyes": True}
    return flow


def asked(client: APIClient, url: str, **more: Any) -> dict[str, Any]:
    answer = client.post(f"{url}/publish-request", WISH | more, format="json")
    assert answer.status_code == 201, answer.content
    body: dict[str, Any] = answer.json()
    return body


def answer(client: APIClient, url: str, verb: str, request: str, comment: str = "") -> Any:
    return client.post(
        f"{url}/publish-request/{verb}", {"request": request, "comment": comment}, format="json"
    )  # fmt: skip


def user(name: str) -> User:
    return User.objects.get(username=name)


def test_an_editor_asks_and_another_person_publishes(drawer: APIClient, other: APIClient, url: str) -> None:
    refused = drawer.post(f"{url}/publish", WISH, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "publish.needs_another_person")
    request = asked(drawer, url)
    assert (request["status"], request["mine"], request["may_answer"]) == ("open", True, False)
    seen = other.get(f"{url}/publish-request").json()["request"]
    assert (seen["id"], seen["mine"], seen["may_answer"]) == (request["id"], False, True)
    assert other.get(url).json()["asked_to_publish"] is True
    assert not DefinitionVersion.objects.exists()

    done = answer(other, url, "confirm", request["id"])

    assert (done.status_code, done.json()["status"], done.json()["version"]) == (200, "confirmed", 1)
    [version] = other.get(f"{url}/versions").json()["results"]
    assert (version["status"], version["note"]) == ("live", "first")
    standing = Standing.objects.select_related("version").get()
    assert (standing.version.published_by, standing.confirmed_by) == (user("wang"), user("chen"))
    assert standing.editors == [str(user("wang").pk)]
    told = list(AuditEntry.objects.order_by("seq").values_list("action", "actor"))
    assert told == [
        ("definition.four_eyes", str(user("wang").pk)), ("publish.ask", str(user("wang").pk)),
        ("definition.publish", str(user("chen").pk)),
    ]  # fmt: skip


def test_nobody_who_changed_the_drawing_can_confirm_it_whoever_asked(
    drawer: APIClient, other: APIClient, url: str
) -> None:
    graph = chain(("rest", "delay", {"after": "PT2H"}))
    other.put(f"{url}/draft", {"revision": 1, "graph": graph, "layout": {}}, format="json")
    request = asked(other, url, revision=2)
    third = client_of("designer", username="li")

    for client in (drawer, other):
        refused = answer(client, url, "confirm", request["id"])
        assert (refused.status_code, refused.json()["code"]) == (403, "publish.needs_another_person")
    assert not DefinitionVersion.objects.exists()
    assert answer(third, url, "confirm", request["id"]).status_code == 200


def test_who_asked_cannot_confirm_even_without_having_drawn(drawer: APIClient, other: APIClient, url: str) -> None:
    request = asked(other, url)

    refused = answer(other, url, "confirm", request["id"])

    assert (refused.status_code, refused.json()["code"]) == (403, "publish.needs_another_person")
    assert PublishRequest.objects.get().status == "open"


def test_moving_a_card_makes_nobody_an_editor(drawer: APIClient, other: APIClient, url: str) -> None:
    request = asked(drawer, url)
    moved = {"revision": 1, "graph": GRAPH, "layout": {"offsets": {"rest": {"dx": 4}}}}
    assert other.put(f"{url}/draft", moved, format="json").status_code == 200

    assert answer(other, url, "confirm", request["id"]).status_code == 200


def test_a_change_after_asking_makes_the_request_outdated(drawer: APIClient, other: APIClient, url: str) -> None:
    request = asked(drawer, url)
    graph = chain(("rest", "delay", {"after": "PT9H"}))
    drawer.put(f"{url}/draft", {"revision": 1, "graph": graph, "layout": {}}, format="json")

    refused = answer(other, url, "confirm", request["id"])

    assert (refused.status_code, refused.json()["code"]) == (409, "publish.request_answered")
    assert refused.json()["answer"] == "outdated"
    assert PublishRequest.objects.get().status == "outdated"
    assert not DefinitionVersion.objects.exists()
    assert asked(drawer, url, revision=2)["status"] == "open"


def test_it_is_declined_with_a_reason_and_taken_back_by_who_asked(
    drawer: APIClient, other: APIClient, url: str
) -> None:
    first = asked(drawer, url)
    again = drawer.post(f"{url}/publish-request", WISH, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "publish.already_asked")
    silent = answer(other, url, "decline", first["id"])
    assert (silent.status_code, silent.json()["code"]) == (422, "comment.required")

    declined = answer(other, url, "decline", first["id"], "用错了财务组")
    assert (declined.json()["status"], declined.json()["comment"]) == ("declined", "用错了财务组")
    second = asked(drawer, url)
    foreign = answer(other, url, "take-back", second["id"])
    assert (foreign.status_code, foreign.json()["code"]) == (403, "publish.not_your_request")
    assert answer(drawer, url, "take-back", second["id"]).json()["status"] == "cancelled"

    told = list(AuditEntry.objects.order_by("seq").values_list("action", "reason"))[1:]
    assert told == [
        ("publish.ask", "first"), ("publish.decline", "用错了财务组"),
        ("publish.ask", "first"), ("publish.take_back", ""),
    ]  # fmt: skip


def test_an_editor_cannot_let_go_of_four_eyes_and_another_person_can(
    drawer: APIClient, other: APIClient, url: str
) -> None:
    asked(drawer, url)
    body = {"wanted": False, "reason": "too slow"}

    refused = drawer.put(f"{url}/four-eyes", body, format="json")

    assert (refused.status_code, refused.json()["code"]) == (403, "publish.needs_another_person")
    assert Definition.objects.get().four_eyes
    assert other.put(f"{url}/four-eyes", body, format="json").json() == {"four_eyes": False}
    assert PublishRequest.objects.get().status == "cancelled"
    alone = drawer.post(f"{url}/publish-request", WISH, format="json")
    assert (alone.status_code, alone.json()["code"]) == (409, "publish.no_second_person_needed")
    assert drawer.post(f"{url}/publish", WISH, format="json").status_code == 201


def test_who_made_a_withdrawn_version_is_an_editor_of_what_it_left(
    drawer: APIClient, other: APIClient, url: str
) -> None:
    request = asked(drawer, url)
    answer(other, url, "confirm", request["id"])
    assert Definition.objects.get().draft_editors == []

    withdrawn = other.post(f"{url}/versions/1/withdraw", {"reason": "wrong group"}, format="json")

    assert (withdrawn.status_code, withdrawn.json()) == (200, {"live_version": None})
    refused = drawer.post(f"{url}/publish", WISH, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "publish.needs_another_person")


def test_a_day_that_passed_while_nobody_answered_means_at_once(drawer: APIClient, other: APIClient, url: str) -> None:
    request = asked(drawer, url, effective_at=SOON)
    PublishRequest.objects.update(effective_at="2026-01-01T00:00:00Z")

    assert answer(other, url, "confirm", request["id"]).status_code == 200
    assert other.get(url).json()["live_version"] == 1
