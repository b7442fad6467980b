"""Where versions stand, and who asked for one to be published. Versions themselves never change."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition
from typing_extensions import override

from bedrock.ids import new_id
from workflows.models.definition import Definition, DefinitionVersion


class Standing(models.Model):
    """Where a version stands. New runs use the one that is live; a planned one becomes so at `effective_at`."""

    class Status(models.TextChoices):
        PLANNED = "planned", "planned"
        LIVE = "live", "live"
        REPLACED = "replaced", "replaced"  # by a later one
        WITHDRAWN = "withdrawn", "withdrawn"  # a person took it back before anything started on it
        SUPERSEDED = "superseded", "superseded"  # planned, and another one was published before its day
        BLOCKED = "blocked", "blocked"  # planned, and its day came while another flow answered its event

    version = models.OneToOneField(
        DefinitionVersion, primary_key=True, on_delete=models.PROTECT, related_name="standing"
    )
    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="standings")
    status = FSMField(choices=Status.choices, protected=True)
    effective_at = models.DateTimeField(help_text="When it is to become live; when it was published, if at once.")
    live_at = models.DateTimeField(null=True, help_text="When it became live for the first time.")
    ended_at = models.DateTimeField(null=True)
    replaces = models.ForeignKey(DefinitionVersion, null=True, on_delete=models.PROTECT, related_name="+")
    take_over = models.BooleanField(default=False)
    took_from = models.ForeignKey(
        Definition, null=True, on_delete=models.PROTECT, related_name="+",
        help_text="The flow that answered the same event until then.",
    )  # fmt: skip
    trigger_before = models.CharField(  # noqa: DJ001 - null: it heard nothing
        max_length=100, null=True, help_text="The event that the flow answered before this version became live."
    )
    editors = models.JSONField(default=list, help_text="Ids of all who changed the drawing since the version before.")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    trouble = models.JSONField(null=True, help_text="Code and sentence of what kept it from becoming live.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["definition"], condition=Q(status="live"), name="one_live_version_per_flow"
            ),
            models.UniqueConstraint(
                fields=["definition"], condition=Q(status="planned"), name="one_planned_version_per_flow"
            ),
            models.CheckConstraint(
                condition=Q(status="planned", live_at__isnull=True, ended_at__isnull=True)
                | Q(status="live", live_at__isnull=False, ended_at__isnull=True)
                | Q(status="replaced", live_at__isnull=False, ended_at__isnull=False)
                | Q(status="withdrawn", ended_at__isnull=False)
                | Q(status__in=["superseded", "blocked"], live_at__isnull=True, ended_at__isnull=False),
                name="standing_is_known_and_tells_its_times",
            ),
            models.CheckConstraint(
                condition=Q(live_at__isnull=True) | Q(live_at__gte=F("effective_at")), name="live_not_before_its_day"
            ),
            models.CheckConstraint(
                condition=Q(status="blocked", trouble__isnull=False) | ~Q(status="blocked") & Q(trouble__isnull=True),
                name="blocked_says_why",
            ),
        ]
        indexes = [models.Index(fields=["effective_at"], condition=Q(status="planned"), name="standing_planned")]

    @override
    def __str__(self) -> str:
        return f"{self.version_id} {self.status}"

    @transition(field=status, source=Status.PLANNED, target=Status.LIVE)
    def go_live(self) -> None:
        """Its day has come."""

    @transition(field=status, source=Status.LIVE, target=Status.REPLACED)
    def give_way(self) -> None:
        """A later version became live."""

    @transition(field=status, source=Status.REPLACED, target=Status.LIVE)
    def return_to_live(self) -> None:
        """The version that replaced it was withdrawn."""

    @transition(field=status, source=[Status.PLANNED, Status.LIVE], target=Status.WITHDRAWN)
    def withdraw(self) -> None:
        """A person took it back."""

    @transition(field=status, source=Status.PLANNED, target=Status.SUPERSEDED)
    def be_superseded(self) -> None:
        """Another version was published before its day, or its flow was retired."""

    @transition(field=status, source=Status.PLANNED, target=Status.BLOCKED)
    def be_blocked(self) -> None:
        """Its day came and it could not become live."""


class PublishRequest(models.Model):
    """A wish to publish the draft as it is, for another person to confirm or decline."""

    class Status(models.TextChoices):
        OPEN = "open", "open"
        CONFIRMED = "confirmed", "confirmed"
        DECLINED = "declined", "declined"
        CANCELLED = "cancelled", "cancelled"  # who asked took it back, or the flow needs no second person any more
        OUTDATED = "outdated", "outdated"  # the drawing was changed afterwards

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="publish_requests")
    status = FSMField(default=Status.OPEN, choices=Status.choices, protected=True)
    graph_hash = models.CharField(max_length=64, help_text="The drawing that is to be published.")
    note = models.TextField()
    effective_at = models.DateTimeField(null=True)
    take_over = models.BooleanField(default=False)
    despite_cases = models.TextField(default="", help_text="Why it is to be published although test cases fail.")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    answered_at = models.DateTimeField(null=True)
    comment = models.TextField(default="")
    version = models.OneToOneField(DefinitionVersion, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["definition"], condition=Q(status="open"), name="one_open_publish_request_per_flow"
            ),
            models.CheckConstraint(
                condition=Q(status="open", answered_at__isnull=True, answered_by__isnull=True)
                | Q(status__in=["confirmed", "declined"], answered_at__isnull=False, answered_by__isnull=False)
                | Q(status__in=["cancelled", "outdated"], answered_at__isnull=False),
                name="publish_request_is_known_and_tells_its_answer",
            ),
            models.CheckConstraint(
                condition=Q(status="confirmed", version__isnull=False)
                | ~Q(status="confirmed") & Q(version__isnull=True),
                name="confirmed_request_has_its_version",
            ),
            models.CheckConstraint(
                condition=~Q(status="confirmed") | ~Q(answered_by=F("asked_by")), name="confirmed_by_another_person"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.definition_id} {self.status}"

    @transition(field=status, source=Status.OPEN, target=Status.CONFIRMED)
    def confirm(self) -> None:
        """Another person agreed, and it was published."""

    @transition(field=status, source=Status.OPEN, target=Status.DECLINED)
    def decline(self) -> None:
        """Another person said why not."""

    @transition(field=status, source=Status.OPEN, target=Status.CANCELLED)
    def cancel(self) -> None:
        """It is not wanted any more."""

    @transition(field=status, source=Status.OPEN, target=Status.OUTDATED)
    def become_outdated(self) -> None:
        """The drawing is not the one that was asked for."""
