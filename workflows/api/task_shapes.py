"""What a wing shows of its tasks on the page of a run (`wings.show_tasks`), for the OpenAPI document."""

from rest_framework import serializers

from web.shapes import LocalTextShape, Shape

TASK_STATUSES = ("open", "approved", "rejected", "timed_out", "cancelled", "returned", "submitted")


class TaskPersonShape(Shape):
    id = serializers.CharField()
    username = serializers.CharField()
    display_name = serializers.CharField()


class BehalfShape(Shape):
    key = serializers.CharField(help_text="A username.")
    name = serializers.CharField(help_text="The name of then.")


class ClaimShape(TaskPersonShape):
    at = serializers.DateTimeField()


class CandidateShape(Shape):
    kind = serializers.ChoiceField(choices=["user", "group", "role", "department_head"])
    key = serializers.CharField(help_text="A username, the key of a group, a role or a department.")
    name = LocalTextShape()
    on_behalf_of = BehalfShape(required=False, help_text="For whom they act; left out where it is for themselves.")
    claimed_by = ClaimShape(required=False, help_text="Who of a pool works on it, so that nobody else does.")


class DueDoesShape(Shape):
    do = serializers.ChoiceField(choices=["remind", "transfer", "approve", "reject", "leave"])
    to = CandidateShape(many=True)


class VoteShape(Shape):
    user = TaskPersonShape()
    outcome = serializers.ChoiceField(choices=["approved", "rejected", "abstained", "returned", "submitted"])
    on_behalf_of = BehalfShape(required=False, help_text="For whom they answered; left out for themselves.")
    weight = serializers.IntegerField(required=False, help_text="What the answer weighs; one if nothing is said.")
    at = serializers.DateTimeField()
    comment = serializers.CharField(allow_blank=True)
    source = serializers.ChoiceField(choices=["person", "api", "timer", "same"])  # type: ignore[assignment]  # a field of DRF
    same_as = serializers.CharField(
        required=False, help_text="The earlier step whose approval counts here too; absent from an answer given here."
    )


class AddedShape(Shape):
    who = CandidateShape()
    by = CandidateShape(help_text="Who asked for them.")


class StandingOfVotesShape(Shape):
    """How far the votes have come. All numbers are weights; without weights each person counts one."""

    approved = serializers.IntegerField()
    rejected = serializers.IntegerField()
    abstained = serializers.IntegerField()
    total = serializers.IntegerField()
    needed = serializers.IntegerField(help_text="What approval takes.")
    rule = serializers.CharField(allow_null=True, help_text="The threshold as the flow says it: 2/3, >1/2 or 3.")
    reject_needed = serializers.IntegerField(allow_null=True, help_text="What rejection takes by a rule of its own.")
    abstain = serializers.BooleanField()
    ahead = CandidateShape(many=True, help_text="Whose turn comes later, in order.")
    must = CandidateShape(many=True, help_text="Who has to be heard before an approval, and was not yet.")
    added = AddedShape(many=True, help_text="Added signers who have not answered.")


class TaskLineShape(Shape):
    id = serializers.UUIDField()
    title = LocalTextShape()
    node = serializers.CharField()
    visit = serializers.IntegerField()
    mode = serializers.ChoiceField(choices=["any", "all", "sequence", "vote", "resubmit"])
    status = serializers.ChoiceField(choices=TASK_STATUSES)
    candidates = CandidateShape(many=True)
    votes = VoteShape(many=True)
    standing = StandingOfVotesShape(allow_null=True, help_text="Null where the first answer decides.")
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    due_does = DueDoesShape(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    decided_by = serializers.CharField(allow_null=True, help_text="The name of who ended it, as it was then.")
