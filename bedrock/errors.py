"""Typed errors of the house, in families named for what the caller should do.

OrderflowError
├── BadInput       the request is well formed but wrong; correct it (422)
│   └── MalformedInput  it cannot even be read (400)
├── NotFound       there is no such thing, or it is not visible to you (404)
├── Forbidden      you may not (403)
├── Conflict       the world moved on; look again (409)
└── Unavailable    a part is down or busy; try again later (503)
"""

from collections.abc import Sequence
from typing import Any


class OrderflowError(Exception):
    """An error with a stable dotted `code`, one honest sentence, data `fields` and optional `problems`.

    `problems` are `{path | node | edge, code, message, params}` mappings that point at the places.
    """

    def __init__(self, code: str, message: str, *, problems: Sequence[dict[str, Any]] = (), **fields: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.problems = tuple(problems)
        self.fields = fields


class BadInput(OrderflowError):  # noqa: N818 - named for what happened, like every error of this house
    """Well formed but wrong; correct it and send it again."""


class MalformedInput(BadInput):
    """It cannot be read at all."""


class NotFound(OrderflowError):  # noqa: N818 - named for what happened, like every error of this house
    """No such thing, or not visible to the caller."""


class Forbidden(OrderflowError):  # noqa: N818 - named for what happened, like every error of this house
    """The caller may not do this."""


class Conflict(OrderflowError):  # noqa: N818 - named for what happened, like every error of this house
    """The state moved on since the caller looked."""


class Unavailable(OrderflowError):  # noqa: N818 - named for what happened, like every error of this house
    """A part is down or busy; nothing was changed; try again later."""
