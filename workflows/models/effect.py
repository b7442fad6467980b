"""The ledger of what runs do outside of the house: what was let out, what came of it, and what was passed by."""

from django.db import models
from django.db.models import F, Q
from typing_extensions import override


class Effect(models.Model):
    """The effect of one visit of a step; its key outside is `instance:node:visit`.

    It has a row once it was let out, because from then on it may have happened, or once its run left it behind. What
    was skipped is never let out again, whoever still comes for it; the row stays for ever. Times are database time.
    """

    pk = models.CompositePrimaryKey("instance", "node", "visit")
    instance = models.UUIDField()
    node = models.CharField(max_length=64)
    visit = models.IntegerField()
    attempt = models.IntegerField()  # the latest one that let it out; 0 of one that never was
    let_out_at = models.DateTimeField(null=True)
    unanswered = models.IntegerField(default=0)  # calls let out that no answer came back for: nobody knows
    is_done = models.BooleanField(default=False)  # it happened, and its run did not go on with it
    skipped_at = models.DateTimeField(null=True)
    skipped_by = models.CharField(max_length=64, null=True)  # noqa: DJ001 - null: not skipped
    skipped_by_name = models.CharField(max_length=120, null=True)  # noqa: DJ001
    cause = models.CharField(max_length=20, null=True)  # noqa: DJ001 - what took the token away
    reason = models.TextField(null=True)  # noqa: DJ001 - in the words of whoever did

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(let_out_at__isnull=False, attempt__gte=1)
                | Q(let_out_at__isnull=True, attempt=0, skipped_at__isnull=False),
                name="effect_was_let_out_or_skipped",
            ),
            models.CheckConstraint(
                condition=Q(let_out_at__isnull=True) | Q(skipped_at__isnull=True) | Q(let_out_at__lte=F("skipped_at")),
                name="effect_is_not_let_out_once_skipped",
            ),
            models.CheckConstraint(
                condition=Q(
                    skipped_at__isnull=True, skipped_by__isnull=True, skipped_by_name__isnull=True,
                    cause__isnull=True, reason__isnull=True,
                )
                | Q(
                    skipped_at__isnull=False, skipped_by__isnull=False, skipped_by_name__isnull=False,
                    cause__isnull=False, reason__isnull=False,
                ),
                name="effect_skip_tells_by_whom_and_why",
            ),
            models.CheckConstraint(
                condition=Q(unanswered=0, is_done=False) | Q(let_out_at__isnull=False, unanswered__gte=0),
                name="effect_answer_is_that_of_a_call",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["let_out_at"], condition=Q(skipped_at__isnull=True), name="effect_let_out_by_age"
            ),
        ]  # fmt: skip

    @override
    def __str__(self) -> str:
        return f"{self.instance}:{self.node}:{self.visit}"
