"""Rows behind the world values: calendars, and a revision per value so that processes know when to reload."""

from django.db import models
from typing_extensions import override


class WorldRevision(models.Model):
    """Grows whenever rows behind the value `name` change; database triggers see to it."""

    name = models.CharField(max_length=40, primary_key=True)
    revision = models.BigIntegerField(default=0)

    @override
    def __str__(self) -> str:
        return f"{self.name}@{self.revision}"


class Calendar(models.Model):
    """Working time by name; `document` as `engine.calendars` reads it."""

    key = models.SlugField(max_length=64, primary_key=True)
    name = models.JSONField()
    document = models.JSONField()
    updated_at = models.DateTimeField()

    @override
    def __str__(self) -> str:
        return self.key
