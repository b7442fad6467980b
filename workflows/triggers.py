"""The events that can start a flow, declared by the wings, with the typed facts that come with them."""

from dataclasses import dataclass

from workflows.engine.graph import LocalText, VariableDeclaration


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """An event with the variables that a run started by it has.

    `subject` is the type of what such runs are about, and `amount` the variable that tells how much money it is.
    """

    key: str
    title: LocalText
    variables: tuple[VariableDeclaration, ...]
    subject: str | None = None
    amount: str | None = None


_triggers: dict[str, Trigger] = {}


def declare(trigger: Trigger) -> None:
    """Declare an event once, when the process starts."""
    _triggers[trigger.key] = trigger


def find(key: str | None) -> Trigger | None:
    """The event of this key, if it is declared."""
    return None if key is None else _triggers.get(key)


def declared() -> tuple[Trigger, ...]:
    """All events, by key."""
    return tuple(_triggers[key] for key in sorted(_triggers))
