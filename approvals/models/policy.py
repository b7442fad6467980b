"""The daily look at live flows: when it was made, and since when it has found what it finds."""

from django.db import models
from typing_extensions import override


class PolicyLook(models.Model):
    """One look, by whichever scheduler came first that day."""

    day = models.DateField(primary_key=True)
    at = models.DateTimeField()
    findings = models.IntegerField(default=0)
    news = models.IntegerField(default=0)

    @override
    def __str__(self) -> str:
        return f"{self.day} {self.findings}"


class PolicyFinding(models.Model):
    """Something that the last look found; `id` is the same for as long as it stays. Gone when it is mended."""

    id = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField()

    @override
    def __str__(self) -> str:
        return self.id
