"""What the doors of this wing answer, for the OpenAPI document and for programs that rely on it."""

from rest_framework import serializers

from web.shapes import LocalTextShape, Shape
from workflows.api.run_shapes import INSTANCE_STATUSES, EffectShape, SubjectFactShape, TokenShape
from workflows.api.task_shapes import TASK_STATUSES, BehalfShape, CandidateShape, TaskLineShape, TaskPersonShape

ACTIONS = (
    "approve", "reject", "abstain", "transfer", "add-signer", "remove-signer", "return", "claim", "release", "remind",
    "undo", "cc", "comment", "resubmit",
)  # fmt: skip
CAUSES = (
    "opened", "transfer", "timeout", "left", "turn", "added", "delegation", "delegation_ended", "leave", "hand_over"
)  # fmt: skip


class TaskSubjectShape(Shape):
    type = serializers.CharField()
    id = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    facts = SubjectFactShape(many=True)


class TaskDefinitionShape(Shape):
    key = serializers.CharField()
    title = LocalTextShape()


class PendingShape(Shape):
    answer = serializers.ChoiceField(choices=["approve", "reject", "abstain"])
    comment = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()
    commit_at = serializers.DateTimeField(help_text="When it comes into force, unless it is taken back before.")


class OwnCopyShape(Shape):
    by = serializers.CharField(allow_null=True, help_text="Who sent it; null where the flow did.")
    comment = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class TaskShape(TaskLineShape):
    revision = serializers.IntegerField()
    instance = serializers.UUIDField()
    definition = TaskDefinitionShape()
    version = serializers.IntegerField()
    subject = TaskSubjectShape()
    requester = TaskPersonShape(allow_null=True)
    clock = serializers.ChoiceField(choices=["working", "wall"], allow_null=True)
    working_seconds_left = serializers.IntegerField(allow_null=True)
    paused_until = serializers.DateTimeField(allow_null=True)
    reminded_at = serializers.DateTimeField(allow_null=True)
    assignee = TaskPersonShape(allow_null=True)
    actions = serializers.ListField(child=serializers.ChoiceField(choices=ACTIONS))
    outcome = serializers.ChoiceField(choices=TASK_STATUSES[1:], allow_null=True)
    pending = PendingShape(allow_null=True, help_text="The viewer's own answer that may still be taken back.")
    copy = OwnCopyShape(
        allow_null=True, help_text="The viewer's own copy of the run: in the box cc and where one task is read."
    )


class TasksShape(Shape):
    results = TaskShape(many=True)
    next = serializers.CharField(allow_null=True)


class CommentActorShape(Shape):
    id = serializers.CharField()
    display_name = serializers.CharField()


class CommentShape(Shape):
    actor = CommentActorShape()
    text = serializers.CharField()
    at = serializers.DateTimeField()


class TraceLineShape(Shape):
    code = serializers.CharField(
        help_text="assigned.* says why somebody is asked, skipped.* why not; skipped.unavailable, that they could not, "
        "to those whose business it is not."
    )
    kind = serializers.CharField()
    key = serializers.CharField(allow_blank=True)
    name = LocalTextShape()
    on_behalf_of = BehalfShape(required=False)
    params = serializers.DictField()


class TraceShape(Shape):
    at = serializers.DateTimeField()
    cause = serializers.ChoiceField(choices=CAUSES)
    lines = TraceLineShape(many=True)


class TaskFieldShape(Shape):
    name = serializers.CharField()
    label = LocalTextShape()  # type: ignore[assignment]  # a field of DRF
    type = serializers.CharField()
    access = serializers.ChoiceField(choices=["read", "write", "required"])
    value = serializers.JSONField(allow_null=True)


class TaskReasonsShape(Shape):
    task = serializers.UUIDField()
    trace = TraceShape(many=True)


class RunReasonsShape(Shape):
    results = TaskReasonsShape(many=True)


class SaidShape(Shape):
    by_name = serializers.CharField()
    comment = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()


class CameBackShape(Shape):
    """Why a run came back to its requester."""

    outcome = serializers.ChoiceField(choices=["rejected", "returned"], required=False)
    node = serializers.CharField(required=False, help_text="The step that it came back from; absent for a supervisor.")
    node_name = LocalTextShape(required=False)
    by = serializers.CharField(required=False)
    by_name = serializers.CharField(required=False)
    comment = serializers.CharField(required=False)
    said = SaidShape(many=True, required=False, help_text="Of everybody who rejected it.")
    at = serializers.DateTimeField()


RevisableFieldShape = type(
    "RevisableFieldShape",
    (Shape,),
    {
        "key": serializers.CharField(),
        "type": serializers.CharField(help_text="As variables are declared."),
        "label": serializers.DictField(),
        "value": serializers.JSONField(allow_null=True),
        "fields": serializers.ListField(child=serializers.DictField(), required=False, help_text="Of a record."),
    },
)


ChangedFieldShape = type(
    "ChangedFieldShape",
    (Shape,),
    {
        "key": serializers.CharField(),
        "type": serializers.CharField(),
        "label": serializers.DictField(),
        "before": serializers.JSONField(allow_null=True),
        "after": serializers.JSONField(allow_null=True),
        "long": serializers.BooleanField(required=False, help_text="The values are too long to be shown."),
    },
)


class ResubmittedShape(Shape):
    by = serializers.CharField()
    by_name = serializers.CharField()
    at = serializers.DateTimeField()
    comment = serializers.CharField(allow_blank=True)
    changes = ChangedFieldShape(many=True)


class ResubmissionShape(Shape):
    """Of a task that asks a requester: why, and what they may revise; behind it, what they changed."""

    returned = CameBackShape(required=False)
    form = RevisableFieldShape(many=True, required=False)
    resubmitted = ResubmittedShape(required=False)


class ReadingShape(Shape):
    read_at = serializers.DateTimeField(allow_null=True)


class SentCopyShape(Shape):
    to = TaskPersonShape()
    by = serializers.CharField(allow_null=True, help_text="Who sent it; null where the flow did.")
    comment = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()
    reading = ReadingShape(
        allow_null=True,
        help_text="For who sent it, for the requester where the flow did, and for supervisors and auditors.",
    )


class TaskDetailShape(TaskShape):
    comments = CommentShape(many=True)
    copies = SentCopyShape(many=True, help_text="Who else may read the run, oldest first.")
    trace = TraceShape(many=True)
    form = TaskFieldShape(many=True, help_text="What an open task shows of the run's variables and lets fill in.")
    resubmission = ResubmissionShape(allow_null=True, help_text="What a requester is asked to revise, or has revised.")


class SummaryShape(Shape):
    todo = serializers.IntegerField()
    overdue = serializers.IntegerField()
    cc = serializers.IntegerField(help_text="Copies that were not read.")


class StandingShape(Shape):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=INSTANCE_STATUSES)
    tokens = TokenShape(many=True)


class AnsweredShape(Shape):
    task = TaskShape()
    instance = StandingShape()


class RefusedWayShape(Shape):
    code = serializers.CharField()
    params = serializers.DictField()


class NamedEffectShape(EffectShape):
    name = LocalTextShape(allow_null=True, help_text="What the flow calls the step.")


class WayBackShape(Shape):
    node = serializers.CharField()
    is_requester = serializers.BooleanField(help_text="Its requester would revise the request and submit it again.")
    name = LocalTextShape()
    visit = serializers.IntegerField(help_text="Its last visit.")
    resumes = serializers.ListField(
        child=serializers.ChoiceField(choices=["restart", "back"]), help_text="How the run may go on from there."
    )
    effects = NamedEffectShape(many=True)
    asks = CandidateShape(many=True, help_text="Who would be asked there.")
    refused = RefusedWayShape(allow_null=True, help_text="Why it cannot go there.")


class ReturnPreviewShape(Shape):
    targets = WayBackShape(many=True, help_text="Earlier steps that asked people, the nearest first.")
    token = serializers.CharField(help_text="Allows a return for five minutes, as long as the run does not move.")


class DepartmentRefShape(Shape):
    key = serializers.CharField()
    name = LocalTextShape()


class PersonShape(Shape):
    id = serializers.CharField()
    username = serializers.CharField()
    display_name = serializers.CharField()
    department = DepartmentRefShape(allow_null=True)


class PeopleShape(Shape):
    results = PersonShape(many=True)
    next = serializers.CharField(allow_null=True)


class MemberShape(Shape):
    username = serializers.CharField()
    display_name = serializers.CharField()


class GroupShape(Shape):
    key = serializers.CharField()
    name = LocalTextShape()
    calendar = serializers.CharField(allow_null=True)
    members = MemberShape(many=True)


class GroupsShape(Shape):
    results = GroupShape(many=True)


class DepartmentShape(Shape):
    key = serializers.CharField()
    name = LocalTextShape()
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # a field of DRF
    heads = MemberShape(many=True, help_text="in their order, the first above the next")
    calendar = serializers.CharField(allow_null=True)


class DepartmentsShape(Shape):
    results = DepartmentShape(many=True)


class NoticeShape(Shape):
    id = serializers.CharField()
    title = LocalTextShape()
    text = LocalTextShape()
    definition = LocalTextShape()
    subject = serializers.CharField()
    instance = serializers.UUIDField(allow_null=True, help_text="The run, if this person may look at it.")
    task = serializers.UUIDField(allow_null=True, help_text="The task it is about, if it is about one.")
    at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class NoticesShape(Shape):
    results = NoticeShape(many=True)
    next = serializers.CharField(allow_null=True)


class NoticesSummaryShape(Shape):
    unread = serializers.IntegerField()
