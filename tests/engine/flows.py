"""Small drawings for engine tests, and a node type that waits for a signal whose name is the port to leave by."""

import itertools
from collections.abc import Mapping
from typing import Any, ClassVar

from typing_extensions import override

from workflows.engine.catching import Repeating
from workflows.engine.events import ActivityDone, Resumption, Signalled
from workflows.engine.graph import LocalText
from workflows.engine.node_type import (
    Config,
    Continue,
    Fail,
    Ignore,
    NodeType,
    Note,
    Outcome,
    Port,
    PortRule,
    Return,
    Scope,
    Wait,
)
from workflows.engine.state import Awaits, Json


class AskConfig(Config):
    """Nothing to set."""


class Ask(NodeType[AskConfig]):
    """Waits for `yes` or `no`; `remark` is noted and changes nothing, `return` sends the run back."""

    key = "test.ask"
    title = LocalText(zh="询问", en="Ask")
    category = "approval"
    icon = "user"
    performs = "inline"
    waits: ClassVar[bool] = True
    asks_people: ClassVar[bool] = True
    port_rule = PortRule(ports=(Port(port="yes"), Port(port="no")))
    Config = AskConfig

    @override
    def enter(self, scope: Scope[AskConfig]) -> Outcome:
        return Wait(awaits=Awaits.SIGNAL, data={"asked": scope.visit}, work=({"op": "open"},))

    @override
    def resume(self, scope: Scope[AskConfig], event: Resumption) -> Outcome:
        if not isinstance(event, Signalled):
            return Ignore()
        if event.name == "remark":
            note = Note(what="remark", data=dict(event.payload))
            return Wait(awaits=Awaits.SIGNAL, data=scope.data, notes=(note,))
        if event.name == "return":
            return Return(to=event.payload.get("to"), work=({"op": "close"},), **event.payload.get("how", {}))
        return Continue(port=event.name, work=({"op": "close"},))

    @override
    def withdrawn(self, scope: Scope[AskConfig], reason: str) -> tuple[Mapping[str, Json], ...]:
        return ({"op": "withdraw", "reason": reason},)


class Call(NodeType[AskConfig]):
    """Deferred work that leaves by `out`."""

    key = "test.call"
    title = LocalText(zh="调用", en="Call")
    category = "data"
    icon = "bolt"
    performs = "deferred"
    waits: ClassVar[bool] = True
    external_effect: ClassVar[bool] = True
    Config = AskConfig

    @override
    def enter(self, scope: Scope[AskConfig]) -> Outcome:
        return Wait(awaits=Awaits.ACTIVITY, work=({"visit": scope.visit},))

    @override
    def resume(self, scope: Scope[AskConfig], event: Resumption) -> Outcome:
        return Continue(output=event.output) if isinstance(event, ActivityDone) else Ignore()


class TryConfig(Repeating):
    """How a failure is met."""


class Try(NodeType[TryConfig]):
    """As `test.call`, but it may be left when it failed."""

    key = "test.try"
    title = LocalText(zh="尝试", en="Try")
    category = "data"
    icon = "bolt"
    performs = "deferred"
    waits: ClassVar[bool] = True
    external_effect: ClassVar[bool] = True
    Config = TryConfig

    @override
    def enter(self, scope: Scope[TryConfig]) -> Outcome:
        return Wait(awaits=Awaits.ACTIVITY, work=({"visit": scope.visit},))

    @override
    def resume(self, scope: Scope[TryConfig], event: Resumption) -> Outcome:
        if isinstance(event, ActivityDone) and "unfit" in event.output:
            return Fail(code="test.unfit", message="Expected another answer, found this one.")
        return Continue(output=event.output) if isinstance(event, ActivityDone) else Ignore()


def graph(nodes: Mapping[str, Any], *edges: str, **more: Any) -> dict[str, Any]:
    """A drawing from `{id: type | (type, config)}` and edges `a>b`, `a.port>b`, or `a.port~3>b` for a loop of 3."""
    return {
        "format": 1,
        "variables": [{"name": "a", "type": "money"}, {"name": "b", "type": "money"}],
        "nodes": [
            {"id": node, "type": kind if isinstance(kind, str) else kind[0]}
            | ({} if isinstance(kind, str) else {"config": kind[1]})
            for node, kind in nodes.items()
        ],
        "edges": [_edge(number, text) for number, text in enumerate(edges)],
    } | more


def fork(*ports: str) -> tuple[str, dict[str, Any]]:
    """A parallel gateway with these branches."""
    return "parallel", {"branches": [{"port": port} for port in ports]}


def when(port: str, text: str) -> tuple[str, dict[str, Any]]:
    """An exclusive gateway with one branch."""
    return "exclusive", {"branches": [{"port": port, "when": text}]}


def several(**branches: str) -> tuple[str, dict[str, Any]]:
    """An inclusive gateway with these conditions by port."""
    return "inclusive", {"branches": [{"port": port, "when": text} for port, text in branches.items()]}


def first_of(**branches: str) -> tuple[str, dict[str, Any]]:
    """A choice by what comes first: ports with a duration are times, others are messages of that name with this key."""
    return "event_choice", {
        "branches": [
            {"port": port, "on": "time", "after": text}
            if text.startswith("P")
            else {"port": port, "on": "message", "message": port, "key": text}
            for port, text in branches.items()
        ]
    }


def in_a_row(*nodes: str) -> list[str]:
    """Edges that connect these one after the other."""
    return [f"{a}>{b}" for a, b in itertools.pairwise(nodes)]


def money(amount: str) -> dict[str, str]:
    """An amount in CNY as JSON."""
    return {"amount": amount, "currency": "CNY"}


def _edge(number: int, text: str) -> dict[str, Any]:
    source, target = text.split(">")
    source, _, rounds = source.partition("~")
    node, _, port = source.partition(".")
    edge: dict[str, Any] = {"id": f"e{number}", "from": node, "to": target}
    if port:
        edge["port"] = port
    return edge | ({"kind": "back", "max_rounds": int(rounds)} if rounds else {})
