"""What becomes of versions: live on their day, taken back before anything started, retired; each with its audit."""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from accounts.models import User
from bedrock import clock
from bedrock.errors import BadInput, Conflict, NotFound, OrderflowError
from tests.racing import at_once
from tests.workflows.conftest import chain
from workflows import invariants, plans
from workflows.actions import versions
from workflows.actions.definitions import Published, create_definition, publish, save_draft
from workflows.actions.going_live import AT_ONCE, Terms
from workflows.actions.instances import start, start_for_trigger
from workflows.engine.events import SYSTEM
from workflows.engine.state import Subject
from workflows.models import AuditEntry, Definition, DefinitionVersion, Instance, Standing

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = NOON + timedelta(days=3)
WHY = "published by mistake"


def waiting(hours: int, trigger: str | None = None) -> dict[str, Any]:
    return chain(("rest", "delay", {"after": f"PT{hours}H"}), trigger=trigger)


def made(key: str, *, by: User, trigger: str | None = None) -> Definition:
    """A flow whose version 1 became live yesterday."""
    row = create_definition(
        key=key, title={"zh": key, "en": key}, graph=waiting(1, trigger), layout={}, actor=by, now=NOON
    ).definition
    publish(str(row.pk), revision=1, note="first", actor=by, now=NOON - timedelta(days=1))
    return Definition.objects.get(pk=row.pk)


def published(
    row: Definition, hours: int, *, by: User, now: datetime = NOON, terms: Terms = AT_ONCE, trigger: str | None = None
) -> Published:
    """Another version, told apart by how long it waits."""
    row.refresh_from_db()
    graph = waiting(hours, trigger)
    save_draft(str(row.pk), revision=row.draft_revision, graph=graph, layout={}, actor=by, now=now)
    return publish(
        str(row.pk), revision=row.draft_revision + 1, note=f"{hours} hours", terms=terms, actor=by, now=now
    )  # fmt: skip


def started(key: str = "rest", *, now: datetime = NOON) -> Instance:
    subject = Subject(type="question", id="q-1", title="?")
    run = start(key, subject=subject, variables={}, requester=None, actor=SYSTEM, now=now)
    return Instance.objects.get(pk=run.instance_id)


def heard(trigger: str) -> str | None:
    """The flow that a run was started of."""
    subject = Subject(type="question", id="q-1", title="?")
    run = start_for_trigger(trigger, subject=subject, variables={}, requester=None, actor=SYSTEM, now=NOON)
    return None if run is None else run.context.definition_key


def standings(row: Definition) -> dict[int, str]:
    return dict(Standing.objects.filter(definition=row).values_list("version__number", "status"))


def live(row: Definition) -> int | None:
    row = Definition.objects.select_related("live_version").get(pk=row.pk)
    return row.live_version.number if row.live_version else None


def withdraw(row: Definition, number: int, *, by: User, now: datetime = NOON, reason: str = WHY) -> int | None:
    version = versions.withdraw(str(row.pk), number, reason=reason, actor=by, ip="203.0.113.9", now=now)
    return version.number if version else None


def audited() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.order_by("seq").values_list("action", "reason"))


def everything() -> tuple[Any, ...]:
    """What a refusal must leave alone."""
    return tuple(
        list(model.objects.order_by("pk").values()) for model in (Definition, Standing, AuditEntry, DefinitionVersion)
    )


def refused(do: Callable[[], object], kind: type[OrderflowError], code: str) -> Mapping[str, Any]:
    """The fields of an error of this kind and code, which changed nothing."""
    before = everything()
    with pytest.raises(kind) as caught:
        do()
    assert caught.value.code == code
    assert everything() == before
    return caught.value.fields


# --- effective dates -----------------------------------------------------------------------------------------------


def test_a_planned_version_becomes_live_on_its_day_and_runs_keep_theirs(designer: User) -> None:
    row = made("rest", by=designer)
    told = published(row, 2, by=designer, terms=Terms(effective_at=DAY))
    assert (told.version.number, live(row), standings(row)) == (2, 1, {1: "live", 2: "planned"})
    early = started(now=DAY - timedelta(seconds=1))

    assert versions.let_planned_go_live(now=DAY - timedelta(seconds=1)) == 0
    assert versions.let_planned_go_live(now=DAY) == 1
    assert versions.let_planned_go_live(now=DAY) == 0

    assert (live(row), standings(row)) == (2, {1: "replaced", 2: "live"})
    assert (early.version.number, started(now=DAY).version.number) == (1, 2)
    standing = Standing.objects.get(version__number=2)
    assert (standing.live_at, standing.replaces and standing.replaces.number) == (DAY, 1)
    assert audited()[-2:] == [("definition.publish", "2 hours"), ("version.go_live", "2 hours")]
    assert AuditEntry.objects.latest("seq").actor == "system"
    assert invariants.broken() == []


def test_what_is_published_last_counts_whatever_waited_for_its_day(designer: User) -> None:
    row = made("rest", by=designer)
    published(row, 2, by=designer, terms=Terms(effective_at=DAY))

    at_once_ = published(row, 3, by=designer)

    assert (at_once_.superseded, standings(row)) == (2, {1: "replaced", 2: "superseded", 3: "live"})
    later = published(row, 4, by=designer, terms=Terms(effective_at=DAY))
    other = published(row, 5, by=designer, terms=Terms(effective_at=DAY + timedelta(days=1)))
    assert (later.superseded, other.superseded) == (None, 4)
    assert versions.let_planned_go_live(now=DAY) == 0
    assert versions.let_planned_go_live(now=DAY + timedelta(days=1)) == 1
    assert standings(row) == {1: "replaced", 2: "superseded", 3: "replaced", 4: "superseded", 5: "live"}


def test_a_planned_version_is_taken_back_before_its_day_and_the_live_one_stays(designer: User) -> None:
    row = made("rest", by=designer)
    published(row, 2, by=designer, terms=Terms(effective_at=DAY))

    assert withdraw(row, 2, by=designer, now=DAY - timedelta(hours=1)) == 1

    assert versions.let_planned_go_live(now=DAY) == 0
    assert (live(row), standings(row)) == (1, {1: "live", 2: "withdrawn"})
    assert audited()[-1] == ("version.withdraw", WHY)


def test_a_day_in_the_past_and_one_too_far_off_are_refused(designer: User) -> None:
    row = made("rest", by=designer)
    save_draft(str(row.pk), revision=1, graph=waiting(2), layout={}, actor=designer, now=NOON)

    def planned(day: datetime) -> Callable[[], object]:
        terms = Terms(effective_at=day)
        return lambda: publish(str(row.pk), revision=2, note="x", terms=terms, actor=designer, now=NOON)

    refused(planned(NOON), BadInput, "publish.effective_in_past")
    refused(planned(NOON + timedelta(days=367)), BadInput, "publish.effective_too_late")


def test_one_whose_event_was_taken_meanwhile_is_blocked_and_says_by_whom(designer: User) -> None:
    row = made("rest", by=designer)
    published(row, 2, by=designer, terms=Terms(effective_at=DAY), trigger="refund.requested")
    other = made("other", by=designer, trigger="refund.requested")

    assert versions.let_planned_go_live(now=DAY) == 0

    standing = Standing.objects.get(definition=row, version__number=2)
    assert (standing.status, live(row), heard("refund.requested")) == ("blocked", 1, "other")
    assert standing.trouble is not None
    assert (standing.trouble["code"], standing.trouble["holder"]["key"]) == ("trigger.taken", other.key)
    assert audited()[-1] == ("version.blocked", "2 hours")
    assert versions.let_planned_go_live(now=DAY) == 0


def test_one_with_leave_to_take_over_takes_the_event_on_its_day_and_gives_it_back_when_withdrawn(
    designer: User,
) -> None:
    made("other", by=designer, trigger="refund.requested")
    row = made("rest", by=designer)
    terms = Terms(effective_at=DAY, take_over=True)
    published(row, 2, by=designer, terms=terms, trigger="refund.requested")
    assert heard("refund.requested") == "other"

    versions.let_planned_go_live(now=DAY)
    assert Definition.objects.get(key="rest").live_trigger == "refund.requested"
    withdraw(row, 2, by=designer, now=DAY)

    assert (live(row), heard("refund.requested")) == (1, "other")


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_make_it_live_once(designer: User) -> None:
    row = made("rest", by=designer)
    published(row, 2, by=designer, terms=Terms(effective_at=DAY))

    answers = at_once(*[lambda: str(versions.let_planned_go_live(now=DAY))] * 4)

    assert sorted(answers) == ["0", "0", "0", "1"]
    assert [action for action, _ in audited()].count("version.go_live") == 1


def test_the_janitor_goes_by_the_clock_of_the_database(designer: User) -> None:
    row = made("rest", by=designer)
    soon = clock.now() + timedelta(minutes=1)
    published(row, 2, by=designer, now=clock.now(), terms=Terms(effective_at=soon))

    assert versions.sweep_planned(now=soon + timedelta(minutes=1)) == 0  # a process whose clock is ahead
    assert live(row) == 1


# --- taking back ---------------------------------------------------------------------------------------------------


def test_a_version_is_taken_back_within_ten_minutes_and_the_one_before_is_live_again(designer: User) -> None:
    row = made("rest", by=designer)
    published(row, 2, by=designer)

    assert withdraw(row, 2, by=designer, now=NOON + timedelta(minutes=10)) == 1

    assert (live(row), standings(row)) == (1, {1: "live", 2: "withdrawn"})
    assert started(now=NOON + timedelta(minutes=11)).version.number == 1
    entry = AuditEntry.objects.latest("seq")
    assert (entry.action, entry.actor_name, entry.ip, entry.reason) == ("version.withdraw", "王芳", "203.0.113.9", WHY)
    was, became = entry.before or {}, entry.after or {}
    assert (was["version"], was["status"], was["live_version"]) == (2, "live", 2)
    assert (became["version"], became["status"], became["live_version"]) == (2, "withdrawn", 1)
    assert published(row, 2, by=designer).version.number == 3
    assert invariants.broken() == []


def test_the_first_version_taken_back_leaves_a_flow_that_nothing_starts(designer: User) -> None:
    row = made("rest", by=designer, trigger="refund.requested")

    assert withdraw(row, 1, by=designer, now=NOON - timedelta(days=1)) is None

    assert (live(row), heard("refund.requested")) == (None, None)


def test_it_is_not_taken_back_after_ten_minutes_nor_when_something_started(designer: User) -> None:
    row = made("rest", by=designer)
    published(row, 2, by=designer)
    late = NOON + timedelta(minutes=10, seconds=1)

    told = refused(lambda: withdraw(row, 2, by=designer, now=late), Conflict, "version.withdraw_too_late")
    assert told == {"live_at": NOON.isoformat(), "until": (NOON + timedelta(minutes=10)).isoformat()}
    started()
    started()
    told = refused(lambda: withdraw(row, 2, by=designer), Conflict, "version.withdraw_started")
    assert told == {"started": 2}
    assert live(row) == 2


def test_what_is_not_in_use_cannot_be_taken_back_and_a_reason_is_needed(designer: User) -> None:
    row = made("rest", by=designer)
    published(row, 2, by=designer)

    told = refused(lambda: withdraw(row, 1, by=designer), Conflict, "version.not_in_use")
    assert told == {"standing": "replaced"}
    refused(lambda: withdraw(row, 7, by=designer), NotFound, "version.unknown")
    refused(lambda: withdraw(row, 2, by=designer, reason=" oh "), BadInput, "reason.too_short")


def test_a_run_that_read_the_version_before_it_was_withdrawn_does_not_begin(designer: User) -> None:
    row = made("rest", by=designer)
    second = published(row, 2, by=designer).version
    run = started()
    withdraw_rows = Instance.objects.filter(pk=run.pk).values()[0]
    Standing.objects.filter(version=second).update(status="withdrawn", ended_at=NOON)

    with pytest.raises(OperationalError, match="was withdrawn"), transaction.atomic():
        Instance.objects.create(**withdraw_rows | {"id": "018f0000-0000-7000-8000-000000000001"})

    assert Instance.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_either_the_start_or_the_withdrawal_counts_when_both_come_at_once(designer: User) -> None:
    """Whoever comes second hears the truth: a start is told to try again, a withdrawal that something has started."""
    row = made("rest", by=designer)
    outcomes: list[tuple[str, ...]] = []
    for hours in range(2, 12):
        number = published(row, hours, by=designer).version.number
        before = Instance.objects.count()

        def begin() -> str:
            try:
                started()
            except OperationalError as error:
                return "503" if "was withdrawn" in str(error) else str(error)
            return "started"

        def take_back(number: int = number) -> str:
            try:
                withdraw(row, number, by=designer)
            except Conflict as error:
                return error.code
            return "withdrawn"

        run, withdrawal = at_once(begin, take_back)

        on_it = Instance.objects.filter(version__number=number).count()
        outcomes.append((run, withdrawal))
        match withdrawal:
            case "withdrawn":
                assert on_it == 0
                assert run in ("started", "503")  # on the version before, or not at all
                assert Instance.objects.count() - before == (run == "started")
            case _:
                assert (run, withdrawal, on_it) == ("started", "version.withdraw_started", 1)
    assert len(outcomes) == 10


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_waits_for_a_start_that_is_not_committed_yet(designer: User) -> None:
    row = made("rest", by=designer)
    published(row, 2, by=designer)
    written, go_on, answers = threading.Event(), threading.Event(), []

    def begin() -> None:
        with transaction.atomic():
            started()
            written.set()
            go_on.wait(1)
        connection.close()

    def take_back() -> None:
        try:
            withdraw(row, 2, by=designer)
        except Conflict as error:
            answers.append(error.code)
        connection.close()

    run = threading.Thread(target=begin)
    run.start()
    assert written.wait(10)
    withdrawal = threading.Thread(target=take_back)
    withdrawal.start()
    run.join(10)
    withdrawal.join(10)

    assert answers == ["version.withdraw_started"]
    assert live(row) == 2


def test_a_flow_that_had_lost_its_event_is_without_it_again_when_what_took_it_back_is_withdrawn(
    designer: User,
) -> None:
    row = made("rest", by=designer, trigger="refund.requested")
    other = create_definition(
        key="other", title={"zh": "x", "en": "x"}, graph=waiting(1, "refund.requested"), layout={}, actor=designer,
        now=NOON,
    ).definition  # fmt: skip
    taking = Terms(take_over=True)
    publish(str(other.pk), revision=1, note="x", terms=taking, actor=designer, now=NOON)
    published(row, 2, by=designer, terms=taking, trigger="refund.requested")
    assert heard("refund.requested") == "rest"
    Instance.objects.filter(version__definition=row).delete()

    withdraw(row, 2, by=designer)

    assert (live(row), heard("refund.requested")) == (1, "other")
    published(row, 3, by=designer)  # hears nothing
    assert withdraw(row, 3, by=designer) == 1
    assert (live(row), heard("refund.requested")) == (1, "other")


def test_no_run_is_moved_onto_a_version_that_was_withdrawn(designer: User) -> None:
    row = made("rest", by=designer)
    run = started()
    second = published(row, 2, by=designer).version
    withdraw(row, 2, by=designer)

    with pytest.raises(OperationalError, match="was withdrawn"), transaction.atomic():
        Instance.objects.filter(pk=run.pk).update(version=second)

    assert Instance.objects.get(pk=run.pk).version.number == 1


def test_a_step_of_a_run_asks_nothing_about_the_version_that_it_is_on(designer: User) -> None:
    """It began there, whatever became of the version since; only who comes onto it is asked."""
    made("rest", by=designer)
    run = started()
    Standing.objects.filter(version=run.version_id).update(status="withdrawn", ended_at=NOON)

    Instance.objects.filter(pk=run.pk).update(version=run.version_id, subject_title="later")

    assert Instance.objects.get(pk=run.pk).subject_title == "later"


# --- retiring ------------------------------------------------------------------------------------------------------


def test_nothing_new_starts_on_a_retired_flow_and_what_runs_goes_on(designer: User) -> None:
    row = made("rest", by=designer, trigger="refund.requested")
    run = started()
    published(row, 2, by=designer, terms=Terms(effective_at=DAY), trigger="refund.requested")

    versions.retire(str(row.pk), reason="replaced by another flow", actor=designer, ip=None, now=NOON)

    told = refused(started, Conflict, "definition.retired")
    assert told == {"definition": "rest"}
    assert heard("refund.requested") is None
    assert Instance.objects.get(pk=run.pk).status == "running"
    assert standings(row) == {1: "live", 2: "superseded"}
    refused(
        lambda: publish(str(row.pk), revision=2, note="x", actor=designer, now=NOON), Conflict, "definition.retired"
    )
    again = Definition.objects.get(pk=row.pk)
    refused(
        lambda: versions.retire(str(again.pk), reason="once more", actor=designer, ip=None, now=NOON),
        Conflict, "definition.retired",
    )  # fmt: skip
    assert audited()[-1] == ("definition.retire", "replaced by another flow")


def test_a_flow_in_use_again_answers_its_event_again(designer: User) -> None:
    row = made("rest", by=designer, trigger="refund.requested")
    versions.retire(str(row.pk), reason="for a while", actor=designer, ip=None, now=NOON)

    versions.reinstate(str(row.pk), reason="needed again", actor=designer, ip=None, now=NOON)

    assert (live(row), heard("refund.requested")) == (1, "rest")
    assert audited()[-1] == ("definition.reinstate", "needed again")
    refused(
        lambda: versions.reinstate(str(row.pk), reason="needed again", actor=designer, ip=None, now=NOON),
        Conflict, "definition.in_use",
    )  # fmt: skip


def test_it_does_not_come_back_over_a_flow_that_has_taken_its_event(designer: User) -> None:
    row = made("rest", by=designer, trigger="refund.requested")
    versions.retire(str(row.pk), reason="for a while", actor=designer, ip=None, now=NOON)
    made("other", by=designer, trigger="refund.requested")

    refused(
        lambda: versions.reinstate(str(row.pk), reason="needed again", actor=designer, ip=None, now=NOON),
        Conflict, "trigger.taken",
    )  # fmt: skip
    assert heard("refund.requested") == "other"


# --- what the database refuses by itself ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"status": "live"}, "standing_is_known_and_tells_its_times"),
        ({"status": "live", "live_at": DAY, "ended_at": None}, "one_live_version_per_flow"),
        ({"status": "withdrawn", "live_at": NOON, "ended_at": DAY}, "live_not_before_its_day"),
        ({"status": "blocked", "ended_at": DAY}, "blocked_says_why"),
        ({"status": "lost"}, "standing_is_known_and_tells_its_times"),
    ],
)
def test_the_database_keeps_standings_sound(designer: User, change: dict[str, Any], constraint: str) -> None:
    row = made("rest", by=designer)
    published(row, 2, by=designer, terms=Terms(effective_at=DAY))

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Standing.objects.filter(status="planned").update(**change)


@pytest.fixture(autouse=True)
def _no_plans_of_others() -> None:
    plans.forget()
