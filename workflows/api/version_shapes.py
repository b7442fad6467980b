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


class PublishedShape(Shape):
    version = serializers.IntegerField()
    graph_hash = serializers.CharField()
    running_on_older = serializers.IntegerField()
    effective_at = serializers.DateTimeField()
    live = serializers.BooleanField(help_text="Whether new runs use it; otherwise they will from `effective_at` on.")
    superseded = serializers.IntegerField(
        allow_null=True, help_text="The version that waited for its day until then, and does no more."
    )


class TroubleShape(Shape):
    code = serializers.CharField()
    message = serializers.CharField()


class VersionShape(Shape):
    version = serializers.IntegerField()
    status = serializers.ChoiceField(choices=["planned", "live", "replaced", "withdrawn", "superseded", "blocked"])
    published_at = serializers.DateTimeField()
    published_by = serializers.CharField()
    confirmed_by = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    graph_hash = serializers.CharField()
    running = serializers.IntegerField()
    effective_at = serializers.DateTimeField()
    live_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    withdraw_until = serializers.DateTimeField(
        allow_null=True,
        help_text="Until when it may be taken back; null when it may not. A planned one may until its day.",
    )
    trouble = TroubleShape(allow_null=True, help_text="Why it did not become live on its day.")


class VersionsShape(Shape):
    results = VersionShape(many=True)


class VersionGraphShape(VersionShape):
    graph = serializers.DictField()
    layout = serializers.DictField()


class WithdrawnShape(Shape):
    live_version = serializers.IntegerField(allow_null=True)


class InUseShape(Shape):
    status = serializers.ChoiceField(choices=["published", "changed", "unpublished", "retired"])
    retired_at = serializers.DateTimeField(allow_null=True)
    live_trigger = serializers.CharField(allow_null=True)


class FourEyesShape(Shape):
    four_eyes = serializers.BooleanField()


class PublishRequestShape(Shape):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=["open", "confirmed", "declined", "cancelled", "outdated"])
    graph_hash = serializers.CharField()
    note = serializers.CharField()
    effective_at = serializers.DateTimeField(allow_null=True)
    take_over = serializers.BooleanField()
    despite_cases = serializers.CharField(allow_blank=True, help_text="Why, although test cases fail.")
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField()
    answered_by = serializers.CharField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    comment = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField(allow_null=True)
    mine = serializers.BooleanField(help_text="Whether you asked, and may take it back.")
    may_answer = serializers.BooleanField(help_text="Whether you may confirm or decline it.")


class LastPublishRequestShape(Shape):
    request = PublishRequestShape(allow_null=True)
