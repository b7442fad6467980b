"""Time-ordered unique ids (UUID version 7, RFC 9562): new rows land at the end of their index."""

import os
import time


def new_id() -> str:
    """A new id as text."""
    chance = int.from_bytes(os.urandom(10))
    value = (time.time_ns() // 1_000_000 << 80) | chance & _CHANCE | _VERSION_AND_VARIANT
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


_VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)
_CHANCE = (1 << 80) - 1 & ~(0xF << 76) & ~(0b11 << 62)
