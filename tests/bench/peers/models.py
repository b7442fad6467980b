"""The rows that a team without an engine writes for this one flow."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from typing_extensions import override


class RefundOrder(models.Model):
    """One refund on its way: its status is the whole of its flow."""

    number = models.CharField(max_length=40, unique=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    total = models.DecimalField(max_digits=12, decimal_places=2)
    status = models.CharField(max_length=20, db_index=True)
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["RefundOrder"]] = models.Manager()

    class Meta:
        app_label = "peers"

    @override
    def __str__(self) -> str:
        return self.number


class RefundTask(models.Model):
    """One approval that waits for one person, or did."""

    order = models.ForeignKey(RefundOrder, on_delete=models.CASCADE, related_name="tasks")
    order_id: int
    step = models.CharField(max_length=20)
    status = models.CharField(max_length=20, db_index=True)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["RefundTask"]] = models.Manager()

    class Meta:
        app_label = "peers"

    @override
    def __str__(self) -> str:
        return f"{self.step} {self.status}"


class RefundHistory(models.Model):
    """What happened to a refund, by whom."""

    order = models.ForeignKey(RefundOrder, on_delete=models.CASCADE, related_name="history")
    what = models.CharField(max_length=40)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["RefundHistory"]] = models.Manager()

    class Meta:
        app_label = "peers"

    @override
    def __str__(self) -> str:
        return self.what


class RefundOutbox(models.Model):
    """A message that leaves after the commit."""

    topic = models.CharField(max_length=40)
    payload = models.JSONField()
    sent_at = models.DateTimeField(null=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["RefundOutbox"]] = models.Manager()

    class Meta:
        app_label = "peers"

    @override
    def __str__(self) -> str:
        return self.topic
