"""Answers by idempotency key: the same request again gets the stored answer to the byte, another body is refused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from bedrock.errors import BadInput, MalformedInput
from workflows.models import StoredAnswer

MAX_KEY: Final = 200
KEPT: Final = timedelta(days=7)  # longer than any client goes on repeating a request; a payment provider's day is one
BATCH: Final = 500

_CLAIM: Final = """
INSERT INTO workflows_storedanswer (owner, scope, key, fingerprint, body, created_at)
VALUES (%s, %s, %s, %s, '', %s)
ON CONFLICT (owner, scope, key) DO UPDATE SET key = excluded.key  -- nothing new, but it locks and returns the row
RETURNING id, fingerprint, body
"""
_FORGET: Final = """
DELETE FROM workflows_storedanswer WHERE id IN (
    SELECT id FROM workflows_storedanswer WHERE created_at < %s ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The text of an answer, and whether it is the one given before under the same key."""

    body: str
    is_replayed: bool


def answer_once(
    *, owner: str, scope: str, key: str, fingerprint: str, now: datetime, answer: Callable[[], str]
) -> Answered:
    """The text that `answer()` gives, once per owner, scope and key; call it inside the transaction of the work.

    Several at once wait for the first. Raises MalformedInput `idempotency.key_malformed`, BadInput
    `idempotency.key_reused` when the key belongs to another body; an error of `answer()` frees the key.
    """
    if not key or len(key) > MAX_KEY or not key.isascii() or not key.isprintable():
        raise MalformedInput(
            "idempotency.key_malformed", f"Expected a key of 1 to {MAX_KEY} printable ASCII characters."
        )
    row_id, first_fingerprint, stored = _claim([owner, scope, key, fingerprint, now])
    if first_fingerprint != fingerprint:
        raise BadInput("idempotency.key_reused", "Expected a new key: this one was used for another body.", key=key)
    if stored:
        return Answered(body=stored, is_replayed=True)
    body = answer()
    StoredAnswer.objects.filter(pk=row_id).update(body=body)
    return Answered(body=body, is_replayed=False)


def forget_old(*, now: datetime) -> int:
    """Delete a batch of the answers that were kept long enough; how many. Safe beside others."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [now - KEPT, BATCH])
        return int(cursor.rowcount)


def _claim(row: Sequence[str | datetime]) -> tuple[int, str, str]:
    """Id, fingerprint and text of the key's row; the text is empty for the one transaction that is to answer.

    Others wait here until it has committed or given up.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, row)
        claimed: tuple[int, str, str] = cursor.fetchone()
    return claimed
