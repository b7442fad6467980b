"""What the actions about people, leave and delegations send, for the matrix of rights."""

from datetime import timedelta
from typing import Any

from rest_framework.test import APIClient

from bedrock.clock import now
from tests.api.actions import API, REASON, action, post, signed_in
from tests.api.house_scene import Scene


def delegation(**more: Any) -> dict[str, Any]:
    """From today for a week, to an approver whom nothing else concerns."""
    today = now().date()
    days = {"start": today.isoformat(), "end": (today + timedelta(days=7)).isoformat()}
    return {"to": "colleague", "reason": REASON, **days, **more}


@action("delegation.create")
def delegate(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, "/delegations", delegation())


@action("delegation.create-for-assigned")
def delegate_for_assigned(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, "/delegations", delegation(person="assigned"))


def delegated_before(scene: Scene, actor: str) -> None:
    told = post(signed_in("colleague"), "/delegations", delegation(to="assigned"))
    assert told.status_code == 201, told.content
    scene.made["delegation"] = str(told.json()["delegation"]["id"])


@action("delegation.end-anothers", after=delegated_before)
def end_anothers(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/delegations/{scene.made['delegation']}/end", {"reason": REASON})


def leave() -> dict[str, Any]:
    start = now() + timedelta(days=1)
    return {"start": start.isoformat(), "end": (start + timedelta(days=7)).isoformat(), "reason": REASON}


@action("absence.create")
def take_leave(client: APIClient, scene: Scene, actor: str) -> Any:
    person = scene.people.get(actor, scene.people["assigned"])
    return post(client, f"/people/{person.pk}/absences", leave())


@action("absence.create-for-assigned")
def take_leave_for_assigned(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/people/{scene.people['assigned'].pk}/absences", leave())


@action("absence.read-of-assigned")
def read_leave(client: APIClient, scene: Scene, actor: str) -> Any:
    return client.get(f"{API}/people/{scene.people['assigned'].pk}/absences")


def away_before(scene: Scene, actor: str) -> None:
    told = post(signed_in("assigned"), f"/people/{scene.people['assigned'].pk}/absences", leave())
    assert told.status_code == 201, told.content
    scene.made["absence"] = str(told.json()["absence"]["id"])


@action("absence.end-of-assigned", after=away_before)
def end_leave(client: APIClient, scene: Scene, actor: str) -> Any:
    path = f"{API}/people/{scene.people['assigned'].pk}/absences/{scene.made['absence']}"
    return client.delete(f"{path}?reason={REASON}")


NOBODY = {"tasks": None, "groups": None, "heads": None, "flows": None}


@action("hand-over.preview-of-assigned")
def look_at_leaving(client: APIClient, scene: Scene, actor: str) -> Any:
    return post(client, f"/people/{scene.people['assigned'].pk}/hand-over/preview", NOBODY)


@action("hand-over.of-colleague")
def hand_over(client: APIClient, scene: Scene, actor: str) -> Any:
    path = f"/people/{scene.people['colleague'].pk}/hand-over"
    seen = post(client, f"{path}/preview", NOBODY)
    token = seen.json()["token"] if seen.status_code == 200 else "none"
    return post(client, path, {"token": token, "reason": REASON})
