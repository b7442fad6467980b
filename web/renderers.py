"""JSON out: UTF-8 as it is, decimals as strings, no NaN."""

from collections.abc import Mapping
from typing import Any

from rest_framework import renderers
from typing_extensions import override


class JSONRenderer(renderers.JSONRenderer):
    """Answers `application/json`, and refusals with the media type that the error handler set."""

    charset = None
    ensure_ascii = False
    compact = True
    strict = True

    @override
    def get_indent(self, accepted_media_type: str, renderer_context: Mapping[str, Any]) -> None:
        """Never indented: the `indent` parameter of a media type is not part of the contract."""
