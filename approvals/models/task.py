"""A task and its people. Written by `actions/project.py` only, in the transaction that moved the run."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition
from typing_extensions import override

from bedrock.ids import new_id


class ApprovalTask(models.Model):
    """An approval that people see, or a run that is back with its requester (mode `resubmit`): one row per visit of a
    token, with what the subject looked like then.

    `resubmission` is what a requester is told and may revise, and then what they changed; of an approval behind it
    what was changed before. `candidates`, `votes`, `standing` and `due_does` are ready for people; `scopes` and
    `timing` say whose time counts since when.
    """

    class Status(models.TextChoices):
        OPEN = "open", "open"
        APPROVED = "approved", "approved"
        REJECTED = "rejected", "rejected"
        TIMED_OUT = "timed_out", "timed out"
        CANCELLED = "cancelled", "cancelled"
        RETURNED = "returned", "returned"
        SUBMITTED = "submitted", "submitted"

    RESUBMIT: ClassVar = "resubmit"  # the mode of a task that asks a requester to revise

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    instance = models.UUIDField(editable=False)
    token = models.IntegerField()
    node = models.CharField(max_length=64)
    visit = models.IntegerField()
    title = models.JSONField()
    definition_key = models.CharField(max_length=64)
    definition_title = models.JSONField()
    version = models.IntegerField()
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    subject_title = models.CharField(max_length=200)
    subject_facts = models.JSONField(default=list)
    requester = models.CharField(max_length=64, blank=True)
    mode = models.CharField(max_length=10)
    status = FSMField(default=Status.OPEN, choices=Status.choices, protected=True)
    revision = models.IntegerField()
    candidates = models.JSONField()
    scopes: "ArrayField[list[str], list[str]]" = ArrayField(models.CharField(max_length=80))
    votes = models.JSONField(default=list)
    standing = models.JSONField(default=dict)
    trace = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    due_does = models.JSONField(null=True)
    timing = models.JSONField()
    resubmission = models.JSONField(null=True)
    reminded_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=64, blank=True)
    decided_by_name = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            # A token stands at one node once: it goes on, or enters again, under a new number.
            models.UniqueConstraint(fields=["instance", "token"], name="one_task_per_wait"),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True)
                | Q(
                    status__in=["approved", "rejected", "timed_out", "cancelled", "returned", "submitted"],
                    closed_at__isnull=False,
                    due_at__isnull=True,
                ),
                name="task_status_is_known_and_tells_the_end",
            ),
            models.CheckConstraint(
                condition=Q(mode__in=["any", "all", "sequence", "vote"]) & ~Q(status="submitted")
                | Q(mode="resubmit", status__in=["open", "submitted", "cancelled"]),
                name="task_mode_is_known",
            ),
            models.CheckConstraint(condition=Q(revision__gte=1), name="task_revision_from_one"),
        ]
        indexes = [
            models.Index(F("requester"), F("opened_at").desc(), F("id").desc(), name="task_started_by"),
            models.Index(fields=["subject_id"], name="task_subject"),
            models.Index(fields=["subject_title"], opclasses=["text_pattern_ops"], name="task_title"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.node}#{self.visit} {self.status}"

    @transition(field=status, source=Status.OPEN, target=Status.APPROVED)
    def approve(self) -> None:
        """Enough people approved."""

    @transition(field=status, source=Status.OPEN, target=Status.REJECTED)
    def reject(self) -> None:
        """It was rejected."""

    @transition(field=status, source=Status.OPEN, target=Status.TIMED_OUT)
    def time_out(self) -> None:
        """Nobody answered in time and the run left by the exit for that."""

    @transition(field=status, source=Status.OPEN, target=Status.CANCELLED)
    def cancel(self) -> None:
        """The run went on without an answer."""

    @transition(field=status, source=Status.OPEN, target=Status.RETURNED)
    def return_(self) -> None:
        """Somebody sent the run back to an earlier step."""

    @transition(field=status, source=Status.OPEN, target=Status.SUBMITTED)
    def submit(self) -> None:
        """Its requester submitted the run again."""

    TRANSITIONS: ClassVar[dict[str, str]] = {
        Status.APPROVED: "approve",
        Status.REJECTED: "reject",
        Status.TIMED_OUT: "time_out",
        Status.CANCELLED: "cancel",
        Status.RETURNED: "return_",
        Status.SUBMITTED: "submit",
    }

    def close(self, status: str) -> None:
        """Take the transition that leads to `status`; TransitionNotAllowed when the task is over already."""
        getattr(self, self.TRANSITIONS[status])()


class Assignment(models.Model):
    """One seat of a task: a person, a pool or a role, as a scope text. Open ones are the inbox.

    `sort_at` is the due time, or the end of time; `requester` is copied because nobody sees their own requests here.
    """

    class Status(models.TextChoices):
        OPEN = "open", "open"
        DECIDED = "decided", "decided"
        TRANSFERRED = "transferred", "transferred"
        NOT_NEEDED = "not_needed", "not needed"
        PAUSED = "paused", "paused"  # its turn comes again behind an added signer
        REMOVED = "removed", "removed"  # an added signer who was not to answer after all

    # Seats and decisions are written with their task by one statement: the database need not look for it again.
    task = models.ForeignKey(ApprovalTask, on_delete=models.CASCADE, related_name="assignments", db_constraint=False)
    scope = models.CharField(max_length=80)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.OPEN)
    requester = models.CharField(max_length=64, blank=True)
    sort_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "scope"], condition=Q(status="open"), name="one_open_seat_per_scope"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "decided", "transferred", "not_needed", "paused", "removed"]),
                name="assignment_status_is_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["scope", "sort_at", "task"],
                include=["requester"],  # so that the badge counts in the index alone
                condition=Q(status="open"),
                name="assignment_inbox",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.scope} {self.status}"


class Decision(models.Model):
    """One counted answer. The name is the one of then; `source` tells a person's from a time-out's."""

    task = models.ForeignKey(
        ApprovalTask, on_delete=models.CASCADE, related_name="decisions", db_constraint=False, db_index=False
    )
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=10)
    outcome = models.CharField(max_length=10)
    comment = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            # Time may answer for more than one pool that kept silent.
            models.UniqueConstraint(
                fields=["task", "actor"], condition=~Q(actor="timer"), name="one_decision_per_person"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["approved", "rejected", "abstained", "returned", "submitted"]),
                name="decision_is_known",
            ),
        ]
        indexes = [models.Index(F("actor"), F("at").desc(), F("id").desc(), name="decision_done_by")]

    @override
    def __str__(self) -> str:
        return f"{self.actor} {self.outcome}"


class Comment(models.Model):
    """Something said about a task without deciding."""

    task = models.ForeignKey(ApprovalTask, on_delete=models.CASCADE, related_name="comments")
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=120, blank=True)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["task", "at"], name="comment_of_task")]

    @override
    def __str__(self) -> str:
        return f"{self.actor} {self.at.isoformat()}"
