"""All node types by key: found once at start, looked up ever after; also what the palette shows."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

from workflows.engine.node_type import NodeType

AnyNodeType = NodeType[Any]


class Registry:
    """The node types of one process. A key that is claimed twice refuses to start."""

    def __init__(self) -> None:
        self._types: dict[str, AnyNodeType] = {}

    def add(self, node_type: AnyNodeType) -> None:
        """Add one type; the same class again is fine, another class under a used key is a ValueError."""
        known = self._types.get(node_type.key)
        if known is not None and type(known) is not type(node_type):
            raise ValueError(f"Expected one node type for {node_type.key!r}, found a second.")
        self._types[node_type.key] = node_type

    def find(self, key: str) -> AnyNodeType | None:
        """The type of this key, or None."""
        return self._types.get(key)

    def get(self, key: str) -> AnyNodeType:
        """The type of this key; KeyError when a stored graph needs a type that this build does not have."""
        return self._types[key]

    def __iter__(self) -> Iterator[AnyNodeType]:
        return iter(sorted(self._types.values(), key=lambda node_type: node_type.key))


registry = Registry()


def discover(package: str) -> None:
    """Import every module of a `nodes` package and add the node types defined there."""
    rooms = importlib.import_module(package)
    for found in pkgutil.iter_modules(rooms.__path__):
        module = importlib.import_module(f"{package}.{found.name}")
        for _, item in inspect.getmembers(module, inspect.isclass):
            if item.__module__ == module.__name__ and issubclass(item, NodeType) and not inspect.isabstract(item):
                registry.add(item())
