"""What the doors to flows answer, for the OpenAPI document and for programs that rely on it."""

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from web.shapes import LocalTextShape, Shape
from workflows.engine.connections import KINDS

# A few shapes are made by `type` because their fields are named like attributes of a serializer.


class ProblemShape(Shape):
    code = serializers.CharField()
    message = serializers.CharField()
    severity = serializers.ChoiceField(choices=["error", "warning"])
    params = serializers.DictField()
    node = serializers.CharField(required=False)
    edge = serializers.CharField(required=False)
    path = serializers.CharField(required=False)
    span = serializers.ListField(child=serializers.IntegerField(), required=False, min_length=2, max_length=2)


class PortShape(Shape):
    port = serializers.CharField()
    name = LocalTextShape()


class FixedPortsShape(Shape):
    kind = serializers.ChoiceField(choices=["fixed"])
    ports = PortShape(many=True)


class BranchPortsShape(Shape):
    kind = serializers.ChoiceField(choices=["branches"])
    field = serializers.CharField(help_text="The field of the config that lists the branches.")
    otherwise = serializers.BooleanField(help_text="There is also a port for when no branch holds.")
    joined = serializers.BooleanField(
        help_text="Branches run side by side and meet in a node of this type without branches, which is left by `out`."
    )


class NoPortsShape(Shape):
    kind = serializers.ChoiceField(choices=["none"])


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="PortRuleShape",
        serializers={"fixed": FixedPortsShape, "branches": BranchPortsShape, "none": NoPortsShape},
        resource_type_field_name="kind",
    )
)
class PortRuleField(serializers.JSONField):
    """One of three shapes, told apart by `kind`."""


class NodeTypeShape(Shape):
    type = serializers.CharField()
    title = LocalTextShape()
    description = LocalTextShape()
    category = serializers.ChoiceField(choices=["control", "approval", "order", "data"])
    icon = serializers.CharField()
    config_schema = serializers.DictField()
    ports = PortRuleField()
    default_config = serializers.DictField()
    max_incoming = serializers.IntegerField(allow_null=True)
    is_start = serializers.BooleanField()
    is_end = serializers.BooleanField()


class NodeTypesShape(Shape):
    results = NodeTypeShape(many=True)


VariableShape = type(
    "VariableShape",
    (Shape,),
    {
        "__doc__": "A typed variable.",
        "name": serializers.CharField(),
        "type": serializers.CharField(),
        "label": LocalTextShape(),
    },
)


class TriggerShape(Shape):
    key = serializers.CharField()
    title = LocalTextShape()
    variables = VariableShape(many=True)


class TriggersShape(Shape):
    results = TriggerShape(many=True)


class CalendarShape(Shape):
    key = serializers.CharField()
    name = LocalTextShape()
    zone = serializers.CharField()
    confirmed_years = serializers.ListField(child=serializers.IntegerField())
    document = serializers.DictField()


class CalendarsShape(Shape):
    results = CalendarShape(many=True)


class ConnectionShape(Shape):
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=KINDS)
    base_url = serializers.CharField()


class SchedulePreviewShape(Shape):
    next = serializers.ListField(child=serializers.DateTimeField(), help_text="The next times, soonest first.")


class ConnectionsShape(Shape):
    results = ConnectionShape(many=True)


ExpressionErrorShape = type(
    "ExpressionErrorShape",
    (Shape,),
    {
        "__doc__": "One thing wrong with an expression; `from` and `to` are character offsets.",
        "code": serializers.CharField(),
        "message": serializers.CharField(),
        "from": serializers.IntegerField(),
        "to": serializers.IntegerField(),
        "params": serializers.DictField(),
    },
)


class CheckedShape(Shape):
    ok = serializers.BooleanField()
    type = serializers.CharField(allow_null=True)
    ast = serializers.DictField(allow_null=True)
    errors = ExpressionErrorShape(many=True)


class DraftStateShape(Shape):
    revision = serializers.IntegerField()
    graph_hash = serializers.CharField()
    problem_count = serializers.IntegerField()


class PlannedShape(Shape):
    version = serializers.IntegerField()
    effective_at = serializers.DateTimeField()


class DefinitionShape(Shape):
    id = serializers.UUIDField()
    key = serializers.CharField()
    title = LocalTextShape()
    status = serializers.ChoiceField(choices=["published", "changed", "unpublished", "retired"])
    live_version = serializers.IntegerField(allow_null=True)
    live_trigger = serializers.CharField(
        allow_null=True, help_text="The event that starts it. Null when none does: also after another flow took over."
    )
    draft = DraftStateShape()
    running = serializers.IntegerField()
    owner = serializers.CharField()
    updated_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)
    retired_at = serializers.DateTimeField(allow_null=True)
    planned = PlannedShape(allow_null=True)
    four_eyes = serializers.BooleanField(help_text="Another person than those who changed the drawing must publish.")
    asked_to_publish = serializers.BooleanField(help_text="Somebody waits for a second person.")


class DefinitionsShape(Shape):
    results = DefinitionShape(many=True)
    next = serializers.CharField(allow_null=True)


class SavedDraftShape(Shape):
    revision = serializers.IntegerField()
    graph_hash = serializers.CharField()
    problems = ProblemShape(many=True)


class DraftShape(SavedDraftShape):
    graph = serializers.DictField()
    layout = serializers.DictField()
    edited_by = serializers.CharField()
    edited_at = serializers.DateTimeField()


class CreatedDefinitionShape(Shape):
    id = serializers.UUIDField()
    key = serializers.CharField()
    title = LocalTextShape()
    draft = SavedDraftShape()
    live_version = serializers.IntegerField(allow_null=True)


class FindingShape(Shape):
    code = serializers.CharField()
    kind = serializers.CharField(help_text="The element as the file calls it.")
    element = serializers.CharField(allow_blank=True, help_text="Its id in the file.")
    name = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()
    severity = serializers.ChoiceField(choices=["error", "warning", "info"])


class ImportedShape(CreatedDefinitionShape):
    findings = FindingShape(many=True)


class FlowShape(Shape):
    key = serializers.CharField()
    title = LocalTextShape()
    graph = serializers.DictField()
    layout = serializers.DictField()
