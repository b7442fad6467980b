"""Waiting runs by the hundred thousand: a real run of each kind, written again under other numbers by the database."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from accounts.models import User
from bedrock.clock import now
from workflows.actions.definitions import create_definition, publish
from workflows.actions.instances import start
from workflows.engine.events import Actor
from workflows.engine.state import Subject

FAR: Final = "bench_far"  # a delay of a year on the wall clock
REST: Final = "bench_rest"  # a delay of two working hours
CALENDAR: Final = "bench"  # of delays; approvals go by that of the house
ASK: Final = "bench_ask"  # an approval that goes to others after two working hours
_NODES: Final[dict[str, dict[str, Any]]] = {
    FAR: {"type": "delay", "config": {"after": "P365D"}},
    REST: {"type": "delay", "config": {"after": "PT120M", "clock": "working", "calendar": CALENDAR}},
    ASK: {
        "type": "approval",
        "config": {
            "assign": [{"kind": "group", "group": "finance"}],
            "timeouts": [
                {"after": "PT120M", "do": "transfer", "to": [{"kind": "group", "group": "finance-backup"}]},
                {"after": "P1D", "do": "remind"},
            ],
        },
    },
}

# Ids of copies grow with their number, as those of real runs do with time.
_ID: Final = "(lpad(to_hex(%(first)s + n), 8, '0') || '-0000-7000-8000-' || %(kind)s)::uuid"
_STATE: Final = "jsonb_set({source}.state, '{{tokens,0,due_at}}', to_jsonb(%(due)s::timestamptz))"
_INSTANCES: Final = f"""
INSERT INTO workflows_instance (id, definition, version_id, status, seq, state, subject_type, subject_id,
    subject_title, requester, incidents, started_at, updated_at, ended_at)
SELECT {_ID}, i.definition, i.version_id, i.status, i.seq, {_STATE.format(source="i")}, i.subject_type, 'S' || n,
    i.subject_title, i.requester, i.incidents, i.started_at, i.updated_at, i.ended_at
FROM workflows_instance i, generate_series(1, %(count)s) n WHERE i.id = %(run)s
"""  # noqa: S608 - constants only, here and below
_TIMERS: Final = f"""
INSERT INTO workflows_timer (instance, token, node, visit, attempt, due_at)
SELECT {_ID}, t.token, t.node, t.visit, t.attempt, %(due)s
FROM workflows_timer t, generate_series(1, %(count)s) n WHERE t.instance = %(run)s
"""  # noqa: S608
_HISTORY: Final = f"""
INSERT INTO workflows_historyevent (instance, seq, at, kind, node, actor, actor_name, source, data)
SELECT {_ID}, h.seq, h.at, h.kind, h.node, h.actor, h.actor_name, h.source,
    CASE WHEN h.data ? 'due_at' THEN jsonb_set(h.data, '{{due_at}}', to_jsonb(%(due)s::timestamptz)) ELSE h.data END
FROM workflows_historyevent h, generate_series(1, %(count)s) n WHERE h.instance = %(run)s
"""  # noqa: S608
_TASKS: Final = f"""
INSERT INTO approvals_approvaltask (id, instance, token, node, visit, title, definition_key, definition_title, version,
    subject_type, subject_id, subject_title, subject_facts, requester, mode, status, revision, candidates, scopes,
    votes, trace, opened_at, due_at, due_does, timing, reminded_at, closed_at, decided_by, decided_by_name)
SELECT {_ID}, {_ID}, t.token, t.node, t.visit, t.title, t.definition_key, t.definition_title, t.version,
    t.subject_type, 'S' || n, t.subject_title, t.subject_facts, t.requester, t.mode, t.status, t.revision,
    t.candidates, t.scopes, t.votes, t.trace, t.opened_at, %(due)s, t.due_does, t.timing, t.reminded_at, t.closed_at,
    t.decided_by, t.decided_by_name
FROM approvals_approvaltask t, generate_series(1, %(count)s) n WHERE t.instance = %(run)s
"""  # noqa: S608
_SEATS: Final = f"""
INSERT INTO approvals_assignment (task_id, scope, status, requester, sort_at, opened_at)
SELECT {_ID}, a.scope, a.status, a.requester, %(due)s, a.opened_at
FROM approvals_assignment a JOIN approvals_approvaltask t ON t.id = a.task_id, generate_series(1, %(count)s) n
WHERE t.instance = %(run)s
"""  # noqa: S608
_ALL: Final = (_INSTANCES, _TIMERS, _HISTORY, _TASKS, _SEATS)
_first = 1


def publish_flow(key: str, *, by: User) -> None:
    """One of the two flows, live."""
    nodes = [{"id": "start", "type": "start"}, {"id": "wait", **_NODES[key]}, {"id": "end", "type": "end"}]
    edges: list[dict[str, Any]] = [{"id": "e1", "from": "start", "to": "wait"}]
    ports = ("approved", "rejected") if key == ASK else ("out",)
    edges += [{"id": f"e_{port}", "from": "wait", "port": port, "to": "end"} for port in ports]
    graph = {"format": 1, "variables": [], "nodes": nodes, "edges": edges}
    draft = create_definition(key=key, title={"zh": key, "en": key}, graph=graph, layout={}, actor=by, now=now())
    publish(str(draft.definition.pk), revision=1, note="bench", actor=by, now=now())


def begin(key: str, *, by: User, at: datetime) -> str:
    """One real run."""
    return start(
        key, subject=Subject(type="bench", id="S0", title="ORD-2026-0001"), variables={}, requester=str(by.pk),
        actor=Actor(id=str(by.pk), name=by.get_full_name()), now=at,
    ).instance_id  # fmt: skip


def multiply(run: str, *, count: int, due: datetime) -> None:
    """So many further runs that stand as this one does, due at this instant, with their history, tasks and seats."""
    global _first  # noqa: PLW0603 - numbers are given once
    given: dict[str, Any] = {
        "run": UUID(run),
        "first": _first,
        "count": count,
        "due": due,
        "kind": run.replace("-", "")[-12:],
    }
    with connection.cursor() as cursor:
        for statement in _ALL:
            cursor.execute(statement, given)
    _first += count


def settle() -> None:
    """What autovacuum would have done meanwhile."""
    with connection.cursor() as cursor:
        for table in ("instance", "timer", "historyevent"):
            cursor.execute(f"VACUUM ANALYZE workflows_{table}")
        for table in ("approvaltask", "assignment"):
            cursor.execute(f"VACUUM ANALYZE approvals_{table}")
