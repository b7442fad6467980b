"""Exits of a step that failed as error events at its edge: how they are written, and how they are read back."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from workflows.engine.graph import Node
from workflows.exchange import bpmn_words as words
from workflows.exchange.bpmn_file import FileFlow, FileNode, local

ANY: Final = "*"
SIZE: Final = 36
_CODE: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,98}\*?")
_PORT: Final = re.compile(r"error(_[A-Za-z0-9_]{1,58})?")
# What a file of another tool may attach an error to and still mean a step of ours that has such exits, or none yet.
_HOSTS: Final = frozenset({"businessRuleTask", "serviceTask", "task", "sendTask", "scriptTask", "callActivity"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """An exit for failures as the drawing has it."""

    port: str
    codes: tuple[str, ...]
    name: str


@dataclass(slots=True, kw_only=True)
class Folded:
    """Nodes and flows without the error events that are exits of their host, and what those say."""

    nodes: list[FileNode]
    flows: list[FileFlow]
    exits: dict[str, list[Exit]] = field(default_factory=lambda: defaultdict(list))  # by host
    ports: dict[str, str] = field(default_factory=dict)  # by flow


def exits_of(node: Node) -> list[Exit]:
    """The exits for failures that can be drawn as such: at a task, and as far as a draft can be read."""
    if not words.element_of(node.type).endswith("Task"):
        return []
    listed = node.config.get("on_error")
    exits: dict[str, Exit] = {}
    for one in listed if isinstance(listed, list | tuple) else ():
        port, codes = (one.get("port"), one.get("codes")) if isinstance(one, dict) else (None, None)
        if isinstance(port, str) and _PORT.fullmatch(port) and isinstance(codes, list | tuple):
            told = tuple(code for code in codes if isinstance(code, str) and (code == ANY or _CODE.fullmatch(code)))
            if told and len(told) == len(codes):
                exits.setdefault(port, Exit(port=port, codes=told, name=_name(one.get("name"))))
    return list(exits.values())


def _name(name: Any) -> str:
    known = {key: text for key, text in name.items() if isinstance(text, str)} if isinstance(name, dict) else {}
    return words.text_of(known)


def fold_boundaries(nodes: list[FileNode], flows: list[FileFlow], errors: Mapping[str, str]) -> Folded:
    """Error events that stand for exits of their host become such. All others stay what they are."""
    hosts = {node.id: node for node in nodes}
    ways: dict[str, list[FileFlow]] = defaultdict(list)
    for flow in flows:
        ways[flow.source].append(flow)
    folded = Folded(nodes=[], flows=[])
    gone: dict[str, str] = {}  # error event → host
    for node in nodes:
        found = _exit(node, hosts.get(node.attached), ways[node.id], errors, folded=folded)
        if found is None:
            folded.nodes.append(node)
            continue
        gone[node.id] = node.attached
        folded.exits[node.attached].append(found)
        folded.ports |= {flow.id: found.port for flow in ways[node.id]}
    folded.flows = [replace(flow, source=gone.get(flow.source, flow.source)) for flow in flows]
    return folded


def _exit(
    node: FileNode, host: FileNode | None, ways: list[FileFlow], errors: Mapping[str, str], *, folded: Folded
) -> Exit | None:
    if host is None or node.kind != "boundaryEvent" or {local(event) for event in node.events} != {words.ERROR}:
        return None
    codes = tuple(errors.get(event.get("errorRef", ""), "") or ANY for event in node.events)
    if len(ways) > 1 or not all(code == ANY or _CODE.fullmatch(code) for code in codes):
        return None
    port = node.own.get("port") if node.own else None
    if not isinstance(port, str) or not _PORT.fullmatch(port):
        if host.own is None and host.kind not in _HOSTS:
            return None
        port = "error"
    taken = {one.port for one in folded.exits[host.id]}
    number = 1
    while port in taken:
        number += 1
        port = f"error_{number}"
    return Exit(port=port, codes=codes, name=node.name)


def with_exits(node: Node, exits: list[Exit]) -> Node:
    """The node with the exits that the file shows; as it was written when it shows just those."""
    if [(one.port, one.codes, one.name.strip()) for one in exits_of(node)] == [
        (one.port, one.codes, one.name) for one in exits
    ]:
        return node
    listed = node.config.get("on_error")
    known = {
        one["port"]: one
        for one in (listed if isinstance(listed, list | tuple) else ())
        if isinstance(one, dict) and isinstance(one.get("port"), str)
    }
    shown = []
    for one in exits:
        before: dict[str, Any] = known.get(one.port, {})
        document = before | {"codes": list(one.codes), "port": one.port}
        if _name(before.get("name")).strip() != one.name:
            document["name"] = words.local_text(one.name)
        shown.append(document)
    return node.model_copy(update={"config": node.config | {"on_error": shown}})
