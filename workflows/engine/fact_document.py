"""Facts as the JSON of history rows, and back."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, get_args

from workflows.engine.facts import Branch, Fact
from workflows.engine.state import (
    Awaits,
    Caller,
    Json,
    Subject,
    decode_caller,
    decode_subject,
    decode_subscriptions,
    encode_caller,
    encode_subject,
    encode_subscriptions,
)

FACTS: dict[str, type] = {fact.kind: fact for fact in get_args(Fact)}
_FIELDS = {fact: tuple(field.name for field in fields(fact)) for fact in FACTS.values()}
_TIMES = ("since", "due_at")


def encode(fact: Fact) -> dict[str, Json]:
    """The JSON of a fact without its kind; `decode(kind, encode(fact)) == fact`."""
    document: dict[str, Json] = {}
    for name in _FIELDS[type(fact)]:
        value = getattr(fact, name)
        if isinstance(value, datetime):
            value = value.isoformat()
        elif isinstance(value, Subject | Caller):
            value = encode_subject(value) if isinstance(value, Subject) else encode_caller(value)
        elif name == "why" and value is not None:
            value = dict(value)  # a gateway words its reasons only when somebody wants to read them
        elif name == "branches":
            value = [[b.token, b.port, b.edge, b.to, b.counted] for b in value]
        elif name == "moves":
            value = [list(move) for move in value]
        elif name == "listens":
            value = encode_subscriptions(value)
        elif isinstance(value, tuple):
            value = list(value)
        if value is not None:
            document[name] = value
    return document


def decode(kind: str, document: Mapping[str, Json]) -> Fact:
    """The fact of a history row; KeyError for a kind that this build does not know."""
    fact = FACTS[kind]
    values: dict[str, Any] = dict.fromkeys(_FIELDS[fact]) | dict(document)
    for name in _TIMES:
        if values.get(name) is not None:
            values[name] = datetime.fromisoformat(values[name])
    if "awaits" in values:
        values["awaits"] = Awaits(values["awaits"])
    if "subject" in values:
        values["subject"] = decode_subject(values["subject"])
        values["caller"] = decode_caller(values["caller"])
    if "branches" in values:
        values["branches"] = tuple(
            Branch(token=t, port=port, edge=edge, to=to, counted=counted)
            for t, port, edge, to, counted in values["branches"]
        )
    if "moves" in values:
        values["moves"] = tuple(tuple(move) for move in values["moves"])
    if values.get("listens") is not None:
        values["listens"] = decode_subscriptions(values["listens"])
    for name in ("absorbed", "left", "renewed"):
        if values.get(name) is not None:
            values[name] = tuple(values[name])
    return fact(**values)  # type: ignore[no-any-return]
