"""`/policy/findings`: what is wrong with live flows and the organisation since they were published."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.policy import Role
from approvals.actions.policy_look import Finding, look_over
from bedrock.clock import now
from web.inputs import query_of
from web.permissions import roles
from web.shapes import LocalTextShape, Shape
from workflows.actions.soundness import problem_documents
from workflows.api.shapes import ProblemShape

OVERSEERS = roles(Role.DESIGNER, Role.SUPERVISOR, Role.AUDITOR)


class StepOfFindingShape(Shape):
    id = serializers.CharField()
    title = LocalTextShape()


class FlowOfFindingShape(Shape):
    id = serializers.UUIDField()
    key = serializers.CharField()
    title = LocalTextShape()
    version = serializers.IntegerField()
    steps = StepOfFindingShape(many=True, help_text="the steps that the problem speaks of, the first where it is")


class PolicyFindingShape(Shape):
    flow = FlowOfFindingShape(allow_null=True, help_text="null: it is about the organisation itself")
    problem = ProblemShape()
    since = serializers.DateTimeField(allow_null=True, help_text="null: the daily look has not seen it yet")


class PolicyFindingsShape(Shape):
    looked_at = serializers.DateTimeField()
    results = PolicyFindingShape(many=True)


class PolicyFindingsView(APIView):
    permission_classes = [OVERSEERS]

    @extend_schema(operation_id="policy_findings", responses=PolicyFindingsShape)
    def get(self, request: Request) -> Response:
        query_of(request.query_params)
        present = now()
        found = look_over(now=present)
        return Response({"looked_at": present, "results": [_finding(one) for one in found]})


def _finding(finding: Finding) -> dict[str, Any]:
    [problem] = problem_documents([finding.problem])
    return {"flow": _flow(finding), "problem": problem, "since": finding.since}


def _flow(finding: Finding) -> dict[str, Any] | None:
    release = finding.release
    if release is None:
        return None
    nodes = [release.plan.nodes.get(step) for step in finding.steps]
    return {
        "id": release.definition_id, "key": release.key, "title": release.title, "version": release.number,
        "steps": [{"id": node.id, "title": node.name.model_dump()} for node in nodes if node is not None],
    }  # fmt: skip
