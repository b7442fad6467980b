"""The rows of the ground floor. Only this room writes them."""

from workflows.models.audit import AuditEntry
from workflows.models.called_run import CalledRun
from workflows.models.definition import Definition, DefinitionCase, DefinitionVersion
from workflows.models.effect import Effect
from workflows.models.hook import Hook
from workflows.models.instance import HistoryEvent, Incident, Instance
from workflows.models.mail import Call, Letter
from workflows.models.memory import StoredAnswer
from workflows.models.migration import Migration, MigrationItem
from workflows.models.outbound import Connection
from workflows.models.schedule import ScheduledRun, StartSchedule
from workflows.models.standing import PublishRequest, Standing
from workflows.models.turn import Turn
from workflows.models.work import ActivityJob, Breaker, Heartbeat, MessageWait, Timer
from workflows.models.world import Calendar, CalendarEdit, WorldRevision

__all__ = [
    "ActivityJob",
    "AuditEntry",
    "Breaker",
    "Calendar",
    "CalendarEdit",
    "Call",
    "CalledRun",
    "Connection",
    "Definition",
    "DefinitionCase",
    "DefinitionVersion",
    "Effect",
    "Heartbeat",
    "HistoryEvent",
    "Hook",
    "Incident",
    "Instance",
    "Letter",
    "MessageWait",
    "Migration",
    "MigrationItem",
    "PublishRequest",
    "ScheduledRun",
    "Standing",
    "StartSchedule",
    "StoredAnswer",
    "Timer",
    "Turn",
    "WorldRevision",
]
