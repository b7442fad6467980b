# ruff: noqa: S608 - queries are put together from constants only
"""What must always be true of tasks: they say what their runs say, and every verdict has the answers it needs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from approvals.ballot import read_ballot
from approvals.voting import Verdict
from workflows.invariants import LISTENING, MOST_IDS, by_sql
from workflows.prepared import fetch
from workflows.wings import Offenders

_SAME_WAIT = "w.instance = t.instance AND w.token = t.token AND w.node = t.node AND w.visit = t.visit"
_WAITS = f"(SELECT * FROM {LISTENING} l WHERE l.type IN ('approval', 'start'))"

_QUERIES = {
    # Ids of tasks.
    "task.open_waits_in_its_run": f"""SELECT t.id FROM approvals_approvaltask t
        WHERE t.status = 'open' AND NOT EXISTS (SELECT FROM {_WAITS} w WHERE {_SAME_WAIT})""",
    # Ids of runs.
    "task.is_there_for_every_wait": f"""SELECT w.instance FROM {_WAITS} w
        WHERE NOT EXISTS (SELECT FROM approvals_approvaltask t WHERE t.status = 'open' AND {_SAME_WAIT})""",
    "task.shows_what_its_run_says": f"""SELECT t.id FROM approvals_approvaltask t JOIN {_WAITS} w ON {_SAME_WAIT}
        WHERE t.status = 'open' AND t.mode <> 'resubmit' AND (
            t.revision <> (w.data->>'revision')::int
            OR t.due_at IS DISTINCT FROM w.due_at
            OR jsonb_array_length(t.votes) <> jsonb_array_length(w.data->'answers')
            OR t.scopes::text[] <> ARRAY(
                SELECT left(s.seat->>'kind', 1) || ':' || (s.seat->>'key')
                FROM jsonb_array_elements(w.data->'seats') WITH ORDINALITY AS s(seat, n) ORDER BY s.n))""",
    "task.seats_are_its_open_assignments": """SELECT t.id FROM approvals_approvaltask t
        WHERE t.status = 'open' AND ARRAY(SELECT unnest(t.scopes)::text ORDER BY 1) <> ARRAY(
            SELECT a.scope::text FROM approvals_assignment a
            WHERE a.task_id = t.id AND a.status = 'open' ORDER BY 1)""",
    # Ids of assignments.
    "assignment.open_only_while_its_task_is": """SELECT a.id FROM approvals_assignment a
        JOIN approvals_approvaltask t ON t.id = a.task_id WHERE a.status = 'open' AND t.status <> 'open'""",
    # Where somebody was added, an approval may give the word on; then it is not the only answer of its task.
    "task.verdict_has_its_decisions": """SELECT t.id FROM approvals_approvaltask t
        CROSS JOIN LATERAL (
            SELECT count(*) AS answers, count(*) FILTER (WHERE outcome = 'approved') AS yes,
                count(*) FILTER (WHERE outcome = 'rejected') AS no,
                count(*) FILTER (WHERE outcome = 'returned') AS back
            FROM approvals_decision d WHERE d.task_id = t.id) given
        WHERE t.mode <> 'resubmit' AND (
            jsonb_array_length(t.votes) <> answers OR (t.mode = 'any' AND t.standing = '{}' AND answers > 1)
            OR (t.mode <> 'vote' AND yes + no + back <> answers)
            OR back <> (t.status = 'returned')::int OR CASE t.status
            WHEN 'approved' THEN yes = 0 OR (t.mode <> 'vote' AND no > 0)
            WHEN 'rejected' THEN t.mode <> 'vote' AND no = 0
            ELSE t.mode <> 'vote' AND no > 0 OR (t.mode = 'any' AND t.standing = '{}' AND yes > 0) END)""",
    # A request that came back asks its requester, and is submitted by nobody else.
    "task.resubmission_is_its_requesters": """SELECT t.id FROM approvals_approvaltask t
        CROSS JOIN LATERAL (
            SELECT count(*) AS answers, count(*) FILTER (WHERE d.actor = t.requester AND d.outcome = 'submitted') AS own
            FROM approvals_decision d WHERE d.task_id = t.id) given
        WHERE t.mode = 'resubmit' AND (
            own <> answers OR own <> (t.status = 'submitted')::int OR t.requester = ''
            OR (t.status = 'open' AND t.scopes::text[] <> ARRAY['q:' || t.requester]))""",
    "task.threshold_was_reached": """SELECT t.id FROM approvals_approvaltask t
        CROSS JOIN LATERAL (
            SELECT coalesce(sum((v->>'weight')::int) FILTER (WHERE v->>'outcome' = 'approved'), 0) AS yes
            FROM jsonb_array_elements(t.votes) v) given
        WHERE t.mode = 'vote' AND (
            yes <> (t.standing->>'approved')::int
            OR (t.status = 'approved' AND yes < (t.standing->>'needed')::int))""",
    # The database checks no reference from what is written by the thousand; this does.
    "assignment.has_its_task": """SELECT id FROM approvals_assignment a
        WHERE NOT EXISTS (SELECT FROM approvals_approvaltask t WHERE t.id = a.task_id)""",
    "decision.has_its_task": """SELECT id FROM approvals_decision d
        WHERE NOT EXISTS (SELECT FROM approvals_approvaltask t WHERE t.id = d.task_id)""",
}

_BATCH: Final = 500
_BALLOTS: Final = f"""
SELECT t.id::text, w.data::text FROM (
    SELECT * FROM approvals_approvaltask
    WHERE status = 'open' AND mode <> 'resubmit' AND id > %s::uuid ORDER BY id LIMIT %s::int) t
LEFT JOIN {_WAITS} w ON {_SAME_WAIT} ORDER BY t.id
"""


def _decided_and_still_open() -> Sequence[str]:
    """Ids of tasks that wait although their answers are enough: counted again, not compared with what was counted."""
    return list(
        islice((task for task, data in _ballots() if read_ballot(data).tally().verdict is not Verdict.OPEN), MOST_IDS)
    )


def _ballots() -> Iterator[tuple[str, dict[str, Any]]]:
    last = "00000000-0000-0000-0000-000000000000"
    while rows := fetch(_BALLOTS, [last, _BATCH]):
        yield from ((task, json.loads(data)) for task, data in rows if data is not None)
        last = rows[-1][0]


INVARIANTS: Final[Mapping[str, Offenders]] = {
    "task.open_is_undecided": _decided_and_still_open,
    **{name: by_sql(query) for name, query in _QUERIES.items()},
}
