"""What is always true of tasks holds after real work, and each breach is named with its id."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from approvals.actions.decide import answer
from approvals.invariants import INVARIANTS
from approvals.models import ApprovalTask, Assignment, Decision
from tests.approvals.conftest import Office, open_task, publish_flow, start_run
from tests.approvals.office import MONDAY, at
from workflows import invariants
from workflows.actions.audit import By
from workflows.engine.events import Actor
from workflows.scheduler import fire_due

if TYPE_CHECKING:
    from django.db.models import QuerySet

pytestmark = pytest.mark.django_db


def give(office: Office, who: str, task: ApprovalTask, name: str = "approve") -> None:
    by = By(actor=Actor(id=str(office[who].pk), name=who), ip=None)
    answer(task.pk, name=name, payload={"revision": 1, "comment": "ok"}, user=office[who], by=by, now=MONDAY)


@pytest.fixture
def tasks(office: Office) -> dict[str, ApprovalTask]:
    """One waits, one moved by timeout, one of a countersign is half answered, one approved, one rejected."""
    publish_flow(office)
    publish_flow(office, key="both", mode="all")
    made = {name: open_task(start_run(office, order=name)) for name in ("late", "approved", "rejected")}
    give(office, "f1", made["approved"])
    give(office, "f2", made["rejected"], "reject")
    fire_due(now=at(12))
    made["waiting"] = open_task(start_run(office, order="waiting"))
    made["half"] = open_task(start_run(office, order="half", key="both"))
    give(office, "f1", made["half"])
    assert invariants.broken() == []
    return made


def breaches() -> dict[str, tuple[str, ...]]:
    return {one.name: one.ids for one in invariants.broken() if one.name in INVARIANTS}


def run_sql(sql: str, *parameters: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


CLOSED = "UPDATE approvals_approvaltask SET status = 'cancelled', closed_at = now(), due_at = NULL WHERE id = %s"


@pytest.mark.parametrize(
    ("which", "sql", "name", "offender"),
    [
        ("waiting", CLOSED, "task.is_there_for_every_wait", "run"),
        ("waiting", CLOSED, "assignment.open_only_while_its_task_is", "seat"),
        ("waiting", "UPDATE approvals_approvaltask SET visit = 2 WHERE id = %s",
         "task.open_waits_in_its_run", "task"),
        ("waiting", "UPDATE approvals_approvaltask SET token = 9 WHERE id = %s",
         "task.is_there_for_every_wait", "run"),
        ("late", "UPDATE approvals_approvaltask SET revision = 1 WHERE id = %s",
         "task.shows_what_its_run_says", "task"),
        ("waiting", "UPDATE approvals_approvaltask SET scopes = '{g:ops}' WHERE id = %s",
         "task.shows_what_its_run_says", "task"),
        ("waiting", "UPDATE approvals_approvaltask SET due_at = NULL WHERE id = %s",
         "task.shows_what_its_run_says", "task"),
        ("half", "UPDATE approvals_approvaltask SET votes = '[]' WHERE id = %s",
         "task.shows_what_its_run_says", "task"),
        ("waiting", "UPDATE approvals_approvaltask SET scopes = '{g:ops}' WHERE id = %s",
         "task.seats_are_its_open_assignments", "task"),
        ("waiting", "DELETE FROM approvals_assignment WHERE task_id = %s",
         "task.seats_are_its_open_assignments", "task"),
        ("approved", "UPDATE approvals_assignment SET status = 'open' WHERE task_id = %s",
         "assignment.open_only_while_its_task_is", "seat"),
        ("approved", "DELETE FROM approvals_decision WHERE task_id = %s",
         "task.verdict_has_its_decisions", "task"),
        ("approved", "UPDATE approvals_decision SET outcome = 'rejected' WHERE task_id = %s",
         "task.verdict_has_its_decisions", "task"),
        ("rejected", "UPDATE approvals_approvaltask SET status = 'approved' WHERE id = %s",
         "task.verdict_has_its_decisions", "task"),
        ("approved", """INSERT INTO approvals_decision (task_id, actor, actor_name, source, outcome, comment, at)
            SELECT task_id, 'ghost', '', 'person', 'approved', '', at FROM approvals_decision WHERE task_id = %s""",
         "task.verdict_has_its_decisions", "task"),
        ("half", "DELETE FROM approvals_decision WHERE task_id = %s",
         "task.verdict_has_its_decisions", "task"),
        ("half", """UPDATE workflows_instance SET state = jsonb_set(state, '{tokens,0,data,mode}', '"any"')
            WHERE id = (SELECT instance FROM approvals_approvaltask WHERE id = %s)""",
         "task.open_is_undecided", "task"),
    ],
)  # fmt: skip
def test_a_breach_is_named_with_its_id(
    tasks: dict[str, ApprovalTask], which: str, sql: str, name: str, offender: str
) -> None:
    task = tasks[which]
    of: dict[str, Callable[[], str]] = {
        "task": lambda: str(task.pk),
        "run": lambda: str(task.instance),
        "seat": lambda: str(Assignment.objects.get(task=task).pk),
    }

    expected = of[offender]()
    run_sql(sql, str(task.pk))

    assert breaches()[name] == (expected,)


def test_the_database_refuses_a_second_task_for_a_wait(tasks: dict[str, ApprovalTask]) -> None:
    """In it a vote could count twice: decisions are unique in one task."""
    twin = ApprovalTask.objects.get(pk=tasks["approved"].pk)
    twin.pk = twin.id = UUID(int=1)

    with pytest.raises(IntegrityError, match="one_task_per_wait"), transaction.atomic():
        twin.save(force_insert=True)


@pytest.mark.parametrize(
    ("name", "rows"),
    [("assignment.has_its_task", Assignment.objects.all()), ("decision.has_its_task", Decision.objects.all())],
)
def test_rows_without_their_task_are_named(
    tasks: dict[str, ApprovalTask], name: str, rows: "QuerySet[Any, Any]"
) -> None:
    [row] = rows.filter(task=tasks["approved"])
    rows.filter(pk=row.pk).update(task_id=UUID(int=1))

    assert breaches()[name] == (str(row.pk),)
