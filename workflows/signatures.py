"""Whether a message is from whom it says, and of now: an HMAC over its raw bytes, its time and its id. Pure."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

WINDOW_SECONDS: Final = 300  # how far the sender's clock and the way may be off, before and after

_STAMP: Final = re.compile(r"[0-9]{1,12}")
_EVENT: Final = re.compile(r"[\x21-\x7e]{1,200}")
_SIGNATURE: Final = re.compile(r"v1=[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What came: the headers as they were written, and the body to the byte."""

    stamp: str
    event: str
    signature: str
    body: bytes


def signature_of(secret: str, *, stamp: str, event: str, body: bytes) -> str:
    """`v1=` and the HMAC-SHA256 (hex) over `stamp.event.body`."""
    mac = hmac.new(secret.encode(), f"{stamp}.{event}.".encode() + body, hashlib.sha256)
    return f"v1={mac.hexdigest()}"


def is_genuine(signed: Signed, secrets: Iterable[str], *, now: datetime) -> bool:
    """Whether one of the secrets made the signature, and just now. Without any secret nothing is genuine."""
    if not (
        _STAMP.fullmatch(signed.stamp) and _EVENT.fullmatch(signed.event) and _SIGNATURE.fullmatch(signed.signature)
    ):
        return False
    made = [
        hmac.compare_digest(
            signature_of(secret, stamp=signed.stamp, event=signed.event, body=signed.body), signed.signature
        )
        for secret in secrets
        if secret
    ]
    return any(made) and abs(now.timestamp() - int(signed.stamp)) <= WINDOW_SECONDS
