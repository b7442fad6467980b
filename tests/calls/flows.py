"""A line of an order that somebody packs, and flows that call for it."""

from collections.abc import Mapping
from typing import Any

from bedrock.clock import now
from workflows import jobs
from workflows.actions.audit import By
from workflows.actions.calls import attend_due
from workflows.actions.instances import deliver, start
from workflows.actions.interventions import Intervention, apply, preview
from workflows.engine.events import SYSTEM, Actor, MessageReceived
from workflows.engine.state import Subject
from workflows.models import CalledRun, Instance

LINES = [{"sku": f"SKU-{n}", "quantity": n + 1} for n in range(4)]
LINE = {"name": "line", "type": "record", "fields": [{"name": "sku", "type": "text"},
                                                     {"name": "quantity", "type": "integer"}]}  # fmt: skip
SUPERVISOR = Actor(id="7", name="陈静")

# The called flow: waits for the message "packed" about its line, whose parcel it takes.
PACKING: dict[str, Any] = {
    "format": 1,
    "variables": [LINE, {"name": "number", "type": "integer"}, {"name": "shop", "type": "text"},
                  {"name": "parcel", "type": "text"}],
    "nodes": [
        {"id": "start", "type": "start"},
        {"id": "pack", "type": "message", "config": {"message": "packed", "key": "${line.sku}", "into": "parcel"}},
        {"id": "end", "type": "end"},
    ],
    "edges": [{"id": "e1", "from": "start", "to": "pack"}, {"id": "e2", "from": "pack", "to": "end"}],
}  # fmt: skip
# A called flow that is over as soon as it begins.
LABEL: dict[str, Any] = {
    "format": 1,
    "variables": [{"name": "sku", "type": "text"}, {"name": "label", "type": "text"}],
    "nodes": [
        {"id": "start", "type": "start"},
        {"id": "print", "type": "mapping", "config": {"assign": [{"variable": "label", "value": "${sku}"}]}},
        {"id": "end", "type": "end"},
    ],
    "edges": [{"id": "e1", "from": "start", "to": "print"}, {"id": "e2", "from": "print", "to": "end"}],
}
OWN = [
    {**LINE, "name": "lines", "type": "list<record>"},
    {**LINE, "name": "first"},
    {"name": "shopName", "type": "text"},
    {"name": "parcel", "type": "text"},
    {"name": "parcels", "type": "list<text>"},
    {"name": "needed", "type": "integer"},
]
ONE: dict[str, Any] = {
    "flow": "packing",
    "given": [{"variable": "line", "value": "${first}"}, {"variable": "shop", "value": "${shopName}"}],
    "take": [{"variable": "parcel", "result": "parcel"}],
}  # fmt: skip
EACH: dict[str, Any] = {
    "list": "lines", "flow": "packing", "item": "line", "index": "number",
    "given": [{"variable": "shop", "value": "${shopName}"}], "collect": "parcel", "into": "parcels",
}  # fmt: skip


def calling(node_type: str, config: Mapping[str, Any], *, exits: bool = False) -> dict[str, Any]:
    """start → call → after (waits for the message "closed") → end; with `exits` a second way to the end."""
    return {
        "format": 1,
        "variables": OWN,
        "nodes": [
            {"id": "start", "type": "start"},
            {"id": "call", "type": node_type, "config": dict(config)},
            {"id": "after", "type": "message", "config": {"message": "closed"}},
            {"id": "end", "type": "end"},
            *([{"id": "sorry", "type": "end"}] if exits else []),
        ],
        "edges": [
            {"id": "e1", "from": "start", "to": "call"},
            {"id": "e2", "from": "call", "to": "after"},
            {"id": "e3", "from": "after", "to": "end"},
            *([{"id": "e4", "from": "call", "port": "cancelled", "to": "sorry"}] if exits else []),
        ],
    }


VALUES: dict[str, Any] = {
    "lines": LINES, "first": LINES[0], "shopName": "旗舰店", "parcel": None, "parcels": None, "needed": 2,
}  # fmt: skip


def begin(flow: str = "order", **variables: Any) -> str:
    """A run of a flow about one order, asked for by somebody."""
    return start(
        flow, subject=Subject(type="order", id="ORD-1", title="ORD-1"), variables=VALUES | variables, requester="3",
        actor=SYSTEM, now=now(),
    ).instance_id  # fmt: skip


def settle() -> None:
    """Whatever is due between runs is done."""
    while jobs.perform_due() + attend_due(now=now()):
        pass


def packed(run: str, parcel: str = "P") -> None:
    """The line of a called run is packed; nobody tells its caller yet."""
    sku = Instance.objects.get(pk=run).state["variables"]["line"]["sku"]
    content: Any = f"{parcel}-{sku}"  # a message may carry any JSON
    assert deliver(run, MessageReceived(name="packed", key=sku, payload=content), now=now()).changed


def called_by(run: str) -> list[str]:
    """The runs that a run has called, by item and age."""
    return [str(one.instance) for one in CalledRun.objects.filter(caller=run).order_by("item", "instance")]


def statuses(*runs: str) -> list[str]:
    """How runs stand."""
    found = {str(row.pk): str(row.status) for row in Instance.objects.filter(pk__in=runs)}
    return [found[run] for run in runs]


def where(run: str) -> list[tuple[str, str]]:
    """The nodes where tokens of a run stand, and what for."""
    return sorted((token["node"], token["awaits"]) for token in Instance.objects.get(pk=run).state["tokens"])


def variable(run: str, name: str) -> Any:
    """A variable of a run."""
    return Instance.objects.get(pk=run).state["variables"].get(name)


def intervene(run: str, wanted: Intervention, *, reason: str = "大促期间加急处理") -> None:
    """A supervisor previews and applies."""
    token = preview(run, wanted, actor=SUPERVISOR, now=now()).token
    apply(run, token, kind=wanted.kind, reason=reason, by=By(actor=SUPERVISOR, ip=None), now=now())
