"""Running instances are taken over into another version: planned, carried out by the sweep, reported, taken back."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import User
from bedrock.clock import now
from bedrock.errors import BadInput, Conflict
from tests.workflows.conftest import chain, live_flow
from tests.workflows.nodes import Deed
from workflows import jobs
from workflows.actions import migration_plans, migrations
from workflows.actions.audit import By
from workflows.actions.definitions import publish, save_draft
from workflows.actions.instances import deliver, start
from workflows.engine.events import SYSTEM, Actor, TimerDue
from workflows.engine.state import Subject
from workflows.engine.work import GiveUp
from workflows.failpoints import Broken
from workflows.models import AuditEntry, Definition, HistoryEvent, Instance, Migration, MigrationItem, Timer
from workflows.replays import replay_all

pytestmark = pytest.mark.django_db

ONE = chain(("wait", "delay", {"after": "PT5H"}))
SOONER = chain(("wait", "delay", {"after": "PT1H"}))
LONGER = chain(("wait", "delay", {"after": "PT5H"}), ("rest", "delay", {"after": "PT1H"}))


def begin(key: str = "flow") -> str:
    return start(
        key, subject=Subject(type="parcel", id="P-1", title="P-1"), variables={}, requester=None, actor=SYSTEM,
        now=now(),
    ).instance_id  # fmt: skip


def second_version(first: dict[str, Any], second: dict[str, Any], *, by: User) -> Definition:
    definition = live_flow("flow", first, by=by)
    save_draft(str(definition.pk), revision=1, graph=second, layout={}, actor=by, now=now())
    return definition


def publish_second(definition: Definition, *, by: User) -> None:
    publish(str(definition.pk), revision=2, note="second", actor=by, now=now())


def plan(definition: Definition, *, by: User, **mapping: str) -> Migration:
    return migration_plans.plan(str(definition.pk), source=1, target=2, mapping=mapping, planner=by, now=now())


def go(migration: Migration, *, by: User) -> Migration:
    actor = By(actor=Actor(id=str(by.pk), name=by.get_full_name()), ip=None)
    return migrations.begin(str(migration.pk), reason="the old one is wrong", starter=by, by=actor, now=now())


def take_back(migration: Migration, *, by: User) -> Migration:
    return go(migration_plans.plan_back(str(migration.pk), planner=by, now=now()), by=by)


def sweep() -> None:
    while migration_plans.look_on(now=now()):
        pass
    while migrations.carry_on(now=now()):
        pass


def verdicts(migration: Migration) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in migration.items.all():
        found[f"{one.verdict} {one.status}"] = found.get(f"{one.verdict} {one.status}", 0) + 1
    return found


def versions() -> list[int]:
    return sorted(Instance.objects.values_list("version__number", flat=True))


def stored() -> dict[str, Any]:
    return {
        "instances": list(Instance.objects.order_by("pk").values()),
        "history": list(HistoryEvent.objects.order_by("instance", "seq").values("instance", "seq", "data")),
        "timers": list(Timer.objects.order_by("instance").values("instance", "token", "due_at")),
    }


def test_a_dry_run_tells_each_run_what_would_become_of_it_and_changes_none(designer: User) -> None:
    definition = second_version(ONE, SOONER, by=designer)
    runs = [begin(), begin()]
    publish_second(definition, by=designer)
    newer = begin()
    before = stored()

    planned = plan(definition, by=designer)

    assert verdicts(planned) == {"disturbed pending": 2}
    items = {str(one.instance): one for one in planned.items.all()}
    assert sorted(items) == sorted(runs)
    assert newer not in items
    assert items[runs[0]].moves == [[1, "wait", "wait", "anew"]]
    assert stored() == before
    sweep()
    assert stored() == before


def test_runs_go_on_in_the_new_version_with_history_timers_and_an_entry_of_the_audit(designer: User) -> None:
    definition = second_version(ONE, SOONER, by=designer)
    run = begin()
    publish_second(definition, by=designer)
    old = Timer.objects.get(instance=run)

    done = go(plan(definition, by=designer), by=designer)
    sweep()

    assert (Migration.objects.get(pk=done.pk).status, verdicts(done)) == ("done", {"disturbed migrated": 1})
    assert versions() == [2]
    timer = Timer.objects.get(instance=run)
    assert timer.due_at < old.due_at
    assert timer.token == old.token + 1
    kinds = list(HistoryEvent.objects.filter(instance=run).order_by("seq").values_list("kind", flat=True))
    assert kinds == ["started", "moved", "waited", "migrated", "waited"]
    told = HistoryEvent.objects.get(instance=run, kind="migrated")
    assert (told.actor, told.data["before"], told.data["version"]) == (str(designer.pk), 1, 2)
    entry = AuditEntry.objects.get(action="definition.migrate")
    assert (entry.reason, entry.after) == ("the old one is wrong", {"version": 2, "runs": 1, "mapping": {}})
    assert [one.field for one in replay_all()] == [None]


def test_nobody_notices_where_the_wait_is_drawn_as_before(designer: User) -> None:
    definition = second_version(ONE, LONGER, by=designer)
    run = begin()
    publish_second(definition, by=designer)
    timer = Timer.objects.values().get(instance=run)

    done = go(plan(definition, by=designer), by=designer)
    sweep()

    assert verdicts(done) == {"quiet migrated": 1}
    assert versions() == [2]
    assert Timer.objects.values().get(instance=run) == timer


def test_work_that_is_under_way_keeps_its_run_and_the_others_go(designer: User) -> None:
    definition = second_version(
        chain(("work", "test.deed", {}), ("wait", "delay", {"after": "PT5H"})),
        chain(("wait", "delay", {"after": "PT5H"})), by=designer,
    )  # fmt: skip
    begin()
    jobs.perform_due()
    begin()
    publish_second(definition, by=designer)

    done = go(plan(definition, by=designer), by=designer)
    sweep()

    assert verdicts(done) == {"quiet migrated": 1, "hindered stayed": 1}
    assert versions() == [1, 2]
    stayed = done.items.get(status="stayed")
    assert [one["code"] for one in stayed.hindrances] == ["migration.no_target"]


def test_a_broken_step_is_repaired_by_the_version_that_mends_it(designer: User) -> None:
    definition = second_version(
        chain(("work", "test.deed", {})), chain(("work", "test.deed", {}), ("wait", "delay", {"after": "PT5H"})),
        by=designer,
    )  # fmt: skip
    Deed.answers.append(GiveUp(code="test.broken", message="Broken."))
    run = begin()
    jobs.perform_due()
    assert Instance.objects.get(pk=run).incidents == 1
    publish_second(definition, by=designer)

    done = go(plan(definition, by=designer), by=designer)
    sweep()
    jobs.perform_due()

    assert verdicts(done) == {"disturbed migrated": 1}
    row = Instance.objects.get(pk=run)
    assert (row.incidents, [token["node"] for token in row.state["tokens"]]) == (0, ["wait"])
    assert Deed.calls == [f"{run}:work:1"] * 2  # the same visit: the same effect
    assert [one.field for one in replay_all()] == [None]


def test_a_migration_is_taken_back_by_the_same_rules(designer: User) -> None:
    definition = second_version(ONE, SOONER, by=designer)
    run, other = begin(), begin()
    publish_second(definition, by=designer)
    done = go(plan(definition, by=designer), by=designer)
    sweep()

    undoing = take_back(done, by=designer)
    sweep()

    assert undoing.undoes == done
    entry = AuditEntry.objects.get(action="definition.migrate_back")
    assert (entry.before, entry.after) == ({"version": 2}, {"version": 1, "runs": 2, "mapping": {}})
    assert versions() == [1, 1]
    assert sorted(str(one.instance) for one in undoing.items.all()) == sorted([run, other])
    with pytest.raises(Conflict) as refused:
        take_back(done, by=designer)
    assert refused.value.code == "migration.undone"
    assert [one.field for one in replay_all()] == [None, None]


def test_the_way_back_is_looked_at_before_it_is_taken(designer: User) -> None:
    definition = second_version(ONE, LONGER, by=designer)
    run, gone_on = begin(), begin()
    publish_second(definition, by=designer)
    done = go(plan(definition, by=designer), by=designer)
    sweep()
    before = stored()

    first = migration_plans.plan_back(str(done.pk), planner=designer, now=now())
    assert (first.status, verdicts(first)) == ("planned", {"quiet pending": 2})
    assert stored() == before

    let_pass(gone_on)  # it stands in a step now that the old version does not have
    again = migration_plans.plan_back(str(done.pk), planner=designer, now=now())
    assert not Migration.objects.filter(pk=first.pk).exists()
    assert {str(one.instance): one.verdict for one in again.items.all()} == {run: "quiet", gone_on: "hindered"}
    go(again, by=designer)
    sweep()
    assert verdicts(again) == {"quiet migrated": 1, "hindered stayed": 1}
    assert versions() == [1, 2]


def test_many_runs_are_judged_by_the_sweep_a_batch_at_a_time(designer: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(migration_plans, "BATCH", 2)
    definition = second_version(ONE, SOONER, by=designer)
    runs = [begin() for _ in range(5)]
    publish_second(definition, by=designer)
    newer = begin()

    planned = plan(definition, by=designer)
    assert (planned.status, planned.items.count()) == ("planning", 2)
    with pytest.raises(Conflict) as refused:
        go(planned, by=designer)
    assert (refused.value.code, refused.value.fields["status"]) == ("migration.not_planned", "planning")
    assert AuditEntry.objects.filter(action="definition.migrate").count() == 0

    assert [migration_plans.look_on(now=now()) for _ in range(3)] == [2, 1, 0]
    planned.refresh_from_db(fields=["looked_until"])
    assert Migration.objects.get(pk=planned.pk).status == "planned"
    assert sorted(str(one) for one in planned.items.values_list("instance", flat=True)) == sorted(runs)
    assert newer not in runs

    done = go(planned, by=designer)
    sweep()
    assert verdicts(done) == {"disturbed migrated": 5}
    back = migration_plans.plan_back(str(done.pk), planner=designer, now=now())
    assert (back.status, back.items.count()) == ("planning", 2)
    sweep()
    assert (Migration.objects.get(pk=back.pk).status, verdicts(back)) == ("planned", {"disturbed pending": 5})
    go(back, by=designer)
    sweep()
    assert versions() == [1, 1, 1, 1, 1, 2]


def test_a_batch_that_breaks_leaves_everything_and_is_carried_on(designer: User, settings: Any) -> None:
    definition = second_version(ONE, SOONER, by=designer)
    begin()
    begin()
    publish_second(definition, by=designer)
    done = go(plan(definition, by=designer), by=designer)
    before = stored()

    settings.ORDERFLOW_FAILPOINT = "migrate.before_commit:raise"
    with pytest.raises(Broken):
        migrations.carry_on(now=now())
    assert (stored(), verdicts(done)) == (before, {"disturbed pending": 2})

    settings.ORDERFLOW_FAILPOINT = ""
    sweep()
    assert verdicts(done) == {"disturbed migrated": 2}
    assert versions() == [2, 2]


def test_a_run_that_moved_since_the_plan_is_judged_again(designer: User) -> None:
    definition = second_version(
        chain(("work", "test.deed", {}), ("wait", "delay", {"after": "PT5H"})),
        chain(("work", "test.deed", {}), ("late", "delay", {"after": "PT9H"})), by=designer,
    )  # fmt: skip
    begin()
    publish_second(definition, by=designer)
    planned = plan(definition, by=designer)
    assert verdicts(planned) == {"quiet pending": 1}
    jobs.perform_due()

    go(planned, by=designer)
    sweep()

    assert verdicts(planned) == {"hindered stayed": 1}
    assert versions() == [1]


def test_one_migration_of_a_flow_at_a_time_and_each_only_once(designer: User) -> None:
    definition = second_version(ONE, SOONER, by=designer)
    begin()
    publish_second(definition, by=designer)
    first, second = plan(definition, by=designer), plan(definition, by=designer)
    go(first, by=designer)

    for migration, code in ((first, "migration.not_planned"), (second, "migration.another_running")):
        with pytest.raises(Conflict) as refused, transaction.atomic():
            go(migration, by=designer)
        assert refused.value.code == code
    with pytest.raises(Conflict) as refused:
        take_back(second, by=designer)
    assert refused.value.code == "migration.not_done"


def test_what_cannot_be_planned_is_said(designer: User) -> None:
    definition = second_version(ONE, SOONER, by=designer)
    publish_second(definition, by=designer)

    with pytest.raises(BadInput) as unknown:
        plan(definition, by=designer, wait="nowhere")
    assert unknown.value.code == "migration.unknown_node"
    with pytest.raises(BadInput) as same:
        migration_plans.plan(str(definition.pk), source=2, target=2, mapping={}, planner=designer, now=now())
    assert same.value.code == "migration.same_version"
    assert Migration.objects.count() == MigrationItem.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_run_that_somebody_holds_is_left_for_the_next_batch(designer: User) -> None:
    definition = second_version(ONE, SOONER, by=designer)
    run, busy = begin(), begin()
    publish_second(definition, by=designer)
    done = go(plan(definition, by=designer), by=designer)
    held, finished = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                Instance.objects.select_for_update().get(pk=busy)
                held.set()
                finished.wait(10)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    try:
        assert migrations.carry_on(now=now()) == 1
        assert verdicts(done) == {"disturbed migrated": 1, "disturbed pending": 1}
        assert str(done.items.get(status="migrated").instance) == run
    finally:
        finished.set()
        holder.join()
    sweep()
    assert verdicts(done) == {"disturbed migrated": 2}


def test_runs_whose_steps_became_one_go_back_each_to_its_own(designer: User) -> None:
    definition = second_version(
        chain(("early", "test.deed", {}), ("a", "delay", {"after": "PT5H"}), ("b", "delay", {"after": "PT6H"})),
        chain(("early", "test.deed", {}), ("one", "delay", {"after": "PT9H"})), by=designer,
    )  # fmt: skip
    at_a, at_b = begin(), begin()
    jobs.perform_due()
    let_pass(at_b)
    publish_second(definition, by=designer)
    done = go(plan(definition, by=designer, a="one", b="one"), by=designer)
    sweep()
    assert (standing(at_a), standing(at_b)) == (["one"], ["one"])

    take_back(done, by=designer)
    sweep()

    assert (standing(at_a), standing(at_b)) == (["a"], ["b"])
    assert versions() == [1, 1]
    assert [one.field for one in replay_all()] == [None, None]


def standing(run: str) -> list[str]:
    return [token["node"] for token in Instance.objects.get(pk=run).state["tokens"]]


def let_pass(run: str) -> None:
    """Let the run's wait be over."""
    timer = Timer.objects.get(instance=run)
    deliver(run, TimerDue(token=timer.token, visit=timer.visit, attempt=timer.attempt), now=timer.due_at)
