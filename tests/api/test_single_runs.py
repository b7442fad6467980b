"""One run is taken over into another version, or past a failed step: previewed, with a reason, on record for good."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from bedrock.clock import now
from tests.api.test_interventions import client_of, picture, run_of
from tests.workflows.conftest import chain
from tests.workflows.nodes import Deed
from workflows import jobs
from workflows.actions.definitions import publish, save_draft
from workflows.engine.registry import registry
from workflows.engine.work import GiveUp
from workflows.models import ActivityJob, AuditEntry, Definition, HistoryEvent, Incident, Instance, Timer
from workflows.replays import replay_all

pytestmark = pytest.mark.django_db

OLD = chain(("wait", "delay", {"after": "PT5H"}), ("gone", "delay", {"after": "PT1H"}))
NEW = chain(("wait", "delay", {"after": "PT2H"}), ("rest", "delay", {"after": "PT1H"}))


@pytest.fixture(autouse=True)
def _deed() -> None:
    registry.add(Deed())
    Deed.calls.clear()
    Deed.answers.clear()


@pytest.fixture
def boss() -> APIClient:
    return client_of("supervisor", username="chen")


def publish_second(graph: dict[str, Any]) -> None:
    flow, designer = Definition.objects.get(key="flow"), User.objects.get(username="designer")
    save_draft(str(flow.pk), revision=1, graph=graph, layout={}, actor=designer, now=now())
    publish(str(flow.pk), revision=2, note="second", actor=designer, now=now())


def preview(client: APIClient, run: str, kind: str, **wanted: Any) -> Any:
    return client.post(f"/api/v1/instances/{run}/{kind}/preview", wanted, format="json")


def apply(client: APIClient, run: str, kind: str, token: str, reason: str = "the old one is wrong") -> Any:
    return client.post(f"/api/v1/instances/{run}/{kind}", {"token": token, "reason": reason}, format="json")


def lines(shown: Any) -> list[tuple[str, str | None]]:
    return [(one["kind"], one["node"]) for one in shown.json()["effects"]]


def test_one_run_goes_on_in_another_version_and_the_audit_keeps_both(boss: APIClient) -> None:
    run = run_of(OLD)
    assert boss.get(f"/api/v1/instances/{run}").json()["can"] == ["force-advance", "cancel"]
    publish_second(NEW)
    assert boss.get(f"/api/v1/instances/{run}").json()["can"] == ["force-advance", "cancel", "migrate"]
    before, due = picture(run), Timer.objects.get().due_at

    shown = preview(boss, run, "migrate", version=2)
    assert lines(shown) == [("cancels_timer", "wait"), ("enters_node", "wait")]
    assert picture(run) == before

    done = apply(boss, run, "migrate", shown.json()["token"])
    assert (done.status_code, done.json()["instance"]["version"]) == (200, 2)
    assert Timer.objects.get().due_at < due
    entry = AuditEntry.objects.get(object_id=run)
    assert (entry.action, entry.reason, entry.ip) == ("instance.migrate", "the old one is wrong", "203.0.113.7")
    assert (entry.before or {}, entry.after or {}) == (
        {"status": "running", "nodes": ["wait"], "version": 1},
        {"status": "running", "nodes": ["wait"], "version": 2, "target": None, "passed": []},
    )
    assert HistoryEvent.objects.get(instance=run, kind="migrated").data["reason"] == "the old one is wrong"
    assert [one.field for one in replay_all()] == [None]


def test_a_wait_that_is_drawn_alike_is_kept_and_so_it_says(boss: APIClient) -> None:
    run = run_of(OLD)
    publish_second(chain(("wait", "delay", {"after": "PT5H"})))
    timer = Timer.objects.values().get()

    shown = preview(boss, run, "migrate", version=2)
    assert lines(shown) == [("keeps_wait", "wait")]
    assert apply(boss, run, "migrate", shown.json()["token"]).status_code == 200
    assert Timer.objects.values().get() == timer


def test_a_step_that_is_gone_needs_a_place_to_go_to(boss: APIClient) -> None:
    run = run_of(OLD)
    forced = preview(boss, run, "force-advance", target="gone").json()["token"]
    assert apply(boss, run, "force-advance", forced).status_code == 200
    publish_second(NEW)
    before = picture(run)

    refused = preview(boss, run, "migrate", version=2)
    assert (refused.status_code, refused.json()["code"]) == (409, "migration.hindered")
    assert refused.json()["hindrances"] == [
        {"code": "migration.no_target", "node": "gone", "params": {"awaits": "timer", "to": "gone"}}
    ]
    for wanted, status, code in (
        ({"version": 2, "mapping": {"gone": "nowhere"}}, 422, "migration.unknown_node"),
        ({"version": 1}, 422, "migration.same_version"), ({"version": 9}, 404, "version.unknown"),
        ({}, 422, "migration.version_required"),
    ):  # fmt: skip
        answer = preview(boss, run, "migrate", **wanted)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert picture(run) == before

    shown = preview(boss, run, "migrate", version=2, mapping={"gone": "rest"})
    assert lines(shown) == [("cancels_timer", "gone"), ("enters_node", "rest")]
    assert apply(boss, run, "migrate", shown.json()["token"]).status_code == 200
    assert [token["node"] for token in Instance.objects.get(pk=run).state["tokens"]] == ["rest"]


def test_who_draws_flows_may_take_a_run_over_and_do_nothing_else_to_it() -> None:
    run = run_of(OLD)
    publish_second(NEW)
    designer = client_of("designer", username="wang")
    before = picture(run)

    for kind in ("force-advance", "retry", "skip", "cancel"):
        assert preview(designer, run, kind).status_code == 403
    shown = preview(designer, run, "migrate", version=2)
    refused = apply(designer, run, "migrate", shown.json()["token"], "now")
    assert (refused.status_code, refused.json()["code"]) == (422, "force.reason_required")
    assert picture(run) == before

    done = apply(designer, run, "migrate", shown.json()["token"])
    assert (done.status_code, done.json()["instance"]["variables"]) == (200, {})
    assert designer.get(f"/api/v1/instances/{run}").status_code == 403


def broken_run(boss: APIClient) -> tuple[str, str]:
    run = run_of(chain(("work", "test.deed", {}), ("rest", "delay", {"after": "PT1H"})))
    Deed.answers.append(GiveUp(code="remote.down", message="down"))
    jobs.perform_due()
    return run, str(Incident.objects.get(instance=run).pk)


def test_a_failed_step_is_skipped_and_never_done(boss: APIClient) -> None:
    run, incident = broken_run(boss)
    assert boss.get(f"/api/v1/instances/{run}").json()["can"] == ["force-advance", "cancel", "retry", "skip"]
    before = picture(run)

    shown = preview(boss, run, "skip", incident=incident)
    assert lines(shown) == [("closes_incident", "work"), ("skips_node", "work"), ("enters_node", "rest")]
    assert picture(run) == before

    done = apply(boss, run, "skip", shown.json()["token"], "paid by hand")
    assert (done.status_code, [one["node"] for one in done.json()["instance"]["tokens"]]) == (200, ["rest"])
    assert (ActivityJob.objects.count(), Deed.calls) == (0, [f"{run}:work:1"])
    entry = AuditEntry.objects.get(object_id=run)
    assert (entry.action, entry.reason) == ("instance.skip", "paid by hand")
    assert entry.before == {"status": "running", "nodes": ["work"], "version": 1}
    assert entry.after == {"status": "running", "nodes": ["rest"], "version": 1, "target": None, "passed": []}
    assert Incident.objects.get(pk=incident).resolved_at is not None
    again = apply(boss, run, "skip", shown.json()["token"], "paid by hand")
    assert (again.status_code, again.json()["code"]) == (409, "force.stale_token")


def test_a_preview_of_a_retry_skips_nothing(boss: APIClient) -> None:
    run, incident = broken_run(boss)
    shown = preview(boss, run, "retry", incident=incident).json()
    before = picture(run)

    refused = apply(boss, run, "skip", shown["token"])

    assert (refused.status_code, refused.json()["code"]) == (409, "force.other_kind")
    assert picture(run) == before
