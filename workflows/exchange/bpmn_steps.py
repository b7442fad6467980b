"""One element as one node: what we once wrote beside it, or the nearest step of ours."""

import re
from typing import Any

from pydantic import ValidationError

from workflows.engine.due import parse_duration
from workflows.engine.graph import LocalText, Node
from workflows.exchange import bpmn_words as words
from workflows.exchange.bpmn_file import FileNode, local
from workflows.exchange.imported import Severity

Notes = list[tuple[str, str, Severity]]

_TIMED = re.compile(r"[-+:.TZ0-9A-Za-z/]{1,40}")
_PLAIN = {
    ("startEvent",): "start", ("endEvent",): "end", ("endEvent", words.TERMINATE): "terminate",
    ("parallelGateway",): "parallel", ("exclusiveGateway",): "exclusive", ("inclusiveGateway",): "inclusive",
}  # fmt: skip


# What a step of ours must be told before it means the same, by the element and its event.
_UNFINISHED = {
    ("userTask",): ("approval", "bpmn.no_assignees", "Say who decides: the file does not, in words of ours."),
    ("businessRuleTask",): (
        "decision_table", "bpmn.no_rules",
        "Write the rules: the file names a decision, and its table is in another file.",
    ),
    ("callActivity",): (
        "subflow", "bpmn.no_flow", "Choose the published flow that it calls: a name in a file says nothing here.",
    ),
    ("intermediateCatchEvent", words.MESSAGE): (
        "message", "bpmn.no_message",
        "Say which message it waits for and by which key: the file does not, in words of ours.",
    ),
}  # fmt: skip


def own_node(node: FileNode, own_id: str) -> Node | None:
    """The node that we wrote, with what was changed since in sight; None when it became something else."""
    assert node.own is not None  # noqa: S101 - the caller looked
    try:
        known = Node.model_validate({**node.own, "id": own_id})
    except ValidationError:
        return None
    if words.element_of(known.type) != node.kind or _is_another_event(known.type, node):
        return None
    changed: dict[str, Any] = {}
    if words.text_of(known.name).strip() != node.name:
        changed["name"] = LocalText.model_validate(words.local_text(node.name))
    after = duration_in(node)
    if known.type == "delay" and after is not None and after != words.duration_of(known).strip():
        changed["config"] = known.config | {"after": after}
    return known.model_copy(update=changed) if changed else known


def foreign_node(node: FileNode, own_id: str, *, ways_out: int) -> tuple[Node, Notes]:
    """The nearest node of ours, with what is different about it."""
    kind, config, notes = _nearest(node)
    if ways_out > 1 and not node.kind.endswith("Gateway"):
        notes.append(("bpmn.implicit_split", "Several lines leave it at once; a gateway must say how.", "error"))
    document: dict[str, Any] = {"id": own_id, "type": kind, "config": config}
    if node.name:
        document["name"] = words.local_text(node.name)
    return Node.model_validate(document), notes


def _nearest(node: FileNode) -> tuple[str, dict[str, Any], Notes]:
    events = _events(node)
    if (unfinished := _UNFINISHED.get((node.kind, *events))) is not None:
        found, code, told = unfinished
        return found, {}, [(code, told, "error")]
    if node.kind == "intermediateCatchEvent" and events == {words.TIMER}:
        after = duration_in(node)
        if after is not None and parse_duration(after) is not None:
            return "delay", {"after": after}, []
    if node.kind == "startEvent" and events:
        told = "It starts by an event of its own; choose the event that starts the flow."
        return "start", {}, [("bpmn.event_definition", f"{told} ({', '.join(sorted(events))})", "warning")]
    if node.awaited:
        return words.EVENT_CHOICE, {}, []
    if (plain := _PLAIN.get((node.kind, *events))) is not None:
        return plain, {}, []
    return words.UNKNOWN + node.kind, {}, [("bpmn.not_mapped", _why(node, events), "error")]


def _why(node: FileNode, events: set[str]) -> str:
    if node.kind == "intermediateCatchEvent" and events == {words.TIMER}:
        return "A delay of ours needs a duration such as PT2H, found another kind of timer."
    if events and node.kind != "boundaryEvent":
        return f"No step of ours means this kind of event ({', '.join(sorted(events))})."
    return _WHY.get(node.kind, "No step of ours means the same.")


_WHY = {
    "subProcess": "A flow has no sub-processes; what is inside is listed too.",
    "transaction": "A flow has no sub-processes; what is inside is listed too.",
    "adHocSubProcess": "Steps in any order, one at a time, are not for us; what is inside is listed too.",
    "boundaryEvent": "There is no step for an event at the edge of another step.",
    "eventBasedGateway": "Each way out of ours waits for one message, or for a time such as PT2H.",
    "task": "It does not say who or what does it; choose a step.",
    "manualTask": "It does not say who or what does it; choose a step.",
    "serviceTask": "Which of our steps does it, the file does not say.",
}


def _is_another_event(known: str, node: FileNode) -> bool:
    """Whether somebody gave an element of ours an event that means another step, or took away the one it had."""
    found = _events(node)
    return found != {words.EVENTS[known]} if known in words.EVENTS else bool(found & set(words.EVENTS.values()))


def _events(node: FileNode) -> set[str]:
    return {local(event) for event in node.events}


def duration_in(node: FileNode) -> str | None:
    """The duration of a timer as the file has it; None when it has none."""
    for event in node.events:
        found = event.find(f"{words.BPMN}timeDuration")
        if found is not None and _TIMED.fullmatch((found.text or "").strip()):
            return (found.text or "").strip()
    return None
