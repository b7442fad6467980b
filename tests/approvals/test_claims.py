"""Claiming a pool's task, giving it back, and reminders: who may, who may not, and what stays as it was."""

from collections.abc import Callable
from typing import Any

import pytest

from approvals.models import ApprovalTask, Notice
from bedrock.errors import OrderflowError
from tests.approvals.conftest import TASK_PATH, Office, open_task, signed_in, state_of_rows
from tests.approvals.office import actor, at, directory, ended, noted, opened, with_group, world
from tests.approvals.test_tasks import post
from tests.racing import at_the_lock
from workflows import invariants
from workflows.models import AuditEntry
from workflows.runtime import Delivered
from workflows.testing import Harness

Run = Callable[..., Delivered]


def say(run: Harness, who: str, name: str, **payload: Any) -> Any:
    payload.setdefault("revision", run.token_at("ask").data["revision"])
    return run.signal("ask", name, actor=actor(who), **payload)


def refused(run: Harness, who: str, name: str, **payload: Any) -> OrderflowError:
    before = run.state
    with pytest.raises(OrderflowError) as caught:
        say(run, who, name, **payload)
    assert run.state == before
    return caught.value


HURRY = [{"after": "PT120M", "do": "transfer", "to": [{"kind": "group", "group": "backup"}]}]


def test_trap_17_who_claims_keeps_the_others_of_the_pool_from_answering_until_they_give_it_back() -> None:
    run = opened(timeouts=HURRY)
    due = run.token_at("ask").due_at

    say(run, "1", "claim")

    assert run.token_at("ask").due_at == due
    for name in ("approve", "reject", "return", "claim", "transfer"):
        error = refused(run, "2", name, comment="x", to={"kind": "user", "user": "b1"})
        assert (error.code, error.fields["claimed_by"], error.fields["claimed_at"]) == (
            "task.claimed", "F1", run.now.isoformat(),
        )  # fmt: skip
    assert refused(run, "1", "claim").code == "task.claimed"
    say(run, "1", "release")
    assert (run.token_at("ask").due_at, noted(run, "released")[0]["claimed_by"]) == (due, ["F1"])
    say(run, "2", "approve")
    assert ended(run) == "yes"


def test_who_claims_answers_and_what_they_saw_before_the_claim_is_stale() -> None:
    run = opened()
    say(run, "1", "claim")

    assert refused(run, "1", "approve", revision=1).code == "task.revision_conflict"
    say(run, "1", "approve", revision=2)

    assert ended(run) == "yes"


def test_a_supervisor_releases_with_a_reason_and_nobody_else_does() -> None:
    run = opened()
    say(run, "1", "claim")

    heard = [refused(run, who, "release", comment="away").code for who in ("2", "5", "8")]

    assert heard == ["task.not_yours", "task.not_yours", "task.own_request"]
    assert refused(run, "7", "release").code == "task.comment_required"
    say(run, "7", "release", comment="he is away")
    assert noted(run, "released") == [{"seats": ["g:finance"], "claimed_by": ["F1"], "comment": "he is away"}]
    assert refused(run, "7", "release", comment="again").code == "task.not_claimed"
    say(run, "2", "approve")


def test_a_task_of_one_person_is_not_claimed() -> None:
    run = opened(assign=[{"kind": "user", "user": "f1"}])

    assert refused(run, "1", "claim").code == "task.nothing_to_claim"


def test_the_claim_of_somebody_who_left_the_pool_keeps_nobody_from_the_work() -> None:
    run = opened()
    say(run, "1", "claim")
    run.world = world(with_group(directory(), "finance", members=("2",)))

    say(run, "2", "approve")

    assert ended(run) == "yes"


@pytest.mark.parametrize("by", ["transfer", "timeout"])
def test_a_task_that_goes_to_others_is_claimed_no_longer(by: str) -> None:
    run = opened(timeouts=HURRY)
    say(run, "1", "claim")

    if by == "transfer":
        say(run, "1", "transfer", to={"kind": "group", "group": "backup"})
    else:
        run.wind(days=1)

    assert "claims" not in run.token_at("ask").data
    say(run, "3", "approve")
    assert ended(run) == "yes"


def test_reminders_are_rare_and_never_come_while_nobody_works_unless_it_is_urgent() -> None:
    run = opened(now=at(8, 30))

    early = refused(run, "8", "remind")
    assert (early.code, early.fields["opens_at"]) == ("task.off_hours", at(9).isoformat())
    say(run, "8", "remind", urgent=True)
    run.wind(minutes=29)
    again = refused(run, "7", "remind", urgent=True)
    assert (again.code, again.fields["again_at"]) == ("task.reminded_recently", at(9).isoformat())
    run.wind(minutes=1)
    say(run, "7", "remind", comment="please")

    assert [(one["urgent"], one["comment"]) for one in noted(run, "reminded")] == [(True, ""), (False, "please")]
    assert run.token_at("ask").data["revision"] == 1
    assert refused(run, "1", "remind").code == "task.not_yours"


# --- over HTTP ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_trap_17_a_claimed_task_shows_whose_it_is_and_offers_the_others_nothing(office: Office, run: Run) -> None:
    task = open_task(run())

    told = post(office["f1"], task, "claim", revision=1).json()["task"]

    assert told["candidates"][0]["claimed_by"]["display_name"] == "F1"
    assert (told["revision"], told["actions"]) == (
        2, ["approve", "reject", "return", "release", "transfer", "add-signer", "cc", "comment"],
    )  # fmt: skip
    [row] = signed_in(office["f2"]).get(TASK_PATH).json()["results"]
    assert (row["candidates"], row["actions"]) == (told["candidates"], ["cc", "comment"])
    before = state_of_rows(task)
    late = post(office["f2"], task, "approve", revision=2)
    assert (late.status_code, late.json()["code"], late.json()["claimed_by"]) == (409, "task.claimed", "F1")
    assert state_of_rows(task) == before
    boss = signed_in(office["s1"]).get(f"{TASK_PATH}/{task.pk}").json()
    assert boss["actions"] == ["transfer", "release", "remind", "cc", "comment"]

    assert post(office["s1"], task, "release", revision=2, comment="F1 is away").status_code == 200

    entry = AuditEntry.objects.get(object_type="task")
    assert (entry.action, entry.reason) == ("task.release", "F1 is away")
    [row] = signed_in(office["f2"]).get(TASK_PATH).json()["results"]
    assert row["actions"] == ["approve", "reject", "return", "claim", "transfer", "add-signer", "cc", "comment"]
    assert post(office["f2"], task, "approve", revision=3).json()["task"]["status"] == "approved"
    assert invariants.broken() == []


@pytest.mark.django_db(transaction=True)
def test_two_who_claim_at_once_are_one_who_has_it(office: Office, run: Run) -> None:
    delivered = run()
    task = open_task(delivered)

    heard = at_the_lock(
        delivered.instance_id,
        *(lambda who=who: code(post(office[who], task, "claim", revision=1)) for who in ("f1", "f2")),
    )

    assert sorted(heard) == ["200", "task.claimed"]
    assert len(open_task(delivered).candidates) == 1


def code(answer: Any) -> str:
    return "200" if answer.status_code == 200 else str(answer.json()["code"])


@pytest.mark.django_db(transaction=True)
def test_a_reminder_is_a_notice_to_those_who_can_answer_and_to_nobody_else(office: Office, run: Run) -> None:
    task = open_task(run())
    before = state_of_rows(task)

    first = post(office["cs"], task, "remind", urgent=True, comment="buyer waits")

    assert first.status_code == 200
    assert first.json()["task"]["reminded_at"] is not None
    assert ApprovalTask.objects.get(pk=task.pk).reminded_at is not None
    assert sorted(Notice.objects.values_list("user__username", "cause", "task")) == [
        ("f1", "reminded", task.pk), ("f2", "reminded", task.pk),
    ]  # fmt: skip
    notice = Notice.objects.first()
    assert notice is not None
    assert notice.title == {"zh": "CS 催你处理这条待办(加急)", "en": "CS asks you to hurry (urgent)"}
    assert notice.text == {"zh": "buyer waits", "en": "buyer waits"}
    again = post(office["s1"], task, "remind", urgent=True)
    assert (again.status_code, again.json()["code"]) == (409, "task.reminded_recently")
    assert (Notice.objects.count(), state_of_rows(task)) == (2, before)


@pytest.mark.django_db(transaction=True)
def test_only_who_claimed_a_task_is_reminded_of_it(office: Office, run: Run) -> None:
    task = open_task(run())
    post(office["f2"], task, "claim", revision=1)

    post(office["s1"], task, "remind", urgent=True)

    assert list(Notice.objects.values_list("user__username", flat=True)) == ["f2"]
