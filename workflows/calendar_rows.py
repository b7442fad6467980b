"""The calendar book of its rows, or of a document that holds a whole house."""

from collections import defaultdict
from typing import Any, Final

from bedrock.errors import BadInput
from workflows.engine.calendar_book import CalendarBook, Kept
from workflows.engine.calendar_document import calendar_from_document
from workflows.models import Calendar, CalendarEdit

# An edit that recomputes does so for all waits: what earlier ones kept does not count any more.
_KEPT: Final = """
SELECT * FROM workflows_calendaredit e WHERE policy = 'keep' AND NOT EXISTS (
    SELECT FROM workflows_calendaredit l WHERE l.calendar = e.calendar AND l.policy = 'recompute'
        AND l.revision > e.revision)
ORDER BY calendar, revision
"""


def load_calendars() -> CalendarBook:
    """All calendars by key, with what they were for waits that edits left alone; two queries."""
    kept: dict[str, tuple[Kept, ...]] = defaultdict(tuple)
    for edit in CalendarEdit.objects.raw(_KEPT):
        kept[edit.calendar] += ((edit.at, calendar_from_document(edit.before)),)
    calendars = {row.key: calendar_from_document(row.document) for row in Calendar.objects.all()}
    return CalendarBook(calendars=calendars, kept=kept)


def read_calendars(document: Any) -> CalendarBook:
    """Calendars by key as docs/calendars.md has them. Raises BadInput `calendar.document_invalid`."""
    if not isinstance(document, dict):
        raise BadInput("calendar.document_invalid", "Expected calendars by key, found something else.")
    return CalendarBook(calendars={key: calendar_from_document(one) for key, one in document.items()})
