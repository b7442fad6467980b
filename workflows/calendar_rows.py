"""The calendar book of its rows, or of a document that holds a whole house."""

from typing import Any

from bedrock.errors import BadInput
from workflows.engine.calendar_book import CalendarBook
from workflows.engine.calendar_document import calendar_from_document
from workflows.models import Calendar


def load_calendars() -> CalendarBook:
    """All calendars by key; one query."""
    return CalendarBook(calendars={row.key: calendar_from_document(row.document) for row in Calendar.objects.all()})


def read_calendars(document: Any) -> CalendarBook:
    """Calendars by key as docs/calendars.md has them. Raises BadInput `calendar.document_invalid`."""
    if not isinstance(document, dict):
        raise BadInput("calendar.document_invalid", "Expected calendars by key, found something else.")
    return CalendarBook(calendars={key: calendar_from_document(one) for key, one in document.items()})
