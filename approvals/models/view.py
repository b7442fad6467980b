"""Views of the inbox that people keep: filters under a name."""

from django.conf import settings
from django.db import models
from typing_extensions import override


class SavedView(models.Model):
    """Filters of one person's inbox, as its address has them."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=40)
    filters = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_view_of_a_name")]

    @override
    def __str__(self) -> str:
        return self.name
