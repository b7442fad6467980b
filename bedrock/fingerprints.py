"""Tells documents apart by their content. Pure."""

import hashlib
import json
from datetime import datetime
from decimal import Decimal


def fingerprint_of(document: object) -> str:
    """SHA-256 (hex) of the canonical JSON: the same for the same content, whatever the order of its keys."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"decimal:{value}"
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no part of a document")
