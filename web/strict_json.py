"""One strict JSON reader for the API, web hooks and imports.

Refuses what Python's own lets through: bodies too large or too deep, duplicate keys, NUL, lone surrogates, NaN and
infinities, numbers of absurd length. Fractions are read as Decimal, never as float.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

from django.conf import settings
from rest_framework import exceptions
from rest_framework.parsers import BaseParser
from typing_extensions import override

from bedrock.errors import MalformedInput
from web.errors import TooLarge

MAX_DEPTH = 64
MAX_NUMBER_LENGTH = 64
MAX_EXPONENT = 64

_BAD_TEXT = re.compile("[\x00\ud800-\udfff]")


def read_json(body: bytes, *, max_depth: int = MAX_DEPTH) -> Any:
    """The value that `body` (UTF-8) says. Raises MalformedInput with a code `json.*` that tells what is wrong."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedInput("json.not_utf8", "The body is not UTF-8.", position=error.start) from None
    if text.startswith("\ufeff"):
        raise MalformedInput("json.byte_order_mark", "The body starts with a byte order mark.")
    _refuse_depth(text, max_depth)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedInput(
            "json.syntax", f"The body is not JSON: {error.msg} at character {error.pos}.", position=error.pos
        ) from None
    except RecursionError:
        raise _too_deep(max_depth) from None
    _refuse_text(value)
    return value


class StrictJSONParser(BaseParser):
    """The API's only parser: application/json through `read_json`, at most ORDERFLOW_MAX_BODY_BYTES."""

    media_type = "application/json"

    @override
    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        limit: int = settings.ORDERFLOW_MAX_BODY_BYTES
        request = (parser_context or {}).get("request")
        declared = request.META.get("CONTENT_LENGTH") if request is not None else None
        if declared and declared.isdigit() and int(declared) > limit:
            raise TooLarge(limit)
        try:
            body = stream.read(limit + 1)
        except OSError:
            raise exceptions.ParseError("The body broke off.", "input.malformed") from None
        if len(body) > limit:
            raise TooLarge(limit)
        return read_json(body)


def _refuse_depth(text: str, limit: int) -> None:
    # Counted before parsing: the parser itself recurses. Brackets inside of strings do not count.
    depth = 0
    for bracket in _BRACKETS.finditer(text):
        sign = bracket.group()
        if sign in "[{":
            depth += 1
            if depth > limit:
                raise _too_deep(limit)
        elif sign in "]}":
            depth -= 1


_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


def _too_deep(limit: int) -> MalformedInput:
    return MalformedInput("json.too_deep", f"The body nests deeper than {limit} levels.", limit=limit)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise MalformedInput("json.duplicate_key", f"The key {twice!r} appears twice.", key=twice)
    return value


def _fraction(text: str) -> Decimal:
    if len(text) > MAX_NUMBER_LENGTH:
        raise _too_long()
    value = Decimal(text)
    if value and abs(value.adjusted()) > MAX_EXPONENT:
        raise MalformedInput("json.number_out_of_range", "A number is out of range.", limit=MAX_EXPONENT)
    return value


def _integer(text: str) -> int:
    if len(text) > MAX_NUMBER_LENGTH:
        raise _too_long()
    return int(text)


def _too_long() -> MalformedInput:
    return MalformedInput(
        "json.number_too_long",
        f"A number has more than {MAX_NUMBER_LENGTH} characters.",
        limit=MAX_NUMBER_LENGTH,
    )


def _constant(name: str) -> Any:
    raise MalformedInput("json.not_finite", f"{name} is not a number that JSON knows.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_fraction, parse_int=_integer, parse_constant=_constant
)


def _refuse_text(value: Any) -> None:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if _BAD_TEXT.search(item):
                raise MalformedInput("json.bad_text", "A text holds NUL or half of a surrogate pair.")
        elif isinstance(item, dict):
            waiting.extend(item.keys())
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
