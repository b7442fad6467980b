"""What stands against publishing a drawing in this house."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bedrock.errors import BadInput
from workflows import store
from workflows.engine.graph import Graph
from workflows.engine.node_type import Problem
from workflows.engine.registry import registry
from workflows.engine.validate import has_errors, validate


def problems_of(drawing: Graph, *, flow: str, now: datetime) -> tuple[Problem, ...]:
    """All that stands against publishing a graph as the next version of a flow, in the world as it is now."""
    return validate(drawing, registry=registry, world=store.present_world(), now=now, flow=flow)


def require_sound(drawing: Graph, *, flow: str, now: datetime) -> None:
    """Raises BadInput `definition.has_problems` with every problem when some of them is an error."""
    problems = problems_of(drawing, flow=flow, now=now)
    if has_errors(problems):
        raise BadInput(
            "definition.has_problems",
            f"Expected a graph without errors, found {sum(p.severity == 'error' for p in problems)}.",
            problems=problem_documents(problems),
        )


def problem_documents(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Problems as JSON, without what is not set."""
    return [{key: value for key, value in asdict(problem).items() if value is not None} for problem in problems]
