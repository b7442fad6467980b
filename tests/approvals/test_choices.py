"""A requester chooses who decides: at the start, out of a pool, and on every path by which a person starts a run."""

from typing import Any

import pytest

from approvals.models import ApprovalTask
from bedrock.errors import BadInput
from tests.approvals.conftest import Office, publish_graph, signed_in
from tests.approvals.office import MONDAY
from workflows.actions.instances import start_for_trigger
from workflows.engine.events import Actor
from workflows.engine.state import Subject
from workflows.models import Instance

CHOICE = {
    "kind": "requester_choice", "variable": "reviewers", "most": 2, "pool": [{"kind": "group", "group": "finance"}],
}  # fmt: skip


def drawn(**start: Any) -> dict[str, Any]:
    return {
        "format": 1,
        "variables": [{"name": "reviewers", "type": "list<text>"}, {"name": "note", "type": "text"}],
        "nodes": [
            {"id": "start", "type": "start", "config": start},
            {"id": "ask", "type": "approval", "config": {"assign": [CHOICE], "mode": "all"}},
            {"id": "yes", "type": "end"},
            {"id": "no", "type": "end"},
        ],
        "edges": [
            {"id": "e1", "from": "start", "to": "ask"},
            {"id": "e2", "from": "ask", "port": "approved", "to": "yes"},
            {"id": "e3", "from": "ask", "port": "rejected", "to": "no"},
        ],
    }  # fmt: skip


def by_hand(office: Office, reviewers: Any) -> Any:
    body = {
        "definition": "chosen", "subject": {"type": "case", "id": "C-1"},
        "variables": {"reviewers": reviewers, "note": None},
    }  # fmt: skip
    return signed_in(office["cs"]).post("/api/v1/instances", body, format="json")


def test_the_chosen_people_are_asked(office: Office) -> None:
    publish_graph(office, drawn(), key="chosen")

    answer = by_hand(office, ["f2", "f1"])

    assert answer.status_code == 201
    assert ApprovalTask.objects.get().scopes == [f"u:{office[name].pk}" for name in ("f2", "f1")]


@pytest.mark.parametrize(
    ("reviewers", "code", "params"),
    [
        (None, "choice.missing", {"most": 2, "node": "ask"}),
        ([], "choice.missing", {"most": 2, "node": "ask"}),
        (["f1", "b1"], "choice.outside_pool", {"user": "b1", "node": "ask"}),
        (["f1", "nobody"], "choice.outside_pool", {"user": "nobody", "node": "ask"}),
        (["f1", "cs"], "choice.outside_pool", {"user": "cs", "node": "ask"}),
    ],
)
def test_nobody_or_somebody_else_is_refused_and_nothing_begins(
    office: Office, reviewers: Any, code: str, params: dict[str, Any]
) -> None:
    publish_graph(office, drawn(), key="chosen")

    answer = by_hand(office, reviewers)

    assert (answer.status_code, answer.json()["code"]) == (422, "variables.invalid")
    [problem] = answer.json()["errors"]
    assert (problem["path"], problem["code"], problem["params"]) == ("/variables/reviewers", code, params)
    assert (Instance.objects.count(), ApprovalTask.objects.count()) == (0, 0)


def test_more_than_may_be_chosen_are_refused(office: Office) -> None:
    graph = drawn()
    graph["nodes"][1]["config"]["assign"] = [CHOICE | {"most": 1}]
    publish_graph(office, graph, key="chosen")

    assert [one["code"] for one in by_hand(office, ["f1", "f2"]).json()["errors"]] == ["choice.too_many"]
    assert Instance.objects.count() == 0


def started_by_event(office: Office, **given: Any) -> Any:
    person = office["cs"]
    return start_for_trigger(
        "test.asked", subject=Subject(type="case", id="C-1"), variables={"note": "from the event"},
        requester=str(person.pk), actor=Actor(id=str(person.pk), name="CS"), now=MONDAY, given=given,
    )  # fmt: skip


def test_an_event_that_starts_a_run_takes_the_choice_along(office: Office) -> None:
    publish_graph(office, drawn(trigger="test.asked"), key="chosen")

    started = started_by_event(office, reviewers=["f1"])

    assert started.state.variables == {"note": "from the event", "reviewers": ["f1"]}
    assert ApprovalTask.objects.get().scopes == [f"u:{office['f1'].pk}"]


@pytest.mark.parametrize(
    ("given", "place", "code"),
    [
        ({}, "/variables/reviewers", "choice.missing"),
        ({"reviewers": ["o1"]}, "/variables/reviewers", "choice.outside_pool"),
        ({"reviewers": ["f1"], "note": "forged"}, "/variables/note", "variable.unknown"),
        ({"reviewers": ["f1"], "other": 1}, "/variables/other", "variable.unknown"),
    ],
)
def test_an_event_without_a_sound_choice_starts_nothing_and_what_it_tells_is_not_overruled(
    office: Office, given: dict[str, Any], place: str, code: str
) -> None:
    publish_graph(office, drawn(trigger="test.asked"), key="chosen")

    with pytest.raises(BadInput) as caught:
        started_by_event(office, **given)

    assert caught.value.code == "variables.invalid"
    assert [(one["path"], one["code"]) for one in caught.value.problems] == [(place, code)]
    assert Instance.objects.count() == 0
