"""The events that can start a flow, declared by the wings, with the typed facts that come with them."""

from dataclasses import dataclass

from workflows.engine.graph import LocalText, VariableDeclaration


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """An event with the variables that a run started by it has."""

    key: str
    title: LocalText
    variables: tuple[VariableDeclaration, ...]


_triggers: dict[str, Trigger] = {}


def declare(key: str, *, title: LocalText, variables: tuple[VariableDeclaration, ...]) -> None:
    """Declare an event once, when the process starts."""
    _triggers[key] = Trigger(key=key, title=title, variables=variables)


def declared() -> tuple[Trigger, ...]:
    """All events, by key."""
    return tuple(_triggers[key] for key in sorted(_triggers))
