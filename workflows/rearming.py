"""Due times after an edit of a calendar: read by the thousand, reckoned in memory, written in one statement.

It writes what `engine.facts.apply` would make of the fact: the same row as a step, without loading the run. A run that
moved meanwhile is read again; nobody is waited for longer than a step takes.
"""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from workflows import wings
from workflows.codec import decode_token
from workflows.engine.calendars import NoOpenTime
from workflows.engine.events import Actor
from workflows.engine.fact_document import encode
from workflows.engine.node_type import NodeType
from workflows.engine.plan import Plan
from workflows.engine.rearming import due_again, rearmed
from workflows.engine.state import Awaits, Json, Token
from workflows.engine.world import World
from workflows.plans import release_of

Place = tuple[str, int]  # a run and its token
ROUNDS: Final = 5  # how often a run that moves meanwhile is read again

_COLUMNS: Final = (
    "t.instance::text, t.token, i.version_id::text, i.seq, i.state->>'requester', (i.state->'tokens')::text"
)
_FROM: Final = f"SELECT {_COLUMNS} FROM workflows_timer t JOIN workflows_instance i ON i.id = t.instance"  # noqa: S608
# The second bound is the first one again: without it a plan that merges both tables walks to the place each time.
_AFTER: Final = (
    f"{_FROM} WHERE (t.instance, t.token) > (%s::uuid, %s) AND i.id >= %s::uuid ORDER BY t.instance, t.token LIMIT %s"
)
_NEXT: Final = f"{_FROM} WHERE t.due_at > %s ORDER BY t.due_at LIMIT %s"
_THESE: Final = f"{_FROM} WHERE (t.instance, t.token) IN (SELECT * FROM unnest(%s::uuid[], %s::int[]))"  # noqa: S608
# Every row is looked up by its key, however many there are: these tables are large.
_BY_KEY: Final = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off"
_WRITE: Final = """
WITH moved_rows AS (
    UPDATE workflows_instance i SET seq = r.seq + 1, updated_at = %s,
        state = i.state || jsonb_build_object('seq', r.seq + 1, 'tokens', jsonb_set(i.state->'tokens', r.place,
            (i.state #> ('{tokens}' || r.place)) || r.token_part))
    FROM (SELECT instance, token, seq, ARRAY[place] AS place, due::timestamptz AS due_at, visit, attempt, kind,
            jsonb_build_object('due_at', due, 'attempt', attempt) AS token_part
        FROM unnest(%s::uuid[], %s::int[], %s::int[], %s::text[], %s::text[], %s::int[], %s::int[], %s::int[])
            AS g(instance, token, seq, place, due, visit, attempt, kind)) r
    WHERE i.id = r.instance AND i.seq = r.seq
    RETURNING r.instance, r.token, r.seq + 1 AS seq, r.due_at, r.visit, r.attempt, r.kind, r.token_part
), history_rows AS (
    INSERT INTO workflows_historyevent (instance, seq, at, kind, node, actor, actor_name, source, data)
    SELECT r.instance, r.seq, %s, 'changed', f.fact->>'node', %s, %s, %s,
        f.fact || jsonb_build_object('token', r.token, 'visit', r.visit) || r.token_part
    FROM moved_rows r JOIN unnest(%s::jsonb[]) WITH ORDINALITY f(fact, kind) ON f.kind = r.kind
), timer_rows AS (
    UPDATE workflows_timer t SET due_at = r.due_at, attempt = r.attempt
    FROM moved_rows r WHERE t.instance = r.instance AND t.token = r.token
)"""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a look at waits found, and of what was written how much moved. `last` is where the next one goes on."""

    looked_at: int = 0
    later: int = 0
    earlier: int = 0
    at_once: int = 0  # of those that moved: due at the moment of the look already
    left_alone: int = 0
    last: Place | None = None
    until: datetime | None = None  # the last of the new due times


@dataclass(slots=True, kw_only=True)
class _Reckoned:
    """Waits with their new due times, as the statement takes them."""

    places: list[Place] = field(default_factory=list)
    seqs: list[int] = field(default_factory=list)
    indices: list[int] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    dues: list[datetime] = field(default_factory=list)
    left_alone: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A wait and its due times, before and after."""

    instance: str
    node: str
    before: datetime
    after: datetime


def foresee(*, world: World, now: datetime, limit: int) -> tuple[Looked, Sequence[Move]]:
    """What due times would be in this world, of so many waits that are due next. Changes nothing."""
    rows = _read(_NEXT, [now, limit])
    found = _reckon(rows, world=world, now=now)
    moves = [
        Move(instance=instance, node=token.node, before=_due(token), after=due)
        for (instance, _), token, due in zip(found.places, found.tokens, found.dues, strict=True)
    ]
    return _looked(found, looked_at=len(rows), now=now), moves


def rearm_after(last: Place, *, world: World, by: Actor, why: dict[str, Json], now: datetime, limit: int) -> Looked:
    """Arm anew so many waits after `last`, in the caller's transaction."""
    rows = _read(_AFTER, [*last, last[0], limit])
    looked = Looked(looked_at=len(rows), last=(rows[-1][0], rows[-1][1]) if rows else None)
    found = _reckon(rows, world=world, now=now)
    left_alone = found.left_alone
    for _ in range(ROUNDS):
        if not found.places:
            break
        moved = _write(found, by=by, why=why, now=now)
        looked = _sum(looked, _looked(found, moved=moved, now=now))
        missed = [place for place in found.places if place not in moved]
        rows = _read(_THESE, [_array(one for one, _ in missed), _array(str(token) for _, token in missed)])
        found = _reckon(rows, world=world, now=now)
    return replace(looked, left_alone=left_alone)


def _read(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _reckon(rows: Sequence[tuple[Any, ...]], *, world: World, now: datetime) -> _Reckoned:
    found = _Reckoned()
    for instance, number, version, seq, requester, tokens in rows:
        plan = release_of(version).plan
        try:
            index, token = _token_of(plan, json.loads(tokens), number)
            due = None if token is None else due_again(plan, token, requester=requester, now=now, world=world)
        except Exception as error:  # one wait that nobody can read or reckon holds up no other
            found.left_alone += 1
            if not isinstance(error, NoOpenTime):
                _logger.exception("wait not reckoned", extra={"action": "workflows.rearm", "instance": instance})
            continue
        if token is not None and due is not None:
            found.places.append((instance, number))
            found.seqs.append(seq)
            found.indices.append(index)
            found.tokens.append(token)
            found.dues.append(due)
    return found


def _token_of(plan: Plan, documents: Sequence[dict[str, Any]], number: int) -> tuple[int, Token | None]:
    """A token and its place; None for one of a kind that goes by no calendar."""
    for index, document in enumerate(documents):
        if document["id"] == number:
            node = plan.nodes.get(document["node"])
            if node is None or type(node.type).reckoned is NodeType.reckoned:
                return index, None
            return index, decode_token(document)
    return 0, None


def _write(found: _Reckoned, *, by: Actor, why: dict[str, Json], now: datetime) -> set[Place]:
    """The waits of these that are armed anew: those of runs that stand where they were read, one of each run."""
    kinds: dict[tuple[str, Awaits], int] = {}  # the facts of one node differ in numbers and times alone
    facts: list[str] = []
    numbers: list[int] = []
    for token, due in zip(found.tokens, found.dues, strict=True):
        kind = kinds.get((token.node, token.awaits))
        if kind is None:
            facts.append(json.dumps(encode(rearmed(token, due, why=why))))
            kind = kinds[token.node, token.awaits] = len(facts)
        numbers.append(kind)
    parts = "".join(f", {part}" for part in wings.due_followers())
    parameters: list[Any] = [
        now, _array(one for one, _ in found.places), _array(str(token) for _, token in found.places),
        _array(map(str, found.seqs)), _array(map(str, found.indices)), _array(due.isoformat() for due in found.dues),
        _array(str(token.visit) for token in found.tokens), _array(str(token.attempt + 1) for token in found.tokens),
        _array(map(str, numbers)), now, by.id, by.name, by.source, facts,
    ]  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_BY_KEY)
        cursor.execute(f"{_WRITE}{parts} SELECT instance::text, token FROM moved_rows", parameters)  # noqa: S608
        return set(cursor.fetchall())


def _looked(found: _Reckoned, *, now: datetime, moved: set[Place] | None = None, looked_at: int = 0) -> Looked:
    changes = [
        (_due(token), due)
        for place, token, due in zip(found.places, found.tokens, found.dues, strict=True)
        if moved is None or place in moved
    ]
    return Looked(
        looked_at=looked_at, later=sum(after > before for before, after in changes),
        earlier=sum(after < before for before, after in changes), at_once=sum(after <= now for _, after in changes),
        left_alone=found.left_alone, until=max((after for _, after in changes), default=None),
    )  # fmt: skip


def _sum(one: Looked, other: Looked) -> Looked:
    return replace(
        one, later=one.later + other.later, earlier=one.earlier + other.earlier, at_once=one.at_once + other.at_once
    )


def _due(token: Token) -> datetime:
    if token.due_at is None:
        raise ValueError(f"Expected a due time of token {token.id}, found none.")
    return token.due_at


def _array(values: Iterable[str]) -> str:
    """An array of ids, numbers or instants, none of which holds a character that means something in it."""
    return "{" + ",".join(values) + "}"
