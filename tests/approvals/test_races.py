"""Two people, or a person and a timer, at the same moment on real rows: exactly one outcome, and nothing half done."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from approvals.actions.decide import answer
from approvals.models import ApprovalTask, Assignment, Decision, GroupMember
from bedrock.errors import OrderflowError
from tests.approvals.conftest import FLOW, Office, open_task, publish_flow, publish_graph, start_run
from tests.approvals.office import at
from tests.racing import at_once, at_the_lock
from tests.sizes import sized
from workflows.actions.audit import By
from workflows.actions.interventions import Intervention, apply, preview
from workflows.engine.events import Actor
from workflows.models import AuditEntry, HistoryEvent, Instance, Timer
from workflows.scheduler import fire_due

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = sized(8, full=2_500)  # each in two kinds of transaction: 5,000 of F46 and F50
FEWER = sized(8, full=1_000)  # F47, F48
FEW = sized(8, full=500)  # F49, F51, F52
JOINS = sized(3, full=100)  # F53
BRANCHES = sized(8, full=32)


Give = Callable[..., str]


@pytest.fixture(params=[transaction.atomic, nullcontext], ids=["in the caller's transaction", "in its own"])
def give(request: pytest.FixtureRequest) -> Give:
    """One command; the code of its refusal, or ok."""

    def give(office: Office, who: str, task: ApprovalTask, name: str = "approve", **more: Any) -> str:
        user = office[who]
        by = By(actor=Actor(id=str(user.pk), name=user.display_name), ip=None)
        payload = {"revision": 1, "comment": "because"} | more
        try:
            with request.param():
                answer(task.pk, name=name, payload=payload, user=user, by=by, now=at(11))
        except OrderflowError as error:
            return error.code
        return "ok"

    return give


def sweep() -> str:
    return str(fire_due(now=at(11)))


def moves(instance: str, node: str) -> int:
    return HistoryEvent.objects.filter(instance=instance, node=node, kind="moved").count()


def test_trap_25_exactly_one_answer_counts_when_two_members_click_at_once(office: Office, give: Give) -> None:
    publish_flow(office)
    for number in range(ROUNDS):
        delivered = start_run(office, order=f"ORD{number}")
        task = open_task(delivered)

        answers = at_the_lock(str(task.instance), partial(give, office, "f1", task), partial(give, office, "f2", task))

        assert sorted(answers) == ["ok", "task.already_decided"]
        assert Decision.objects.filter(task=task).count() == 1
        assert moves(delivered.instance_id, "finance") == 1
        assert ApprovalTask.objects.filter(instance=delivered.instance_id, node="ops").count() == 1


def test_f48_one_outcome_counts_when_one_approves_and_one_rejects_at_once(office: Office, give: Give) -> None:
    publish_flow(office)
    for number in range(FEWER):
        task = open_task(start_run(office, order=f"ORD{number}"))

        answers = at_the_lock(
            str(task.instance), partial(give, office, "f1", task), partial(give, office, "f2", task, "reject")
        )

        assert sorted(answers) == ["ok", "task.already_decided"]
        said = "approved" if answers[0] == "ok" else "rejected"
        assert Decision.objects.get(task=task).outcome == said
        assert ApprovalTask.objects.get(pk=task.pk).status == said


def test_f47_the_run_goes_on_once_when_the_last_two_votes_come_at_once(office: Office, give: Give) -> None:
    publish_flow(office, mode="all")
    for number in range(FEWER):
        delivered = start_run(office, order=f"ORD{number}")
        task = open_task(delivered)

        answers = at_the_lock(str(task.instance), partial(give, office, "f1", task), partial(give, office, "f2", task))

        assert answers == ["ok", "ok"]
        assert Decision.objects.filter(task=task).count() == 2
        assert moves(delivered.instance_id, "finance") == 1
        assert ApprovalTask.objects.filter(instance=delivered.instance_id, node="ops").count() == 1


def test_f49_one_click_counts_when_a_person_double_clicks_and_sits_at_the_next_node(office: Office, give: Give) -> None:
    """The run stands at the next node, where the same person is asked: the second click must not approve there."""
    publish_flow(office)
    ops = GroupMember.objects.get(user=office["o1"]).group
    GroupMember.objects.create(group=ops, user=office["f1"])
    for number in range(FEW):
        delivered = start_run(office, order=f"ORD{number}")
        task = open_task(delivered)

        answers = at_the_lock(str(task.instance), partial(give, office, "f1", task), partial(give, office, "f1", task))

        assert sorted(answers) == ["ok", "task.already_decided"]
        assert moves(delivered.instance_id, "ops") == 0
        assert ApprovalTask.objects.get(instance=delivered.instance_id, node="ops").status == "open"


def test_trap_56_either_the_answer_or_the_timeout_wins_when_both_come_at_once(office: Office, give: Give) -> None:
    publish_flow(office)
    for number in range(ROUNDS):
        delivered = start_run(office, order=f"ORD{number}", now=at(9))
        task = open_task(delivered)

        answers = at_once(partial(give, office, "f1", task), sweep)

        row = ApprovalTask.objects.get(pk=task.pk)
        if answers[0] == "ok":
            assert (row.status, row.revision) == ("approved", 1)
            assert set(Assignment.objects.filter(task=task).values_list("scope", flat=True)) == {"g:finance"}
        else:
            assert answers == ["task.not_yours", "1"]
            assert (row.status, row.scopes, row.revision) == ("open", ["g:backup"], 2)
            assert not Decision.objects.filter(task=task).exists()
        assert not Timer.objects.filter(instance=delivered.instance_id).exists()


def test_f52_the_transfer_or_the_answer_wins_and_the_task_is_never_nobodys(office: Office, give: Give) -> None:
    publish_flow(office)
    for number in range(FEW):
        task = open_task(start_run(office, order=f"ORD{number}"))
        to = {"kind": "user", "user": "b1"}

        hand_on = partial(give, office, "f1", task, "transfer", to=to)
        answers = at_the_lock(str(task.instance), hand_on, partial(give, office, "f2", task))

        row = ApprovalTask.objects.get(pk=task.pk)
        if answers[1] == "ok":
            assert (answers[0], row.status) == ("task.already_decided", "approved")
        else:
            assert answers == ["ok", "task.not_yours"]
            assert (row.status, row.scopes) == ("open", [f"u:{office['b1'].pk}"])
            assert Assignment.objects.get(task=task, status="open").scope == f"u:{office['b1'].pk}"


def test_f51_the_run_moves_once_when_it_is_forced_approved_and_out_of_time_at_once(office: Office, give: Give) -> None:
    publish_flow(office)
    supervisor = office["s1"]
    by = By(actor=Actor(id=str(supervisor.pk), name=supervisor.display_name), ip=None)
    wanted = Intervention(kind="force-advance", target="ops")

    def force(run: str, token: str) -> str:
        try:
            apply(run, token, kind=wanted.kind, reason="大促期间加急", by=by, now=at(11))
        except OrderflowError as error:
            return error.code
        return "ok"

    for number in range(FEW):
        delivered = start_run(office, order=f"ORD{number}", now=at(9))
        task, run = open_task(delivered), delivered.instance_id
        token = preview(run, wanted, actor=by.actor, now=at(11)).token

        forced, approved, _ = at_once(partial(force, run, token), partial(give, office, "f1", task), sweep)

        # The time-out hands the task on and moves nothing; only one of the others does, or neither.
        assert (forced, approved).count("ok") <= 1
        assert forced in ("ok", "force.stale_token")
        assert approved in ("ok", "task.already_decided", "task.moved_on", "task.not_yours")
        left = HistoryEvent.objects.filter(instance=run, node="finance", kind__in=("moved", "withdrawn")).count()
        assert left == (forced, approved).count("ok")
        standing = ApprovalTask.objects.get(instance=run, status="open")
        assert standing.node == ("ops" if left else "finance")
        assert AuditEntry.objects.filter(object_id=run, action="instance.force-advance").count() == (forced == "ok")
        assert Timer.objects.filter(instance=run).count() == 0


def test_f53_the_join_opens_once_when_all_branches_are_decided_at_the_same_moment(office: Office, give: Give) -> None:
    publish_graph(office, forked(BRANCHES), key=FLOW)
    for number in range(JOINS):
        run = start_run(office, order=f"ORD{number}").instance_id
        tasks = list(ApprovalTask.objects.filter(instance=run).order_by("node"))
        assert len(tasks) == BRANCHES

        answers = at_the_lock(run, *(partial(give, office, "f1", task) for task in tasks))

        assert answers == ["ok"] * BRANCHES
        assert moves(run, "join") == 1
        assert Decision.objects.filter(task__in=tasks).count() == BRANCHES
        assert ApprovalTask.objects.filter(instance=run, node="ops", status="open").count() == 1
        assert Instance.objects.get(pk=run).status == "running"


def forked(branches: int) -> dict[str, Any]:
    """start → a fork of so many approvals of finance, each with one way on → their join → ops → end."""
    names = [f"b{number:02}" for number in range(branches)]
    finance = {"assign": [{"kind": "group", "group": "finance"}]}
    ports = [{"port": name, "name": {"zh": name, "en": name}} for name in names]
    seen = {"variable": "seen", "value": "true"}
    return {
        "format": 1,
        "variables": [{"name": "seen", "type": "boolean"}],
        "nodes": [
            {"id": "start", "type": "start"},
            {"id": "fork", "type": "parallel", "config": {"branches": ports}},
            *({"id": name, "type": "approval", "config": finance} for name in names),
            *({"id": f"on-{name}", "type": "mapping", "config": {"assign": [seen]}} for name in names),
            {"id": "join", "type": "parallel"},
            {"id": "ops", "type": "approval", "config": {"assign": [{"kind": "group", "group": "ops"}]}},
            {"id": "end", "type": "end"},
        ],
        "edges": [
            {"id": "e1", "from": "start", "to": "fork"},
            *({"id": f"f-{name}", "from": "fork", "port": name, "to": name} for name in names),
            *(
                {"id": f"{port}-{name}", "from": name, "port": port, "to": f"on-{name}"}
                for name in names
                for port in ("approved", "rejected")
            ),
            *({"id": f"j-{name}", "from": f"on-{name}", "to": "join"} for name in names),
            {"id": "e2", "from": "join", "to": "ops"},
            {"id": "e3", "from": "ops", "port": "approved", "to": "end"},
            {"id": "e4", "from": "ops", "port": "rejected", "to": "end"},
        ],
    }  # fmt: skip


def test_nothing_is_kept_when_the_task_is_not_what_its_run_decided_from(office: Office, give: Give) -> None:
    """Somebody wrote into the table: the statement is the whole transaction, so it must refuse by itself."""
    publish_flow(office)
    delivered = start_run(office)
    task = open_task(delivered)
    ApprovalTask.objects.filter(pk=task.pk).update(revision=7)
    before = Instance.objects.values().get(pk=delivered.instance_id)

    assert give(office, "f1", task) == "task.revision_conflict"

    assert Instance.objects.values().get(pk=delivered.instance_id) == before
    assert HistoryEvent.objects.filter(instance=delivered.instance_id).count() == before["seq"]
    assert not Decision.objects.filter(task=task).exists()
    assert ApprovalTask.objects.filter(instance=delivered.instance_id).count() == 1
