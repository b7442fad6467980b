"""Compiled versions, kept per process. A version never changes, so nothing is ever invalidated."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from workflows.engine.graph import read_graph
from workflows.engine.plan import Plan, compile_plan
from workflows.engine.registry import registry
from workflows.models import DefinitionVersion

KEPT = 1000  # plans per process; the one unused for longest goes first


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A version ready to run, with what the rooms above want to know of it."""

    version_id: str
    definition_id: str
    key: str
    title: Mapping[str, str]
    number: int
    plan: Plan


_releases: OrderedDict[str, Release] = OrderedDict()
_lock = threading.Lock()


def release_of(version_id: str) -> Release:
    """The compiled version; one query the first time, none after."""
    with _lock:
        known = _releases.get(version_id)
        if known is not None:
            _releases.move_to_end(version_id)
            return known
    version = DefinitionVersion.objects.select_related("definition").get(pk=version_id)
    release = Release(
        version_id=version_id,
        definition_id=str(version.definition_id),
        key=version.definition.key,
        title=version.definition.title,
        number=version.number,
        plan=compile_plan(read_graph(version.graph), registry=registry),
    )
    with _lock:
        _releases[version_id] = release
        if len(_releases) > KEPT:
            _releases.popitem(last=False)
    return release


def forget() -> None:
    """Drop all plans; for tests that roll their versions back."""
    with _lock:
        _releases.clear()
