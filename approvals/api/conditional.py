"""Answers that are not sent again: a validator of what is shown, and 304 to whoever has it already."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

COUNTDOWN = "working_seconds_left"  # runs down by itself: whoever shows it counts on from when it was read


def unless_same(request: Request, body: Mapping[str, Any]) -> Response:
    """The body with its weak ETag; 304 without a body if the request names that one in If-None-Match."""
    tag = f'W/"{_digest([request.user.pk, _lasting(body)])}"'
    known = [one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")]
    if tag.removeprefix("W/") in known:
        return Response(status=304, headers={"ETag": tag})
    return Response(body, headers={"ETag": tag})


def _lasting(shown: Any) -> Any:
    """What is shown without what time alone changes."""
    if isinstance(shown, Mapping):
        return {key: _lasting(value) for key, value in shown.items() if key != COUNTDOWN}
    return [_lasting(value) for value in shown] if isinstance(shown, list) else shown


def _digest(shown: Any) -> str:
    return hashlib.sha256(json.dumps(shown, default=str).encode()).hexdigest()[:20]
