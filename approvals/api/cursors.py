"""The cursor of an inbox page: where the merged scopes go on. Opaque to callers."""

import base64
import binascii
import json
from datetime import datetime
from uuid import UUID

from approvals.queries import Place
from bedrock.errors import BadInput


def write_place(place: Place | None) -> str | None:
    """The `next` of a page."""
    if place is None:
        return None
    packed = json.dumps([place.sort_at.isoformat(), str(place.task)], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def read_place(cursor: str | None) -> Place | None:
    """Where to go on. Raises BadInput `paging.bad_cursor` for anything that no page answered."""
    if not cursor:
        return None
    try:
        at, task = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        place = Place(sort_at=datetime.fromisoformat(at), task=UUID(task))
    except (binascii.Error, ValueError, TypeError, AttributeError, RecursionError):
        place = None
    if place is None or place.sort_at.utcoffset() is None:
        raise BadInput("paging.bad_cursor", "Expected cursor to be the `next` of an earlier page of this list.")
    return place
