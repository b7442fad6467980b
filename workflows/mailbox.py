"""Letters: messages that are kept until a run waits for them, each read by one run.

Whoever begins to wait shares the letterbox of that name and key until the commit (the statement of the step sees to
it) and looks into it after that statement. Whoever puts a letter there has the letterbox alone, and looks before for
somebody who waits. So of the two one always sees what the other did, and a letter for which somebody waits is never
left lying. Nobody who has a letterbox alone may wait for a run: who waits for the letterbox has one locked.
"""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import QuerySet

from bedrock.errors import Conflict, OrderflowError
from workflows.engine.events import Actor, MessageReceived
from workflows.models import Letter, MessageWait
from workflows.prepared import fetch

MOST_PER_KEY: Final = 100
MOST_PER_NAME: Final = 100_000  # not exact: letters with different keys are put down side by side
DEAD_KEPT: Final = timedelta(days=90)
BATCH: Final = 500

Address = tuple[str, str | None]

# Ordered as the index of name, key and id is, also where the key is none: another index, chosen while nothing was kept
# in a plan that stays, would be walked over all letters.
_KEPT = "FROM workflows_letter l WHERE l.name = w.name AND l.died_at IS NULL AND l.until > %s"
_FIRST = f"""
SELECT l.id FROM (
    SELECT f.id FROM unnest(%s::text[], %s::text[]) AS w(name, key)
        CROSS JOIN LATERAL (SELECT l.id {_KEPT} AND l.key = w.key ORDER BY l.key, l.id LIMIT 1) f
    UNION ALL
    SELECT f.id FROM unnest(%s::text[]) AS w(name)
        CROSS JOIN LATERAL (SELECT l.id {_KEPT} AND l.key IS NULL ORDER BY l.key, l.id LIMIT 1) f
) l ORDER BY l.id LIMIT 1
"""  # noqa: S608 - constants only
_TAKE = """
DELETE FROM workflows_letter WHERE id = %s::bigint AND died_at IS NULL
RETURNING name, key, payload, actor, actor_name, source
"""
_ALONE = "SELECT pg_advisory_xact_lock(orderflow_letterbox(%s::text, %s::text)) IS NOT NULL"
_FORGET = """
DELETE FROM workflows_letter WHERE id IN (
    SELECT id FROM workflows_letter WHERE {which} ORDER BY {column} LIMIT %s FOR UPDATE SKIP LOCKED)
"""
_EXPIRED = _FORGET.format(which="died_at IS NULL AND until <= %s", column="until")
_LONG_DEAD = _FORGET.format(which="died_at IS NOT NULL AND died_at <= %s", column="died_at")


def first_for(wanted: Collection[Address], *, now: datetime) -> int | None:
    """The oldest letter for one who waits for these messages; one that has expired is none."""
    keyed = [(name, key) for name, key in sorted(wanted, key=str) if key is not None]
    calls = sorted(name for name, key in wanted if key is None)
    found = fetch(_FIRST, [[name for name, _ in keyed], [key for _, key in keyed], now, calls, now])
    return None if not found else int(found[0][0])


def take(letter: int) -> MessageReceived | None:
    """Take a letter out, in the caller's transaction; None when another one has."""
    found = fetch(_TAKE, [letter])
    if not found:
        return None
    name, key, payload, actor, actor_name, source = found[0]
    by = Actor(id=actor, name=actor_name, source=source)
    return MessageReceived(name=name, key=key, payload=json.loads(payload), actor=by)


def put_down(message: MessageReceived, *, until: datetime, now: datetime) -> bool:
    """Keep a message for whoever waits for it next; False, and nothing is kept, when somebody waits already.

    Raises Conflict `message.mailbox_full`. The caller is in a transaction.
    """
    with transaction.atomic():
        point = transaction.savepoint()
        fetch(_ALONE, [message.name, message.key])
        if MessageWait.objects.filter(name=message.name, key=message.key).exists():
            transaction.savepoint_rollback(point)  # and the letterbox is anybody's again
            return False
        _refuse_more(message, now=now)
        Letter.objects.create(
            name=message.name, key=message.key, payload=message.payload, sent_at=now, until=until,
            **_sender(message.actor),
        )  # fmt: skip
    return True


def bury(letter: int, error: OrderflowError, *, instance: str, now: datetime) -> None:
    """A run could not take this letter: a person must look at it."""
    Letter.objects.filter(pk=letter).update(died_at=now, instance=instance, code=error.code, reason=error.message)


def born_dead(
    message: MessageReceived, error: OrderflowError, *, instance: str, sent_at: datetime, now: datetime
) -> None:
    """A message to many that this run could not take."""
    Letter.objects.create(
        name=message.name, key=message.key, payload=message.payload, sent_at=sent_at, until=now, died_at=now,
        instance=instance, code=error.code, reason=error.message, **_sender(message.actor),
    )  # fmt: skip


def letters(*, status: str | None, name: str | None) -> "QuerySet[Letter]":
    """Letters of one status (`kept`, `dead`) and name, or of any."""
    rows = Letter.objects.all()
    if status is not None:
        rows = rows.filter(died_at__isnull=status == "kept")
    return rows if name is None else rows.filter(name=name)


def forget_letters(*, now: datetime) -> int:
    """Delete a batch of what has expired, and of what died long ago; how many. Safe beside others."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRED, [now, BATCH])
        expired = int(cursor.rowcount)
        cursor.execute(_LONG_DEAD, [now - DEAD_KEPT, BATCH])
        return expired + int(cursor.rowcount)


def _refuse_more(message: MessageReceived, *, now: datetime) -> None:
    kept = Letter.objects.filter(name=message.name, died_at=None, until__gt=now)
    for most, found in (
        (MOST_PER_KEY, kept.filter(key=message.key)[:MOST_PER_KEY].count()),
        (MOST_PER_NAME, kept[:MOST_PER_NAME].count()),
    ):
        if found >= most:
            sentence = f"Expected fewer than {most} messages {message.name!r} to be kept, found {found}."
            raise Conflict("message.mailbox_full", sentence, name=message.name, most=most)


def _sender(actor: Actor) -> dict[str, str]:
    return {"actor": actor.id, "actor_name": actor.name, "source": actor.source}
