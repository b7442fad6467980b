"""A run as somebody may see it from whom its steps hide some of the variables. Pure.

Values stand in more places than the variables: in what a step set, in why a condition held, in what a wait remembers,
in how a step failed. What cannot be told apart is left out whole.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from workflows.engine.registry import registry

NOTHING: Final[frozenset[str]] = frozenset()
_STANDING: Final = ("waited", "changed", "returned")  # facts whose data is what a wait remembers
_VALUES: Final = ("variables", "output", "form")  # tables of values by the names of variables


@dataclass(frozen=True, slots=True)
class Redaction:
    """Takes the `hidden` variables out of what is shown of a run on this `graph`; without any, nothing changes."""

    hidden: frozenset[str]
    graph: Mapping[str, Any]
    _telling: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        telling = frozenset(node["id"] for node in self.graph["nodes"] if self._tells(node)) if self.hidden else NOTHING
        object.__setattr__(self, "_telling", telling)

    def variables(self, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """Without the hidden ones."""
        return {name: value for name, value in variables.items() if name not in self.hidden}

    def incident(self, shown: Mapping[str, Any]) -> dict[str, Any]:
        """An incident by its code alone: its words and parameters may quote values."""
        return {**shown, "message": shown["code"], "params": {}} if self.hidden else dict(shown)

    def fact(self, kind: str, node: str | None, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """The data of a fact: without the hidden names, the memory of waits, and reasons that quote hidden values."""
        if not self.hidden:
            return data
        shown: dict[str, Any] = self._without(data)
        if kind in _STANDING:
            shown["data"] = None
        if kind == "failed":
            shown |= {"message": shown["code"], "params": {}}
        if node in self._telling and shown.get("why") is not None:
            shown["why"] = None
        return shown

    def listed(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """A document without what its lists say of hidden variables, which they name by `key`."""
        shown: dict[str, Any] = self._without(document) if self.hidden else dict(document)
        return shown

    def _without(self, value: Any) -> Any:
        match value:
            case Mapping():
                return {
                    name: self.variables(one) if name in _VALUES and one else self._without(one)
                    for name, one in value.items()
                }
            case list() | tuple():
                kept = (one for one in value if not (isinstance(one, Mapping) and one.get("key") in self.hidden))
                return [self._without(one) for one in kept]
        return value

    def _tells(self, node: Mapping[str, Any]) -> bool:
        """Whether a node decides by a hidden variable, and its reasons say with which value."""
        kind = registry.find(node["type"])
        if kind is not None and kind.asks_people:
            return False  # people say why in their own words
        return _mentions(node.get("config", {}), self.hidden)


def _mentions(value: Any, names: Collection[str]) -> bool:
    text = json.dumps(value, ensure_ascii=False)
    return any(name in text for name in names)
