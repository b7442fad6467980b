"""Flows small enough to read, published on a real database."""

import itertools
from collections.abc import Mapping
from typing import Any

import pytest

from accounts.models import User
from bedrock.clock import now
from tests.workflows.nodes import Deed, Refusal
from workflows.actions.definitions import create_definition, publish
from workflows.engine.registry import registry
from workflows.models import Definition


@pytest.fixture(scope="session", autouse=True)
def _deed() -> None:
    registry.add(Deed())
    registry.add(Refusal())


@pytest.fixture(autouse=True)
def _forgotten_deeds() -> None:
    Deed.calls.clear()
    Deed.answers.clear()


@pytest.fixture
def designer(db: None) -> User:
    return User.objects.create_user("designer", "x", display_name="王芳", roles=["designer"])


@pytest.fixture
def supervisor(db: None) -> User:
    return User.objects.create_user("supervisor", "x", display_name="陈静", roles=["supervisor"])


def live_flow(key: str, graph: Mapping[str, Any], *, by: User) -> Definition:
    """A published flow."""
    draft = create_definition(key=key, title={"zh": key, "en": key}, graph=graph, layout={}, actor=by, now=now())
    publish(str(draft.definition.pk), revision=1, note="first", actor=by, now=now())
    return Definition.objects.get(pk=draft.definition.pk)


def chain(*nodes: tuple[str, str, dict[str, Any]], trigger: str | None = None) -> dict[str, Any]:
    """start → the given (id, type, config) nodes, one after the other by `out` → end."""
    ids = ["start", *(node[0] for node in nodes), "end"]
    return {
        "format": 1,
        "variables": [{"name": "amount", "type": "money"}],
        "nodes": [
            {"id": "start", "type": "start", "config": {"trigger": trigger} if trigger else {}},
            *({"id": i, "type": t, "config": c} for i, t, c in nodes),
            {"id": "end", "type": "end"},
        ],
        "edges": [
            {"id": f"e{n}", "from": source, "to": target} for n, (source, target) in enumerate(itertools.pairwise(ids))
        ],
    }
