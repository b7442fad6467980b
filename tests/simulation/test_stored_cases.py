"""Test cases kept with a flow: written down, run on a draft, and in the way of publishing one that breaks them."""

from typing import Any

import pytest

from tests.orders.builders import NOW, user
from tests.simulation.conftest import Shop
from tests.simulation.flows import cny, refund_graph
from workflows.actions.cases import MOST_CASES
from workflows.models import AuditEntry, Definition, DefinitionCase, DefinitionVersion

MONDAY = "2026-01-26T09:00:00+08:00"
REASON = "finance agreed to the new limit"
SMALL: dict[str, Any] = {
    "name": "80 of 199 goes to finance",
    "given": {"values": {"refundAmount": cny("80.00"), "orderTotal": cny("199.00")}, "at": MONDAY, "requester": "o1"},
    "expect": {"end": "end", "passes": ["finance"], "asked": [{"node": "finance", "who": "finance"}]},
}


def kept(shop: Shop, **changes: Any) -> Any:
    return shop.post("/cases", SMALL | changes)


def drafted(shop: Shop, graph: dict[str, Any]) -> int:
    body = {"revision": Definition.objects.get(pk=shop.flow.pk).draft_revision, "graph": graph, "layout": {}}
    answer = shop.client.put(f"/api/v1/definitions/{shop.flow.pk}/draft", body, format="json")
    revision: int = answer.json()["revision"]
    return revision


def test_a_case_is_kept_changed_listed_and_forgotten(shop: Shop) -> None:
    made = kept(shop)
    assert made.status_code == 201, made.content
    url = f"/api/v1/definitions/{shop.flow.pk}/cases"

    changed = shop.client.put(f"{url}/{made.json()['id']}", SMALL | {"name": "renamed"}, format="json")

    assert changed.status_code == 200
    [listed] = shop.client.get(url).json()["results"]
    assert (listed["name"], listed["given"]["requester"], listed["edited_by"]) == ("renamed", "o1", "lin")
    assert listed["given"]["values"] == SMALL["given"]["values"]
    assert shop.client.delete(f"{url}/{listed['id']}").status_code == 204
    assert not DefinitionCase.objects.exists()


def test_a_case_of_a_past_order_starts_from_what_the_flow_knew_then(shop: Shop) -> None:
    refund = shop.refund("80.00", hours=2)

    made = kept(shop, given={}, subject=refund.order.order_no)

    given = made.json()["given"]
    assert given["values"] == {"refundAmount": cny("80.00"), "orderTotal": cny("199.00")}
    assert (given["requester"], given["at"]) == ("cs", "2026-01-26T11:00:00Z")


def test_a_name_stands_for_one_case(shop: Shop) -> None:
    kept(shop)

    again = kept(shop)

    assert (again.status_code, again.json()["code"]) == (409, "case.name_taken")
    assert DefinitionCase.objects.count() == 1


def test_there_is_an_end_to_the_number_of_cases(shop: Shop) -> None:
    for number in range(MOST_CASES):
        DefinitionCase.objects.create(
            definition=shop.flow, name=str(number), given={}, expect={}, edited_by=shop.designer, edited_at=NOW
        )

    refused = kept(shop)

    assert (refused.status_code, refused.json()["code"]) == (409, "case.too_many")


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"given": {"at": "tomorrow"}}, "given.at"),
        ({"given": {"at": MONDAY, "weather": "fine"}}, "given.weather"),
        ({"expect": {"within": "soon"}}, "expect.within"),
    ],
)
def test_a_case_that_cannot_be_read_is_refused_and_not_kept(shop: Shop, wrong: dict[str, Any], place: str) -> None:
    refused = kept(shop, **wrong)

    assert (refused.status_code, refused.json()["code"]) == (422, "case.invalid")
    assert [one["path"] for one in refused.json()["errors"]] == [place]
    assert not DefinitionCase.objects.exists()


def test_cases_are_run_on_the_draft_and_say_what_they_miss(shop: Shop) -> None:
    kept(shop)
    kept(shop, name="never", expect={"avoids": ["refund"], "within": "PT0S"})

    body = shop.post("/cases/run", {"graph": None}).json()

    assert (body["passed"], body["failed"]) == (1, 1)
    missed = {one["name"]: [(miss["what"], miss["expected"]) for miss in one["misses"]] for one in body["results"]}
    assert missed == {"80 of 199 goes to finance": [], "never": [("avoids", "refund")]}


def test_a_drawing_that_breaks_a_case_is_not_published_and_the_case_is_named(shop: Shop) -> None:
    kept(shop)
    revision = drafted(shop, refund_graph("0.5"))

    refused = shop.post("/publish", {"revision": revision, "note": "half"})

    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (422, "definition.cases_failed")
    assert [(one["path"], one["code"], one["params"]["expected"]) for one in problem["errors"]] == [
        ("cases/80 of 199 goes to finance", "case.passes", "finance"),
        ("cases/80 of 199 goes to finance", "case.asked", "finance"),
    ]  # fmt: skip
    assert DefinitionVersion.objects.count() == 1
    assert not records()


def test_it_is_published_with_a_reason_that_goes_on_record(shop: Shop) -> None:
    kept(shop)
    revision = drafted(shop, refund_graph("0.5"))

    done = shop.post("/publish", {"revision": revision, "note": "half", "despite_cases": REASON})

    assert (done.status_code, done.json()["version"]) == (201, 2)
    entry = AuditEntry.objects.get(action="definition.publish_despite_cases")
    assert (entry.reason, entry.actor_name) == (REASON, "lin")
    assert entry.after == {"version": 2, "failing": ["80 of 199 goes to finance"]}


def test_a_reason_of_four_letters_is_none(shop: Shop) -> None:
    kept(shop)
    revision = drafted(shop, refund_graph("0.5"))

    refused = shop.post("/publish", {"revision": revision, "note": "half", "despite_cases": " now "})

    assert (refused.status_code, refused.json()["code"]) == (422, "cases.reason_required")
    assert DefinitionVersion.objects.count() == 1


def test_cases_that_pass_are_in_nobodys_way_and_leave_no_record(shop: Shop) -> None:
    kept(shop)
    revision = drafted(shop, refund_graph("0.2"))

    done = shop.post("/publish", {"revision": revision, "note": "stricter", "despite_cases": REASON})

    assert done.status_code == 201
    assert not records()


def test_with_four_eyes_who_asks_says_why_and_who_confirms_publishes_it(shop: Shop) -> None:
    kept(shop)
    revision = drafted(shop, refund_graph("0.5"))
    shop.client.put(
        f"/api/v1/definitions/{shop.flow.pk}/four-eyes", {"wanted": True, "reason": "money moves"}, format="json"
    )
    wish = {"revision": revision, "note": "half"}

    refused = shop.post("/publish-request", wish)
    asked = shop.post("/publish-request", wish | {"despite_cases": REASON})
    shop.client.force_authenticate(user("second", "designer"))
    confirmed = shop.post("/publish-request/confirm", {"request": asked.json()["id"]})

    assert (refused.status_code, refused.json()["code"]) == (422, "definition.cases_failed")
    assert (asked.status_code, asked.json()["despite_cases"]) == (201, REASON)
    assert (confirmed.status_code, confirmed.json()["version"]) == (200, 2)
    assert [(entry.actor_name, entry.reason) for entry in records()] == [("second", REASON)]


def records() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action="definition.publish_despite_cases"))


def test_a_case_that_no_longer_fits_the_drawing_fails_and_says_why(shop: Shop) -> None:
    kept(shop, given=SMALL["given"] | {"outcomes": [{"node": "finance", "do": "reject"}]})
    kept(shop, name="left", given=SMALL["given"] | {"requester": "gone"})
    graph = refund_graph()
    for part in ("nodes", "edges"):
        graph[part] = [one | ({"id": "money"} if one.get("id") == "finance" else {}) for one in graph[part]]
    for edge in graph["edges"]:
        edge |= {end: "money" for end in ("from", "to") if edge[end] == "finance"}

    results = shop.post("/cases/run", {"graph": graph}).json()["results"]

    assert {one["name"]: [(miss["what"], miss["found"]) for miss in one["misses"]] for one in results} == {
        "80 of 199 goes to finance": [("given", "Expected a node of the flow, found 'finance'.")],
        "left": [("given", "Expected somebody of the house, found 'gone'.")],
    }
