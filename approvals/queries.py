"""Reading tasks: the inbox, its numbers, one task, what a run's page shows. A fixed number of statements each."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import JSONField, Q, QuerySet

from accounts.models import User
from accounts.policy import Role
from approvals.approval_config import ApprovalConfig
from approvals.candidates import inbox_of, scopes_of
from approvals.directory import Directory
from approvals.fields import form, hidden_by_step
from approvals.filters import Filters
from approvals.models import ApprovalTask, Assignment, Comment, Copy, Decision, PendingAnswer, SavedView
from approvals.picture import Viewer, line
from approvals.reasons import shown_trace
from workflows.actions.instances import Beside
from workflows.prepared import fetch
from workflows.queries import present_run, present_world, redactions, visible_instance

SEES_ALL = (Role.SUPERVISOR, Role.AUDITOR)
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)  # where rows without a due time are sorted

# The tasks that a person has answered, though they may still take it back: few, looked up once in a statement.
_HELD = "ALL(ARRAY(SELECT p.task_id FROM approvals_pendinganswer p WHERE p.user_id = %s::bigint))"
_TODO = f"""
SELECT t.* FROM (
    SELECT DISTINCT ON (x.sort_at, x.task_id) x.task_id, x.sort_at
    FROM unnest(%s::text[]) AS s(scope) CROSS JOIN LATERAL (
        SELECT a.task_id, a.sort_at FROM approvals_assignment a {{join}}
        WHERE a.scope = s.scope AND a.status = 'open' AND a.requester <> %s AND a.task_id <> {_HELD}
            {{after}} {{filters}}
        ORDER BY a.sort_at, a.task_id LIMIT %s
    ) x ORDER BY x.sort_at, x.task_id LIMIT %s
) m JOIN approvals_approvaltask t ON t.id = m.task_id ORDER BY m.sort_at, m.task_id
"""  # noqa: S608 - put together from constants only
_NUMBERS = f"""
SELECT count(*), count(*) FILTER (WHERE sort_at < %s), (
    SELECT count(*) FROM approvals_copy WHERE user_id = %s::bigint AND read_at IS NULL
) FROM (
    SELECT DISTINCT a.task_id, a.sort_at FROM unnest(%s::text[]) AS s(scope) CROSS JOIN LATERAL (
        SELECT task_id, sort_at FROM approvals_assignment
        WHERE scope = s.scope AND status = 'open' AND requester <> %s AND task_id <> {_HELD} OFFSET 0
    ) a
) waiting
"""  # noqa: S608 - put together from constants only
_TASK_FIELDS = [field.attname for field in ApprovalTask._meta.concrete_fields]
_TASK_JSON = {field.attname for field in ApprovalTask._meta.concrete_fields if isinstance(field, JSONField)}
TASKS = Beside("approvals_approvaltask", tuple(_TASK_FIELDS))
_TASK = f"""SELECT {", ".join(f'"{name}"' for name in _TASK_FIELDS)} FROM approvals_approvaltask WHERE id = %s"""  # noqa: S608

_PENDING_FIELDS = [field.attname for field in PendingAnswer._meta.concrete_fields]
_SHOWN = f"""
SELECT {", ".join(f't."{name}"' for name in _TASK_FIELDS)}, {", ".join(f'p."{name}"' for name in _PENDING_FIELDS)}
FROM approvals_approvaltask t
    LEFT JOIN approvals_pendinganswer p ON p.task_id = t.id AND p.user_id = %s::bigint
WHERE t.id = %s
"""  # noqa: S608 - put together from constants only


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page of the inbox goes on: behind this task."""

    sort_at: datetime
    task: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """A page of the inbox; `next` is None on the last one."""

    tasks: list[ApprovalTask]
    next: Place | None


class TaskWait(NamedTuple):
    """The wait of a run that a task belongs to, and what it is about."""

    instance: str
    token: int
    visit: int
    status: str
    mode: str
    facts: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The numbers of a badge."""

    todo: int
    overdue: int
    cc: int


def viewer_of(user: User, *, now: datetime) -> Viewer:
    """Who looks, with the world of this moment; one statement."""
    return Viewer(person=str(user.pk), now=now, world=present_world())


def todo(viewer: Viewer, *, filters: Filters, after: Place | None, limit: int) -> Todo:
    """Open tasks this person may decide, the next due first, never their own requests; one statement.

    Each scope walks its own index, so that the cost depends on the page and not on how much is open or done.
    """
    scopes = list(inbox_of(viewer.person, directory=viewer.directory))
    parameters: list[Any] = [scopes, viewer.person, viewer.person]
    if after is not None:
        parameters += [after.sort_at, after.task]
    clauses = filters.clauses()
    for _, given in clauses:
        parameters += given
    statement = _TODO.format(
        join="JOIN approvals_approvaltask q ON q.id = a.task_id" if filters.needs_task() else "",
        after="AND (a.sort_at, a.task_id) > (%s, %s)" if after else "",
        filters="".join(f" AND {clause}" for clause, _ in clauses),
    )
    found = list(ApprovalTask.objects.raw(statement, [*parameters, limit + 1, limit + 1]))
    if len(found) <= limit:
        return Todo(tasks=found, next=None)
    last = found[limit - 1]
    return Todo(tasks=found[:limit], next=Place(sort_at=last.due_at or FOREVER, task=last.pk))


def done(viewer: Viewer, *, filters: Filters) -> QuerySet[Decision]:
    """What this person decided, with its tasks; order by -at, -id."""
    rows = Decision.objects.filter(actor=viewer.person).select_related("task")
    return rows.filter(filters.query(prefix="task__"))


def started(viewer: Viewer, *, filters: Filters) -> QuerySet[ApprovalTask]:
    """Tasks about this person's own requests; order by -opened_at, -id."""
    rows = ApprovalTask.objects.filter(requester=viewer.person)
    return rows.filter(filters.query())


def copied(viewer: Viewer, *, filters: Filters) -> QuerySet[Copy]:
    """The copies that this person was sent, with the tasks that they came from; order by -at, -id."""
    rows = Copy.objects.filter(user=int(viewer.person)).select_related("task")
    return rows.filter(filters.query(prefix="task__"))


def views_of(user: User) -> list[SavedView]:
    """The views that this person keeps, oldest first; one statement."""
    return list(SavedView.objects.filter(user=user).order_by("pk"))


def summary(viewer: Viewer) -> Summary:
    """How much waits for this person; one statement."""
    scopes = list(inbox_of(viewer.person, directory=viewer.directory))
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, [viewer.now, viewer.person, scopes, viewer.person, viewer.person])
        waiting, late, unread = cursor.fetchone()
    return Summary(todo=waiting, overdue=late, cc=unread)


def find_task(task_id: UUID) -> ApprovalTask | None:
    """The row, whoever may see it."""
    found = fetch(_TASK, [str(task_id)])
    return task_of(found[0]) if found else None


def waits_of(task_ids: Sequence[UUID]) -> dict[UUID, TaskWait]:
    """Where the runs of tasks wait for them, by the task, whoever may see it; one statement."""
    columns = ("instance", "token", "visit", "status", "mode", "subject_facts")
    rows = ApprovalTask.objects.filter(pk__in=task_ids).values_list("pk", *columns)
    return {row[0]: TaskWait(str(row[1]), *row[2:]) for row in rows}


def find_shown(task_id: UUID, *, viewer: Viewer) -> tuple[ApprovalTask | None, PendingAnswer | None]:
    """The row, whoever may see it, and the answer that this viewer may still take back; one statement."""
    found = fetch(_SHOWN, [viewer.person, str(task_id)])
    if not found:
        return None, None
    task, held = found[0][: len(_TASK_FIELDS)], found[0][len(_TASK_FIELDS) :]
    pending = None if held[0] is None else PendingAnswer.from_db(connection.alias, _PENDING_FIELDS, list(held))
    return task_of(task), pending


def task_of(row: Sequence[Any]) -> ApprovalTask:
    """The task of a row with all columns."""
    values = [
        json.loads(value) if name in _TASK_JSON and value is not None else value
        for name, value in zip(_TASK_FIELDS, row, strict=True)
    ]
    return ApprovalTask.from_db(connection.alias, _TASK_FIELDS, values)


def row_of(task: ApprovalTask) -> list[Any]:
    """The columns of a task as they are read of its row."""
    return [
        json.dumps(value) if name in _TASK_JSON and value is not None else value
        for name, value in ((name, getattr(task, name)) for name in _TASK_FIELDS)
    ]


def may_see(task: ApprovalTask, *, user: User, directory: Directory) -> bool:
    """By role, as the requester, because the task is or was theirs, or by a copy from it; one statement at most."""
    person = str(user.pk)
    scopes = scopes_of(person, directory=directory)
    if user.has_role(*SEES_ALL) or person == task.requester or not set(scopes).isdisjoint(task.scopes):
        return True
    asked = Assignment.objects.filter(task=task, scope__in=scopes)
    answered = Decision.objects.filter(task=task, actor=person)
    copied = Copy.objects.filter(task=task, user=user)
    return asked.values("pk").union(answered.values("pk"), copied.values("pk")).exists()


def comments_of(task: ApprovalTask) -> list[Comment]:
    """What was said about a task, oldest first."""
    return list(Comment.objects.filter(task=task).order_by("at", "pk"))


def copies_of(task: ApprovalTask) -> list[Copy]:
    """Everybody who was sent the run of a task, oldest first."""
    return list(Copy.objects.filter(instance=task.instance).order_by("at", "pk"))


def lines_of(instance_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """The tasks of runs, by instance id, oldest first; one statement."""
    found: dict[str, list[dict[str, Any]]] = {}
    for task in ApprovalTask.objects.filter(instance__in=instance_ids).order_by("opened_at", "pk"):
        found.setdefault(str(task.instance), []).append(line(task))
    return found


def reasons_of(instance_id: str, *, user: User) -> list[dict[str, Any]]:
    """Why whom was asked in each task of a run, oldest first, as far as it is this person's business; one statement."""
    rows = ApprovalTask.objects.filter(instance=instance_id).order_by("opened_at", "pk").values_list("pk", "trace")
    return [{"task": str(key), "trace": reasons_for(trace, user=user)} for key, trace in rows]


def reasons_for(trace: list[dict[str, Any]], *, user: User) -> list[dict[str, Any]]:
    """The runs of the assignment as far as they are this person's business."""
    return shown_trace(trace, to=user.username, sees_all=user.has_role(*SEES_ALL))


def runs_shown_to(user: User, instance_ids: Collection[str]) -> set[str]:
    """Which of these runs this person may look at because they are or were asked in them, or have a copy."""
    asked = _asked(user).filter(instance__in=instance_ids).values_list("instance", flat=True)
    sent = Copy.objects.filter(user=user, instance__in=instance_ids).values_list("instance", flat=True)
    return {str(one) for one in asked.union(sent)}


def all_runs_shown_to(user: User) -> "QuerySet[Assignment, Any]":
    """All runs in which this person is or was asked or of which they have a copy, as a query of their ids; one
    statement, for the world.
    """
    scopes = scopes_of(str(user.pk), directory=present_world().need(Directory))
    asked = Assignment.objects.filter(scope__in=scopes).values("task__instance")
    answered = Decision.objects.filter(actor=str(user.pk)).values("task__instance")
    return asked.union(answered, Copy.objects.filter(user=user).values("instance"))


def hidden_from(user: User, graphs: Mapping[str, Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """The variables of runs (their drawings by instance id) that every step hides at which this person is or was asked;
    from somebody who never was, what any step hides. One statement, and none for drawings that hide nothing.
    """
    rules = {run: steps for run, graph in graphs.items() if any((steps := hidden_by_step(graph)).values())}
    if not rules:
        return {}
    asked: dict[str, set[str]] = defaultdict(set)
    tasks = _asked(user).filter(instance__in=rules).exclude(mode=ApprovalTask.RESUBMIT)  # no step of the drawing asked
    for run, node in tasks.order_by().values_list("instance", "node"):
        asked[str(run)].add(node)
    return {
        run: frozenset.intersection(*(steps.get(node, frozenset()) for node in asked[run]))
        if asked[run] else frozenset().union(*steps.values())
        for run, steps in rules.items()
    }  # fmt: skip


def form_of(task: ApprovalTask) -> list[dict[str, Any]]:
    """The fields that the step of an open task shows and lets its people fill in; one statement, and none for a step
    without such fields."""
    if task.status != ApprovalTask.Status.OPEN or not task.timing.get("form"):
        return []
    run = present_run(str(task.instance))
    node = None if run is None else run.release.plan.nodes.get(task.node)
    if run is None or node is None or not isinstance(node.config, ApprovalConfig):
        return []
    return form(node.config.fields, declared=run.release.plan.variables, values=run.state.variables)


def resubmission_of(task: ApprovalTask, *, user: User) -> dict[str, Any] | None:
    """What a requester is asked to revise or has revised, without what this person may not see; no statement where no
    run ever came back."""
    whole: dict[str, Any] | None = task.resubmission
    row = None if whole is None else visible_instance(str(task.instance), user=user)
    if whole is None or row is None:
        return None
    return redactions([row], user=user)[str(row.pk)].listed(whole)


def flows_shown_to(user: User) -> set[str]:
    """Keys of the flows in which this person is or was asked, or of a run of which they have a copy."""
    asked = _asked(user).order_by().values_list("definition_key", flat=True)
    return set(asked.union(Copy.objects.filter(user=user).values_list("task__definition_key", flat=True)))


def _asked(user: User) -> QuerySet[ApprovalTask]:
    scopes = scopes_of(str(user.pk), directory=present_world().need(Directory))
    return ApprovalTask.objects.filter(
        Q(pk__in=Assignment.objects.filter(scope__in=scopes).values("task"))
        | Q(pk__in=Decision.objects.filter(actor=str(user.pk)).values("task"))
    )
