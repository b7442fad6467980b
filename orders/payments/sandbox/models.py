"""The sandbox provider's own ledger and the behaviours it was told. Written only through its own connection."""

from enum import StrEnum

from django.db import models
from django.db.models import Q
from typing_extensions import override

EVERY_ORDER = "*"


class Mode(StrEnum):
    """How the sandbox answers a refund call."""

    OK = "ok"  # pays and says so
    SLOW = "slow"  # pays at once, but the answer takes `seconds`
    FAIL = "fail"  # answers with a server error and pays nothing
    REFUSE = "refuse"  # says no and pays nothing
    CUT = "cut"  # pays, then the line is cut before the answer


class SandboxRefund(models.Model):
    """A refund that the sandbox has paid: one row per key is the proof that it paid once."""

    key = models.CharField(max_length=200, unique=True)
    transaction_id = models.CharField(max_length=64, db_index=True)
    order_no = models.CharField(max_length=64, db_index=True)
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    currency = models.CharField(max_length=3)
    calls = models.PositiveIntegerField(default=1, db_default=1)  # how often this key was asked for
    paid_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="sandbox_refund_above_zero")]

    @override
    def __str__(self) -> str:
        return self.key


class SandboxVoid(models.Model):
    """A key under which the sandbox has promised to pay nothing."""

    key = models.CharField(max_length=200, unique=True)
    voided_at = models.DateTimeField()

    @override
    def __str__(self) -> str:
        return self.key


class SandboxBehaviour(models.Model):
    """What the sandbox does to the calls of one order, or of all (`*`). `times` counts down; null lasts for ever."""

    order_no = models.CharField(max_length=64, unique=True)
    mode = models.CharField(max_length=8)
    seconds = models.DecimalField(max_digits=6, decimal_places=3, default=0, db_default=0)
    times = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=[mode.value for mode in Mode]), name="sandbox_mode_known"),
            models.CheckConstraint(condition=Q(seconds__gte=0), name="sandbox_seconds_not_negative"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.order_no}: {self.mode}"
