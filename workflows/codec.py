"""The engine's state as JSON and back, for the `state` column."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflows.engine.state import (
    Awaits,
    State,
    Status,
    Token,
    decode_caller,
    decode_subject,
    decode_subscriptions,
    encode_caller,
    encode_subject,
    encode_subscriptions,
)


def encode_state(state: State) -> dict[str, Any]:
    """The JSON of a state."""
    document: dict[str, Any] = {
        "subject": encode_subject(state.subject),
        "requester": state.requester,
        "status": state.status,
        "tokens": [_encode_token(token) for token in state.tokens.values()],
        "variables": state.variables,
        "visits": state.visits,
        "next_token": state.next_token,
        "seq": state.seq,
    }
    if state.caller is not None:
        document["caller"] = encode_caller(state.caller)
    if state.rounds:
        document["rounds"] = state.rounds
    if state.returns:
        document["returns"] = state.returns
    if state.memory:
        document["memory"] = state.memory
    return document


def decode_state(text: str) -> State:
    """The state of its JSON text."""
    return read_state(json.loads(text))


def read_state(document: Mapping[str, Any]) -> State:
    """The state of its JSON."""
    return State(
        subject=decode_subject(document["subject"]),
        requester=document["requester"],
        caller=decode_caller(document.get("caller")),
        status=Status(document["status"]),
        tokens={token["id"]: decode_token(token) for token in document["tokens"]},
        variables=document["variables"],
        visits=document["visits"],
        rounds=document.get("rounds", {}),
        returns=document.get("returns", {}),
        next_token=document["next_token"],
        seq=document["seq"],
        memory=document.get("memory", {}),
    )


def _encode_token(token: Token) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": token.id, "node": token.node, "via": token.via, "visit": token.visit,
        "awaits": token.awaits, "attempt": token.attempt,
        "since": token.since.isoformat() if token.since else None,
    }  # fmt: skip
    if token.due_at is not None:
        document["due_at"] = token.due_at.isoformat()
    if token.data is not None:
        document["data"] = token.data
    if token.listens:
        document["listens"] = encode_subscriptions(token.listens)
    if token.resumes is not None:
        document["resumes"] = token.resumes
    return document


def decode_token(document: dict[str, Any]) -> Token:
    """One token of its JSON."""
    return Token(
        id=document["id"], node=document["node"], via=document["via"], visit=document["visit"],
        awaits=Awaits(document["awaits"]), attempt=document["attempt"],
        since=_instant(document.get("since")), due_at=_instant(document.get("due_at")),
        data=document.get("data"), listens=decode_subscriptions(document.get("listens", ())),
        resumes=document.get("resumes"),
    )  # fmt: skip


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
