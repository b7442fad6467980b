"""Writes the audit chain: every row carries the hash of the row before it, so that a change shows."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from bedrock.errors import BadInput
from workflows.engine.events import Actor
from workflows.failpoints import hit
from workflows.models import AuditEntry

GENESIS = "0" * 64
MIN_REASON = 5
_CHAIN_LOCK = 7_301_001  # advisory lock: one appender at a time, held until its commit


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditObject:
    """What was acted on."""

    type: str
    id: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who acted and from where."""

    actor: Actor
    ip: str | None


def require_reason(reason: str, *, code: str = "reason.too_short", path: str = "reason") -> str:
    """The reason without blanks around it. Raises BadInput `code` at `path` for fewer than five characters."""
    stripped = reason.strip()
    if len(stripped) < MIN_REASON:
        message = f"Expected a reason of at least {MIN_REASON} characters, found {len(stripped)}."
        params = {"minimum": MIN_REASON, "found": len(stripped)}
        raise BadInput(
            code, message, problems=[{"path": path, "code": code, "message": message, "params": params}], **params,
        )  # fmt: skip
    return stripped


def record(
    action: str,
    *,
    by: By,
    on: AuditObject,
    reason: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    now: datetime,
) -> AuditEntry:
    """Append one entry in the caller's transaction; other appenders wait until it ends, so record last."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
        last = AuditEntry.objects.order_by("-seq").first()
        entry = AuditEntry(
            seq=last.seq + 1 if last else 1, at=now, actor=by.actor.id, actor_name=by.actor.name, ip=by.ip,
            action=action, object_type=on.type, object_id=on.id, object_title=on.title[:200],
            before=dict(before) if before is not None else None,
            after=dict(after) if after is not None else None,
            reason=reason, previous_hash=last.hash if last else GENESIS,
        )  # fmt: skip
        entry.hash = hash_of(entry)
        entry.save(force_insert=True)
        hit("audit.append")
    return entry


def hash_of(entry: AuditEntry) -> str:
    """SHA-256 (hex) over the canonical JSON of an entry and the hash before it."""
    document = {
        "seq": entry.seq, "at": entry.at.astimezone(UTC).isoformat(), "actor": entry.actor,
        "actor_name": entry.actor_name, "ip": entry.ip, "action": entry.action,
        "object": [entry.object_type, entry.object_id, entry.object_title],
        "before": entry.before, "after": entry.after, "reason": entry.reason,
        "previous_hash": entry.previous_hash,
    }  # fmt: skip
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def broken_entries() -> Iterator[tuple[int, str]]:
    """(seq, what is wrong) of entries that do not fit the chain, in order; none when it is whole."""
    expected_seq, previous = 1, GENESIS
    for entry in AuditEntry.objects.order_by("seq").iterator():
        if entry.seq != expected_seq:
            yield entry.seq, f"expected entry {expected_seq}, found {entry.seq}"
        if entry.previous_hash != previous:
            yield entry.seq, "the hash before it is another one"
        if entry.hash != hash_of(entry):
            yield entry.seq, "its content does not have its hash"
        expected_seq, previous = entry.seq + 1, entry.hash
