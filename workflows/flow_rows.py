"""Loads the book of published flows from the definitions and their live versions."""

from typing import Any

from workflows.engine.flow_book import FlowBook, PublishedFlow
from workflows.engine.registry import registry
from workflows.engine.variables import read_declarations
from workflows.models import Definition


def load_flows() -> FlowBook:
    """All flows with a live version that new runs use; one query."""
    rows = Definition.objects.filter(live_version__isnull=False, retired_at__isnull=True).values_list(
        "key", "live_version__number", "live_version__graph__variables", "live_version__graph__nodes"
    )
    return FlowBook(
        flows={
            key: PublishedFlow(
                version=number,
                variables=read_declarations(variables or ())[0],
                calls=_called_by(nodes or ()),
                takes_turns=any(node["type"] == "start" and node.get("config", {}).get("line") for node in nodes or ()),
            )
            for key, number, variables, nodes in rows
        }
    )


def _called_by(nodes: list[dict[str, Any]] | tuple[()]) -> tuple[str, ...]:
    calling = {node_type.key for node_type in registry if node_type.calls_flows}
    return tuple(dict.fromkeys(node["config"]["flow"] for node in nodes if node["type"] in calling))
