"""The rows that steps change, by table, and the parts of the statement that writes them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from bedrock.errors import Conflict
from bedrock.ids import new_id
from workflows.codec import encode_state
from workflows.engine import fact_document
from workflows.engine.facts import Cancelled, Forced, Withdrawn
from workflows.engine.lines import line_of
from workflows.engine.registry import registry
from workflows.engine.state import Awaits, State, Status, Token
from workflows.engine.step import Step
from workflows.engine.work import Work
from workflows.models import Instance
from workflows.plans import Release
from workflows.statement import Part, Row, Writes
from workflows.turns import QUEUED, TURN_OVER


class Raced(Conflict):
    """Somebody else moved the run since it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One run before and after its step; it is not stored yet when `before` has no facts."""

    id: str
    release: Release
    before: State
    step: Step


def rows_of(changes: Sequence[Change]) -> tuple[tuple[Part, Sequence[Row]], Writes]:
    """The rows that are the runs themselves, and all others. Runs that begin and runs that go on do not mix."""
    begins = changes[0].before.seq == 0
    rows: dict[Part, list[Row]] = defaultdict(list)
    for change in changes:
        state, at = change.step.state, change.step.at.isoformat()
        rows[NEW if begins else MOVED].append(_new(change, at) if begins else _moved(change, at))
        rows[HISTORY] += _history(change, at)
        if change.step.deferred:
            rows[JOBS] += [_job(change.id, work, at) for work in change.step.deferred]
        for token in state.tokens.values():
            _add_wait(rows, change, token)
        for token in change.before.tokens.values():
            _add_end_of_wait(rows, change, token, at)
        rows[SKIPPED] += _skipped(change)
        if state.status is not Status.RUNNING and line_of(change.release.plan) is not None:
            rows[TURN_OVER].append({"instance": change.id})
        _add_listening(rows, change)
        _add_call(rows, change, begins=begins)
    moves, *rest = [(part, rows[part]) for part in PARTS if rows.get(part)]
    return moves, rest


def _add_wait(rows: dict[Part, list[Row]], change: Change, token: Token) -> None:
    """What a token that came to a stand, or waits anew, needs beside it."""
    old = change.before.tokens.get(token.id)
    if old is token or (old is not None and _wait(old) == _wait(token)):
        return
    if token.due_at is not None:
        rows[ARMED].append(_address(change.id, token) | {"due_at": token.due_at.isoformat()})
    if token.awaits is Awaits.TURN:
        rows[QUEUED].append({"instance": change.id, **token.data})
    if token.awaits is Awaits.REPAIR:
        rows[OPENED].append(_incident(change.id, token))


def _add_end_of_wait(rows: dict[Part, list[Row]], change: Change, old: Token, at: str) -> None:
    """What a token had beside it and needs no more."""
    now = change.step.state.tokens.get(old.id)
    if now is old:
        return
    key = {"instance": change.id, "token": old.id, "attempt": old.attempt}
    if old.due_at is not None and (now is None or now.due_at is None):
        rows[DISARMED].append(key)
    if now is not None and _wait(now) == _wait(old):
        return
    if old.awaits is Awaits.ACTIVITY and all(work.token != old.id for work in change.step.deferred):
        rows[JOBS_OVER].append(key)
    if old.awaits is Awaits.TURN and now is not None:  # it broke before it was let in: others need not wait for it
        rows[TURN_OVER].append(key)
    if old.awaits is Awaits.REPAIR:
        rows[RESOLVED].append(key | {"at": at})


def _add_listening(rows: dict[Part, list[Row]], change: Change) -> None:
    """The messages that tokens listen for from now on, and those that they did.

    Who begins to listen shares the letterbox with others who do (`workflows.mailbox`), until the commit.
    """
    before, now = _listening(change.before), _listening(change.step.state)
    for part, difference in ((LISTENING, now - before), (LISTENED, before - now)):
        if difference:
            rows[part] += [
                {"instance": change.id, "token": token, "name": name, "key": key}
                for token, name, key in sorted(difference, key=str)
            ]


def begun(before: State, now: State) -> set[tuple[str, str | None]]:
    """The messages, by name and key, that somebody begins to listen for between these states."""
    if not any(token.listens for token in now.tokens.values()):
        return set()
    return {(name, key) for _, name, key in _listening(now) - _listening(before)}


def listened(state: State) -> set[tuple[str, str | None]]:
    """The messages, by name and key, that somebody listens for."""
    return {(name, key) for _, name, key in _listening(state)}


def _add_call(rows: dict[Part, list[Row]], change: Change, *, begins: bool) -> None:
    """What a run that was called owes its caller: that it is there, and what came of it."""
    state, caller = change.step.state, change.step.state.caller
    if caller is None or not (begins or state.status is not Status.RUNNING):
        return
    over = state.status is not Status.RUNNING
    row: dict[str, Any] = {
        "instance": change.id, "status": state.status,
        "output": {name: state.variables.get(name) for name in caller.wants} if over else {},
    }  # fmt: skip
    if begins:
        row |= {
            "caller": caller.instance, "token": caller.token, "node": caller.node, "visit": caller.visit,
            "item": caller.item, "waits": caller.waits,
        }  # fmt: skip
    rows[CALLED if begins else CALL_OVER].append(row)


def _listening(state: State) -> set[tuple[int, str, str | None]]:
    return {(token.id, wanted.name, wanted.key) for token in state.tokens.values() for wanted in token.listens}


def _wait(token: Token) -> tuple[Any, ...]:
    return token.node, token.visit, token.attempt, token.awaits, token.due_at


def _address(instance: str, token: Token) -> dict[str, Any]:
    return {
        "instance": instance, "token": token.id, "node": token.node, "visit": token.visit, "attempt": token.attempt,
    }  # fmt: skip


def _moved(change: Change, at: str) -> dict[str, Any]:
    state = change.step.state
    runs = state.status is Status.RUNNING
    return {
        "id": change.id, "version_id": change.release.version_id, "old_seq": change.before.seq, "seq": state.seq,
        "status": state.status if runs else _ended(state.status),
        "state": encode_state(state), "updated_at": at,
        "ended_at": None if runs else at,
        "incidents": sum(token.awaits is Awaits.REPAIR for token in state.tokens.values()),
    }  # fmt: skip


def _new(change: Change, at: str) -> dict[str, Any]:
    subject = change.step.state.subject
    return _moved(change, at) | {
        "definition": change.release.definition_id,
        "subject_type": subject.type, "subject_id": subject.id, "subject_title": subject.title[:200],
        "requester": change.step.state.requester,
    }  # fmt: skip


@cache
def _ended(status: Status) -> str:
    """The state machine of the row is the only door to its end; asked once, because it always answers the same."""
    row = Instance()
    if status is Status.COMPLETED:
        row.complete()
    else:
        row.cancel()
    return str(row.status)


def _history(change: Change, at: str) -> Iterable[dict[str, Any]]:
    step, first = change.step, change.before.seq + 1
    for index, fact in enumerate(step.facts):
        actor = (step.actors or {}).get(index, step.actor)
        yield {
            "instance": change.id, "seq": first + index, "at": at, "kind": fact.kind,
            "node": getattr(fact, "node", None), "actor": actor.id, "actor_name": actor.name,
            "source": actor.source, "data": fact_document.encode(fact),
        }  # fmt: skip


def _skipped(change: Change) -> Iterable[dict[str, Any]]:
    """The effects that were asked for and left behind, in whose name and for what reason."""
    step = change.step
    skips = [fact for fact in step.facts if isinstance(fact, Withdrawn) and fact.skips]
    if not skips:
        return
    said = [fact.reason for fact in step.facts if isinstance(fact, Forced | Cancelled)]
    for fact in skips:
        yield {
            "instance": change.id, "node": fact.node, "visit": fact.visit, "cause": fact.reason,
            "reason": "".join(said), "actor": step.actor.id, "actor_name": step.actor.name or step.actor.id,
        }  # fmt: skip


def _job(instance: str, work: Work, at: str) -> dict[str, Any]:
    return {
        "id": new_id(), "instance": instance, "token": work.token, "node": work.node,
        "visit": work.visit, "attempt": work.attempt, "type": work.type,
        "target": registry.get(work.type).target(work.payload), "payload": dict(work.payload), "created_at": at,
    }  # fmt: skip


def _incident(instance: str, token: Token) -> dict[str, Any]:
    return _address(instance, token) | {
        "id": new_id(), "code": token.data["code"],
        "message": token.data["message"], "params": token.data["params"],
        "opened_at": token.since.isoformat() if token.since else None,
    }  # fmt: skip


NEW = Part(
    columns="""
        id uuid, definition uuid, version_id uuid, status text, seq int, state jsonb, subject_type text,
        subject_id text, subject_title text, requester text, incidents int, updated_at timestamptz,
        ended_at timestamptz""",
    sql="""new_rows AS (
        INSERT INTO workflows_instance (id, definition, version_id, status, seq, state, subject_type, subject_id,
            subject_title, requester, incidents, started_at, updated_at, ended_at)
        SELECT id, definition, version_id, status, seq, state, subject_type, subject_id, subject_title, requester,
            incidents, updated_at, updated_at, ended_at
        FROM {rows}
        WHERE {held})""",
)
MOVED = Part(
    columns="""
        id uuid, version_id uuid, old_seq int, seq int, status text, state jsonb, incidents int,
        updated_at timestamptz, ended_at timestamptz""",
    joins=True,
    sql="""moved_rows AS (
        UPDATE workflows_instance i SET version_id = r.version_id, seq = r.seq, state = r.state, status = r.status,
            incidents = r.incidents, updated_at = r.updated_at, ended_at = COALESCE(i.ended_at, r.ended_at)
        FROM {rows}
        WHERE i.id = r.id AND i.seq = r.old_seq
        RETURNING i.id)""",
)
MOVED_ROWS = "moved_rows"
HELD = f"EXISTS (SELECT FROM {MOVED_ROWS})"
HISTORY = Part(
    columns="""
        instance uuid, seq int, at timestamptz, kind text, node text, actor text, actor_name text, source text,
        data jsonb""",
    sql="""history_rows AS (
        INSERT INTO workflows_historyevent (instance, seq, at, kind, node, actor, actor_name, source, data)
        SELECT instance, seq, at, kind, node, actor, actor_name, source, data
        FROM {rows}
        WHERE {held})""",
)
ARMED = Part(
    columns="instance uuid, token int, node text, visit int, attempt int, due_at timestamptz",
    sql="""armed_rows AS (
        INSERT INTO workflows_timer (instance, token, node, visit, attempt, due_at)
        SELECT instance, token, node, visit, attempt, due_at
        FROM {rows}
        WHERE {held}
        ON CONFLICT (instance, token) DO UPDATE SET node = EXCLUDED.node, visit = EXCLUDED.visit,
            attempt = EXCLUDED.attempt, due_at = EXCLUDED.due_at)""",
)
DISARMED = Part(
    columns="instance uuid, token int",
    joins=True,
    sql="""disarmed_rows AS (
        DELETE FROM workflows_timer t
        USING {rows}
        WHERE {held} AND t.instance = r.instance AND t.token = r.token)""",
)
LISTENING = Part(
    columns="instance uuid, token int, name text, key text",
    sql="""listening_rows AS (
        INSERT INTO workflows_messagewait (instance, token, name, key)
        SELECT instance, token, name, key
        FROM {rows}
        WHERE {held} AND pg_advisory_xact_lock_shared(orderflow_letterbox(name, key)) IS NOT NULL)""",
)
LISTENED = Part(
    columns="instance uuid, token int, name text, key text",
    joins=True,
    sql="""listened_rows AS (
        DELETE FROM workflows_messagewait w
        USING {rows}
        WHERE {held} AND w.instance = r.instance AND w.token = r.token AND w.name = r.name
            AND w.key IS NOT DISTINCT FROM r.key)""",
)
JOBS = Part(
    columns="""
        id uuid, instance uuid, token int, node text, visit int, attempt int, type text, target text, payload jsonb,
        created_at timestamptz""",
    sql="""jobs_rows AS (
        INSERT INTO workflows_activityjob (id, instance, token, node, visit, attempt, type, target, payload, tries,
            claimed, available_at, created_at)
        SELECT id, instance, token, node, visit, attempt, type, target, payload, 0, NULL, now(), created_at
        FROM {rows}
        WHERE {held}
        ON CONFLICT (instance, token) DO UPDATE SET id = EXCLUDED.id, node = EXCLUDED.node, visit = EXCLUDED.visit,
            attempt = EXCLUDED.attempt, type = EXCLUDED.type, target = EXCLUDED.target, payload = EXCLUDED.payload,
            tries = 0, claimed = NULL, available_at = EXCLUDED.available_at, created_at = EXCLUDED.created_at)""",
)
JOBS_OVER = Part(
    columns="instance uuid, token int, attempt int",
    joins=True,
    sql="""jobs_over_rows AS (
        DELETE FROM workflows_activityjob j
        USING {rows}
        WHERE {held} AND j.instance = r.instance AND j.token = r.token
            AND j.attempt = r.attempt)""",
)
SKIPPED = Part(
    columns="instance uuid, node text, visit int, cause text, reason text, actor text, actor_name text",
    sql="""skipped_rows AS (
        INSERT INTO workflows_effect AS e (instance, node, visit, attempt, unanswered, is_done, skipped_at,
            skipped_by, skipped_by_name, cause, reason)
        SELECT instance, node, visit, 0, 0, FALSE, clock_timestamp(), actor, actor_name, cause, reason
        FROM {rows}
        WHERE {held}
        ON CONFLICT (instance, node, visit) DO UPDATE SET
            skipped_at = GREATEST(clock_timestamp(), e.let_out_at), skipped_by = EXCLUDED.skipped_by,
            skipped_by_name = EXCLUDED.skipped_by_name, cause = EXCLUDED.cause, reason = EXCLUDED.reason)""",
)
OPENED = Part(
    columns="""
        id uuid, instance uuid, token int, node text, visit int, attempt int, code text, message text, params jsonb,
        opened_at timestamptz""",
    sql="""opened_rows AS (
        INSERT INTO workflows_incident (id, instance, token, node, visit, attempt, code, message, params, opened_at)
        SELECT id, instance, token, node, visit, attempt, code, message, params, opened_at
        FROM {rows}
        WHERE {held})""",
)
RESOLVED = Part(
    columns="instance uuid, token int, attempt int, at timestamptz",
    joins=True,
    sql="""resolved_rows AS (
        UPDATE workflows_incident n SET resolved_at = r.at
        FROM {rows}
        WHERE {held} AND n.instance = r.instance AND n.token = r.token
            AND n.attempt = r.attempt AND n.resolved_at IS NULL)""",
)
CALLED = Part(
    columns="""
        instance uuid, caller uuid, token int, node text, visit int, item int, waits boolean, status text,
        output jsonb""",
    sql="""called_rows AS (
        INSERT INTO workflows_calledrun (instance, caller, token, node, visit, item, waits, status, output, due_at)
        SELECT instance, caller, token, node, visit, item, waits, status, output,
            CASE WHEN waits AND status <> 'running' THEN now() END
        FROM {rows}
        WHERE {held})""",
)
CALL_OVER = Part(
    columns="instance uuid, status text, output jsonb",
    joins=True,
    sql="""call_over_rows AS (
        UPDATE workflows_calledrun c SET status = r.status, output = r.output,
            due_at = CASE WHEN c.waits AND c.recalled IS NULL THEN now() END
        FROM {rows}
        WHERE {held} AND c.instance = r.instance)""",
)
PARTS = (
    NEW, MOVED, HISTORY, ARMED, DISARMED, LISTENING, LISTENED, JOBS, JOBS_OVER, SKIPPED, OPENED, RESOLVED, CALLED,
    CALL_OVER, QUEUED, TURN_OVER,
)  # fmt: skip
