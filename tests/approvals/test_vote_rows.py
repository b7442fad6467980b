"""Votes, sequences and added signers on real rows: over HTTP, at the same moment, in another version, and replayed."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from approvals.actions.decide import answer
from approvals.models import ApprovalTask, Assignment, Decision
from bedrock.errors import OrderflowError
from tests.approvals.conftest import TASK_PATH, Office, open_task, publish_flow, refund_graph, signed_in, start_run
from tests.approvals.office import at
from tests.approvals.test_migration import migrate
from tests.racing import at_the_lock
from workflows import invariants, replays
from workflows.actions.audit import By
from workflows.engine.events import Actor
from workflows.models import AuditEntry, HistoryEvent, Instance
from workflows.runtime import Delivered
from workflows.scheduler import fire_due

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4
FOUR: dict[str, Any] = {
    "assign": [{"kind": "group", "group": "finance"}, {"kind": "group", "group": "backup"}], "timeouts": [],
}  # fmt: skip
TWO_OF_FOUR = FOUR | {"mode": "vote", "vote": {"approve": "2"}}


def post(office: Office, who: str, task: ApprovalTask, action: str, **body: Any) -> Any:
    body = {"revision": ApprovalTask.objects.get(pk=task.pk).revision} | body
    return signed_in(office[who]).post(f"{TASK_PATH}/{task.pk}/{action}", body, format="json")


def give(office: Office, who: str, task: ApprovalTask, name: str = "approve", **more: Any) -> str:
    """One command from a page that shows the first revision; the code of its refusal, or ok."""
    user = office[who]
    by = By(actor=Actor(id=str(user.pk), name=user.display_name), ip=None)
    payload = {"revision": 1, "comment": "because"} | more
    try:
        answer(task.pk, name=name, payload=payload, user=user, by=by, now=at(11))
    except OrderflowError as error:
        return error.code
    return "ok"


def moves(delivered: Delivered) -> int:
    return HistoryEvent.objects.filter(instance=delivered.instance_id, node="finance", kind="moved").count()


def sound() -> None:
    assert invariants.broken() == []
    assert [one for one in replays.replay_all() if one.field is not None] == []


def seats(task: ApprovalTask) -> list[tuple[str, str]]:
    return sorted(Assignment.objects.filter(task=task).values_list("scope", "status"))


# --- at the same moment -----------------------------------------------------------------------------------------------


def test_pattern_32_the_run_goes_on_once_when_more_votes_than_needed_come_at_once(office: Office) -> None:
    publish_flow(office, **TWO_OF_FOUR)
    for number in range(ROUNDS):
        delivered = start_run(office, order=f"ORD{number}")
        task = open_task(delivered)

        answers = at_the_lock(str(task.instance), *(partial(give, office, who, task) for who in ("f1", "f2", "b1")))

        assert sorted(answers) == ["ok", "ok", "task.already_decided"]
        assert (moves(delivered), Decision.objects.filter(task=task).count()) == (1, 2)
        assert ApprovalTask.objects.filter(instance=delivered.instance_id, node="ops").count() == 1
    sound()


def test_pattern_34_the_last_two_votes_at_the_threshold_make_one_continuation(office: Office) -> None:
    publish_flow(office, **FOUR | {"mode": "vote", "vote": {"approve": "3"}})
    for number in range(ROUNDS):
        delivered = start_run(office, order=f"ORD{number}")
        task = open_task(delivered)
        assert give(office, "f1", task) == "ok"

        answers = at_the_lock(str(task.instance), *(partial(give, office, who, task) for who in ("f2", "b1")))

        assert answers == ["ok", "ok"]
        assert (moves(delivered), ApprovalTask.objects.get(pk=task.pk).status) == (1, "approved")
        assert ApprovalTask.objects.filter(instance=delivered.instance_id, node="ops").count() == 1
    sound()


def test_pattern_15_either_the_added_signer_or_the_closing_vote_wins(office: Office) -> None:
    publish_flow(office, **TWO_OF_FOUR)
    won = set()
    for number in range(ROUNDS):
        delivered = start_run(office, order=f"ORD{number}")
        task = open_task(delivered)
        assert give(office, "f1", task) == "ok"
        to = {"kind": "user", "user": "o1"}

        added, voted = at_the_lock(
            str(task.instance), partial(give, office, "b1", task, "add-signer", to=to, how="parallel"),
            partial(give, office, "f2", task),
        )  # fmt: skip

        row = ApprovalTask.objects.get(pk=task.pk)
        if voted == "ok":
            assert (added, row.status, moves(delivered)) == ("task.already_decided", "approved", 1)
            assert f"u:{office['o1'].pk}" not in dict(seats(task))
        else:
            assert (added, voted, row.status, row.revision) == ("ok", "task.revision_conflict", "open", 2)
            assert (f"u:{office['o1'].pk}", "open") in seats(task)
        won.add(voted)
    assert won <= {"ok", "task.revision_conflict"}
    sound()


# --- over HTTP --------------------------------------------------------------------------------------------------------


def test_pattern_40_an_inbox_shows_a_task_when_its_turn_has_come(office: Office) -> None:
    order = [{"kind": "user", "user": name} for name in ("b1", "f1")]
    publish_flow(office, assign=order, mode="sequence", timeouts=[])
    task = open_task(start_run(office))
    assert signed_in(office["f1"]).get(TASK_PATH).json()["results"] == []

    told = post(office, "b1", task, "approve").json()["task"]

    assert [one["key"] for one in told["candidates"]] == ["f1"]
    assert (told["standing"]["approved"], told["standing"]["needed"], told["standing"]["ahead"]) == (1, 2, [])
    [shown] = signed_in(office["f1"]).get(TASK_PATH).json()["results"]
    assert (shown["id"], shown["revision"], shown["standing"]) == (str(task.pk), 1, told["standing"])
    assert post(office, "f1", task, "approve").json()["task"]["status"] == "approved"
    sound()


def test_a_vote_shows_its_weights_and_closes_with_them(office: Office) -> None:
    voices = [{"who": {"kind": "user", "user": "b1"}, "weight": 3, "must": True}]
    publish_flow(office, **FOUR | {"mode": "vote", "vote": {"approve": "2/3", "abstain": True, "voices": voices}})
    task = open_task(start_run(office))

    told = post(office, "f1", task, "abstain", comment="I know them").json()["task"]
    assert told["actions"] == ["cc", "comment"]
    standing = told["standing"]
    assert (standing["abstained"], standing["total"], standing["needed"], standing["rule"]) == (1, 5, 4, "2/3")
    assert [one["key"] for one in standing["must"]] == ["b1"]
    post(office, "f2", task, "approve")
    told = post(office, "b1", task, "approve").json()["task"]

    assert (told["status"], [vote["weight"] for vote in told["votes"]]) == ("approved", [1, 1, 3])
    read = signed_in(office["f1"]).get(f"{TASK_PATH}/{task.pk}").json()
    assert {key: read[key] for key in ("status", "votes", "standing")} == {
        key: told[key] for key in ("status", "votes", "standing")
    }
    sound()


def test_added_and_removed_signers_show_in_inboxes_answers_and_seats(office: Office) -> None:
    publish_flow(office, timeouts=[])
    delivered = start_run(office)
    task, b1 = open_task(delivered), {"kind": "user", "key": "b1"}
    f1, added = str(office["f1"].pk), f"u:{office['b1'].pk}"

    told = post(office, "f1", task, "add-signer", to=b1, how="before", comment="you know the customer").json()["task"]

    assert (told["revision"], [one["key"] for one in told["candidates"]]) == (2, ["b1"])
    assert told["actions"] == ["remove-signer", "cc", "comment"]
    assert [(one["who"]["key"], one["by"]["key"]) for one in told["standing"]["added"]] == [("b1", "f1")]
    assert seats(task) == [("g:finance", "paused"), (added, "open")]
    assert [one["id"] for one in signed_in(office["b1"]).get(TASK_PATH).json()["results"]] == [str(task.pk)]
    assert signed_in(office["f2"]).get(TASK_PATH).json()["results"] == []

    told = post(office, "f1", task, "remove-signer", to=b1).json()["task"]

    assert ([one["key"] for one in told["candidates"]], told["standing"]) == (["finance"], None)
    assert seats(task) == [("g:finance", "open"), ("g:finance", "paused"), (added, "removed")]
    kinds = HistoryEvent.objects.filter(instance=delivered.instance_id, kind="noted").order_by("seq")
    assert [(row.actor, row.data["data"]["cause"]) for row in kinds][:2] == [(f1, "added_before"), (f1, "removed")]
    assert not AuditEntry.objects.filter(action__startswith="task.").exists()
    sound()


def test_a_supervisor_takes_an_added_signer_out_on_record(office: Office) -> None:
    publish_flow(office, **FOUR | {"mode": "all"})
    task, o1 = open_task(start_run(office)), {"kind": "user", "key": "o1"}
    post(office, "f1", task, "add-signer", to=o1, how="parallel")

    refused = post(office, "s1", task, "remove-signer", to=o1)
    told = post(office, "s1", task, "remove-signer", to=o1, comment="not their business")

    assert (refused.status_code, refused.json()["code"], told.status_code) == (422, "task.comment_required", 200)
    entry = AuditEntry.objects.get(action="task.remove-signer")
    assert entry.reason == "not their business"
    sound()


def test_a_pool_that_keeps_silent_twice_is_two_answers_of_time(office: Office) -> None:
    """Both are the clock's: the rule of one answer for each person does not speak of it."""
    row = [{"kind": "group", "group": "finance"}, {"kind": "group", "group": "backup"}]
    hour = [{"after": "PT1H", "clock": "wall", "do": "approve"}]
    publish_flow(office, assign=row, mode="sequence", timeouts=hour)
    task = open_task(start_run(office, now=at(9)))

    fire_due(now=at(10))
    assert ApprovalTask.objects.get(pk=task.pk).scopes == ["g:backup"]
    fire_due(now=at(11))

    assert ApprovalTask.objects.get(pk=task.pk).status == "approved"
    assert list(Decision.objects.filter(task=task).values_list("actor", flat=True)) == ["timer", "timer"]
    sound()


# --- in another version ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["vote", "sequence"])
def test_votes_turns_and_added_signers_go_on_in_the_version_that_asks_alike(office: Office, mode: str) -> None:
    config = FOUR | {"assign": [{"kind": "user", "user": name} for name in ("f1", "b1")], "mode": mode}
    publish_flow(office, **config)
    delivered = start_run(office)
    task = open_task(delivered)
    post(office, "f1", task, "add-signer", to={"kind": "user", "key": "o1"}, how="after")
    before = Instance.objects.get(pk=delivered.instance_id).state["tokens"]
    graph = refund_graph(**config)
    graph["nodes"][1]["name"] = {"zh": "财务审核", "en": "Finance check"}

    migrate(office, graph)

    after = Instance.objects.get(pk=delivered.instance_id).state["tokens"]
    assert [token["data"] for token in after] == [token["data"] for token in before]
    steps: list[Callable[[], Any]] = [
        partial(post, office, who, task, "approve")
        for who in (("f1", "o1", "b1") if mode == "sequence" else ("f1", "b1"))
    ]
    assert [step().status_code for step in steps] == [200] * len(steps)
    assert ApprovalTask.objects.get(pk=task.pk).status == "approved"
    sound()
