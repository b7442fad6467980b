"""Answers by idempotency key: the same request again gets the stored answer, another body is refused."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from bedrock.errors import BadInput
from workflows.models import StoredAnswer

MAX_KEY = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """An answer that was given before."""

    status: int
    body: Any


def fingerprint_of(body: Any) -> str:
    """SHA-256 (hex) of a request's body, whatever the order of its fields."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), cls=DjangoJSONEncoder)
    return hashlib.sha256(canonical.encode()).hexdigest()


def recall(*, owner: str, scope: str, key: str, fingerprint: str) -> Remembered | None:
    """The answer stored under this key, or None. Call inside the transaction that will `remember`.

    An advisory lock on the key makes a second request with the same key wait for the first. Raises BadInput
    `idempotency.key_reused` when the key was used for another body.
    """
    if not key or len(key) > MAX_KEY or not key.isprintable():
        raise BadInput(
            "idempotency.key_malformed", f"Expected a key of 1 to {MAX_KEY} printable characters, found {len(key)}."
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{owner}\n{scope}\n{key}"])
    stored = StoredAnswer.objects.filter(owner=owner, scope=scope, key=key).first()
    if stored is None:
        return None
    if stored.fingerprint != fingerprint:
        raise BadInput(
            "idempotency.key_reused", "Expected the same body under the same key, found another one.", key=key
        )
    return Remembered(status=stored.status, body=stored.body)


def remember(*, owner: str, scope: str, key: str, fingerprint: str, status: int, body: Any, now: datetime) -> None:
    """Store the answer in the transaction of the work, so that both are there or neither."""
    StoredAnswer.objects.create(
        owner=owner, scope=scope, key=key, fingerprint=fingerprint, status=status,
        body=json.loads(json.dumps(body, cls=DjangoJSONEncoder)), created_at=now,
    )  # fmt: skip
