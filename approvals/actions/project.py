"""The rows of what the approvals of a step ask for: tasks, seats, decisions, comments.

They are written by the statement that moves the runs. The guarded UPDATE of a task comes first and what belongs to it
selects from it. Seats of tasks without a due time are sorted to the end of time. The status of the seats that are left
is no condition of an index (`|| ''`): with a plan from a small table it would walk all the open ones.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from approvals.models import ApprovalTask
from bedrock.errors import Conflict
from bedrock.ids import new_id
from workflows.engine.work import RunContext, Work
from workflows.statement import Part, Row, Writes

Wait = tuple[str, int]  # the instance and the token


def _lost() -> Conflict:
    return Conflict("task.revision_conflict", "Expected an open task as its run has it, found it closed or changed.")


CHANGED = Part(
    columns="""
        instance uuid, token int, before int, status text, revision int, candidates jsonb, scopes text[],
        votes jsonb, standing jsonb, trace jsonb, due_at timestamptz, due_does jsonb, timing jsonb, at timestamptz,
        reminded_at timestamptz, closed_at timestamptz, decided_by text, decided_by_name text, "left" jsonb,
        resubmission jsonb""",
    joins=True,
    sql="""changed_tasks AS (
        UPDATE approvals_approvaltask t SET
            status = r.status, revision = r.revision, candidates = r.candidates, scopes = r.scopes, votes = r.votes,
            standing = r.standing, trace = t.trace || r.trace, due_at = r.due_at, due_does = r.due_does,
            timing = r.timing, reminded_at = COALESCE(r.reminded_at, t.reminded_at),
            closed_at = r.closed_at, decided_by = r.decided_by, decided_by_name = r.decided_by_name,
            resubmission = COALESCE(r.resubmission, t.resubmission)
        FROM {rows}
        WHERE {held} AND t.instance = r.instance AND t.token = r.token
            AND t.status = 'open' AND t.revision = r.before
        RETURNING t.id, t.requester, r.instance, r.token, r.status, r.due_at, r.at, r.scopes, r."left"
    ), left_seats AS (
        UPDATE approvals_assignment a SET
            status = COALESCE(c."left" ->> a.scope, CASE WHEN c.status = 'open' THEN 'open' ELSE 'not_needed' END),
            sort_at = COALESCE(c.due_at, '9999-12-31T00:00:00Z'),
            closed_at = CASE WHEN c."left" ? a.scope OR c.status <> 'open' THEN c.at END
        FROM changed_tasks c
        WHERE a.task_id = c.id AND a.status || '' = 'open')""",
    counted="changed_tasks",
    lost=_lost,
)
# Who is asked from now on in a task that goes on; follows CHANGED, and its rows are the tasks' addresses.
SEATED_ANEW = Part(
    columns="instance uuid, token int",
    joins=True,
    sql="""seated_anew AS (
        INSERT INTO approvals_assignment (task_id, scope, status, requester, sort_at, opened_at)
        SELECT c.id, s.scope, 'open', c.requester, COALESCE(c.due_at, '9999-12-31T00:00:00Z'), c.at
        FROM {rows}
            JOIN changed_tasks c ON c.instance = r.instance AND c.token = r.token
            CROSS JOIN LATERAL unnest(c.scopes) s(scope)
        ON CONFLICT (task_id, scope) WHERE status = 'open' DO NOTHING)""",
)
DECIDED = Part(
    columns="""
        instance uuid, token int, "by" text, name text, source text, outcome text, comment text, at timestamptz""",
    joins=True,
    sql="""decided AS (
        INSERT INTO approvals_decision (task_id, actor, actor_name, source, outcome, comment, at)
        SELECT c.id, r."by", r.name, r.source, r.outcome, r.comment, r.at
        FROM {rows}
            JOIN changed_tasks c ON c.instance = r.instance AND c.token = r.token)""",
)
OPENED = Part(
    columns="""
        id uuid, instance uuid, token int, node text, visit int, title jsonb, definition_key text,
        definition_title jsonb, version int, subject_type text, subject_id text, subject_title text,
        subject_facts jsonb, requester text, mode text, status text, revision int, candidates jsonb, scopes text[],
        votes jsonb, standing jsonb, trace jsonb, at timestamptz, due_at timestamptz, due_does jsonb, timing jsonb,
        resubmission jsonb""",
    sql="""opened_tasks AS (
        INSERT INTO approvals_approvaltask (
            id, instance, token, node, visit, title, definition_key, definition_title, version,
            subject_type, subject_id, subject_title, subject_facts, requester, mode, status, revision,
            candidates, scopes, votes, standing, trace, opened_at, due_at, due_does, timing,
            resubmission, decided_by, decided_by_name)
        SELECT id, instance, token, node, visit, title, definition_key, definition_title, version,
            subject_type, subject_id, subject_title, subject_facts, requester, mode, status, revision,
            candidates, scopes, votes, standing, trace, at, due_at, due_does, timing,
            resubmission, '', ''
        FROM {rows}
        WHERE {held}
        RETURNING id, scopes, CASE mode WHEN 'resubmit' THEN '' ELSE requester END AS requester, due_at, opened_at
    ), seated AS (
        INSERT INTO approvals_assignment (task_id, scope, status, requester, sort_at, opened_at)
        SELECT o.id, s.scope, 'open', o.requester, COALESCE(o.due_at, '9999-12-31T00:00:00Z'), o.opened_at
        FROM opened_tasks o CROSS JOIN LATERAL unnest(o.scopes) s(scope))""",
)
SAID = Part(
    columns="instance uuid, token int, actor text, name text, text text, at timestamptz",
    joins=True,
    sql="""said AS (
        INSERT INTO approvals_comment (task_id, actor, actor_name, text, at)
        SELECT t.id, r.actor, r.name, r.text, r.at
        FROM {rows}
            JOIN approvals_approvaltask t ON t.instance = r.instance AND t.token = r.token AND t.status = 'open'
        WHERE {held}
        RETURNING id)""",
    counted="said",
    lost=_lost,
)
# Those who have the run already keep the copy that they have. A task that opens in this statement is not there to look
# up, and so its copies name it.
COPIED = Part(
    columns="""
        instance uuid, token int, task uuid, person bigint, sender bigint, name text, comment text, at timestamptz""",
    joins=True,
    sql="""copied AS (
        INSERT INTO approvals_copy (instance, task_id, user_id, sender_id, sender_name, comment, at)
        SELECT r.instance, COALESCE(r.task, t.id), r.person, r.sender, r.name, r.comment, r.at
        FROM {rows}
            LEFT JOIN approvals_approvaltask t ON t.instance = r.instance AND t.token = r.token
        WHERE {held}
        ON CONFLICT (instance, user_id) DO NOTHING)""",
)
RELABELLED = Part(
    columns="instance uuid, token int, title jsonb, definition_title jsonb, version int",
    joins=True,
    sql="""relabelled_tasks AS (
        UPDATE approvals_approvaltask t SET
            title = r.title, definition_title = r.definition_title, version = r.version
        FROM {rows}
        WHERE {held} AND t.instance = r.instance AND t.token = r.token AND t.status = 'open'
        RETURNING t.id)""",
    counted="relabelled_tasks",
    lost=_lost,
)

# Due times of waits that an edit of a calendar has moved.
FOLLOWED = """followed_tasks AS (
        UPDATE approvals_approvaltask t SET due_at = r.due_at
        FROM moved_rows r
        WHERE t.instance = r.instance AND t.token = r.token AND t.status || '' = 'open'
        RETURNING t.id, t.due_at
    ), followed_seats AS (
        UPDATE approvals_assignment a SET sort_at = t.due_at
        FROM followed_tasks t
        WHERE a.task_id = t.id AND a.status || '' = 'open')"""

PARTS = (CHANGED, SEATED_ANEW, DECIDED, OPENED, SAID, COPIED, RELABELLED)


def rows_of(works: Sequence[tuple[RunContext, Work]]) -> list[Writes]:
    """The rows of the works of one step, or of a batch of steps.

    Written when a task is not open at the revision its run decided from, they raise Conflict
    `task.revision_conflict`: then the rows and the run disagree and nothing may be kept.
    """
    return [list(_parts(together)) for together in _rounds(works)]


def _parts(works: Iterable[tuple[RunContext, Work]]) -> Writes:
    rows: dict[Part, list[Row]] = defaultdict(list)
    for context, work in works:
        match work.payload["op"]:
            case "open":
                _open(rows, context, work)
            case "comment":
                _say(rows, context, work)
            case "copy":
                _copy(rows, context, work)
            case "relabel":
                rows[RELABELLED].append(
                    {
                        "instance": context.instance, "token": work.token, "title": work.payload["title"],
                        "definition_title": dict(context.definition_title), "version": context.version,
                    }
                )  # fmt: skip
            case _:
                _change(rows, context, work)
    return [(part, rows[part]) for part in PARTS if part in rows]


def _rounds(works: Iterable[tuple[RunContext, Work]]) -> list[list[tuple[RunContext, Work]]]:
    """Works to write together: one statement sees one state, so a second change of a task waits for the next round."""
    rounds: list[list[tuple[RunContext, Work]]] = []
    seen: dict[Wait, int] = {}
    closed: set[Wait] = set()
    for context, work in works:
        wait = (context.instance, work.token)
        if wait in closed and work.payload["op"] == "close":
            continue  # the engine withdraws what a failed exit had closed already
        index = seen.get(wait, -1) + 1
        seen[wait] = index
        if work.payload["op"] == "close":
            closed.add(wait)
        if index == len(rounds):
            rounds.append([])
        rounds[index].append((context, work))
    return rounds


def _open(rows: dict[Part, list[Row]], context: RunContext, work: Work) -> None:
    payload, subject = work.payload, context.subject
    sheet, requester, at, task = payload["sheet"], context.requester or "", context.now.isoformat(), new_id()
    rows[OPENED].append(
        sheet | {
            "id": task, "instance": context.instance, "token": work.token, "node": work.node, "visit": work.visit,
            "at": at, "title": payload["title"], "mode": payload["mode"],
            "definition_key": context.definition_key, "definition_title": dict(context.definition_title),
            "version": context.version, "subject_type": subject.type, "subject_id": subject.id,
            "subject_title": subject.title[:200],
            "subject_facts": _shown(subject.facts, hidden=payload.get("hidden", ())),
            "requester": requester, "status": ApprovalTask.Status.OPEN.value, "trace": payload["trace"],
        }
    )  # fmt: skip
    _copy(rows, context, work, task=task)


def _shown(facts: Iterable[Mapping[str, Any]], *, hidden: Collection[str]) -> list[Mapping[str, Any]]:
    """What of the subject the people of a step may know."""
    return [fact for fact in facts if fact["key"] not in hidden] if hidden else list(facts)


def _say(rows: dict[Part, list[Row]], context: RunContext, work: Work) -> None:
    payload = work.payload
    rows[SAID].append(
        {
            "instance": context.instance, "token": work.token, "actor": payload["by"], "name": payload["name"],
            "text": payload["text"], "at": context.now.isoformat(),
        }
    )  # fmt: skip


def _copy(rows: dict[Part, list[Row]], context: RunContext, work: Work, *, task: str | None = None) -> None:
    sent = work.payload.get("copies")
    if sent is None:
        return
    row = {
        "instance": context.instance, "token": work.token, "task": task, "sender": sent["by"], "name": sent["name"],
        "comment": sent["comment"], "at": context.now.isoformat(),
    }  # fmt: skip
    rows[COPIED] += [row | {"person": int(person)} for person in sent["to"]]


def _change(rows: dict[Part, list[Row]], context: RunContext, work: Work) -> None:
    payload = work.payload
    wait = {"instance": context.instance, "token": work.token}
    row = wait | payload["sheet"] | {
        "before": payload["before"], "left": payload["left"], "trace": payload.get("trace", []),
        "at": context.now.isoformat(), "reminded_at": payload.get("reminded_at"),
        "decided_by": "", "decided_by_name": "", "status": ApprovalTask.Status.OPEN.value,
    }  # fmt: skip
    if payload["op"] == "close":
        row |= {
            "closed_at": payload["at"], "decided_by": payload["by"], "decided_by_name": payload["by_name"],
            "status": _closed(payload["status"]),
        }  # fmt: skip
    rows[CHANGED].append(row)
    if payload["op"] != "close" and payload["sheet"]["scopes"]:
        rows[SEATED_ANEW].append(wait)
    if payload["decisions"]:
        rows[DECIDED] += [wait | decision for decision in payload["decisions"]]
    _copy(rows, context, work)


@cache
def _closed(status: str) -> str:
    """The state machine of the row is the only door to its end; asked once, because it always answers the same."""
    task = ApprovalTask()
    task.close(status)
    return str(task.status)
