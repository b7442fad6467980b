"""Compiled versions, kept per process. A version never changes, so nothing is ever invalidated."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflows.engine.graph import Graph, read_graph
from workflows.engine.plan import Plan, compile_plan
from workflows.engine.registry import registry
from workflows.models import Definition, DefinitionVersion

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
        plan=compile_plan(read_graph(version.graph), registry=registry, flow=version.definition.key),
    )
    with _lock:
        _releases[version_id] = release
        if len(_releases) > KEPT:
            _releases.popitem(last=False)
    return release


def live_drawings() -> Iterator[tuple[Graph, Release]]:
    """The graph and the compiled version that new runs of each flow use, by key; one query when all are known."""
    live = Definition.objects.filter(live_version__isnull=False, retired_at__isnull=True).order_by("key")
    for version, graph in live.values_list("live_version_id", "live_version__graph"):
        yield read_graph(graph), release_of(str(version))


def forget() -> None:
    """Drop all plans; for tests that roll their versions back."""
    with _lock:
        _releases.clear()
