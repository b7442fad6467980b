"""Rows to values and back: one statement to read what a command needs, one to write all that its steps changed.

The runs are locked, and the writing statement still compares the revision it read: if any run is not where it was,
an error rolls all of it back.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from bedrock.errors import Conflict
from bedrock.ids import new_id
from workflows.codec import decode_state, encode_state
from workflows.engine import facts
from workflows.engine.node_type import Work
from workflows.engine.state import Awaits, State, Status, Token
from workflows.engine.step import Step
from workflows.engine.world import World
from workflows.models import Instance
from workflows.plans import Release, release_of
from workflows.prepared import execute
from workflows.worlds import world_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A locked run with everything that a step needs."""

    row: Instance
    state: State
    release: Release
    world: World


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One run before and after its step. `row` is not stored yet when `before` has no facts."""

    row: Instance
    release: Release
    before: State
    step: Step


_WORLD = "(SELECT jsonb_object_agg(name, revision) FROM workflows_worldrevision)"
_COLUMNS = (
    "i.id, i.definition, i.version_id, i.status, i.seq, i.state, i.subject_type, i.subject_id, "
    "i.subject_title, i.requester, i.incidents, i.started_at, i.updated_at, i.ended_at"
)
_LOCK = (
    f"SELECT {_COLUMNS}, {_WORLD} FROM workflows_instance i "  # noqa: S608 - constants only
    "WHERE i.id = ANY(%s::uuid[]) ORDER BY i.id FOR UPDATE OF i"
)
_LOCK_FREE = f"{_LOCK} SKIP LOCKED"
_LIVE = (
    f"SELECT d.live_version_id, {_WORLD} FROM workflows_definition d "  # noqa: S608 - constants only
    "WHERE d.live_version_id IS NOT NULL AND "
)
_LIVE_BY_KEY = f"{_LIVE} d.key = %s"
_LIVE_BY_TRIGGER = f"{_LIVE} d.live_trigger = %s"
_NAMES = [column.strip().removeprefix("i.") for column in _COLUMNS.split(",")]


def lock(instance_ids: Sequence[str], *, skip_locked: bool = False) -> list[Loaded]:
    """Lock runs in the order of their ids and load them, without missing and, with `skip_locked`, busy ones."""
    with connection.cursor() as cursor:
        sql = _LOCK_FREE if skip_locked else _LOCK
        execute(cursor, sql, ["{" + ",".join(instance_ids) + "}"])
        return [_loaded(values) for values in cursor.fetchall()]


def live_release(*, key: str | None = None, trigger: str | None = None) -> tuple[Release, World] | None:
    """The live version of a flow, by its key or by the event it listens to, with the present world."""
    sql, value = (_LIVE_BY_KEY, key) if trigger is None else (_LIVE_BY_TRIGGER, trigger)
    with connection.cursor() as cursor:
        execute(cursor, sql, [value])
        found = cursor.fetchone()
    return None if found is None else (release_of(str(found[0])), world_at(_revisions(found[1])))


def present_world() -> World:
    """The world as the rows have it now."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_WORLD}")
        return world_at(_revisions(cursor.fetchone()[0]))


def _revisions(value: str | None) -> Mapping[str, int]:
    revisions: Mapping[str, int] = json.loads(value) if value else {}
    return revisions


def _loaded(values: Sequence[Any]) -> Loaded:
    row = Instance.from_db("default", _NAMES, values[:-1])
    release = release_of(str(row.version_id))
    state = decode_state(values[5])
    return Loaded(row=row, state=state, release=release, world=world_at(_revisions(values[-1])))


def save(changes: Sequence[Change]) -> None:
    """Write all changes in one statement. Raises Conflict `instance.moved_on` when a run is not where it was read."""
    writing = _Writing()
    for change in changes:
        writing.add(change)
    with connection.cursor() as cursor:
        execute(cursor, *writing.statement())
        if cursor.fetchone()[0] != len(changes):
            raise Conflict("instance.moved_on", "Expected the runs as they were read, found them changed.")


@dataclass(slots=True)
class _Writing:
    """Collects the rows of a batch, by table."""

    new: list[dict[str, Any]] = field(default_factory=list)
    moved: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    armed: list[dict[str, Any]] = field(default_factory=list)
    disarmed: list[dict[str, Any]] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    jobs_over: list[dict[str, Any]] = field(default_factory=list)
    opened: list[dict[str, Any]] = field(default_factory=list)
    resolved: list[dict[str, Any]] = field(default_factory=list)

    def add(self, change: Change) -> None:
        step, state, row = change.step, change.step.state, change.row
        instance = str(row.id)
        _move_status(row, state, at=step.at)
        values = {
            "id": instance, "old_seq": change.before.seq, "seq": state.seq, "status": row.status,
            "state": encode_state(state), "updated_at": step.at.isoformat(),
            "ended_at": row.ended_at.isoformat() if row.ended_at else None,
            "incidents": sum(token.awaits is Awaits.REPAIR for token in state.tokens.values()),
        }  # fmt: skip
        if change.before.seq == 0:
            values |= {
                "definition": str(row.definition), "version_id": str(row.version_id),
                "subject_type": row.subject_type, "subject_id": row.subject_id,
                "subject_title": row.subject_title, "requester": row.requester,
                "started_at": row.started_at.isoformat(),
            }  # fmt: skip
            self.new.append(values)
        else:
            self.moved.append(values)
        self.history += _history_rows(instance, change.before.seq, step)
        self.jobs += [_job_row(instance, work, step.at) for work in step.deferred]
        self.tokens(instance, change.before.tokens, state.tokens, at=step.at)

    def tokens(self, instance: str, before: Mapping[int, Token], after: Mapping[int, Token], *, at: datetime) -> None:
        replaced = {job["token"] for job in self.jobs if job["instance"] == instance}
        for token in after.values():
            old = before.get(token.id)
            key = {"instance": instance, "token": token.id}
            if token.due_at is not None and (old is None or _wait(old) != _wait(token)):
                self.armed.append(
                    key | {
                        "node": token.node, "visit": token.visit, "attempt": token.attempt,
                        "due_at": token.due_at.isoformat(),
                    }
                )  # fmt: skip
            if token.awaits is Awaits.REPAIR and (old is None or _wait(old) != _wait(token)):
                self.opened.append(_incident_row(instance, token))
        for old in before.values():
            now = after.get(old.id)
            key = {"instance": instance, "token": old.id}
            if old.due_at is not None and (now is None or now.due_at is None):
                self.disarmed.append(key)
            over = now is None or _wait(now) != _wait(old)
            if old.awaits is Awaits.ACTIVITY and over and old.id not in replaced:
                self.jobs_over.append(key | {"attempt": old.attempt})
            if old.awaits is Awaits.REPAIR and over:
                self.resolved.append(key | {"attempt": old.attempt, "at": at.isoformat()})

    def statement(self) -> tuple[str, list[str]]:
        parts = [_PARTS[name] for name in _PARTS if getattr(self, name)]
        parameters = [json.dumps(getattr(self, name)) for name in _PARTS if getattr(self, name)]
        counted = " + ".join(_COUNTS[name] for name in _COUNTS if getattr(self, name))
        return f"WITH {', '.join(parts)} SELECT {counted}", parameters


def _wait(token: Token) -> tuple[Any, ...]:
    return token.node, token.visit, token.attempt, token.awaits, token.due_at


def _move_status(row: Instance, state: State, *, at: datetime) -> None:
    """The state machine of the row is the only door for its status."""
    if state.status == row.status:
        return
    if state.status is Status.COMPLETED:
        row.complete()
    else:
        row.cancel()
    row.ended_at = at


def _history_rows(instance: str, first: int, step: Step) -> Iterable[dict[str, Any]]:
    at = step.at.isoformat()
    for index, fact in enumerate(step.facts):
        actor = (step.actors or {}).get(index, step.actor)
        yield {
            "instance": instance, "seq": first + index + 1, "at": at, "kind": fact.kind,
            "node": getattr(fact, "node", None), "actor": actor.id, "actor_name": actor.name,
            "source": actor.source, "data": facts.encode(fact),
        }  # fmt: skip


def _job_row(instance: str, work: Work, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(), "instance": instance, "token": work.token, "node": work.node,
        "visit": work.visit, "attempt": work.attempt, "type": work.type,
        "payload": dict(work.payload), "created_at": at.isoformat(),
    }  # fmt: skip


def _incident_row(instance: str, token: Token) -> dict[str, Any]:
    return {
        "id": new_id(), "instance": instance, "token": token.id, "node": token.node,
        "visit": token.visit, "attempt": token.attempt, "code": token.data["code"],
        "message": token.data["message"], "params": token.data["params"],
        "opened_at": token.since.isoformat() if token.since else None,
    }  # fmt: skip


_COUNTS = {
    "new": "(SELECT count(*) FROM new_rows)",
    "moved": "(SELECT count(*) FROM moved_rows)",
}
# PostgreSQL expects a hundred rows of a JSON document and would read small tables of waiting work whole for them; of an
# array it expects ten, and uses the index. Hence the lists of runs beside the joins.
_PARTS = {
    "new": """new_rows AS (
        INSERT INTO workflows_instance (id, definition, version_id, status, seq, state, subject_type, subject_id,
            subject_title, requester, incidents, started_at, updated_at, ended_at)
        SELECT id, definition, version_id, status, seq, state, subject_type, subject_id, subject_title, requester,
            incidents, started_at, updated_at, ended_at
        FROM jsonb_to_recordset(%s::jsonb) AS r(id uuid, definition uuid, version_id uuid, status text, seq int,
            state jsonb, subject_type text, subject_id text, subject_title text, requester text, incidents int,
            started_at timestamptz, updated_at timestamptz, ended_at timestamptz)
        RETURNING id)""",
    "moved": """moved AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r(id uuid, old_seq int, seq int, status text, state jsonb,
            incidents int, updated_at timestamptz, ended_at timestamptz)
    ), moved_rows AS (
        UPDATE workflows_instance i SET seq = r.seq, state = r.state, status = r.status, incidents = r.incidents,
            updated_at = r.updated_at, ended_at = r.ended_at
        FROM moved r
        WHERE i.id = ANY(ARRAY(SELECT id FROM moved)) AND i.id = r.id AND i.seq = r.old_seq
        RETURNING i.id)""",
    "history": """history_rows AS (
        INSERT INTO workflows_historyevent (instance, seq, at, kind, node, actor, actor_name, source, data)
        SELECT instance, seq, at, kind, node, actor, actor_name, source, data
        FROM jsonb_to_recordset(%s::jsonb) AS r(instance uuid, seq int, at timestamptz, kind text, node text,
            actor text, actor_name text, source text, data jsonb))""",
    "armed": """armed_rows AS (
        INSERT INTO workflows_timer (instance, token, node, visit, attempt, due_at)
        SELECT instance, token, node, visit, attempt, due_at
        FROM jsonb_to_recordset(%s::jsonb) AS r(instance uuid, token int, node text, visit int, attempt int,
            due_at timestamptz)
        ON CONFLICT (instance, token) DO UPDATE SET node = EXCLUDED.node, visit = EXCLUDED.visit,
            attempt = EXCLUDED.attempt, due_at = EXCLUDED.due_at)""",
    "disarmed": """disarmed AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r(instance uuid, token int)
    ), disarmed_rows AS (
        DELETE FROM workflows_timer t USING disarmed r
        WHERE t.instance = ANY(ARRAY(SELECT instance FROM disarmed))
            AND t.instance = r.instance AND t.token = r.token)""",
    "jobs": """jobs_rows AS (
        INSERT INTO workflows_activityjob (id, instance, token, node, visit, attempt, type, payload, tries, claimed,
            available_at, created_at)
        SELECT id, instance, token, node, visit, attempt, type, payload, 0, NULL, now(), created_at
        FROM jsonb_to_recordset(%s::jsonb) AS r(id uuid, instance uuid, token int, node text, visit int, attempt int,
            type text, payload jsonb, created_at timestamptz)
        ON CONFLICT (instance, token) DO UPDATE SET id = EXCLUDED.id, node = EXCLUDED.node, visit = EXCLUDED.visit,
            attempt = EXCLUDED.attempt, type = EXCLUDED.type, payload = EXCLUDED.payload, tries = 0, claimed = NULL,
            available_at = EXCLUDED.available_at, created_at = EXCLUDED.created_at)""",
    "jobs_over": """jobs_over AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r(instance uuid, token int, attempt int)
    ), jobs_over_rows AS (
        DELETE FROM workflows_activityjob j USING jobs_over r
        WHERE j.instance = ANY(ARRAY(SELECT instance FROM jobs_over))
            AND j.instance = r.instance AND j.token = r.token AND j.attempt = r.attempt)""",
    "opened": """opened_rows AS (
        INSERT INTO workflows_incident (id, instance, token, node, visit, attempt, code, message, params, opened_at)
        SELECT id, instance, token, node, visit, attempt, code, message, params, opened_at
        FROM jsonb_to_recordset(%s::jsonb) AS r(id uuid, instance uuid, token int, node text, visit int, attempt int,
            code text, message text, params jsonb, opened_at timestamptz))""",
    "resolved": """resolved AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r(instance uuid, token int, attempt int, at timestamptz)
    ), resolved_rows AS (
        UPDATE workflows_incident n SET resolved_at = r.at FROM resolved r
        WHERE n.instance = ANY(ARRAY(SELECT instance FROM resolved)) AND n.instance = r.instance
            AND n.token = r.token AND n.attempt = r.attempt AND n.resolved_at IS NULL)""",
}
