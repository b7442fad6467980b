"""Registers the ground floor with Django: its node types, and the calendars and connections of the world."""

from django.apps import AppConfig
from typing_extensions import override


class WorkflowsConfig(AppConfig):
    name = "workflows"
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def ready(self) -> None:
        from workflows import wings
        from workflows.actions.calendars import carry_out_edits
        from workflows.actions.calls import attend_due
        from workflows.actions.messages import go_on_calling
        from workflows.actions.migration_plans import look_on
        from workflows.actions.migrations import carry_on
        from workflows.actions.schedules import forget_scheduled, reckon_schedules, start_scheduled
        from workflows.actions.turns import let_in
        from workflows.actions.versions import sweep_planned
        from workflows.calendar_rows import load_calendars, read_calendars
        from workflows.effects import forget_let_out
        from workflows.engine.calendar_book import CalendarBook
        from workflows.engine.connections import ConnectionBook
        from workflows.engine.flow_book import FlowBook
        from workflows.engine.registry import discover
        from workflows.flow_rows import load_flows
        from workflows.idempotency import forget_old
        from workflows.mailbox import forget_letters
        from workflows.outbound.connections import load_connections
        from workflows.worlds import provide

        discover("workflows.engine.nodes")
        discover("workflows.nodes")
        provide(
            CalendarBook, name="calendars", load=load_calendars, asks=("calendar.unknown",), read=read_calendars
        )  # fmt: skip
        provide(ConnectionBook, name="connections", load=load_connections, asks=("connection.unknown",))
        provide(FlowBook, name="flows", load=load_flows, asks=("flow.unknown",))
        wings.sweep_with(attend_due)
        wings.sweep_with(let_in)
        wings.sweep_with(sweep_planned)
        wings.sweep_with(look_on)
        wings.sweep_with(carry_on)
        wings.sweep_with(carry_out_edits)
        wings.sweep_with(forget_old)
        wings.sweep_with(forget_let_out)
        wings.sweep_with(forget_letters)
        wings.sweep_with(go_on_calling)
        wings.sweep_with(reckon_schedules)
        wings.sweep_with(start_scheduled)
        wings.sweep_with(forget_scheduled)
