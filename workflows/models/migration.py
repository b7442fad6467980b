"""Runs that are taken over into another version of their flow: the wish, and what became of each run."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition
from typing_extensions import override

from bedrock.ids import new_id
from workflows.models.definition import Definition, DefinitionVersion


class Migration(models.Model):
    """All runs of `source` that go on in `target`. It is planned and carried out in batches, and looked at in between.

    Runs are judged in the order of their ids; `looked_until` is the last one of the last full batch.
    `mapping` names the node of the target for nodes of the source; others keep their id. `undoes` is the migration that
    this one takes back.
    """

    class Status(models.TextChoices):
        PLANNING = "planning", "planning"  # not every run is judged yet
        PLANNED = "planned", "planned"
        RUNNING = "running", "running"
        DONE = "done", "done"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="migrations")
    source = models.ForeignKey(DefinitionVersion, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(DefinitionVersion, on_delete=models.PROTECT, related_name="+")
    mapping = models.JSONField(default=dict)
    status = FSMField(default=Status.PLANNING, choices=Status.choices, protected=True)
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(default="", blank=True)
    looked_until = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["planning", "planned"], started_at__isnull=True, ended_at__isnull=True)
                | Q(status="running", started_at__isnull=False, ended_at__isnull=True)
                | Q(status="done", started_at__isnull=False, ended_at__isnull=False),
                name="migration_is_known_and_tells_its_times",
            ),
            models.CheckConstraint(condition=~Q(source=F("target")), name="migration_leads_elsewhere"),
            models.UniqueConstraint(
                fields=["definition"], condition=Q(status="running"), name="one_running_migration_per_flow"
            ),
        ]
        indexes = [models.Index(fields=["definition", "-planned_at", "-id"], name="migration_newest")]

    @override
    def __str__(self) -> str:
        return f"{self.definition_id} {self.source_id} → {self.target_id}"

    @transition(field=status, source=Status.PLANNING, target=Status.PLANNED)
    def settle(self) -> None:
        """Every run was judged."""

    @transition(field=status, source=Status.PLANNED, target=Status.RUNNING)
    def begin(self) -> None:
        """Somebody gave the word."""

    @transition(field=status, source=Status.RUNNING, target=Status.DONE)
    def finish(self) -> None:
        """Every run was asked."""


class MigrationItem(models.Model):
    """One run of a migration: what it would mean for it, as the dry run saw it, and what became of it.

    `moves` are `[token, node, to, fate]`; `hindrances` are `{code, node, params}`. `mapping` goes before that of the
    migration: several nodes may have become one, and each run goes back to its own.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "pending"
        MIGRATED = "migrated", "migrated"
        STAYED = "stayed", "stayed"

    class Verdict(models.TextChoices):
        QUIET = "quiet", "quiet"  # nobody notices
        DISTURBED = "disturbed", "disturbed"  # something is asked or tried anew
        HINDERED = "hindered", "hindered"

    id = models.BigAutoField(primary_key=True)
    migration = models.ForeignKey(Migration, on_delete=models.CASCADE, related_name="items", db_index=False)
    instance = models.UUIDField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    mapping = models.JSONField(default=dict)
    moves = models.JSONField(default=list)
    hindrances = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["migration", "instance"], name="one_item_per_run"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "migrated", "stayed"]), name="migration_item_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["migration", "id"], condition=Q(status="pending"), name="migration_item_pending"),
            models.Index(fields=["migration", "verdict", "id"], name="migration_item_verdict"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.migration_id}: {self.instance} {self.status}"
