"""Flows that start by themselves: once per time, by the live version, and calmly after a night without a scheduler."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connections, transaction
from rest_framework.test import APIClient

from accounts.models import User
from tests.workflows.conftest import chain, live_flow
from workflows import runtime
from workflows.actions import schedules
from workflows.actions.definitions import publish, save_draft
from workflows.actions.schedules import forget_scheduled, reckon_schedules, start_scheduled
from workflows.models import Definition, HistoryEvent, Instance, ScheduledRun, StartSchedule

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 1, 26, 0, 30, tzinfo=UTC)  # 08:30 in Shanghai
NINE = datetime(2026, 1, 26, 1, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def scheduled(cron: str = "0 9 * * *", *, step: str = "end", **more: Any) -> dict[str, Any]:
    graph = chain(("wait", "delay", {"after": "PT1H"})) if step == "wait" else chain()
    graph["nodes"][0]["config"] = {"schedule": {"cron": cron, **more}}
    graph["variables"] = [{"name": "at", "type": "datetime"}, {"name": "amount", "type": "money"}]
    return graph


def flow(
    designer: User, graph: dict[str, Any] | None = None, *, key: str = "daily", now: datetime = MONDAY
) -> Definition:
    found = live_flow(key, graph or scheduled(), by=designer)
    reckon_schedules(now=now)
    return found


def publish_again(definition: Definition, graph: dict[str, Any], designer: User, *, now: datetime) -> None:
    revision = Definition.objects.get(pk=definition.pk).draft_revision
    save_draft(str(definition.pk), revision=revision, graph=graph, layout={}, actor=designer, now=now)
    publish(str(definition.pk), revision=revision + 1, note="again", actor=designer, now=now)
    reckon_schedules(now=now)


def swept(now: datetime, *, most: int = 50) -> int:
    """Sweeps until nothing is due."""
    return sum(1 for _ in range(most) if start_scheduled(now=now))


def next_at(definition: Definition) -> datetime | None:
    return StartSchedule.objects.get(pk=definition.pk).next_at


def times() -> list[str]:
    return [at.strftime("%dT%H:%M") for at in ScheduledRun.objects.order_by("at").values_list("at", flat=True)]


def test_a_flow_starts_at_its_time_once_and_knows_which(designer: User) -> None:
    daily = flow(designer, scheduled(into="at", title={"zh": "日报"}))

    assert (next_at(daily), swept(NINE - timedelta(seconds=1))) == (NINE, 0)
    assert swept(NINE + timedelta(seconds=1)) == 1
    assert (swept(NINE + HOUR), next_at(daily)) == (0, NINE + DAY)

    [run] = Instance.objects.all()
    assert (run.subject_type, run.subject_id, run.subject_title) == (
        "schedule", "2026-01-26T01:00:00Z", "日报 2026-01-26 09:00",
    )  # fmt: skip
    assert (run.status, run.requester) == ("completed", None)
    assert run.state["variables"] == {"at": "2026-01-26T01:00:00+00:00", "amount": None}
    assert HistoryEvent.objects.get(instance=run.pk, seq=1).source == "timer"
    assert [(one.instance, one.code) for one in ScheduledRun.objects.all()] == [(run.pk, "")]
    call_command("replay")
    call_command("invariants")


@pytest.mark.parametrize(
    ("more", "started"),
    [
        ({"catch_up": "skip"}, []),
        ({"catch_up": "once"}, ["29T01:00"]),
        ({"catch_up": "all"}, ["26T01:00", "27T01:00", "28T01:00", "29T01:00"]),
        ({"catch_up": "all", "most": 2}, ["28T01:00", "29T01:00"]),
    ],
)
def test_after_days_without_a_scheduler_what_was_missed_is_made_up_as_it_is_written(
    designer: User, more: dict[str, Any], started: list[str]
) -> None:
    daily = flow(designer, scheduled(**more))
    late = NINE + 3 * DAY + 2 * HOUR

    swept(late)

    assert (times(), next_at(daily)) == (started, NINE + 4 * DAY)


def test_what_comes_a_little_late_is_not_missed(designer: User) -> None:
    flow(designer, scheduled(catch_up="skip"))

    swept(NINE + timedelta(minutes=4))

    assert times() == ["26T01:00"]


def test_missed_times_of_a_year_are_made_up_one_by_one_and_without_a_burst(designer: User) -> None:
    flow(designer, scheduled("* * * * *", catch_up="all", most=5))
    late = MONDAY + 365 * DAY

    assert [start_scheduled(now=late) for _ in range(7)] == [1, 1, 1, 1, 1, 0, 0]
    assert Instance.objects.count() == 5


def test_only_the_live_version_starts_and_a_retired_flow_rests(designer: User) -> None:
    daily = flow(designer)
    publish_again(daily, scheduled("0 10 * * *"), designer, now=MONDAY)
    assert (swept(NINE + timedelta(minutes=1)), next_at(daily)) == (0, NINE + HOUR)

    swept(NINE + HOUR)
    assert Instance.objects.get().version.number == 2

    Definition.objects.update(retired_at=NINE + HOUR)
    reckon_schedules(now=NINE + 2 * HOUR)
    assert (next_at(daily), swept(NINE + 3 * DAY)) == (None, 0)

    Definition.objects.update(retired_at=None)
    reckon_schedules(now=NINE + 3 * DAY)
    assert (next_at(daily), Instance.objects.count()) == (NINE + 3 * DAY + HOUR, 1)


def test_a_row_that_is_not_reckoned_yet_starts_nothing(designer: User) -> None:
    flow(designer)
    Definition.objects.update(retired_at=MONDAY)

    assert (swept(NINE), Instance.objects.count()) == (0, 0)


def test_a_time_that_has_come_outlives_a_new_version_with_the_same_schedule(designer: User) -> None:
    daily = flow(designer)

    publish_again(daily, scheduled(step="wait"), designer, now=NINE + HOUR)
    swept(NINE + HOUR)

    assert (times(), Instance.objects.get().version.number) == (["26T01:00"], 2)


def test_a_flow_without_a_schedule_costs_one_look(designer: User, django_assert_num_queries: Any) -> None:
    plain = live_flow("plain", chain(), by=designer)

    assert (reckon_schedules(now=MONDAY), reckon_schedules(now=MONDAY)) == (1, 0)
    assert next_at(plain) is None
    with django_assert_num_queries(2):
        reckon_schedules(now=MONDAY)
        start_scheduled(now=MONDAY)


def test_a_flow_that_cannot_start_says_why_and_holds_up_no_other(
    designer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = flow(designer, key="broken")
    flow(designer, key="fine")
    plain = runtime.start

    def breaks(event: Any, *, key: str, **options: Any) -> Any:
        if key == "broken":
            raise ValueError("no")
        return plain(event, key=key, **options)

    monkeypatch.setattr(runtime, "start", breaks)
    swept(NINE)

    assert sorted(ScheduledRun.objects.values_list("definition__key", "code")) == [
        ("broken", "step.broke"),
        ("fine", ""),
    ]
    assert (next_at(broken), Instance.objects.count()) == (NINE + DAY, 1)


@pytest.mark.django_db(transaction=True)
def test_many_sweeps_at_once_start_one_run_per_time(designer: User) -> None:
    flow(designer, scheduled("* * * * *", catch_up="all", most=20))
    late, workers = MONDAY + HOUR, 6
    gate = threading.Barrier(workers)

    def sweep() -> None:
        try:
            gate.wait()
            for _ in range(20):
                start_scheduled(now=late)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=sweep) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    swept(late)

    assert (Instance.objects.count(), ScheduledRun.objects.count()) == (20, 20)


def test_the_database_itself_knows_each_time_once(designer: User) -> None:
    daily = flow(designer)
    swept(NINE)
    StartSchedule.objects.update(next_at=NINE)

    with pytest.raises(IntegrityError), transaction.atomic():
        schedules._start_next(daily.pk, now=NINE)

    assert Instance.objects.count() == 1


def test_old_times_are_forgotten(designer: User) -> None:
    flow(designer)
    swept(NINE)

    assert (forget_scheduled(now=NINE + DAY), forget_scheduled(now=NINE + schedules.KEPT + DAY)) == (0, 1)


@pytest.mark.parametrize(
    ("schedule", "found"),
    [
        ({"cron": "0 25 * * *"}, [("schedule.malformed", "schedule.cron")]),
        ({"cron": "0 9 31 2 *"}, [("schedule.never", "schedule.cron")]),
        ({"cron": "0 9 * * *", "zone": "Mars/Base"}, [("schedule.zone_unknown", "schedule.zone")]),
        ({"cron": "0 9 * * *", "into": "nope"}, [("schedule.unknown_variable", "schedule.into")]),
        ({"cron": "0 9 * * *", "into": "amount"}, [("schedule.variable_no_time", "schedule.into")]),
    ],
)
def test_what_could_not_work_is_not_published(
    designer: User, schedule: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    graph = scheduled()
    graph["nodes"][0]["config"] = {"schedule": schedule}
    client = APIClient()
    client.force_authenticate(designer)

    made = client.post(
        "/api/v1/definitions",
        {"key": "x", "title": {"zh": "x", "en": "x"}, "graph": graph, "layout": {}},
        format="json",
    )

    assert [(one["code"], one["path"]) for one in made.json()["draft"]["problems"]] == found


def test_the_next_five_times_are_shown_on_the_clocks_of_the_zone(
    designer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.api.palette.now", lambda: MONDAY)
    client = APIClient()
    client.force_authenticate(designer)

    def asked(cron: str, zone: str) -> Any:
        return client.post("/api/v1/schedules/preview", {"cron": cron, "zone": zone}, format="json")

    shown = asked("30 9 * * mon-fri", "Asia/Shanghai").json()["next"]
    assert [one[:16] for one in shown] == [
        "2026-01-26T09:30", "2026-01-27T09:30", "2026-01-28T09:30", "2026-01-29T09:30", "2026-01-30T09:30",
    ]  # fmt: skip
    refused = [asked("x", "Asia/Shanghai"), asked("0 9 * * *", "x")]
    assert [(one.status_code, one.json()["code"]) for one in refused] == [
        (422, "schedule.malformed"), (422, "schedule.zone_unknown"),
    ]  # fmt: skip
