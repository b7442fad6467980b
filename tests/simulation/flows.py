"""The refund flow in a small organisation, as values: no rows and no Django."""

from datetime import datetime
from typing import Any

from tests.approvals.office import MONDAY, world
from workflows.engine.graph import read_graph
from workflows.engine.plan import Plan, compile_plan
from workflows.engine.registry import discover, registry
from workflows.engine.state import Subject
from workflows.engine.world import World
from workflows.simulation.player import Beginning, Bounds, Played, play
from workflows.simulation.script import Assumption, read_script

discover("workflows.engine.nodes")
discover("approvals.nodes")
discover("orders.nodes")

BACKUP: dict[str, Any] = {
    "after": "PT2H", "clock": "working", "do": "transfer", "to": [{"kind": "group", "group": "backup"}],
}  # fmt: skip


def cny(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


def approval(group: str, **more: Any) -> dict[str, Any]:
    return {"assign": [{"kind": "group", "group": group}], "mode": "any"} | more


def refund_graph(share: str = "0.3", **finance: Any) -> dict[str, Any]:
    """Below the share of the order straight to operations, otherwise through finance; then it is paid or rejected."""
    edges = [
        ("start", "out", "small"), ("small", "small", "ops"), ("small", "otherwise", "finance"),
        ("finance", "approved", "ops"), ("finance", "rejected", "reject"), ("ops", "approved", "refund"),
        ("ops", "rejected", "reject"), ("refund", "out", "end"), ("reject", "out", "end"),
    ]  # fmt: skip
    condition = f"${{refundAmount}} < ${{orderTotal}} * {share}"
    nodes = [
        ("start", "start", {"trigger": "refund.requested"}),
        ("small", "exclusive", {"branches": [{"port": "small", "when": condition}]}),
        ("finance", "approval", approval("finance", **({"timeouts": [BACKUP]} | finance))),
        ("ops", "approval", approval("ops")),
        ("refund", "orders.refund", {}), ("reject", "orders.reject_refund", {}), ("end", "end", {}),
    ]  # fmt: skip
    return {
        "format": 1,
        "variables": [{"name": "refundAmount", "type": "money"}, {"name": "orderTotal", "type": "money"}],
        "nodes": [{"id": node, "type": kind, "config": config} for node, kind, config in nodes],
        "edges": [
            {"id": f"e{number}", "from": source, "port": port, "to": target}
            for number, (source, port, target) in enumerate(edges)
        ],
    }


def plan_of(graph: dict[str, Any]) -> Plan:
    return compile_plan(read_graph(graph), registry=registry)


def beginning(refund: str = "58.00", total: str = "199.00", *, at: datetime = MONDAY) -> Beginning:
    return Beginning(
        subject=Subject(type="refund", id="R-1", title="ORD-1 · 58.00 CNY"),
        variables={"refundAmount": cny(refund), "orderTotal": cny(total)}, requester="8", at=at,
    )  # fmt: skip


def played(
    graph: dict[str, Any] | Plan,
    *lines: dict[str, Any],
    start: Beginning | None = None,
    people: World | None = None,
    bounds: Bounds | None = None,
) -> Played:
    plan = graph if isinstance(graph, Plan) else plan_of(graph)
    script = read_script([Assumption(**line) for line in lines])
    return play(plan, start or beginning(), world=people or world(), script=script, bounds=bounds or Bounds())
