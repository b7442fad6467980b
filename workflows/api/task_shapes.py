"""What a wing shows of its tasks on the page of a run (`wings.show_tasks`), for the OpenAPI document."""

from rest_framework import serializers

from web.shapes import LocalTextShape, Shape

TASK_STATUSES = ("open", "approved", "rejected", "timed_out", "cancelled")


class TaskPersonShape(Shape):
    id = serializers.CharField()
    username = serializers.CharField()
    display_name = serializers.CharField()


class CandidateShape(Shape):
    kind = serializers.ChoiceField(choices=["user", "group", "role", "department_head"])
    key = serializers.CharField(help_text="A username, the key of a group, a role or a department.")
    name = LocalTextShape()


class DueDoesShape(Shape):
    do = serializers.ChoiceField(choices=["remind", "transfer", "approve", "reject", "leave"])
    to = CandidateShape(many=True)


class VoteShape(Shape):
    user = TaskPersonShape()
    outcome = serializers.ChoiceField(choices=["approved", "rejected"])
    at = serializers.DateTimeField()
    comment = serializers.CharField(allow_blank=True)
    source = serializers.ChoiceField(choices=["person", "api", "timer"])  # type: ignore[assignment]  # a field of DRF


class TaskLineShape(Shape):
    id = serializers.UUIDField()
    title = LocalTextShape()
    node = serializers.CharField()
    visit = serializers.IntegerField()
    mode = serializers.ChoiceField(choices=["any", "all"])
    status = serializers.ChoiceField(choices=TASK_STATUSES)
    candidates = CandidateShape(many=True)
    votes = VoteShape(many=True)
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    due_does = DueDoesShape(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    decided_by = serializers.CharField(allow_null=True, help_text="The name of who ended it, as it was then.")
