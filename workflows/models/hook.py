"""Signed doors for senders outside: which flow each starts, and by which named secrets it knows them."""

from django.db import models
from typing_extensions import override


class Hook(models.Model):
    """A door declared by an administrator. Its secrets are only named here; no value is stored.

    While a secret is being changed the one before counts as well.
    """

    name = models.SlugField(max_length=48, primary_key=True)
    definition_key = models.SlugField(max_length=64)
    secret = models.CharField(max_length=64)
    previous_secret = models.CharField(max_length=64, blank=True)
    updated_at = models.DateTimeField()

    @override
    def __str__(self) -> str:
        return f"{self.name} → {self.definition_key}"
