"""The rows of what the approvals of a step ask for: tasks, seats, decisions, comments.

They are written by the statement that moves the runs. The guarded UPDATE of a task comes first and what belongs to it
selects from it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

from approvals.models import ApprovalTask
from bedrock.errors import Conflict
from bedrock.ids import new_id
from workflows.engine.node_type import RunContext, Work
from workflows.statement import Part, Row, Writes

Wait = tuple[str, int]  # the instance and the token
FOREVER = "9999-12-31T00:00:00Z"  # where rows without a due time are sorted


def _lost() -> Conflict:
    return Conflict("task.revision_conflict", "Expected an open task as its run has it, found it closed or changed.")


CHANGED = Part(
    sql="""changed_tasks AS (
        UPDATE approvals_approvaltask t SET
            status = o.status, revision = o.revision, candidates = o.candidates, scopes = o.scopes, votes = o.votes,
            trace = t.trace || o.trace, due_at = o.due_at, due_does = o.due_does, timing = o.timing,
            reminded_at = COALESCE(o.reminded_at, t.reminded_at),
            closed_at = o.closed_at, decided_by = o.decided_by, decided_by_name = o.decided_by_name
        FROM jsonb_to_recordset(%s::jsonb) AS o(
            instance uuid, token int, before int, status text, revision int, candidates jsonb, scopes text[],
            votes jsonb, trace jsonb, due_at timestamptz, due_does jsonb, timing jsonb, at timestamptz,
            reminded_at timestamptz, closed_at timestamptz, decided_by text, decided_by_name text, "left" jsonb,
            few int)
        WHERE {held} AND o.few IS NULL AND t.instance = o.instance AND t.token = o.token
            AND t.status = 'open' AND t.revision = o.before
        RETURNING t.id, t.requester, o.instance, o.token, o.status, o.due_at, o.at, o.scopes, o."left"
    ), left_seats AS (
        UPDATE approvals_assignment a SET
            status = COALESCE(c."left" ->> a.scope, CASE WHEN c.status = 'open' THEN 'open' ELSE 'not_needed' END),
            sort_at = COALESCE(c.due_at, '9999-12-31T00:00:00Z'),
            closed_at = CASE WHEN c."left" ? a.scope OR c.status <> 'open' THEN c.at END
        FROM changed_tasks c
        WHERE a.task_id = c.id AND a.status = 'open')""",
    counted="changed_tasks",
    lost=_lost,
)
# Who is asked from now on in a task that goes on; follows CHANGED, and its rows are the tasks' addresses.
SEATED_ANEW = Part(
    sql="""seated_anew AS (
        INSERT INTO approvals_assignment (task_id, scope, status, requester, sort_at, opened_at)
        SELECT c.id, s.scope, 'open', c.requester, COALESCE(c.due_at, '9999-12-31T00:00:00Z'), c.at
        FROM jsonb_to_recordset(%s::jsonb) AS r(instance uuid, token int, few int)
            JOIN changed_tasks c ON c.instance = r.instance AND c.token = r.token
            CROSS JOIN LATERAL unnest(c.scopes) s(scope)
        WHERE r.few IS NULL AND NOT EXISTS (
            SELECT 1 FROM approvals_assignment a WHERE a.task_id = c.id AND a.scope = s.scope AND a.status = 'open'))"""
)
DECIDED = Part(
    sql="""decided AS (
        INSERT INTO approvals_decision (task_id, actor, actor_name, source, outcome, comment, at)
        SELECT c.id, d."by", d.name, d.source, d.outcome, d.comment, d.at
        FROM jsonb_to_recordset(%s::jsonb) AS d(instance uuid, token int, "by" text, name text, source text,
                outcome text, comment text, at timestamptz, few int)
            JOIN changed_tasks c ON c.instance = d.instance AND c.token = d.token
        WHERE d.few IS NULL)"""
)
OPENED = Part(
    sql="""opened_tasks AS (
        INSERT INTO approvals_approvaltask (
            id, instance, token, node, visit, title, definition_key, definition_title, version,
            subject_type, subject_id, subject_title, subject_facts, requester, mode, status, revision,
            candidates, scopes, votes, trace, opened_at, due_at, due_does, timing, decided_by, decided_by_name)
        SELECT id, instance, token, node, visit, title, definition_key, definition_title, version,
            subject_type, subject_id, subject_title, subject_facts, requester, mode, status, revision,
            candidates, scopes, votes, trace, at, due_at, due_does, timing, '', ''
        FROM jsonb_to_recordset(%s::jsonb) AS o(
            id uuid, instance uuid, token int, node text, visit int, title jsonb, definition_key text,
            definition_title jsonb, version int, subject_type text, subject_id text, subject_title text,
            subject_facts jsonb, requester text, mode text, status text, revision int, candidates jsonb,
            scopes text[], votes jsonb, trace jsonb, at timestamptz, due_at timestamptz, due_does jsonb, timing jsonb)
        WHERE {held})"""
)
SEATED = Part(
    sql="""seated AS (
        INSERT INTO approvals_assignment (task_id, scope, status, requester, sort_at, opened_at)
        SELECT task, scope, 'open', requester, sort_at, opened_at
        FROM jsonb_to_recordset(%s::jsonb) AS s(task uuid, scope text, requester text, sort_at timestamptz,
            opened_at timestamptz)
        WHERE {held})"""
)
SAID = Part(
    sql="""said AS (
        INSERT INTO approvals_comment (task_id, actor, actor_name, text, at)
        SELECT t.id, o.actor, o.name, o.text, o.at
        FROM jsonb_to_recordset(%s::jsonb) AS o(instance uuid, token int, actor text, name text, text text,
                at timestamptz, few int)
            JOIN approvals_approvaltask t ON t.instance = o.instance AND t.token = o.token AND t.status = 'open'
        WHERE {held} AND o.few IS NULL
        RETURNING id)""",
    counted="said",
    lost=_lost,
)

PARTS = (CHANGED, SEATED_ANEW, DECIDED, OPENED, SEATED, SAID)


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
    sheet, requester, at = payload["sheet"], context.requester or "", context.now.isoformat()
    task = new_id()
    rows[OPENED].append(
        sheet | {
            "id": task, "instance": context.instance, "token": work.token, "node": work.node, "visit": work.visit,
            "at": at, "title": payload["title"], "mode": payload["mode"],
            "definition_key": context.definition_key, "definition_title": dict(context.definition_title),
            "version": context.version, "subject_type": subject.type, "subject_id": subject.id,
            "subject_title": subject.title[:200], "subject_facts": list(subject.facts),
            "requester": requester, "status": ApprovalTask.Status.OPEN.value, "trace": payload["trace"],
        }
    )  # fmt: skip
    rows[SEATED] += [
        {"task": task, "scope": scope, "requester": requester, "sort_at": sheet["due_at"] or FOREVER, "opened_at": at}
        for scope in sheet["scopes"]
    ]


def _say(rows: dict[Part, list[Row]], context: RunContext, work: Work) -> None:
    payload = work.payload
    rows[SAID].append(
        {
            "instance": context.instance, "token": work.token, "actor": payload["by"], "name": payload["name"],
            "text": payload["text"], "at": context.now.isoformat(),
        }
    )  # fmt: skip


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


@cache
def _closed(status: str) -> str:
    """The state machine of the row is the only door to its end; asked once, because it always answers the same."""
    task = ApprovalTask()
    task.close(status)
    return str(task.status)
