"""A named flow with its draft, and its published versions, which never change."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from typing_extensions import override

from bedrock.ids import new_id


class Definition(models.Model):
    """A flow by name. `draft_*` is what is being edited; `live_*` is what new runs use."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.SlugField(max_length=64, unique=True)
    title = models.JSONField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    draft_graph = models.JSONField()
    draft_layout = models.JSONField(default=dict)
    draft_hash = models.CharField(max_length=64)
    draft_revision = models.PositiveIntegerField(default=1)
    draft_problem_count = models.PositiveIntegerField(default=0)
    draft_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    draft_at = models.DateTimeField()
    live_version = models.ForeignKey(
        "workflows.DefinitionVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )
    live_trigger = models.CharField(  # noqa: DJ001 - null: it listens to nothing, and is not unique
        max_length=100, null=True, help_text="The event that starts this flow; one live flow per event."
    )
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, help_text="Since when nothing new starts; runs go on.")
    four_eyes = models.BooleanField(
        default=False, help_text="Whether somebody must publish who has not changed the drawing since the last version."
    )
    draft_editors = models.JSONField(
        default=list, help_text="Ids of all who changed the drawing since the last version, as text."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True) | Q(live_trigger__isnull=True), name="retired_flow_hears_nothing"
            ),
            models.UniqueConstraint(fields=["live_trigger"], name="one_live_flow_per_trigger"),
            models.CheckConstraint(condition=Q(draft_revision__gte=1), name="draft_revision_from_one"),
        ]

    @override
    def __str__(self) -> str:
        return self.key


class DefinitionVersion(models.Model):
    """An immutable published graph. A database trigger refuses to change or delete it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    graph = models.JSONField()
    layout = models.JSONField()
    graph_hash = models.CharField(max_length=64)
    note = models.TextField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["definition", "number"], name="version_number_once"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.definition_id} v{self.number}"


class DefinitionCase(models.Model):
    """A test case of a flow: `given` and `expect` as `simulation.cases` reads them. It is no part of any version."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    definition = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="cases")
    name = models.CharField(max_length=100)
    given = models.JSONField()
    expect = models.JSONField()
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["definition", "name"], name="case_name_once_per_flow"),
        ]

    @override
    def __str__(self) -> str:
        return self.name
