"""What the doors to runs and to the audit answer, for the OpenAPI document and for programs that rely on it."""

from typing import get_args

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from web.shapes import LocalTextShape, Shape
from workflows.actions.intervention_effects import EffectKind
from workflows.actions.interventions import Kind
from workflows.api.task_shapes import TaskLineShape
from workflows.engine.fact_document import FACTS
from workflows.engine.state import Awaits, Status

INSTANCE_STATUSES = [status.value for status in Status]
AWAITS = [awaits.value for awaits in Awaits if awaits is not Awaits.NOTHING]

# A few shapes are made by `type` because their fields are named like attributes of a serializer.


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string"}, {"type": "number"}, {"type": "boolean"}, {"type": "null"},
            {
                "type": "object", "description": "An amount of money.", "required": ["amount", "currency"],
                "properties": {"amount": {"type": "string"}, "currency": {"type": "string"}},
            },
        ]
    }
)  # fmt: skip
class FactValueField(serializers.JSONField):
    """What a fact says, for people."""


class SubjectFactShape(Shape):
    key = serializers.CharField()
    label = LocalTextShape()  # type: ignore[assignment]  # a field of DRF
    value = FactValueField()


class SubjectShape(Shape):
    type = serializers.CharField()
    id = serializers.CharField()
    title = serializers.CharField(allow_blank=True)


class DefinitionRefShape(Shape):
    id = serializers.UUIDField()
    key = serializers.CharField()
    title = LocalTextShape()


class WaitingLineShape(Shape):
    line = serializers.CharField()
    key = serializers.CharField()


class TokenShape(Shape):
    token = serializers.IntegerField()
    node = serializers.CharField()
    visit = serializers.IntegerField()
    since = serializers.DateTimeField(allow_null=True)
    awaits = serializers.ChoiceField(choices=AWAITS)
    due_at = serializers.DateTimeField(allow_null=True)
    line = WaitingLineShape(allow_null=True, help_text="Where it waits for its turn; null when it does not.")


class TimerShape(Shape):
    node = serializers.CharField()
    visit = serializers.IntegerField()
    due_at = serializers.DateTimeField()


class IncidentShape(Shape):
    id = serializers.UUIDField()
    token = serializers.IntegerField()
    node = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
    params = serializers.DictField()
    at = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=["open", "resolved"])


class StuckShape(Shape):
    code = serializers.CharField()
    params = serializers.DictField()
    since = serializers.DateTimeField()


class InstanceShape(Shape):
    id = serializers.UUIDField()
    definition = DefinitionRefShape()
    version = serializers.IntegerField()
    status = serializers.ChoiceField(choices=INSTANCE_STATUSES)
    subject = SubjectShape()
    tokens = TokenShape(many=True)
    variables = serializers.DictField()
    tasks = TaskLineShape(many=True)
    timers = TimerShape(many=True)
    incidents = IncidentShape(many=True)
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    requester = serializers.CharField(allow_null=True)
    stuck = StuckShape(allow_null=True)


class InstancesShape(Shape):
    results = InstanceShape(many=True)
    next = serializers.CharField(allow_null=True)


class PathShape(Shape):
    node = serializers.CharField()
    visit = serializers.IntegerField()
    status = serializers.ChoiceField(choices=["done", "current", "forced_past", "returned", "failed"])
    at = serializers.DateTimeField()


JumpShape = type(
    "JumpShape",
    (Shape,),
    {
        "__doc__": "A force-advance or a return: from where to where, who and why.",
        "kind": serializers.ChoiceField(choices=["forced", "returned"]),
        "source": serializers.ListField(child=serializers.CharField()),
        "target": serializers.CharField(),
        "at": serializers.DateTimeField(),
        "actor": serializers.CharField(),
        "reason": serializers.CharField(allow_blank=True),
    },
)


class CallerShape(Shape):
    """The run that called this one, the step that did, and whether it waits for the end."""

    instance = serializers.UUIDField()
    definition = DefinitionRefShape()
    version = serializers.IntegerField()
    node = serializers.CharField()
    visit = serializers.IntegerField()
    item = serializers.IntegerField(help_text="Which item of a for-each, from 0; 0 of a sub-flow.")
    waits = serializers.BooleanField()


class CalledRunShape(Shape):
    """A run that a step of this one called."""

    instance = serializers.UUIDField()
    definition = DefinitionRefShape()
    version = serializers.IntegerField()
    status = serializers.ChoiceField(choices=INSTANCE_STATUSES)
    node = serializers.CharField()
    visit = serializers.IntegerField()
    token = serializers.IntegerField(help_text="The token that waits for it, or did.")
    item = serializers.IntegerField(help_text="Which item of a for-each, from 0; 0 of a sub-flow.")
    waits = serializers.BooleanField()
    incidents = serializers.IntegerField(help_text="Open incidents of it.")


class InstanceDetailShape(InstanceShape):
    caller = CallerShape(allow_null=True)
    called = CalledRunShape(many=True, help_text="The newest 200 runs that it called, by step and item.")
    graph = serializers.DictField()
    layout = serializers.DictField()
    path = PathShape(many=True)
    edges = serializers.ListField(child=serializers.CharField(), help_text="Edges that tokens went along.")
    jumps = JumpShape(many=True)
    can = serializers.ListField(
        child=serializers.ChoiceField(choices=list(get_args(Kind))),
        help_text="Interventions open to the caller.",
    )


class FactSubjectShape(SubjectShape):
    facts = SubjectFactShape(many=True, required=False)


FactDataShape = type(
    "FactDataShape",
    (Shape,),
    {
        "__doc__": "The fields of a fact: those of its `kind`, without the empty ones.",
        "token": serializers.IntegerField(required=False),
        "node": serializers.CharField(required=False),
        "visit": serializers.IntegerField(required=False),
        "attempt": serializers.IntegerField(required=False),
        "subject": FactSubjectShape(required=False),
        "variables": serializers.DictField(required=False),
        "requester": serializers.CharField(required=False),
        "caller": serializers.DictField(required=False, help_text="The wait that called the run, if one did."),
        "kept": serializers.BooleanField(required=False, help_text="The data of the wait stayed as it was."),
        "skips": serializers.BooleanField(required=False, help_text="It left behind an effect."),
        "port": serializers.CharField(required=False),
        "edge": serializers.CharField(required=False),
        "to": serializers.CharField(required=False),
        "counted": serializers.BooleanField(required=False),
        "waited": serializers.BooleanField(required=False),
        "output": serializers.DictField(required=False),
        "why": serializers.DictField(required=False),
        "remembers": serializers.JSONField(required=False, help_text="What the step keeps for rules of later steps."),
        "awaits": serializers.ChoiceField(choices=AWAITS, required=False),
        "since": serializers.DateTimeField(required=False),
        "due_at": serializers.DateTimeField(required=False),
        "data": serializers.JSONField(required=False, help_text="What the node's type keeps or notes."),
        "branches": serializers.ListField(
            child=serializers.ListField(), required=False, help_text="Of each: token, port, edge, to, counted."
        ),
        "absorbed": serializers.ListField(child=serializers.IntegerField(), required=False),
        "via": serializers.CharField(required=False, help_text="The edge out of a step that was passed."),
        "left": serializers.ListField(child=serializers.CharField(), required=False),
        "before": serializers.IntegerField(required=False, help_text="The version that a migration left."),
        "version": serializers.IntegerField(required=False, help_text="The version that the run goes on in."),
        "moves": serializers.ListField(
            child=serializers.ListField(), required=False, help_text="Of each token: token, node, to, fate, its number."
        ),
        "outcome": serializers.CharField(required=False),
        "reason": serializers.CharField(required=False, allow_blank=True),
        "code": serializers.CharField(required=False),
        "message": serializers.CharField(required=False),
        "params": serializers.DictField(required=False),
        "what": serializers.CharField(required=False),
        "by": serializers.CharField(required=False, help_text="The step that returned the run."),
        "resumes": serializers.CharField(required=False, help_text="The step that a returned run goes on with."),
    },
)


class ActorShape(Shape):
    id = serializers.CharField()
    name = serializers.CharField(allow_blank=True)


FactShape = type(
    "FactShape",
    (Shape,),
    {
        "__doc__": "One line of the history.",
        "seq": serializers.IntegerField(),
        "at": serializers.DateTimeField(),
        "kind": serializers.ChoiceField(choices=list(FACTS)),
        "node": serializers.CharField(allow_null=True),
        "visit": serializers.IntegerField(allow_null=True),
        "actor": ActorShape(),
        "source": serializers.ChoiceField(choices=["person", "timer", "system", "api"]),
        "data": FactDataShape(),
    },
)


class HistoryShape(Shape):
    results = FactShape(many=True)


class PastTokenShape(TokenShape):
    awaits = serializers.ChoiceField(
        choices=[awaits.value for awaits in Awaits], help_text="`nothing` while the token is on its way to the node."
    )


class PastStateShape(Shape):
    status = serializers.ChoiceField(choices=INSTANCE_STATUSES)
    tokens = PastTokenShape(many=True)
    variables = serializers.DictField()


class ReplayShape(Shape):
    seq = serializers.IntegerField()
    at = serializers.DateTimeField()
    state = PastStateShape()
    fact = FactShape(help_text="The last fact that is in it, with its reasons.")


class EffectParamsShape(Shape):
    due_at = serializers.DateTimeField(required=False, help_text="Of a wait that begins or a timer that is taken away.")
    effect = serializers.BooleanField(required=False, help_text="Whether the skipped node moves money or goods.")
    status = serializers.ChoiceField(choices=INSTANCE_STATUSES, required=False, help_text="Of a run that ends.")


class EffectShape(Shape):
    kind = serializers.ChoiceField(choices=list(get_args(EffectKind)))
    node = serializers.CharField(allow_null=True)
    params = EffectParamsShape()


PreviewShape = type(
    "PreviewShape",
    (Shape,),
    {
        "__doc__": "What an intervention will do, and the token that allows exactly that for five minutes.",
        "effects": EffectShape(many=True),
        "token": serializers.CharField(),
        "from": serializers.ListField(child=serializers.CharField()),
        "target": serializers.CharField(allow_null=True),
    },
)


class IntervenedShape(Shape):
    instance = InstanceShape()


class AuditObjectShape(Shape):
    type = serializers.CharField()
    id = serializers.CharField()
    title = serializers.CharField(allow_blank=True)


class AuditRunShape(Shape):
    definition = DefinitionRefShape()
    version = serializers.IntegerField()


class AuditEntryShape(Shape):
    seq = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor = ActorShape()
    ip = serializers.CharField(allow_null=True)
    action = serializers.CharField()
    object = AuditObjectShape()
    run = AuditRunShape(allow_null=True)
    before = serializers.DictField(allow_null=True)
    after = serializers.DictField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    hash = serializers.CharField()


class AuditShape(Shape):
    results = AuditEntryShape(many=True)
    next = serializers.CharField(allow_null=True)
