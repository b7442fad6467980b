"""Open approvals of a run that goes on in another version: votes that stay, questions asked anew, inboxes that know."""

from collections.abc import Callable
from typing import Any

import pytest

from approvals.models import ApprovalTask
from tests.approvals.conftest import (
    FLOW,
    Office,
    open_task,
    publish_flow,
    refund_graph,
    signed_in,
    start_run,
    state_of_rows,
)
from tests.approvals.office import MONDAY
from workflows.actions import migration_plans, migrations
from workflows.actions.definitions import publish, save_draft
from workflows.actions.going_live import by
from workflows.invariants import broken
from workflows.models import Definition, Instance
from workflows.runtime import Delivered

pytestmark = pytest.mark.django_db

Runs = Callable[..., Delivered]


def migrate(office: Office, graph: dict[str, Any], **mapping: str) -> None:
    """Publish a second version and take all runs over into it."""
    flow, designer = Definition.objects.get(key=FLOW), office["d1"]
    save_draft(str(flow.pk), revision=1, graph=graph, layout={}, actor=designer, now=MONDAY)
    publish(str(flow.pk), revision=2, note="second", actor=designer, now=MONDAY)
    planned = migration_plans.plan(str(flow.pk), source=1, target=2, mapping=mapping, planner=designer, now=MONDAY)
    migrations.begin(
        str(planned.pk), reason="the old one is wrong", starter=designer, by=by(designer, None), now=MONDAY
    )
    while migrations.carry_on(now=MONDAY):
        pass
    assert set(planned.items.values_list("status", flat=True)) == {"migrated"}


def answer(office: Office, who: str, task: ApprovalTask, *, revision: int = 1) -> Any:
    return signed_in(office[who]).post(f"/api/v1/tasks/{task.pk}/approve", {"revision": revision}, format="json")


def test_a_vote_that_was_given_counts_in_the_version_that_asks_alike(office: Office) -> None:
    publish_flow(office, mode="all")
    run = start_run(office)
    task = open_task(run)
    assert answer(office, "f1", task).status_code == 200
    before = state_of_rows(task)
    graph = refund_graph(mode="all")
    graph["nodes"][1]["name"] = {"zh": "财务审核", "en": "Finance check"}

    migrate(office, graph)

    task.refresh_from_db(fields=["title", "version", "revision"])
    assert state_of_rows(task) == before
    assert (task.title["zh"], task.version) == ("财务审核", 2)
    assert answer(office, "f2", task, revision=task.revision).status_code == 200
    assert open_task(run, node="ops").version == 2
    assert broken() == []


def test_a_question_that_is_drawn_otherwise_is_closed_and_asked_anew(office: Office, run: Runs) -> None:
    started = run()
    task = open_task(started)

    migrate(office, refund_graph(comment="always"))

    old, new = ApprovalTask.objects.filter(instance=started.instance_id).order_by("opened_at", "id")
    assert (old.pk, str(old.status)) == (task.pk, "cancelled")
    assert (str(new.status), new.version, new.visit) == ("open", 2, 2)
    todo = signed_in(office["f1"]).get("/api/v1/tasks").json()["results"]
    assert [one["id"] for one in todo] == [str(new.pk)]
    refused = answer(office, "f1", old)
    assert (refused.status_code, refused.json()["code"]) == (409, "task.already_decided")
    assert broken() == []


def test_a_step_that_is_gone_is_asked_where_the_mapping_says(office: Office, run: Runs) -> None:
    started = run()
    graph = refund_graph()
    graph["nodes"] = [node for node in graph["nodes"] if node["id"] != "finance"]
    graph["edges"] = [edge for edge in graph["edges"] if edge["from"] != "finance"]
    graph["edges"][0]["to"] = "ops"

    migrate(office, graph, finance="ops")

    assert [str(one.status) for one in ApprovalTask.objects.filter(instance=started.instance_id, node="finance")] == [
        "cancelled"
    ]
    assert open_task(started, node="ops").version == 2
    row = Instance.objects.select_related("version").get(pk=started.instance_id)
    assert (row.version.number, [token["node"] for token in row.state["tokens"]]) == (2, ["ops"])
    assert broken() == []
