"""Rows to values and back: one statement to read what a command needs, one to write all that its steps changed.

Reading locks nothing: whoever writes compares the revision that was read, and one who comes second writes nothing at
all (`Raced`). `lock` is for batches, and for whoever must not come second.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from workflows import step_rows
from workflows.codec import decode_state
from workflows.engine.state import State
from workflows.engine.world import World
from workflows.plans import Release, release_of
from workflows.prepared import fetch
from workflows.statement import Part, Writes, write
from workflows.step_rows import Change, Raced
from workflows.worlds import world_at

__all__ = [
    "Beside", "Change", "Live", "Loaded", "Raced", "Row", "claim_due", "live_release", "load", "lock", "present_world",
    "read", "read_all", "read_by", "remembered_release", "save",
]  # fmt: skip


Row = Sequence[Any]  # a run as the statements here read it


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A run with everything that a step needs."""

    id: str
    state: State
    release: Release
    world: World


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """The version of a flow that new runs use, and the world, both as they were when somebody looked.

    `revisions` are those of the world; `trigger` is the event by which the flow was found, if by one.
    """

    release: Release
    world: World
    revisions: str | None
    trigger: str | None


_WORLD = "(SELECT jsonb_object_agg(name, revision) FROM workflows_worldrevision)"
_COLUMNS = f"i.id::text, i.version_id::text, i.state, {_WORLD}"
_READ = f"SELECT {_COLUMNS} FROM workflows_instance i WHERE i.id = %s::uuid"  # noqa: S608 - constants only
_READ_ALL = f"SELECT {_COLUMNS} FROM workflows_instance i WHERE i.id = ANY(%s::uuid[]) ORDER BY i.id"  # noqa: S608
_LOCK = f"{_READ_ALL} FOR UPDATE OF i"
_LOCK_FREE = f"{_LOCK} SKIP LOCKED"
# Sweeps that look at once each find others; nobody waits for anybody, so the order of the locks is free.
_CLAIM_DUE = f"""
SELECT {_COLUMNS} FROM workflows_timer t JOIN workflows_instance i ON i.id = t.instance
WHERE t.due_at <= %s::timestamptz AND NOT i.id = ANY(%s::uuid[])
ORDER BY t.due_at LIMIT %s::int FOR UPDATE OF i SKIP LOCKED
"""  # noqa: S608 - constants only
_STARTS = "d.live_version_id IS NOT NULL AND d.retired_at IS NULL"
_LIVE = f"SELECT d.live_version_id::text, {_WORLD} FROM workflows_definition d WHERE {_STARTS} AND "  # noqa: S608
_LIVE_BY_KEY = f"{_LIVE} d.key = %s"
_LIVE_BY_TRIGGER = f"{_LIVE} d.live_trigger = %s"


@dataclass(frozen=True, slots=True)
class Beside:
    """A table of another room whose rows belong to runs (column `instance`), and the columns wanted of one of them."""

    table: str
    columns: tuple[str, ...]
    sql: str = field(init=False)

    def __post_init__(self) -> None:
        columns = ", ".join(f'b."{name}"' for name in self.columns)
        sql = (
            f"SELECT {_COLUMNS}, {columns} FROM {self.table} b "  # noqa: S608 - names of tables and columns
            "LEFT JOIN workflows_instance i ON i.id = b.instance WHERE b.id = %s::uuid"
        )
        object.__setattr__(self, "sql", sql)


def read(instance_id: str) -> Loaded | None:
    """Load a run without locking it."""
    found = fetch(_READ, [instance_id])
    return _loaded(found[0]) if found else None


def read_by(beside: Beside, row_id: str) -> tuple[Loaded | None, Sequence[Any] | None]:
    """Load the run that a row belongs to, and the row's columns, without locking either; None for what is not there."""
    found = fetch(beside.sql, [row_id])
    if not found:
        return None, None
    [values] = found
    return (None if values[0] is None else _loaded(values[:4])), values[4:]


def read_all(instance_ids: Sequence[str]) -> list[Loaded]:
    """Load runs in the order of their ids without locking them, without missing ones."""
    return [_loaded(values) for values in fetch(_READ_ALL, ["{" + ",".join(instance_ids) + "}"])]


def lock(instance_ids: Sequence[str], *, skip_locked: bool = False) -> list[Loaded]:
    """Lock runs in the order of their ids and load them, without missing and, with `skip_locked`, busy ones."""
    ids = "{" + ",".join(instance_ids) + "}"
    return [_loaded(values) for values in fetch(_LOCK_FREE if skip_locked else _LOCK, [ids])]


def claim_due(*, now: datetime, limit: int, besides: Sequence[str]) -> dict[str, Row]:
    """Lock the free runs of so many timers that are due, those due for longest first; their rows by run, for `load`.

    Runs `besides` are passed over. Rows that nobody can read are no trouble yet.
    """
    found = fetch(_CLAIM_DUE, [now, "{" + ",".join(besides) + "}", limit])
    return {values[0]: values for values in found}


def load(row: Row) -> Loaded:
    """The run of a claimed row."""
    return _loaded(row)


def live_release(*, key: str | None = None, trigger: str | None = None) -> Live | None:
    """The live version of a flow, by its key or by the event it listens to, with the present world."""
    sql, value = (_LIVE_BY_KEY, key) if trigger is None else (_LIVE_BY_TRIGGER, trigger)
    found = fetch(sql, [value])
    if not found:
        return None
    [(version, revisions)] = found
    live = Live(release=release_of(version), world=world_at(revisions), revisions=revisions, trigger=trigger)
    _remembered[key, trigger] = live
    return live


def remembered_release(*, key: str | None = None, trigger: str | None = None) -> Live | None:
    """What `live_release` said the last time in this process. It may be old: `save` compares, if it is told to."""
    return _remembered.get((key, trigger))


_remembered: dict[tuple[str | None, str | None], Live] = {}


def present_world() -> World:
    """The world as the rows have it now."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_WORLD}")
        return world_at(cursor.fetchone()[0])


def _loaded(values: Sequence[Any]) -> Loaded:
    run, version, state, revisions = values
    return Loaded(id=run, state=decode_state(state), release=release_of(version), world=world_at(revisions))


def save(changes: Sequence[Change], beside: Writes = (), *, expects: Live | None = None) -> None:
    """Write what steps changed, and the rows that other rooms keep of it, in one statement.

    Raises Raced when a run is not where it was read, or when one that begins `expects` another version to be live or
    another world; when it was the only one, nothing at all is written then.
    """
    moves, rest = step_rows.rows_of(changes)
    writes = [moves, *rest, *beside]
    if moves[0] is not step_rows.NEW:
        moved = write(writes, held=step_rows.HELD, moved=step_rows.MOVED_ROWS)
    elif expects is not None:
        row = {
            "definition": expects.release.definition_id, "version_id": expects.release.version_id,
            "trigger": expects.trigger, "revisions": expects.revisions,
        }  # fmt: skip
        moved = write([(_STILL_LIVE, [row]), *writes], held="EXISTS (SELECT FROM still_live)", moved="still_live")
    else:
        write(writes)
        return
    if moved != len(changes):
        raise Raced("instance.moved_on", "Expected the runs as they were read, found them changed.")


_STILL_LIVE = Part(
    columns="definition uuid, version_id uuid, trigger text, revisions text",
    joins=True,
    sql=f"""still_live AS (
        SELECT d.id FROM {{rows}} JOIN workflows_definition d ON d.id = r.definition
            AND d.live_version_id = r.version_id AND (r.trigger IS NULL OR d.live_trigger = r.trigger)
        WHERE {_STARTS} AND {_WORLD}::text IS NOT DISTINCT FROM r.revisions)""",  # noqa: S608 - constants only
)
