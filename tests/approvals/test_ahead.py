"""Who will get it next: the whole path still ahead of a run, by the values and the organisation of now."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.models import GroupMember
from bedrock.clock import now
from tests.approvals.conftest import TASK_PATH, Office, open_task, publish_graph, refund_graph, signed_in, start_run
from workflows.models import HistoryEvent, Instance
from workflows.runtime import Delivered

Run = Callable[..., Delivered]
pytestmark = pytest.mark.django_db


def ahead(office: Office, who: str, run: Delivered) -> Any:
    answer = signed_in(office[who]).get(f"/api/v1/instances/{run.instance_id}/ahead")
    assert answer.status_code == 200, answer.content
    return answer.json()


def told(found: Any) -> list[tuple[str, bool, list[list[str]]]]:
    return [
        (one["node"], one["is_current"], [[seat["key"] for seat in turn] for turn in one["turns"]])
        for one in found["stops"]
    ]


def test_every_step_ahead_says_whom_it_would_ask_and_nothing_is_written(office: Office, run: Run) -> None:
    started = run(now=now())
    before = (Instance.objects.values().get(), HistoryEvent.objects.count())

    found = ahead(office, "cs", started)

    assert (found["ending"], found["is_cut_off"]) == ("completed", False)
    assert told(found) == [("finance", True, [["finance"]]), ("ops", False, [["ops"]]), ("paid", False, [])]
    assert (Instance.objects.values().get(), HistoryEvent.objects.count()) == before


def test_the_organisation_of_now_counts_and_what_is_behind_is_not_told(office: Office, run: Run) -> None:
    started = run(now=now())
    task = open_task(started)
    assert signed_in(office["f1"]).post(f"{TASK_PATH}/{task.pk}/approve", {"revision": 1}).status_code == 200
    assert told(ahead(office, "f1", started)) == [("ops", True, [["ops"]]), ("paid", False, [])]

    GroupMember.objects.filter(group__key="ops").delete()

    [ops] = ahead(office, "f1", started)["stops"]
    assert (ops["node"], ops["stands"]) == ("ops", True)


def test_a_time_that_has_run_out_hands_it_on_before_anybody_answers(office: Office, run: Run) -> None:
    assert told(ahead(office, "s1", run()))[0] == ("finance", True, [["finance"], ["backup"]])


def branching() -> dict[str, Any]:
    """finance → is it much? → boss in turn with the head | paid."""
    graph = refund_graph()
    graph["variables"] = [{"name": "amount", "type": "integer"}]
    graph["nodes"][2]["config"] = {
        "mode": "sequence", "assign": [{"kind": "user", "user": "o1"}, {"kind": "user", "user": "s1"}],
    }  # fmt: skip
    graph["nodes"].append(
        {"id": "much", "type": "exclusive", "config": {"branches": [{"port": "much", "when": "${amount} > 100"}]}}
    )
    graph["edges"] = [
        {"id": "e1", "from": "start", "to": "finance"},
        {"id": "e2", "from": "finance", "port": "approved", "to": "much"},
        {"id": "e3", "from": "finance", "port": "rejected", "to": "refused"},
        {"id": "e4", "from": "ops", "port": "approved", "to": "paid"},
        {"id": "e5", "from": "ops", "port": "rejected", "to": "refused"},
        {"id": "e6", "from": "much", "port": "much", "to": "ops"},
        {"id": "e7", "from": "much", "port": "otherwise", "to": "paid"},
    ]
    return graph


@pytest.mark.parametrize(
    ("amount", "path", "undecided"),
    [
        (500, [("finance", [["finance"]]), ("ops", [["o1"], ["s1"]]), ("paid", [])], []),
        (5, [("finance", [["finance"]]), ("paid", [])], []),
        (None, [("finance", [["finance"]]), ("much", []), ("paid", [])], ["much"]),
    ],
)
def test_conditions_go_by_the_values_of_now_and_one_without_a_value_is_called_a_guess(
    office: Office, amount: int | None, path: list[Any], undecided: list[str]
) -> None:
    publish_graph(office, branching(), key="branching")
    body = {"definition": "branching", "subject": {"type": "case", "id": "C-1"}, "variables": {"amount": amount}}
    started = signed_in(office["cs"]).post("/api/v1/instances", body, format="json")
    assert started.status_code == 201, started.content

    answer = signed_in(office["s1"]).get(f"/api/v1/instances/{started.json()['id']}/ahead").json()

    assert [(node, turns) for node, _, turns in told(answer)] == path
    assert [one["node"] for one in answer["stops"] if one["is_undecided"]] == undecided


def test_the_look_ahead_costs_the_right_to_see_and_one_statement(office: Office, run: Run) -> None:
    started = run()
    client = signed_in(office["s1"])
    path = f"/api/v1/instances/{started.instance_id}"
    client.get(f"{path}/ahead")

    with CaptureQueriesContext(connection) as looked:
        client.get(f"{path}/ahead")

    assert len(looked) == 4  # session, person, the right to see the run, the run with its world


def test_a_run_that_is_over_has_nothing_ahead(office: Office) -> None:
    graph = refund_graph()
    graph["edges"][0]["to"] = "paid"
    graph["nodes"] = [one for one in graph["nodes"] if one["id"] in ("start", "paid")]
    graph["edges"] = graph["edges"][:1]
    publish_graph(office, graph, key="short")

    assert ahead(office, "s1", start_run(office, key="short")) == {
        "ending": "completed", "is_cut_off": False, "stops": [],
    }  # fmt: skip
