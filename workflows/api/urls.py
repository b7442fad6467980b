"""Routes of workflows under /api/v1/."""

from django.urls import URLPattern, URLResolver, path, register_converter

from workflows.api import (
    ahead,
    calendars,
    comparisons,
    definitions,
    exchange,
    forecasts,
    hooks,
    instances,
    messages,
    migrations,
    palette,
    simulation,
    versions,
)


class InterventionConverter:
    """The kinds of intervention that exist."""

    regex = "|".join(instances.INTERVENTIONS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class PublishAnswerConverter(InterventionConverter):
    """What may be said to a wish to publish."""

    regex = "|".join(versions.ANSWERS)


register_converter(InterventionConverter, "intervention")
register_converter(PublishAnswerConverter, "publishanswer")

urlpatterns: list[URLPattern | URLResolver] = [
    path("node-types", palette.NodeTypesView.as_view()),
    path("triggers", palette.TriggersView.as_view()),
    path("calendars", palette.CalendarsView.as_view()),
    path("calendars/<slug:key>", calendars.CalendarView.as_view()),
    path("calendars/<slug:key>/preview", calendars.CalendarPreviewView.as_view()),
    path("connections", palette.ConnectionsView.as_view()),
    path("expressions/check", palette.ExpressionCheckView.as_view()),
    path("schedules/preview", palette.SchedulePreviewView.as_view()),
    path("definitions", definitions.DefinitionsView.as_view()),
    path("definitions/import", exchange.ImportView.as_view()),
    path("definitions/<uuid:definition_id>/export", exchange.ExportView.as_view()),
    path("definitions/<uuid:definition_id>", definitions.DefinitionView.as_view()),
    path("definitions/<uuid:definition_id>/draft", definitions.DraftView.as_view()),
    path("definitions/<uuid:definition_id>/publish", versions.PublishView.as_view()),
    path("definitions/<uuid:definition_id>/publish-request", versions.PublishRequestView.as_view()),
    path(
        "definitions/<uuid:definition_id>/publish-request/<publishanswer:answer>", versions.PublishAnswerView.as_view()
    ),
    path("definitions/<uuid:definition_id>/four-eyes", versions.FourEyesView.as_view()),
    path("definitions/<uuid:definition_id>/retire", versions.RetireView.as_view()),
    path("definitions/<uuid:definition_id>/reinstate", versions.ReinstateView.as_view()),
    path("definitions/<uuid:definition_id>/migrations", migrations.MigrationsView.as_view()),
    path("definitions/<uuid:definition_id>/migrations/<uuid:migration_id>", migrations.MigrationView.as_view()),
    path(
        "definitions/<uuid:definition_id>/migrations/<uuid:migration_id>/runs", migrations.MigratingRunsView.as_view()
    ),
    path("definitions/<uuid:definition_id>/migrations/<uuid:migration_id>/run", migrations.CarryOutView.as_view()),
    path("definitions/<uuid:definition_id>/migrations/<uuid:migration_id>/undo", migrations.WayBackView.as_view()),
    path("definitions/<uuid:definition_id>/compare", comparisons.CompareView.as_view()),
    path("definitions/<uuid:definition_id>/forecast", forecasts.StepForecastView.as_view()),
    path("definitions/<uuid:definition_id>/simulate", simulation.SimulateView.as_view()),
    path("definitions/<uuid:definition_id>/cases", simulation.CasesView.as_view()),
    path("definitions/<uuid:definition_id>/cases/run", simulation.RunCasesView.as_view()),
    path("definitions/<uuid:definition_id>/cases/<uuid:case_id>", simulation.CaseView.as_view()),
    path("definitions/<uuid:definition_id>/versions", versions.VersionsView.as_view()),
    path("definitions/<uuid:definition_id>/versions/<int:number>", versions.VersionView.as_view()),
    path("definitions/<uuid:definition_id>/versions/<int:number>/withdraw", versions.WithdrawView.as_view()),
    path("instances", instances.InstancesView.as_view()),
    path("instances/<uuid:instance_id>", instances.InstanceView.as_view()),
    path("instances/<uuid:instance_id>/history", instances.HistoryView.as_view()),
    path("instances/<uuid:instance_id>/forecast", forecasts.RunForecastView.as_view()),
    path("instances/<uuid:instance_id>/ahead", ahead.RunAheadView.as_view()),
    path("instances/<uuid:instance_id>/replay", instances.ReplayView.as_view()),
    path("instances/<uuid:instance_id>/<intervention:kind>/preview", instances.PreviewView.as_view()),
    path("instances/<uuid:instance_id>/<intervention:kind>", instances.ApplyView.as_view()),
    path("messages", messages.MessagesView.as_view()),
    path("messages/<int:letter_id>/requeue", messages.RequeueView.as_view()),
    path("messages/<int:letter_id>/discard", messages.DiscardView.as_view()),
    path("hooks/<slug:name>", hooks.HookView.as_view()),
    path("audit", instances.AuditView.as_view()),
]
