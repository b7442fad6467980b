"""A flow in which much is wrong: a join that waits for one way too many, and a gap between two conditions."""

from typing import Any

from tests.house import House


def unsound_flow(house: House) -> str:
    """Drawn and saved by an administrator; its id."""
    title = {"zh": "并行复核", "en": "Review side by side"}
    answer = house.post("/api/v1/definitions", {"key": "unsound", "title": title, "graph": GRAPH}, user="admin")
    assert answer.status == 201, answer.json
    found: str = answer.json["id"]
    return found


def _node(name: str, kind: str, zh: str, **config: Any) -> dict[str, Any]:
    return {"id": name, "type": kind, "name": {"zh": zh, "en": name.title()}, "config": config}


def _money(name: str, zh: str) -> dict[str, Any]:
    return {"name": name, "type": "money", "label": {"zh": zh, "en": name}}


def _asks(group: str) -> dict[str, Any]:
    return {"assign": [{"kind": "group", "group": group}], "mode": "any"}


_LINES = (
    "start.out>both", "both.left>finance", "both.right>ops", "finance.approved>join", "finance.rejected>end",
    "ops.approved>join", "ops.rejected>join", "join.out>size", "size.small>refund", "size.large>end",
    "size.otherwise>end", "refund.out>end",
)  # fmt: skip
GRAPH = {
    "format": 1,
    "variables": [_money("refundAmount", "退款金额"), _money("orderTotal", "订单金额")],
    "nodes": [
        _node("start", "start", "退款申请", trigger="refund.requested"),
        _node("both", "parallel", "同时复核", branches=[{"port": port} for port in ("left", "right")]),
        _node("finance", "approval", "财务复核", **_asks("finance")),
        _node("ops", "approval", "运营复核", **_asks("operations")),
        _node("join", "parallel", "都复核完"),
        _node("size", "exclusive", "多大的单", branches=[
            {"port": "small", "name": {"zh": "小单", "en": "Small"}, "when": "${orderTotal} < 500 CNY"},
            {"port": "large", "name": {"zh": "大单", "en": "Large"}, "when": "${orderTotal} > 500 CNY"},
        ]),
        _node("refund", "orders.refund", "原路退款"),
        _node("end", "end", "结束"),
    ],
    "edges": [
        {"id": f"e{number}", "from": line.split(".")[0], "port": line.split(".")[1].split(">")[0],
         "to": line.split(">")[1]}
        for number, line in enumerate(_LINES)
    ],
}  # fmt: skip
