"""Values that are made by the thousand: frozen for the type checker, plain when running."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """A dataclass that nobody may change, which only the type checker enforces.

    One run of a flow makes fifty. Guarding every field at run time makes an object three times as dear, and naming
    every field when it is made does so again: the engine's own steps give them in their order, others name them.
    """
    return dataclass(slots=True)(cls)
