"""The systems outside that flows may call, as far as a drawing needs to know them: by name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionBook:
    """The names of the declared connections. Addresses and secrets are none of the engine's business."""

    names: frozenset[str] = frozenset()
