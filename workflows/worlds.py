"""Loads the world values and keeps them per process until their rows change.

Each value has a revision in the database that triggers raise; the revisions come along with the row of every command,
so a value is at most as old as the command.
"""

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bedrock.errors import BadInput
from workflows.engine.world import World

Absence = tuple[str, datetime, datetime]  # a username, from when, until when


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """How a world value is loaded; `name` is the name of its revision.

    `asks` are the codes of problems that only the rows of this value can answer. `suppose` gives the value with people
    away, and `read` makes one of a document; None where absences change nothing, and where no document is known.
    """

    name: str
    kind: type
    load: Callable[[], Any]
    asks: frozenset[str] = frozenset()
    suppose: Callable[[Any, Sequence[Absence]], Any] | None = None
    read: Callable[[Any], Any] | None = None


_providers: dict[str, Provider] = {}
_cache: tuple[str | None, World] | None = None
_lock = threading.Lock()


def provide(
    kind: type,
    *,
    name: str,
    load: Callable[[], Any],
    asks: Iterable[str] = (),
    suppose: Callable[[Any, Sequence[Absence]], Any] | None = None,
    read: Callable[[Any], Any] | None = None,
) -> None:
    """Declare a world value; called once per value when the process starts. `kind()` is the value without any row."""
    _providers[name] = Provider(name=name, kind=kind, load=load, asks=frozenset(asks), suppose=suppose, read=read)


def without_rows() -> World:
    """The world of a house where nobody lives: what can be known without a database."""
    return World(values={provider.kind: provider.kind() for provider in _providers.values()})


def of_documents(documents: Mapping[str, Any]) -> World:
    """The world of a house that stands in documents, by the names of its values; the others are without any row.

    Raises BadInput `house.unknown_part` for a name that no document can have, and what the readers raise.
    """
    readers = {provider.name: provider.read for provider in _providers.values() if provider.read is not None}
    unknown = sorted(documents.keys() - readers.keys())
    if unknown:
        raise BadInput(
            "house.unknown_part", f"Expected {' and '.join(sorted(readers))} of a house, found {', '.join(unknown)}.",
            known=sorted(readers), found=unknown,
        )  # fmt: skip
    read = {name: readers[name](document) for name, document in documents.items()}
    return World(values={**without_rows().values, **{type(value): value for value in read.values()}})


def supposing(world: World, absences: Sequence[Absence]) -> World:
    """This world with these people away as well. Raises BadInput `simulation.unknown_person`."""
    if not absences:
        return world
    changed = {
        provider.kind: provider.suppose(world.need(provider.kind), absences)
        for provider in _providers.values()
        if provider.suppose is not None
    }
    return World(values={**world.values, **changed})


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
