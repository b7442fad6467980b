"""Places in JSON documents, written as JSON pointers (RFC 6901): `/data/0/tracking_no`; the empty one is the whole."""

import re
from collections.abc import Sequence
from typing import Any, Final

_POINTER: Final = re.compile(r"(?:/(?:[^~/]|~[01])*)*")
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,5}")


class PointerLost(LookupError):  # noqa: N818 - named for what happened, like every error of this house
    """The document has nothing at this place."""


def parse_pointer(text: str) -> tuple[str, ...] | None:
    """The steps of a pointer; None when the text is none."""
    if _POINTER.fullmatch(text) is None:
        return None
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:])


def pick(document: Any, steps: Sequence[str]) -> Any:
    """What stands at a place; raises PointerLost when there is no such place. A null that stands there is found."""
    found = document
    for step in steps:
        match found:
            case dict() if step in found:
                found = found[step]
            case list() if _INDEX.fullmatch(step) and int(step) < len(found):
                found = found[int(step)]
            case _:
                raise PointerLost
    return found


def put(document: dict[str, Any], steps: Sequence[str], value: Any) -> bool:
    """Set a place in an object, making the objects on the way; False, and nothing set, when the place is taken."""
    *way, last = steps
    inner = document
    for step in way:
        inner = inner.setdefault(step, {})
        if not isinstance(inner, dict):
            return False
    if last in inner:
        return False
    inner[last] = value
    return True
