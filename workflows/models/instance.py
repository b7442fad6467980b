"""A run, what happened in it, and what went wrong. The state is written by `workflows.store` only."""

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition
from typing_extensions import override

from bedrock.ids import new_id


class Instance(models.Model):
    """One run for one subject. `state` is the engine's state, `seq` its number of facts and its revision."""

    class Status(models.TextChoices):
        RUNNING = "running", "running"
        COMPLETED = "completed", "completed"
        CANCELLED = "cancelled", "cancelled"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    definition = models.UUIDField(editable=False)
    version = models.ForeignKey(
        "workflows.DefinitionVersion", on_delete=models.PROTECT, related_name="+",
        db_constraint=False,  # a check would lock the version at each start; the database refuses to delete versions
        db_index=False,
    )  # fmt: skip
    status = FSMField(default=Status.RUNNING, choices=Status.choices, protected=True)
    seq = models.IntegerField()
    state = models.JSONField()
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    subject_title = models.CharField(max_length=200)
    requester = models.CharField(max_length=64, null=True)  # noqa: DJ001 - null: nobody asked, an event did
    incidents = models.IntegerField(default=0)
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="running", ended_at__isnull=True)
                | Q(status__in=["completed", "cancelled"], ended_at__isnull=False),
                name="instance_status_is_known_and_tells_the_end",
            ),
        ]
        # Nothing that a step changes is indexed but the status, so that most steps leave every index alone (HOT).
        indexes = [
            models.Index(fields=["subject_id"], name="instance_subject"),
            models.Index(fields=["version", "id"], condition=Q(status="running"), name="instance_running"),
            models.Index(F("started_at").desc(), F("id").desc(), name="instance_newest"),
        ]

    @override
    def __str__(self) -> str:
        return str(self.id)

    @transition(field=status, source=Status.RUNNING, target=Status.COMPLETED)
    def complete(self) -> None:
        """No token is left."""

    @transition(field=status, source=Status.RUNNING, target=Status.CANCELLED)
    def cancel(self) -> None:
        """A person or the subject ended it."""


class HistoryEvent(models.Model):
    """One fact of a run, as `engine.fact_document` encodes it. Append-only; a foreign key would lock its parent."""

    pk = models.CompositePrimaryKey("instance", "seq")
    instance = models.UUIDField()
    seq = models.IntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    node = models.CharField(max_length=64, null=True)  # noqa: DJ001 - null: a fact of the whole run
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=120)
    source = models.CharField(max_length=10)
    data = models.JSONField()

    @override
    def __str__(self) -> str:
        return f"{self.instance}#{self.seq} {self.kind}"


class Incident(models.Model):
    """A token that needs a person to repair it; open until `resolved_at`, when the token went on or was taken away."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    instance = models.UUIDField()
    token = models.PositiveIntegerField()
    node = models.CharField(max_length=64)
    visit = models.PositiveIntegerField()
    attempt = models.PositiveIntegerField()
    code = models.CharField(max_length=80)
    message = models.TextField()
    params = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instance", "token", "attempt"], name="one_incident_per_attempt"),
        ]
        indexes = [
            models.Index(fields=["opened_at"], condition=Q(resolved_at__isnull=True), name="incident_open"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.instance} {self.code}"
