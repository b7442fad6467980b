# ruff: noqa: S608 - queries are put together from constants only
"""What must always be true of the rows, checked read-only. The wings add theirs; a breach names its ids."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

from workflows import mailbox, wings
from workflows.actions.audit import broken_entries
from workflows.replays import replay_all
from workflows.wings import Offenders

MOST_IDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """An invariant that does not hold, with the first offending ids."""

    name: str
    ids: tuple[str, ...]


def by_sql(query: str) -> Offenders:
    """An invariant as a query whose first column holds the ids for which it is broken."""

    def offenders() -> Sequence[str]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM ({query}) AS broken LIMIT {MOST_IDS}")
            return [str(row[0]) for row in cursor.fetchall()]

    return offenders


def names() -> tuple[str, ...]:
    """All invariants."""
    return tuple(sorted(_all()))


def broken() -> list[Broken]:
    """Check all of them."""
    found: list[Broken] = []
    for name, offenders in sorted(_all().items()):
        ids = tuple(offenders()[:MOST_IDS])
        if ids:
            found.append(Broken(name=name, ids=ids))
    return found


def _states_that_differ() -> Sequence[str]:
    differing = (one.instance for one in replay_all() if one.field is not None)
    return list(itertools.islice(differing, MOST_IDS))


_TOKENS = """(SELECT i.id AS instance, t.id AS token, t.awaits, t.due_at
    FROM workflows_instance i, jsonb_to_recordset(i.state->'tokens') AS t(id int, awaits text, due_at timestamptz))"""
# For the wings: who waits to be told something, with the type of the node.
LISTENING = """(SELECT i.id AS instance, t.id AS token, t.node, n->>'type' AS type, t.visit, t.due_at, t.data
    FROM workflows_instance i
    CROSS JOIN jsonb_to_recordset(i.state->'tokens')
        AS t(id int, node text, awaits text, visit int, due_at timestamptz, data jsonb)
    JOIN workflows_definitionversion v ON v.id = i.version_id
    CROSS JOIN jsonb_array_elements(v.graph->'nodes') n
    WHERE t.awaits = 'signal' AND n->>'id' = t.node AND i.status = 'running')"""
_QUERIES = {
    "instance.live_has_tokens": """SELECT id FROM workflows_instance
        WHERE (status = 'running') <> (jsonb_array_length(state->'tokens') > 0)""",
    "instance.status_is_that_of_state": "SELECT id FROM workflows_instance WHERE status <> state->>'status'",
    "instance.seq_is_that_of_history": """SELECT i.id FROM workflows_instance i
        LEFT JOIN (SELECT instance, max(seq) AS last, count(*) AS facts FROM workflows_historyevent GROUP BY instance) h
            ON h.instance = i.id
        WHERE h.last IS DISTINCT FROM i.seq OR h.facts IS DISTINCT FROM i.seq""",
    # The database checks no reference from what is written by the thousand; this does.
    "instance.has_its_version": """SELECT id FROM workflows_instance i
        WHERE NOT EXISTS (SELECT FROM workflows_definitionversion v WHERE v.id = i.version_id)""",
    "instance.version_was_not_withdrawn": """SELECT i.id FROM workflows_instance i
        JOIN workflows_standing s ON s.version_id = i.version_id WHERE s.status = 'withdrawn'""",
    "version.live_is_that_of_flow": """SELECT COALESCE(d.id, s.definition_id) FROM workflows_definition d
        FULL JOIN (SELECT * FROM workflows_standing WHERE status = 'live') s ON s.definition_id = d.id
        WHERE d.live_version_id IS DISTINCT FROM s.version_id""",
    "version.has_its_standing": """SELECT v.id FROM workflows_definitionversion v
        WHERE NOT EXISTS (SELECT FROM workflows_standing s WHERE s.version_id = v.id)""",
    "instance.moves_or_waits": "SELECT instance FROM "
    + _TOKENS
    + """ t GROUP BY instance
        HAVING bool_and(awaits = 'siblings')""",
    "timer.is_that_of_a_token": """SELECT COALESCE(w.instance, t.instance) FROM (SELECT * FROM """
    + _TOKENS
    + """ t WHERE due_at IS NOT NULL) t
        FULL JOIN workflows_timer w ON w.instance = t.instance AND w.token = t.token
        WHERE t.due_at IS DISTINCT FROM w.due_at""",
    "message_wait.is_that_of_a_token": """SELECT COALESCE(w.instance, t.instance) FROM (
            SELECT i.id AS instance, t.id AS token, l->>0 AS name, l->>1 AS key
            FROM workflows_instance i CROSS JOIN jsonb_to_recordset(i.state->'tokens') AS t(id int, listens jsonb)
            CROSS JOIN jsonb_array_elements(t.listens) l) t
        FULL JOIN workflows_messagewait w ON w.instance = t.instance AND w.token = t.token AND w.name = t.name
            AND COALESCE(w.key, '') = COALESCE(t.key, '')
        WHERE w.instance IS NULL OR t.instance IS NULL""",
    # One statement sees one moment, in which the letterbox lets nobody wait for a letter that lies there.
    "letter.nobody_waits_for_it": """SELECT l.id FROM workflows_letter l
        WHERE l.died_at IS NULL AND l.until > now() AND EXISTS (SELECT FROM workflows_messagewait w
            WHERE w.name = l.name AND w.key IS NOT DISTINCT FROM l.key)""",
    "letter.no_more_than_allowed": f"""SELECT max(id) FROM workflows_letter WHERE died_at IS NULL AND until > now()
        GROUP BY name, key HAVING count(*) > {mailbox.MOST_PER_KEY}""",
    "job.is_that_of_a_token": """SELECT COALESCE(j.instance, t.instance) FROM (SELECT * FROM """
    + _TOKENS
    + """ t WHERE awaits = 'activity') t
        FULL JOIN workflows_activityjob j ON j.instance = t.instance AND j.token = t.token
        WHERE t.token IS NULL OR j.token IS NULL""",
    "turn.is_that_of_a_run": """SELECT COALESCE(q.instance, t.instance) FROM (SELECT * FROM """
    + _TOKENS
    + """ t WHERE awaits = 'turn') t
        FULL JOIN (SELECT * FROM workflows_turn WHERE NOT is_in) q ON q.instance = t.instance
        WHERE t.instance IS NULL OR q.instance IS NULL
        UNION ALL SELECT q.instance FROM workflows_turn q LEFT JOIN workflows_instance i ON i.id = q.instance
        WHERE i.status IS DISTINCT FROM 'running'""",
    # A run of a flow with a line that has left its start is in that line until it is over.
    "turn.who_goes_on_is_in": """SELECT i.id FROM workflows_instance i
        JOIN workflows_definitionversion v ON v.id = i.version_id
        CROSS JOIN jsonb_array_elements(v.graph->'nodes') n
        WHERE i.status = 'running' AND n->>'type' = 'start' AND n->'config'->>'line' <> ''
            AND NOT i.state->'tokens' @> jsonb_build_array(jsonb_build_object('node', n->>'id'))
            AND NOT EXISTS (SELECT FROM workflows_turn q WHERE q.instance = i.id AND q.is_in)""",
    # What a run left behind is in the ledger, and the other way round; and nobody is asked to do it any more.
    "effect.skipped_is_that_of_a_fact": """SELECT COALESCE(e.instance, h.instance) FROM (
            SELECT * FROM workflows_effect WHERE skipped_at IS NOT NULL) e
        FULL JOIN (SELECT instance, node, (data->>'visit')::int AS visit FROM workflows_historyevent
            WHERE kind = 'withdrawn' AND data @> '{"skips": true}') h
            ON h.instance = e.instance AND h.node = e.node AND h.visit = e.visit
        WHERE e.instance IS NULL OR h.instance IS NULL""",
    "effect.skipped_is_not_asked_for": """SELECT e.instance FROM workflows_effect e
        JOIN workflows_activityjob j ON j.instance = e.instance AND j.node = e.node AND j.visit = e.visit
        WHERE e.skipped_at IS NOT NULL""",
    "call.is_that_of_a_run": """SELECT c.instance FROM workflows_calledrun c
        LEFT JOIN workflows_instance i ON i.id = c.instance
        WHERE i.id IS NULL OR i.status <> c.status OR i.state->'caller'->>'instance' IS DISTINCT FROM c.caller::text
        UNION ALL SELECT i.id FROM workflows_instance i LEFT JOIN workflows_calledrun c ON c.instance = i.id
        WHERE i.state ? 'caller' AND c.instance IS NULL""",
    # A wait for runs is alive as long as one of them is, or as long as an end has still to be told.
    "call.wait_will_be_told": "SELECT t.instance FROM "
    + _TOKENS
    + """ t WHERE awaits = 'runs' AND NOT EXISTS (SELECT FROM workflows_calledrun c
        WHERE c.caller = t.instance AND c.token = t.token AND (c.status = 'running' OR c.due_at IS NOT NULL))""",
    # Whoever is waited for by nobody any more is recalled; a failed wait keeps its runs for whoever repairs it.
    "call.nobody_runs_for_nobody": """SELECT c.instance FROM workflows_calledrun c
        JOIN workflows_instance i ON i.id = c.caller
        WHERE c.waits AND c.status = 'running' AND c.recalled IS NULL AND NOT EXISTS (
            SELECT FROM jsonb_to_recordset(i.state->'tokens') AS t(node text, visit int)
            WHERE t.node = c.node AND t.visit = c.visit)""",
    "incident.is_that_of_a_token": """SELECT COALESCE(n.instance, t.instance) FROM (SELECT * FROM """
    + _TOKENS
    + """ t WHERE awaits = 'repair') t
        FULL JOIN (SELECT * FROM workflows_incident WHERE resolved_at IS NULL) n
            ON n.instance = t.instance AND n.token = t.token
        WHERE t.token IS NULL OR n.token IS NULL""",
}


def _all() -> dict[str, Offenders]:
    return {**_OWN, **wings.invariants()}


_OWN: Final[Mapping[str, Offenders]] = {
    "instance.replay_gives_state": _states_that_differ,
    "audit.chain_is_whole": lambda: [str(seq) for seq, _ in broken_entries()],
} | {name: by_sql(query) for name, query in _QUERIES.items()}
