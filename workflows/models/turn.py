"""Who is in a line, and who waits to be let in."""

from django.db import models
from django.db.models import Q
from typing_extensions import override


class Turn(models.Model):
    """The place of a run in the line of its flow; gone when the run is over. One run of a line and key `is_in`."""

    id = models.BigAutoField(primary_key=True)
    instance = models.UUIDField(unique=True)
    line = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    is_in = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "key"], condition=Q(is_in=True), name="one_run_is_in_a_line"),
        ]
        indexes = [models.Index(fields=["line", "key", "id"], name="turn_next")]

    @override
    def __str__(self) -> str:
        return f"{self.line} {self.key} {self.instance}"
