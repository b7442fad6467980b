"""Time-ordered unique ids (UUID version 7, RFC 9562): new rows land at the end of their index."""

import secrets
import time
import uuid


def new_id() -> str:
    """A new id as text."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | (0x7 << 76) | (secrets.randbits(12) << 64) | (0b10 << 62)
    return str(uuid.UUID(int=value | secrets.randbits(62)))
