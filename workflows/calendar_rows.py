"""Loads the calendar book from its rows."""

from workflows.engine.calendar_book import CalendarBook
from workflows.engine.calendar_document import calendar_from_document
from workflows.models import Calendar


def load_calendars() -> CalendarBook:
    """All calendars by key; one query."""
    return CalendarBook(calendars={row.key: calendar_from_document(row.document) for row in Calendar.objects.all()})
