"""What the doors to versions answer, for the OpenAPI document and for programs that rely on it."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from web.shapes import Shape


class PartsShape(Shape):
    added = serializers.ListField(child=serializers.CharField())
    removed = serializers.ListField(child=serializers.CharField())
    changed = serializers.ListField(child=serializers.CharField())


@extend_schema_field({"type": "array", "items": {"oneOf": [{"type": "string"}, {"type": "integer"}]}})
class PathField(serializers.ListField):
    """Names of fields and places in lists, one after the other."""


class ChangeShape(Shape):
    code = serializers.CharField()
    node = serializers.CharField(required=False)
    edge = serializers.CharField(required=False)
    variable = serializers.CharField(required=False)
    path = PathField()
    params = serializers.DictField()


class ComparisonShape(Shape):
    from_hash = serializers.CharField()
    to_hash = serializers.CharField()
    changes = ChangeShape(many=True)
    nodes = PartsShape()
    edges = PartsShape()
    variables = PartsShape()
