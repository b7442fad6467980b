"""A process remembers which version is live and starts runs on it in one statement, which compares; memory never
decides against what the rows say."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bedrock.clock import now
from bedrock.errors import Conflict
from tests.workflows.conftest import chain, live_flow
from workflows.actions.definitions import publish, save_draft
from workflows.actions.going_live import Terms
from workflows.actions.instances import Delivered, start, start_by_hand, start_for_trigger
from workflows.actions.versions import retire
from workflows.engine.events import SYSTEM
from workflows.engine.state import Subject
from workflows.models import Definition, HistoryEvent, Instance
from workflows.queries import present_world

pytestmark = pytest.mark.django_db(transaction=True)

SUBJECT = Subject(type="parcel", id="P-1", title="P-1")
AMOUNT = {"amount": {"amount": "58.00", "currency": "CNY"}}


def begin(key: str) -> Delivered:
    return start(key, subject=SUBJECT, variables=AMOUNT, requester=None, actor=SYSTEM, now=now())


def publish_again(definition: Definition, graph: dict[str, Any], *, by: User, take_over: bool = False) -> None:
    save_draft(str(definition.pk), revision=1, graph=graph, layout={}, actor=by, now=now())
    publish(str(definition.pk), revision=2, note="again", actor=by, now=now(), terms=Terms(take_over=take_over))


def where(run: Delivered) -> tuple[int, list[str]]:
    """The version's number, and where the run stands."""
    row = Instance.objects.select_related("version").get(pk=run.instance_id)
    return row.version.number, [token["node"] for token in row.state["tokens"]]


def test_a_flow_that_was_started_before_starts_in_one_statement(designer: User) -> None:
    live_flow("deed", chain(("work", "test.deed", {})), by=designer)
    begin("deed")

    with CaptureQueriesContext(connection) as caught:
        run = begin("deed")

    assert len(caught) == 1
    assert where(run) == (1, ["work"])


def test_a_start_after_a_new_version_runs_on_the_new_one_and_leaves_nothing_of_the_old(designer: User) -> None:
    definition = live_flow("deed", chain(("work", "test.deed", {})), by=designer)
    begin("deed")
    publish_again(definition, chain(("other", "test.deed", {})), by=designer)

    with CaptureQueriesContext(connection) as caught:
        run = begin("deed")

    assert where(run) == (2, ["other"])
    assert Instance.objects.count() == 2
    assert HistoryEvent.objects.exclude(instance=run.instance_id).values("instance").distinct().count() == 1
    assert len([one for one in caught if one["sql"].startswith("EXECUTE")]) == 3  # overtaken, looked, started


def test_a_start_after_the_world_has_changed_is_decided_in_the_new_world(designer: User) -> None:
    live_flow("deed", chain(("work", "test.deed", {})), by=designer)
    before = begin("deed").world
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO workflows_worldrevision AS known (name, revision) VALUES ('calendars', 1) "
            "ON CONFLICT (name) DO UPDATE SET revision = known.revision + 1"
        )

    run = begin("deed")

    assert run.world is present_world()
    assert run.world is not before
    assert Instance.objects.count() == 2


def test_what_the_remembered_version_refuses_is_asked_of_the_live_one(designer: User) -> None:
    definition = live_flow("hand", chain(("work", "test.deed", {}), trigger="parcel.lost"), by=designer)
    start_for_trigger("parcel.lost", subject=SUBJECT, variables=AMOUNT, requester=None, actor=SYSTEM, now=now())
    begin("hand")
    publish_again(definition, chain(("work", "test.deed", {})), by=designer)

    run = start_by_hand("hand", subject=SUBJECT, variables=AMOUNT, requester="1", actor=SYSTEM, now=now())

    assert where(run) == (2, ["work"])


def test_an_event_that_another_flow_has_taken_over_starts_that_one(designer: User) -> None:
    live_flow("first", chain(("work", "test.deed", {}), trigger="parcel.lost"), by=designer)
    event: dict[str, Any] = {
        "subject": SUBJECT, "variables": AMOUNT, "requester": None, "actor": SYSTEM, "now": now(),
    }  # fmt: skip
    start_for_trigger("parcel.lost", **event)
    second = live_flow("second", chain(("other", "test.deed", {})), by=designer)
    publish_again(second, chain(("other", "test.deed", {}), trigger="parcel.lost"), by=designer, take_over=True)

    run = start_for_trigger("parcel.lost", **event)

    assert run is not None
    assert (run.context.definition_key, *where(run)) == ("second", 2, ["other"])
    assert Instance.objects.count() == 2


def test_a_flow_that_was_retired_since_starts_nothing(designer: User) -> None:
    definition = live_flow("deed", chain(("work", "test.deed", {})), by=designer)
    begin("deed")
    retire(str(definition.pk), reason="no longer used", actor=designer, ip=None, now=now())

    with pytest.raises(Conflict) as refused:
        begin("deed")

    assert refused.value.code == "definition.retired"
    assert Instance.objects.count() == 1
