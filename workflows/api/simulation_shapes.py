"""What the doors to rehearsals and test cases answer, for the OpenAPI document and for programs that rely on it."""

from rest_framework import serializers

from web.shapes import Shape
from workflows.api.run_shapes import SubjectShape
from workflows.simulation.player import Ending

ENDINGS = [ending.value for ending in Ending]
CHANGES = ["outcome", "no_longer_asked", "newly_asked", "effect_gone", "effect_new", "path"]


class RehearsedTotalShape(Shape):
    amount = serializers.CharField()
    currency = serializers.CharField()


class RehearsedChangeShape(Shape):
    kind = serializers.ChoiceField(choices=CHANGES)
    before = serializers.JSONField()
    after = serializers.JSONField()


class RehearsedGistShape(Shape):
    ending = serializers.ChoiceField(choices=ENDINGS)
    ends = serializers.ListField(child=serializers.CharField(), help_text="The end nodes that were reached.")
    outcome = serializers.CharField(allow_blank=True)
    incidents = serializers.ListField(child=serializers.CharField(), help_text="Codes.")
    path = serializers.ListField(child=serializers.CharField(), help_text="Nodes in the order they were left.")
    stands_at = serializers.ListField(child=serializers.CharField())
    asked = serializers.ListField(child=serializers.DictField(), help_text="{node, kind, key, name} of each seat.")
    ended_at = serializers.DateTimeField()
    took_seconds = serializers.IntegerField()


class RehearsedStepShape(Shape):
    node = serializers.CharField()
    visit = serializers.IntegerField()
    entered = serializers.DateTimeField()
    left = serializers.DateTimeField(allow_null=True)
    awaits = serializers.CharField(allow_null=True)
    ports = serializers.ListField(child=serializers.CharField())
    edges = serializers.ListField(child=serializers.CharField())
    because = serializers.DictField(allow_null=True, help_text="Why this way, with the numbers in the conditions.")
    output = serializers.DictField(help_text="Variables that the step set.")
    outcome = serializers.CharField(allow_null=True, allow_blank=True)
    asked = serializers.ListField(child=serializers.DictField(), help_text="Who, why (trace) and until when.")
    timers = serializers.ListField(child=serializers.DateTimeField())
    notes = serializers.ListField(child=serializers.DictField(), help_text="Votes, transfers, reminders.")
    incident = serializers.DictField(allow_null=True)
    withdrawn = serializers.CharField(allow_null=True)


class RehearsedEffectShape(Shape):
    node = serializers.CharField()
    type = serializers.CharField()
    key = serializers.CharField(help_text="The idempotency key, with `rehearsal` for the run.")
    at = serializers.DateTimeField()
    is_external = serializers.BooleanField()
    payload = serializers.DictField()
    amount = RehearsedTotalShape(allow_null=True)


class RefusalShape(Shape):
    at = serializers.DateTimeField()
    node = serializers.CharField()
    code = serializers.CharField()


class RehearsedRunShape(RehearsedGistShape):
    subject = SubjectShape()
    requester = serializers.CharField(allow_null=True)
    amount = RehearsedTotalShape(allow_null=True)
    started_at = serializers.DateTimeField()
    steps = RehearsedStepShape(many=True)
    edges = serializers.ListField(child=serializers.CharField())
    effects = RehearsedEffectShape(many=True, help_text="What would have been done. Nothing of it was.")
    refusals = RefusalShape(many=True)
    live = RehearsedGistShape(allow_null=True, help_text="The same by the live version.")
    changes = RehearsedChangeShape(many=True)


class RehearsedGroupShape(RehearsedChangeShape):
    count = serializers.IntegerField()
    totals = RehearsedTotalShape(many=True)
    samples = serializers.ListField(child=serializers.CharField())


class SpreadShape(Shape):
    p50_seconds = serializers.IntegerField()
    p90_seconds = serializers.IntegerField()


class RehearsedTimeShape(Shape):
    faster = serializers.IntegerField()
    slower = serializers.IntegerField()
    before = SpreadShape()
    after = SpreadShape()


class RehearsedDifferenceShape(Shape):
    compared = serializers.IntegerField()
    changed = serializers.IntegerField()
    totals = RehearsedTotalShape(many=True)
    groups = RehearsedGroupShape(many=True)
    time = RehearsedTimeShape()


class SimulatedShape(Shape):
    version = serializers.IntegerField(allow_null=True, help_text="Null for a draft or a drawing.")
    live_version = serializers.IntegerField(allow_null=True)
    amount = serializers.CharField(allow_null=True, help_text="The variable whose sums are the totals.")
    runs = RehearsedRunShape(many=True)
    is_cut_off = serializers.BooleanField(help_text="There were more past runs than one request plays.")
    difference = RehearsedDifferenceShape(allow_null=True)


class CaseShape(Shape):
    id = serializers.UUIDField()
    name = serializers.CharField()
    given = serializers.DictField()
    expect = serializers.DictField()
    edited_by = serializers.CharField()
    edited_at = serializers.DateTimeField()


class CasesShape(Shape):
    results = CaseShape(many=True)


class MissShape(Shape):
    what = serializers.CharField()
    expected = serializers.JSONField()
    found = serializers.JSONField()
    message = serializers.CharField()


class CaseResultShape(Shape):
    id = serializers.UUIDField()
    name = serializers.CharField()
    passed = serializers.BooleanField()
    misses = MissShape(many=True)
    path = serializers.ListField(child=serializers.CharField())
    took_seconds = serializers.IntegerField(allow_null=True)


class CaseResultsShape(Shape):
    passed = serializers.IntegerField()
    failed = serializers.IntegerField()
    results = CaseResultShape(many=True)
