"""Writing working calendars. Waiting tasks follow when the clock next looks at them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflows.engine.calendar_document import calendar_from_document
from workflows.models import Calendar


def save_calendar(key: str, *, name: Mapping[str, str], document: Mapping[str, Any], now: datetime) -> bool:
    """Store a calendar under its key; False when it is there already with this content.

    Raises the reader's error with every problem when the document is no calendar.
    """
    calendar_from_document(document)
    row = Calendar.objects.filter(key=key).first() or Calendar(key=key)
    if (row.name, row.document) == (dict(name), dict(document)):
        return False
    row.name, row.document, row.updated_at = dict(name), dict(document), now
    row.save()
    return True
