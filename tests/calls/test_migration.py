"""A run that waits for others goes on in another version only if it calls them there exactly as before."""

from typing import Any

import pytest

from accounts.models import User
from bedrock.clock import now
from tests.calls.flows import ONE, begin, called_by, calling, packed, settle, where
from tests.workflows.conftest import live_flow
from workflows import invariants
from workflows.actions import migration_plans, migrations
from workflows.actions.definitions import publish, save_draft
from workflows.actions.going_live import by
from workflows.models import Instance, Migration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("packing")]


def migrated(first: dict[str, Any], second: dict[str, Any], *, designer: User) -> tuple[str, Migration]:
    """A run that waits for the run that it called, after an attempt to take it over into the second version."""
    flow = live_flow("order", first, by=designer)
    run = begin()
    settle()
    save_draft(str(flow.pk), revision=1, graph=second, layout={}, actor=designer, now=now())
    publish(str(flow.pk), revision=2, note="second", actor=designer, now=now())
    planned = migration_plans.plan(str(flow.pk), source=1, target=2, mapping={}, planner=designer, now=now())
    migrations.begin(str(planned.pk), reason="the old one is wrong", starter=designer, by=by(designer, None), now=now())
    while migrations.carry_on(now=now()):
        pass
    return run, planned


def test_a_run_that_calls_alike_hears_of_the_end_in_the_new_version(designer: User) -> None:
    second = calling("subflow", ONE)
    for node in second["nodes"]:
        if node["id"] == "after":
            node["config"] = node["config"] | {"message": "parcel.weighed"}

    run, planned = migrated(calling("subflow", ONE), second, designer=designer)
    [child] = called_by(run)
    packed(child)
    settle()

    assert list(planned.items.values_list("verdict", "status")) == [("quiet", "migrated")]
    row = Instance.objects.select_related("version").get(pk=run)
    assert (row.version.number, where(run)) == (2, [("after", "message")])
    assert row.state["tokens"][0]["listens"][0][0] == "parcel.weighed"
    assert invariants.broken() == []


def test_a_run_that_would_call_otherwise_stays_where_it_waits(designer: User) -> None:
    run, planned = migrated(calling("subflow", ONE), calling("subflow", ONE | {"take": []}), designer=designer)

    [item] = planned.items.all()
    assert (item.status, [one["code"] for one in item.hindrances]) == ("stayed", ["migration.work_under_way"])
    assert (Instance.objects.get(pk=run).version.number, where(run)) == (1, [("call", "runs")])
    assert invariants.broken() == []
