"""Loads the world values and keeps them per process until their rows change.

Each value has a revision in the database that triggers raise; the revisions come along with the row of every command,
so a value is at most as old as the command.
"""

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.engine.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """How a world value is loaded; `name` is the name of its revision.

    `asks` are the codes of problems that only the rows of this value can answer.
    """

    name: str
    kind: type
    load: Callable[[], Any]
    asks: frozenset[str] = frozenset()


_providers: dict[str, Provider] = {}
_cache: tuple[str | None, World] | None = None
_lock = threading.Lock()


def provide(kind: type, *, name: str, load: Callable[[], Any], asks: Iterable[str] = ()) -> None:
    """Declare a world value; called once per value when the process starts. `kind()` is the value without any row."""
    _providers[name] = Provider(name=name, kind=kind, load=load, asks=frozenset(asks))


def without_rows() -> World:
    """The world of a house where nobody lives: what can be known without a database."""
    return World(values={provider.kind: provider.kind() for provider in _providers.values()})


def asks_the_rows(code: str) -> bool:
    """Whether a problem with this code, found in a world without rows, says nothing about a house."""
    return any(code in provider.asks for provider in _providers.values())


def world_at(revisions: str | None) -> World:
    """The world of these revisions, a JSON object by name as the database writes it; loads what has changed."""
    global _cache  # noqa: PLW0603 - a process-wide cache keyed by revision
    cached = _cache
    if cached is not None and cached[0] == revisions:
        return cached[1]
    with _lock:
        text, old = _cache if _cache is not None else (None, World())
        before, now = _by_name(text), _by_name(revisions)
        values: dict[type, Any] = {}
        for provider in _providers.values():
            known = before.get(provider.name)
            if known is not None and known == now.get(provider.name):
                values[provider.kind] = old.need(provider.kind)
            else:
                values[provider.kind] = provider.load()
        world = World(values=values)
        _cache = (revisions, world)
        return world


def _by_name(revisions: str | None) -> Mapping[str, int]:
    found: Mapping[str, int] = json.loads(revisions) if revisions else {}
    return found


def forget() -> None:
    """Drop what is cached; for tests that roll their rows back."""
    global _cache  # noqa: PLW0603
    _cache = None
