"""What stands against publishing a drawing in this house."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bedrock.errors import BadInput
from workflows import store, triggers
from workflows.engine.graph import Graph
from workflows.engine.node_type import Problem
from workflows.engine.nodes.start import Start
from workflows.engine.registry import registry
from workflows.engine.validate import has_errors, validate


def problems_of(drawing: Graph, *, flow: str, now: datetime) -> tuple[Problem, ...]:
    """All that stands against publishing a graph as the next version of a flow, in the world as it is now."""
    found = validate(drawing, registry=registry, world=store.present_world(), now=now, flow=flow)
    return (*found, *_revised_events(drawing))


def _revised_events(drawing: Graph) -> Iterator[Problem]:
    """Variables that an event tells, which are about rows of a wing, and that a requester should yet revise."""
    for node in drawing.nodes:
        told = triggers.find(node.config.get("trigger")) if node.type == Start.key else None
        for index, name in enumerate(node.config.get("revisable", ())):
            if told is not None and name in {one.name for one in told.variables}:
                yield Problem(
                    code="start.revises_event", node=node.id, path=f"revisable.{index}",
                    params={"variable": name, "trigger": told.key},
                    message=f"Expected a variable that people give, found {name!r}, which {told.key} tells.",
                )  # fmt: skip


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
