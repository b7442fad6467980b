"""Flows without people, published for tests: what the refund nodes do on real rows."""

from itertools import pairwise
from typing import Any

from accounts.models import User
from orders.subjects import REFUND_REQUESTED
from tests.orders.builders import NOW
from workflows.actions.definitions import create_definition, publish


def chain(*nodes: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    """start → the given (id, type, config) nodes → end, listening to refund requests."""
    ids = ["start", *(node[0] for node in nodes), "end"]
    return {
        "format": 1,
        "variables": [{"name": "refundAmount", "type": "money"}, {"name": "orderTotal", "type": "money"}],
        "nodes": [
            {"id": "start", "type": "start", "config": {"trigger": REFUND_REQUESTED}},
            *({"id": i, "type": t, "config": c} for i, t, c in nodes),
            {"id": "end", "type": "end"},
        ],
        "edges": [{"id": f"e{n}", "from": source, "to": target} for n, (source, target) in enumerate(pairwise(ids))],
    }


NodeOf = tuple[str, str, dict[str, Any]]
DELAY: NodeOf = ("wait", "delay", {"after": "PT1H"})
REFUND: NodeOf = ("refund", "orders.refund", {})
REJECT: NodeOf = ("reject", "orders.reject_refund", {})


def publish_flow(*nodes: tuple[str, str, dict[str, Any]], by: User) -> None:
    """Make a chain of nodes the live flow of refund requests."""
    graph = chain(*nodes)
    title = {"zh": "退款", "en": "Refunds"}
    draft = create_definition(key="refunds", title=title, graph=graph, layout={}, actor=by, now=NOW)
    publish(str(draft.definition.pk), revision=1, note="", actor=by, now=NOW)
