"""Write what the approvals of a step ask for: tasks, seats, decisions, comments, in one statement per round.

The guarded UPDATE comes first and everything else selects from it: a lost race writes nothing at all.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from approvals.models import ApprovalTask
from bedrock.errors import Conflict
from bedrock.ids import new_id
from workflows.engine.node_type import RunContext, Work
from workflows.prepared import execute

Row = dict[str, Any]
Key = tuple[str, str, int, int]

_STATEMENT = """
WITH op AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%s::jsonb) AS o(
        n int, op text, id uuid, instance uuid, token int, node text, visit int, title jsonb,
        definition_key text, definition_title jsonb, version int,
        subject_type text, subject_id text, subject_title text, subject_facts jsonb, requester text, mode text,
        before int, status text, revision int, candidates jsonb, scopes jsonb, votes jsonb, trace jsonb,
        due_at timestamptz, due_does jsonb, timing jsonb, at timestamptz, reminded_at timestamptz,
        closed_at timestamptz, decided_by text, decided_by_name text, "left" jsonb, decisions jsonb, text text)
), changed AS (
    UPDATE approvals_approvaltask t SET
        status = o.status, revision = o.revision, candidates = o.candidates,
        scopes = ARRAY(SELECT jsonb_array_elements_text(o.scopes)), votes = o.votes, trace = t.trace || o.trace,
        due_at = o.due_at, due_does = o.due_does, timing = o.timing,
        reminded_at = COALESCE(o.reminded_at, t.reminded_at),
        closed_at = o.closed_at, decided_by = o.decided_by, decided_by_name = o.decided_by_name
    FROM op o
    WHERE o.op = 'change' AND t.instance = o.instance AND t.node = o.node AND t.token = o.token
        AND t.visit = o.visit AND t.status = 'open' AND t.revision = o.before
    RETURNING t.id, t.requester, o.n
), opened AS (
    INSERT INTO approvals_approvaltask (
        id, instance, token, node, visit, title, definition_key, definition_title, version,
        subject_type, subject_id, subject_title, subject_facts, requester, mode, status, revision,
        candidates, scopes, votes, trace, opened_at, due_at, due_does, timing, decided_by, decided_by_name)
    SELECT o.id, o.instance, o.token, o.node, o.visit, o.title, o.definition_key, o.definition_title, o.version,
        o.subject_type, o.subject_id, o.subject_title, o.subject_facts, o.requester, o.mode, o.status, o.revision,
        o.candidates, ARRAY(SELECT jsonb_array_elements_text(o.scopes)), o.votes, o.trace, o.at, o.due_at,
        o.due_does, o.timing, '', ''
    FROM op o WHERE o.op = 'open'
    RETURNING id, requester, id AS opened_id
), seats AS (
    UPDATE approvals_assignment a SET
        status = COALESCE(o."left" ->> a.scope, CASE WHEN o.status = 'open' THEN 'open' ELSE 'not_needed' END),
        sort_at = COALESCE(o.due_at, '9999-12-31T00:00:00Z'),
        closed_at = CASE WHEN o."left" ? a.scope OR o.status <> 'open' THEN o.at END
    FROM changed c JOIN op o ON o.n = c.n
    WHERE a.task_id = c.id AND a.status = 'open'
), seated AS (
    INSERT INTO approvals_assignment (task_id, scope, status, requester, sort_at, opened_at)
    SELECT x.id, s.scope, 'open', x.requester, COALESCE(x.due_at, '9999-12-31T00:00:00Z'), x.at
    FROM (
        SELECT c.id, c.requester, o.due_at, o.at, o.scopes FROM changed c JOIN op o ON o.n = c.n WHERE o.status = 'open'
        UNION ALL
        SELECT p.id, p.requester, o.due_at, o.at, o.scopes FROM opened p JOIN op o ON o.id = p.opened_id
    ) x CROSS JOIN LATERAL jsonb_array_elements_text(x.scopes) s(scope)
    WHERE NOT EXISTS (
        SELECT 1 FROM approvals_assignment a WHERE a.task_id = x.id AND a.scope = s.scope AND a.status = 'open')
), decided AS (
    INSERT INTO approvals_decision (task_id, actor, actor_name, source, outcome, comment, at)
    SELECT c.id, d."by", d.name, d.source, d.outcome, d.comment, d.at
    FROM changed c JOIN op o ON o.n = c.n CROSS JOIN LATERAL jsonb_to_recordset(o.decisions)
        AS d("by" text, name text, source text, outcome text, comment text, at timestamptz)
), said AS (
    INSERT INTO approvals_comment (task_id, actor, actor_name, text, at)
    SELECT t.id, o.decided_by, o.decided_by_name, o.text, o.at
    FROM op o JOIN approvals_approvaltask t
        ON t.instance = o.instance AND t.node = o.node AND t.token = o.token AND t.visit = o.visit
        AND t.status = 'open'
    WHERE o.op = 'comment'
    RETURNING id
)
SELECT (SELECT count(*) FROM changed) + (SELECT count(*) FROM opened) + (SELECT count(*) FROM said)
"""


def project(works: Sequence[tuple[RunContext, Work]]) -> None:
    """Write the works of one step, or of a batch of steps, in the caller's transaction.

    Raises Conflict `task.revision_conflict` when a task is not open at the revision its run decided from: then the
    rows and the run disagree and nothing may be kept.
    """
    for rows in _rounds(works):
        with connection.cursor() as cursor:
            execute(cursor, _STATEMENT, [json.dumps(rows)])
            (written,) = cursor.fetchone()
        if written != len(rows):
            raise Conflict("task.revision_conflict", f"Expected {len(rows)} open tasks to write, but found {written}.")


def _rounds(works: Iterable[tuple[RunContext, Work]]) -> list[list[Row]]:
    """Rows to write together: one statement sees one state, so a second change of a task waits for the next round."""
    rounds: list[list[Row]] = []
    seen: dict[Key, int] = {}
    closed: set[Key] = set()
    for context, work in works:
        key = (context.instance, work.node, work.token, work.visit)
        if key in closed and work.payload["op"] == "close":
            continue  # the engine withdraws what a failed exit had closed already
        index = seen.get(key, -1) + 1
        seen[key] = index
        if work.payload["op"] == "close":
            closed.add(key)
        if index == len(rounds):
            rounds.append([])
        rounds[index].append(_row(context, work, n=len(rounds[index])))
    return rounds


def _row(context: RunContext, work: Work, *, n: int) -> Row:
    payload = work.payload
    row: Row = {
        "n": n, "instance": context.instance, "token": work.token, "node": work.node, "visit": work.visit,
        "at": context.now.isoformat(),
    }  # fmt: skip
    match payload["op"]:
        case "open":
            return row | _opening(context, payload)
        case "comment":
            return row | {
                "op": "comment", "decided_by": payload["by"], "decided_by_name": payload["name"],
                "text": payload["text"],
            }  # fmt: skip
        case _:
            return row | _change(payload)


def _opening(context: RunContext, payload: Any) -> Row:
    subject = context.subject
    row: Row = payload["sheet"] | {
        "op": "open", "id": new_id(), "title": payload["title"], "mode": payload["mode"],
        "definition_key": context.definition_key, "definition_title": dict(context.definition_title),
        "version": context.version, "subject_type": subject.type, "subject_id": subject.id,
        "subject_title": subject.title[:200], "subject_facts": list(subject.facts),
        "requester": context.requester or "", "status": ApprovalTask.Status.OPEN.value,
        "trace": payload["trace"],
    }  # fmt: skip
    return row


def _change(payload: Any) -> Row:
    row: Row = payload["sheet"] | {
        "op": "change", "before": payload["before"], "left": payload["left"],
        "decisions": payload["decisions"], "trace": payload.get("trace", []),
        "reminded_at": payload.get("reminded_at"), "decided_by": "", "decided_by_name": "",
        "status": ApprovalTask.Status.OPEN.value,
    }  # fmt: skip
    if payload["op"] == "close":
        task = ApprovalTask(revision=payload["before"])
        task.close(payload["status"])
        row |= {
            "closed_at": payload["at"], "decided_by": payload["by"], "decided_by_name": payload["by_name"],
            "status": str(task.status),
        }  # fmt: skip
    return row
