"""The matrix of rights, cell by cell over HTTP with real sessions and tokens; a refusal changes nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.actions import create_token
from tests.api import organisation_actions  # noqa: F401 - its actions stand in the matrix
from tests.api.actions import ACTIONS, API, PREPARATIONS, READS, post
from tests.api.house_scene import ACTORS, Scene, all_rows, client_of

pytestmark = pytest.mark.django_db


def lines() -> Iterator[tuple[str, dict[str, int]]]:
    for line in Path(__file__).with_name("authorization.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, *statuses = line.split()
            yield name, dict(zip(ACTORS, map(int, statuses), strict=True))


MATRIX = dict(lines())
# What changes nothing can be tried by one after the other; whoever may change something gets a house of their own.
REFUSED = {
    name: {actor: status for actor, status in line.items() if status >= 400 or name in READS}
    for name, line in MATRIX.items()
}
TOGETHER = [name for name in MATRIX if not name.endswith(("-own-request", "-own-edit"))]
ALONE = [
    pytest.param(name, actor, id=f"{name}-{actor}")
    for name, line in MATRIX.items()
    for actor in line
    if name not in TOGETHER or actor not in REFUSED[name]
]


def tried(house: Scene, name: str, actor: str) -> Any:
    """The answer to one actor's try; a refusal is a problem document and leaves every row as it was."""
    client = client_of(actor, house.people)
    before = all_rows()
    answer = ACTIONS[name](client, house, actor)
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json", (name, actor)
        assert answer.json()["code"], (name, actor)
        assert all_rows() == before, (name, actor)
    return answer


def test_every_action_has_its_line() -> None:
    assert set(MATRIX) == set(ACTIONS)


@pytest.mark.parametrize("name", TOGETHER)
def test_everybody_hears_what_the_matrix_says_when_nothing_may_change(house: Scene, name: str) -> None:
    if name in PREPARATIONS:
        PREPARATIONS[name](house, "requester")

    heard = {actor: tried(house, name, actor).status_code for actor in REFUSED[name]}

    assert heard == REFUSED[name]


@pytest.mark.parametrize(("name", "actor"), ALONE)
def test_one_may_what_the_matrix_says(house: Scene, name: str, actor: str) -> None:
    if name in PREPARATIONS:
        PREPARATIONS[name](house, actor)

    answer = tried(house, name, actor)

    assert answer.status_code == MATRIX[name][actor], answer.content


def test_no_role_at_all_opens_only_the_session(house: Scene) -> None:
    nobody = house.people["other"]
    nobody.roles = []
    nobody.save()

    heard = {name: tried(house, name, "other").status_code for name in MATRIX if name not in PREPARATIONS}

    session = {"session.read": 200, "session.change": 200}
    assert heard == {name: session.get(name, 403) for name in heard}


@pytest.mark.parametrize("actor", [actor for actor in ACTORS if actor != "anon"])
def test_a_token_opens_the_same_doors_as_a_session(house: Scene, actor: str) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {create_token(house.people[actor])}")

    heard = {name: ACTIONS[name](client, house, actor).status_code for name in READS}

    assert heard == {name: MATRIX[name][actor] for name in READS}


def test_a_change_without_the_token_of_the_session_is_refused(house: Scene) -> None:
    client = client_of("assigned", house.people)
    client.credentials()
    before = all_rows()

    answer = ACTIONS["task.approve"](client, house, "assigned")

    assert (answer.status_code, answer.json()["code"]) == (403, "session.csrf_failed")
    assert all_rows() == before


def test_nobody_is_let_in_any_more_when_their_account_is_disabled(house: Scene) -> None:
    client = client_of("supervisor", house.people)
    house.people["supervisor"].is_active = False
    house.people["supervisor"].save()

    assert ACTIONS["instance.list"](client, house, "supervisor").status_code == 401


# --- what is behind an open door -----------------------------------------------------------------------------------


def ids(actor: str, house: Scene, path: str, key: str = "id") -> list[str]:
    answer = client_of(actor, house.people).get(API + path)
    assert answer.status_code == 200, answer.content
    return sorted(str(one[key]) for one in answer.json()["results"])


@pytest.mark.parametrize(
    ("actor", "flows"),
    [
        ("designer", ["plain", "refunds", "sketch"]), ("supervisor", ["plain", "refunds", "sketch"]),
        ("auditor", ["plain", "refunds", "sketch"]), ("assigned", ["refunds"]), ("other", []),
    ],
)  # fmt: skip
def test_flows_are_listed_for_those_who_may_see_them(house: Scene, actor: str, flows: list[str]) -> None:
    assert ids(actor, house, "/definitions", "key") == flows


@pytest.mark.parametrize(
    ("actor", "own", "foreign"),
    [
        ("supervisor", True, True), ("auditor", True, True), ("root", True, True), ("requester", True, False),
        ("program", True, False), ("assigned", True, True), ("other", False, False),
    ],
)  # fmt: skip
def test_runs_about_an_order_are_found_by_those_who_may_see_them(
    house: Scene, actor: str, *, own: bool, foreign: bool
) -> None:
    order, other = house.order.order_no, house.foreign.order.order_no

    assert ids(actor, house, f"/instances?subject={order}") == ([house.run] if own else [])
    assert ids(actor, house, f"/instances?subject={other}") == ([str(house.foreign.instance)] if foreign else [])


def test_an_inbox_holds_own_work_only(house: Scene) -> None:
    assert len(ids("assigned", house, "/tasks")) == 2
    for actor in ("designer", "other", "supervisor", "auditor", "requester", "root"):
        assert ids(actor, house, "/tasks") == []
    assert ids("requester", house, "/tasks?box=started") == [str(house.task.pk)]


def test_no_full_phone_and_no_full_address_leave_for_anybody(house: Scene) -> None:
    for actor in ACTORS[1:]:
        client = client_of(actor, house.people)
        for name in READS:
            content = ACTIONS[name](client, house, actor).content.decode()
            assert "13800138000" not in content, (name, actor)
            assert "188 号" not in content, (name, actor)


def test_an_approver_reads_the_audit_of_own_runs_only(house: Scene) -> None:
    ACTIONS["instance.force"](client_of("supervisor", house.people), house, "supervisor")
    approver = client_of("assigned", house.people)

    own = approver.get(f"{API}/audit?instance={house.run}").json()["results"]

    assert [(one["action"], one["reason"]) for one in own] == [("instance.force-advance", "the customer waits")]
    for query in ("", "?instance=", "?instance=x", "?instance=018f0000-0000-7000-8000-000000000001", "?actor=1"):
        assert approver.get(f"{API}/audit{query}").status_code == 403


def test_who_asked_takes_the_request_back_and_its_money_is_free_again(house: Scene) -> None:
    client = client_of("requester", house.people)
    assert client.get(f"{API}/instances/{house.run}").json()["can"] == ["cancel"]

    told = ACTIONS["instance.cancel"](client, house, "requester")

    assert told.json()["instance"]["status"] == "cancelled"
    order = client.get(f"{API}/orders/{house.order.order_no}").json()
    assert (order["refunds"][0]["status"], order["refundable"]["amount"]) == ("cancelled", "199.00")
    [entry] = client_of("auditor", house.people).get(f"{API}/audit?instance={house.run}").json()["results"]
    assert (entry["action"], entry["actor"]["name"]) == ("instance.cancel", "Requester")


def test_a_request_is_not_taken_back_when_it_was_answered_after_the_preview(house: Scene) -> None:
    client = client_of("requester", house.people)
    token = post(client, f"/instances/{house.run}/cancel/preview").json()["token"]
    PREPARATIONS["task.approve-decided"](house, "requester")
    before = all_rows()

    late = post(client, f"/instances/{house.run}/cancel", {"token": token, "reason": "no longer needed"})

    assert (late.status_code, late.json()["code"]) == (403, "withdraw.decided")
    assert all_rows() == before


@pytest.mark.parametrize(
    ("actor", "door", "inside"),
    [("anon", 302, 302), ("supervisor", 403, 302), ("designer", 403, 302), ("root", 302, 200)],
)
def test_the_admin_is_open_to_superusers_only(house: Scene, actor: str, door: int, inside: int) -> None:
    client = client_of(actor, house.people)

    assert client.get("/admin/login/").status_code == door
    assert client.get("/admin/").status_code == inside
