"""Registers the ground floor with Django: its node types and the calendars of the world."""

from django.apps import AppConfig
from typing_extensions import override


class WorkflowsConfig(AppConfig):
    name = "workflows"
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def ready(self) -> None:
        from workflows import wings
        from workflows.calendar_rows import load_calendars
        from workflows.engine.calendar_book import CalendarBook
        from workflows.engine.registry import discover
        from workflows.idempotency import forget_old
        from workflows.worlds import provide

        discover("workflows.engine.nodes")
        provide(CalendarBook, name="calendars", load=load_calendars, asks=("calendar.unknown",))
        wings.sweep_with(forget_old)
